"""The wage register: monthly variables of jobs and of the persons who hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort.databank.definition import validity
from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import occupations, places
from kohort.databank.synthetic.days import Birthdays, Days, Floats, Index, Mask, day
from kohort.databank.synthetic.scope import Scope
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.tables import Table, Tables, Values, at, coded
from kohort.databank.synthetic.work import WorkYear

_OF_JOBS: Final = {
    "ARBLONN_ARB_ARBEIDSTID": "Avtalt arbeidstid i uken.",
    "ARBLONN_ARB_STILLINGSPST": "Avtalt stillingsprosent.",
    "ARBLONN_ARB_H3LDELTID": "Heltid eller deltid.",
    "ARBLONN_ARB_YRKE_STYRK08": "Yrke; oppdiktet fordeling.",
    "ARBLONN_ARB_HOVEDARBEID": "Om jobben er personens hovedarbeid i måneden.",
    "ARBLONN_ARB_START": "Første dag i jobben.",
    "ARBLONN_ARB_ANSETTELSESFORM": "Ansettelsesform; oppdiktet fordeling.",
    "ARBLONN_ARB_TID_ORDNING": "Arbeidstidsordning; oppdiktet fordeling.",
}
_PAY: Final = {
    "ARBLONN_LONN_FAST": "Fastlønn i måneden.",
    "ARBLONN_LONN_FAST_INNRAPP": "Fastlønn i måneden, som innrapportert.",
    "ARBLONN_LONN_TIME": "Timelønn i måneden, beløp.",
    "ARBLONN_LONN_TIME_INNRAPP": "Timelønn i måneden, beløp som innrapportert.",
    "ARBLONN_LONN_KONTANT_IMP": "Kontantlønn i måneden.",
    "ARBLONN_LONN_EKV_FMLONN": "Avtalt månedslønn, omregnet til heltid.",
    "ARBLONN_LONN_EKV_IALT": "Månedslønn i alt, omregnet til heltid.",
}
_OF_PERSONS: Final = {
    "ARBLONN_PERS_KJOENN": "Kjønn.",
    "ARBLONN_PERS_ALDER": "Alder den 16. i måneden.",
    "ARBLONN_PERS_KOMMNR": "Bostedskommune ved utgangen av måneden.",
    "ARBLONN_PERS_SUM_ARBEIDSTID": "Avtalt arbeidstid i uken i alle jobber.",
}
NAMES: Final = (*_OF_JOBS, *_PAY, *_OF_PERSONS)
_TIMES: Final = ("ikke_skift", "dogn355", "helkont336", "skift365", "andre_skift", "offshore336")
# Shares of the times by the first digit of the occupation: care and shops, industry, transport.
_TIMES_OF: Final = {
    "2": (0.82, 0.14, 0.0, 0.0, 0.04, 0.0), "3": (0.88, 0.06, 0.02, 0.01, 0.02, 0.01),
    "5": (0.66, 0.26, 0.01, 0.0, 0.07, 0.0), "7": (0.93, 0.0, 0.01, 0.03, 0.01, 0.02),
    "8": (0.6, 0.06, 0.1, 0.16, 0.05, 0.03), "9": (0.88, 0.05, 0.0, 0.03, 0.04, 0.0),
}  # fmt: skip


@dataclass(frozen=True)
class Stints:
    """Jobs in a year, one row each: key, person, first and last month (0 to 11) and what they are.

    `hours` a week, `full` hours of full time, `pay` kroner a month.
    """

    key: Index
    person: Index
    first: Index
    last: Index
    hours: Floats
    full: Floats
    occupation: Index
    start: Days
    pay: Floats
    main: Mask


def by_key(*stints: Stints) -> Stints:
    """Put stints together, by key."""
    columns = zip(*(vars(part).values() for part in stints), strict=True)
    joined = [np.concatenate(column) for column in columns]
    order = np.argsort(joined[0], kind="stable")
    return Stints(*(column[order] for column in joined))


class Months:
    """The rows of a year: for each stint its months, as places in the stints and month numbers."""

    def __init__(self, year: int, stints: Stints) -> None:
        counts = stints.last - stints.first + 1
        self.year = year
        self.stint: Index = np.repeat(np.arange(len(counts)), counts)
        begin = np.cumsum(counts) - counts
        self.month: Index = np.arange(len(self.stint)) - begin[self.stint]
        self.month += stints.first[self.stint]
        self.firsts = np.array([day(year, month) for month in range(1, 13)], dtype=np.int32)
        self.ends = np.array([*(self.firsts[1:] - 1), day(year + 1) - 1], dtype=np.int32)

    def parts(
        self, name: str, told: str, ids: Index, months: Index, values: Callable[[], Values]
    ) -> Iterator[Table]:
        """Give a variable with its rows of the year, as far as the variable reaches."""
        first, last = validity(name)
        if name in _PAY:
            start, stop = self.firsts[months], self.ends[months]
        else:
            ends = name.endswith("KOMMNR")
            start = stop = self.ends[months] if ends else self.firsts[months] + 15
        inside = (start >= (first or 0)) & (stop <= (last or day(c.HORIZON)))
        if not inside.any():
            return
        definition, frame = at(name, told, ids, values(), start, stop, unit_of_measure=_unit(name))
        yield definition, frame if inside.all() else frame.filter(pl.Series(inside))


def _unit(name: str) -> str:
    if name in _PAY:
        return "Norske kroner"
    return "Timer i uken" if name.endswith("ARBEIDSTID") else ""


def tables(country: Country, scope: Scope, seen: WorkYear, stints: Stints, terms: Floats) -> Tables:
    """Give a year of all monthly variables of jobs and their holders.

    `terms` are three uniform numbers a person that decide how he or she is employed.
    """
    months = Months(seen.year, stints)
    keys = stints.key[months.stint]
    rows = _Rows(country, seen, stints, months, terms)
    for name, told in {**_OF_JOBS, **_PAY}.items():
        if name in scope:
            values: Callable[[], Values] = getattr(rows, name.rsplit("ARBLONN_")[1].lower())
            yield from months.parts(name, told, keys, months.month, values)
    if scope.any(_OF_PERSONS):
        yield from _persons(country, scope, stints, months)


class _Rows:
    """Works out the values of each variable of jobs, when it is asked for."""

    def __init__(
        self, country: Country, seen: WorkYear, stints: Stints, months: Months, terms: Floats
    ) -> None:
        self.stints = stints
        self.which = months.stint
        self.terms = terms[:, stints.person]
        self.age = seen.age[stints.person]
        rng = country.streams.of("pay", seen.year)
        self.luck = rng.standard_exponential(len(self.which))
        self.slips = rng.random(len(self.which))
        self.share = np.minimum(100.0, 100 * stints.hours / stints.full)

    # ---- what is agreed

    def arb_arbeidstid(self) -> Values:
        return self.stints.hours[self.which]

    def arb_stillingspst(self) -> Values:
        return np.round(self.share, 1)[self.which]

    def arb_h3ldeltid(self) -> Values:
        return coded(["1", "2"], (self.share < 100).astype(np.int64)[self.which])

    def arb_yrke_styrk08(self) -> Values:
        return coded(occupations.CODES, self.stints.occupation[self.which])

    def arb_hovedarbeid(self) -> Values:
        return coded(["2", "1"], self.stints.main.astype(np.int64)[self.which])

    def arb_start(self) -> Values:
        return self.stints.start[self.which].astype(np.int64)

    def arb_ansettelsesform(self) -> Values:
        draw = self.terms[0]
        passing = np.where(self.age < 25, 0.3, np.where(self.stints.main, 0.07, 0.4))
        crafts = np.char.startswith(np.array(occupations.CODES), "7")[self.stints.occupation]
        form = np.select(
            [(self.age < 21) & crafts, draw < passing, draw < passing + 0.01], [4, 1, 2], 0
        )
        form = np.where((form == 1) & (draw < 0.015), 3, form)
        return coded(["1", "2", "3", "4", "5"], form[self.which])

    def arb_tid_ordning(self) -> Values:
        edges = np.array([
            np.cumsum(_TIMES_OF.get(code[0], (1.0, 0, 0, 0, 0, 0)))[:-1]
            for code in occupations.CODES
        ])
        form = (self.terms[1][:, None] > edges[self.stints.occupation]).sum(axis=1)
        return coded(_TIMES, form[self.which])

    # ---- what is paid

    @cached_property
    def _hourly(self) -> Mask:
        """Who is paid by the hour: many of the young, of part-timers and in second jobs."""
        chance = np.where(self.age < 25, 0.4, 0.06) + np.where(self.share < 50, 0.3, 0.0)
        return np.asarray(self.terms[2] < chance)

    @cached_property
    def _extra(self) -> Floats:
        share = c.EXTRA_PAY * (0.4 + 1.2 * (self.terms[0] * 7 % 1))
        return np.asarray(np.round((self.stints.pay * share)[self.which] * self.luck))

    @cached_property
    def _agreed(self) -> Floats:
        share = c.EXTRA_PAY * (0.4 + 1.2 * (self.terms[0] * 7 % 1))
        return np.asarray(np.round(self.stints.pay * (1 - share))[self.which])

    def _reported(self, amount: NDArray[np.float64]) -> Floats:
        """A few reports differ a little from the corrected amount."""
        slip = np.where(self.slips < 0.02, 0.97, np.where(self.slips > 0.98, 1.03, 1.0))
        return np.asarray(np.round(amount * slip))

    def lonn_fast(self) -> Values:
        return np.where(self._hourly[self.which], 0.0, self._agreed)

    def lonn_time(self) -> Values:
        return np.where(self._hourly[self.which], self._agreed, 0.0)

    def lonn_fast_innrapp(self) -> Values:
        return self._reported(np.where(self._hourly[self.which], 0.0, self._agreed))

    def lonn_time_innrapp(self) -> Values:
        return self._reported(np.where(self._hourly[self.which], self._agreed, 0.0))

    def lonn_kontant_imp(self) -> Values:
        return self._agreed + self._extra

    def lonn_ekv_fmlonn(self) -> Values:
        return np.round(self._agreed * 100 / self.share[self.which])

    def lonn_ekv_ialt(self) -> Values:
        return np.round((self._agreed + self._extra) * 100 / self.share[self.which])


def _persons(country: Country, scope: Scope, stints: Stints, months: Months) -> Tables:
    """Give the variables of persons in the months in which they hold a job."""
    people = country.people
    code = stints.person[months.stint] * 12 + months.month
    both, place = np.unique(code, return_inverse=True)
    person, month = both // 12, both % 12
    ids = country.ids[person]

    def age() -> Values:
        births = Birthdays(people.birth)
        table = np.stack([births.age_at(int(first) + 15) for first in months.firsts])
        return np.asarray(table[month, person], dtype=np.int64)

    def home() -> Values:
        codes: list[str] = []
        which = np.zeros(len(both), dtype=np.int64)
        for number in range(12):
            rows = np.flatnonzero(month == number)
            lived = np.full(people.size, -1, dtype=np.int64)
            # Who left or died after the 16th still has the home of that day.
            for at_day in (int(months.firsts[number]) + 15, int(months.ends[number])):
                here, where = country.resident_on(at_day)
                lived[here] = where
            which[rows] = lived[person[rows]] + len(codes)
            codes += places.load().codes_on(int(months.ends[number]))
        return coded(codes, which)

    columns: dict[str, Callable[[], Values]] = {
        "ARBLONN_PERS_KJOENN": lambda: coded(["", "1", "2"], people.sex[person]),
        "ARBLONN_PERS_ALDER": age,
        "ARBLONN_PERS_KOMMNR": home,
        "ARBLONN_PERS_SUM_ARBEIDSTID": lambda: np.round(
            np.bincount(place, weights=stints.hours[months.stint]), 1
        ),
    }
    for name, values in columns.items():
        if name in scope:
            yield from months.parts(name, _OF_PERSONS[name], ids, month, values)
