"""Income, tax and wealth of a year, worked out from work, support, family and luck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import curve, places
from kohort.databank.synthetic.benefits import Benefits, payee
from kohort.databank.synthetic.days import Birthdays, Floats, Index, day
from kohort.databank.synthetic.population import WOMAN
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.work import EMPLOYEE, JOBLESS, OUTSIDE, SELF_EMPLOYED, WorkYear

_OSLO_SIZE = 400_000
_CITY_SIZE = 70_000
_EARNS_FROM = 13


@dataclass(frozen=True)
class Incomes:
    """Whole kroner of a year, one element per person.

    `part` is the share of a full year's pay that the wages are; `within_wages` are benefits that
    the wages contain, `benefits` those on top of them, `transfers` these and the pension. `earned`
    gives pension rights, `taxed` and `ordinary` are gross income for tax and what is left of it.
    """

    wages: Index
    part: Floats
    work_income: Index
    within_wages: dict[str, Index]
    benefits: dict[str, Index]
    transfers: Index
    pension: Index
    earned: Index
    taxed: Index
    ordinary: Index
    total: Index
    tax: Index
    tax_and_transfers: Index
    after_tax: Index
    wealth: Index
    taxed_wealth: Index


class Purse:
    """Carries what persists in people's incomes: their own level of wages, business and wealth."""

    def __init__(self, country: Country) -> None:
        self.country = country
        rng = country.streams.of("income")
        size = country.people.size
        self.birthdays = Birthdays(country.people.birth)
        self.wage = rng.standard_normal(size)
        self.business = rng.standard_normal(size)
        self.capital = rng.standard_normal(size)
        self.saver = rng.random(size)
        self.fortune = rng.standard_normal(size)
        self.benefits = Benefits(country)

    def year(
        self, work: WorkYear, seeking_days: Floats, assistance_months: Floats, assessed: Floats
    ) -> Incomes:
        """Give everybody's incomes of the year.

        `seeking_days` and `assessed` are days with a benefit in the year, `assistance_months`
        months of social assistance.
        """
        rng = self.country.streams.of("income", work.year)
        index = curve.at(c.WAGE_INDEX, work.year)
        wages, part = self._wages(rng, work, index)
        business = self._business(rng, work, index)
        work_income = wages + business
        benefits = {
            "SOSIAL": whole(assistance_months * c.SOCIAL_LEVEL * index),
            "ARBLED": whole(seeking_days * c.UNEMPLOYMENT_DAY * index),
            "BARNETRYGD": self._child_benefit(work.year),
            "STUDIESTIPEND": self._grants(rng, work, index),
        }
        pension = self._pension(work, index)
        capital = self._capital(rng, work, index)
        more = self.benefits.year(work, wages, index, assessed)
        benefits |= {"KODE218": np.where(work.degree > 0, pension, 0), **more.transfers}
        earned = wages + np.maximum(business, 0) + benefits["ARBLED"] + benefits["SUM_ARBAVKL"]
        taxed = earned + pension + capital
        share, most = c.MINIMUM_DEDUCTION
        ordinary = taxed - whole(np.minimum(share * (wages + pension), most * index))
        tax = _tax(taxed, index)
        paid = tax + self._maintenance(rng, work_income, index)
        # The disability benefit is the pension of those who have a degree: it counts once.
        transfers = pension + sum(benefits.values()) - benefits["KODE218"]
        little = work_income + capital + transfers
        benefits["BOSTOTTE"] = self.benefits.housing(work, little, index)
        transfers = transfers + benefits["BOSTOTTE"]
        total = work_income + capital + transfers
        wealth, taxed_wealth = self._wealth(rng, work, index)
        return Incomes(
            wages, part, work_income, more.within_wages, benefits, transfers, pension, earned,
            taxed, ordinary, total, tax, paid, total - paid, wealth, taxed_wealth,
        )  # fmt: skip

    def _wages(
        self, rng: np.random.Generator, work: WorkYear, index: float
    ) -> tuple[Index, Floats]:
        people = self.country.people
        by_level = np.zeros(10)
        for digit, effect in c.WAGE_EDUCATION.items():
            by_level[int(digit)] = effect
        years = np.clip(work.age, 16, 70) - 20
        size = places.load().sizes[work.workplace]
        log = c.WAGE_LEVEL + by_level[work.level] + c.WAGE_AGE * years
        log += c.WAGE_AGE_SQUARED * years**2 + c.WAGE_MANAGER * work.manager
        log += np.where(people.sex == WOMAN, c.WAGE_WOMAN, 0.0)
        log += np.where(size > _OSLO_SIZE, c.WAGE_OSLO, np.where(size > _CITY_SIZE, c.WAGE_CITY, 0))
        log += np.where(people.origin > 0, c.WAGE_IMMIGRANT, 0.0) + c.WAGE_TALENT * people.talent
        log += c.WAGE_PERSON * self.wage + c.WAGE_YEARLY * rng.standard_normal(people.size)
        draw = rng.random(people.size)
        part = np.select(
            [work.status == EMPLOYEE, work.status == SELF_EMPLOYED, work.status == JOBLESS],
            [
                _part(draw, c.PART_YEAR_EMPLOYEE),
                _side(draw, c.SIDE_WAGE_SELF_EMPLOYED),
                _side(draw, c.SIDE_WAGE_JOBLESS),
            ],
            default=_side(draw, c.SIDE_WAGE_OUTSIDE),
        )
        part = np.where(work.degree == 100, np.minimum(part, c.WAGE_FULLY_DISABLED), part)
        adult = (work.age >= _EARNS_FROM + 2) & (work.age <= 74)
        full = np.exp(log) * index * np.minimum(work.hours / 37.5, 1.1)
        return whole(full * part * work.present * adult), part

    def _business(self, rng: np.random.Generator, work: WorkYear, index: float) -> Index:
        size = len(work.age)
        amount = np.exp(
            c.BUSINESS_LEVEL
            + c.BUSINESS_SPREAD * (0.8 * self.business + 0.6 * rng.standard_normal(size))
        )
        own = work.status == SELF_EMPLOYED
        side = (work.status == EMPLOYEE) & (rng.random(size) < c.SIDE_BUSINESS)
        amount = np.where(own, amount, np.where(side, c.SIDE_BUSINESS_SIZE * amount, 0.0))
        loss = rng.random(size) < c.BUSINESS_LOSS
        return whole(np.where(loss, -c.BUSINESS_LOSS_SIZE, 1.0) * amount * index * work.present)

    def _maintenance(self, rng: np.random.Generator, work_income: Index, index: float) -> Index:
        pays = rng.random(len(work_income)) < c.MAINTENANCE_SHARE
        return np.where(pays & (work_income > c.MAINTENANCE_FROM), round(c.MAINTENANCE * index), 0)

    def _pension(self, work: WorkYear, index: float) -> Index:
        base, by_level = c.PENSION
        old = (work.age >= c.PENSION_AGE) * (base + by_level * np.minimum(work.level, 8))
        early = (work.age >= c.EARLY_PENSION_AGE) & (work.age < c.PENSION_AGE)
        early &= (work.status == OUTSIDE) & (work.degree == 0)
        early &= self.saver < c.EARLY_PENSION_SHARE
        share = old + c.EARLY_PENSION * early + c.DISABILITY_PENSION * work.degree / 100
        own = (1 + c.PENSION_PERSON * self.wage).clip(0.6, 1.6)
        return whole(share * own * c.BASIC_AMOUNT * index * (work.present > 0))

    def _capital(self, rng: np.random.Generator, work: WorkYear, index: float) -> Index:
        size = len(work.age)
        draw = c.CAPITAL_LEVEL + c.CAPITAL_AGE * work.age
        draw = draw + c.CAPITAL_SPREAD * (0.85 * self.capital + 0.52 * rng.standard_normal(size))
        has = (self.saver < c.CAPITAL_SHARE) & (work.age >= _EARNS_FROM) & (work.present > 0)
        return whole(np.where(has, np.exp(np.minimum(draw, 16.5)) * index, 0.0))

    def _grants(self, rng: np.random.Generator, work: WorkYear, index: float) -> Index:
        amount = c.STUDENT_GRANT * index * (0.6 + 0.4 * rng.random(len(work.age)))
        gets = work.student & (self.saver > 1 - c.STUDENT_GRANT_SHARE) & (work.present == 1)
        return whole(np.where(gets, amount, 0.0))

    def _child_benefit(self, year: int) -> Index:
        """Pay for each child who lives with a parent all year: the mother if she is there."""
        people, seen = self.country.people, self.country.snapshots[year]
        age = self.birthdays.age_at(day(year))
        child = np.flatnonzero(seen.child & (age < 18))
        paid = np.bincount(payee(people, seen, child), minlength=people.size)
        return paid * int(curve.at(c.CHILD_BENEFIT, year))

    def _wealth(
        self, rng: np.random.Generator, work: WorkYear, index: float
    ) -> tuple[Index, Index]:
        people = self.country.people
        log = (
            c.WEALTH_LEVEL
            + c.WEALTH_AGE * np.minimum(work.age, 75)
            + c.WEALTH_TALENT * people.talent
        )
        log = (
            log
            + c.WEALTH_SPREAD * self.fortune
            + c.WEALTH_YEARLY * rng.standard_normal(people.size)
        )
        has = (work.age >= 17) & (work.present > 0) & (self.saver > c.WEALTH_NONE)
        wealth = np.where(has, np.exp(np.minimum(log, 19.5)) * index, 0.0)
        return whole(wealth), whole(wealth * c.WEALTH_TAXED * (0.7 + 0.6 * self.saver))


