"""Births and deaths of a year."""

from __future__ import annotations

import numpy as np

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import curve, places, unions
from kohort.databank.synthetic.days import NEVER, Days, Floats, Index, Mask, day, in_year
from kohort.databank.synthetic.origins import draw_origin
from kohort.databank.synthetic.population import (
    ABROAD,
    DEAD,
    MAN,
    MARRIED,
    NOBODY,
    PARTNER_WIDOWED,
    RESIDENT,
    SEPARATED,
    WIDOWED,
    WOMAN,
    Population,
)

ADULT = 18


def hazard(age: np.ndarray, sex: np.ndarray, year: int) -> Floats:
    """Give the chance to die within the year: Gompertz in age, falling by calendar year."""
    at_80 = np.where(sex == MAN, *c.DEATH_AT_80)
    level = at_80 * np.exp(c.DEATH_SLOPE * (age - 80)) + c.DEATH_BACKGROUND
    level = np.where(age < 1, c.DEATH_INFANT, level)
    return np.asarray(np.minimum(level * np.exp(-c.DEATH_DECLINE * (year - 2020)), 0.6))


def deaths(pop: Population, year: int) -> None:
    """Let people die; widow their spouses; give their children to another parent or foster them."""
    rng = pop.streams.of("deaths", year)
    alive = np.flatnonzero((pop.state == RESIDENT) | (pop.state == ABROAD))
    age = pop.age(day(year))[alive]
    lost = rng.random(len(alive)) < hazard(age, pop.sex[alive], year)
    dying = alive[lost]
    days = in_year(rng, year, len(dying))
    reference = pop.references()
    shaken = np.zeros(pop.size, dtype=np.bool_)
    shaken[reference[dying]] = True
    pop.moved |= shaken[reference] & (pop.state == RESIDENT)
    pop.death[dying] = days
    pop.leave(dying, days + 1, DEAD)
    pop.marital_log.add(dying, days + 1, np.full(len(dying), NOBODY))
    _widow(pop, dying, days)
    pop.custodian[dying] = NOBODY
    _orphans(pop, year, dying, days)


def _widow(pop: Population, dying: Index, days: Days) -> None:
    other = pop.spouse[dying]
    bereft = (other >= 0) & (pop.state[other] != DEAD)
    survivors, since = other[bereft], days[bereft]
    plain = np.isin(pop.marital[survivors], (MARRIED, SEPARATED))
    pop.marry_to(survivors, since, np.where(plain, WIDOWED, PARTNER_WIDOWED))
    pop.divorce_day[survivors] = pop.divorce_day[dying] = NEVER
    both = np.concatenate([dying, other[other >= 0]])
    pop.spouse[both] = NOBODY
    couple = pop.partner[dying]
    left = couple[couple >= 0]
    pop.partner[left] = NOBODY
    pop.partner[dying] = NOBODY


def _orphans(pop: Population, year: int, dying: Index, days: Days) -> None:
    died_on = np.full(pop.size, -1, dtype=np.int32)
    died_on[dying] = days
    children = np.flatnonzero(pop.custodian >= 0)
    children = children[died_on[pop.custodian[children]] >= 0]
    if not len(children):
        return
    lost = pop.custodian[children]
    since = died_on[lost]
    other = np.where(pop.mother[children] == lost, pop.father[children], pop.mother[children])
    grown = pop.age(day(year))[children] >= ADULT
    willing = (other >= 0) & (pop.state[other] == pop.state[children]) & (pop.custodian[other] < 0)
    taken = willing & ~grown
    pop.custodian[children] = np.where(taken, other, NOBODY)
    pop.move(children[taken], since[taken], pop.place[other[taken]])
    pop.moved[other[taken]] = True
    alone = ~taken & ~grown & (pop.state[children] == RESIDENT)
    foster(pop, year, children[alone], since[alone])


def foster(pop: Population, year: int, children: Index, days: Days) -> None:
    """Let couples take children in whom no parent can take; nearby couples first."""
    if not len(children):
        return
    rng = pop.streams.of("foster", year)
    age = pop.age(day(year))
    fit = (pop.state == RESIDENT) & (pop.sex == WOMAN) & (pop.custodian < 0) & ~pop.moved
    homes = np.flatnonzero(fit & (age >= 32) & (age <= 58) & (pop.partner >= 0))
    if not len(homes):
        homes = np.flatnonzero((pop.state == RESIDENT) & (pop.custodian < 0) & (age >= 32))
    chosen = homes[rng.integers(0, len(homes), len(children))]
    for child, place in enumerate(pop.place[children]):
        near = homes[pop.place[homes] == place]
        if len(near):
            chosen[child] = near[rng.integers(0, len(near))]
    pop.custodian[children] = chosen
    pop.move(children, days, pop.place[chosen])
    pop.moved[chosen] = True


def births(pop: Population, year: int, count: int) -> None:
    """Let `count` children be born to women of the country, most of them in couples."""
    rng = pop.streams.of("births", year)
    mothers = _mothers(pop, rng, year, count)
    days = in_year(rng, year, len(mothers))
    fathers = _fathers(pop, rng, year, mothers)
    which = _shared(rng, len(mothers), count)
    who = pop.claim(count)
    pop.mother[who], pop.father[who] = mothers[which], fathers[which]
    pop.birth[who] = days[which]
    newborn(pop, rng, who)
    abroad = _born_abroad(pop, rng, who, year)
    here = who[~abroad]
    mother = pop.mother[here]
    _house(pop, here, pop.birth[here], mother)
    pop.marital_log.add(here, pop.birth[here], pop.marital[here])
    pop.due[who[abroad]] = year + 1 + rng.integers(0, 2, int(abroad.sum()))
    pop.last_birth[mothers] = days
    np.add.at(pop.children, pop.mother[who], 1)
    pop.custodian[mothers] = NOBODY


