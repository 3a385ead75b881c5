"""Find register variables by words."""

from kohort.command import TellCommand
from kohort.disclosure.released import Listing, Paragraph
from kohort.phrases import Words
from kohort.results import Document
from kohort.scope import Scope
from kohort.search import search

from .variables import HEADINGS, check_connected, row


class Search(TellCommand, name="search"):
    """Find variables of the connected databanks by name, title, label or code."""

    group = "support"

    words: Words

    def check(self, scope: Scope) -> None:
        """There must be a databank to search."""
        check_connected(scope, self.span)

    def run(self, scope: Scope, history: tuple[str, ...]) -> Document:
        """Give the best matches."""
        aliases = {bank.root: alias for alias, bank in scope.banks.items()}
        text = " ".join(word.text for word in self.words)
        hits = search(text, scope.banks.values())
        rows = tuple((*row(aliases[hit.bank.root], hit.variable), hit.label or "") for hit in hits)
        if not rows:
            return Document((Paragraph(f"Nothing matches '{text}'."),))
        return Document((Listing((*HEADINGS, "label"), rows),))