def _part(draw: Floats, share: float) -> Floats:
    """Give the part of the year worked: whole, but between a half and all for a share of people."""
    return np.where(draw < share, 1.0 - 0.5 * draw / share, 1.0)


def _side(draw: Floats, chance: tuple[float, float]) -> Floats:
    """Give a part of a year's wage to a share of people: (share, part)."""
    share, part = chance
    return np.where(draw < share, part, 0.0)


def _tax(taxed: Index, index: float) -> Index:
    tax = np.zeros(len(taxed))
    for limit, share in c.TAX_STEPS:
        tax += share * np.maximum(taxed - limit * index, 0.0)
    return whole(tax)


def whole(amount: Floats) -> Index:
    """Give kroner without øre."""
    return np.rint(amount).astype(np.int64)


def household_income(after_tax: Index, household: Index) -> Floats:
    """Give for each person the sum of incomes after tax in the household (-1: none), as float64."""
    living = household >= 0
    sums = np.bincount(household[living], weights=after_tax[living], minlength=len(household))
    return np.where(living, sums[household], 0.0)


def consumption_units(age: Index, household: Index) -> Floats:
    """Give for each person the household's size on the EU scale (0 for who has no household).

    The first adult counts 1, others of 14 years or more 0.5, children 0.3 (Eurostat, modified
    OECD scale).
    """
    living = np.flatnonzero(household >= 0)
    size = len(household)
    grown = np.bincount(household[living[age[living] >= 14]], minlength=size)
    young = np.bincount(household[living[age[living] < 14]], minlength=size)
    units = 1 + 0.5 * np.maximum(grown - 1, 0) + 0.3 * (young - (grown == 0))
    return np.where(household >= 0, units[household], 0.0)
