"""Which variables the country simulates, and which of them are to be written for which months."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from kohort.databank.definition import facts, validity
from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic.days import day

ALL_MONTHS: Final = tuple(range(c.STATUS_FIRST, c.HORIZON))
# Household numbers are simulated beside the variables that have an English title, which are those
# of published scripts.
_BESIDE: Final = ("BEFOLKNING_HUSHNR", "INNTEKT_HUSHNR")


@cache
def simulated() -> frozenset[str]:
    """Give the names of the variables that follow from the simulated country."""
    titled = (name for name, fact in facts()["variables"].items() if "en" in fact)
    return frozenset((*titled, *_BESIDE))


@dataclass(frozen=True)
class Scope:
    """What is to be written: names (None: all that are simulated), years of monthly series."""

    names: frozenset[str] | None = None
    months: tuple[int, ...] = ALL_MONTHS

    def __contains__(self, name: str) -> bool:
        return self.names is None or name in self.names

    def any(self, names: Iterable[str]) -> bool:
        """Whether one of the names is asked for."""
        return any(name in self for name in names)

    def parts(self) -> int:
        """Give about how many parts there are to write: a variable with years has one for each."""
        names = simulated() if self.names is None else self.names
        return sum(self._parts(name) for name in names)

    def _parts(self, name: str) -> int:
        fact = facts()["variables"][name]
        if fact["temp"] in {"FIXED", "EVENT"}:
            return 1
        first, last = validity(name)
        years: Sequence[int] = self.months if fact.get("freq") == "monthly" else ALL_MONTHS
        return sum(
            1
            for year in years
            if (first is None or day(year + 1) > first) and (last is None or day(year) <= last)
        )


def scope_of(variables: Iterable[str] | None, months: Sequence[int]) -> Scope:
    """Give the scope of what a user asks for.

    Raises `ValueError` for a name that nobody knows and a year without monthly series.
    """
    names = None if variables is None else frozenset(variables)
    unknown = sorted((names or frozenset()) - facts()["variables"].keys())
    if unknown:
        raise ValueError(f"the catalogue has no variable '{unknown[0]}'")
    outside = sorted(set(months) - set(ALL_MONTHS))
    if outside:
        raise ValueError(f"monthly series lie between {ALL_MONTHS[0]} and {ALL_MONTHS[-1]}")
    return Scope(names, tuple(year for year in ALL_MONTHS if year in set(months)))
