"""The partial likelihood of proportional hazards with Efron's ties, its slope and curvature.

Source: Efron 1977; Therneau and Grambsch 2000, 3.3. What a sum over risk sets of x x' would cost is
avoided: each row enters the curvature once, with the hazard that has built up over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kohort.estimators.cross_products import Columns, mirrored
from kohort.estimators.design import Floats, Integers
from kohort.estimators.risk_sets import Cohort

# Rows at a time: a chunk's columns stay in the processor's cache.
_CHUNK = 1 << 14
# Numbers per table of sums by event time and column.
_TABLE = 1 << 20
_FEWEST_TIMES = 256


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
    prior around zero.
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
        prediction = np.empty(self.columns.rows)
        for chunk in self.columns.chunks(_CHUNK):
            prediction[chunk.rows] = chunk.combine(spread)
        with np.errstate(all="ignore"):
            risk = np.exp(prediction)
            if cohort.weights is not None:
                risk *= cohort.weights
            leaving = np.bincount(cohort.last + 1, risk, cohort.times + 1)[1:].astype(np.float64)
            at_risk = _at_risk(leaving)
            tied = np.add.reduceat(risk[cohort.hit], cohort.starts)
            height = float((prediction * cohort.gained).sum())
            height -= float(cohort.mass @ cohort.ties.logs(at_risk, tied))
            height -= float(self.precision @ (b * b)) / 2
        return Point(b, height, prediction, risk, at_risk, tied)

    def slopes(self, point: Point) -> tuple[Floats, Floats]:
        """Gradient float64[k] and information (negative second derivatives) float64[k, k]."""
        cohort = self.cohort
        with np.errstate(all="ignore"):
            sums = cohort.ties.hazards(point.at_risk, point.tied) * cohort.mass
            exposed = np.concatenate([[0.0], np.cumsum(sums[0])])[cohort.last + 1]
            exposed[cohort.hit] -= sums[1][cohort.last[cohort.hit]]
            exposed *= point.risk
        gradient = np.zeros(self.columns.width)
        information = np.zeros((self.columns.width, self.columns.width))
        left = cohort.gained - exposed
        for chunk in self.columns.chunks(_CHUNK):
            chunk.add_against(gradient, left[chunk.rows])
            chunk.add_gram(information, exposed[chunk.rows])
        result = mirrored(information)[np.ix_(self.places, self.places)]
        result -= self._means(point.risk, sums[2:])
        result[np.diag_indices(self.width)] += self.precision
        return gradient[self.places] - self.precision * point.b, result

    def _means(self, risk: Floats, sums: Floats) -> Floats:
        """The sum over events of the outer products of the mean columns of their risk sets."""
        total = np.zeros((self.width, self.width))
        carried = np.zeros(self.width)
        tied = bool((self.cohort.ties.number > 1).any())
        for part, rows in self._stretches():
            table = self._table(part, rows, risk)
            here = _at_risk(table[::2] + table[1::2]) + carried
            total += _outer(here, sums[0, part], here)
            if tied:
                own = table[1::2]
                crossed = _outer(here, sums[1, part], own)
                total += _outer(own, sums[2, part], own) - crossed - crossed.T
            carried = here[0]
        return total

    def _table(self, part: slice, rows: slice, risk: Floats) -> Floats:
        """Sums of risk x by event time: even lines without the tied events, odd lines of them."""
        size = 2 * (part.stop - part.start)
        table = np.zeros((size, self.columns.width))
        step = max(_CHUNK, size)
        for start in range(rows.start, rows.stop, step):
            chunk = slice(start, min(start + step, rows.stop))
            cell = 2 * (self.cohort.last[chunk] - part.start) + self.cohort.event[chunk]
            table += self.columns.chunk(chunk).by_cell(cell, size, risk[chunk])
        return table[:, self.places]

    def _stretches(self) -> Iterator[tuple[slice, slice]]:
        """Event times from the last to the first in parts, and the rows whose last one is there."""
        count, rows = self.cohort.times, len(self.cohort.last)
        most = max(1, _TABLE // self.columns.width)
        size = min(most, max(_FEWEST_TIMES, _CHUNK * count // rows))
        for stop in range(count, 0, -size):
            start = max(0, stop - size)
            low, high = np.searchsorted(self.cohort.last, [start, stop])
            yield slice(start, stop), slice(int(low), int(high))


def _at_risk(leaving: Floats) -> Floats:
    """Sums from the last time backwards."""
    return np.cumsum(leaving[::-1], axis=0)[::-1]


def _outer(left: Floats, weight: Floats, right: Floats) -> Floats:
    """The sum over times of weight left right', with numpy's own loop as all sums over rows."""
    total: Floats = np.einsum("ta,tb->ab", left * weight[:, None], right)
    return total
