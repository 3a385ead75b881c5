"""Couples: how they form, marry, separate and divorce."""

from __future__ import annotations

import numpy as np

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import curve, places
from kohort.databank.synthetic.days import NEVER, Days, Index, Mask, day, in_year
from kohort.databank.synthetic.population import (
    DIVORCED,
    FREE_TO_MARRY,
    LIVING_MARRIED,
    MARRIED,
    NOBODY,
    PARTNER_DIVORCED,
    PARTNER_SEPARATED,
    PARTNERED,
    RESIDENT,
    SEPARATED,
    WOMAN,
    Population,
)

REGISTERED_PARTNERSHIPS = (1994, 2008)
SAME_SEX_COUPLES = 1985


def related(pop: Population, one: Index, other: Index) -> Mask:
    """Whether two persons (arrays of equal length) are parent and child or share a parent."""
    close = (pop.mother[one] == other) | (pop.father[one] == other)
    close |= (pop.mother[other] == one) | (pop.father[other] == one)
    for parent in (pop.mother, pop.father):
        close |= (parent[one] >= 0) & (parent[one] == parent[other])
    return np.asarray(close)


def divorces(pop: Population, year: int) -> None:
    """Turn separations that are due into divorces."""
    due = np.flatnonzero((pop.divorce_day < day(year + 1)) & (pop.spouse > pop.people))
    other = pop.spouse[due]
    # Nobody gets two marital events in a year; who lost the day waits for a later one.
    ready = ~pop.wed[due] & ~pop.wed[other]
    due, other = due[ready], other[ready]
    days = np.maximum(pop.divorce_day[due], day(year, 1, 2))
    for who in (due, other):
        plain = pop.marital[who] == SEPARATED
        pop.marry_to(who, days, np.where(plain, DIVORCED, PARTNER_DIVORCED))
        pop.spouse[who] = NOBODY
        pop.divorce_day[who] = NEVER


def breaks(pop: Population, year: int) -> None:
    """Let couples part: spouses become separated, one moves out, the children stay with one."""
    rng = pop.streams.of("breaks", year)
    first = np.flatnonzero((pop.partner > pop.people) & (pop.state == RESIDENT))
    second = pop.partner[first]
    married = np.isin(pop.marital[first], LIVING_MARRIED) & (pop.spouse[first] == second)
    rate = np.where(married, curve.at(c.SEPARATION_RATE, year), c.BREAK_RATE)
    age = pop.age(day(year))[first]
    rate = rate * np.exp(-(np.maximum(age - 35, 0)) / 18)
    touched = pop.touched_families(pop.references())[first] | pop.wed[first] | pop.wed[second]
    part = (rng.random(len(first)) < rate) & ~touched
    first, second, married = first[part], second[part], married[part]
    days = in_year(rng, year, len(first))
    for who in (first, second):
        registered = pop.marital[who] == PARTNERED
        status = np.where(registered, PARTNER_SEPARATED, SEPARATED)
        pop.marry_to(who[married], days[married], status[married])
        pop.partner[who] = NOBODY
    wait = days + 367 + rng.integers(0, 120, len(days), dtype=np.int32)
    wait += wait == day(year + 1)
    pop.divorce_day[first[married]] = pop.divorce_day[second[married]] = wait[married]
    _part_children(pop, rng, first, second)
    _move_out(pop, rng, first, second, days)


def _part_children(pop: Population, rng: np.random.Generator, first: Index, second: Index) -> None:
    former = np.full(pop.size, NOBODY, dtype=np.int64)
    former[first], former[second] = second, first
    children = np.flatnonzero(pop.custodian >= 0)
    children = children[former[pop.custodian[children]] >= 0]
    with_one = pop.custodian[children]
    other = former[with_one]
    own = (pop.mother[children] == other) | (pop.father[children] == other)
    # Siblings go together: the draw belongs to the couple, the elder index of it.
    draw = np.zeros(pop.size)
    draw[first] = draw[second] = rng.random(len(first))
    to_other = own & (draw[with_one] < c.CHILD_WITH_FATHER)
    pop.custodian[children[to_other]] = other[to_other]


def _move_out(
    pop: Population, rng: np.random.Generator, first: Index, second: Index, days: Days
) -> None:
    kept = np.bincount(pop.custodian[pop.custodian >= 0], minlength=pop.size)
    leaver = np.where(kept[first] > kept[second], second, first)
    target = places.load().draw_near(rng, pop.place[leaver], 0.7)
    target = np.where(rng.random(len(leaver)) < 0.65, pop.place[leaver], target)
    move_with_children(pop, leaver, days, target)
    pop.moved[first] = pop.moved[second] = True


def move_with_children(pop: Population, who: Index, days: Days, target: Index) -> None:
    """Move persons and the children who live with them."""
    at = np.full(pop.size, NOBODY, dtype=np.int64)
    at[who] = np.arange(len(who))
    children = np.flatnonzero(pop.custodian >= 0)
    row = at[pop.custodian[children]]
    children, row = children[row >= 0], row[row >= 0]
    pop.move(children, days[row], target[row])
    pop.move(who, days, target)


