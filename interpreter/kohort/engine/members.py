"""Who stands in the cells of a table: asked by the audit, of small cells that it did not know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kohort.engine.cells import Grid, pairs_of, rolled
from kohort.engine.rows import Rows


@dataclass(frozen=True, eq=False, repr=False)
class CellMembers:
    """The units in the cells of a counted grid."""

    counted: Grid
    rows: Rows

    def __repr__(self) -> str:
        return "<unreleased>"

    def __call__(
        self, subset: tuple[int, ...], wanted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Give the members of some cells of some of the axes, each unit once in each of them.

        `wanted`: bool, one per cell of these axes. Gives record keys, uint64 (N), and the place of
        each one's cell among the wanted ones, int64 (N). Takes one look at every row, and more at
        those of the wanted cells only.
        """
        counted, rows = self.counted, self.rows
        place, _ = rolled(
            counted.cells[tuple(range(len(counted.axes)))].index, counted.axes, subset
        )
        number = np.where(wanted, np.cumsum(wanted) - 1, -1)
        of_spot = np.append(number[place], -1)[counted.table]
        at = np.flatnonzero((of_spot >= 0)[counted.spots])
        cell = of_spot[counted.spots[at]]
        if rows.units is None:
            return rows.keys[at], cell
        unit, cell = pairs_of(rows.units[at], cell, max(int(np.count_nonzero(wanted)), 1))
        return rows.unit_keys[unit], cell
