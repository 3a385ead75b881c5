"""Work: year by year who has which job and where, who seeks one, who is disabled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import occupations, places
from kohort.databank.synthetic.days import Birthdays, Days, Floats, Index, Mask, day
from kohort.databank.synthetic.education import Education
from kohort.databank.synthetic.population import RESIDENT, WOMAN
from kohort.databank.synthetic.simulation import Country

FIRST_YEAR = 1992
WORKING_AGES = (15, 74)
SEEKING_AGES = (18, 66)
# What a person may be on a working day, official codes of REGSYS_ARB_ARBMARK_STATUS.
OUTSIDE, EMPLOYEE, SELF_EMPLOYED, JOBLESS = 0, 1, 2, 3


@dataclass(frozen=True)
class WorkYear:
    """Everybody's work in a year; one element per person, index as in the population.

    `present` is the share of the year in the country (0, 1/2, 1), `score` how far somebody is from
    losing (above 0) or finding a job, `hours` a week, `degree` of disability in per cent. `draw`
    belongs to the job: who keeps it and the workplace keeps the job.
    """

    year: int
    age: NDArray[np.int32]
    present: Floats
    level: NDArray[np.int8]
    student: Mask
    status: NDArray[np.int8]
    score: Floats
    occupation: Index
    workplace: Index
    hours: Floats
    degree: NDArray[np.int8]
    manager: Mask
    draw: Floats


class Labour:
    """Carries from year to year what persists: luck, job, workplace, disability."""

    def __init__(self, country: Country, education: Education) -> None:
        self.country = country
        self.education = education
        size = country.people.size
        self.birthdays = Birthdays(country.people.birth)
        rng = country.streams.of("work")
        self.person = rng.standard_normal(size)
        self.luck = rng.standard_normal(size)
        self.job = rng.random(size)
        self.part_time = rng.random(size)
        self.enterprise = rng.random(size)
        self.leads = rng.random(size)
        self.home = np.full(size, -1, dtype=np.int64)
        self.workplace = np.full(size, -1, dtype=np.int64)
        self.degree = np.zeros(size, dtype=np.int8)
        self.disabled_since = np.zeros(size, dtype=np.int32)

    def years(self) -> Iterator[WorkYear]:
        """Let the years pass; the arrays of a year are its own."""
        for year in range(FIRST_YEAR, c.HORIZON):
            yield self._year(year)

    def _year(self, year: int) -> WorkYear:
        people, seen = self.country.people, self.country.snapshots
        age = self.birthdays.age_at(day(year, 11, 16))
        here = (seen[year].state == RESIDENT) * 0.5 + (seen[year + 1].state == RESIDENT) * 0.5
        level = self.education.level_on(day(year, 11, 16))
        student = self.education.studying(day(year, 11, 16))
        self._become_disabled(year, age, here, level)
        rng = self.country.streams.of("work", year)
        keep = c.WORK_PERSISTENCE
        fresh = rng.standard_normal(people.size)
        self.luck = keep * self.luck + np.sqrt(1 - keep**2) * fresh
        score = self._score(year, age, level, student)
        status = self._status(score, age, student, level)
        status[here == 0] = OUTSIDE
        # Who comes or goes in the year is not yet, or no longer, registered as seeking.
        status[(here < 1) & (status == JOBLESS)] = OUTSIDE
        self._change_jobs(rng, year, status)
        manager = (self.leads < c.MANAGERS) & (age >= c.MANAGER_AGE) & (level >= 4) & (level < 9)
        field = np.where(level >= 6, self.education.field_higher, self.education.field)
        occupation = occupations.choose(level, field.astype(np.int64), manager, self.job)
        return WorkYear(
            year, age, here, level, student, status, score, occupation, self.workplace.copy(),
            self._hours(age, student), self.degree.copy(), manager,
            self.job.copy(),
        )  # fmt: skip

    def _score(
        self, year: int, age: NDArray[np.int32], level: NDArray[np.int8], student: Mask
    ) -> Floats:
        people = self.country.people
        by_level = np.zeros(10)
        for digit, effect in c.WORK_EDUCATION.items():
            by_level[int(digit)] = effect
        by_level[0] = by_level[2]
        by_age = np.interp(age, list(c.WORK_BY_AGE), list(c.WORK_BY_AGE.values()))
        score: Floats = c.WORK_LEVEL + by_level[level] + by_age
        score += c.WORK_TALENT * people.talent + np.where(people.sex == WOMAN, c.WORK_WOMAN, 0.0)
        small = (day(year) - people.last_birth < 3 * 365) & (people.last_birth <= day(year))
        score += np.where(small & (people.sex == WOMAN), c.WORK_SMALL_CHILD, 0.0)
        foreign = people.origin > 0
        new = foreign & (day(year) - people.entry < 5 * 365)
        score += np.where(foreign, c.WORK_IMMIGRANT, 0.0) + np.where(new, c.WORK_NEW_IMMIGRANT, 0.0)
        score += np.where(student, c.WORK_STUDENT, 0.0)
        some, more = c.WORK_DISABLED
        score -= np.where(self.degree > 0, some + more * (self.degree / 100.0) ** 2, 0.0)
        return score + c.WORK_PERSON * self.person + c.WORK_YEARLY * self.luck

    def _status(
        self, score: Floats, age: NDArray[np.int32], student: Mask, level: NDArray[np.int8]
    ) -> NDArray[np.int8]:
        able = (age >= WORKING_AGES[0]) & (age <= WORKING_AGES[1])
        own = (self.enterprise < c.SELF_EMPLOYED) & (age >= 22)
        working = able & (score > 0)
        seeking = able & ~working & (score > -c.JOBLESS_BAND) & ~student & (self.degree < 100)
        seeking &= (age >= SEEKING_AGES[0]) & (age <= SEEKING_AGES[1])
        return np.select(
            [working & own, working, seeking], [SELF_EMPLOYED, EMPLOYEE, JOBLESS], default=OUTSIDE
        ).astype(np.int8)

    def _change_jobs(self, rng: np.random.Generator, year: int, status: NDArray[np.int8]) -> None:
        """Draw a new job now and then, and a new workplace with a new job or home."""
        seen = self.country.snapshots[year + 1]
        before = self.country.snapshots[year]
        home = np.where(seen.state == RESIDENT, seen.place, before.place).astype(np.int64)
        draw = rng.random(len(status))
        new = (draw < c.NEW_JOB) | (status == JOBLESS)
        fresh = rng.random(len(status))
        self.job = np.where(new, fresh, self.job)
        drift = (self.part_time + c.HOURS_DRIFT * (rng.random(len(status)) - 0.5)) % 1.0
        self.part_time = np.where(draw < c.HOURS_CHANGE, drift, self.part_time)
        who = np.flatnonzero((new | (home != self.home)) & (home >= 0))
        near = places.load().draw_near(rng, home[who], c.WORK_IN_COUNTY)
        away = rng.random(len(who)) < c.COMMUTE
        self.workplace[who] = np.where(away, near, home[who])
        self.home = home

    def _hours(self, age: NDArray[np.int32], student: Mask) -> Floats:
        woman = self.country.people.sex == WOMAN
        share = np.where(woman, c.PART_TIME_WOMAN, c.PART_TIME_MAN)
        share = share + c.PART_TIME_STUDENT * student + c.PART_TIME_YOUNG * (age < 20)
        share = share + c.PART_TIME_OLD * (age >= c.PENSION_AGE)
        partly = (self.degree > 0) & (self.degree < 100)
        share = np.minimum(share + c.PART_TIME_DISABLED * partly, 0.97)
        draw = self.part_time
        low, high = c.PART_TIME_HOURS
        part = low + (high - low) * draw / share
        full = full_week(self.job)
        hours: Floats = np.where(draw < share, part, full)
        return np.round(hours, 1)

    def _become_disabled(
        self, year: int, age: NDArray[np.int32], here: Floats, level: NDArray[np.int8]
    ) -> None:
        people = self.country.people
        rng = self.country.streams.of("disability", year)
        rate = c.DISABILITY_AT_45 * np.exp(c.DISABILITY_SLOPE * (age - 45))
        if year == FIRST_YEAR:
            # Those already on a pension when the series begins: the rate summed over past ages.
            young = c.DISABILITY_AT_45 * np.exp(c.DISABILITY_SLOPE * (18 - 45))
            rate = np.maximum(rate - young, 0) / c.DISABILITY_SLOPE
        rate = rate * np.select([level >= 6, level >= 4, level >= 1], c.DISABILITY_SCHOOL, 1.2)
        able = (self.degree == 0) & (age >= 18) & (age <= 65) & (here == 1)
        new = np.flatnonzero(able & (rng.random(people.size) < rate))
        degrees = np.array([degree for degree, _ in c.DISABILITY_DEGREES])
        weights = np.array([weight for _, weight in c.DISABILITY_DEGREES])
        self.degree[new] = rng.choice(degrees, size=len(new), p=weights / weights.sum())
        months = rng.integers(1, 13, len(new))
        starts: Days = np.array([day(year, month) for month in range(1, 13)], dtype=np.int32)
        self.disabled_since[new] = starts[months - 1]
        self.degree[age >= c.PENSION_AGE] = 0


def full_week(draw: Floats) -> Floats:
    """Give the hours of full time in jobs, from what was drawn for them."""
    edges, weeks = zip(*c.FULL_TIME_HOURS, strict=True)
    return np.array(weeks)[np.searchsorted(edges[:-1], draw, side="right")]
