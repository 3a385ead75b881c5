"""Support: spells of job seeking, social assistance and disability pension."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic.days import Days, Floats, Index, birthday, day
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.tables import LAST_DAY, Tables, coded, spells
from kohort.databank.synthetic.work import JOBLESS, OUTSIDE, SEEKING_AGES, Labour, WorkYear

_SEEKING_FROM = day(2001, 5)
_SOCIAL_YEARS = (1992, 2023)
_DISABILITY_FROM = day(2011)
_REDUCED_FROM = 2010
_FULLY, _PARTLY, _MEASURE, _OTHER, _HANDICAPPED, _REDUCED = 1, 2, 3, 4, 5, 10
NAMES = ("UFOERP2011FDT_GRAD", "ARBSOEK2001FDT_HOVED", "SOSHJLPFDT_MOTTAK")
PAID_GROUPS = (_FULLY, _PARTLY, _MEASURE)


@dataclass
class Support:
    """Collects the spells of all years: columns person, first day, last day, value."""

    seeking: list[tuple[Index, Days, Days, Index]] = field(default_factory=list)
    social: list[tuple[Index, Days, Days]] = field(default_factory=list)
    disabled: list[tuple[Index, Days, Index]] = field(default_factory=list)


def seek(country: Country, work: WorkYear, support: Support) -> Floats:
    """Let people register as job seekers; give each person's days of paid seeking in the year.

    Spells of a year lie between 1 February and 31 January, so that those of two years never meet.
    Who is jobless on 16 November has one of group 1 that covers it; nobody else has.
    """
    rng = country.streams.of("seeking", work.year)
    size, reference = len(work.age), day(work.year, 11, 16)
    low, high = day(work.year, 2), day(work.year + 1) + 30
    group, whole = _groups(rng, work)
    who = np.flatnonzero((group > 0) & (work.present == 1))
    length = np.where(whole[who], rng.integers(60, 340, len(who)), rng.integers(25, 190, len(who)))
    start = low + rng.integers(0, 90, len(who))
    jobless = work.status[who] == JOBLESS
    start = np.where(jobless, reference - rng.integers(5, 280, len(who)), start)
    stop = np.where(jobless, reference + rng.integers(0, 76, len(who)), start + length)
    # Spells of group 1 that do not belong to the jobless end before the reference day.
    early = (group[who] == _FULLY) & ~jobless
    stop = np.where(early, np.minimum(stop, reference - 10), stop)
    last: Days = np.minimum(np.minimum(stop, high), country.people.death[who]).astype(np.int32)
    first: Days = np.maximum(start, low).astype(np.int32)
    support.seeking.append((who.astype(np.int64), first, last, group[who]))
    paid = np.zeros(size)
    counts = np.isin(group[who], PAID_GROUPS)
    inside = np.minimum(last, day(work.year + 1) - 1) - first + 1
    paid[who[counts]] = np.maximum(inside[counts], 0)
    return paid


def carried_over(work: WorkYear, support: Support) -> Floats:
    """Give the days of paid seeking in this year that belong to spells begun in the year before."""
    paid = np.zeros(len(work.age))
    if support.seeking:
        who, _, stop, group = support.seeking[-1]
        inside = np.maximum(stop - day(work.year) + 1, 0)
        counts = np.isin(group, PAID_GROUPS)
        paid[who[counts]] = inside[counts]
    return paid


def _groups(rng: np.random.Generator, work: WorkYear) -> tuple[Index, NDArray[np.bool_]]:
    draw = rng.random(len(work.age))
    able = (work.age >= SEEKING_AGES[0]) & (work.age <= SEEKING_AGES[1]) & ~work.student
    able &= work.degree < 100
    outside = able & (work.status == OUTSIDE)
    near = outside & (work.score > -c.JOBLESS_BAND - c.SEEKING_BAND)
    far = outside & ~near & (work.score > -c.REDUCED_BAND) & (work.age <= 61)
    far &= draw < c.REDUCED_SHARE
    few_hours = able & (work.score > 0) & (work.score < c.PARTLY_BAND)
    reduced = _REDUCED + (draw * 997 % 6).astype(np.int64)
    if work.year < _REDUCED_FROM:
        reduced = np.full(len(draw), _HANDICAPPED)
    outside_group = np.select([draw < 0.68, draw < 0.84], [_FULLY, _MEASURE], _OTHER)
    group = np.select(
        [work.status == JOBLESS, near, far, few_hours],
        [np.full(len(draw), _FULLY), outside_group, reduced, np.full(len(draw), _PARTLY)],
        default=0,
    )
    return group, far


def assist(country: Country, work: WorkYear, support: Support, before: Floats) -> Floats:
    """Let people receive social assistance; give the months received by each person."""
    rng = country.streams.of("assistance", work.year)
    months = np.zeros(len(work.age))
    foreign = country.people.origin > 0
    rate = np.where(foreign, c.ASSISTANCE_IMMIGRANT, 1.0) * c.ASSISTANCE
    rate = rate * np.where(work.level < 4, *c.ASSISTANCE_SCHOOL)
    rate = rate * np.where(work.age < 30, c.ASSISTANCE_YOUNG, 1.0)
    rate = rate + c.ASSISTANCE_AGAIN * (before > 0)
    poor = (work.status == OUTSIDE) | (work.status == JOBLESS)
    fit = poor & (work.present == 1) & (work.age >= 19) & (work.age < 67) & (work.degree == 0)
    fit &= country.people.death >= day(work.year + 1)
    who = np.flatnonzero(fit & (rng.random(len(rate)) < rate))
    first = rng.integers(1, 13, len(who))
    last = np.minimum(first + rng.integers(0, 10, len(who)), 12)
    starts = np.array([day(work.year, month) for month in range(1, 13)] + [day(work.year + 1)])
    months[who] = last - first + 1
    if _SOCIAL_YEARS[0] <= work.year <= _SOCIAL_YEARS[1]:
        support.social.append((
            who,
            starts[first - 1].astype(np.int32),
            (starts[last] - 1).astype(np.int32),
        ))
    return months


def note_disabled(work: WorkYear, labour: Labour, support: Support) -> None:
    """Note whose disability pension begins this year."""
    new = np.flatnonzero((labour.degree > 0) & (labour.disabled_since >= day(work.year)))
    degree = labour.degree[new].astype(np.int64)
    support.disabled.append((new, labour.disabled_since[new], degree))


def tables(country: Country, support: Support) -> Tables:
    """Give the three histories."""
    people, ids = country.people, country.ids
    who, start, degree = (np.concatenate(column) for column in zip(*support.disabled, strict=True))
    stop = np.minimum(birthday(people.birth[who], c.PENSION_AGE) - 1, people.death[who])
    start = np.maximum(start, _DISABILITY_FROM)
    seen = start <= np.minimum(stop, LAST_DAY)
    yield spells(
        "UFOERP2011FDT_GRAD", "Uføregrad i prosent.", ids[who[seen]], degree[seen],
        start[seen], stop[seen], first_day=_DISABILITY_FROM,
    )  # fmt: skip
    who, start, stop, group = (
        np.concatenate(column) for column in zip(*support.seeking, strict=True)
    )
    start = np.maximum(start, _SEEKING_FROM)
    seen = start <= np.minimum(stop, LAST_DAY)
    yield spells(
        "ARBSOEK2001FDT_HOVED", "Hovedgruppe av arbeidssøkere.", ids[who[seen]],
        coded([str(code) for code in range(16)], group[seen]), start[seen], stop[seen],
        first_day=_SEEKING_FROM,
    )  # fmt: skip
    who, start, stop = (np.concatenate(column) for column in zip(*support.social, strict=True))
    yield spells(
        "SOSHJLPFDT_MOTTAK", "Perioder med økonomisk sosialhjelp.", ids[who],
        coded(["1"], np.zeros(len(who), dtype=np.int64)), start, stop,
        first_day=day(_SOCIAL_YEARS[0]),
    )  # fmt: skip
