"""A table as it stands in a file, whatever kind of file: texts in rows and columns, with places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_GROUPED: Final = re.compile(r"[-+]?\d{1,3}(?:[ \u00a0\u202f.,']\d{3})+$")
_PLAIN: Final = re.compile(r"[-+]?\d+(?:[.,]\d+)?$")
TOTAL: Final = re.compile(r"(?i)^\s*(total|totalt|sum|i alt|alle|all|summe|yhteensä)\s*:?\s*$")
BLANK: Final = frozenset({
    "",
    ".",
    "..",
    "...",
    "-",
    "–",
    "*",
    "x",
    ":",
    "n/a",
    "na",
    "nan",
    "null",
})
SMALL_TEXT: Final = re.compile(r"^\s*(?:n\s*)?(<|under|below)\s*(\d+)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """A table: its name in the file, its rows of texts, and the place of the first row."""

    name: str
    rows: Sequence[Sequence[str]]
    first: int = 1

    def place(self, row: int, column: int) -> str:
        """Name a cell: `Sheet1!B4` in a workbook, `line 4, column 2` elsewhere."""
        if self.name:
            return f"{self.name}!{letters(column)}{row + self.first}"
        return f"line {row + self.first}, column {column + 1}"


def letters(column: int) -> str:
    """Give the letters of a spreadsheet's column, counted from 0."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def number(text: str) -> float | None:
    """Give the number that a text writes, with thousands grouped or not, or None."""
    text = text.strip().rstrip("%").strip()
    if _GROUPED.fullmatch(text):
        return float(re.sub(r"[ \u00a0\u202f.,']", "", text))
    if _PLAIN.fullmatch(text):
        return float(text.replace(",", "."))
    return None


def count(text: str) -> int | None:
    """Give the count that a text writes, or None: a whole number of at least 0, without `%`."""
    if "%" in text or ("." in text.strip().rstrip(".") and not _GROUPED.fullmatch(text.strip())):
        return None
    found = number(text)
    return int(found) if found is not None and found >= 0 and found == int(found) else None
