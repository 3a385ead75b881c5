"""How much of a fit each unit is: its leverage, and its share of the squared residuals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kohort.estimators.design import Design, Floats, Integers
from kohort.estimators.least_squares import LinearFit, fit
from kohort.estimators.patterns import Patterns, collapse
from kohort.estimators.problem import NotEstimableError, Problem
from kohort.estimators.share_bounds import largest_share

# So many rows are worth a bound.
_MANY = 1 << 16


@dataclass(frozen=True, eq=False)
class UnitShares:
    """Shares of units in a fit.

    `leverage` and `residual`: float64 (U), or by pattern where `place` (int (U)) gives that of each
    unit. `sound`: whether the fit is one, with something unexplained. `whole`: whether each column
    has a coefficient. `fit`: the least squares, without weights of units, if it is one.
    """

    leverage: Floats
    residual: Floats
    sound: bool = True
    place: Integers | None = None
    whole: bool = True
    fit: LinearFit | None = None
    own: Floats | None = None
    """The part of leverage that moves coefficients, float64 (U), where that is not all of it."""

    def known(self) -> UnitShares:
        """Shares as they are, and not a bound of them."""
        return self

    def above(self, least: float) -> Integers:
        """The units of which a share is above `least`."""
        over = (self.leverage > least) | (self.residual > least)
        if not over.any():
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(over if self.place is None else over[self.place])

    def of(self, units: Integers) -> tuple[Floats, Floats]:
        """Leverage and residual share of some units, float64."""
        at = units if self.place is None else self.place[units]
        return self.leverage[at], self.residual[at]


class BoundedShares(UnitShares):
    """Shares of rows that are worked out when asked for; most often a bound on all is enough."""

    def __init__(self, found: LinearFit, y: Floats, bound: float) -> None:
        self.__dict__.update(fit=found, whole=not found.dropped)
        self._found, self._y, self._bound = found, y, bound

    # Fields of the other shares, which are worked out in advance.
    @cached_property
    def leverage(self) -> Floats:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self._found.leverage()

    @cached_property
    def residual(self) -> Floats:  # pyright: ignore[reportIncompatibleVariableOverride]
        left = self._found.residuals_of(self._y)
        left *= left
        left /= self._found.rss
        return left

    def above(self, least: float) -> Integers:
        if self._bound <= least:
            return np.empty(0, dtype=np.int64)
        return super().above(least)


def largest_of(shares: Sequence[UnitShares]) -> UnitShares:
    """Of several fits to the same units, the larger shares of each."""
    return UnitShares(
        np.maximum.reduce([one.leverage for one in shares]),
        np.maximum.reduce([one.residual for one in shares]),
        all(one.sound for one in shares),
        whole=all(one.whole for one in shares),
    )


def linear_shares(problem: Problem) -> UnitShares:
    """Shares in the least squares of the outcome on all columns, without weights.

    A unit's share of a column's squares, the other columns projected out, is never above its
    leverage. The rows of a unit are added up, which is no less than what they do together. Of many
    rows the sums alone give a bound, and each row is looked at only where that is not enough.
    Raises `NotEstimableError`.
    """
    design = problem.design(*problem.designs)
    y = _outcome(problem)
    if problem.unit is None:
        patterns = collapse(design, (y,), None, problem.known)
        if patterns.place is not None:
            return _of_patterns(patterns, problem.constant)
        if problem.rows >= _MANY:
            return _bounded(problem, design, y)
    return _of_rows(problem, design, y)


def _of_patterns(patterns: Patterns, constant: bool) -> UnitShares:
    weights = patterns.weights
    found = fit(
        patterns.design,
        patterns.columns[0],
        weights=weights,
        constant=constant,
        keep_residuals=True,
    )
    residuals = _residuals(found)
    # Of one unit, not of all that share its pattern.
    return _shares(found, found.leverage() / weights, residuals**2, patterns.place)


def _of_rows(problem: Problem, design: Design, y: Floats) -> UnitShares:
    found = fit(design, y, constant=problem.constant, keep_residuals=True)
    leverage = per_unit(problem, found.leverage())
    return _shares(found, leverage, per_unit(problem, _residuals(found) ** 2))


def _bounded(problem: Problem, design: Design, y: Floats) -> UnitShares:
    found = fit(design, y, constant=problem.constant)
    bound = largest_share(found, y)
    return BoundedShares(found, y, bound) if bound < math.inf else _of_rows(problem, design, y)


def _residuals(found: LinearFit) -> Floats:
    if found.residuals is None:
        raise NotEstimableError("collinear")
    return found.residuals


def _shares(
    found: LinearFit, leverage: Floats, squares: Floats, place: Integers | None = None
) -> UnitShares:
    """Shares from leverage and squared residuals by unit or pattern, float64."""
    whole = not found.dropped
    sound = whole and found.rss > 0 and bool(np.isfinite(leverage).all())
    share = squares / found.rss if found.rss > 0 else 0 * leverage
    return UnitShares(leverage, share, sound, place, whole, found)


def per_unit(problem: Problem, values: Floats) -> Floats:
    """Values of rows (float64 (N)) added up by unit, float64 (U)."""
    if problem.unit is None:
        return values
    return np.asarray(np.bincount(problem.unit, weights=values), dtype=np.float64)


def leading_columns(design: Design, rows: Integers) -> tuple[Floats, Integers]:
    """For some rows: the largest share of a column's squares that each has, and which column.

    float64 and int64, as many as `rows`; columns are numbered in the design's order.
    """
    best, column = np.zeros(len(rows)), np.zeros(len(rows), dtype=np.int64)
    first = 0
    for block in design.blocks:
        x = np.ones(design.rows) if block.x is None else block.x
        if block.codes is None:
            squares = (x - x.mean()) ** 2
            share, here = squares[rows] / (squares.sum() or 1.0), np.full(len(rows), first)
        else:
            totals = np.bincount(block.codes + 1, weights=x**2, minlength=block.width + 1)
            codes = block.codes[rows]
            share = np.where(codes < 0, 0.0, x[rows] ** 2 / totals[codes + 1])
            here = first + codes
        better = share > best
        best[better], column[better] = share[better], here[better]
        first += block.width
    return best, column


def _outcome(problem: Problem) -> Floats:
    y = problem.columns.get("outcome")
    if y is None and "outcome" in problem.groups:
        return problem.groups["outcome"].astype(np.float64)
    return next(iter(problem.columns.values())) if y is None else y
