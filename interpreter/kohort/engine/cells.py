"""Counting distinct units in the cells of a table and in every margin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort.engine.rows import Rows
from kohort.engine.values import Codes
from kohort.results import Axis, Cells
from kohort.scope import Code, Variable

# A table of all combinations is kept as an array up to this size, or four times the rows.
_DENSE = 1 << 22


@dataclass(frozen=True, repr=False)
class Grid:
    """Axes of a table and where each row stands.

    `axes`: codes that occur, ascending, None last. `cells`: per subset of axis positions its
    occurring cells. `positions`: int32 per row, the row's cell in `cells[every axis]`, -1 where
    the row is left out.
    """

    axes: tuple[Axis, ...]
    cells: dict[tuple[int, ...], Cells]
    positions: NDArray[np.int32]

    def __repr__(self) -> str:
        return "<unreleased>"

    def positions_in(self, subset: tuple[int, ...]) -> NDArray[np.int32]:
        """Give each row's cell in the cells of a subset of the axes, -1 where it is left out."""
        every = tuple(range(len(self.axes)))
        if subset == every:
            return self.positions
        place, _ = _rolled(self.cells[every].index[:, list(subset)], self.axes, subset)
        return np.append(place, np.int32(-1)).astype(np.int32)[self.positions]


def grid(variables: Sequence[Variable], codes: Sequence[Codes], rows: Rows, missing: bool) -> Grid:
    """Count the units of each combination of codes; without `missing` only rows that have all."""
    codes = [unflagged(v, c) for v, c in zip(variables, codes, strict=True)]
    kept: NDArray[np.bool_] | None = None
    for one in () if missing else codes:
        present = one.places != one.missing
        kept = present if kept is None else kept & present
    index, place = _occurring(codes, kept, len(rows))
    if kept is not None:
        place[~kept] = -1
    axes, index = _axes(variables, codes, index)
    return Grid(axes, _every_margin(axes, index, place, rows), place)


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


def _occurring(
    codes: Sequence[Codes], kept: NDArray[np.bool_] | None, height: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Give the combinations that occur, in order, and each row's place among them."""
    sizes = [one.missing + 1 for one in codes]
    if math.prod(sizes) > max(_DENSE, 4 * height):
        return _occurring_sparsely(codes, kept)
    joint = np.zeros(height, dtype=np.int64)
    for one, size in zip(codes, sizes, strict=True):
        joint *= size
        joint += one.places
    counted = joint if kept is None else joint[kept]
    found = np.flatnonzero(np.bincount(counted, minlength=math.prod(sizes)))
    table = np.full(math.prod(sizes), -1, dtype=np.int32)
    table[found] = np.arange(len(found), dtype=np.int32)
    return _unravelled(found, sizes), table[joint]


def _occurring_sparsely(
    codes: Sequence[Codes], kept: NDArray[np.bool_] | None
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    frame = pl.DataFrame({str(i): one.places for i, one in enumerate(codes)})
    counted = frame if kept is None else frame.filter(pl.Series(kept))
    found = counted.unique().sort(frame.columns)
    places = found.with_row_index("place")
    joined = frame.join(places, on=frame.columns, how="left", maintain_order="left")
    return found.to_numpy().astype(np.int32), joined["place"].fill_null(0).to_numpy().astype(
        np.int32
    )


def _unravelled(joint: NDArray[np.int64], sizes: Sequence[int]) -> NDArray[np.int32]:
    index = np.empty((len(joint), len(sizes)), dtype=np.int32)
    for position in reversed(range(len(sizes))):
        joint, index[:, position] = np.divmod(joint, sizes[position])
    return index


def _axes(
    variables: Sequence[Variable], codes: Sequence[Codes], index: NDArray[np.int32]
) -> tuple[tuple[Axis, ...], NDArray[np.int32]]:
    axes = []
    index = index.copy()
    for position, (variable, one) in enumerate(zip(variables, codes, strict=True)):
        used, index[:, position] = np.unique(index[:, position], return_inverse=True)
        values: list[Code | None] = one.values.gather(used[used < one.missing]).to_list()
        if len(used) and used[-1] == one.missing:
            values.append(None)
        axes.append(Axis(variable, tuple(values)))
    return tuple(axes), index


def _every_margin(
    axes: tuple[Axis, ...], index: NDArray[np.int32], place: NDArray[np.int32], rows: Rows
) -> dict[tuple[int, ...], Cells]:
    every = tuple(range(len(axes)))
    cells: dict[tuple[int, ...], Cells] = {}
    finest = Cells(every, index, *_sums(place, len(index), rows))
    for width in reversed(range(len(axes) + 1)):
        for subset in combinations(every, width):
            if subset == every:
                cells[subset] = finest
                continue
            spot, kinds = _rolled(index[:, list(subset)], axes, subset)
            if rows.units is None:
                # Each row is one unit, so that coarser cells are sums of finer ones.
                n, sums = np.zeros(len(kinds), np.int64), np.zeros(len(kinds), np.uint64)
                np.add.at(n, spot, finest.n)
                np.add.at(sums, spot, finest.sums)
            else:
                n, sums = _sums(np.append(spot, -1)[place], len(kinds), rows)
            cells[subset] = Cells(subset, kinds, n, sums)
    if not len(cells[()].n):
        # The grand total is there even where nothing is counted.
        total = np.zeros(1, np.int64), np.zeros(1, np.uint64)
        cells[()] = Cells((), np.zeros((1, 0), dtype=np.int32), *total)
    return cells


def _rolled(
    index: NDArray[np.int32], axes: tuple[Axis, ...], subset: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Give each cell's place among the distinct cells of fewer axes, and those cells."""
    sizes = [max(len(axes[axis].codes), 1) for axis in subset]
    joint = np.zeros(len(index), dtype=np.int64)
    for position, size in enumerate(sizes):
        joint = joint * size + index[:, position]
    kinds, spot = np.unique(joint, return_inverse=True)
    return spot, _unravelled(kinds, sizes)


def _sums(
    place: NDArray[np.int32] | NDArray[np.int64], count: int, rows: Rows
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Count distinct units and add up their record keys, wrapping, per cell."""
    keys = rows.keys
    spots = place.astype(np.int64)
    if rows.units is not None:
        frame = pl.DataFrame({"unit": rows.units, "cell": spots, "key": keys})
        frame = frame.filter(pl.col("cell") >= 0).unique(["unit", "cell"])
        spots, keys = frame["cell"].to_numpy(), frame["key"].to_numpy()
    # A last cell takes the rows that are left out.
    n = np.bincount(np.where(spots < 0, count, spots), minlength=count + 1)[:count]
    sums = np.zeros(count + 1, dtype=np.uint64)
    np.add.at(sums, spots, keys)
    return n.astype(np.int64), sums[:count]
