"""The units of a panel's rows, and what varies within units of a design's columns.

Both are worked out once for all models of one panel: weights, which all rows of a unit share,
change neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from kohort.estimators.cross_products import CHUNK, Chunk, Columns, weighted_sum
from kohort.estimators.design import Block, Design, Floats, Integers, constant_block
from kohort.estimators.group_sums import GroupSums, by_group, counted

# Rows of so many units, on average, are worked on while they are in a core's cache.
_AT_ONCE = 1 << 14


@dataclass(frozen=True, eq=False)
class Units:
    """Which unit each row is of: `row` int64[N] in 0..U-1; `weight` float64[U], one a unit."""

    row: Integers
    weight: Floats

    @cached_property
    def times(self) -> Floats:
        """Rows per unit, float64[U]."""
        return counted(self.row, len(self.weight))

    @cached_property
    def bounds(self) -> Integers | None:
        """Where each unit's rows begin and the last one's end, int64[U + 1]; None out of order."""
        if len(self.row) == 0 or not (self.row[1:] >= self.row[:-1]).all():
            return None
        if not self.times.all():
            return None
        return np.concatenate(([0], np.cumsum(self.times))).astype(np.int64)

    @property
    def count(self) -> int:
        return len(self.weight)

    @cached_property
    def mass(self) -> float:
        """The sum of weights over rows."""
        return float(self.weight @ self.times)

    def weighing(self, weight: Floats) -> Units:
        """The same units with other weights (float64[U])."""
        found = Units(self.row, weight)
        vars(found).update({k: v for k, v in vars(self).items() if k in {"times", "bounds"}})
        return found

    def stretches(self) -> Iterator[tuple[slice, slice]]:
        """Rows in order, some whole units at a time, and those units; `bounds` must be there."""
        assert self.bounds is not None
        step = max(1, _AT_ONCE * self.count // len(self.row))
        for first in range(0, self.count, step):
            last = min(first + step, self.count)
            yield slice(int(self.bounds[first]), int(self.bounds[last])), slice(first, last)

    def means(self, values: Floats) -> Floats:
        """Means of a row variable by unit, float64[U]."""
        return counted(self.row, self.count, values) / self.times

    def within(self, values: Floats) -> Floats:
        """A row variable less its unit means, float64[N]."""
        found = np.empty(len(values))
        self.parted(values, 0.0, found)
        return found

    def parted(self, values: Floats, centre: float, inside: Floats) -> Floats:
        """Sums by unit of a row variable less `centre`, float64[U].

        What is within units is written to `inside`, float64[N].
        """
        if self.bounds is None:
            np.subtract(values, centre, out=inside)
            sums = counted(self.row, self.count, inside)
            inside -= (sums / self.times)[self.row]
            return sums
        sums = np.empty(self.count)
        for rows, units in self.stretches():
            own = inside[rows]
            np.subtract(values[rows], centre, out=own)
            np.add.reduceat(own, self.bounds[units] - rows.start, out=sums[units])
            own -= (sums[units] / self.times[units])[self.row[rows] - units.start]
        return sums

    def constant_within(self, values: Floats) -> Floats:
        """A unit variable (float64[U]) for each row, float64[N]."""
        return np.asarray(values[self.row])


@dataclass(frozen=True, slots=True, eq=False)
class WithinColumns(Columns):
    """Columns within units where all are numbers, which need no copy for a chunk.

    `matrix` float64[d, N]: those of the columns `places` (int64[d]); others are zero.
    """

    matrix: Floats | None = None
    places: Any = None

    def chunk(self, rows: slice) -> Chunk:
        assert self.matrix is not None
        return Chunk(rows, self.matrix[:, rows], self.places, (), self.width)

    def chunks(self, size: int = CHUNK) -> Iterator[Chunk]:
        return Columns.chunks(self, size)

    def weighted(self, weights: Floats | None) -> WithinColumns:
        return replace(self, weights=weights)


@dataclass(frozen=True, slots=True, eq=False)
class PanelRows:
    """A design's columns over a panel, the constant (if any) first.

    `inner`: what varies within units, factors as they are; `sums` are of the columns by unit;
    `centres`: what was taken from each block before, `shift` (float64[k]) from each column.
    """

    inner: Columns
    sums: GroupSums
    centres: tuple[float, ...]
    shift: Floats


def panel_rows(design: Design, units: Units, constant: bool) -> PanelRows:
    """Take numeric columns apart into unit means and the rest, centred if there is a constant."""
    blocks = (constant_block(), *design.blocks) if constant else design.blocks
    rows = design.rows
    centres = tuple(
        weighted_sum(b.x, None) / rows if constant and b.x is not None and b.codes is None else 0.0
        for b in blocks
    )
    numeric = [place for place, b in enumerate(blocks) if b.codes is None and b.x is not None]
    matrix = np.empty((len(numeric), rows))
    within = list(blocks)
    dense: list[Floats] = []
    places: list[int] = []
    coded: list[tuple[int, Any]] = []
    first = 0
    for place, (block, centre) in enumerate(zip(blocks, centres, strict=True)):
        if block.codes is not None:
            alone = Columns((block,), (0.0,), rows)
            coded.append((first, by_group(alone, units.row, units.count).coded[0][1]))
        else:
            if block.x is None:
                dense.append(units.times)
            else:
                inside = matrix[numeric.index(place)]
                dense.append(units.parted(block.x, centre, inside))
                within[place] = Block(block.names, x=inside)
            places.append(first)
        first += block.width
    sums = GroupSums(
        np.array(dense) if dense else np.empty((0, units.count)),
        np.array(places, dtype=np.int64),
        tuple(coded),
        first,
    )
    shift = np.concatenate(
        [np.full(b.width, c) for b, c in zip(blocks, centres, strict=True)] or [np.empty(0)]
    )
    return PanelRows(_inner(tuple(within), matrix, bool(coded)), sums, centres, shift)


def _inner(within: tuple[Block, ...], matrix: Floats, coded: bool) -> Columns:
    """The columns within units; of the constant nothing is left."""
    rows = matrix.shape[1]
    none = (0.0,) * len(within)
    if not coded:
        places = [i for i, block in enumerate(within) if block.x is not None]
        return WithinColumns(within, none, rows, None, matrix, np.array(places, dtype=np.int64))
    zero = tuple(
        Block(b.names, x=np.zeros(rows)) if b.x is None and b.codes is None else b for b in within
    )
    return Columns(zero, none, rows)
