"""Tokens -> words, numbers, texts, dates, paths: the leaves of phrases and expressions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from lark import Token

from kohort import expression as tree
from kohort import phrases as p
from kohort.diagnostic import Span, wrong

_LARGEST: Final = 2**63 - 1
_EPOCH: Final = date(1970, 1, 1).toordinal()
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def leaf(token: Token, at: int) -> Any:
    """Give the phrase or expression node that a token stands for; `at` is its line's offset.

    Raises `ScriptError` for a number that is too large, a date that does not exist and the like.
    """
    return _MAKERS.get(token.type, _word)(token, at)


def span_of(token: Token, at: int) -> Span:
    """Give a token's range in the script."""
    assert token.start_pos is not None
    return Span(at + token.start_pos, at + token.start_pos + len(token))


def name_text(written: str) -> str:
    """Give a name with composed letters, so that `å` is one name however it was typed.

    `panel@date` is the other spelling of `date@panel`.
    """
    if written == "panel@date":
        return "date@panel"
    return written if written.isascii() else unicodedata.normalize("NFC", written)


def _word(token: Token, at: int) -> p.Word:
    word = p.Word(name_text(token.value), span_of(token, at))
    if token.type in _PLAIN_NAMES and "@" in word.text:
        message = f"'{word.text}' cannot be a name here"
        wrong("not-a-name", message, word.span, "a name holds letters, digits and _")
    return word


_PLAIN_NAMES: Final = frozenset({
    "NEW_DATASET",
    "NEW_CODE_LIST",
    "NEW_ALIAS",
    "NEW_BINDING",
    "ITERATOR",
    "STATISTIC",
    "OPTION",
})


def signed_number(token: Token, at: int, sign: int = 1) -> int | float:
    """Give the value of a number; leading zeros are dropped. Raises `number-too-large`."""
    text = token.value
    whole = text.isdecimal()
    if whole and len(text.lstrip("0")) > 19:
        wrong("number-too-large", "this number is too large", span_of(token, at))
    value = int(text) if whole else float(text)
    if value > _LARGEST if whole else value == float("inf"):
        wrong("number-too-large", "this number is too large", span_of(token, at))
    return sign * value


def _literal(token: Token, at: int) -> tree.Literal:
    return tree.Literal(signed_number(token, at), span_of(token, at))


def _text_literal(token: Token, at: int) -> tree.Literal:
    return tree.Literal(token.value[1:-1], span_of(token, at))


def _bank(token: Token, at: int) -> p.Bank:
    name, _, version = token.value.partition(":")
    span = span_of(token, at)
    if not name or not version:
        message = f"'{token.value}' names no version of a databank"
        wrong("no-version", message, span, f"write it like '{name or 'no.ssb.fdb'}:45'")
    if not all(part.isascii() and part.isdigit() for part in version.split(".")):
        message = f"'{version}' is not the number of a version"
        wrong("no-version", message, span, f"write it like '{name}:45'")
    return p.Bank(name, version, span)


def _path(token: Token, at: int) -> p.Path:
    alias, _, name = token.value.partition("/")
    span = span_of(token, at)
    if not name.isidentifier():
        message = f"'{name}' cannot be the name of a register variable"
        wrong("not-a-path", message, span, "it is written alias/NAME")
    middle = span.start + len(alias)
    first = p.Word(name_text(alias), Span(span.start, middle))
    return p.Path(first, p.Word(name_text(name), Span(middle + 1, span.end)), span)


def calendar_date(text: str, span: Span) -> p.Date:
    """Give the date that a text says, or raise `not-a-date`."""
    found = _DATE.fullmatch(text)
    if found is None or not text.isascii():
        wrong("not-a-date", f"'{text}' is not a date", span, "a date is written YYYY-MM-DD")
    year, month, day = map(int, found.groups())
    try:
        ordinal = date(year, month, day).toordinal()
    except ValueError:
        part = f"month {month}" if not 1 <= month <= 12 else f"day {day} in that month"
        wrong("not-a-date", f"the date '{text}' does not exist: there is no {part}", span)
    return p.Date(ordinal - _EPOCH, text, span)


_MAKERS: Final[dict[str, Callable[[Token, int], Any]]] = {
    "NUMBER": _literal,
    "STRING": _text_literal,
    "MISSING": lambda token, at: tree.Missing(span_of(token, at)),
    "BINDING": lambda token, at: tree.Binding(name_text(token.value[1:]), span_of(token, at)),
    "NAME": lambda token, at: tree.Name(name_text(token.value), span_of(token, at)),
    "BANK": _bank,
    "PATH": _path,
    "DATE": lambda token, at: calendar_date(token.value, span_of(token, at)),
    "GROUP": lambda token, at: p.Group(
        "missing" if token == "." else token.value, span_of(token, at)
    ),
}
