"""Benefits that follow from work, family, health and income; some of them paid as wages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import curve
from kohort.databank.synthetic.days import Floats, Index, day, year_of
from kohort.databank.synthetic.families import Snapshot
from kohort.databank.synthetic.population import RESIDENT, WOMAN, Population
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.support import Support
from kohort.databank.synthetic.work import EMPLOYEE, WorkYear

# Groups of job seekers whose plan is approved: only they have a work assessment allowance.
ASSESSED = (12, 13, 14, 15)


@dataclass(frozen=True)
class Paid:
    """Whole kroner of a year, one element per person.

    `within_wages` are benefits that WLONN contains; `transfers` come on top of it.
    """

    within_wages: dict[str, Index]
    transfers: dict[str, Index]


def days_assessed(support: Support, year: int, size: int) -> Floats:
    """Give each person's days of reduced capacity with an approved plan in a year."""
    days = np.zeros(size)
    for who, first, last, group in support.seeking[-2:]:
        inside = np.minimum(last, day(year + 1) - 1) - np.maximum(first, day(year)) + 1
        counts = np.isin(group, ASSESSED) & (inside > 0)
        days[who[counts]] += inside[counts]
    return days


def payee(people: Population, seen: Snapshot, child: Index) -> Index:
    """Give who is paid for each child: the mother if she is in the family, else its head."""
    mother, head = people.mother[child], seen.family[child].astype(np.int64)
    there = (mother >= 0) & (seen.state[mother] == RESIDENT) & (seen.family[mother] == head)
    return np.where(there, mother, head)


class Benefits:
    """Pays what the year gives; who is often ill stays the same person through the years."""

    def __init__(self, country: Country) -> None:
        self.country = country
        size = country.people.size
        rng = country.streams.of("benefits")
        self.health = rng.random(size)
        self.asks = rng.random(size)

    def year(self, work: WorkYear, wages: Index, index: float, assessed: Floats) -> Paid:
        """Give the benefits that do not depend on the total income."""
        rng = self.country.streams.of("benefits", work.year)
        ill = self._sick(rng, work, wages)
        parents = self._parents(rng, work, wages)
        # Both together never fill more than most of the year's pay.
        parents = np.minimum(parents, np.maximum((0.9 * wages).astype(np.int64) - ill, 0))
        # Work reduces the allowance until nothing is left of it.
        left = np.maximum(1 - wages / (c.ASSESSMENT_UNTIL * index), 0)
        assessment = np.rint(assessed / 365 * c.ASSESSMENT * c.BASIC_AMOUNT * index * left)
        care = c.HEALTH_BENEFIT * (0.5 + rng.random(len(wages))) * index
        frail = self.health < np.where(work.degree > 0, *c.HEALTH_BENEFIT_SHARES)
        frail &= (work.age >= 17) & (work.present > 0)
        return Paid(
            within_wages={"SYKEPENGER": ill, "FORELDREPENGER": parents},
            transfers={
                "SUM_ARBAVKL": assessment.astype(np.int64),
                "KONTANTSTOTTE": self._care_at_home(rng, work),
                "GRUNN_HJELP": np.rint(np.where(frail, care, 0.0)).astype(np.int64),
            },
        )

    def housing(self, work: WorkYear, total: Index, index: float) -> Index:
        """Give the housing allowance: to heads of families with little income, if they ask."""
        rng = self.country.streams.of("housing allowance", work.year)
        seen = self.country.snapshots[work.year + 1]
        size = len(total)
        head = seen.family == np.arange(size)
        little = (total > 0) & (total < c.HOUSING_LIMIT * index) & ~work.student
        gets = head & little & (work.age >= 19) & (self.asks < c.HOUSING_SHARE)
        amount = c.HOUSING_MOST * (1 - total / (c.HOUSING_LIMIT * index)) * index
        # At least a month's smallest payment.
        amount = np.maximum(amount * (0.5 + 0.5 * rng.random(size)), 1_200)
        return np.rint(np.where(gets, amount, 0.0)).astype(np.int64)

    def _sick(self, rng: np.random.Generator, work: WorkYear, wages: Index) -> Index:
        woman = self.country.people.sex == WOMAN
        risk = np.where(woman, *c.SICK_SHARES) * (0.4 + 1.2 * (self.health < 0.5))
        share = c.SICK_PART * rng.standard_exponential(len(wages))
        ill = (work.status == EMPLOYEE) & (rng.random(len(wages)) < risk)
        return np.rint(np.where(ill, np.minimum(share, 0.7) * wages, 0.0)).astype(np.int64)

    def _parents(self, rng: np.random.Generator, work: WorkYear, wages: Index) -> Index:
        people = self.country.people
        born = year_of(people.birth)
        share = np.zeros(people.size)
        draw = 0.85 + 0.3 * rng.random(people.size)
        for lag, (mothers, fathers) in enumerate(c.PARENTS_PART):
            child = np.flatnonzero((born == work.year - lag) & (people.entry == people.birth))
            for parent, part in ((people.mother[child], mothers), (people.father[child], fathers)):
                share[parent[parent >= 0]] = np.maximum(share[parent[parent >= 0]], part)
        pays = work.status == EMPLOYEE
        return np.rint(np.where(pays, share * draw * wages, 0.0)).astype(np.int64)

    def _care_at_home(self, rng: np.random.Generator, work: WorkYear) -> Index:
        people, seen = self.country.people, self.country.snapshots[work.year]
        months = np.zeros(people.size, dtype=np.int64)
        age = (day(work.year) - people.birth) / 365.25
        child = np.flatnonzero(seen.child & (age >= 0.5) & (age < 1.9))
        asks = rng.random(len(child)) < c.CARE_AT_HOME_SHARE
        child, length = child[asks], rng.integers(1, 12, len(child))[asks]
        np.add.at(months, payee(people, seen, child), length)
        return months * int(curve.at(c.CARE_AT_HOME, work.year))
