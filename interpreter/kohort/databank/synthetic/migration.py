"""Moves within the country, out of it, back and into it."""

from __future__ import annotations

import numpy as np

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import places, vital
from kohort.databank.synthetic.days import Days, Index, day, in_year, not_new_year
from kohort.databank.synthetic.origins import draw_origin
from kohort.databank.synthetic.population import (
    ABROAD,
    MAN,
    MARRIED,
    NOBODY,
    RESIDENT,
    WOMAN,
    Population,
)
from kohort.databank.synthetic.unions import move_with_children


def leave_home(pop: Population, year: int) -> None:
    """Let grown children found a household of their own, many of them elsewhere."""
    rng = pop.streams.of("leave home", year)
    age = pop.age(day(year))
    ready = np.flatnonzero((pop.custodian >= 0) & (age >= pop.leave_age) & ~pop.moved)
    pop.custodian[ready] = NOBODY
    going = (pop.state[ready] == RESIDENT) & (rng.random(len(ready)) < c.LEAVE_WITH_MOVE)
    who = ready[going]
    target = places.load().draw_near(rng, pop.place[who], 0.35)
    pop.move(who, in_year(rng, year, len(who)), target)


def moves(pop: Population, year: int) -> None:
    """Let whole families move to another municipality."""
    rng = pop.streams.of("moves", year)
    heads = _heads(pop, RESIDENT)
    age = pop.age(day(year))[heads]
    edges = [edge for edge, _ in c.MOVE_RATES]
    rates = np.array([0.0, *(rate for _, rate in c.MOVE_RATES)])
    going = rng.random(len(heads)) < rates[np.searchsorted(edges, age, side="right")]
    heads = heads[going]
    days = in_year(rng, year, len(heads))
    target = places.load().draw_near(rng, pop.place[heads], c.NEAR_SHARE)
    _move_families(pop, heads, days, target)


def _heads(pop: Population, state: int) -> Index:
    """Give adults who are the reference person of a family that nothing has moved this year."""
    reference = pop.references()
    fit = (reference == pop.people) & (pop.state == state) & ~pop.touched_families(reference)
    return np.flatnonzero(fit & (pop.custodian < 0))


def _members(pop: Population, heads: Index) -> tuple[Index, Index]:
    """Give all members of the heads' families, and for each the row of its head."""
    at = np.full(pop.size, NOBODY, dtype=np.int64)
    at[heads] = np.arange(len(heads))
    row = at[pop.references()]
    members = np.flatnonzero((row >= 0) & (pop.state == pop.state[pop.references()]))
    return members, row[members]


def _move_families(pop: Population, heads: Index, days: Days, target: Index) -> None:
    partners = pop.partner[heads]
    paired = partners >= 0
    move_with_children(pop, heads, days, target)
    move_with_children(pop, partners[paired], days[paired], target[paired])


def emigration(pop: Population, year: int) -> None:
    """Let families leave the country; grown children at home stay behind."""
    rng = pop.streams.of("emigration", year)
    heads = _heads(pop, RESIDENT)
    age = pop.age(day(year))[heads]
    young = np.exp(-np.maximum(age - 28, 0) / 16)
    settled = (day(year) - pop.entry[heads]) / 365.25
    native = pop.origin[heads] == 0
    rate = np.where(settled < 6, c.EMIGRATE_NEW, c.EMIGRATE_SETTLED) * young
    rate = np.where(native, c.EMIGRATE_NATIVE * (0.3 + 1.7 * young), rate)
    going = heads[(rng.random(len(heads)) < rate) & (pop.entry[heads] < day(year))]
    days = in_year(rng, year, len(going))
    members, row = _members(pop, going)
    age_all = pop.age(day(year))
    stays = (pop.custodian[members] >= 0) & (age_all[members] >= vital.ADULT)
    pop.custodian[members[stays]] = NOBODY
    members, row = members[~stays], row[~stays]
    pop.leave(members, days[row], ABROAD)
    pop.moved[members] = True


def returns(pop: Population, year: int) -> None:
    """Let emigrated families come back, natives above all."""
    rng = pop.streams.of("returns", year)
    heads = _heads(pop, ABROAD)
    age = pop.age(day(year))[heads]
    rate = np.where(pop.origin[heads] == 0, c.RETURN_NATIVE, c.RETURN_OTHER)
    rate = rate * np.exp(-np.maximum(age - 35, 0) / 20)
    heads = heads[(rng.random(len(heads)) < rate) & (age >= vital.ADULT)]
    days = in_year(rng, year, len(heads))
    target = places.load().draw(rng, len(heads))
    members, row = _members(pop, heads)
    pop.state[members] = RESIDENT
    # A mother who came back this year must not seem to have lived here at its start.
    pop.place_before[members] = -1
    pop.place[members] = target[row]
    pop.move_day[members] = days[row]
    pop.residence_log.add(members, days[row], target[row])
    pop.moved[members] = True


