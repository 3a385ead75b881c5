"""Open the session in an editor at the prompt."""

from kohort.command import PromptCommand


class Edit(PromptCommand, name="edit"):
    """Save the session under a name with the time and open it in the editor: `save, edit`."""

    group = "support"
