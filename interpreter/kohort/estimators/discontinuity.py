"""Regression discontinuity by local polynomials, with robust bias-corrected intervals.

Source: Calonico, Cattaneo and Titiunik (2014), Robust nonparametric confidence intervals for
regression-discontinuity designs, Econometrica 82(6); with covariates Calonico, Cattaneo, Farrell
and Titiunik (2019), Review of Economics and Statistics 101(3). Bandwidths: one for both sides, of
smallest mean squared error.
"""

from dataclasses import dataclass
from math import factorial

import numpy as np

from kohort.estimators.design import Codes, Floats, Integers
from kohort.estimators.local_bandwidth import bandwidths
from kohort.estimators.local_fit import (
    LocalFit,
    Side,
    covariate_slopes,
    fit_side,
)
from kohort.estimators.problem import NotEstimableError

MIN_SIDE = 20


@dataclass(frozen=True, slots=True, eq=False)
class Jump:
    """One effect: conventional and bias-corrected estimates, conventional and robust errors."""

    conventional: float
    corrected: float
    error: float
    robust: float


@dataclass(frozen=True, slots=True, eq=False)
class DiscontinuityFit:
    """A fitted design. `effective` counts rows within h on each side; `first`: of fuzzy designs.

    `squares`: what each row adds to the squared norm of the linear form that gives the corrected
    estimate, and to its variance (then to that of the first stage), float64[N] each.
    """

    effect: Jump
    first: Jump | None
    n: tuple[int, int]
    effective: tuple[int, int]
    order: int
    h: float
    b: float
    squares: tuple[Floats, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """What a design is estimated from: float64[N] each, covariates float64[m, N].

    `x` is the running variable less the cutoff; rows from zero on are treated. `treatment`: 0/1, of
    fuzzy designs.
    """

    y: Floats
    x: Floats
    weights: Floats | None = None
    treatment: Floats | None = None
    covariates: Floats | None = None
    cluster: Integers | Codes | None = None


def fit_discontinuity(data: Running, *, order: int = 1, derivative: int = 0) -> DiscontinuityFit:
    """Estimate the jump of a derivative at the cutoff. Raises `NotEstimableError`."""
    sides, places = _sides(data)
    if min(side.n for side in sides) < MIN_SIDE:
        raise NotEstimableError("outside the cutoff")
    fuzzy = data.treatment is not None
    sharp_bandwidth = fuzzy and any(float(np.ptp(side.columns[1])) == 0 for side in sides)
    h, b = bandwidths(sides, order, derivative, fuzzy and not sharp_bandwidth, int(fuzzy))
    near = tuple(side.within(max(h, b)) for side in sides)
    if min(side.n for side in near) <= order + 2:
        raise NotEstimableError("outside the cutoff")
    first_covariate = 1 + fuzzy
    mix = _mixtures(near, h, order, first_covariate)
    parts = tuple(_one_side(side, h, b, order) for side in near)
    main, first = _jumps(parts, mix, derivative, fuzzy)
    forms = _forms(parts, mix, derivative, fuzzy)
    squares = tuple(np.zeros(len(data.x)) for _ in range(1 + len(forms)))
    for part, place in zip(parts, _near(sides, places, near), strict=True):
        pull = part.fit.inverse[derivative] @ part.robust
        squares[0][place] = pull**2
        for one, form in zip(squares[1:], forms, strict=True):
            one[place] = (pull * (form @ part.higher)) ** 2
    inside = [int((np.abs(side.x) < h).sum()) for side in near]
    sizes = (sides[0].n, sides[1].n), (inside[0], inside[1])
    return DiscontinuityFit(main, first, *sizes, order, h, b, squares)


def _sides(data: Running) -> tuple[tuple[Side, Side], tuple[Integers, Integers]]:
    """The rows left and right of the cutoff, sorted, and where they come from."""
    rows = [data.y]
    if data.treatment is not None:
        rows.append(data.treatment)
    columns = np.array(rows)
    if data.covariates is not None and len(data.covariates):
        columns = np.vstack([columns, data.covariates])
    weights = np.ones(len(data.x)) if data.weights is None else data.weights
    order = np.argsort(data.x, kind="stable")
    split = int(np.searchsorted(data.x[order], 0.0, side="left"))
    places = order[:split], order[split:]
    sides = tuple(
        Side(
            data.x[p], columns[:, p], weights[p], None if data.cluster is None else data.cluster[p]
        )
        for p in places
    )
    return (sides[0], sides[1]), places


def _near(
    sides: tuple[Side, ...], places: tuple[Integers, ...], near: tuple[Side, ...]
) -> list[Integers]:
    found = []
    for side, place, inside in zip(sides, places, near, strict=True):
        first = int(np.searchsorted(side.x, inside.x[0], side="left"))
        found.append(place[first : first + inside.n])
    return found


# ---- one side


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """One side's polynomial, its bias-corrected coefficients, both kinds of pseudo-scores, and the
    residuals that go with them (the second ones of the higher polynomial)."""

    fit: LocalFit
    conventional: Floats
    corrected: Floats
    plain: Floats
    robust: Floats
    residuals: Floats
    higher: Floats


def _one_side(side: Side, h: float, b: float, order: int) -> _Part:
    fit, higher = fit_side(side, h, order), fit_side(side, b, order + 1)
    bias = fit.powers * fit.kernel
    lead = bias @ higher.powers[order + 1]
    row = higher.inverse[order + 1] @ (higher.powers * higher.kernel)
    robust = bias - np.outer(lead, row)
    corrected = fit.inverse @ (robust @ side.columns.T)
    return _Part(fit, fit.b, corrected, bias, robust, fit.residuals(), higher.residuals())


# ---- both sides


def _mixtures(near: tuple[Side, ...], h: float, order: int, first: int) -> Floats:
    """Coefficients that take covariates out of the outcome (and treatment), float64[first, m]."""
    m = len(near[0].columns)
    result = np.eye(first, m)
    if m > first:
        result[:, first:] = -covariate_slopes([fit_side(side, h, order) for side in near], first)
    return result


def _jumps(
    parts: tuple[_Part, ...], mix: Floats, derivative: int, fuzzy: bool
) -> tuple[Jump, Jump | None]:
    plain, corrected = _levels(parts, mix, derivative)
    forms = _forms(parts, mix, derivative, fuzzy)
    if not fuzzy:
        return _jump(parts, forms[0], derivative, float(plain[0]), float(corrected[0])), None
    ratio = float(plain[0] / plain[1])
    # The ratio's linear form; its bias is corrected in that form as well.
    better = ratio - float(_ratio(plain) @ (plain - corrected))
    return (
        _jump(parts, forms[0], derivative, ratio, better),
        _jump(parts, forms[1], derivative, float(plain[1]), float(corrected[1])),
    )


def _levels(parts: tuple[_Part, ...], mix: Floats, derivative: int) -> tuple[Floats, Floats]:
    """Jumps of outcome (and treatment): conventional and corrected."""
    size = factorial(derivative)
    left, right = parts
    plain = size * (right.conventional - left.conventional)[derivative] @ mix.T
    corrected = size * (right.corrected - left.corrected)[derivative] @ mix.T
    return np.asarray(plain), np.asarray(corrected)


def _ratio(plain: Floats) -> Floats:
    """The derivative of the ratio of two jumps by them."""
    if plain[1] == 0:
        raise NotEstimableError("no regressor")
    return np.array([1.0 / plain[1], -plain[0] / plain[1] ** 2])


def _forms(
    parts: tuple[_Part, ...], mix: Floats, derivative: int, fuzzy: bool
) -> tuple[Floats, ...]:
    """The linear forms of a side's columns whose jumps are told."""
    if not fuzzy:
        return (mix[0],)
    plain, _ = _levels(parts, mix, derivative)
    return (_ratio(plain) @ mix, mix[1])


def _jump(
    parts: tuple[_Part, ...], form: Floats, derivative: int, estimate: float, corrected: float
) -> Jump:
    size = factorial(derivative)
    conventional = robust = 0.0
    for part in parts:
        conventional += part.fit.variance(part.plain, form @ part.residuals, derivative)
        k = len(part.fit.b) + 1
        robust += part.fit.variance(part.robust, form @ part.higher, derivative, k)
    return Jump(
        estimate, corrected, size * float(np.sqrt(conventional)), size * float(np.sqrt(robust))
    )
