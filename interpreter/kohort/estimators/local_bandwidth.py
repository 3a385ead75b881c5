"""Bandwidths of smallest mean squared error for a jump at a cutoff, common to both sides.

Source: Imbens and Kalyanaraman (2012), Review of Economic Studies 79(3), in the form of Calonico,
Cattaneo and Titiunik (2014, supplement) with a regularised bias; with covariates Calonico,
Cattaneo, Farrell and Titiunik (2019).
"""

from dataclasses import dataclass
from math import factorial

import numpy as np

from kohort.estimators.design import Floats
from kohort.estimators.local_fit import LocalFit, Side, covariate_slopes, fit_side
from kohort.estimators.problem import NotEstimableError

# Of the pilot for the triangular kernel: C min(sd, IQR / 1.349) n^(-1/5).
_PILOT = 2.576
_IQR = 1.349


@dataclass(frozen=True, slots=True)
class _Terms:
    """What one side adds: variance, bias, and the regularising term of the bias."""

    variance: float
    bias: float
    guard: float


def bandwidths(
    sides: tuple[Side, Side], order: int, derivative: int, fuzzy: bool, treated: int
) -> tuple[float, float]:
    """Bandwidths (h, b) of a polynomial of `order` and of its bias. Raises `NotEstimableError`.

    `treated`: how many columns of a side are treatments (left out of account unless `fuzzy`).
    """
    if treated and not fuzzy:
        sides = (_without_treatment(sides[0]), _without_treatment(sides[1]))
    limits = _Limits(sides)
    pilot = limits.kept(limits.pilot())

    def best(o: int, nu: int, wide: tuple[float, float], guarded: bool) -> float:
        terms = [
            _terms(side, o, nu, pilot, h, 1 + fuzzy, guarded)
            for side, h in zip(sides, wide, strict=True)
        ]
        bias = (terms[1].bias - terms[0].bias) ** 2 + sum(term.guard for term in terms)
        if not bias > 0:
            raise NotEstimableError("outside the cutoff")
        ratio = sum(term.variance for term in terms) / bias
        return limits.kept(float(np.power(ratio, 1.0 / (2 * o + 3))))

    q = order + 1
    d = best(q + 1, q + 1, limits.ranges, False)
    b = best(q, q, (d, d), True)
    return best(order, derivative, (b, b), True), b


def _without_treatment(side: Side) -> Side:
    return Side(side.x, np.delete(side.columns, 1, axis=0), side.weights, side.cluster)


class _Limits:
    """The spread of the running variable: a first bandwidth, and how far any may go."""

    def __init__(self, sides: tuple[Side, Side]) -> None:
        self._x = np.concatenate([side.x for side in sides])
        self.ranges = (-float(sides[0].x[0]), float(sides[1].x[-1]))
        self._different: int = sum(len(np.unique(side.x)) for side in sides)

    def pilot(self) -> float:
        """A first bandwidth by rule of thumb; rows that share a value count once."""
        low, high = np.quantile(self._x, (0.25, 0.75))
        spread = min(float(self._x.std(ddof=1)), float(high - low) / _IQR)
        if not spread > 0:
            raise NotEstimableError("outside the cutoff")
        return _PILOT * spread * float(np.power(self._different, -0.2))

    def kept(self, h: float) -> float:
        """A bandwidth no wider than the data."""
        return min(h, max(self.ranges))


def _terms(
    side: Side, o: int, nu: int, h_variance: float, h_bias: float, first: int, guarded: bool
) -> _Terms:
    """Variance, bias and guard of coefficient `nu` of a polynomial of order `o` on one side."""
    near, wide = side.within(h_variance), side.within(h_bias)
    if min(near.n, wide.n) <= o + 2:
        raise NotEstimableError("outside the cutoff")
    fit, higher = fit_side(near, h_variance, o), fit_side(wide, h_bias, o + 1)
    form = _form(fit, nu, first)
    residuals = form @ fit.residuals()
    variance = fit.variance(fit.powers * fit.kernel, residuals, nu)
    lead = (fit.powers * fit.kernel) @ (near.x / h_variance) ** (o + 1)
    constant = float(fit.inverse[nu] @ lead) * h_variance**nu
    bias = float(higher.b[o + 1] @ form)
    guard = 0.0
    if guarded:
        e = form @ higher.residuals()
        guard = 3 * constant**2 * higher.variance(higher.powers * higher.kernel, e, o + 1)
    rate = 2 * (o + 1 - nu)
    return _Terms(
        (2 * nu + 1) * h_variance ** (2 * nu + 1) * variance,
        float(np.sqrt(rate)) * constant * bias,
        rate * guard,
    )


def _form(fit: LocalFit, nu: int, first: int) -> Floats:
    """The linear form of the side's columns whose jump is estimated, float64[m]."""
    m = len(fit.side.columns)
    mix = np.eye(first, m)
    if m > first:
        mix[:, first:] = -covariate_slopes([fit], first)
    if first == 1:
        return np.asarray(mix[0])
    y, t = factorial(nu) * fit.b[nu] @ mix.T
    if t == 0:
        raise NotEstimableError("no regressor")
    return np.asarray(np.array([1.0 / t, -y / t**2]) @ mix)
