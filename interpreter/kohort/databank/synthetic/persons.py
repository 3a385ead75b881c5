"""Variables of who a person is: sex, birth, death, origin, parents, siblings."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort.databank.synthetic.days import Index, month_of, of_month, year_of
from kohort.databank.synthetic.origins import CODES
from kohort.databank.synthetic.population import DEAD, Population
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.tables import Tables, coded, fixed


def tables(country: Country) -> Tables:
    """Give the fixed variables of persons, all persons ever in the register."""
    people, ids = country.people, country.ids
    yield fixed("BEFOLKNING_KJOENN", "Kjønn.", ids, coded(["", "1", "2"], people.sex))
    born = year_of(people.birth) * 100 + month_of(people.birth)
    yield fixed("BEFOLKNING_FOEDSELS_AAR_MND", "Fødselsår og -måned.", ids, born)
    dead = np.flatnonzero(people.state == DEAD)
    died = people.death[dead]
    date = year_of(died) * 10_000 + month_of(died) * 100 + of_month(died)
    yield fixed("BEFOLKNING_DOEDS_DATO", "Dødsdato.", ids[dead], date)
    yield fixed("BEFOLKNING_FODELAND", "Fødeland.", ids, coded(CODES, people.origin))
    category, background = origins(people)
    yield fixed("BEFOLKNING_INVKAT", "Innvandringskategori.", ids, pl.Series(category))
    yield fixed("BEFOLKNING_LANDBAK3GEN", "Landbakgrunn.", ids, coded(CODES, background))
    for name, description, parent in (
        ("BEFOLKNING_MOR_FNR", "Nøkkelen til mor.", people.mother),
        ("BEFOLKNING_FAR_FNR", "Nøkkelen til far.", people.father),
    ):
        known = np.flatnonzero(parent >= 0)
        yield fixed(name, description, ids[known], ids[parent[known]])
    for name, description, parent, older in (
        ("BEFOLKNING_FARFAR_FNR", "Nøkkelen til farfar.", people.father, people.father),
        ("BEFOLKNING_FARMOR_FNR", "Nøkkelen til farmor.", people.father, people.mother),
        ("BEFOLKNING_MORFAR_FNR", "Nøkkelen til morfar.", people.mother, people.father),
        ("BEFOLKNING_MORMOR_FNR", "Nøkkelen til mormor.", people.mother, people.mother),
    ):
        grandparent = np.where(parent >= 0, older[parent], -1)
        known = np.flatnonzero(grandparent >= 0)
        yield fixed(name, description, ids[known], ids[grandparent[known]])
    siblings, eldest = full_siblings(people)
    yield fixed("BEFOLKNING_SOESKEN_FNR", "Nøkkel for helsøsken.", ids[siblings], ids[eldest])
    children, order = birth_order(people)
    yield fixed("BEFOLKNING_PARITET", "Barnets nummer hos mor.", ids[children], order)


def origins(people: Population) -> tuple[NDArray[np.str_], NDArray[np.int16]]:
    """Give immigration category and country of background (a place in `CODES`) of everybody.

    They follow from the countries of birth of the person and the parents. An unknown parent counts
    as the known one; two unknown ones as the person.
    """
    own = people.origin
    mother = np.where(people.mother >= 0, own[people.mother], -1)
    father = np.where(people.father >= 0, own[people.father], -1)
    mother, father = (
        np.where(mother >= 0, mother, np.where(father >= 0, father, own)),
        np.where(father >= 0, father, np.where(mother >= 0, mother, own)),
    )
    foreign_parents = (mother > 0).astype(np.int64) + (father > 0)
    born_abroad = np.where(own > 0, 1, 0)
    letters = np.array([["A", "F", "C"], ["G", "E", "B"]])
    category = letters[born_abroad, foreign_parents]
    parent = np.where(mother > 0, mother, father)
    background = np.where(foreign_parents == 0, 0, np.where(own > 0, own, parent))
    return category, background.astype(np.int16)


def full_siblings(people: Population) -> tuple[Index, Index]:
    """Give who has both parents on record, and the eldest full sibling of each."""
    known = np.flatnonzero((people.mother >= 0) & (people.father >= 0))
    order = known[
        np.lexsort((known, people.birth[known], people.father[known], people.mother[known]))
    ]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (people.mother[order[1:]] != people.mother[order[:-1]]) | (
        people.father[order[1:]] != people.father[order[:-1]]
    )
    return order, order[np.flatnonzero(first)[np.cumsum(first) - 1]]


def birth_order(people: Population) -> tuple[Index, Index]:
    """Give who has a mother on record, and the number among her children on record."""
    known = np.flatnonzero(people.mother >= 0)
    order = known[np.lexsort((known, people.birth[known], people.mother[known]))]
    mother = people.mother[order]
    number = np.arange(len(order)) - np.searchsorted(mother, mother, side="left") + 1
    return order, number
