"""Families and households on a 1 January: who belongs together, in which role and family type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic.days import Birthdays, Days, Floats, Index, Mask, day
from kohort.databank.synthetic.population import LIVING_MARRIED, MAN, RESIDENT, Population

CHILD_AGES = 18


@dataclass(frozen=True)
class Snapshot:
    """The country on 1 January of a year: one element per person, index as in the population.

    `family` and `household` are the index of the reference person, -1 for who is not resident.
    """

    year: int
    state: NDArray[np.int8]
    place: NDArray[np.int16]
    partner: NDArray[np.int32]
    marital: NDArray[np.int8]
    married: Mask
    union_day: Days
    moved_in_together: Mask
    child: Mask
    family: NDArray[np.int32]
    household: NDArray[np.int32]

    @property
    def residents(self) -> Index:
        """The persons who live in the country."""
        return np.flatnonzero(self.state == RESIDENT)


def snapshot(pop: Population, year: int, closeness: Floats) -> Snapshot:
    """Take the country as it is now, 1 January of `year`.

    `closeness` is a constant uniform number per person: how readily a person alone lives with the
    mother's family in one household.
    """
    here = pop.state == RESIDENT
    reference = np.where(here, pop.references(), -1)
    partner = np.where(here, pop.partner, -1)
    married = (partner >= 0) & (pop.spouse == partner) & np.isin(pop.marital, LIVING_MARRIED)
    return Snapshot(
        year=year,
        state=pop.state.copy(),
        place=pop.place.astype(np.int16),
        partner=partner.astype(np.int32),
        marital=pop.marital.copy(),
        married=married,
        union_day=pop.union_day.copy(),
        moved_in_together=pop.moved_in_together.copy(),
        child=here & (pop.custodian >= 0),
        family=reference.astype(np.int32),
        household=_households(pop, reference, closeness, year).astype(np.int32),
    )


def _households(pop: Population, family: Index, closeness: Floats, year: int) -> Index:
    household = family.copy()
    with_children = np.zeros(pop.size, dtype=np.bool_)
    with_children[pop.custodian[pop.custodian >= 0]] = True
    alone = (pop.state == RESIDENT) & (family == pop.people) & (pop.partner < 0)
    alone &= (pop.mother >= 0) & (pop.state[pop.mother] == RESIDENT)
    alone &= pop.place == pop.place[pop.mother]
    young = pop.age(day(year)) < 30
    ready = np.where(with_children & young, c.JOINT_HOUSEHOLD_PARENT, c.JOINT_HOUSEHOLD)
    joins = alone & (closeness < ready)
    # A family that is joined does not itself join another.
    joined = np.zeros(pop.size, dtype=np.bool_)
    joined[family[pop.mother[joins]]] = True
    joins &= ~joined
    target = family.copy()
    target[joins] = family[pop.mother[joins]]
    living = family >= 0
    household[living] = target[family[living]]
    return household


# The codes of family types by the number that their three digits make.
FAMILY_TYPES: Final = tuple(f"{n // 100}.{n // 10 % 10}.{n % 10}" for n in range(400))


@dataclass(frozen=True)
class Roles:
    """What each resident is in the family; arrays are parallel to `persons`.

    `code` is 1 for the reference person, 2 for the partner, 3 for a child; `family_type` a place in
    `FAMILY_TYPES`.
    """

    persons: Index
    code: Index
    size: Index
    children: Index
    household_children: Index
    family_type: Index


def roles(births: Birthdays, sex: NDArray[np.int8], seen: Snapshot) -> Roles:
    """Work out role, size, number of children 0 to 17 and kind of every resident's family."""
    persons = seen.residents
    total = len(sex)
    family = seen.family[persons].astype(np.int64)
    household = seen.household[persons]
    age = births.age_at(day(seen.year))[persons]
    minor = age < CHILD_AGES
    size = np.bincount(family, minlength=total)
    children = np.bincount(family[minor], minlength=total)
    at_home = np.bincount(household[minor], minlength=total)
    code = np.where(seen.child[persons], 3, np.where(family == persons, 1, 2))
    youngest = np.full(total, 999)
    np.minimum.at(youngest, family[seen.child[persons]], age[seen.child[persons]])
    ages = np.zeros(total, dtype=np.int64)
    ages[persons] = age
    kind = _family_types(seen, family, youngest[family], ages[family], sex[family])
    return Roles(persons, code, size[family], children[family], at_home[household], kind)


def _family_types(
    seen: Snapshot, head: Index, youngest: Index, head_age: Index, head_sex: NDArray[np.int8]
) -> Index:
    couple = seen.partner[head] >= 0
    married = couple & seen.married[head]
    living = np.where(married, 1, 2)
    father = np.where(head_sex == MAN, 2, 1)
    band = np.searchsorted([30, 45, 67], head_age, side="right") + 1
    childless = youngest == 999
    small, large = youngest < 6, youngest < CHILD_AGES
    # The digits of the code: kind of family, age of the youngest child, who the adults are.
    group = np.select(
        [
            childless & ~couple, childless & couple,
            small & couple, large & couple, couple,
            small, large,
        ],
        [11, 31, 21, 22, 32, 23, 24],
        default=33,
    )  # fmt: skip
    last = np.select(
        [childless & ~couple, childless & couple, couple],
        [band, band + 4 * ~married, living],
        default=father,
    )
    return np.asarray(group * 10 + last)
