"""Write the session to a script file at the prompt."""

from kohort.command import Option, PromptCommand
from kohort.phrases import Options, Text, Word


class Save(PromptCommand, name="save"):
    """Write the session's statements to a file, as a script that `run` and `load` execute."""

    group = "support"
    options_table = {"edit": Option("open the file in the editor that EDITOR names")}

    file: Text | Word | None
    options: Options
