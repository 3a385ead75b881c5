"""Cox's proportional hazards by Newton's method, with Efron's treatment of ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kohort import iterations
from kohort.estimators.cox_likelihood import Likelihood, Point
from kohort.estimators.cross_products import Columns
from kohort.estimators.design import Design, Floats, Integers
from kohort.estimators.elimination import Elimination, eliminate
from kohort.estimators.least_squares import columns_of, norms_of
from kohort.estimators.problem import NotEstimableError
from kohort.estimators.risk_sets import Cohort, by_time, picked

_MOST_STEPS = 60
_MOST_HALVINGS = 20
# Twice the rise that a step still promises, whose root is the step in standard errors: so much of
# it per event leaves the step after it, and what it changes in the errors, below 1e-8 of them.
_CLOSE, _NEAR = 1e-15, 1e-8
# A column whose information fell below this share of what it was has a boundless coefficient.
_BOUNDLESS = 1e-6
# Steps go on with an information that is not exact while each leaves less than this of the promise.
_SMALL_PART = 1e-2
# With more rows than this, a sample of about so many gives the first guess.
_MANY, _SAMPLE = 400_000, 200_000


@dataclass(frozen=True, slots=True, eq=False)
class CoxFit:
    """A fitted proportional hazards model.

    `names`, `coefficients` float64[k], `covariance` float64[k, k] are of the kept columns in the
    design's order; `dropped` names the collinear ones, `boundless` those whose coefficient would
    grow without end (a category without events). `prediction` is the linear prediction of every
    row up to a constant, float64[N] in the rows' own order, and `moment` int64[N] when it was last
    seen, as `concordance_by_moment` takes it.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    dropped: tuple[str, ...]
    boundless: tuple[str, ...]
    n: int
    events: int
    log_likelihood: float
    null: float
    iterations: int
    prediction: Floats
    moment: Integers

    @property
    def errors(self) -> Floats:
        """Standard errors, float64[k]."""
        return np.sqrt(np.maximum(np.diagonal(self.covariance), 0.0))

    @property
    def chi2(self) -> float:
        """The likelihood ratio statistic against no effect at all."""
        return 2.0 * (self.log_likelihood - self.null)


def fit(
    design: Design,
    time: Floats,
    event: Floats,
    *,
    weights: Floats | None = None,
    prior: float = 0.0,
) -> CoxFit:
    """Fit times (float64[N]) and events (0 or other, float64[N]) on the design.

    Weights (float64[N]) multiply a row's part of the likelihood; tied events share the mean of
    theirs, as in R's survival. `prior` observations pull each coefficient to zero: a normal prior
    whose precision is so many times the column's variance. Raises `NotEstimableError` (no
    regressor left, too few rows, no event, no convergence).
    """
    if not np.any(event):
        raise NotEstimableError("constant outcome" if len(event) else "too few rows")
    cohort = by_time(design, time, event, weights)
    columns = columns_of(cohort.design, cohort.weights, constant=True)
    gram = columns.gram()
    elimination = eliminate(columns, gram, norms_of(columns, gram))
    if len(elimination.kept) < 2:
        raise NotEstimableError("no regressor")
    if design.rows <= len(elimination.kept):
        raise NotEstimableError("too few rows")
    places = elimination.slots[elimination.kept[1:]]
    final = elimination.columns.gram() if elimination.replaced else gram
    variances = np.diagonal(final)[places] / gram[0, 0]
    plain = elimination.columns.weighted(None)
    climb = _Climb(Likelihood(cohort, plain, places, prior * variances), variances)
    return _named(climb.run(), elimination, cohort)


@dataclass(frozen=True, slots=True, eq=False)
class _Summit:
    """Where the climb ended: coefficients, information and boundless ones of working columns.

    `flat`: the diagonal of the information where it began.
    """

    b: Floats
    information: Floats
    flat: Floats
    boundless: NDArray[np.bool_]
    height: float
    null: float
    iterations: int
    prediction: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Start:
    """Where a climb begins: `flat` float64[k], how informative each column is with b = 0.

    `near` float64[k, k]: about the information around there, of which steps can be made.
    """

    point: Point
    flat: Floats | None = None
    near: Floats | None = None


