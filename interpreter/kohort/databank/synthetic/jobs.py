"""Jobs: who holds which job in which months of a year; keys of jobs, their hours and pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import occupations, wage_register, work
from kohort.databank.synthetic.days import Days, Floats, Index, Mask, day
from kohort.databank.synthetic.income import Incomes
from kohort.databank.synthetic.scope import Scope
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.tables import Tables, fixed
from kohort.databank.synthetic.wage_register import Stints
from kohort.databank.synthetic.work import EMPLOYEE, SELF_EMPLOYED, WorkYear

FIRST_YEAR: Final = 2015
HOLDER: Final = "ARBEIDSFORHOLD_PERSON"
NAMES: Final = (HOLDER, *wage_register.NAMES)
_NOVEMBER: Final = 10


@dataclass(frozen=True)
class Held:
    """The months (0 to 11) in which each person has wages: first, last (below first: none)."""

    first: Index
    last: Index


class Jobs:
    """Carries from year to year who holds which job; gives each new job the next free key."""

    def __init__(self, country: Country, scope: Scope) -> None:
        self.country = country
        self.scope = scope
        size = country.people.size
        rng = country.streams.of("jobs")
        self.second_draw = rng.random(size)
        self.terms = rng.random((3, size))
        self.holder: list[Index] = []
        self.count = 0
        self.first_key = country.numbers.used("JOBB") + 1
        self.key = np.full(size, -1, dtype=np.int64)
        self.draw = np.zeros(size)
        self.place = np.full(size, -1, dtype=np.int64)
        self.hours = np.zeros(size)
        self.occupation = np.zeros(size, dtype=np.int64)
        self.start: Days = np.zeros(size, dtype=np.int32)
        self.until_december = np.zeros(size, dtype=np.bool_)
        self.second = np.full(size, -1, dtype=np.int64)
        self.second_start: Days = np.zeros(size, dtype=np.int32)

    def year(self, seen: WorkYear, money: Incomes) -> Tables:
        """Let a year of jobs pass, and give the rows of its months."""
        if seen.year < FIRST_YEAR or not self.scope.any(NAMES):
            return
        stints = self._stints(seen, money)
        if seen.year in self.scope.months:
            yield from wage_register.tables(self.country, self.scope, seen, stints, self.terms)

    def holders(self) -> Tables:
        """Give whose every job is, and take the keys."""
        if not self.scope.any(NAMES):
            return
        persons = np.concatenate(self.holder)
        keys = self.first_key + np.arange(len(persons))
        self.country.numbers.claim("JOBB", len(persons))
        yield fixed(HOLDER, "Nøkkelen til den som har jobben.", keys, self.country.ids[persons])

    # ---- a year

    def _stints(self, seen: WorkYear, money: Incomes) -> Stints:
        rng = self.country.streams.of("jobs", seen.year)
        draws = rng.random((3, len(money.wages)))
        held = _months(self.country, seen, money, draws[0])
        holds = held.last >= held.first
        hours = np.where(seen.status == SELF_EMPLOYED, np.round(seen.hours / 2, 1), seen.hours)
        stays = holds & (self.key >= 0) & (self.draw == seen.draw) & (self.place == seen.workplace)
        # Who changes a job held all through both years does so in the course of this one.
        changes = holds & ~stays & (self.key >= 0) & self.until_december & (seen.present == 1)
        changes &= (seen.status == EMPLOYEE) & (held.first == 0) & (held.last == 11)
        begins = np.where(changes, 1 + (draws[1] * _NOVEMBER).astype(np.int64), held.first)
        pay = _monthly_pay(seen, money, held)
        old = np.flatnonzero(changes)
        tail = self._of(old, np.zeros(len(old), dtype=np.int64), begins[old] - 1, pay[old])
        new = np.flatnonzero(holds & ~stays)
        self.key[new] = self._claim(new)
        self.start[new] = _first_days(seen.year)[begins[new]]
        if seen.year == FIRST_YEAR:
            self.start[new] = self._earlier(new, draws[2])
        self.draw, self.place = seen.draw.copy(), seen.workplace.copy()
        self.hours, self.occupation = hours, seen.occupation.copy()
        who = np.flatnonzero(holds)
        extra, extra_hours, share = self._second_jobs(seen, held, stays, begins)
        part = np.ones(len(pay))
        part[extra] -= share
        main = self._of(who, begins[who], held.last[who], (pay * part)[who])
        side = Stints(
            self.second[extra], extra, begins[extra], held.last[extra], extra_hours,
            work.full_week(self.second_draw[extra]), self._side_occupation(extra),
            self.second_start[extra], pay[extra] * share, np.zeros(len(extra), dtype=np.bool_),
        )  # fmt: skip
        self.until_december = holds & (held.last == 11)
        gone = (seen.status != EMPLOYEE) & (seen.status != SELF_EMPLOYED) | ~holds
        self.key[gone] = self.second[gone] = -1
        return wage_register.by_key(tail, main, side)

    def _of(self, who: Index, first: Index, last: Index, pay: Floats) -> Stints:
        """Give the main jobs of persons as they are held now."""
        full = work.full_week(self.draw[who])
        return Stints(
            self.key[who], who, first, last, self.hours[who], full, self.occupation[who],
            self.start[who], pay, np.ones(len(who), dtype=np.bool_),
        )  # fmt: skip

    def _second_jobs(
        self, seen: WorkYear, held: Held, stays: Mask, begins: Index
    ) -> tuple[Index, Floats, Floats]:
        """Give who has a second job beside the main one, its hours, and its share of the pay."""
        has = (held.last >= held.first) & (seen.status == EMPLOYEE) & (seen.present == 1)
        has &= (self.second_draw < c.SECOND_JOB) & (seen.hours >= c.SECOND_JOB_FROM)
        self.second[~(has & stays)] = -1
        new = np.flatnonzero(has & (self.second < 0))
        self.second[new] = self._claim(new)
        self.second_start[new] = _first_days(seen.year)[begins[new]]
        who = np.flatnonzero(has)
        draw = self.second_draw[who] / c.SECOND_JOB
        low, high = c.SECOND_JOB_HOURS
        hours = np.minimum(low + (high - low) * draw, 0.6 * seen.hours[who]).round(1)
        return who, hours, 0.9 * hours / (hours + seen.hours[who])

    def _side_occupation(self, who: Index) -> Index:
        none = np.zeros(len(who), dtype=np.int64)
        draw = self.second_draw[who] * 997 % 1
        return occupations.choose(none, none, none.astype(np.bool_), draw)

    def _claim(self, who: Index) -> Index:
        keys = self.first_key + self.count + np.arange(len(who))
        self.count += len(who)
        self.holder.append(who)
        return keys

    def _earlier(self, who: Index, draw: Floats) -> Days:
        """Give first days of jobs that were there before the series: years back, within reason."""
        people = self.country.people
        back = (-np.log(1 - draw[who]) * c.JOB_YEARS * 365.25).astype(np.int64)
        able = np.maximum(people.birth[who] + int(16 * 365.25), people.entry[who])
        earliest = np.maximum(self.start[who] - back, np.minimum(able, self.start[who]))
        return np.asarray(earliest, dtype=np.int32)


def _first_days(year: int) -> Days:
    return np.array([day(year, month) for month in range(1, 13)], dtype=np.int32)


def _months(country: Country, seen: WorkYear, money: Incomes, draw: Floats) -> Held:
    """Give the months with wages: those in the country, as many as the part of the year says.

    Employees are so on 16 November; who is seeking or outside then had the wages earlier.
    """
    count = np.clip(np.rint(12 * money.part), 1, 12).astype(np.int64)
    low, high = np.maximum(0, 11 - count), np.minimum(_NOVEMBER, 12 - count)
    employed = seen.status == EMPLOYEE
    first = np.where(employed, low + (draw * (high - low + 1)).astype(np.int64), 0)
    own = seen.status == SELF_EMPLOYED
    last = np.where(own, 11, first + count - 1)
    begins, ends = _in_country(country, seen)
    partly = seen.present < 1
    steady = partly & (employed | own)
    first = np.where(partly, begins, first)
    last = np.where(steady, ends, np.where(partly, np.minimum(ends, begins + count - 1), last))
    none = (money.wages == 0) | (seen.present == 0) | (first < 0)
    return Held(np.where(none, 0, first), np.where(none, -1, last))


def _in_country(country: Country, seen: WorkYear) -> tuple[Index, Index]:
    """Give the first and last month whose 16th is spent in the country; -1 for none."""
    size = country.people.size
    first, last = np.full(size, -1, dtype=np.int64), np.full(size, -2, dtype=np.int64)
    for month in range(12):
        here, _ = country.resident_on(day(seen.year, month + 1, 16))
        first[here] = np.where(first[here] < 0, month, first[here])
        last[here] = month
    return first, last


def _monthly_pay(seen: WorkYear, money: Incomes, held: Held) -> NDArray[np.float64]:
    """Give the pay of a month, kroner: the year's wages by the months they are paid in."""
    months = np.maximum(held.last - held.first + 1, 1)
    # Half a year's wages, however many months of it are spent here.
    part = np.where(seen.status == SELF_EMPLOYED, 1.0, np.maximum(money.part, 1e-9))
    return money.wages / np.where(seen.present < 1, 6 * part, months)
