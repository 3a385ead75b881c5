"""Columns of one dataset brought to the rows that all of them have, and how many rows to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kohort import wording
from kohort.disclosure.contributors import Contributors, gathered
from kohort.disclosure.limits import MagnitudeLimits
from kohort.disclosure.published import significant
from kohort.results import Column
from kohort.scope import Shape

ALL_DIGITS = 15
"""Profiles write "all digits" so; a double holds no more."""


def complete(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Give columns with only the rows that all of them have.

    Winsor limits still come from where they came from before.
    """
    rows = [column.row for column in columns if column.row is not None]
    if not rows:
        return tuple(columns)
    common = rows[0]
    for other in rows[1:]:
        if other is not common and not np.array_equal(common, other):
            common = np.intersect1d(common, other, assume_unique=True)
    return tuple(_restricted(column, common) for column in columns)


def _restricted(column: Column, rows: NDArray[np.int64]) -> Column:
    if column.row is None:
        place = rows
    elif len(rows) == len(column.row):
        return column
    else:
        place = np.searchsorted(column.row, rows)
    return replace(
        column,
        x=column.x[place],
        keys=column.keys[place],
        row=rows,
        units=None if column.units is None else column.units[place],
        base=column if column.base is None else column.base,
        known={},
    )


def population_of(shape: Shape, columns: Sequence[Column]) -> wording.Population:
    """Give the population in which none of some variables is missing."""
    population = shape.population
    for column in columns:
        population = population.keep(wording.observed(column.variable))
    return population


def one_cell(column: Column) -> Contributors:
    """Give all values of a column as one cell."""
    return gathered(None, 1, column.x, column.keys, column.units)


def rows_told(
    limits: MagnitudeLimits,
    published_n: int,
    group: Contributors,
    weights: NDArray[np.float64] | None = None,
) -> int:
    """Give the published number of rows of one cell, from the published number of its units.

    Where units have several rows it is multiplied by the (weighted) mean of rows per unit.
    """
    if group.units is None or not len(group.x):
        return published_n
    if weights is None:
        weights = np.ones(len(group.x))
    per_unit = weights.sum() / weights[group.firsts].sum()
    if limits.digits < ALL_DIGITS:
        per_unit = float(significant(np.array([per_unit]), limits.digits)[0])
    return round(published_n * float(per_unit))
