"""Finds what looks like the number of a person in a text: by form, date and check digits.

Sources: Skatteetaten on fødselsnummer and D-number, Skatteverket on personnummer and
samordningsnummer (SKV 704), CPR-kontoret on CPR numbers (dates only: since 2007 a Danish number
need not pass its check).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Kind = Literal["norwegian", "danish", "swedish"]

_APART: Final = r"(?<![\w/-])(?<!\d\.)"
_ENDS: Final = r"(?![\w/-]|\.\d)"
_NORWEGIAN: Final = re.compile(rf"{_APART}(\d{{6}}) ?(\d{{5}}){_ENDS}")
_DANISH: Final = re.compile(rf"{_APART}(\d{{6}})-(\d{{4}}){_ENDS}")
_SWEDISH: Final = re.compile(rf"{_APART}(?:19|20)?(\d{{6}})[-+](\d{{4}}){_ENDS}")
_FIRST: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_D_NUMBER: Final = 40


@dataclass(frozen=True)
class Identifier:
    """A place that looks like a person's number; `start` and `end` are offsets, never its text."""

    kind: Kind
    start: int
    end: int


def identifiers(text: str) -> Iterator[Identifier]:
    """Give the places of a text that look like numbers of persons, in order of their kinds."""
    for match in _NORWEGIAN.finditer(text):
        if norwegian(match[1] + match[2]):
            yield Identifier("norwegian", match.start(), match.end())
    for match in _SWEDISH.finditer(text):
        if swedish(match[1] + match[2]):
            yield Identifier("swedish", match.start(), match.end())
    for match in _DANISH.finditer(text):
        if danish(match[1] + match[2]) and not swedish(match[1] + match[2]):
            yield Identifier("danish", match.start(), match.end())


def norwegian(digits: str) -> bool:
    """Whether eleven digits are a Norwegian birth number or D-number: date and both checks."""
    values = [int(digit) for digit in digits]
    day, month = int(digits[:2]), int(digits[2:4])
    # A D-number has 40 added to the day; synthetic ones have 40, 65 or 80 added to the month.
    day -= _D_NUMBER if day > _D_NUMBER else 0
    month -= next((added for added in (80, 65, 40) if added < month <= added + 12), 0)
    if not _is_day(day, month, int(digits[4:6])):
        return False
    checks = (_FIRST, _SECOND)
    return all(sum(w * v for w, v in zip(c, values, strict=False)) % 11 == 0 for c in checks)


def swedish(digits: str) -> bool:
    """Whether ten digits are a Swedish number: date (60 may be added to the day) and Luhn check."""
    day = int(digits[4:6])
    day -= 60 if day > 60 else 0
    if not _is_day(day, int(digits[2:4]), int(digits[:2])):
        return False
    total = 0
    for place, digit in enumerate(digits):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def danish(digits: str) -> bool:
    """Whether ten digits begin with a date as Danish numbers do."""
    return _is_day(int(digits[:2]), int(digits[2:4]), int(digits[4:6]))


def _is_day(day: int, month: int, year: int) -> bool:
    """Whether this is a day of 1900 or 2000 plus the two-digit year."""
    for century in (2000, 1900):
        try:
            date(century + year, month, day)
        except ValueError:
            continue
        return True
    return False
