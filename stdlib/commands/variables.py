"""Look variables up in the connected databanks."""

from kohort.bank import Databank
from kohort.command import TellCommand
from kohort.diagnostic import Span, wrong
from kohort.disclosure.released import Listing, Paragraph
from kohort.phrases import Paths
from kohort.register import RegisterVariable
from kohort.results import Document
from kohort.scope import Scope

_MOST_CODES = 60


class Variables(TellCommand, name="variables"):
    """List the register variables of the connected databanks, or describe the named ones."""

    group = "support"

    paths: Paths | None

    def check(self, scope: Scope) -> None:
        """There must be a databank, and named variables must exist."""
        check_connected(scope, self.span)
        for path in self.paths or ():
            scope.register_variable(path)

    def run(self, scope: Scope, history: tuple[str, ...]) -> Document:
        """Give the entries of the catalogue."""
        if self.paths is None:
            rows = [
                row(alias, entry)
                for alias, bank in scope.banks.items()
                for entry in bank.variables.values()
            ]
            return Document((Listing(HEADINGS, tuple(rows)),))
        blocks: list[Listing | Paragraph] = []
        for path in self.paths:
            bank, entry = scope.register_variable(path)
            blocks.append(Listing(HEADINGS, (row(path.alias.text, entry),)))
            blocks.extend(details(bank, entry))
        return Document(tuple(blocks))


def check_connected(scope: Scope, span: Span) -> None:
    """Raise unless there is a databank to look into."""
    if not scope.banks:
        hint = "connect with 'require BANK:VERSION as NAME'"
        wrong("no-databank", "no databank is connected", span, hint)


_TEMPORALITIES = {
    "FIXED": "fixed", "STATUS": "cross-section", "ACCUMULATED": "accumulated", "EVENT": "event",
}  # fmt: skip
HEADINGS = ("variable", "title", "unit", "temporality", "type", "coverage")


def row(alias: str, entry: RegisterVariable) -> tuple[str, ...]:
    """Give one line of a list of register variables."""
    return (
        f"{alias}/{entry.name}",
        entry.title,
        entry.unit_type,
        _TEMPORALITIES.get(entry.temporality, entry.temporality),
        entry.type.value,
        entry.coverage,
    )


def details(bank: Databank, entry: RegisterVariable) -> list[Listing | Paragraph]:
    """Give description and newest code list of a register variable."""
    blocks: list[Listing | Paragraph] = []
    if entry.description:
        blocks.append(Paragraph(entry.description))
    if entry.ended is not None:
        heirs = ", ".join(entry.successors)
        more = f" Continued by {heirs}." if heirs else ""
        blocks.append(Paragraph(f"The register has ended: {entry.ended}.{more}"))
    if entry.governance is not None:
        blocks.append(Listing(("governance", ""), entry.governance.pairs()))
    pairs = entry.labels_at(entry.stop)
    if pairs and not entry.official_labels:
        blocks.append(Paragraph("The labels are not official."))
    if len(pairs) > _MOST_CODES:
        words = f"{len(pairs)} codes, the first {_MOST_CODES} are shown"
        blocks.append(Paragraph(words))
    if pairs:
        rows = tuple((str(code), label) for code, label in pairs[:_MOST_CODES])
        blocks.append(Listing(("code", "label"), rows))
    return blocks
