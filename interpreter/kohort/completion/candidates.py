"""What could stand in a place: names, options, codes and dates, each with a word of explanation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kohort.command import commands
from kohort.completion import register
from kohort.completion.spot import COMMAND, VALUE, Spot
from kohort.function import functions
from kohort.parser import keywords, sentences
from kohort.scope import Code, Scope, Shape, Type, Variable

MOST: Final = 200
"""Longest list that is offered."""


@dataclass(frozen=True)
class Candidate:
    """A text that may replace the last `length` characters before the cursor, and its gloss."""

    text: str
    gloss: str
    length: int


Offer = tuple[str, str]
"""A text and its gloss."""


def candidates(place: Spot, scope: Scope) -> tuple[Candidate, ...]:
    """Give what could stand there, best first: beginnings of the word before its inside."""
    found: dict[str, str] = {}
    for kind in sorted(place.kinds, key=_order):
        for text, gloss in _offers(kind, place, scope):
            found.setdefault(text, gloss)
    ranked = sorted(
        ((rank, text) for text in found if (rank := _rank(place.word, text)) is not None),
        key=lambda item: item[0],
    )
    texts = [text for _, text in ranked]
    # What is found by its title need not hold the word.
    searched = {t: g for t, g in register.searched(place, scope) if t not in texts}
    texts += searched
    glosses = found | searched
    return tuple(Candidate(text, glosses[text], place.length) for text in texts[:MOST])


def _order(kind: str) -> tuple[int, str]:
    """Put what is most likely meant first: codes, then names, then bindings and keywords."""
    return (0 if kind == VALUE else 1 if kind in _NAMING else 2), kind


def _rank(word: str, text: str) -> int | None:
    """Give how well a text fits the word begun (0 best), or None."""
    wanted, given = word.casefold(), text.lstrip("'\"$").casefold()
    if given.startswith(wanted):
        return 0
    return 1 if len(wanted) > 1 and wanted in given else None


def _offers(kind: str, place: Spot, scope: Scope) -> Iterable[Offer]:
    offer = _OFFERS.get(kind)
    if offer is not None:
        return offer(place, scope)
    command = commands().get(place.command)
    if command is not None and kind in command.offers:
        return [(word, "") for word in command.offers[kind]]
    word = keywords().get(kind, "")
    return [(word, "")] if word[:1].isalpha() else []


def _commands(_: Spot, __: Scope) -> Iterator[Offer]:
    for name, command in commands().items():
        if name in sentences():
            yield name, first_line(command.__doc__)


def _variables(place: Spot, scope: Scope) -> Iterator[Offer]:
    shape = _shape(scope)
    if shape is None:
        return
    for variable in shape.variables.values():
        yield variable.name, gloss(variable)
    if shape.key is not None and place.option == "by":
        yield shape.key.name, f"key, {shape.unit_type or 'units'}"


def _stems(_: Spot, scope: Scope) -> Iterator[Offer]:
    """Give the beginnings of names that end in digits, with those names."""
    shape = _shape(scope)
    found: dict[str, list[str]] = {}
    for name in () if shape is None else shape.variables:
        stem = _SUFFIX.sub("", name)
        if stem not in ("", name):
            found.setdefault(stem, []).append(name)
    for stem, names in found.items():
        yield stem, " ".join(names)


_SUFFIX: Final = re.compile(r"[\W\d_]+\Z")


def _names(place: Spot, scope: Scope) -> Iterator[Offer]:
    """Give what an expression may name: variables that can be computed with, and functions."""
    shape = _shape(scope)
    for variable in () if shape is None else shape.variables.values():
        if variable.type is not Type.KEY:
            yield variable.name, gloss(variable)
    for function in functions().values():
        yield f"{function.name}(", f"{function.signature}: {first_line(function.doc)}"


def _datasets(_: Spot, scope: Scope) -> Iterator[Offer]:
    for name, shape in scope.datasets.items():
        active = "active, " if name == scope.active else ""
        yield name, f"{active}{shape.unit_type or shape.kind}, {len(shape.variables)} variables"


def _options(place: Spot, _: Scope) -> Iterator[Offer]:
    command = commands().get(place.command)
    for name, option in {} if command is None else command.options_table.items():
        yield name if option.argument == "none" else f"{name}(", option.help


def _code_lists(_: Spot, scope: Scope) -> Iterator[Offer]:
    for name, labels in scope.code_lists.items():
        yield name, ", ".join(label for _, label in labels.pairs[:4])


def _bindings(_: Spot, scope: Scope) -> Iterator[Offer]:
    for name, value in scope.bindings.items():
        yield f"${name}", str(value)


def _values(place: Spot, scope: Scope) -> Iterator[Offer]:
    """Give the published codes of the variable that stands before."""
    shape = _shape(scope)
    variable = None if shape is None else shape.find(place.compared or "")
    if variable is None:
        return
    labels = {} if variable.labels is None else variable.labels.mapping
    for code in (*labels, *(c for c in variable.codes or () if c not in labels)):
        written = _written(code, place.quote)
        if written is not None:
            yield written, labels.get(code, "")


def _written(code: Code, quote: str) -> str | None:
    """Give a code as a script writes it, with the quote that is open already, or None."""
    if not isinstance(code, str):
        return None if quote else f"{code:g}" if isinstance(code, float) else str(code)
    chosen = quote or ('"' if "'" in code else "'")
    return None if chosen in code else f"{chosen}{code}{chosen}"


def _topics(_: Spot, scope: Scope) -> Iterator[Offer]:
    yield from _commands(_, scope)


def _groups(_: Spot, __: Scope) -> Iterator[Offer]:
    yield "missing", "missing values"
    yield "nonmissing", "all values that are not missing"


def _extremes(_: Spot, __: Scope) -> Iterator[Offer]:
    yield "min", "the smallest value"
    yield "max", "the largest value"


_OFFERS: Final[dict[str, Callable[[Spot, Scope], Iterable[Offer]]]] = {
    COMMAND: _commands, VALUE: _values, "VARIABLE": _variables, "RENAMED": _variables,
    "LABELLED": _variables, "NAME": _names, "DATASET": _datasets, "OPTION": _options,
    "CODE_LIST": _code_lists, "BINDING": _bindings, "TOPIC": _topics, "GROUP": _groups,
    "EXTREME": _extremes, "PATH": register.paths, "BANK": register.banks, "DATE": register.dates,
    "STEM": _stems,
}  # fmt: skip


_NAMING: Final = frozenset(_OFFERS) - {"BINDING"}


def _shape(scope: Scope) -> Shape | None:
    return scope.datasets.get(scope.active or "")


def gloss(variable: Variable) -> str:
    """Give what a variable is in a few words."""
    told = variable.title or variable.source or ""
    return f"{variable.type.value}{', ' + told if told else ''}"


def first_line(doc: str | None) -> str:
    """Give the first line of a docstring without its full stop."""
    lines = (doc or "").strip().splitlines()
    return lines[0].rstrip(".") if lines else ""
