"""Runs the country from 1960 to the horizon, year by year, and keeps what the bank describes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import curve, migration, stock, unions, vital
from kohort.databank.synthetic.days import Index, day
from kohort.databank.synthetic.families import Snapshot, snapshot
from kohort.databank.synthetic.numbering import Numbering
from kohort.databank.synthetic.population import ABSENT, RESIDENT, Log, Population
from kohort.databank.synthetic.spells import Spells, from_log
from kohort.databank.synthetic.streams import Streams

FEWEST_PERSONS = 1_000
_YEARS = range(c.FIRST, c.HORIZON)


class Numbers:
    """Counts the keys that are taken of each kind of unit, in the blocks of persons before too."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def used(self, unit_type: str) -> int:
        """Give how many are taken: keys count from 1."""
        return self._used.get(unit_type, 0)

    def claim(self, unit_type: str, count: int) -> Index:
        """Take the next `count` keys."""
        first = self.used(unit_type) + 1
        self._used[unit_type] = first + count - 1
        return np.arange(first, first + count, dtype=np.int64)


@dataclass(frozen=True)
class Country:
    """The finished country: its people, 1 January by year, and histories as spells.

    `ids` are the published keys, in the order of the people; `residence` values are places.
    `numbers` gives keys to other units.
    """

    people: Population
    streams: Streams
    ids: Index
    snapshots: dict[int, Snapshot]
    residence: Spells
    marital: Spells
    numbers: Numbers

    def resident_on(self, at: int) -> tuple[Index, Index]:
        """Give who lives in the country on a day, ascending, and in which place."""
        live = (self.residence.start <= at) & (self.residence.stop >= at)
        return self.residence.persons[live], self.residence.value[live].astype(np.int64)


def simulate(
    persons: int, streams: Streams, progress: Callable[[float], None], numbers: Numbers
) -> Country:
    """Let the country of `persons` people live; `progress` hears the share done, 0 to 1."""
    pop = Population(persons, streams)
    years = list(_YEARS)
    weights = [float(c.STOCK_1960)]
    weights += [curve.at(c.BIRTHS, year) for year in years]
    weights += [curve.at(c.IMMIGRANTS, year) for year in years]
    parts = curve.split(persons, np.array(weights))
    births, arrivals = parts[1 : len(years) + 1], parts[len(years) + 1 :]
    closeness = streams.of("closeness").random(persons)
    stock.settle(pop, int(parts[0]))
    snapshots = {}
    for number, year in enumerate(years):
        if year == c.DATA:
            _start_histories(pop)
        if year >= c.DATA:
            snapshots[year] = snapshot(pop, year, closeness)
        live(pop, year, int(births[number]), int(arrivals[number]))
        progress((number + 1) / len(years))
    snapshots[c.HORIZON] = snapshot(pop, c.HORIZON, closeness)
    return _numbered(pop, streams, snapshots, numbers)


def _numbered(
    pop: Population, streams: Streams, snapshots: dict[int, Snapshot], numbers: Numbers
) -> Country:
    # Shuffled, so that the numbers tell nothing; in their order, so that rows come out sorted.
    numbering = Numbering(streams.of("ids").permutation(pop.size))
    numbering.population(pop)
    return Country(
        people=pop,
        streams=streams,
        ids=numbers.claim("PERSON", pop.size),
        snapshots={year: numbering.snapshot(seen) for year, seen in snapshots.items()},
        residence=numbering.spells(from_log(pop.residence_log)),
        marital=numbering.spells(from_log(pop.marital_log)),
        numbers=numbers,
    )


def live(pop: Population, year: int, births: int, arrivals: int) -> None:
    """Let one year pass; the order of steps is what keeps every person's events consistent."""
    pop.begin_year()
    vital.deaths(pop, year)
    unions.divorces(pop, year)
    unions.breaks(pop, year)
    unions.marriages(pop, year)
    unions.new_couples(pop, year)
    migration.leave_home(pop, year)
    migration.moves(pop, year)
    migration.emigration(pop, year)
    migration.returns(pop, year)
    migration.immigration(pop, year, arrivals)
    vital.births(pop, year, births)
    vital.arrivals_of_children(pop, year)


def _start_histories(pop: Population) -> None:
    """Forget the logs so far: histories begin on the first day of the data, cut off at the left."""
    pop.residence_log, pop.marital_log = Log(), Log()
    start = day(c.DATA)
    here = np.flatnonzero(pop.state == RESIDENT)
    pop.residence_log.add(here, np.full(len(here), start), pop.place[here])
    known = np.flatnonzero((pop.state != ABSENT) & (pop.death >= start))
    pop.marital_log.add(known, np.full(len(known), start), pop.marital[known])
