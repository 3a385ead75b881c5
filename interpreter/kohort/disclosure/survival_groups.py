"""The groups of survival data: which are shown, and the counts that are published of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from kohort import wording
from kohort.disclosure.contributors import gathered
from kohort.disclosure.counts import published_counts, unprotected
from kohort.disclosure.keys import Secret
from kohort.disclosure.model_evidence import Category, ModelEvidence
from kohort.disclosure.model_support import Support, named
from kohort.disclosure.profile import Profile
from kohort.disclosure.quantiles import published_quantiles
from kohort.disclosure.released_table import Key
from kohort.disclosure.survival_rows import RowsOfUnits, rows_of_units
from kohort.estimators.design import Codes, Floats, Integers
from kohort.estimators.event_times import EventTimes, counted
from kohort.estimators.sums import Keys, by_cell, by_cell_of_units
from kohort.meaning import Meaning, at_most, less, number
from kohort.results import FactorLevels
from kohort.wording import Population

_ENDS = (99, 95, 90, 75, 50)
"""Percentiles of the time that the axis may end at, the first that is published."""


@dataclass(frozen=True, eq=False, repr=False)
class Group:
    """A group's rows, what it is called (None where there is but one), its published units.

    `several`: how rows follow from units, None where each row is a unit of its own.
    """

    key: Key | None
    evidence: ModelEvidence
    units: int
    several: RowsOfUnits | None

    @property
    def time(self) -> Floats:
        """How long each row was watched, float64 (N)."""
        return self.evidence.columns["time"].x

    @property
    def event(self) -> Floats:
        """Whether it ended with the event, 0 or 1, float64 (N)."""
        return self.evidence.columns["event"].x

    def rows(self, units: Integers, cell: Codes | Integers, nested: bool) -> list[int]:
        """Published rows of cells from published units; see `RowsOfUnits`."""
        if self.several is None:
            return [int(n) for n in units]
        return [int(n) for n in self.several.rows(units, cell, nested)]

    @property
    def counts(self) -> EventTimes:
        """The true counts by time; to be shown by an open profile only."""
        return counted(self.time, self.event)


@dataclass(frozen=True, eq=False, repr=False)
class Survivors:
    """Survival data under a profile.

    `population`: the conditions of the rows without the one that they have a group.
    """

    secret: Secret
    profile: Profile
    evidence: ModelEvidence
    population: Population

    @property
    def protected(self) -> bool:
        """Whether counts are perturbed."""
        return not unprotected(self.profile.counts)

    def support(self, evidence: ModelEvidence) -> Support:
        """Give the published counts of some of the rows."""
        return Support(self.secret, self.profile.counts, evidence)

    def after_zero(self) -> tuple[Survivors, bool]:
        """Give the same without times of 0, and whether there may be any."""
        evidence = self.evidence
        time = evidence.columns["time"]
        later = less(number(0), time.meaning)
        there = np.flatnonzero(time.x > 0)
        gone = self.protected or len(there) < evidence.rows
        evidence = narrowed(evidence, there, later)
        return replace(self, evidence=evidence, population=self.population.keep(later)), gone

    def groups(self, levels: FactorLevels | None) -> tuple[list[Group], int]:
        """Give the groups with enough units, and how many others are known to be there.

        A code of no list is a value of the data: too few true units never show one.
        """
        least = max(self.profile.magnitudes.desc_min, 1)
        if levels is None:
            units = self.support(self.evidence).total()
            return ([self.group(None, self.evidence, units)], 0) if units >= least else ([], 0)
        whole = replace(self.evidence, population=self.population)
        category = whole.groups["by"]
        conditions = [wording.code_cell(category.meaning, code) for code in category.codes]
        support = self.support(whole)
        published = support.cells(category.index, conditions)
        true = support.units(category.index, len(conditions))
        known = named(category) | (true >= self.profile.magnitudes.hard_floor)
        order = np.argsort(category.index, kind="stable")
        ends = np.cumsum(np.bincount(category.index, minlength=len(conditions)))
        found = []
        for place in np.flatnonzero(known & (published >= least)).tolist():
            rows = np.sort(order[(ends[place - 1] if place else 0) : ends[place]])
            evidence = narrowed(whole, rows, conditions[place])
            key = _key(levels, category, place)
            found.append(self.group(key, evidence, int(published[place])))
        return found, int((known & (published > 0) & (published < least)).sum())

    def group(self, key: Key | None, evidence: ModelEvidence, units: int) -> Group:
        """Give a group of so many published units."""
        several = rows_of_units(self.secret, self.profile, evidence)
        return Group(key, evidence, units, several)

    def rows(self, group: Group) -> int:
        """The published number of a group's rows."""
        return group.rows(np.array([group.units]), np.zeros(len(group.time), np.int32), False)[0]

    def with_event(self, group: Group, value: int) -> int:
        """The published number of a group's rows with the event (1) or without it (0)."""
        cell = np.where(group.event == value, np.int32(0), np.int32(-1))
        condition = wording.code_cell(group.evidence.columns["event"].meaning, value)
        units = self.support(group.evidence).cells(cell, [condition])
        return group.rows(units, cell, False)[0]

    def end(self, units: int) -> float | None:
        """Give a published percentile of the time, the highest that may be shown; None without.

        `units`: the published number of all.
        """
        time = self.evidence.columns["time"]
        group = gathered(None, 1, time.x, self.evidence.keys, self.evidence.units)
        words = [wording.magnitude(self.evidence.population.wording(), time.meaning)]
        found = published_quantiles(
            self.secret, self.profile.quantiles, self.profile.magnitudes, group, words,
            np.array([units], dtype=np.int64), _ENDS,
        )  # fmt: skip
        values = [float(found.column(percent).values[0]) for percent in _ENDS]
        return next((value for value in values if value > 0), None)

    def upto(self, evidence: ModelEvidence, cell: Codes, conditions: Sequence[Meaning]) -> Integers:
        """Published numbers of units that are in a cell or in one before it, int64 (k).

        `cell` numbers rows, -1 or k and more for none. `conditions`: what defines each union.
        """
        size = len(conditions)
        n, sums = _first_cells(evidence, np.where(cell < size, cell, -1), size)
        words = [evidence.population.wording(condition) for condition in conditions]
        with np.errstate(over="ignore"):
            total = np.cumsum(sums, dtype=np.uint64)
        return published_counts(self.secret, self.profile.counts, total, np.cumsum(n), words)

    def watched(self, group: Group, marks: Sequence[float]) -> list[int]:
        """Published numbers of rows whose time is no less than each of some marks, from 0 on."""
        time = group.evidence.columns["time"]
        # Marks from the last to the first: each set holds the one before it.
        passed = np.searchsorted(np.array(marks), time.x, side="right") - 1
        cell = (len(marks) - 1 - passed).astype(np.int32)
        conditions = [at_most(number(mark), time.meaning) for mark in reversed(marks)]
        units = self.upto(group.evidence, cell, conditions)
        counts = group.rows(units, cell, True)[::-1]
        # Each has noise of its own; those who are watched can only become fewer.
        return list(accumulate([self.rows(group), *counts[1:]], min))