def _shared(rng: np.random.Generator, mothers: int, count: int) -> Index:
    # More children than mothers: some have twins (or, in a tiny bank, even more).
    extra = np.resize(rng.permutation(mothers), count - mothers)
    return np.sort(np.concatenate([np.arange(mothers), extra]))


def _mothers(pop: Population, rng: np.random.Generator, year: int, count: int) -> Index:
    age = pop.age(day(year))
    low, high = c.MOTHER_AGES
    fit = (pop.state == RESIDENT) & (pop.sex == WOMAN) & (age >= low) & (age <= high)
    fit &= (pop.last_birth < day(year - 1)) & (pop.entry < day(year))
    fit &= pop.place_before >= 0
    partner = pop.partner
    man = (partner >= 0) & (pop.sex[partner] == MAN)
    fit &= ~man | ((age[partner] >= c.FATHER_AGES[0]) & (age[partner] <= c.FATHER_AGES[1]))
    centre = curve.at(c.MOTHER_AGE, year)
    weight = np.exp(-(((age - centre) / c.MOTHER_SPREAD) ** 2) / 2)
    weight *= np.asarray(c.PARITY_WEIGHTS)[np.minimum(pop.children, len(c.PARITY_WEIGHTS) - 1)]
    weight *= np.where(man, 1.0, np.where(partner >= 0, 0.3 * c.SINGLE_MOTHER, c.SINGLE_MOTHER))
    wanted = count - int(rng.binomial(count, c.TWINS))
    return rng.permutation(curve.choose(rng, np.where(fit, weight, 0.0), wanted))


def _fathers(pop: Population, rng: np.random.Generator, year: int, mothers: Index) -> Index:
    age = pop.age(day(year))
    fathers = pop.partner[mothers].copy()
    fathers[(fathers >= 0) & (pop.sex[fathers] == WOMAN)] = NOBODY
    single = np.flatnonzero(pop.partner[mothers] < 0)
    men = np.flatnonzero(
        (pop.state == RESIDENT) & (pop.sex == MAN) & (pop.partner < 0)
        & (age >= c.FATHER_AGES[0] + 2) & (age <= c.FATHER_AGES[1] - 4)
    )  # fmt: skip
    if len(men) and len(single):
        drawn = men[rng.integers(0, len(men), len(single))]
        known = rng.random(len(single)) >= c.UNKNOWN_FATHER
        known &= ~unions.related(pop, mothers[single], drawn)
        fathers[single] = np.where(known, drawn, NOBODY)
    return fathers


def newborn(pop: Population, rng: np.random.Generator, who: Index) -> None:
    """Give the sex, talent and age of leaving home of persons whose parents are set."""
    count = len(who)
    pop.sex[who] = np.where(rng.random(count) < c.MALE_SHARE, MAN, WOMAN)
    pop.same_sex[who] = rng.random(count) < c.SAME_SEX
    pop.leave_age[who] = rng.integers(*c.LEAVE_HOME, count)
    own = rng.standard_normal(count)
    inherited = np.zeros(count)
    for parent in (pop.mother[who], pop.father[who]):
        inherited += np.where(parent >= 0, c.TALENT_FROM_PARENT * pop.talent[parent], 0.0)
    known = (pop.mother[who] >= 0).astype(float) + (pop.father[who] >= 0)
    pop.talent[who] = inherited + own * np.sqrt(1 - known * c.TALENT_FROM_PARENT**2)


def _born_abroad(pop: Population, rng: np.random.Generator, who: Index, year: int) -> Mask:
    native = pop.origin[pop.mother[who]] == 0
    mixed = (pop.father[who] >= 0) & (pop.origin[pop.father[who]] > 0)
    share = np.where(mixed, c.BORN_ABROAD_MIXED, c.BORN_ABROAD)
    abroad = native & (rng.random(len(who)) < share)
    # They arrive up to two years later, which must lie before the horizon.
    abroad &= year + 3 <= c.HORIZON
    pop.origin[who[abroad]] = draw_origin(rng, year, int(abroad.sum()))
    return np.asarray(abroad)


def _house(pop: Population, who: Index, days: Days, custodian: Index) -> None:
    """Let children live with a parent from a day on, and move with the parent later in the year."""
    later = pop.move_day[custodian] > days
    place = np.where(later, pop.place_before[custodian], pop.place[custodian])
    pop.enter(who, days, place)
    pop.custodian[who] = custodian
    pop.move(who[later], pop.move_day[custodian[later]], pop.place[custodian[later]])


def arrivals_of_children(pop: Population, year: int) -> None:
    """Let children born abroad to parents of the country come home to them."""
    who = np.flatnonzero(pop.due == year)
    if not len(who):
        return
    rng = pop.streams.of("children abroad", year)
    days = in_year(rng, year, len(who))
    custodian = pop.mother[who].copy()
    for parent in (pop.mother[who], pop.father[who]):
        ready = (parent >= 0) & (pop.state[parent] == RESIDENT) & (pop.custodian[parent] < 0)
        unset = (
            (custodian < 0) | (pop.state[custodian] != RESIDENT) | (pop.custodian[custodian] >= 0)
        )
        custodian = np.where(unset & ready, parent, custodian)
    fine = (pop.state[custodian] == RESIDENT) & (pop.custodian[custodian] < 0)
    fine &= pop.place_before[custodian] >= 0
    _house(pop, who[fine], days[fine], custodian[fine])
    alone = who[~fine]
    pop.enter(alone, days[~fine], places.load().draw(rng, len(alone)))
    foster(pop, year, alone, days[~fine])
    pop.marital_log.add(who, days, pop.marital[who])
