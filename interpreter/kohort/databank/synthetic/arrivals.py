"""First arrival of immigrants: when, at what age, and why."""

from __future__ import annotations

from typing import Final

import numpy as np

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic.days import NEVER, Birthdays, Index, day, month_of, of_month, year_of
from kohort.databank.synthetic.origins import CODES
from kohort.databank.synthetic.persons import origins
from kohort.databank.synthetic.scope import Scope
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.tables import Tables, coded, fixed

NAMES: Final = ("BEFOLKNING_FORSTDATO", "BEFOLKNING_INNALDER", "BEFOLKNING_INNGRUNN1")
_REASONS: Final = ("ARB", "FAM", "FLU", "UTD", "ANN", "UKJ")
_GROUPS: Final = ("nordic", "refugees", "neighbours", "others")


def tables(country: Country, scope: Scope) -> Tables:
    """Give day of arrival, age at it and reason, of immigrants alone (category B)."""
    if not scope.any(NAMES):
        return
    people = country.people
    category, _ = origins(people)
    who = np.flatnonzero((category == "B") & (people.entry < NEVER))
    ids, entry = country.ids[who], people.entry[who]
    date = year_of(entry) * 10_000 + month_of(entry) * 100 + of_month(entry)
    yield fixed(NAMES[0], "Dato for første opphold i Norge.", ids, date)
    yield fixed(NAMES[1], "Alder ved innvandring.", ids, _ages(country, who))
    # Reasons are registered of those who came since 1990.
    later = who[entry >= day(c.DATA)]
    reasons = coded(_REASONS, _reasons(country, later))
    yield fixed(NAMES[2], "Innvandringsgrunn; oppdiktet.", country.ids[later], reasons)


def _ages(country: Country, who: Index) -> Index:
    people = country.people
    born, come = people.birth[who], people.entry[who]
    in_year = [month_of(days) * 100 + of_month(days) for days in (born, come)]
    return np.asarray(year_of(come) - year_of(born) - (in_year[0] > in_year[1]), dtype=np.int64)


def _reasons(country: Country, who: Index) -> Index:
    """Draw reasons by origin and age; the children and spouses of those who fled fled mostly."""
    people = country.people
    draw = country.streams.of("reasons").random(people.size)[who]
    group = np.array([_group(code) for code in CODES])[people.origin[who]]
    age = Birthdays(people.birth[who])
    young = np.array(year_of(people.entry[who])) - age.year < 18
    shares = np.array([
        [np.cumsum(c.REASONS_CHILDREN[name]), np.cumsum(c.REASONS[name])] for name in _GROUPS
    ])
    edges = shares[group, np.where(young, 0, 1)]
    return np.asarray((draw[:, None] > edges[:, :-1]).sum(axis=1))


def _group(code: str) -> int:
    if code in c.NORDIC:
        return 0
    if code in c.REFUGEES:
        return 1
    return 2 if code[0] == "1" else 3
