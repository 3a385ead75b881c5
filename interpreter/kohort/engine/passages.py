"""Steps of units from one time of a panel to the next, counted by the codes of a variable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort import wording
from kohort.described import Steps, Transition, Transitions
from kohort.engine.cells import unflagged
from kohort.engine.matching import places
from kohort.engine.rows import Rows
from kohort.engine.table import Table
from kohort.engine.vector import Vector
from kohort.results import Axis, Cells, Frequencies
from kohort.scope import Code, Variable

Numbers = NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class _Pairs:
    """The steps of all units: their codes before and after, and their units, int64 (P) each."""

    before: Numbers
    after: Numbers
    unit: Numbers


def transitions(
    table: Table, of: Sequence[Variable], time: Variable, titles: Sequence[str]
) -> Transitions:
    """Count the units that pass from code to code between successive times."""
    times = [value for value, _ in time.times]
    place = _places(table.vector(time.name), times)
    order, follows = _followed(table.rows, place)
    unit = np.arange(len(place)) if table.rows.units is None else table.rows.units
    tables = []
    for variable, title in zip(of, titles, strict=True):
        codes = unflagged(variable, table.codes(variable.name))
        spot = codes.places.astype(np.int64)[order]
        there = follows & (spot[:-1] != codes.missing) & (spot[1:] != codes.missing)
        at = np.flatnonzero(there)
        pairs = _Pairs(spot[at], spot[at + 1], unit[order[at]])
        made = _table(table, variable, codes.values.to_list(), pairs, title)
        tables.append(replace(made, most=max(len(times) - 1, 1)))
    return Transitions(table.shape, tuple(tables), table.rows.root)


def _places(vector: Vector, times: Sequence[Code]) -> Numbers:
    """Give each row's place among the times, -1 where its time is none of them."""
    spots = places(pl.Series(list(times)), vector.series)
    found = np.arange(len(vector.series))
    if spots is not None:
        found = spots.cast(pl.Int64).fill_null(-1).to_numpy()
    return found if vector.codes is None else found[vector.codes.to_numpy()]


def _followed(rows: Rows, place: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """Give the rows by unit and time, and which but the last is followed by the next time."""
    unit = np.arange(len(place)) if rows.units is None else rows.units
    order = np.arange(len(place))
    same = unit[1:] == unit[:-1]
    if (same & (place[1:] < place[:-1])).any():
        order = np.lexsort((place, unit))
    step = np.diff(place[order]) == 1
    return order, same & step & (place[order][:-1] >= 0)


def _table(
    table: Table, variable: Variable, codes: Sequence[Code], pairs: _Pairs, title: str
) -> Transition:
    """Count distinct units, and steps, in each cell and margin."""
    axes, spots = [], []
    for side, values in (("from", pairs.before), ("to", pairs.after)):
        used, spot = np.unique(values, return_inverse=True)
        sided = replace(variable, meaning=wording.passed(variable.meaning, side))
        axes.append(Axis(sided, tuple(codes[i] for i in used.tolist())))
        spots.append(spot.astype(np.int64))
    cells: dict[tuple[int, ...], Cells] = {}
    steps: dict[tuple[int, ...], Steps] = {}
    for subset in ((), (0,), (1,), (0, 1)):
        cells[subset], steps[subset] = _counted(table.rows, axes, spots, pairs.unit, subset)
    frequencies = Frequencies(
        table.shape, tuple(axes), cells, False, ("freq",), {"title": title}, table.rows.root
    )
    return Transition(frequencies, steps, 1)


def _counted(
    rows: Rows,
    axes: Sequence[Axis],
    spots: Sequence[Numbers],
    unit: Numbers,
    subset: tuple[int, ...],
) -> tuple[Cells, Steps]:
    joint, size = np.zeros(len(unit), dtype=np.int64), 1
    for axis in subset:
        width = max(len(axes[axis].codes), 1)
        joint, size = joint * width + spots[axis], size * width
    pairs, times = np.unique(unit * size + joint, return_counts=True)
    owner, cell = np.divmod(pairs, size)
    kinds, position = np.unique(cell, return_inverse=True)
    if not subset:
        # The grand total is there even where nobody passes.
        kinds, position = np.zeros(1, dtype=np.int64), np.zeros(len(cell), dtype=np.int64)
    keys = rows.unit_keys[owner]
    sums = np.zeros(len(kinds), dtype=np.uint64)
    np.add.at(sums, position, keys)
    index = np.empty((len(kinds), len(subset)), dtype=np.int32)
    rest = kinds
    for column in reversed(range(len(subset))):
        rest, index[:, column] = np.divmod(rest, max(len(axes[subset[column]].codes), 1))
    n = np.bincount(position, minlength=len(kinds)).astype(np.int64)
    made = Steps(position.astype(np.int64), times.astype(np.float64), keys)
    return Cells(subset, index, n, sums), made
