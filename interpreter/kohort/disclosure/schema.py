"""Turns dataclasses into JSON values and back, refusing what their annotations do not describe."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

Reader = Callable[[object], Any]

TAG: Final = "block"
"""The key that tells apart the dataclasses of a union: the class name in lower case."""

WIDEST: Final = 2**63
SCALARS: Final = (str, int, float, NoneType)


class WireError(ValueError):
    """What came in is not a released result. Names the place, never what stood there."""

    def within(self, place: str) -> WireError:
        """Give the same error, its place now named from one level further out."""
        return WireError(f"{place}{self}")


def plain(value: object) -> Any:
    """Give the JSON value of nested dataclasses, tuples and mappings."""
    if isinstance(value, tuple):
        return [plain(member) for member in value]
    if isinstance(value, Mapping):
        return {name: plain(member) for name, member in value.items()}
    if value is None or isinstance(value, (str, int, float)):
        return value
    made: Any = type(value)
    return {name: plain(getattr(value, name)) for name in _names(made)}


@cache
def _names(made: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(made))


def read(kind: Any, value: object, place: str) -> Any:
    """Give the `kind` (a dataclass) that the JSON value describes; raises `WireError`."""
    try:
        return _reader(kind)(value)
    except WireError as error:
        raise error.within(place) from None


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
    readers = {name: _reader(hints[name]) for name in _names(made)}
    required = {
        field.name
        for field in fields(made)
        if field.default is MISSING and field.default_factory is MISSING
    }

    def read_record(value: object) -> Any:
        if not isinstance(value, dict):
            raise WireError(": not an object")
        if not (required <= value.keys() <= readers.keys()):
            raise WireError(f": other keys than those of {made.__name__}")
        found = {}
        for name, member in value.items():
            try:
                found[name] = readers[name](member)
            except WireError as error:
                raise error.within(f".{name}") from None
        try:
            return made(**found)
        except ValueError as error:
            raise WireError(f": {error}") from None

    return read_record


def _sequence(member: Reader) -> Reader:
    def read_sequence(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise WireError(": not a list")
        try:
            return tuple([member(part) for part in value])
        except WireError as error:
            raise error.within("[]") from None

    return read_sequence


def _row(members: tuple[Reader, ...]) -> Reader:
    def read_row(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) != len(members):
            raise WireError(f": not a list of {len(members)}")
        try:
            return tuple(read_part(part) for read_part, part in zip(members, value, strict=True))
        except WireError as error:
            raise error.within("[]") from None

    return read_row


def _mapping(member: Reader) -> Reader:
    def read_mapping(value: object) -> dict[str, Any]:
        if not isinstance(value, dict) or not all(type(name) is str for name in value):
            raise WireError(": not an object")
        try:
            return {name: member(part) for name, part in value.items()}
        except WireError as error:
            raise error.within("{}") from None

    return read_mapping


def _one_of(words: tuple[Any, ...]) -> Reader:
    known = frozenset(words)

    def read_word(value: object) -> Any:
        if type(value) is not str or value not in known:
            raise WireError(": unknown word")
        return value

    return read_word


def _scalar(kinds: tuple[Any, ...]) -> Reader:
    # `type() in`, not isinstance: a bool is an int to Python and must not pass as a number
    def read_scalar(value: object) -> Any:
        if type(value) not in kinds:
            raise WireError(": wrong type")
        if type(value) is float and not math.isfinite(value):
            raise WireError(": not a finite number")
        if type(value) is int and not -WIDEST <= value <= WIDEST:
            raise WireError(": a number wider than 64 bits")
        return value

    return read_scalar


def _union(members: tuple[Any, ...]) -> Reader:
    """Read scalars by their type and dataclasses by their tag; one dataclass alone needs none."""
    scalars = tuple(member for member in members if member in SCALARS)
    records = [member for member in members if is_dataclass(member)]
    if len(scalars) + len(records) != len(members):
        raise TypeError("unions are of scalars and dataclasses")
    read_scalar = _scalar(scalars)
    if not records:
        return read_scalar
    classes: list[Any] = records
    tagged = {made.__name__.lower(): _reader(made) for made in classes}

    def read_union(value: object) -> Any:
        if not isinstance(value, dict):
            return read_scalar(value)
        if len(tagged) == 1:
            return next(iter(tagged.values()))(value)
        word = value.get(TAG)
        if type(word) is not str or word not in tagged:
            raise WireError(": unknown kind of block")
        return tagged[word]({name: part for name, part in value.items() if name != TAG})

    return read_union