def _first_cells(
    evidence: ModelEvidence, cell: NDArray[np.int32] | Integers, size: int
) -> tuple[Integers, Keys]:
    """Units and sums of their keys by the first cell that each unit is in."""
    split = evidence.unit_rows
    if split is None:
        return by_cell(cell, size, evidence.keys)
    unit, keys = split
    first = np.full(len(keys), size, dtype=np.int64)
    there = cell >= 0
    np.minimum.at(first, unit[there], cell[there])
    return by_cell_of_units(np.where(first < size, first, -1), size, np.arange(len(keys)), keys)


def narrowed(evidence: ModelEvidence, rows: NDArray[np.int64], condition: Meaning) -> ModelEvidence:
    """Give some rows of survival data, which a condition describes."""
    everything = len(rows) == evidence.rows
    chosen = slice(None) if everything else rows
    return replace(
        evidence,
        columns={
            role: replace(measure, x=measure.x[chosen])
            for role, measure in evidence.columns.items()
        },
        groups={
            role: replace(category, index=category.index[chosen])
            for role, category in evidence.groups.items()
        },
        keys=evidence.keys[chosen],
        units=None if evidence.units is None else evidence.units[chosen],
        population=evidence.population.keep(condition),
    )


def _key(levels: FactorLevels, category: Category, place: int) -> Key:
    code, labels = category.codes[place], levels.variable.labels
    return Key("code", code, None if labels is None else labels.label(code))
