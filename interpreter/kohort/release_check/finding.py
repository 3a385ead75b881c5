"""What the release check finds: where, against which rule, why it matters, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["breach", "doubt", "unread"]
"""`breach`: breaks a rule. `doubt`: a human must look. `unread`: could not be judged."""


@dataclass(frozen=True)
class Rule:
    """A rule in a gatekeeper's words: what is wrong with what was found, and how it is mended."""

    severity: Severity
    why: str
    mend: str


RULES: Final[dict[str, Rule]] = {
    "small-cell": Rule(
        "breach",
        "a count below the limit points to few persons",
        "merge categories, or blank the cell and another one of its row and column",
    ),
    "recoverable-cell": Rule(
        "breach",
        "a blanked count follows from what is left: totals, percentages or another table",
        "blank a further cell of its row and column, or leave out the totals",
    ),
    "small-share": Rule(
        "breach",
        "a percentage and its total tell a count below the limit",
        "merge categories, or round the percentage",
    ),
    "identifier": Rule(
        "breach",
        "it looks like the number of a person or a firm",
        "leave it out; even a pseudonym of one person is microdata",
    ),
    "identifier-column": Rule(
        "breach",
        "a column whose every value is different and long identifies rows",
        "leave out the column",
    ),
    "row-per-person": Rule(
        "breach",
        "it looks like a table with one row for each person, not like a result",
        "tabulate or summarise it first",
    ),
    "extreme-value": Rule(
        "doubt",
        "a minimum or maximum is the value of one person",
        "give percentiles instead",
    ),
    "embedded-data": Rule(
        "breach",
        "the figure carries the data that it was drawn from, or more points than a result has",
        "save a picture (PNG or PDF) of aggregated values, without data inside",
    ),
    "hidden-content": Rule(
        "breach",
        "it holds content that is not seen: hidden sheets, comments, attachments, metadata",
        "remove it, or save the visible part anew",
    ),
    "literal-data": Rule(
        "breach",
        "the program holds what looks like microdata",
        "read such values from a file that stays where it is",
    ),
    "singled-out": Rule(
        "doubt",
        "the condition names so many background variables that few persons may fulfil it",
        "use fewer conditions, or wider ones",
    ),
    "listed-rows": Rule(
        "breach",
        "the log lists observations",
        "leave out the statement that lists them, and run again",
    ),
    "unreadable": Rule(
        "unread",
        "the file could not be read, so nothing is said about it",
        "save it in a form that can be read: text, CSV, Excel, HTML, PDF, SVG, PNG",
    ),
}


@dataclass(frozen=True)
class Finding:
    """One finding. `place` says where in the file (`Sheet1!B4`, `line 7`), `about` what in words.

    Neither ever holds a whole identifier.
    """

    file: str
    place: str
    rule: str
    about: str

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return RULES[self.rule].severity