class _Climb:
    """Newton's method from zero, or from the maximum of a sample of the rows."""

    def __init__(self, likelihood: Likelihood, variances: Floats) -> None:
        self.likelihood = likelihood
        self.variances = variances

    def run(self, close: float = _CLOSE) -> _Summit:
        origin = self.likelihood.at(np.zeros(self.likelihood.width))
        start = self._guess(origin)
        point, flat = start.point, start.flat
        if start.near is not None:
            point = self._approached(point, start.near, close)
        for iteration in range(1, _MOST_STEPS + 1):
            iterations.another()
            gradient, information = self.likelihood.slopes(point)
            size = np.diagonal(information)
            flat = size if flat is None else flat
            # With a prior every coefficient has a bound.
            boundless = (size < _BOUNDLESS * flat) & (self.likelihood.precision == 0)
            step = _solved(information, gradient)
            promise = float((step * gradient)[~boundless].sum())
            if not np.isfinite(promise):
                break
            if promise < close * self.likelihood.cohort.events:
                return _Summit(
                    point.b + np.where(boundless, 0.0, step), information, flat, boundless,
                    point.height, origin.height, iteration, point.prediction,
                )  # fmt: skip
            point = self._uphill(point, step)
        raise NotEstimableError("no convergence")

    def _uphill(self, point: Point, step: Floats) -> Point:
        """A step, halved until the likelihood does not fall."""
        for _ in range(_MOST_HALVINGS):
            found = self.likelihood.at(point.b + step)
            if found.height >= point.height - 1e-10 * abs(point.height):
                return found
            step = step / 2
        raise NotEstimableError("no convergence")

    def _approached(self, point: Point, near: Floats, close: float) -> Point:
        """Steps with a near information, as long as each leaves a small part of what it had."""
        enough = close * self.likelihood.cohort.events
        before = float(np.inf)
        while True:
            iterations.another()
            gradient = self.likelihood.gradient(point)
            step = _solved(near, gradient)
            promise = float(step @ gradient)
            # Written so that what is not a number ends it, too.
            if not promise < _SMALL_PART * before:
                return point
            found = self.likelihood.at(point.b + step)
            if not found.height >= point.height:
                return point
            # The next one would leave as small a part.
            if promise * (promise / before) < enough:
                return found
            point, before = found, promise

    def _guess(self, origin: Point) -> _Start:
        """The maximum of a sample where there are many rows, else zero."""
        rows = self.likelihood.columns.rows
        if rows <= _MANY:
            return _Start(origin)
        step = rows // _SAMPLE
        sample = _thinned(self.likelihood, step, self.variances)
        try:
            summit = _Climb(sample, self.variances).run(_NEAR)
        except (NotEstimableError, np.linalg.LinAlgError, ValueError):
            return _Start(origin)
        found = self.likelihood.at(summit.b)
        if not found.height > origin.height:
            return _Start(origin)
        return _Start(found, summit.flat * step, summit.information * step)


def _thinned(likelihood: Likelihood, step: int, variances: Floats) -> Likelihood:
    """The likelihood of every `step`-th row, with a prior that gives it a maximum in any case."""
    cohort = likelihood.cohort.thinned(step)
    of = likelihood.columns
    thinned = picked(Design(of.blocks, of.rows), slice(None, None, step))
    columns = Columns(thinned.blocks, of.centres, thinned.rows)
    precision = np.maximum(variances, likelihood.precision)
    return Likelihood(cohort, columns, likelihood.places, precision)


def _solved(information: Floats, gradient: Floats) -> Floats:
    scale = _scale(information)
    return np.linalg.solve(information / np.outer(scale, scale), gradient / scale) / scale


def _scale(information: Floats) -> Floats:
    return np.sqrt(np.maximum(np.diagonal(information), np.finfo(float).tiny))


def _named(summit: _Summit, elimination: Elimination, cohort: Cohort) -> CoxFit:
    """The estimates of the design's columns from those of the working ones."""
    kept = elimination.kept[1:]
    scale = _scale(summit.information)
    covariance = np.linalg.inv(summit.information / np.outer(scale, scale))
    covariance = (covariance + covariance.T) / 2 / np.outer(scale, scale)
    # The constant, first of the kept columns, is the baseline's: it has no coefficient here.
    wide = np.zeros((len(kept) + 1, len(kept) + 1))
    wide[1:, 1:] = covariance
    b, v = elimination.restore(np.concatenate([[0.0], summit.b]), wide)
    names = [name for block in elimination.columns.blocks for name in block.names]
    names = names[: len(elimination.slots)]
    there = set(elimination.kept.tolist())
    return CoxFit(
        names=tuple(names[j] for j in kept),
        coefficients=b[1:],
        covariance=v[1:, 1:],
        dropped=tuple(name for j, name in enumerate(names) if j not in there),
        boundless=tuple(names[j] for j, far in zip(kept, summit.boundless, strict=True) if far),
        n=len(cohort.cell),
        events=cohort.events,
        log_likelihood=summit.height,
        null=summit.null,
        iterations=summit.iterations,
        prediction=cohort.own(summit.prediction),
        # Without an event one is last seen after all who have theirs at that time.
        moment=cohort.own(cohort.cell ^ 1),
    )
