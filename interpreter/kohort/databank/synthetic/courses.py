"""Courses: what education people take from when to when, and how it is organised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic.days import NEVER, Days, Index, Mask, day, month_of, year_of
from kohort.databank.synthetic.education import Education, codes
from kohort.databank.synthetic.scope import Scope
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.tables import LAST_DAY, Table, Tables, coded, fixed, spells

HOLDER: Final = "NUDB_KURS_FNR"
NAMES: Final = (
    HOLDER, "NUDB_KURS_NUS", "NUDB_KURS_EIERF", "NUDB_KURS_KOMP", "NUDB_KURS_ORGANISERING",
    "NUDB_KURS_UHGRUPPE",
)  # fmt: skip
# Usual years of a course that leads to each level; compulsory school is none.
_YEARS: Final = {"3": 2, "4": 3, "5": 1, "6": 3, "7": 2, "8": 4}
_ORGANISED_SINCE: Final = day(2014, 10)
_COMPETENCE_SINCE: Final = day(1996, 8)
_FULL, _FAILED, _BROKEN_OFF = 0, 1, 2
# Groups of higher education by field, as far as the list is public; teachers' have several.
_TEACHERS: Final = ("18", "19", "20", "21", "22")
_OTHER_DEGREES: Final = ("99B", "18", "99B", "99B", "05", "96B", "97B", "98B")
_MASTERS: Final = ("66", "67", "68")
_GROUPS: Final = tuple(dict.fromkeys(("03", *_TEACHERS, *_OTHER_DEGREES, *_MASTERS, "95")))


@dataclass(frozen=True)
class Courses:
    """Courses by key: person, place in LEVELS, first and last day, and how they end."""

    persons: Index
    level: Index
    start: Days
    stop: Days
    ending: Index


def tables(country: Country, education: Education, scope: Scope) -> Tables:
    """Give whose each course is, its spell and what is known of it."""
    if not scope.any(NAMES):
        return
    made = attended(country, education)
    keys = country.numbers.claim("KURS", len(made.persons))
    holders = country.ids[made.persons]
    yield fixed(HOLDER, "Nøkkelen til den som tar kurset.", keys, holders)
    rng = country.streams.of("course details")
    draws = rng.random((2, len(keys)))
    everything = np.ones(len(keys), dtype=np.bool_)
    higher = made.level >= c.LEVELS.index("5")
    yield _spells(
        "NUDB_KURS_NUS", "Igangværende utdanning; oppdiktede koder i NUS2000s form.", made, keys,
        coded(codes(), _which(education, made)), everything, day(c.DATA),
    )  # fmt: skip
    yield _spells(
        "NUDB_KURS_EIERF", "Skolens eierforhold; oppdiktet fordeling.", made, keys,
        coded(["1", "2", "3"], np.searchsorted([0.86, 0.985], draws[0])), everything, day(c.DATA),
    )  # fmt: skip
    yield _spells(
        "NUDB_KURS_KOMP", "Om kurset ble fullført.", made, keys,
        coded(["1", "2", "3"], made.ending), ~higher & (made.stop >= _COMPETENCE_SINCE),
        _COMPETENCE_SINCE,
    )  # fmt: skip
    organised = coded([*"12345"], np.searchsorted([0.78, 0.84, 0.91, 0.96], draws[1]))
    yield _spells(
        "NUDB_KURS_ORGANISERING", "Hvordan undervisningen er organisert; oppdiktet fordeling.",
        made, keys, organised, higher & (made.stop >= _ORGANISED_SINCE), _ORGANISED_SINCE,
    )  # fmt: skip
    yield _spells(
        "NUDB_KURS_UHGRUPPE", "Gruppe av høyere utdanning; oppdiktet fordeling.", made, keys,
        _groups(education, made), higher, day(c.DATA),
    )  # fmt: skip


def attended(country: Country, education: Education) -> Courses:
    """Give the courses of everybody that are taken in the country since the data begin.

    Each planned level has one that ends the day before it is completed; who dies before does not
    end it. Some begin a degree and break it off.
    """
    parts = [
        _towards(country, education, place, digit)
        for place, digit in enumerate(c.LEVELS)
        if digit in _YEARS
    ]
    parts.append(_given_up(country, education))
    persons, level, start, stop, ending = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.lexsort((start, persons))
    return Courses(persons[order], level[order], start[order], stop[order], ending[order])


_Part = tuple[Index, Index, Days, Days, Index]


def _towards(country: Country, education: Education, place: int, digit: str) -> _Part:
    people = country.people
    planned, done = education.planned[place], education.completed[place]
    who = np.flatnonzero((planned < NEVER) & ~education.unknown)
    # The usual years before, from the start of a school year on, and not before what comes first.
    first = year_of(planned[who]) - _YEARS[digit]
    start = _augusts()[first - _FIRST_AUGUST]
    earlier = education.planned[:place, who]
    before = np.where(earlier < NEVER, earlier, -NEVER).max(axis=0, initial=-NEVER)
    start = np.maximum(start, before + 1)
    stop = np.where(done[who] < NEVER, done[who], planned[who]) - 1
    ending = np.where(done[who] < NEVER, _FULL, _FAILED)
    # Dead before the end; whoever has left the country may come back and go on.
    alive = people.death[who] > stop
    stop = np.where(alive, stop, people.death[who])
    ending = np.where(alive, ending, _BROKEN_OFF)
    here = (people.entry[who] <= start) & (start <= LAST_DAY) & (stop >= day(c.DATA))
    here &= (stop > start) & ~((done[who] >= NEVER) & (planned[who] <= LAST_DAY) & alive)
    return _cut(who, place, start, stop, ending, here)


def _given_up(country: Country, education: Education) -> _Part:
    """Give courses towards a first degree that are broken off after a year or two."""
    people = country.people
    rng = country.streams.of("courses given up")
    chance, length, wait = rng.random((3, people.size))
    school = education.completed[c.LEVELS.index("4")]
    higher = education.planned[c.LEVELS.index("5") :].min(axis=0)
    who = np.flatnonzero((school < NEVER) & (higher >= NEVER) & (chance < c.DEGREE_GIVEN_UP))
    who = who[~education.unknown[who]]
    start = _augusts()[year_of(school[who]) + (wait[who] * 4).astype(np.int64) - _FIRST_AUGUST]
    start = np.maximum(start, school[who] + 1)
    stop = start + 120 + (length[who] * 600).astype(np.int32)
    here = (people.entry[who] <= start) & (start <= LAST_DAY) & (stop >= day(c.DATA))
    here &= people.death[who] > stop
    place = c.LEVELS.index("6")
    return _cut(who, place, start, stop, np.full(len(who), _BROKEN_OFF), here)


def _cut(who: Index, place: int, start: Days, stop: Days, ending: Index, here: Mask) -> _Part:
    level = np.full(int(here.sum()), place, dtype=np.int64)
    return who[here], level, start[here].astype(np.int32), stop[here].astype(np.int32), ending[here]


_FIRST_AUGUST: Final = 1840


def _augusts() -> Days:
    return np.array([day(year, 8, 15) for year in range(_FIRST_AUGUST, 2110)], dtype=np.int32)


def _which(education: Education, made: Courses) -> Index:
    """Give the code of each course, as the level would be coded once it is completed."""
    higher = made.level >= c.LEVELS.index("6")
    field = np.where(higher, education.field_higher[made.persons], education.field[made.persons])
    place = made.level * len(c.FIELDS) + field.astype(np.int64)
    return np.asarray(place * 5 + education.detail[made.persons])


def _groups(education: Education, made: Courses) -> pl.Series:
    field = education.field_higher[made.persons].astype(np.int64)
    detail = education.detail[made.persons].astype(np.int64)
    place = {code: number for number, code in enumerate(_GROUPS)}
    degree = np.array([place[code] for code in _OTHER_DEGREES])[field]
    teacher = np.array([place[code] for code in _TEACHERS])[detail]
    master = np.array([place[code] for code in _MASTERS])[detail % len(_MASTERS)]
    level = np.array([int(digit) for digit in c.LEVELS])[made.level]
    group = np.select(
        [level == 8, level == 7, (level == 6) & (field == 1), level == 6],
        [np.full(len(level), place["95"]), master, teacher, degree],
        place["03"],
    )
    return coded(_GROUPS, group)


def _spells(
    name: str, told: str, made: Courses, keys: Index, values: pl.Series, fit: Mask, first_day: int
) -> Table:
    start, stop = made.start[fit], made.stop[fit]
    return spells(name, told, keys[fit], values.filter(fit), start, stop, first_day)


def month_number(days: Days) -> Index:
    """Give a day's month as YYYYMM."""
    return np.asarray(year_of(days) * 100 + month_of(days), dtype=np.int64)
