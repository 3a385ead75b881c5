"""Prose between commands."""

from kohort.archive.front_matter import without_front_matter
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
        """Give the text, without the front matter that describes a study."""
        return Document((Paragraph(without_front_matter(self.text)),))
