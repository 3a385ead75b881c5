"""How many units stand behind the categories of a model, and which are merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kohort import wording
from kohort.disclosure.counts import published_counts
from kohort.disclosure.keys import Secret
from kohort.disclosure.limits import CountLimits, ModelLimits
from kohort.disclosure.model_absorption import many
from kohort.disclosure.model_evidence import Category, ModelEvidence
from kohort.estimators.design import Codes, Integers
from kohort.estimators.sums import Keys, by_cell, by_cell_of_units
from kohort.scope import Code
from kohort.wording import Meaning

OTHER = "other"
# Wordings of so many cells take longer than all else.
_MANY = 1_000


@dataclass(frozen=True)
class Grouping:
    """The categories of a factor in the model, decided on published counts.

    `reference` is the lowest kept code (None where only `other` is left); `levels` are the ids of
    the printed categories in order, `other` last if it is one of them. `merged` says where
    categories with too few units went: a level `other`, the reference, or nowhere. Since it may not
    tell whether such units exist, it follows from the published code list where there is one.
    `conditions` are what defines each category: the reference first, then `levels`. `table` maps
    positions in the data's codes to positions in `conditions` (int32).
    """

    name: str
    reference: Code | None
    kept: tuple[Code, ...]
    levels: tuple[str, ...]
    merged: Literal["other", "reference"] | None
    conditions: tuple[Meaning, ...]
    table: Codes


class Support:
    """Published counts of sets of a model's units."""

    def __init__(self, secret: Secret, limits: CountLimits, evidence: ModelEvidence) -> None:
        self._secret = secret
        self._limits = limits
        self._evidence = evidence
        self.view = evidence
        """What cells number: the rows of this."""
        self.outcome: Grouping | None = None
        """The merged categories of an outcome of categories, set before any support is judged."""
        self._conditions: dict[str, list[Meaning]] = {}
        self._known: dict[tuple[int, int], tuple[object, object, Integers]] = {}

    def total(self) -> int:
        """The published number of units."""
        split = self._evidence.unit_rows
        keys = self._evidence.keys if split is None else split[1]
        n, sums = np.array([len(keys)], dtype=np.int64), np.array([np.add.reduce(keys)])
        words = [self._evidence.population.wording(wording.TRUE)]
        return int(published_counts(self._secret, self._limits, sums, n, words)[0])

    def events(self) -> int:
        """The published number of units with the event of survival data."""
        event = self._evidence.columns["event"]
        cell = np.where(event.x != 0, np.int32(0), np.int32(-1))
        return int(self.cells(cell, [wording.code_cell(event.meaning, 1)])[0])

    def cells(self, cell: Codes | Integers, conditions: Sequence[Meaning]) -> Integers:
        """Published numbers of units per cell, int64; `cell` numbers rows, -1 for none.

        `conditions`: what defines each cell within the population.
        """
        key = (id(cell), id(conditions))
        if key not in self._known:
            n, sums = self.counted(cell, len(conditions))
            words = [self._evidence.population.wording(condition) for condition in conditions]
            found = published_counts(self._secret, self._limits, sums, n, words)
            if len(conditions) < _MANY:
                return found
            # Both are kept, so that no others come to stand in their places.
            self._known[key] = (cell, conditions, found)
        return self._known[key][2]

    def conditions(self, category: Category) -> list[Meaning]:
        """What defines each code of a factor, worked out once."""
        if category.name not in self._conditions:
            found = [wording.code_cell(category.meaning, code) for code in category.codes]
            self._conditions[category.name] = found
        return self._conditions[category.name]

    def units(self, cell: Codes | Integers, count: int) -> Integers:
        """True numbers of units per cell, int64; for the floor alone."""
        return self.counted(cell, count)[0]

    def reaching(
        self,
        cell: Codes | Integers,
        size: int,
        least: int,
        meaning: Callable[[int], Meaning],
    ) -> Integers:
        """Published counts of all cells (int64), to be compared with `least` and not to be shown.

        Empty where a cell has nobody, which publishes 0. Counts that noise cannot bring down to
        `least` stay as they are: wordings of many cells take longer than all else.
        """
        n, sums = self.counted(cell, size)
        if not n.all():
            return np.empty(0, dtype=np.int64)
        limits = self._limits
        farthest = 4 * limits.max_noise + 2 * limits.round_base + round(4 * limits.mid)
        near = np.flatnonzero(n < least + farthest)
        words = [self._evidence.population.wording(meaning(place)) for place in near.tolist()]
        n[near] = published_counts(self._secret, limits, sums[near], n[near], words)
        return n

    def counted(self, cell: Codes | Integers, size: int) -> tuple[Integers, Keys]:
        """True numbers of units per cell (int64) and wrapping sums of their keys (uint64)."""
        split = self._evidence.unit_rows
        if split is None:
            return by_cell(cell, size, self._evidence.keys)
        return by_cell_of_units(cell, size, *split)

    @cached_property
    def _classes(self) -> list[tuple[NDArray[np.bool_], Meaning]]:
        """The classes of an outcome that is binary, a count or a category: rows and condition."""
        evidence = self._evidence
        category, y = evidence.groups.get("outcome"), evidence.outcome
        if category is not None:
            assert self.outcome is not None
            index = self.outcome.table[category.index]
            return [(index == place, here) for place, here in enumerate(self.outcome.conditions)]
        if y is not None and y.binary:
            return [(y.x == value, wording.code_cell(y.meaning, value)) for value in (0, 1)]
        if y is not None and evidence.count:
            # Without a zero nothing is unbounded; without a positive count the mean is.
            return [(y.x != 0, wording.code_cell(y.meaning, 0).negated)]
        event = evidence.columns.get("event")
        if event is not None:
            # That nobody is censored is no news: only the events decide what can be told.
            return [(event.x != 0, wording.code_cell(event.meaning, 1))]
        return []

    @property
    def classed(self) -> bool:
        """Whether the outcome has classes."""
        return bool(self._classes)

    def classes(self, cell: Codes | Integers, conditions: Sequence[Meaning]) -> Integers:
        """The smallest published number of units of a class of the outcome per cell, int64."""
        result = []
        for rows, here in self._classes:
            inside = np.where(rows, cell, -1)
            result.append(self.cells(inside, [wording.both((c, here)) for c in conditions]))
        return np.asarray(np.min(result, axis=0), dtype=np.int64)

    def populated(
        self, limits: ModelLimits, cell: Codes | Integers, conditions: Sequence[Meaning]
    ) -> NDArray[np.bool_]:
        """Which cells have enough units by published counts."""
        return supported(limits, self.cells(cell, conditions))

    def enough(
        self, limits: ModelLimits, cell: Codes | Integers, conditions: Sequence[Meaning]
    ) -> NDArray[np.bool_]:
        """Which cells have enough units by published counts, in each class of y."""
        result = self.populated(limits, cell, conditions)
        if self.classed and limits.outcome_support > 0:
            result &= self.classes(cell, conditions) >= limits.outcome_support
        return result


