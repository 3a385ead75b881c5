"""The last look before a study is written: nothing in the script may be a row of data."""

from __future__ import annotations

import re
from typing import Final

from kohort.release_check.identifiers import Kind, identifiers
from kohort.trouble import Trouble

_NAMES: Final[dict[Kind, str]] = {
    "norwegian": "Norwegian birth number",
    "danish": "Danish CPR number",
    "swedish": "Swedish personal number",
}
_LONG_NUMBER: Final = re.compile(r"(?<![\w.])\d{6,}(?![\w.])")
_MOST_IN_A_ROW: Final = 20


def check(script: str) -> None:
    """Refuse a script that looks as if it held identifiers. Raises `Trouble` naming the line."""
    for found in identifiers(script):
        line = script.count("\n", 0, found.start) + 1
        raise Trouble(
            f"line {line} of the script holds what looks like a {_NAMES[found.kind]}; "
            "a study goes to others, so take it out"
        )
    for number, text in enumerate(script.split("\n"), 1):
        if len({match[0] for match in _LONG_NUMBER.finditer(text)}) > _MOST_IN_A_ROW:
            raise Trouble(
                f"line {number} of the script lists more than {_MOST_IN_A_ROW} long numbers, which "
                "look like identifiers; a study goes to others, so take them out"
            )