def immigration(pop: Population, year: int, count: int) -> None:
    """Let `count` persons born abroad arrive: singles, couples, families, some children alone."""
    rng = pop.streams.of("immigration", year)
    who = pop.claim(count)
    if not count:
        return
    kind, group = _groups(rng, count)
    groups = int(group[-1]) + 1
    days = in_year(rng, year, groups)[group]
    origin = draw_origin(rng, year, groups)[group]
    target = places.load().draw(rng, groups)[group]
    vital.newborn(pop, rng, who)
    pop.origin[who] = origin
    lead = who[kind == 0]
    first = np.full(groups, NOBODY, dtype=np.int64)
    first[group[kind == 0]] = lead
    second = np.full(groups, NOBODY, dtype=np.int64)
    second[group[kind == 1]] = who[kind == 1]
    _born(pop, rng, year, who, kind, group, first)
    pop.enter(who, days, target)
    pop.moved[who] = True
    _ties(pop, rng, who, kind, group, first, second)
    pop.marital_log.add(who, days, pop.marital[who])
    alone = who[kind == 3]
    vital.foster(pop, year, alone, pop.entry[alone])


def _groups(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Give each arrival's part (0 adult, 1 partner, 2 child, 3 child alone) and its group."""
    kinds: list[int] = []
    group: list[int] = []
    number = 0
    while len(kinds) < count:
        draw = rng.random()
        if draw < c.ARRIVE_MINOR_ALONE:
            part = [3]
        elif draw < c.ARRIVE_SINGLE:
            part = [0]
        else:
            part = [0, 1] if rng.random() < 0.85 else [0]
            part += [2] * int(rng.choice(5, p=(0.36, 0.26, 0.24, 0.1, 0.04)))
        if len(kinds) + len(part) > count:
            part = [0]
        kinds += part
        group += [number] * len(part)
        number += 1
    return np.array(kinds), np.array(group)


def _born(
    pop: Population,
    rng: np.random.Generator,
    year: int,
    who: Index,
    kind: np.ndarray,
    group: np.ndarray,
    first: Index,
) -> None:
    """Give birthdays: adults of 19 or more, partners near them, children 19 to 42 years younger."""
    start = day(year)
    single = np.bincount(group)[group] == 1
    adult_age = np.where(
        single, 19 + rng.gamma(2.0, 5.2, len(who)), 24 + rng.gamma(2.2, 4.5, len(who))
    )
    adult_age = np.minimum(adult_age, 66)
    pop.birth[who] = start - (adult_age * 365.25).astype(np.int32)
    partners = kind == 1
    lead_birth = pop.birth[first[group]]
    gap = (rng.normal(0, 2.2, len(who)) * 365.25).astype(np.int32)
    youngest = start - int(18.5 * 365.25)
    pop.birth[who] = np.where(partners, np.minimum(lead_birth + gap, youngest), pop.birth[who])
    alone = kind == 3
    teen = start - (rng.uniform(11, 16.9, len(who)) * 365.25).astype(np.int32)
    pop.birth[who] = np.where(alone, teen, pop.birth[who])
    child = kind == 2
    pop.birth[who] = not_new_year(pop.birth[who])
    if not child.any():
        return
    ones = who[~child & ~alone]
    parents = group[~child & ~alone]
    eldest, latest = np.full(group[-1] + 1, start), np.full(group[-1] + 1, -(10**6))
    np.minimum.at(eldest, parents, pop.birth[ones])
    np.maximum.at(latest, parents, pop.birth[ones])
    low = np.maximum(latest[group] + int(19 * 365.25), start - int(17 * 365.25))
    high = np.minimum(eldest[group] + int(43 * 365.25), start - 20)
    born = low + (rng.random(len(who)) * np.maximum(high - low, 0)).astype(np.int64)
    pop.birth[who] = not_new_year(np.where(child, born, pop.birth[who]).astype(np.int32))


def _ties(
    pop: Population,
    rng: np.random.Generator,
    who: Index,
    kind: np.ndarray,
    group: np.ndarray,
    first: Index,
    second: Index,
) -> None:
    """Make couples and children of those who arrived together."""
    coupled = np.flatnonzero((first >= 0) & (second >= 0))
    one, other = first[coupled], second[coupled]
    pop.sex[one] = np.where(rng.random(len(one)) < 0.5, MAN, WOMAN)
    pop.sex[other] = MAN + WOMAN - pop.sex[one]
    pop.partner[one], pop.partner[other] = other, one
    pop.union_day[one] = pop.union_day[other] = pop.entry[one]
    married = rng.random(len(one)) < 0.85
    pop.spouse[one[married]], pop.spouse[other[married]] = other[married], one[married]
    pop.marital[one[married]] = pop.marital[other[married]] = MARRIED
    # Children come with a couple or a parent alone whose age leaves room for them.
    children, of = who[kind == 2], group[kind == 2]
    parents = np.stack([first[of], second[of]])
    for row in parents:
        known = row >= 0
        room = (pop.birth[children] - pop.birth[row]) / 365.25
        known &= (room >= 18.5) & (room <= 45)
        mother = known & (pop.sex[row] == WOMAN)
        father = known & (pop.sex[row] == MAN)
        pop.mother[children[mother]] = row[mother]
        pop.father[children[father]] = row[father]
    pop.custodian[children] = first[of]
    np.add.at(pop.children, pop.mother[children][pop.mother[children] >= 0], 1)
    lonely = who[(kind == 0) & (second[group] < 0) & (np.bincount(group)[group] == 1)]
    abroad = rng.random(len(lonely)) < c.ARRIVE_MARRIED_ALONE
    pop.marital[lonely[abroad]] = MARRIED
