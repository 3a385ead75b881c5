"""What a command does and takes."""

from kohort.command import Command, TellCommand, commands
from kohort.diagnostic import suggestion, wrong
from kohort.disclosure.released import Lines, Listing, Paragraph
from kohort.phrases import Word
from kohort.results import Document
from kohort.scope import Scope
from kohort.sentence import sentence


class Help(TellCommand, name="help"):
    """Explain a command, or list all of them."""

    group = "support"

    command: Word | None

    def check(self, scope: Scope) -> None:
        """The command must exist."""
        if self.command is not None and self.command.text not in commands():
            hint = suggestion(self.command.text, commands()) or "'help' lists all commands"
            message = f"there is no command '{self.command.text}'"
            wrong("unknown-command", message, self.command.span, hint)

    def run(self, scope: Scope, history: tuple[str, ...]) -> Document:
        """Give the page of the command, or the list."""
        if self.command is None:
            rows = sorted((c.group, c.name, first_line(c)) for c in commands().values())
            return Document((Listing(("group", "command", "help"), tuple(rows)),))
        return Document(page(commands()[self.command.text]))


def page(command: type[Command]) -> tuple[Lines | Listing | Paragraph, ...]:
    """Give sentence, explanation and options of a command."""
    blocks: list[Lines | Listing | Paragraph] = [
        Lines((sentence(command.name),)),
        Paragraph(command.__doc__ or ""),
    ]
    rows = tuple((name, option.help) for name, option in command.options_table.items())
    if rows:
        blocks.append(Listing(("option", "help"), rows))
    return tuple(blocks)


def first_line(command: type[Command]) -> str:
    """Give the one-line help of a command."""
    return (command.__doc__ or "").strip().splitlines()[0]
