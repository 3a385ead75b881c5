"""Variables of work, income and support, written year by year from one pass through the years."""

from __future__ import annotations

import numpy as np

from kohort.databank.synthetic import income, occupations, places, support, tables, work
from kohort.databank.synthetic.days import Floats, Index, day
from kohort.databank.synthetic.education import Education
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.tables import Part, Tables, coded, dated, years

_REGISTER = (
    ("REGSYS_ARB_ARBMARK_STATUS", "Arbeidsmarkedsstatus 16. november."),
    ("REGSYS_ARB_YRKE_STYRK08", "Yrke i hovedarbeidsforholdet; oppdiktet fordeling."),
    ("REGSYS_ARB_ARBEIDSTID", "Arbeidstid i uken i hovedarbeidsforholdet."),
    ("REGSYS_ARB_ARBKOMM", "Kommune der personen arbeider."),
)
_INCOME = (
    ("INNTEKT_WLONN", "Lønn i året."),
    ("INNTEKT_LONN", "Lønn i året."),
    ("INNTEKT_WYRKINNT", "Lønn og netto næringsinntekt i året."),
    ("INNTEKT_WSAMINNT", "Samlet inntekt i året."),
    ("INNTEKT_WIES", "Samlet inntekt minus skatt og negative overføringer."),
    ("INNTEKT_WSKATOVF", "Utlignet skatt og negative overføringer."),
    ("INNTEKT_UTSKATT", "Utlignet skatt."),
    ("INNTEKT_BRUTTOFORM", "Skattepliktig bruttoformue ved utgangen av året."),
    ("INNTEKT_BER_BRFORM", "Beregnet bruttoformue ved utgangen av året."),
    ("INNTEKT_HUSH_IES", "Husholdningens inntekt etter skatt."),
    ("INNTEKT_SOSIAL", "Sosialhjelp i året."),
    ("INNTEKT_ARBLED", "Dagpenger i året."),
    ("INNTEKT_BARNETRYGD", "Barnetrygd i året."),
    ("INNTEKT_STUDIESTIPEND", "Studiestipend i året."),
)
# Benefits have a row for every adult, 0 where nothing was paid; the older series have no zeros.
_BENEFIT_AGE = 17
_KRONER = "Norske kroner"


class Ledger:
    """Collects the rows of every yearly variable of work and income."""

    def __init__(self, country: Country) -> None:
        self.country = country
        self.parts: dict[str, list[Part]] = {name: [] for name, _ in (*_REGISTER, *_INCOME)}
        self.covered = {name: set(years(name, 11, 16)) for name, _ in _REGISTER}
        self.covered |= {name: set(years(name, 12, 31)) for name, _ in _INCOME}

    def add(self, name: str, year: int, persons: Index, values: tables.Values) -> None:
        """Add a year of a variable, if the variable has that year."""
        if year not in self.covered[name]:
            return
        if name.startswith("REGSYS"):
            start = stop = day(year, 11, 16)
        else:
            start, stop = day(year), day(year, 12, 31)
        self.parts[name].append(Part(self.country.ids[persons], values, start, stop))

    def register(self, seen: work.WorkYear) -> None:
        """Add the labour market register of 16 November."""
        at = day(seen.year, 11, 16)
        persons, _ = self.country.resident_on(at)
        low, high = work.WORKING_AGES
        persons = persons[(seen.age[persons] >= low) & (seen.age[persons] <= high)]
        status = seen.status[persons].astype(np.int64)
        working = persons[(status == work.EMPLOYEE) | (status == work.SELF_EMPLOYED)]
        digits = coded(["0", "1", "2", "3"], status)
        self.add("REGSYS_ARB_ARBMARK_STATUS", seen.year, persons, digits)
        codes = coded(occupations.CODES, seen.occupation[working])
        self.add("REGSYS_ARB_YRKE_STYRK08", seen.year, working, codes)
        self.add("REGSYS_ARB_ARBEIDSTID", seen.year, working, seen.hours[working])
        place = coded(places.load().codes_on(at), seen.workplace[working])
        self.add("REGSYS_ARB_ARBKOMM", seen.year, working, place)

    def income(self, seen: work.WorkYear, money: income.Incomes) -> None:
        """Add the incomes of a year."""
        older = (
            ("INNTEKT_WLONN", money.wages),
            ("INNTEKT_WYRKINNT", money.work_income),
            ("INNTEKT_WSAMINNT", money.total),
            ("INNTEKT_WIES", money.after_tax),
            ("INNTEKT_WSKATOVF", money.tax_and_transfers),
            ("INNTEKT_UTSKATT", money.tax),
            ("INNTEKT_BRUTTOFORM", money.taxed_wealth),
            ("INNTEKT_BER_BRFORM", money.wealth),
        )
        for name, amount in older:
            persons = np.flatnonzero(amount)
            self.add(name, seen.year, persons, amount[persons])
        persons = np.flatnonzero(money.wages)
        self.add("INNTEKT_LONN", seen.year, persons, money.wages[persons].astype(np.float64))
        adults = np.flatnonzero((seen.present > 0) & (seen.age >= _BENEFIT_AGE))
        for benefit, amount in money.benefits.items():
            self.add(f"INNTEKT_{benefit}", seen.year, adults, amount[adults])
        household = self.country.snapshots[seen.year + 1].household.astype(np.int64)
        sums = income.household_income(money.after_tax, household)
        members = np.flatnonzero(household >= 0)
        self.add("INNTEKT_HUSH_IES", seen.year, members, sums[members])


def variables(country: Country, education: Education) -> Tables:
    """Give work, income and support; the years are lived through once."""
    ledger, labour = Ledger(country), work.Labour(country, education)
    purse, spells = income.Purse(country), support.Support()
    months: Floats = np.zeros(country.people.size)
    for seen in labour.years():
        support.note_disabled(seen, labour, spells)
        paid = support.carried_over(seen, spells) + support.seek(country, seen, spells)
        months = support.assist(country, seen, spells, months)
        ledger.register(seen)
        if seen.year in ledger.covered["INNTEKT_WLONN"]:
            ledger.income(seen, purse.year(seen, paid, months))
    for name, description in (*_REGISTER, *_INCOME):
        unit = _KRONER if name.startswith("INNTEKT") else ""
        unit = "Timer i uken" if name.endswith("ARBEIDSTID") else unit
        yield dated(name, description, ledger.parts.pop(name), unit_of_measure=unit)
    yield from support.tables(country, spells)
