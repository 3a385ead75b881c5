"""Variables of where people live: status in the register, municipality each year and over time."""

from __future__ import annotations

import numpy as np

from kohort.databank.synthetic import places
from kohort.databank.synthetic.days import NEVER, Index, Mask, day
from kohort.databank.synthetic.education import Education
from kohort.databank.synthetic.families import Snapshot
from kohort.databank.synthetic.population import ABSENT, UNMARRIED
from kohort.databank.synthetic.scope import Scope
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.spells import Spells
from kohort.databank.synthetic.tables import Table, Tables, at, coded, spells, years

_NAMES = ("BEFOLKNING_STATUSKODE", "BEFOLKNING_KOMMNR_FORMELL", "BEFOLKNING_KOMMNR_FAKTISK")
_AWAY_SHARE = 0.4


def tables(country: Country, education: Education, scope: Scope) -> Tables:
    """Give status code, registered and actual municipality, and the history of residence."""
    ids, where = country.ids, places.load()
    status_code, formal, actual = _NAMES
    for year in years(status_code) if status_code in scope else ():
        state = country.snapshots[year].state
        known = np.flatnonzero(state != ABSENT)
        status = coded([str(number) for number in range(6)], state[known])
        yield at(status_code, "Status 1. januar.", ids[known], status, day(year))
    for name, told in (
        (formal, "Kommune i folkeregisteret 1. januar."),
        (actual, "Kommune der personen faktisk bor."),
    ):
        for year in years(name) if name in scope else ():
            seen = country.snapshots[year]
            codes, persons = where.codes_on(day(year)), seen.residents
            home = seen.place[persons].astype(np.int64)
            if name == actual:
                away = students_away(country, education, seen, persons)
                home = np.where(away >= 0, away, home)
            yield at(name, told, ids[persons], coded(codes, home), day(year))
    if "BOSATTEFDT_BOSTED" in scope:
        yield _history(country)


def _history(country: Country) -> Table:
    """Give the residence of everybody over time."""
    ids, where = country.ids, places.load()
    cut = by_code(country.residence)
    chains = where.chains
    codes = sorted({code for chain in chains for code, _ in chain})
    number = {code: row for row, code in enumerate(codes)}
    table = np.full((len(chains), max(map(len, chains))), -1)
    for row, chain in enumerate(chains):
        table[row, : len(chain)] = [number[code] for code, _ in chain]
    step, place = np.divmod(cut.value.astype(np.int64), len(chains))
    return spells(
        "BOSATTEFDT_BOSTED",
        "Bostedskommune over tid.",
        ids[cut.persons],
        coded(codes, table[place, step]),
        cut.start,
        cut.stop,
    )


def by_code(residence: Spells) -> Spells:
    """Cut spells at a place where the place's municipality code changes.

    Values become step x number of places + place: which code of the place's chain is in force.
    """
    where = places.load()
    first = np.full((len(where), max(map(len, where.chains)) + 1), NEVER, dtype=np.int64)
    for place, chain in enumerate(where.chains):
        first[place, : len(chain)] = [since for _, since in chain]
    first[:, 0] = -NEVER
    pieces = []
    for step in range(first.shape[1] - 1):
        begins, ends = first[residence.value, step], first[residence.value, step + 1] - 1
        start = np.maximum(residence.start, begins)
        stop = np.where(ends >= NEVER - 1, residence.stop, np.minimum(residence.stop, ends))
        real = (start <= stop) & (begins < NEVER)
        value = residence.value[real].astype(np.int64) + step * len(where)
        pieces.append((residence.persons[real], start[real], stop[real], value))
    persons, starts, stops, values = (
        np.concatenate(column) for column in zip(*pieces, strict=True)
    )
    return Spells(persons, starts.astype(np.int32), stops.astype(np.int32), values)


def students_away(country: Country, education: Education, seen: Snapshot, persons: Index) -> Index:
    """Give for each person the town where he or she lives as a student, or -1.

    Unmarried students of higher education only, and a constant choice for each of them.
    """
    where = places.load()
    rng = country.streams.of("student towns")
    draw, size = rng.random(country.people.size), country.people.size
    weights = where.student_weights / where.student_weights.sum()
    town = where.student_towns[rng.choice(len(weights), size=size, p=weights)]
    studies: Mask = education.studying(day(seen.year))[persons]
    away = studies & (seen.marital[persons] == UNMARRIED) & (draw[persons] < _AWAY_SHARE)
    away &= seen.partner[persons] < 0
    return np.where(away, town[persons], -1)