def named(category: Category) -> NDArray[np.bool_]:
    """Which codes of a factor its published list names: bool (codes)."""
    listed = set(category.listed or ())
    return np.fromiter((code in listed for code in category.codes), np.bool_, len(category.codes))


def supported(limits: ModelLimits, published: Integers) -> NDArray[np.bool_]:
    """Which published counts reach `support_min`."""
    return published >= limits.support_min


def group(
    support: Support,
    limits: ModelLimits,
    category: Category,
    floor: int = 0,
    regressor: bool = True,
    stricter: ModelLimits | None = None,
) -> Grouping:
    """Merge the categories of a factor that too few units have.

    Categories below the limits become one, `other`; if that is still too small they join the
    reference. Codes that nobody has are no categories at all. A code of no list is a value of the
    data, which fewer than `floor` true units never show. Categories of a `regressor` need units in
    each class of the outcome too. `stricter` limits are for those that are many.
    """
    enough_of = support.enough if regressor else support.populated
    conditions = support.conditions(category)
    if limits.support_min > 0:
        true = support.units(category.index, len(conditions))
        shown = named(category) | (true >= floor)
        enough = shown & enough_of(limits, category.index, conditions)
        if stricter is not None and many(int(enough.sum()) - 1):
            limits = stricter
            enough = shown & enough_of(limits, category.index, conditions)
    else:
        enough = np.bincount(category.index, minlength=len(conditions)) > 0
    kept = np.flatnonzero(enough)
    level, rest = False, wording.TRUE
    if limits.support_min > 0 and 0 < len(kept) < len(conditions):
        rest = wording.both(conditions[place].negated for place in kept)
        left = np.where(enough[category.index], -1, 0).astype(np.int32)
        level = bool(enough_of(limits, left, [rest])[0])
    return _grouping(category, kept, conditions, rest, level, limits.support_min > 0)


def _grouping(
    category: Category,
    kept: Integers,
    conditions: Sequence[Meaning],
    rest: Meaning,
    level: bool,
    protected: bool,
) -> Grouping:
    codes = tuple(category.codes[place] for place in kept)
    complete = category.listed is not None and set(category.listed) <= set(codes)
    merged: Literal["other", "reference"] | None = None
    if protected and not complete:
        merged = "other" if level else "reference"
    table = np.zeros(len(category.codes), dtype=np.int32)
    table[kept] = np.arange(len(kept))
    means = [conditions[place] for place in kept]
    if level:
        table[np.setdiff1d(np.arange(len(table)), kept)] = len(kept)
        means.append(rest)
    elif means and protected:
        means[0] = wording.both(condition.negated for condition in means[1:])
    levels = [f"{code}" for code in codes[1:]]
    return Grouping(
        name=category.name,
        reference=codes[0] if codes else None,
        kept=codes,
        levels=(*levels, OTHER) if level else tuple(levels),
        merged=merged,
        conditions=tuple(means) or (wording.TRUE,),
        table=table,
    )
