"""Variables of work, income and support, written year by year from one pass through the years."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any, Final

import numpy as np

from kohort.databank.synthetic import (
    benefits,
    income,
    industries,
    jobs,
    occupations,
    places,
    seekers,
    support,
    tables,
    work,
)
from kohort.databank.synthetic.days import Birthdays, Floats, Index, day
from kohort.databank.synthetic.education import Education
from kohort.databank.synthetic.scope import Scope
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.tables import Tables, coded, years

_REGISTER: Final = {
    "REGSYS_ARB_ARBMARK_STATUS": "Arbeidsmarkedsstatus 16. november.",
    "REGSYS_ARB_YRKE_STYRK08": "Yrke i hovedarbeidsforholdet; oppdiktet fordeling.",
    "REGSYS_ARB_ARBEIDSTID": "Arbeidstid i uken i hovedarbeidsforholdet.",
    "REGSYS_ARB_ARBKOMM": "Kommune der personen arbeider.",
    "REGSYS_VIRK_NACE1_SN07": "Næring i hovedarbeidsforholdet; oppdiktet fordeling.",
}
_INCOME: Final = {
    "INNTEKT_WLONN": "Lønn i året, medregnet sykepenger og foreldrepenger.",
    "INNTEKT_LONN": "Lønn i året.",
    "INNTEKT_WYRKINNT": "Lønn og netto næringsinntekt i året.",
    "INNTEKT_YRKINNT": "Lønn og netto næringsinntekt i året.",
    "INNTEKT_WSAMINNT": "Samlet inntekt i året: arbeid, kapital og overføringer.",
    "INNTEKT_WIES": "Samlet inntekt minus skatt og negative overføringer.",
    "INNTEKT_WSKATOVF": "Utlignet skatt og negative overføringer.",
    "INNTEKT_UTSKATT": "Utlignet skatt.",
    "INNTEKT_BRUTTOFORM": "Skattepliktig bruttoformue ved utgangen av året.",
    "INNTEKT_BER_BRFORM": "Beregnet bruttoformue ved utgangen av året.",
    "INNTEKT_HUSH_IES": "Husholdningens inntekt etter skatt.",
    "INNTEKT_HUSH_IES_EU": "Husholdningens inntekt etter skatt per forbruksenhet, EUs skala.",
    "INNTEKT_OVERFOR": "Pensjoner og andre overføringer i året.",
    "INNTEKT_WOVERFOR": "Pensjoner og andre overføringer i året.",
    "INNTEKT_PGIVINNT": "Pensjonsgivende inntekt.",
    "SKATT_BRUTTOINNTEKT": "Skattepliktig bruttoinntekt.",
    "SKATT_ALMINNELIG_INNTEKT": "Bruttoinntekt minus minstefradrag.",
    "INNTEKT_SOSIAL": "Sosialhjelp i året.",
    "INNTEKT_ARBLED": "Dagpenger i året.",
    "INNTEKT_BARNETRYGD": "Barnetrygd i året.",
    "INNTEKT_STUDIESTIPEND": "Studiestipend i året.",
    "INNTEKT_KODE218": "Uførepensjon i året.",
    "INNTEKT_SUM_ARBAVKL": "Arbeidsavklaringspenger i året.",
    "INNTEKT_BOSTOTTE": "Bostøtte i året.",
    "INNTEKT_GRUNN_HJELP": "Grunnstønad og hjelpestønad i året.",
    "INNTEKT_KONTANTSTOTTE": "Kontantstøtte i året.",
    "INNTEKT_SYKEPENGER": "Sykepenger i året; del av lønnen.",
    "INNTEKT_FORELDREPENGER": "Foreldrepenger i året; del av lønnen.",
}
# Benefits have a row for every adult, 0 where nothing was paid; the older series have no zeros.
_BENEFIT_AGE: Final = 17
_KRONER: Final = "Norske kroner"


class Ledger:
    """Gives the rows of a year of every yearly variable of work and income."""

    def __init__(self, country: Country) -> None:
        self.country = country
        self.birthdays = Birthdays(country.people.birth)
        self.covered = {name: set(years(name, 11, 16)) for name in _REGISTER}
        self.covered |= {name: set(years(name, 12, 31)) for name in _INCOME}

    def rows(self, name: str, year: int, persons: Index, values: Any) -> Tables:
        """Give a year of a variable, if the variable has that year."""
        if year not in self.covered[name]:
            return
        ids, told = self.country.ids[persons], {**_REGISTER, **_INCOME}[name]
        if name.startswith("REGSYS"):
            unit = "Timer i uken" if name.endswith("ARBEIDSTID") else ""
            yield tables.at(name, told, ids, values, day(year, 11, 16), unit_of_measure=unit)
        else:
            first, last = day(year), day(year, 12, 31)
            yield tables.at(name, told, ids, values, first, last, unit_of_measure=_KRONER)

    def register(self, seen: work.WorkYear) -> Tables:
        """Give the labour market register of 16 November."""
        at = day(seen.year, 11, 16)
        persons, _ = self.country.resident_on(at)
        low, high = work.WORKING_AGES
        persons = persons[(seen.age[persons] >= low) & (seen.age[persons] <= high)]
        status = seen.status[persons].astype(np.int64)
        working = persons[(status == work.EMPLOYEE) | (status == work.SELF_EMPLOYED)]
        digits = coded(["0", "1", "2", "3"], status)
        yield from self.rows("REGSYS_ARB_ARBMARK_STATUS", seen.year, persons, digits)
        of_working: tuple[tuple[str, Callable[[], Any]], ...] = (
            (
                "REGSYS_ARB_YRKE_STYRK08",
                lambda: coded(occupations.CODES, seen.occupation[working]),
            ),
            ("REGSYS_ARB_ARBEIDSTID", lambda: seen.hours[working]),
            (
                "REGSYS_ARB_ARBKOMM",
                lambda: coded(places.load().codes_on(at), seen.workplace[working]),
            ),
            (
                "REGSYS_VIRK_NACE1_SN07",
                lambda: coded(industries.CODES, industries.of(seen.occupation, seen.draw)[working]),
            ),
        )
        for name, values in of_working:
            if seen.year in self.covered[name]:
                yield from self.rows(name, seen.year, working, values())

    def income(self, seen: work.WorkYear, money: income.Incomes) -> Tables:
        """Give the incomes of a year."""
        year = seen.year
        for name, amount in _amounts(money).items():
            persons = np.flatnonzero(amount)
            yield from self.rows(name, year, persons, amount[persons])
        for name, amount in (
            ("INNTEKT_LONN", money.wages),
            ("INNTEKT_YRKINNT", money.work_income),
            ("INNTEKT_OVERFOR", money.transfers),
        ):
            persons = np.flatnonzero(amount)
            yield from self.rows(name, year, persons, amount[persons].astype(np.float64))
        adults = np.flatnonzero((seen.present > 0) & (seen.age >= _BENEFIT_AGE))
        for benefit, amount in {**money.benefits, **money.within_wages}.items():
            yield from self.rows(f"INNTEKT_{benefit}", year, adults, amount[adults])
        household = self.country.snapshots[year + 1].household.astype(np.int64)
        sums = income.household_income(money.after_tax, household)
        members = np.flatnonzero(household >= 0)
        yield from self.rows("INNTEKT_HUSH_IES", year, members, sums[members])
        age = self.birthdays.age_at(day(year + 1)).astype(np.int64)
        units = income.consumption_units(age, household)
        each = np.rint(sums[members] / units[members])
        yield from self.rows("INNTEKT_HUSH_IES_EU", year, members, each)


def _amounts(money: income.Incomes) -> dict[str, Index]:
    return {
        "INNTEKT_WLONN": money.wages,
        "INNTEKT_WYRKINNT": money.work_income,
        "INNTEKT_WSAMINNT": money.total,
        "INNTEKT_WIES": money.after_tax,
        "INNTEKT_WSKATOVF": money.tax_and_transfers,
        "INNTEKT_UTSKATT": money.tax,
        "INNTEKT_BRUTTOFORM": money.taxed_wealth,
        "INNTEKT_BER_BRFORM": money.wealth,
        "INNTEKT_WOVERFOR": money.transfers,
        "INNTEKT_PGIVINNT": money.earned,
        "SKATT_BRUTTOINNTEKT": money.taxed,
        "SKATT_ALMINNELIG_INNTEKT": money.ordinary,
    }


def variables(country: Country, education: Education, scope: Scope) -> Tables:
    """Give work, income and support; the years are lived through once."""
    ledger, labour = Ledger(country), work.Labour(country, education)
    purse, spells = income.Purse(country), support.Support()
    employment = jobs.Jobs(country, scope)
    months: Floats = np.zeros(country.people.size)
    for seen in labour.years():
        support.note_disabled(seen, labour, spells)
        paid = support.carried_over(seen, spells) + support.seek(country, seen, spells)
        months = support.assist(country, seen, spells, months)
        yield from ledger.register(seen)
        if seen.year < jobs.FIRST_YEAR and seen.year not in ledger.covered["INNTEKT_WLONN"]:
            continue
        assessed = benefits.days_assessed(spells, seen.year, len(paid))
        money = purse.year(seen, paid, months, assessed)
        yield from ledger.income(seen, money)
        yield from employment.year(seen, money)
    yield from chain(
        employment.holders(),
        support.tables(country, spells),
        seekers.tables(country, spells, scope),
    )


def wanted(scope: Scope) -> bool:
    """Whether any of these variables is asked for."""
    names = (*_REGISTER, *_INCOME, *jobs.NAMES, *support.NAMES, *seekers.NAMES)
    return any(name in scope for name in names)