def marriages(pop: Population, year: int) -> None:
    """Let couples who live together marry, and registered partners convert from 2009."""
    rng = pop.streams.of("marriages", year)
    first = np.flatnonzero((pop.partner > pop.people) & (pop.state == RESIDENT))
    second = pop.partner[first]
    free = np.isin(pop.marital[first], FREE_TO_MARRY) & np.isin(pop.marital[second], FREE_TO_MARRY)
    free &= ~pop.wed[first] & ~pop.wed[second]
    free &= (pop.spouse[first] < 0) & (pop.spouse[second] < 0)
    same = pop.sex[first] == pop.sex[second]
    free &= ~same | (year >= REGISTERED_PARTNERSHIPS[0])
    rate = np.where(same, c.MARRIAGE_RATE_SAME_SEX, c.MARRIAGE_RATE)
    chosen = free & (rng.random(len(first)) < rate)
    _marry(pop, first[chosen], second[chosen], in_year(rng, year, int(chosen.sum())), year)
    if year > REGISTERED_PARTNERSHIPS[1]:
        registered = (pop.marital[first] == PARTNERED) & ~pop.wed[first] & ~pop.wed[second]
        convert = registered & (rng.random(len(first)) < c.MARRIAGE_RATE)
        days = in_year(rng, year, int(convert.sum()))
        pop.marry_to(first[convert], days, MARRIED)
        pop.marry_to(second[convert], days, MARRIED)


def _marry(pop: Population, first: Index, second: Index, days: Days, year: int) -> None:
    same = pop.sex[first] == pop.sex[second]
    registered = same & (year <= REGISTERED_PARTNERSHIPS[1])
    status = np.where(registered, PARTNERED, MARRIED)
    pop.spouse[first], pop.spouse[second] = second, first
    pop.marry_to(first, days, status)
    pop.marry_to(second, days, status)


def new_couples(pop: Population, year: int) -> None:
    """Let single persons find each other, mostly in their own part of the country."""
    rng = pop.streams.of("couples", year)
    age = pop.age(day(year))
    centre = curve.at(c.UNION_AGE, year)
    rate = c.UNION_RATE * np.exp(-np.abs(age - centre) / np.where(age < centre, 3.5, 15.0))
    looking = pop.free() & (age >= 18) & (age < 76) & (rng.random(pop.size) < rate)
    looking &= pop.marital != MARRIED
    wants_same = pop.same_sex & (year >= SAME_SEX_COUPLES)
    women = np.flatnonzero(looking & (pop.sex == WOMAN) & ~pop.same_sex)
    men = np.flatnonzero(looking & (pop.sex != WOMAN) & ~pop.same_sex)
    pairs = [_match(pop, rng, women, men, age)]
    for sex in (1, 2):
        some = rng.permutation(np.flatnonzero(looking & wants_same & (pop.sex == sex)))
        half = len(some) // 2
        pairs.append((some[:half], some[half : 2 * half]))
    first = np.concatenate([pair[0] for pair in pairs])
    second = np.concatenate([pair[1] for pair in pairs])
    fine = ~related(pop, first, second) & (np.abs(age[first] - age[second]) < 16)
    join(pop, rng, year, first[fine], second[fine])


def _match(
    pop: Population, rng: np.random.Generator, women: Index, men: Index, age: np.ndarray
) -> tuple[Index, Index]:
    region = places.load().region
    keys = []
    for who, shift in ((women, 0.0), (men, -2.5)):
        likeness = age[who] + shift + 1.5 * pop.talent[who] + 2.0 * rng.standard_normal(len(who))
        order = np.lexsort((likeness, region[pop.place[who]]))
        ordered = who[order]
        regions = region[pop.place[ordered]]
        rank = np.arange(len(ordered)) - np.searchsorted(regions, regions, side="left")
        keys.append((ordered, regions.astype(np.int64) * pop.size + rank))
    _, left, right = np.intersect1d(keys[0][1], keys[1][1], return_indices=True)
    return keys[0][0][left], keys[1][0][right]


def join(pop: Population, rng: np.random.Generator, year: int, first: Index, second: Index) -> None:
    """Make couples of two arrays of single persons: one moves to the other, some marry at once."""
    days = in_year(rng, year, len(first))
    pop.custodian[first] = pop.custodian[second] = NOBODY
    pop.partner[first], pop.partner[second] = second, first
    pop.union_day[first] = pop.union_day[second] = days
    together = rng.random(len(first)) < c.SAME_MOVING_DAY
    pop.moved_in_together[first] = pop.moved_in_together[second] = together
    stays_first = rng.random(len(first)) < 0.45
    mover = np.where(stays_first, second, first)
    host = np.where(stays_first, first, second)
    move_with_children(pop, mover, days, pop.place[host])
    pop.moved[first] = pop.moved[second] = True
    free = np.isin(pop.marital[first], FREE_TO_MARRY) & np.isin(pop.marital[second], FREE_TO_MARRY)
    free &= pop.sex[first] != pop.sex[second]
    at_once = free & (rng.random(len(first)) < curve.at(c.DIRECT_MARRIAGE, year))
    _marry(pop, first[at_once], second[at_once], days[at_once], year)
