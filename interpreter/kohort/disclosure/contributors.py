"""The units that contribute to the cells of one statistic, brought into the order of the cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.order_statistics import OrderStatistics
from kohort.stretches import balanced, on_stretches, together

_RADIX_LIMIT = 1 << 16
_MANY = 1 << 16
_SORTED = 1 << 14  # smaller cells are sorted as fast as anything less
_T = TypeVar("_T", np.float64, np.uint64)


@dataclass(frozen=True, repr=False)
class Contributors:
    """Values and record keys, cell after cell; within a cell in the order of the rows.

    `starts`: int64 (k + 1), where each cell begins; `x`: float64 (N); `keys`: uint64 (N);
    `units`: int64 (N), unit numbers, or None where no unit has two rows in one cell. `contents`:
    content fingerprints that were worked out before, by their bits.
    """

    starts: NDArray[np.int64]
    x: NDArray[np.float64]
    keys: NDArray[np.uint64]
    units: NDArray[np.int64] | None = None
    contents: dict[int, NDArray[np.uint64]] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return "<contributors>"

    @property
    def k(self) -> int:
        """How many cells there are."""
        return len(self.starts) - 1

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """How many rows each cell has: int64 (k)."""
        return np.diff(self.starts)

    @cached_property
    def cell(self) -> NDArray[np.int32]:
        """The cell of each row: int32 (N), ascending."""
        return np.repeat(np.arange(self.k, dtype=np.int32), self.rows)

    @cached_property
    def n(self) -> NDArray[np.int64]:
        """How many different units each cell has: int64 (k)."""
        if self.units is None:
            return self.rows
        return np.bincount(self.cell[self._first_rows], minlength=self.k).astype(np.int64)

    @cached_property
    def most(self) -> NDArray[np.int64]:
        """How many rows the unit with most of them has in each cell: int64 (k), at least 1."""
        if self.units is None or not len(self.x):
            return np.ones(self.k, dtype=np.int64)
        order, first = self._by_unit
        starts = np.flatnonzero(first)
        most = np.ones(self.k, dtype=np.int64)
        np.maximum.at(most, self.cell[order[starts]], np.diff(starts, append=len(order)))
        return most

    @property
    def largest_share(self) -> NDArray[np.float64]:
        """The share that the unit with most rows has of a cell's: float64 (k), 1 / n if alike."""
        return np.asarray(self.most / self.rows)

    @cached_property
    def sums(self) -> NDArray[np.uint64]:
        """The sum of the record keys of each cell's units, modulo 2^64: uint64 (k)."""
        if self.units is None:
            return summed(self.keys, self.starts)
        first = self._first_rows
        starts = np.concatenate(([0], np.cumsum(self.n)))
        return summed(self.keys[first], starts)

    @cached_property
    def ordered(self) -> NDArray[np.float64]:
        """The values with each cell's in ascending order: float64 (N)."""
        values = self.x.copy()
        starts = self.starts.tolist()

        def sort(first: int, behind: int) -> None:
            for low, high in pairwise(starts[first : behind + 1]):
                _sort(values[low:high])

        together(sort, balanced(starts))
        return values

    def arranged(self, ranks: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give the values with some ranks of each cell where sorting would put them: float64 (N).

        `ranks`: int64 (k, r), counted from 0; those outside a cell are ignored. Large cells are
        not sorted for it, which takes a third of the time.
        """
        if self._sorted:
            return self.ordered
        values = self.x.copy()
        starts = self.starts.tolist()

        def place(first: int, behind: int) -> None:
            for cell in range(first, behind):
                part, inside = values[starts[cell] : starts[cell + 1]], ranks[cell]
                if len(part) < _SORTED or counting_places(part) is not None:
                    _sort(part)
                else:
                    part.partition(np.unique(inside[(inside >= 0) & (inside < len(part))]))

        together(place, balanced(starts))
        return values

    def at(self, ranks: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give the values of some ranks of each cell that has any, from 0: float64.

        `ranks`: int64 (cells that are not empty), or (r) for the only cell. One cell is not sorted
        for it.
        """
        if not len(self.x):
            return np.empty(0)
        if self.k == 1 and not self._sorted:
            return self._ranked.at(ranks.tolist())
        return np.asarray(self.ordered[self.starts[:-1][self.rows > 0] + ranks])

    @cached_property
    def _ranked(self) -> OrderStatistics:
        return OrderStatistics(self.x)

    def overlap(self, rows: slice) -> tuple[slice, NDArray[np.int64]]:
        """Give the cells that some rows, at least one, are in, and how many rows of each: int64."""
        if self.k == 1:
            return slice(0, 1), np.array([rows.stop - rows.start])
        first = int(np.searchsorted(self.starts, rows.start, side="right")) - 1
        behind = int(np.searchsorted(self.starts, rows.stop, side="left"))
        bounds = np.clip(self.starts[first : behind + 1], rows.start, rows.stop)
        return slice(first, behind), np.diff(bounds)

    @property
    def _sorted(self) -> bool:
        return "ordered" in vars(self)

    @cached_property
    def firsts(self) -> NDArray[np.bool_]:
        """Which rows are the first of their unit in their cell: bool (N)."""
        firsts = np.zeros(len(self.x), dtype=np.bool_)
        firsts[self._first_rows] = True
        return firsts

    @cached_property
    def _first_rows(self) -> NDArray[np.int64]:
        """The row where each unit first appears in each cell, ascending by cell."""
        if self.units is None or not len(self.x):
            return np.arange(len(self.x))
        order, first = self._by_unit
        return np.sort(order[first])

    @cached_property
    def _by_unit(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The rows by cell and unit, and which of them are the first of their unit."""
        assert self.units is not None
        order = np.lexsort((self.units, self.cell))
        cell, units = self.cell[order], self.units[order]
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = (cell[1:] != cell[:-1]) | (units[1:] != units[:-1])
        return order, first


def gathered(
    cell: NDArray[np.int32] | NDArray[np.int64] | None,
    k: int,
    x: NDArray[np.float64],
    keys: NDArray[np.uint64],
    units: NDArray[np.int64] | None = None,
) -> Contributors:
    """Bring rows into the order of their cells.

    `cell`: integers (N), 0 .. k-1, or negative for a row that is in no cell; None: all rows are in
    cell 0. `x`: float64 (N) without missing or infinite values; `keys`: uint64 (N).
    """
    x = np.asarray(x, dtype=np.float64)
    if cell is None:
        return Contributors(_bounds(np.array([len(x)])), x, keys, units)
    # As an unsigned number a negative one is larger than all cells: such rows come last.
    place = np.minimum(cell.view(np.uint32 if cell.dtype == np.int32 else np.uint64), k)
    rows = np.bincount(place.astype(np.int64, copy=False), minlength=k + 1)[:k]
    starts, kept = _bounds(rows), int(rows.sum())
    if (place[1:] >= place[:-1]).all():
        return Contributors(starts, x[:kept], keys[:kept], None if units is None else units[:kept])
    # Sixteen bits sort by radix, three times as fast.
    narrow = place.astype(np.uint16) if k < _RADIX_LIMIT else place
    order = np.argsort(narrow, kind="stable")[:kept]
    return Contributors(
        starts, _taken(x, order), _taken(keys, order), None if units is None else units.take(order)
    )


def _taken(values: NDArray[_T], order: NDArray[np.int64]) -> NDArray[_T]:
    taken = np.empty(len(order), dtype=values.dtype)

    def take(low: int, high: int) -> None:
        # Places in range are promised by argsort; "clip" only spares a copy.
        values.take(order[low:high], out=taken[low:high], mode="clip")

    on_stretches(take, len(order))
    return taken


def _sort(values: NDArray[np.float64]) -> None:
    """Sort in place. Whole numbers of a narrow range are counted: four times as fast."""
    places = counting_places(values)
    if places is None:
        values.sort()
        return
    count = np.bincount(places)
    values[:] = np.repeat(np.arange(len(count)) + values.min(), count)


def counting_places(values: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """Give many whole numbers of a narrow range less the least of them, int64; None for others."""
    if len(values) < _MANY:
        return None
    low, high = float(values.min()), float(values.max())
    if high - low >= len(values) or not (values == np.rint(values)).all():
        return None
    return (values - low).astype(np.int64)


def _bounds(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(rows))).astype(np.int64)


def summed(values: NDArray[_T], starts: NDArray[np.int64]) -> NDArray[_T]:
    """Add up each cell's values: like `values` (k), 0 for empty cells.

    One cell's sum depends on its own rows and their order alone, never on how many cores there are
    or on its neighbours. Unsigned integers wrap.
    """
    totals = np.zeros(len(starts) - 1, dtype=values.dtype)
    filled = np.flatnonzero(starts[1:] > starts[:-1])
    if len(filled):
        totals[filled] = np.add.reduceat(values, starts[filled])
    return totals


def interpolated(
    group: Contributors, p: float, ordered: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Give the p-quantile of each cell by linear interpolation at (n - 1) p; NaN for empty cells.

    The arithmetic is numpy's, to the last bit: content keys depend on it. `ordered`: the values
    with at least the `neighbours` of p where sorting would put them.
    """
    result = np.full(group.k, np.nan)
    filled = np.flatnonzero(group.rows > 0)
    start, rows = group.starts[filled], group.rows[filled]
    below, above, part = neighbours(rows, p)
    if ordered is None:
        a, b = group.at(below), group.at(above)
    else:
        a, b = ordered[start + below], ordered[start + above]
    with np.errstate(over="ignore", invalid="ignore"):
        step = b - a
        result[filled] = np.where(part >= 0.5, b - step * (1 - part), a + step * part)
    return result


def neighbours(
    rows: NDArray[np.int64], p: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Give the places, from 0, between which the p-quantile of n values lies, and how far along."""
    place = np.asarray((rows - 1) * p, dtype=np.float64)
    below = np.floor(place).astype(np.int64)
    return below, np.minimum(below + 1, rows - 1), place - below
