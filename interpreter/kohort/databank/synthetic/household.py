"""Variables of families, couples and marriage."""

from __future__ import annotations

import numpy as np

from kohort.databank.synthetic.days import Birthdays, Index, Mask, day
from kohort.databank.synthetic.families import FAMILY_TYPES, Roles, Snapshot, roles
from kohort.databank.synthetic.scope import Scope
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.tables import Tables, Values, at, coded, spells, years

_FAMILY = (
    ("BEFOLKNING_REGSTAT_FAMNR", "Familienummer, nøkkelen til den eldste i familien."),
    ("BEFOLKNING_REGSTAT_PERSONKODE", "Rolle i familien."),
    ("BEFOLKNING_REGSTAT_FAMTYP", "Familietype."),
    ("BEFOLKNING_ANTPERS_I_REGSTAT_FAMNR", "Antall personer i familien."),
    ("BEFOLKNING_BARN_I_REGSTAT_FAMNR", "Antall barn 0-17 år i familien."),
    ("BEFOLKNING_BARN_I_HUSH", "Antall barn 0-17 år i husholdningen."),
    ("BEFOLKNING_PARSTATUS", "Parstatus i familien."),
)


def tables(country: Country, scope: Scope) -> Tables:
    """Give families, couples on 1 January and the history of marital status."""
    people = country.people
    births = Birthdays(people.birth)
    for year in years(_FAMILY[0][0]) if scope.any(name for name, _ in _FAMILY) else ():
        seen = country.snapshots[year]
        role = roles(births, people.sex, seen)
        values = _family_values(country, seen, role)
        for name, told in _FAMILY:
            yield at(name, told, country.ids[role.persons], values[name], day(year))
    told = "Husholdningsnummer, nøkkelen til husholdningens referanseperson."
    for name, month in (("BEFOLKNING_HUSHNR", 1), ("INNTEKT_HUSHNR", 12)):
        for year in years(name, month, 1 if month == 1 else 31) if name in scope else ():
            date = day(year) if month == 1 else day(year, 12, 31)
            household = country.snapshots[year if month == 1 else year + 1].household
            members = np.flatnonzero(household >= 0)
            yield at(name, told, country.ids[members], country.ids[household[members]], date)
    yield from _couples(country, scope, "BEFOLKNING_EKT_FNR", "Nøkkelen til ektefellen.", True)
    told = "Nøkkelen til samboer eller ektefelle."
    yield from _couples(country, scope, "BEFOLKNING_SAMB_FNR", told)
    marital = country.marital
    yield spells(
        "SIVSTANDFDT_SIVSTAND",
        "Sivilstand over tid.",
        country.ids[marital.persons],
        coded([str(code) for code in range(10)], marital.value),
        marital.start,
        marital.stop,
    )


def _family_values(country: Country, seen: Snapshot, role: Roles) -> dict[str, Values]:
    values: tuple[Values, ...] = (
        country.ids[seen.family[role.persons]],
        coded(["", "1", "2", "3"], role.code),
        coded(FAMILY_TYPES, role.family_type),
        role.size,
        role.children,
        role.household_children,
        coded([*"0123456789"], couple_status(country, seen, role.persons)),
    )
    return dict(zip((name for name, _ in _FAMILY), values, strict=True))


def couple_status(country: Country, seen: Snapshot, persons: Index) -> Index:
    """Give the code of PARSTATUS of each person."""
    people = country.people
    partner = seen.partner[persons].astype(np.int64)
    couple = partner >= 0
    same = couple & (people.sex[persons] == people.sex[partner])
    married = couple & seen.married[persons]
    before = country.snapshots[seen.year - 1]
    unchanged = couple & (before.partner[persons] == partner)
    with_child = couple & _common_child(country, seen)[persons]
    head = seen.family[persons]
    child_of_couple = seen.child[persons] & (seen.partner[head] >= 0)
    return np.select(
        [
            married & same, married, with_child, unchanged,
            couple & seen.moved_in_together[persons], couple, child_of_couple,
        ],
        [2, 1, 3, 5, 6, 7, 8],
        default=0,
    )  # fmt: skip


def _common_child(country: Country, seen: Snapshot) -> Mask:
    people = country.people
    child = np.flatnonzero(seen.child)
    mother, father = people.mother[child], people.father[child]
    common = (mother >= 0) & (father >= 0) & (seen.partner[mother] == father)
    common &= (seen.family[mother] == seen.family[child]) & (
        seen.state[mother] == seen.state[child]
    )
    having = np.zeros(people.size, dtype=np.bool_)
    having[mother[common]] = having[father[common]] = True
    return having


def _couples(country: Country, scope: Scope, name: str, told: str, married: bool = False) -> Tables:
    for year in years(name) if name in scope else ():
        seen = country.snapshots[year]
        paired = np.flatnonzero((seen.partner >= 0) & (seen.married | (not married)))
        other = country.ids[seen.partner[paired]]
        yield at(name, told, country.ids[paired], other, day(year))
