"""Education: who completes which level when, in which field, and the parents' education."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic.days import (
    NEVER,
    Days,
    Floats,
    Index,
    Mask,
    birthday,
    day,
    year_of,
)
from kohort.databank.synthetic.population import WOMAN, Population
from kohort.databank.synthetic.scope import Scope
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.streams import Streams
from kohort.databank.synthetic.tables import LAST_DAY, Tables, coded, fixed, spells

SCHOOL_AGE = 16
FIRST_RECORD = day(1970, 11)
UNKNOWN = "999999"
# Usual year of life in which a level is completed: earliest and latest.
_AGES = {
    "2": (16, 16),
    "3": (18, 20),
    "4": (19, 21),
    "5": (20, 24),
    "6": (22, 26),
    "7": (24, 30),
    "8": (29, 38),
}


@dataclass(frozen=True)
class Education:
    """When everybody completed each level (NEVER: not), and in which fields.

    `completed` has shape (levels, persons) with the levels of `coefficients.LEVELS`; `field` is the
    place in `coefficients.FIELDS` below level 6 and from there on; `detail` 0 to 4. `degree_due` is
    when a first degree is or would be completed, beyond the horizon too; `planned` is the same
    of every level, as `completed` in shape, wherever and whether or not somebody lives till then.
    """

    completed: Days
    field: NDArray[np.int8]
    field_higher: NDArray[np.int8]
    detail: NDArray[np.int8]
    unknown: Mask
    degree_due: Days
    planned: Days

    def level_on(self, at: int | Days) -> NDArray[np.int8]:
        """Give the highest level on a day as its digit; 0 for none, 9 for unknown."""
        level = np.zeros(self.completed.shape[1], dtype=np.int8)
        for digit, done in zip(c.LEVELS, self.completed, strict=True):
            level = np.where(done <= at, np.int8(int(digit)), level)
        return np.where(self.unknown & (level > 0), np.int8(9), level)

    def studying(self, at: int) -> Mask:
        """Whether persons are on the way to a first degree: school done, degree to come in time."""
        school = self.completed[c.LEVELS.index("4")]
        soon = (self.degree_due > at) & (self.degree_due < at + 4 * 366)
        return np.asarray((school <= at) & soon & ~self.unknown)


def educate(people: Population, streams: Streams) -> Education:
    """Let everybody go to school, as far as talent and time allow."""
    rng = streams.of("education")
    size = people.size
    born = year_of(people.birth)
    final = _final_level(people, rng, born)
    completed = np.full((len(c.LEVELS), size), NEVER, dtype=np.int32)
    for place, digit in enumerate(c.LEVELS):
        low, high = _AGES[digit]
        years = rng.integers(low, high + 1, size)
        late = rng.random(size) < c.LATE_BACHELOR
        years = np.where(late & (digit >= "5"), years + rng.integers(4, 16, size), years)
        # Terms end in June, so that completing follows the birthday of the year before.
        june = np.array([day(year, 6) for year in range(1840, 2100)], dtype=np.int32)
        done = june[born + years - 1840] + rng.integers(0, 27, size, dtype=np.int32)
        completed[place] = np.where(_passes(digit, final), done, NEVER)
    for place in range(1, len(c.LEVELS)):
        earlier = completed[:place]
        latest = np.where(earlier < NEVER, earlier, -NEVER).max(axis=0)
        wait = np.maximum(completed[place], latest + 365)
        completed[place] = np.where(completed[place] < NEVER, wait, NEVER)
    due, planned = completed[c.LEVELS.index("6")].copy(), completed.copy()
    completed = _recorded(people, rng, completed)
    foreign = people.origin > 0
    unknown = foreign & (rng.random(size) < c.UNKNOWN_EDUCATION)
    woman = (people.sex == WOMAN).astype(np.int64)
    fields = [_fields(rng, shares, woman) for shares in (c.FIELDS_SCHOOL, c.FIELDS_HIGHER)]
    detail = rng.integers(0, 5, size).astype(np.int8)
    return Education(completed, fields[0], fields[1], detail, unknown, due, planned)


def _final_level(people: Population, rng: np.random.Generator, born: NDArray[np.int32]) -> Index:
    part = np.clip((born - 1930) / 60, 0, 1)
    women = np.interp(born, list(c.LEVEL_WOMEN), list(c.LEVEL_WOMEN.values()))
    score = people.talent + c.LEVEL_NOISE * rng.standard_normal(people.size)
    score = score + np.where(people.sex == WOMAN, women, 0.0)
    final = np.zeros(people.size, dtype=np.int64)
    for early, recent in zip(c.LEVEL_CUTS_1930, c.LEVEL_CUTS_1990, strict=True):
        final += score > early + (recent - early) * part
    return final


def _passes(digit: str, final: Index) -> Mask:
    """Whether a final level (place in LEVELS) is reached by way of the level `digit`."""
    target = np.array([int(level) for level in c.LEVELS])[final]
    own = int(digit)
    # One-year courses lead nowhere: level 3 is dropping out, level 5 an addition to school.
    return np.asarray(target == own if own in {3, 5} else target >= own)


def _recorded(people: Population, rng: np.random.Generator, completed: Days) -> Days:
    """Move what was completed before arrival to the arrival; drop what death or time cut off."""
    delay = rng.integers(20, 400, people.size, dtype=np.int32)
    arrived = (people.entry > people.birth) & (people.entry < NEVER)
    earliest = np.where(arrived, people.entry + delay, -NEVER)
    completed = np.where(completed < NEVER, np.maximum(completed, earliest), NEVER)
    # Of several levels that arrive together the highest stays.
    for place in range(len(c.LEVELS) - 1):
        above = completed[place + 1 :].min(axis=0)
        completed[place] = np.where(above <= completed[place], NEVER, completed[place])
    gone = (completed > LAST_DAY) | (completed >= people.death)
    return np.where(gone | (people.entry >= NEVER), NEVER, completed)


def _fields(
    rng: np.random.Generator, shares: tuple[tuple[int, ...], ...], woman: Index
) -> NDArray[np.int8]:
    weights = np.array(shares, dtype=np.float64)
    edges: Floats = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    draw = rng.random(len(woman))
    passed = draw[:, None] > edges[woman][:, :-1]
    return np.asarray(passed.sum(axis=1).astype(np.int8))


def codes() -> list[str]:
    """Give every NUS2000 code in use, by (level, field, detail) in that order, then unknown."""
    listed = []
    for level in c.LEVELS:
        for field in c.FIELDS:
            for detail in range(5):
                broad = {"2": "99", "3": f"{field}1", "5": f"{field}5"}.get(level)
                if broad is None:
                    broad = f"{field}{detail + 1}"
                listed.append("299999" if level == "2" else f"{level}{broad}{detail + 1}99")
    return [*listed, UNKNOWN]


def tables(country: Country, education: Education, scope: Scope) -> Tables:
    """Give the history of education and the parents' education."""
    if not scope.any(("NUDB_BU", "NUDB_SOSBAK")):
        return
    people = country.people
    persons, start, which = history(education)
    stop = np.full(len(persons), NEVER, dtype=np.int32)
    same = persons[1:] == persons[:-1]
    stop[:-1][same] = start[1:][same] - 1
    stop = np.minimum(stop, people.death[persons])
    start = np.maximum(start, FIRST_RECORD)
    seen = start <= stop
    yield spells(
        "NUDB_BU",
        "Høyeste fullførte utdanning; oppdiktede koder i NUS2000s form.",
        country.ids[persons[seen]],
        coded(codes(), which[seen]),
        start[seen],
        stop[seen],
        first_day=FIRST_RECORD,
    )
    who, background = social_background(country.people, education)
    yield fixed(
        "NUDB_SOSBAK",
        "Foreldrenes høyeste utdanning da personen var 16 år.",
        country.ids[who],
        coded(["9", "1", "2", "3", "4"], background),
    )


