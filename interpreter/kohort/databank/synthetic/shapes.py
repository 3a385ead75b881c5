"""The rest of the catalogue: variables of which only the shape is right, drawn from metadata."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl

from kohort.databank.definition import facts, validity
from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import places, shape_values
from kohort.databank.synthetic.days import Index, day
from kohort.databank.synthetic.scope import ALL_MONTHS, Scope, simulated
from kohort.databank.synthetic.simulation import Numbers
from kohort.databank.synthetic.streams import Streams
from kohort.databank.synthetic.tables import LAST_DAY, Table, Tables, at, define, fixed, spells

# How the description of such a variable begins; `variables NAME` shows it.
MARK: Final = "Bare formen stemmer (shape only)"
_TOLD: Final = f"{MARK}: tilfeldige verdier uten sammenheng med noe annet."
# Part of all units that have a row: of constants, at a date, in a period, with spells.
_SHARES: Final = {"FIXED": 0.8, "STATUS": 0.5, "ACCUMULATED": 0.4, "EVENT": 0.2}
# Of units that nothing else describes there is one for so many persons.
_PERSONS_FOR_ONE: Final = {
    "TRAFIKKULYKKE": 60, "TRAFIKKULYKKE_PERSON": 40, "NPR_EPISODE": 2, "KURS": 2, "JOBB": 1,
    "KJORETOY": 2, "MALEPUNKT": 3,
}  # fmt: skip
# A variable that ended before the bank's years has these last years of its own.
_LAST_YEARS: Final = 3


def names(scope: Scope, everything: bool) -> list[str]:
    """Give the variables to be drawn so: those asked for, or all, that are not simulated."""
    rest = facts()["variables"].keys() - simulated()
    return sorted(rest if everything else rest & (scope.names or frozenset()))


def tables(seed: int, numbers: Numbers, scope: Scope, drawn: list[str]) -> Tables:
    """Give the named variables, in parts, year by year."""
    for name in drawn:
        yield from _Shape(name, Streams(seed), numbers, scope).tables()


class _Shape:
    def __init__(self, name: str, streams: Streams, numbers: Numbers, scope: Scope) -> None:
        self.name = name
        self.fact: dict[str, Any] = facts()["variables"][name]
        self.streams = streams
        self.persons = numbers.used("PERSON")
        self.monthly = self.fact.get("freq") == "monthly"
        self.months = scope.months
        unit = self.fact["unit"]
        few = max(self.persons // _PERSONS_FOR_ONE.get(unit, 1), 20)
        self.units: Index = np.arange(1, (numbers.used(unit) or few) + 1, dtype=np.int64)

    def tables(self) -> Iterator[Table]:
        match self.fact["temp"]:
            case "FIXED":
                units = self._some(0)
                yield fixed(self.name, _TOLD, self._ids(units, LAST_DAY), self._values(units, 0))
            case "EVENT":
                yield self._spells()
            case _:
                for year in self._years():
                    yield self._year(year)

    # ---- rows

    def _some(self, moment: int) -> Index:
        """Give the units that have a row at a moment."""
        if self.fact["unit"] == "KOMMUNE":
            return np.arange(len(set(places.load().codes_on(moment))), dtype=np.int64)
        when = np.full(len(self.units), moment)
        lot = self.streams.lots(f"row {self.name}", self.units, when)
        return self.units[lot < _SHARES[self.fact["temp"]]]

    def _ids(self, units: Index, moment: int) -> Any:
        if self.fact["unit"] != "KOMMUNE":
            return units
        return pl.Series(sorted(set(places.load().codes_on(moment))), dtype=pl.String).gather(units)

    def _values(self, units: Index, moment: int) -> Any:
        draws = [
            self.streams.lots(f"{n} {self.name}", units, np.full(len(units), moment))
            for n in range(2)
        ]
        return shape_values.values(self.name, self.fact, draws, moment or LAST_DAY, self.persons)

    def _year(self, year: int) -> Table:
        parts = [
            (units, start, stop, self._values(units, start))
            for start, stop in self._dates(year)
            for units in [self._some(start)]
        ]
        starts = [np.full(len(units), start) for units, start, _, _ in parts]
        stops = [np.full(len(units), stop) for units, _, stop, _ in parts]
        values = [pl.Series(value) for _, _, _, value in parts]
        ids = [pl.Series(self._ids(units, start)) for units, start, _, _ in parts]
        return at(
            self.name, _TOLD, pl.concat(ids), pl.concat(values), np.concatenate(starts),
            np.concatenate(stops),
        )  # fmt: skip

    def _spells(self) -> Table:
        first, last = self._reach()
        units = self._some(first)
        draws = [self.streams.lots(f"spell {n} {self.name}", units) for n in range(3)]
        start = first + (draws[0] * max(last - first - 400, 1)).astype(np.int64)
        stop = start + 30 + (draws[1] * 1500).astype(np.int64)
        # Half of them have a second spell later on.
        again = np.flatnonzero((draws[2] < 0.5) & (stop + 200 < last))
        who = np.concatenate([units, units[again]])
        begin = np.concatenate([start, stop[again] + 100])
        end = np.concatenate([stop, stop[again] + 460])
        inside = np.flatnonzero(begin <= last)
        inside = inside[np.lexsort((begin[inside], who[inside]))]
        moments = begin[inside]
        lots = [self.streams.lots(f"{n} {self.name}", who[inside], moments) for n in range(2)]
        values = shape_values.values(self.name, self.fact, lots, first, self.persons)
        _, frame = spells(
            self.name, _TOLD, who[inside], values, moments, np.minimum(end[inside], LAST_DAY + 1)
        )
        return define(self.name, _TOLD, coverage=(first, last)), frame

    # ---- dates

    def _reach(self) -> tuple[int, int]:
        first, last = validity(self.name)
        earliest = max(first if first is not None else day(c.DATA), day(c.DATA))
        return earliest, min(last if last is not None else LAST_DAY, LAST_DAY)

    def _years(self) -> list[int]:
        """Give the years that have rows; monthly series only those asked for."""
        if self.monthly:
            return [year for year in self.months if list(self._dates(year))]
        covered = [year for year in range(1967, c.HORIZON + 1) if list(self._dates(year))]
        recent = [year for year in covered if year >= ALL_MONTHS[0]]
        return recent or covered[-_LAST_YEARS:]

    def _dates(self, year: int) -> Iterator[tuple[int, int]]:
        """Give first and last day of each measurement or period of a year."""
        first, last = validity(self.name)
        accumulated = self.fact["temp"] == "ACCUMULATED"
        for month in range(1, 13) if self.monthly else (1,):
            start = day(year, month)
            if accumulated:
                stop = day(year + month // 12, month % 12 + 1) - 1
                stop = stop if self.monthly else day(year, 12, 31)
            else:
                start = stop = self._measured(year, month)
            latest = LAST_DAY + (0 if accumulated else 1)
            if (first or start) <= start and stop <= (last or stop) and stop <= latest:
                yield start, stop

    def _measured(self, year: int, month: int) -> int:
        """Give the day of measurement: the one on which the series begins, by month or year."""
        month_day = self.fact.get("from", "")[5:]
        number = int(month_day[3:] or 1)
        if not self.monthly:
            month = int(month_day[:2] or 1)
        end = day(year + month // 12, month % 12 + 1) - 1
        return end if number >= 28 else day(year, month, number)
