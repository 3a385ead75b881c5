"""The partial likelihood of proportional hazards with Efron's ties, its slope and curvature.

Source: Efron 1977; Therneau and Grambsch 2000, 3.3. What a sum over risk sets of x x' would cost is
avoided: each row enters the curvature once, with the hazard that has built up over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kohort.estimators.cross_products import Chunk, Columns, mirrored
from kohort.estimators.design import Floats, Integers
from kohort.estimators.risk_sets import Cohort

# Rows at a time: a chunk's columns stay in the processor's cache.
_CHUNK = 1 << 14
# Numbers per table of sums by event time and column, where there are many columns.
_TABLE = 1 << 20
_FEWEST_ROWS = 1 << 10


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Coefficients, the log likelihood there, and what its derivatives are made of.

    `prediction` and `risk` (weight times exp(prediction)) are float64[N]; `at_risk` and `tied`
    float64[T] are sums of `risk` over the risk sets and over their events.
    """

    b: Floats
    height: float
    prediction: Floats
    risk: Floats
    at_risk: Floats
    tied: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """The partial likelihood in coefficients of `columns[places]`.

    `columns` are without weights, in the cohort's order; `precision` float64[k] is that of a normal
    prior around zero. A gradient alone costs a quarter of one with the information.
    """

    cohort: Cohort
    columns: Columns
    places: Integers
    precision: Floats

    @property
    def width(self) -> int:
        return len(self.places)

    def at(self, b: Floats) -> Point:
        """Give the log likelihood at some coefficients; NaN or infinite where it overflows."""
        cohort = self.cohort
        spread = np.zeros(self.columns.width)
        spread[self.places] = b
        prediction = np.zeros(self.columns.rows)
        for chunk in self.columns.chunks(_CHUNK) if b.any() else ():
            prediction[chunk.rows] = chunk.combine(spread)
        with np.errstate(all="ignore"):
            risk = np.exp(prediction)
            if cohort.weights is not None:
                risk *= cohort.weights
            leaving, tied = cohort.by_cell(risk)
            at_risk = _at_risk(leaving)
            height = float((prediction * cohort.gained).sum())
            height -= float(cohort.mass @ cohort.ties.logs(at_risk, tied))
            height -= float(self.precision @ (b * b)) / 2
        return Point(b, height, prediction, risk, at_risk, tied)

    def gradient(self, point: Point) -> Floats:
        """The first derivatives, float64[k]."""
        left = self.cohort.gained - self._exposed(point)
        gradient = np.zeros(self.columns.width)
        for chunk in self.columns.chunks(_CHUNK):
            chunk.add_against(gradient, left[chunk.rows])
        return gradient[self.places] - self.precision * point.b

    def slopes(self, point: Point) -> tuple[Floats, Floats]:
        """Gradient float64[k] and information (negative second derivatives) float64[k, k]."""
        cohort = self.cohort
        exposed = self._exposed(point)
        left = cohort.gained - exposed
        gradient = np.zeros(self.columns.width)
        information = np.zeros((self.columns.width, self.columns.width))
        with np.errstate(all="ignore"):
            sums = cohort.ties.hazards(point.at_risk, point.tied) * cohort.mass
        means = _Means(sums[2:], self.width, bool((cohort.ties.number > 1).any()))
        passes = self._all_at_once if cohort.order is None else self._backwards
        for chunk in passes(point, means):
            chunk.add_against(gradient, left[chunk.rows])
            chunk.add_gram(information, exposed[chunk.rows])
        result = mirrored(information)[np.ix_(self.places, self.places)] - means.total()
        result[np.diag_indices(self.width)] += self.precision
        return gradient[self.places] - self.precision * point.b, result

    def _exposed(self, point: Point) -> Floats:
        """The hazard that built up over each row, times its risk, float64[N]."""
        cohort = self.cohort
        with np.errstate(all="ignore"):
            sums = cohort.ties.hazards(point.at_risk, point.tied)[:2] * cohort.mass
            table = np.zeros((cohort.times + 1, 2))
            table[1:] = np.cumsum(sums[0])[:, None]
            table[1:, 1] -= sums[1]
            return np.asarray(table.ravel()[cohort.cell] * point.risk)

    def _all_at_once(self, point: Point, means: _Means) -> Iterator[Chunk]:
        """All rows, whose sums of risk x by cell are added up in one table."""
        cohort = self.cohort
        table = np.zeros((self.columns.width + 1, 2 * cohort.times + 2))
        for chunk in self.columns.chunks(_CHUNK):
            chunk.add_by_cell(table, cohort.cell[chunk.rows], point.risk[chunk.rows])
            yield chunk
        # Those who were gone before the first event are in no risk set.
        means.add(0, table[self.places, 2:].T)

    def _backwards(self, point: Point, means: _Means) -> Iterator[Chunk]:
        """All rows from the last time backwards, so that risk sets grow from chunk to chunk."""
        size = min(_CHUNK, max(_FEWEST_ROWS, _TABLE // self.columns.width))
        for start in range((self.columns.rows - 1) // size * size, -1, -size):
            chunk = self.columns.chunk(slice(start, min(start + size, self.columns.rows)))
            cell = self.cohort.cell[chunk.rows]
            first, last = int(cell[0]) // 2, int(cell[-1]) // 2
            table = chunk.by_cell(cell - 2 * first, 2 * (last - first + 1), point.risk[chunk.rows])
            gone = 0 if first else 2
            if len(table) > gone:
                means.add(max(0, first - 1), table[gone:, self.places])
            yield chunk


class _Means:
    """The sum over events of the outer products of the mean columns of their risk sets.

    Sums by event time come from the last time to the first; the rows of one time may be spread over
    several pieces.
    """

    def __init__(self, sums: Floats, width: int, tied: bool) -> None:
        self._sums = sums
        self._tied = tied
        self._total = np.zeros((width, width))
        self._carried = np.zeros(width)
        self._open: tuple[int, Floats] | None = None

    def add(self, first: int, table: Floats) -> None:
        """Add the sums of some event times, float64[2 T, k]; the first may go on before them.

        Odd lines are of the tied events, even ones of those who leave without one.
        """
        if self._open is not None:
            time, line = self._open
            if time == first + len(table) // 2 - 1:
                table[-2:] += line
            else:
                self._close(time, line)
        self._close(first + 1, table[2:])
        self._open = first, table[:2].copy()

    def total(self) -> Floats:
        """The sum over all events, float64[k, k]."""
        if self._open is not None:
            self._close(*self._open)
            self._open = None
        return self._total

    def _close(self, first: int, table: Floats) -> None:
        if not len(table):
            return
        own = table[1::2]
        here = _at_risk(table[::2] + own) + self._carried
        sums = self._sums[:, first : first + len(own)]
        self._total += _outer(here, sums[0], here)
        if self._tied:
            crossed = _outer(here, sums[1], own)
            self._total += _outer(own, sums[2], own) - crossed - crossed.T
        self._carried = here[0]


def _at_risk(leaving: Floats) -> Floats:
    """Sums from the last time backwards."""
    return np.cumsum(leaving[::-1], axis=0)[::-1]


def _outer(left: Floats, weight: Floats, right: Floats) -> Floats:
    """The sum over times of weight left right', with numpy's own loop as all sums over rows."""
    total: Floats = np.einsum("ta,tb->ab", left * weight[:, None], right)
    return total
