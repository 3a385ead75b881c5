"""Hausman's test of fixed against random effects.

Source: Hausman (1978), Specification tests in econometrics, Econometrica 46(6).
"""

from dataclasses import dataclass

import numpy as np

from kohort.estimators.design import CONSTANT, Floats
from kohort.estimators.panel import PanelFit
from kohort.estimators.problem import NotEstimableError


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The coefficients of both models, float64[k], their difference and its errors.

    `statistic`: d'(V_fe - V_re)^-1 d, chi-squared with `df`; NaN where the test does not exist (the
    difference of the covariances is not one). Errors are NaN where their square is negative.
    """

    names: tuple[str, ...]
    fixed: Floats
    random: Floats
    errors: Floats
    statistic: float

    @property
    def difference(self) -> Floats:
        return self.fixed - self.random

    @property
    def df(self) -> int:
        return len(self.names)


def compare(fixed: PanelFit, random: PanelFit, scaled: str, constant: bool) -> Comparison:
    """Compare coefficients that both models have.

    `scaled`: `more` bases both covariances on the residual variance of the efficient model (random
    effects), `less` on that of the consistent one. Raises `NotEstimableError`.
    """
    names = tuple(
        name for name in random.names if name in fixed.names and (constant or name != CONSTANT)
    )
    if not names:
        raise NotEstimableError("collinear")
    b0, v0 = _picked(fixed, names)
    b1, v1 = _picked(random, names)
    if scaled == "more":
        v0 = v0 * (random.s2 / fixed.s2)
    elif scaled == "less":
        v1 = v1 * (fixed.s2 / random.s2)
    spread = v0 - v1
    own = np.diagonal(spread)
    errors = np.sqrt(np.where(own >= 0, own, np.nan))
    return Comparison(names, b0, b1, errors, _statistic(b0 - b1, spread))


def _picked(found: PanelFit, names: tuple[str, ...]) -> tuple[Floats, Floats]:
    places = [found.names.index(name) for name in names]
    return found.coefficients[places], found.covariance[np.ix_(places, places)]


def _statistic(difference: Floats, spread: Floats) -> float:
    scale = np.sqrt(np.abs(np.diagonal(spread)))
    if not np.all(scale > 0):
        return float("nan")
    matrix = spread / np.outer(scale, scale)
    standard = difference / scale
    try:
        np.linalg.cholesky(matrix)
        value = float(standard @ np.linalg.solve(matrix, standard))
    except np.linalg.LinAlgError:
        # Not positive definite: a generalised inverse, as long as the result makes sense.
        value = float(standard @ np.linalg.pinv(matrix, hermitian=True) @ standard)
    return value if value >= 0 else float("nan")
