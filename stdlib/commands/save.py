"""Write the session to a script file at the prompt."""

from kohort.command import PromptCommand
from kohort.phrases import Text, Word


class Save(PromptCommand, name="save"):
    """Write the session's statements to a file, as a script that `run` executes."""

    group = "support"

    file: Text | Word
