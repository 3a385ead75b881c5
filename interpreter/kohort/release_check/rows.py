"""Tables that are no results: one row for each person, columns that identify, extreme values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kohort.release_check.finding import Finding
from kohort.release_check.table import Sheet, number

_MANY: Final = 200
_LONG: Final = re.compile(
    r"^\d{6,}$|^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
)
_NAMED: Final = re.compile(
    r"(?i)^(id|lnr|løpenr|lopenr|lnr_?k?|pnr|fnr|cpr|personid\w*|person_?nr|individ\w*|unit_?id|"
    r"orgnr|pseudonym\w*|householdid|familieid|famnr|foretak\w*nr)$"
)
_EXTREME: Final = re.compile(r"(?i)^\s*(min|max|minimum|maximum|minste|største|lowest|highest)\s*$")
_FEW: Final = 10


def no_results(file: str, sheet: Sheet) -> Iterator[Finding]:
    """Find tables of persons, identifying columns and extreme values."""
    yield from _identifying(file, sheet)
    yield from _persons(file, sheet)
    yield from _extremes(file, sheet)


def _columns(sheet: Sheet) -> Iterator[tuple[int, str, list[str]]]:
    if len(sheet.rows) < 2:
        return
    heads = sheet.rows[0]
    for column in range(max(len(row) for row in sheet.rows)):
        head = heads[column].strip() if column < len(heads) else ""
        texts = [row[column].strip() for row in sheet.rows[1:] if column < len(row)]
        yield column, head, [text for text in texts if text]


def _identifying(file: str, sheet: Sheet) -> Iterator[Finding]:
    for column, head, texts in _columns(sheet):
        different = len({*texts}) == len(texts) >= _FEW
        if _NAMED.match(head) and len(texts) >= _FEW:
            yield Finding(file, sheet.place(0, column), "identifier-column", f"named '{head}'")
        elif different and all(_LONG.match(text) for text in texts):
            about = f"{len(texts)} different long values"
            yield Finding(file, sheet.place(0, column), "identifier-column", about)


def _persons(file: str, sheet: Sheet) -> Iterator[Finding]:
    body = sheet.rows[1:]
    if len(body) < _MANY or len(sheet.rows[0]) < 3:
        return
    kinds = [_kind(texts) for _, _, texts in _columns(sheet)]
    # A result of many rows has few columns of values beside categories that repeat.
    if kinds.count("free") >= 2:
        about = f"{len(body)} rows with {kinds.count('free')} columns of their own values"
        yield Finding(file, sheet.place(0, 0), "row-per-person", about)


def _kind(texts: Sequence[str]) -> str:
    """Whether a column's values mostly differ from row to row, as those of persons do."""
    if len(texts) < _FEW:
        return "empty"
    return "free" if len({*texts}) > 0.5 * len(texts) else "categories"


def _extremes(file: str, sheet: Sheet) -> Iterator[Finding]:
    for row, texts in enumerate(sheet.rows):
        for column, text in enumerate(texts):
            if not _EXTREME.match(text):
                continue
            below = [r[column] for r in sheet.rows[row + 1 : row + 4] if column < len(r)]
            beside = list(texts[column + 1 : column + 3])
            if any(number(value) is not None for value in (*below, *beside)):
                yield Finding(file, sheet.place(row, column), "extreme-value", f"'{text.strip()}'")
