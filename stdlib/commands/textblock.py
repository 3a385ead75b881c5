"""Prose between commands."""

from kohort.command import TellCommand
from kohort.disclosure.released import Paragraph
from kohort.results import Document
from kohort.scope import Scope


class Textblock(TellCommand, name="textblock"):
    """Show the lines up to `endblock` as Markdown; nothing in them is executed."""

    group = "support"
    raw_until = "endblock"

    text: str

    def run(self, scope: Scope, history: tuple[str, ...]) -> Document:
        """Give the text."""
        return Document((Paragraph(self.text),))
