"""Execute a script file at the prompt."""

from kohort.command import PromptCommand
from kohort.phrases import Text, Word


class Run(PromptCommand, name="run"):
    """Execute a script; when a statement fails, the session stays just before it."""

    group = "support"

    file: Text | Word
