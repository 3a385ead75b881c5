"""How much of a fit a row could be at most, from the ends of its columns alone."""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from kohort.estimators.cell_sums import MOST_CELLS, ONES, CellSums, cell_sums
from kohort.estimators.cell_values import column_of
from kohort.estimators.cross_products import Columns
from kohort.estimators.design import Floats, Integers
from kohort.estimators.least_squares import LinearFit

# Each numeric column doubles the corners that are looked at.
_MOST_NUMBERS = 6
_ROUNDING = 1 + 1e-6


def largest_share(found: LinearFit, y: Floats) -> float:
    """What no row's leverage, nor its share of the squared residuals of y, is above.

    Leverage is convex in the numeric columns: in every combination of categories it is largest at a
    corner of the box between their least and largest values, whether or not a row is there. What is
    left of y is at most its distance from the fit at such a corner. Infinite where there are too
    many corners, or weights.
    """
    columns = found.elimination.columns
    if type(columns) is not Columns or columns.weights is not None or found.elimination.replaced:
        return math.inf
    form = cell_sums(columns.blocks, columns.centres)
    if form.cells > MOST_CELLS or len(form.numbers) > _MOST_NUMBERS or found.rss <= 0:
        return math.inf
    place = [column_of(form, index) for index in range(len(form.parts))]
    inverse = np.pad(found.elimination.spread(found.elimination.inverse), (1, 0))
    known = dict(zip(found.names, found.coefficients.tolist(), strict=True))
    names = [name for block in columns.blocks for name in block.names]
    coefficients = np.array([0.0, *(known.get(name, 0.0) for name in names)])
    ends = [(float(x.min()), float(x.max())) for x, _ in form.numbers]
    centres = [centre for _, centre in form.numbers]
    leverage, low, high = 0.0, math.inf, -math.inf
    for corner in product(*ends):
        moved = [x - centre for x, centre in zip(corner, centres, strict=True)]
        leverage = max(leverage, float(_quadratic(form, place, inverse, moved).max()))
        fitted = _linear(form, place, coefficients, corner)
        low, high = min(low, float(fitted.min())), max(high, float(fitted.max()))
    farthest = max(float(y.max()) - low, high - float(y.min()))
    share = max(leverage, farthest**2 / found.rss) * _ROUNDING
    return share if math.isfinite(share) else math.inf


def _linear(
    form: CellSums, place: list[Integers], coefficients: Floats, values: tuple[float, ...]
) -> Floats:
    """X b of a row with some numbers in each cell, float64 (cells)."""
    total = np.zeros(form.cells)
    for part, column in zip(form.parts, place, strict=True):
        total += (1.0 if part.number == ONES else values[part.number]) * coefficients[column]
    return total


def _quadratic(
    form: CellSums, place: list[Integers], matrix: Floats, values: list[float]
) -> Floats:
    """x' M x of such a row, float64 (cells)."""
    total = np.zeros(form.cells)
    each = [1.0 if part.number == ONES else values[part.number] for part in form.parts]
    for a, (one, column) in enumerate(zip(each, place, strict=True)):
        for other, beside in zip(each[:a], place[:a], strict=True):
            total += 2 * one * other * matrix[column, beside]
        total += one * one * matrix[column, column]
    return total
