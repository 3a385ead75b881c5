"""Characters as a terminal shows them: how wide a text is, and none that could steer it."""

from __future__ import annotations

from typing import Final, Literal
from unicodedata import category, combining, east_asian_width

STEERING: Final = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Marks that change the direction of writing: with them, text can be made to read other than it is.
"""

REPLACED: Final = "\ufffd"

Style = Literal["bold", "dim", "red", "yellow", "blue", "1st", "2nd", "3rd", "4th", "5th", "6th"]
_CODES: Final[dict[Style, str]] = {
    "bold": "1",
    "dim": "2",
    "red": "1;31",
    "yellow": "1;33",
    "blue": "1;34",
    "1st": "34",
    "2nd": "33",
    "3rd": "32",
    "4th": "35",
    "5th": "36",
    "6th": "31",
}


def clean(text: str) -> str:
    """Give the text on one line, without control characters.

    Tabs and line ends become blanks. Whatever else steers a terminal, or cannot be written as
    UTF-8, becomes U+FFFD.
    """
    if text.isprintable() and not any(mark in text for mark in STEERING):
        return text
    return "".join(_clean(character) for character in text)


def _clean(character: str) -> str:
    if character in "\t\n\r":
        return " "
    if character in STEERING or category(character) in {"Cc", "Cs", "Zl", "Zp"}:
        return REPLACED
    return character


def breadth(text: str) -> int:
    """Give the columns that a terminal needs for a clean text."""
    if text.isascii():
        return len(text)
    return sum(_breadth(character) for character in text)


def _breadth(character: str) -> int:
    if combining(character) or category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1


def left(text: str, width: int) -> str:
    """Give the text with blanks behind it."""
    return text + " " * (width - breadth(text))


def right(text: str, width: int) -> str:
    """Give the text with blanks before it."""
    return " " * (width - breadth(text)) + text


def shortened(text: str, width: int) -> str:
    """Give the text, or as much of its beginning as fits with an ellipsis."""
    if breadth(text) <= width:
        return text
    while text and breadth(text) >= width:
        text = text[:-1]
    return text + "…"


def wrapped(text: str, width: int) -> list[str]:
    """Give the lines of a text broken at its blanks; a word longer than `width` keeps its line."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if breadth(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def painted(text: str, style: Style, color: bool) -> str:
    """Give the text in a colour or weight, where colour is wanted."""
    return f"\033[{_CODES[style]}m{text}\033[0m" if color and text else text
