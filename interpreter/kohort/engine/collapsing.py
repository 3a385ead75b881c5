"""Group statistics of `collapse`, each a pass over the rows in their order (language 3.4).

Sums run over the rows one after another (numpy's bincount), never in parallel, so that the last
digit of a mean does not depend on the number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort.engine import numbers
from kohort.engine.matching import places
from kohort.engine.values import distinct
from kohort.engine.vector import Vector

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Groups:
    """Which group each row belongs to: int64 per row, -1 for rows without one; `count` groups."""

    place: NDArray[np.int64]
    count: int

    def __repr__(self) -> str:
        return "<groups>"


@dataclass(eq=False, repr=False)
class Grouped:
    """One variable by groups: the rows that have both a group and a value."""

    groups: Groups
    series: pl.Series

    @cached_property
    def _valid(self) -> NDArray[np.bool_]:
        valid: NDArray[np.bool_] = self.series.is_not_null().to_numpy() & (self.groups.place >= 0)
        return valid

    @cached_property
    def _place(self) -> NDArray[np.int64]:
        return self.groups.place[self._valid]

    @cached_property
    def _x(self) -> Floats:
        return self.series.filter(pl.Series(self._valid)).cast(pl.Float64).to_numpy()

    @cached_property
    def _n(self) -> NDArray[np.int64]:
        return np.bincount(self._place, minlength=self.groups.count)

    @cached_property
    def _sums(self) -> Floats:
        return self._totals(self._x)

    @cached_property
    def _means(self) -> Floats:
        with np.errstate(all="ignore"):
            return self._sums / self._n

    @cached_property
    def _sorted(self) -> tuple[Floats, NDArray[np.int64]]:
        """Values in ascending order inside their groups, and where each group begins."""
        frame = pl.DataFrame({"place": self._place.astype(np.uint32), "x": self._x})
        x = frame.sort(["place", "x"])["x"].to_numpy()
        return x, np.concatenate(([0], np.cumsum(self._n)))

    def _totals(self, x: Floats) -> Floats:
        summed = np.bincount(self._place, weights=x, minlength=self.groups.count)
        return summed.astype(np.float64, copy=False)

    def statistic(self, name: str) -> pl.Series:
        """Give one statistic of every group, as Int64 or Float64."""
        whole = self.series.dtype == pl.Int64
        if name == "count":
            return pl.Series(self._n.astype(np.int64))
        if name in ("min", "max"):
            return self._extremes(name)
        if name == "sum" and whole:
            return self._whole_sums()
        with np.errstate(all="ignore"):
            found: Floats = getattr(self, f"_{name}")()
        return numbers.finite(pl.Series(found.astype(np.float64)))

    def _extremes(self, name: str) -> pl.Series:
        x = self.series.filter(pl.Series(self._valid)).to_numpy()
        reach = np.minimum if name == "min" else np.maximum
        limits = np.iinfo(x.dtype) if x.dtype == np.int64 else np.finfo(np.float64)
        found = np.full(self.groups.count, limits.max if name == "min" else limits.min, x.dtype)
        reach.at(found, self._place, x)
        present = pl.Series(self._n > 0)
        return pl.select(pl.when(present).then(pl.Series(found)).alias("")).to_series()

    def _whole_sums(self) -> pl.Series:
        sums = np.zeros(self.groups.count, dtype=np.int64)
        x = self.series.filter(pl.Series(self._valid)).to_numpy()
        np.add.at(sums, self._place, x)
        # Where 64 bits cannot hold the sum of sizes it may have wrapped.
        sound = self._totals(np.abs(self._x)) < 2.0**63
        return pl.select(pl.when(pl.Series(sound)).then(pl.Series(sums)).alias("")).to_series()

    def _sum(self) -> Floats:
        return self._sums

    def _mean(self) -> Floats:
        return self._means

    def _median(self) -> Floats:
        return self._at(0.5)

    def _iqr(self) -> Floats:
        return self._at(0.75) - self._at(0.25)

    def _sd(self) -> Floats:
        spread = self._totals((self._x - self._means[self._place]) ** 2)
        return np.sqrt(np.where(self._n > 1, spread / (self._n - 1), np.nan))

    def _semean(self) -> Floats:
        return self._sd() / np.sqrt(self._n)

    def _sebinomial(self) -> Floats:
        return np.sqrt(self._means * (1 - self._means) / self._n)

    def _percent(self) -> Floats:
        # N counts all rows with a value, those without a group too.
        return 100 * self._n / (len(self.series) - self.series.null_count())

    def _gini(self) -> Floats:
        x, begin = self._sorted
        rank = np.arange(len(x)) - np.repeat(begin[:-1], self._n) + 1.0
        place = np.repeat(np.arange(self.groups.count), self._n)
        ranked = np.bincount(place, weights=rank * x, minlength=self.groups.count)
        return 2 * ranked / (self._n * self._sums) - (self._n + 1) / self._n

    def _at(self, share: float) -> Floats:
        """Quantiles by linear interpolation at position (n - 1) * share."""
        x, begin = self._sorted
        spot = np.maximum(self._n - 1, 0) * share
        low = np.floor(spot).astype(np.int64)
        high = np.minimum(low + 1, np.maximum(self._n - 1, 0))
        if not len(x):
            return np.full(self.groups.count, np.nan)
        last = len(x) - 1
        below = x[np.minimum(begin[:-1] + low, last)]
        above = x[np.minimum(begin[:-1] + high, last)]
        found = below + (above - below) * (spot - low)
        return np.where(self._n > 0, found, np.nan)


def groups_of(values: pl.Series) -> tuple[pl.Series, Groups]:
    """Give the distinct values in ascending order, and each row's place among them."""
    ids = distinct(values)
    spots = places(ids, values)
    if spots is None:
        return ids, Groups(np.arange(len(ids)), len(ids))
    place = spots.cast(pl.Int64).fill_null(-1).to_numpy()
    return ids, Groups(place, len(ids))


def grouped(groups: Groups, vector: Vector) -> Grouped:
    """Give a column by groups; a text can only be counted."""
    values = vector.spread()
    if values.dtype == pl.String:
        values = values.is_not_null().cast(pl.Int64).replace(0, None)
    return Grouped(groups, values)
