"""Show a code list."""

from kohort.command import TellCommand
from kohort.diagnostic import wrong
from kohort.disclosure.released import Listing, Paragraph
from kohort.phrases import Date, Path, Word
from kohort.results import Document
from kohort.scope import Scope

from .drop_labels import known_list


class ListLabels(TellCommand, name="list-labels"):
    """Show the codes and labels of a code list, or of a register variable at a date."""

    group = "data preparation"

    listed: Path | Word
    date: Date | None

    def check(self, scope: Scope) -> None:
        """List or variable must exist, and the date must fit the variable."""
        if isinstance(self.listed, Path):
            _, entry = scope.register_variable(self.listed)
            place = self.listed.span if self.date is None else self.date.span
            entry.check_date(self.date, place)
            return
        known_list(scope, self.listed)
        if self.date is not None:
            message = f"'{self.listed.text}' is a list of your own and has no dates"
            wrong("date-not-allowed", message, self.date.span, f"leave out {self.date.text}")

    def run(self, scope: Scope, history: tuple[str, ...]) -> Document:
        """Give the pairs in their order."""
        unofficial = False
        if isinstance(self.listed, Path):
            _, entry = scope.register_variable(self.listed)
            pairs = entry.labels_at(None if self.date is None else self.date.days)
            unofficial = not entry.official_labels
        else:
            pairs = known_list(scope, self.listed).pairs
        if not pairs:
            return Document((Paragraph("There is no code list; the values are described only."),))
        rows = tuple((str(code), label) for code, label in pairs)
        listing = Listing(("code", "label"), rows)
        return Document((listing, Paragraph("The labels are not official."))[: 1 + unofficial])
