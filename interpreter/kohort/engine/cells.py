"""Counting distinct units in the cells of a table and in every margin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort.engine.rows import Rows
from kohort.engine.values import Codes
from kohort.results import Axis, Cells
from kohort.scope import Code, Variable

Index = NDArray[np.int32]
Spots = NDArray[np.int64]

# All combinations of codes are kept as an array up to this size, or four times the rows.
_DENSE = 1 << 22


@dataclass(frozen=True, eq=False, repr=False)
class Grid:
    """Axes of a table and where each row stands.

    `axes`: codes that occur, ascending, None last. `cells`: per subset of axis positions its
    occurring cells. `spots`: a number per row, `table` the cell of each number, -1 where rows are
    left out.
    """

    axes: tuple[Axis, ...]
    cells: dict[tuple[int, ...], Cells]
    spots: Spots
    table: Index

    def __repr__(self) -> str:
        return "<unreleased>"

    @cached_property
    def positions(self) -> Index:
        """Each row's cell in the cells of all axes, int32, -1 where the row is left out."""
        return self.table[self.spots]

    def positions_in(self, subset: tuple[int, ...]) -> Index:
        """Give each row's cell in the cells of some of the axes, -1 where it is left out."""
        every = tuple(range(len(self.axes)))
        if subset == every:
            return self.positions
        place, _ = rolled(self.cells[every].index, self.axes, subset)
        return np.append(place, -1).astype(np.int32)[self.positions]


def grid(variables: Sequence[Variable], codes: Sequence[Codes], rows: Rows, missing: bool) -> Grid:
    """Count the units of each combination of codes; without `missing` only rows that have all."""
    codes = [unflagged(v, c) for v, c in zip(variables, codes, strict=True)]
    spots, known = _spots(codes, len(rows))
    size = math.prod(c.missing + 1 for c in codes) if known is None else len(known)
    n, sums = _summed(spots, size, rows)
    found = np.flatnonzero(n)
    index = _unravelled(found, [c.missing + 1 for c in codes]) if known is None else known
    if not missing:
        whole = np.ones(len(found), dtype=np.bool_)
        for axis, one in enumerate(codes):
            whole &= index[:, axis] != one.missing
        found, index = found[whole], index[whole]
    table = np.full(size, -1, dtype=np.int32)
    table[found] = np.arange(len(found), dtype=np.int32)
    axes, index = _axes(variables, codes, index)
    finest = Cells(tuple(range(len(axes))), index, n[found], sums[found])
    counted = Grid(axes, {finest.axes: finest}, spots, table)
    _count_margins(counted, rows)
    return counted


def unflagged(variable: Variable, codes: Codes) -> Codes:
    """Give codes with those that the labels flag as missing turned into the missing place."""
    flagged = variable.labels.missing if variable.labels is not None else frozenset()
    if not flagged:
        return codes
    values = codes.values.to_list()
    kept = [i for i, value in enumerate(values) if value not in flagged]
    if len(kept) == len(values):
        return codes
    table = np.full(len(values) + 1, len(kept), dtype=codes.places.dtype)
    table[kept] = np.arange(len(kept))
    return Codes(codes.values.gather(kept), table[codes.places])


def _spots(codes: Sequence[Codes], height: int) -> tuple[Spots, Index | None]:
    """Number the combination of each row.

    Among all possible ones where these are few (then None comes with them), else among those that
    occur (then these come with them, in order).
    """
    sizes = [one.missing + 1 for one in codes]
    if math.prod(sizes) <= max(_DENSE, 4 * height):
        spots = np.zeros(height, dtype=np.int64)
        for one, size in zip(codes, sizes, strict=True):
            spots *= size
            spots += one.places
        return spots, None
    frame = pl.DataFrame({str(axis): one.places for axis, one in enumerate(codes)})
    known = frame.unique().sort(frame.columns)
    numbered = known.with_row_index("spot")
    joined = frame.join(numbered, on=frame.columns, how="left", maintain_order="left")
    return joined["spot"].cast(pl.Int64).to_numpy(), known.to_numpy().astype(np.int32)


def _unravelled(spots: Spots, sizes: Sequence[int]) -> Index:
    index = np.empty((len(spots), len(sizes)), dtype=np.int32)
    for position in reversed(range(len(sizes))):
        spots, index[:, position] = np.divmod(spots, sizes[position])
    return index


def _axes(
    variables: Sequence[Variable], codes: Sequence[Codes], index: Index
) -> tuple[tuple[Axis, ...], Index]:
    axes = []
    index = index.copy()
    for position, (variable, one) in enumerate(zip(variables, codes, strict=True)):
        used, index[:, position] = np.unique(index[:, position], return_inverse=True)
        values: list[Code | None] = one.values.gather(used[used < one.missing]).to_list()
        if len(used) and used[-1] == one.missing:
            values.append(None)
        axes.append(Axis(variable, tuple(values)))
    return tuple(axes), index


def _count_margins(counted: Grid, rows: Rows) -> None:
    """Add the cells of every smaller set of axes."""
    every = tuple(range(len(counted.axes)))
    finest = counted.cells[every]
    for width in reversed(range(len(every))):
        for subset in combinations(every, width):
            place, index = rolled(finest.index, counted.axes, subset)
            if rows.units is None:
                # Each row is one unit, so that coarser cells are sums of finer ones.
                n, sums = np.zeros(len(index), np.int64), np.zeros(len(index), np.uint64)
                np.add.at(n, place, finest.n)
                np.add.at(sums, place, finest.sums)
            else:
                spots = np.append(place, len(index))[counted.positions]
                n, sums = _summed(spots, len(index) + 1, rows)
                n, sums = n[:-1], sums[:-1]
            counted.cells[subset] = Cells(subset, index, n, sums)
    if not len(counted.cells[()].n):
        # The grand total is there even where nothing is counted.
        total = np.zeros(1, np.int64), np.zeros(1, np.uint64)
        counted.cells[()] = Cells((), np.zeros((1, 0), dtype=np.int32), *total)


def rolled(index: Index, axes: tuple[Axis, ...], subset: tuple[int, ...]) -> tuple[Spots, Index]:
    """Give each cell's place among the distinct cells of fewer axes, and those cells."""
    sizes = [max(len(axes[axis].codes), 1) for axis in subset]
    joint = np.zeros(len(index), dtype=np.int64)
    for axis, size in zip(subset, sizes, strict=True):
        joint = joint * size + index[:, axis]
    kinds, place = np.unique(joint, return_inverse=True)
    return place, _unravelled(kinds, sizes)


def _summed(spots: Spots, size: int, rows: Rows) -> tuple[Spots, NDArray[np.uint64]]:
    """Count distinct units and add up their record keys, wrapping, per number."""
    keys = rows.keys
    if rows.units is not None:
        unit, spots = pairs_of(rows.units, spots, size)
        keys = rows.unit_keys[unit]
    sums = np.zeros(size, dtype=np.uint64)
    np.add.at(sums, spots, keys)
    return np.bincount(spots, minlength=size).astype(np.int64), sums


def pairs_of(units: Spots, spots: Spots, size: int) -> tuple[Spots, Spots]:
    """Give the different pairs of a unit and a number, ascending."""
    joint = units * size + spots
    space = (int(units[-1]) + 1) * size if len(units) else 0
    if space <= max(_DENSE, 8 * len(units)):
        there = np.zeros(space, dtype=np.bool_)
        there[joint] = True
        joint = np.flatnonzero(there)
    else:
        joint = pl.Series(joint).unique().sort().to_numpy()
    unit, spot = np.divmod(joint, size)
    return unit, spot
