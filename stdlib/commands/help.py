"""What a command or a function does and takes."""

from kohort.command import Command, TellCommand, commands
from kohort.diagnostic import suggestion, wrong
from kohort.disclosure.released import Lines, Listing, Paragraph
from kohort.function import functions
from kohort.phrases import Word
from kohort.results import Document
from kohort.scope import Scope
from kohort.sentence import sentence


class Help(TellCommand, name="help"):
    """Explain a command or a function, or list all commands."""

    group = "support"

    topic: Word | None

    def check(self, scope: Scope) -> None:
        """The command or function must exist."""
        known = {**commands(), **functions()}
        if self.topic is not None and self.topic.text not in known:
            hint = suggestion(self.topic.text, known) or "'help' lists all commands"
            message = f"there is no command or function '{self.topic.text}'"
            wrong("unknown-command", message, self.topic.span, hint)

    def run(self, scope: Scope, history: tuple[str, ...]) -> Document:
        """Give the page of the command or function, or the list of commands."""
        if self.topic is None:
            rows = sorted((c.group, c.name, first_line(c)) for c in commands().values())
            return Document((Listing(("group", "command", "help"), tuple(rows)),))
        if self.topic.text in commands():
            return Document(page(commands()[self.topic.text]))
        function = functions()[self.topic.text]
        return Document((Lines((function.signature,)), Paragraph(function.doc)))


def page(command: type[Command]) -> tuple[Lines | Listing | Paragraph, ...]:
    """Give sentence, explanation and options of a command."""
    blocks: list[Lines | Listing | Paragraph] = [
        Lines((sentence(command.name),)),
        Paragraph(command.__doc__ or ""),
    ]
    table = command.options_table
    rows = tuple((option.written(name), option.help) for name, option in table.items())
    if rows:
        blocks.append(Listing(("option", "help"), rows))
    return tuple(blocks)


def first_line(command: type[Command]) -> str:
    """Give the one-line help of a command."""
    return (command.__doc__ or "").strip().splitlines()[0]
