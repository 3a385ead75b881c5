"""Turns dataclasses into JSON values and back, refusing what their annotations do not describe."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

Reader = Callable[[object, str], Any]

TAG: Final = "block"
"""The key that tells apart the dataclasses of a union: the class name in lower case."""

WIDEST: Final = 2**63
SCALARS: Final = (str, int, float, NoneType)


class WireError(ValueError):
    """What came in is not a released result. Names the place, never what stood there."""


def plain(value: object) -> Any:
    """Give the JSON value of nested dataclasses, tuples and mappings."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [plain(member) for member in value]
    if isinstance(value, Mapping):
        return {name: plain(member) for name, member in value.items()}
    return value


def read(kind: type, value: object, place: str) -> Any:
    """Give the `kind` (a dataclass) that the JSON value describes; raises `WireError`."""
    return _reader(kind)(value, place)


@cache
def _reader(hint: Any) -> Reader:
    origin, arguments = get_origin(hint), get_args(hint)
    if is_dataclass(hint):
        return _record(hint)
    if origin is tuple and arguments[-1] is Ellipsis:
        return _sequence(_reader(arguments[0]))
    if origin is tuple:
        return _row(tuple(_reader(argument) for argument in arguments))
    if origin is Mapping:
        return _mapping(_reader(arguments[1]))
    if origin is Literal:
        return _one_of(arguments)
    if origin in {Union, UnionType}:
        return _union(arguments)
    if hint in {*SCALARS, bool}:
        return _scalar((hint,))
    raise TypeError(f"no reader for {hint}")


def _record(made: Any) -> Reader:
    hints = get_type_hints(made)
    readers = {field.name: _reader(hints[field.name]) for field in fields(made)}
    required = {
        field.name
        for field in fields(made)
        if field.default is MISSING and field.default_factory is MISSING
    }

    def read_record(value: object, place: str) -> Any:
        if not isinstance(value, dict):
            raise WireError(f"{place}: not an object")
        if not (required <= value.keys() <= readers.keys()):
            raise WireError(f"{place}: other keys than those of {made.__name__}")
        found = {name: readers[name](member, f"{place}.{name}") for name, member in value.items()}
        try:
            return made(**found)
        except ValueError as error:
            raise WireError(f"{place}: {error}") from None

    return read_record


def _sequence(member: Reader) -> Reader:
    def read_sequence(value: object, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise WireError(f"{place}: not a list")
        return tuple(member(part, f"{place}[]") for part in value)

    return read_sequence


def _row(members: tuple[Reader, ...]) -> Reader:
    def read_row(value: object, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) != len(members):
            raise WireError(f"{place}: not a list of {len(members)}")
        return tuple(read(part, f"{place}[]") for read, part in zip(members, value, strict=True))

    return read_row


def _mapping(member: Reader) -> Reader:
    def read_mapping(value: object, place: str) -> dict[str, Any]:
        if not isinstance(value, dict) or not all(type(name) is str for name in value):
            raise WireError(f"{place}: not an object")
        return {name: member(part, f"{place}{{}}") for name, part in value.items()}

    return read_mapping


def _one_of(words: tuple[Any, ...]) -> Reader:
    def read_word(value: object, place: str) -> Any:
        if type(value) is not str or value not in words:
            raise WireError(f"{place}: unknown word")
        return value

    return read_word


def _scalar(kinds: tuple[Any, ...]) -> Reader:
    # `type() in`, not isinstance: a bool is an int to Python and must not pass as a number
    def read_scalar(value: object, place: str) -> Any:
        if type(value) not in kinds:
            raise WireError(f"{place}: wrong type")
        if type(value) is float and not math.isfinite(value):
            raise WireError(f"{place}: not a finite number")
        if type(value) is int and not -WIDEST <= value <= WIDEST:
            raise WireError(f"{place}: a number wider than 64 bits")
        return value

    return read_scalar


def _union(members: tuple[Any, ...]) -> Reader:
    scalars = tuple(member for member in members if member in SCALARS)
    records = [member for member in members if is_dataclass(member)]
    if len(scalars) + len(records) != len(members):
        raise TypeError("unions are of scalars and dataclasses")
    read_scalar = _scalar(scalars)
    tagged = {made.__name__.lower(): _reader(made) for made in records}  # type: ignore[union-attr]

    def read_union(value: object, place: str) -> Any:
        if not isinstance(value, dict) or not tagged:
            return read_scalar(value, place)
        if len(tagged) == 1:
            return next(iter(tagged.values()))(value, place)
        word = value.get(TAG)
        if type(word) is not str or word not in tagged:
            raise WireError(f"{place}: unknown kind of block")
        return tagged[word]({name: part for name, part in value.items() if name != TAG}, place)

    return read_union
