"""What users of other languages write by habit, and what to write here: hints for mistakes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import Final

from kohort import HOME

_YEAR: Final = re.compile(r"(\$[^\W\d]\w*)\s*$")
_REST_OF_DATE: Final = re.compile(r"-\s*(\d{1,2})(?:\s*-\s*(\d{1,2}))?(?!\w)")
_REGISTER_NAME: Final = re.compile(r"[A-ZÆØÅ][A-ZÆØÅ0-9_]{2,}$")
_RANGE: Final = re.compile(r"(\d+)\s*(?:\.\.+|-|/|to\b|til\b)\s*(\d+)")


@cache
def foreign_commands() -> Mapping[str, str]:
    """Give the commands of other languages, each with what is written here instead."""
    import tomllib

    read = tomllib.loads((HOME / "stdlib" / "habits.toml").read_text(encoding="utf-8"))
    commands: Mapping[str, str] = read["commands"]
    return commands


def habit(text: str, offset: int, word: str, command: str, accepted: Collection[str]) -> str | None:
    """Give the hint for a habit that explains why the line stops at `offset`, or None."""
    if "PATH" in accepted and _REGISTER_NAME.match(word):
        return f"write alias/{word}, with the alias that 'require' gave to the databank"
    if "DATE" in accepted or command.startswith("import"):
        year, rest = _YEAR.search(text[:offset]), _REST_OF_DATE.match(text, offset)
        if year and rest:
            parts = [year[1], *(f"{int(part)}" for part in rest.groups() if part)]
            return f"a date from a binding is written date_fmt({', '.join(parts)})"
    if command == "for" and (span := _RANGE.search(text)):
        return f"a range is written {span[1]} : {span[2]}"
    if command == "recode" and word == "." and text[:offset].rstrip().endswith("="):
        return "no rule makes values missing; write 'replace x = . if ...' for them"
    return None
