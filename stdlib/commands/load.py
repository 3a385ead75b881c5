"""Replace the session by a script at the prompt."""

from kohort.command import PromptCommand
from kohort.phrases import Text, Word


class Load(PromptCommand, name="load"):
    """Save the session under a name with the time, then start over with a script."""

    group = "support"

    file: Text | Word
