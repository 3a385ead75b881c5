"""Published statistics of numeric variables over cells: counts, moments, quantiles, shares."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kohort import wording
from kohort.disclosure.content import LANDMARKS, content_fingerprints
from kohort.disclosure.contributors import Contributors, gathered, neighbours
from kohort.disclosure.counts import published_counts
from kohort.disclosure.keys import Master, sealed
from kohort.disclosure.magnitudes import Moments, published_moments
from kohort.disclosure.profile import Profile
from kohort.disclosure.published import Published, State, significant
from kohort.disclosure.quantiles import (
    Quantiles,
    published_iqr,
    published_quantiles,
    ranks_needed,
)
from kohort.disclosure.shares import binary_moments, rare, rare_moments
from kohort.disclosure.tables import disclosive_rows
from kohort.disclosure.winsor import WinsorLimits, dataset_limits
from kohort.results import Column
from kohort.scope import Variable

_PERCENTS = {"p1": 1, "p5": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95, "p99": 99}


@dataclass(frozen=True, repr=False)
class Base:
    """Settled once per variable and active dataset: limits, and whether it is rarely not 0.

    `words`: the canonical wording of both.
    """

    winsor: WinsorLimits
    rarely: bool
    words: str


def active(column: Column) -> Contributors:
    """Give the values of a variable in the whole active dataset, as one cell."""
    whole = column if column.base is None else column.base
    group = gathered(None, 1, whole.x, whole.keys, whole.units)
    return replace(group, contents=whole.known.setdefault("contents", {}))


def _other_than_zero(group: Contributors) -> Contributors:
    """Give the part of one cell that is not 0."""
    chosen = group.x != 0
    if chosen.all():
        return group
    units = None if group.units is None else group.units[chosen]
    return gathered(None, 1, group.x[chosen], group.keys[chosen], units)


def base_of(
    secret: Master,
    profile: Profile,
    column: Column,
    population: wording.Population,
    group: Contributors | None = None,
) -> Base:
    """Give limits and kind of a variable in the active dataset, decided on published counts.

    `group`: the column's `active` values, where they have been gathered before. They are settled
    once for all results that have the same values.
    """
    known = (column if column.base is None else column.base).known
    words = (population.wording(wording.observed(column.variable)), column.variable.meaning.digest)
    asked = (sealed(secret).subkey("known/v1"), profile.hash, *words)
    if asked not in known:
        group = active(column) if group is None else group
        known[asked] = _settled(secret, profile, column.variable, population, group)
    settled: Base = known[asked]
    return settled


def _settled(
    secret: Master,
    profile: Profile,
    variable: Variable,
    population: wording.Population,
    group: Contributors,
) -> Base:
    some = _other_than_zero(group)
    meaning = variable.meaning
    observed = wording.observed(variable)
    words = [population.wording(observed)]
    spoken = wording.magnitude(words[0], meaning)
    if not len(group.x):
        # As much work as for one, so that nobody takes as long.
        one = gathered(None, 1, np.zeros(1), np.zeros(1, dtype=np.uint64))
        dataset_limits(secret, profile.magnitudes, one, spoken)
    winsor = dataset_limits(secret, profile.magnitudes, group, spoken)
    nonzero_words = [population.wording(observed, _nonzero(meaning))]
    counts = profile.counts
    whole = published_counts(secret, counts, group.sums, group.n, words)
    nonzero = published_counts(secret, counts, some.sums, some.n, nonzero_words)
    return Base(winsor, rare(profile.magnitudes, int(nonzero[0]), int(whole[0])), spoken)


def clip_limits(secret: Master, profile: Profile, column: Column, base: Base) -> WinsorLimits:
    """Give the limits within which a variable varies together with others.

    Of a rarely non-zero one those of its other values, so that it is not clipped to nothing.
    """
    if not base.rarely:
        return base.winsor
    among = dataset_limits(secret, profile.magnitudes, _other_than_zero(active(column)), base.words)
    return WinsorLimits(min(0.0, among.low), max(0.0, among.high))


def _nonzero(meaning: wording.Meaning) -> wording.Meaning:
    return wording.both((
        wording.present(meaning),
        wording.equals(meaning, wording.number(0)).negated,
    ))


class CellStatistics:
    """The published statistics of one variable in k cells, worked out as they are asked for.

    `cell`: int (N), the cell of each row of the column, or None for one cell; `populations`: the
    wording of each cell's contributors without the variable's own column; `asked`: the statistics
    that are to be shown; `group`: the contributors, where they have been gathered before.
    """

    def __init__(
        self,
        secret: Master,
        profile: Profile,
        column: Column,
        base: Base,
        cell: NDArray[np.int32] | None,
        k: int,
        wordings: Sequence[str],
        condition: wording.Meaning,
        asked: Collection[str] = (),
        group: Contributors | None = None,
    ) -> None:
        self.secret, self.profile, self.column, self.base = secret, profile, column, base
        self.cell, self.k = cell, k
        self.asked = asked
        if group is None:
            group = gathered(cell, k, column.x, column.keys, column.units)
        self.group: Contributors = group
        self.populations = wordings
        self.wordings = narrowed(wordings, wording.observed(column.variable))
        self.meaning = condition

    @cached_property
    def n(self) -> NDArray[np.int64]:
        """Published numbers of contributing units: int64 (k)."""
        return published_counts(
            self.secret, self.profile.counts, self.group.sums, self.group.n, self.wordings
        )

    @cached_property
    def magnitude_wordings(self) -> list[str]:
        """The wordings of set and variable."""
        return [wording.magnitude(words, self.meaning) for words in self.wordings]

    @cached_property
    def moments(self) -> Moments:
        """Mean, standard deviation and sum, and the Gini coefficient if it is to be shown."""
        if self.column.variable.binary:
            return self._of_binary()
        if self.base.rarely:
            return self._of_rare()
        return self._of(self.group, self.magnitude_wordings, self.n, self.base.winsor)

    def _of(
        self, group: Contributors, words: Sequence[str], n: NDArray[np.int64], winsor: WinsorLimits
    ) -> Moments:
        if group is self.group and self._keyed and self._percents:
            # One arrangement serves the keys and the percentiles.
            content_fingerprints(group, self.profile.magnitudes.content_bits, self._arranged)
        # A Gini coefficient needs a sort of its own.
        names = ("mean", "sd", "sum", "gini") if "gini" in self.asked else ("mean", "sd", "sum")
        return published_moments(
            self.secret, self.profile.magnitudes, group, winsor, words, n, names
        )

    def _subset(
        self, chosen: NDArray[np.bool_], condition: wording.Meaning
    ) -> tuple[Contributors, NDArray[np.int64], list[str]]:
        group = self._gathered(chosen)
        words = narrowed(self.wordings, condition)
        n = published_counts(self.secret, self.profile.counts, group.sums, group.n, words)
        return group, n, words

    def _gathered(self, chosen: NDArray[np.bool_]) -> Contributors:
        column = self.column
        cell = None if self.cell is None else self.cell[chosen]
        units = None if column.units is None else column.units[chosen]
        return gathered(cell, self.k, column.x[chosen], column.keys[chosen], units)

    def _of_binary(self) -> Moments:
        return binary_moments(self.profile.counts, self.profile.magnitudes, self.ones, self.n)

    def _gini_of_binary(self) -> Published | None:
        """Of zeros and ones it is the share of zeros; from the published mean, so nothing new."""
        mean = self.moments.mean
        if mean is None:
            return None
        edge = np.isin(mean.state, (State.LOW, State.HIGH))
        state = np.where(edge, State.HIDDEN, mean.state)
        share = np.where(mean.values == 0, 0.0, 1 - mean.values)
        values = significant(share, self.profile.magnitudes.digits)
        return Published(values, state.astype(np.uint8))

    @cached_property
    def ones(self) -> NDArray[np.int64]:
        """Published numbers of units with the value 1: int64 (k). For binary variables."""
        condition = wording.equals(self.meaning, wording.number(1))
        chosen = self.column.x == 1
        group = self._gathered(chosen)
        # Worded like the cell of a table, so that both print the same number.
        words = narrowed(self.populations, condition)
        return published_counts(self.secret, self.profile.counts, group.sums, group.n, words)

    @cached_property
    def alike(self) -> NDArray[np.bool_]:
        """Small cells in which nearly everybody shares a value of a sensitive variable: (k)."""
        variable = self.column.variable
        if not variable.binary:
            return np.zeros(self.k, dtype=np.bool_)
        both = np.column_stack([self.ones, self.n - self.ones])
        return disclosive_rows(self.profile.group_disclosure, both, self.n, variable.sensitive)

    def _of_rare(self) -> Moments:
        chosen = self.column.x != 0
        group, nonzero, words = self._subset(chosen, _nonzero(self.meaning))
        some = _other_than_zero(active(self.column))
        winsor = dataset_limits(self.secret, self.profile.magnitudes, some, self.base.words)
        spoken = [wording.magnitude(w, self.meaning) for w in words]
        among = self._of(group, spoken, nonzero, winsor)
        return rare_moments(self.profile.magnitudes, among, nonzero, self.n)

    @cached_property
    def quantiles(self) -> Quantiles:
        """The percentiles that are to be shown, all of them if it is not known which."""
        return self._quantiles(self._percents or tuple(_PERCENTS.values()))

    @cached_property
    def _every_quantile(self) -> Quantiles:
        return self._quantiles(tuple(_PERCENTS.values()))

    def _quantiles(self, percents: tuple[int, ...]) -> Quantiles:
        known = percents == self._percents
        return published_quantiles(
            self.secret, self.profile.quantiles, self.profile.magnitudes, self.group,
            self.magnitude_wordings, self.n, percents, self._arranged if known else None,
        )  # fmt: skip

    @cached_property
    def _percents(self) -> tuple[int, ...]:
        """The percentiles that the statistics to be shown need."""
        wanted = {_PERCENTS[name] for name in self.asked if name in _PERCENTS}
        if "iqr" in self.asked:
            wanted |= {25, 75}
        return tuple(sorted(wanted))

    @cached_property
    def _arranged(self) -> NDArray[np.float64]:
        """The values with the ranks that percentiles and content keys look at in their places."""
        group, quantiles = self.group, self.profile.quantiles
        ranks = [ranks_needed(quantiles, group, self._percents)]
        if self._keyed:
            ranks += [np.column_stack(neighbours(group.rows, share)[:2]) for share in LANDMARKS]
        return group.arranged(np.column_stack(ranks))

    @property
    def _keyed(self) -> bool:
        """Whether content keys are made."""
        limits = self.profile.magnitudes
        return bool(limits.kwj_eta or limits.floor_c or limits.dominance_action != "none")

    def published(self, statistic: str) -> Published | None:
        """Give the numbers of a statistic in all cells, or None where there are none of it."""
        found = self._found(statistic)
        if found is None or not self.column.variable.sensitive:
            return found
        state = np.where(self.alike, State.HIDDEN, found.state).astype(np.uint8)
        return Published(found.values, state)

    def _found(self, statistic: str) -> Published | None:
        if statistic in _PERCENTS:
            percent = _PERCENTS[statistic]
            known = percent in self.quantiles.percents
            return (self.quantiles if known else self._every_quantile).column(percent)
        if statistic == "iqr":
            known = {25, 75} <= set(self.quantiles.percents)
            found = self.quantiles if known else self._every_quantile
            return published_iqr(self.profile.quantiles, found)
        if statistic == "gini" and self.column.variable.binary:
            return self._gini_of_binary()
        moments = self.moments
        return {
            "mean": moments.mean, "std": moments.sd, "sum": moments.sum, "gini": moments.gini,
        }[statistic]  # fmt: skip


def narrowed(wordings: Sequence[str], condition: wording.Meaning) -> list[str]:
    """Give the wordings of populations narrowed by a condition."""
    further = {atom.digest for atom in wording.EVERYBODY.keep(condition).atoms}
    narrowed = []
    for words in wordings:
        atoms = further if words == "all" else further.union(words.split(" & "))
        narrowed.append(" & ".join(sorted(atoms)) or "all")
    return narrowed
