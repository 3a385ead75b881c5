"""The functions that work on bindings: dates, conversions, symbols (language 4.8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from kohort import expression as tree
from kohort.diagnostic import wrong
from kohort.phrases import Word
from kohort.scope import BindingValue


@dataclass(frozen=True)
class BindingCall:
    """A function of constants; `symbols` tells where bare names are arguments too.

    In `let` and joins a bare name is always a symbol; in an expression over data it is a variable,
    and only `anywhere` makes it a symbol.
    """

    call: Callable[[Sequence[BindingValue], tree.Call], BindingValue]
    symbols: Literal["nowhere", "constants", "anywhere"] = "nowhere"

    def takes_symbols(self, data: bool) -> bool:
        """Tell whether a bare name is an argument in this place."""
        return self.symbols == "anywhere" or (self.symbols == "constants" and not data)


def _count(given: Sequence[BindingValue], call: tree.Call, least: int, most: int) -> None:
    if not least <= len(given) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        plural = "" if wanted == "1" else "s"
        message = f"'{call.function}' takes {wanted} argument{plural}, {len(given)} given"
        wrong("argument-count", message, call.span)


def _date_fmt(given: Sequence[BindingValue], call: tree.Call) -> str:
    _count(given, call, 1, 3)
    parts = []
    for value, node in zip(given, call.arguments, strict=True):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int):
            wrong("argument-type", "'date_fmt' needs whole numbers", node.span)
        parts.append(value)
    year, month, day = [*parts, 1, 1][:3]
    try:
        found = date(year, month, day)
    except (ValueError, OverflowError):
        wrong("not-a-date", f"there is no date {year}-{month}-{day}", call.span)
    return found.isoformat()


def _to_int(given: Sequence[BindingValue], call: tree.Call) -> int | float:
    _count(given, call, 1, 1)
    value = given[0]
    if isinstance(value, (int, float)):
        return value
    text = value.text if isinstance(value, Word) else value.strip()
    plain = text.removeprefix("-")
    if not plain.isascii() or not plain.replace(".", "", 1).isdigit() or len(plain) > 18:
        wrong("not-a-number", f"the text '{text}' is not a number", call.arguments[0].span)
    return float(text) if "." in text else int(text)


def _to_str(given: Sequence[BindingValue], call: tree.Call) -> str:
    _count(given, call, 1, 1)
    value = given[0]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value.text if isinstance(value, Word) else str(value)


def _to_symbol(given: Sequence[BindingValue], call: tree.Call) -> Word:
    _count(given, call, 1, 1)
    value = given[0]
    text = value.text if isinstance(value, Word) else value
    if not isinstance(text, str) or not text.isidentifier():
        wrong("not-a-name", f"'{text}' cannot be a name", call.arguments[0].span)
    return Word(text, call.span)


CALLS: Final = {
    "date_fmt": BindingCall(_date_fmt),
    "to_int": BindingCall(_to_int, "constants"),
    "to_str": BindingCall(_to_str, "constants"),
    "to_symbol": BindingCall(_to_symbol, "anywhere"),
}
"""By name; `bind`, which reads a binding by its name, lives in binding.py."""
