"""Likelihoods of one linear predictor: logit, probit, Poisson.

Each gives, elementwise, the log likelihood of y, its first derivative by the linear predictor
(score) and minus the second (curvature). They are linear in y, so that a y between two outcomes
stands for a mixture of them.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy import special

from kohort.estimators.design import Floats


class Family(Protocol):
    """A likelihood of one linear predictor; all arrays are float64 (n)."""

    rate: bool
    """Whether an exposure multiplies the mean."""

    def value(self, eta: Floats, y: Floats) -> Floats:
        """Log likelihood, less what `constant` gives."""
        ...

    def constant(self, y: Floats) -> Floats | float:
        """What of the log likelihood no linear predictor changes."""
        ...

    def derivatives(self, eta: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Score and curvature."""
        ...

    def mean(self, eta: Floats) -> Floats:
        """The expected outcome."""
        ...

    def slope(self, eta: Floats) -> tuple[Floats, Floats]:
        """First and second derivative of the mean by the linear predictor."""
        ...

    def start(self, mean: float) -> float:
        """The linear predictor whose mean this is."""
        ...


class Logit:
    """P(y = 1) = 1 / (1 + exp(-eta))."""

    rate = False

    def value(self, eta: Floats, y: Floats) -> Floats:
        """Log likelihood: y eta - log(1 + exp(eta))."""
        return np.asarray(y * eta - np.maximum(eta, 0.0) - np.log1p(np.exp(-np.abs(eta))))

    def constant(self, y: Floats) -> Floats | float:
        """Nothing."""
        return 0.0

    def derivatives(self, eta: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Score and curvature."""
        p = self.mean(eta)
        return y - p, p * (1 - p)

    def mean(self, eta: Floats) -> Floats:
        """P(y = 1)."""
        return np.asarray(special.expit(eta))

    def slope(self, eta: Floats) -> tuple[Floats, Floats]:
        """p (1 - p), and p (1 - p) (1 - 2p)."""
        p = self.mean(eta)
        first = p * (1 - p)
        return first, first * (1 - 2 * p)

    def start(self, mean: float) -> float:
        """The log odds."""
        return float(special.logit(mean))


class Probit:
    """P(y = 1) = Phi(eta)."""

    rate = False

    def value(self, eta: Floats, y: Floats) -> Floats:
        """Log likelihood."""
        return np.asarray(y * special.log_ndtr(eta) + (1 - y) * special.log_ndtr(-eta))

    def constant(self, y: Floats) -> Floats | float:
        """Nothing."""
        return 0.0

    def derivatives(self, eta: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Score and curvature, from the two Mills ratios."""
        above, below = _mills(eta), _mills(-eta)
        score = y * above - (1 - y) * below
        curvature = y * above * (above + eta) + (1 - y) * below * (below - eta)
        return score, curvature

    def mean(self, eta: Floats) -> Floats:
        """P(y = 1)."""
        return np.asarray(special.ndtr(eta))

    def slope(self, eta: Floats) -> tuple[Floats, Floats]:
        """phi, and -eta phi."""
        density = np.exp(-0.5 * eta * eta) / np.sqrt(2 * np.pi)
        return density, -eta * density

    def start(self, mean: float) -> float:
        """The normal quantile."""
        return float(special.ndtri(mean))


class Poisson:
    """y is Poisson with mean exp(eta)."""

    rate = True

    def value(self, eta: Floats, y: Floats) -> Floats:
        """Log likelihood, less -log(y!)."""
        return np.asarray(y * eta - np.exp(eta))

    def constant(self, y: Floats) -> Floats | float:
        """-log(y!)."""
        return np.asarray(-special.gammaln(y + 1))

    def derivatives(self, eta: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Score and curvature."""
        mean = np.exp(eta)
        return y - mean, mean

    def mean(self, eta: Floats) -> Floats:
        """exp(eta)."""
        return np.asarray(np.exp(eta))

    def slope(self, eta: Floats) -> tuple[Floats, Floats]:
        """exp(eta), twice."""
        mean = self.mean(eta)
        return mean, mean

    def start(self, mean: float) -> float:
        """The logarithm."""
        return float(np.log(mean))


def _mills(eta: Floats) -> Floats:
    """phi(eta) / Phi(eta), also far out where both vanish."""
    log_density = -0.5 * eta * eta - 0.5 * np.log(2 * np.pi)
    return np.asarray(np.exp(log_density - special.log_ndtr(eta)))