def history(education: Education) -> tuple[Index, Days, Index]:
    """Give persons, days and codes (places in `codes()`) of every level completed, in order."""
    parts = []
    for place, (digit, done) in enumerate(zip(c.LEVELS, education.completed, strict=True)):
        persons = np.flatnonzero(done < NEVER)
        field = (education.field_higher if digit >= "6" else education.field)[persons]
        which = (place * len(c.FIELDS) + field.astype(np.int64)) * 5 + education.detail[persons]
        which = np.where(education.unknown[persons], len(codes()) - 1, which)
        parts.append((persons, done[persons], which))
    persons, days, which = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((days, persons))
    persons, days, which = persons[order], days[order], which[order]
    # An unknown education stays unknown: one spell from the first level on.
    again = np.zeros(len(persons), dtype=np.bool_)
    again[1:] = persons[1:] == persons[:-1]
    stays = ~(again & education.unknown[persons])
    return persons[stays], days[stays], which[stays]


def social_background(people: Population, education: Education) -> tuple[Index, Index]:
    """Give who turned 16 while education was on record, and 1 to 4 (0 unknown) by the parents."""
    sixteen = birthday(people.birth, SCHOOL_AGE)
    fit = (sixteen >= FIRST_RECORD) & (sixteen <= LAST_DAY)
    who = np.flatnonzero(fit & (sixteen < people.death) & (people.entry < NEVER))
    best = np.zeros(len(who), dtype=np.int64)
    for parent in (people.mother[who], people.father[who]):
        level = np.zeros(len(who), dtype=np.int64)
        for digit, done in zip(c.LEVELS, education.completed, strict=True):
            level = np.where(done[parent] <= sixteen[who], int(digit), level)
        on_record = (parent >= 0) & (people.death[parent] >= FIRST_RECORD)
        level = np.where(on_record & ~education.unknown[parent], level, 0)
        best = np.maximum(best, level)
    groups = np.array([0, 4, 4, 3, 3, 3, 2, 1, 1])
    return who, groups[best]
