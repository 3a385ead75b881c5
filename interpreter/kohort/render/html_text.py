"""Texts and numbers inside HTML: escaped, numbers grouped so that they are copied as numbers."""

from __future__ import annotations

from html import escape
from typing import Final

from kohort.render.characters import clean
from kohort.render.numbers import grouped

BLANK: Final = "\u202f"
"""Groups thousands in sentences: a narrow blank at which lines do not break."""


def escaped(text: str) -> str:
    """Give a text on one line, fit for an element or for an attribute in double quotes."""
    return escape(clean(text), quote=True)


def escaped_lines(text: str) -> str:
    """Escape a text of several lines."""
    return "\n".join(escaped(line.replace("\t", "    ")) for line in text.split("\n"))


def escaped_number(text: str) -> str:
    """Escape a number, its thousands apart by margins instead of by blanks.

    A spreadsheet takes what is copied for a number only if there is nothing between the digits.
    Whole parts of four digits are apart only where they came so: years are no counts.
    """
    first, *groups = grouped(text, BLANK).split(BLANK)
    return escaped(first) + "".join(f"<span class=g>{escaped(group)}</span>" for group in groups)
