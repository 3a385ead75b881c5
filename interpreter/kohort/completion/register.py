"""What the connected databanks offer for completion: their names, variables and dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as calendar
from typing import Final

from kohort.catalogue import CatalogueError, Databank, RegisterVariable
from kohort.completion.spot import Spot
from kohort.register import iso
from kohort.scope import Scope

LEAST_SEARCHED: Final = 2
"""Letters from which variables are looked up by their titles too."""

_MOST_FOUND: Final = 40
_MOST_YEARS: Final = 60


def connectable(scope: Scope) -> list[str]:
    """Give how each databank is asked for in `require`: under the name that scripts use."""
    try:
        found = scope.catalogue.databanks()
    except CatalogueError:
        return []
    names = [(bank.manifest.answers_to or (bank.name,))[0] for bank in found]
    majors = [bank.version.split(".")[0] for bank in found]
    return list(dict.fromkeys(f"{n}:{major}" for n, major in zip(names, majors, strict=True)))


def banks(_: Spot, scope: Scope) -> Iterator[tuple[str, str]]:
    """Give the names under which databanks can be connected, with their newest version."""
    try:
        found = scope.catalogue.databanks()
    except CatalogueError:
        return
    for bank in found:
        told = "synthetic: all data are made up" if bank.synthetic else ""
        major = bank.version.split(".")[0]
        for name in (bank.name, *bank.manifest.answers_to):
            yield f"{name}:{major}", told


def paths(place: Spot, scope: Scope) -> Iterator[tuple[str, str]]:
    """Give the variables of the alias written so far, else the aliases."""
    alias, slash, _ = place.word.partition("/")
    if not slash:
        for name, bank in scope.banks.items():
            yield f"{name}/", f"{bank.name} {bank.version}"
        return
    known = scope.banks.get(alias)
    if known is not None:
        for name, variable in known.variables.items():
            yield f"{alias}/{name}", title(variable, place.language)


def searched(place: Spot, scope: Scope) -> Iterator[tuple[str, str]]:
    """Give the variables whose names, titles or labels fit the word begun."""
    if "PATH" not in place.kinds:
        return
    alias, slash, word = place.word.rpartition("/")
    if len(word) < LEAST_SEARCHED:
        return
    for name, bank in scope.banks.items():
        if not slash or name == alias:
            for found, variable in _fitting(name, bank, word):
                yield found, title(variable, place.language)


def _fitting(alias: str, bank: Databank, word: str) -> Iterator[tuple[str, RegisterVariable]]:
    for match in bank.index.search(word.replace("_", " "), _MOST_FOUND):
        yield f"{alias}/{match.variable.name}", match.variable


def title(variable: RegisterVariable, language: str = "nb") -> str:
    """Give the gloss of a register variable: unit type and title, in English where it has one."""
    english = None if language == "nb" else variable.title_en
    return f"{variable.unit_type}, {english or variable.title}"


def dates(place: Spot, scope: Scope) -> Iterator[tuple[str, str]]:
    """Give dates at which the variable written before has data, the newest first."""
    if place.path is None:
        return
    bank = scope.banks.get(place.path[0])
    variable = None if bank is None else bank.find(place.path[1])
    if variable is None or variable.temporality == "FIXED":
        return
    if variable.status_dates:
        days = list(variable.status_dates)
        told = "measured"
    else:
        days = list(_years(variable))
        told = "the year's value" if variable.temporality == "ACCUMULATED" else "as of"
    for day in reversed(days):
        yield iso(day), told


def _years(variable: RegisterVariable) -> Iterator[int]:
    """Give the last day of each year covered where values add up, else the first."""
    epoch = calendar(1970, 1, 1)
    accumulated = variable.temporality == "ACCUMULATED"
    first = calendar.fromordinal(epoch.toordinal() + (variable.start or 0))
    last = calendar.today()
    if variable.stop is not None:
        last = calendar.fromordinal(epoch.toordinal() + variable.stop)
    for year in range(max(first.year, last.year - _MOST_YEARS), last.year + 1):
        day = calendar(year, 12, 31) if accumulated else calendar(year, 1, 1)
        if first <= day <= last:
            yield (day - epoch).days
