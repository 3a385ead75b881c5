"""The people of 1 January 1960, from whom and after whom everybody else comes."""

from __future__ import annotations

import numpy as np

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import curve, places, vital
from kohort.databank.synthetic.days import Floats, Index, day, not_new_year
from kohort.databank.synthetic.population import (
    MAN,
    MARRIED,
    NOBODY,
    RESIDENT,
    WIDOWED,
    WOMAN,
    Population,
)

_OLDEST = 99
# Parents are on record for children born from 1953 on, and for few before.
_PARENTS_FROM = 1953
_PARENTS_BEFORE = 0.12


def settle(pop: Population, count: int) -> None:
    """Fill the country with `count` people: ages, couples, their children, places."""
    rng = pop.streams.of("stock")
    who = pop.claim(count)
    vital.newborn(pop, rng, who)
    ages = np.arange(_OLDEST + 1)
    weights = np.array([curve.at(c.COHORTS, c.FIRST - 1 - age) for age in range(_OLDEST + 1)])
    weights = weights * _survival(ages)
    age = np.repeat(ages, curve.split(count, weights))
    lived = (age * 365.25 + rng.random(count) * 363).astype(np.int32)
    pop.birth[who] = not_new_year(day(c.FIRST) - 2 - lived)
    pop.entry[who] = pop.birth[who]
    pop.state[who] = RESIDENT
    _couples(pop, rng, who)
    drawn = places.load().draw(rng, count)
    lead = np.where((pop.partner[who] >= 0) & (pop.partner[who] < who), pop.partner[who], who)
    pop.place[who] = drawn[lead - who[0]]
    _children(pop, rng, who)
    elder = pop.age(day(c.FIRST)) >= 60
    alone = who[elder[who] & (pop.partner[who] < 0)]
    pop.marital[alone[rng.random(len(alone)) < 0.6]] = WIDOWED
    pop.place_before = pop.place.copy()


def _survival(ages: np.ndarray) -> Floats:
    hazards = vital.hazard(ages.astype(float), np.full(len(ages), MAN), c.FIRST - 15)
    return np.concatenate([[1.0], np.cumprod(1 - hazards)[:-1]])


def _couples(pop: Population, rng: np.random.Generator, who: Index) -> None:
    age = pop.age(day(c.FIRST))
    share = np.interp(age[who], [19, 24, 30, 45, 60, 75, 90], [0, 0.5, 0.82, 0.85, 0.75, 0.5, 0.15])
    wanted = (rng.random(len(who)) < share) & ~pop.same_sex[who]
    sorted_by_age = []
    for sex, shift in ((WOMAN, 0.0), (MAN, -2.5)):
        some = who[wanted & (pop.sex[who] == sex)]
        likeness = age[some] + shift + 1.5 * pop.talent[some] + rng.standard_normal(len(some))
        sorted_by_age.append(some[np.argsort(likeness, kind="stable")])
    women, men = sorted_by_age
    pairs = min(len(women), len(men))
    # The surplus sex stays single at random places of the order, not at its end.
    women = women[np.sort(rng.permutation(len(women))[:pairs])]
    men = men[np.sort(rng.permutation(len(men))[:pairs])]
    fine = np.abs(age[women] - age[men]) < 16
    women, men = women[fine], men[fine]
    pop.partner[women], pop.partner[men] = men, women
    pop.spouse[women], pop.spouse[men] = men, women
    pop.marital[women] = pop.marital[men] = MARRIED
    pop.union_day[women] = pop.union_day[men] = day(c.FIRST) - 2000


def _children(pop: Population, rng: np.random.Generator, who: Index) -> None:
    age = pop.age(day(c.FIRST))
    children = who[age[who] < vital.ADULT]
    mothers = who[(pop.sex[who] == WOMAN) & (pop.partner[who] >= 0) & (age[who] >= 20)]
    mothers = mothers[np.argsort(pop.birth[mothers], kind="stable")]
    # The mother's age at birth is drawn first; she is who comes nearest to it among the wives.
    wished = pop.birth[children] - (rng.normal(27.5, 5, len(children)) * 365.25).astype(np.int64)
    at = np.searchsorted(pop.birth[mothers], wished) + rng.integers(-25, 26, len(children))
    mother = mothers[np.clip(at, 0, len(mothers) - 1)]
    room = (pop.birth[children] - pop.birth[mother]) / 365.25
    father = pop.partner[mother]
    room_father = (pop.birth[children] - pop.birth[father]) / 365.25
    fits = (room >= 17) & (room <= 46.5) & (room_father >= 17) & (room_father <= 49.5)
    children, mother, father = children[fits], mother[fits], father[fits]
    pop.custodian[children] = mother
    pop.place[children] = pop.place[mother]
    recorded = (1970 + pop.birth[children] / 365.25 >= _PARENTS_FROM) | (
        rng.random(len(children)) < _PARENTS_BEFORE
    )
    pop.mother[children[recorded]] = mother[recorded]
    pop.father[children[recorded]] = father[recorded]
    np.add.at(pop.children, mother, 1)
    np.maximum.at(pop.last_birth, mother, pop.birth[children])
    rest = who[(age[who] < vital.ADULT) & (pop.custodian[who] < 0)]
    homes = mothers[(age[mothers] >= 36) & (age[mothers] < 60)]
    pop.custodian[rest] = homes[rng.integers(0, len(homes), len(rest))]
    pop.place[rest] = pop.place[pop.custodian[rest]]
    at_home = who[(age[who] >= vital.ADULT) & (age[who] < 25) & (pop.partner[who] == NOBODY)]
    stay = at_home[rng.random(len(at_home)) < 0.5]
    homes = mothers[(age[mothers] >= 44) & (age[mothers] < 60)]
    pop.custodian[stay] = homes[rng.integers(0, len(homes), len(stay))]
    pop.place[stay] = pop.place[pop.custodian[stay]]
