"""Negative binomial counts, variance mu + alpha mu^2 (NB2), by Newton steps in (b, ln alpha)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from kohort.estimators.clusters import cluster_factor, group_sums
from kohort.estimators.design import Floats, Integers
from kohort.estimators.event_times import ranked
from kohort.estimators.families import Poisson
from kohort.estimators.likelihood import Ground
from kohort.estimators.newton import Peak, climb, inverted
from kohort.estimators.problem import NotEstimableError, Problem
from kohort.estimators.single_index import IndexFit, fit_index

ALPHA = "alpha"
# Below this alpha a count is Poisson as far as doubles can tell.
_LEAST = -14.0


@dataclass(frozen=True, slots=True, eq=False)
class _Terms:
    """Per pattern: first derivatives by eta and tau = ln alpha, minus the second ones."""

    eta: Floats
    tau: Floats
    eta_eta: Floats
    eta_tau: Floats
    tau_tau: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """Counts y, float64[n], of which few are distinct: y = `distinct[place]`."""

    y: Floats
    distinct: Floats
    place: Integers

    @classmethod
    def of(cls, y: Floats) -> _Counts:
        return cls(y, *ranked(y))

    def each(self, function: Callable[[Floats], Floats]) -> Floats:
        """A function of y, worked out once for each distinct one."""
        return np.asarray(function(self.distinct)[self.place])


def _value(eta: Floats, counts: _Counts, tau: float) -> Floats:
    a, mean = np.exp(-tau), np.exp(eta)
    logs = counts.each(
        lambda y: special.gammaln(y + a) - special.gammaln(a) - special.gammaln(y + 1)
    )
    return np.asarray(logs - a * np.log1p(mean / a) + counts.y * (eta - np.log(a + mean)))


def _terms(eta: Floats, counts: _Counts, tau: float) -> _Terms:
    """Derivatives by eta and, through a = 1 / alpha = exp(-tau), by tau."""
    y, a, mean = counts.y, np.exp(-tau), np.exp(eta)
    share = mean / a
    first = counts.each(lambda y: special.digamma(y + a) - special.digamma(a))
    # What is left of much larger terms: in this order.
    first = first - np.log1p(share) + (mean - y) / (a + mean)
    second = counts.each(lambda y: special.polygamma(1, y + a) - special.polygamma(1, a))
    second = second + mean / (a * (a + mean)) - (mean - y) / (a + mean) ** 2
    bend = 1 + share
    return _Terms(
        eta=(y - mean) / bend,
        tau=-a * first,
        eta_eta=mean * (1 + y / a) / bend**2,
        eta_tau=share * (y - mean) / bend**2,
        tau_tau=-(a * a * second + a * first),
    )


def fit_negative_binomial(problem: Problem) -> IndexFit:
    """Fit NB2; the last name is `alpha`. Raises `NotEstimableError`.

    Starts from the Poisson fit and a moment estimate of alpha. alpha that tends to 0 stops at
    exp(-14): the counts show no overdispersion.
    """
    start = fit_index(replace(problem, covariance="classical"), Poisson())
    ground = start.ground
    climber = _Climber(ground, problem.prior)
    mean = np.exp(start.eta)
    w = ground.weights
    excess = float(w @ ((ground.y - mean) ** 2 - mean)) / float(w @ mean**2)
    tau = float(np.log(max(excess, 1e-3)))
    peak = climb(np.append(start.working, tau), climber.value, climber.derivatives)
    v, clusters = _covariance(problem, climber, peak)
    b, alpha = peak.parameters[:-1], float(np.exp(peak.parameters[-1]))
    coefficients, covariance = ground.restored(peak.parameters, v, further=1)
    coefficients[-1] = alpha
    covariance[-1, :] *= alpha
    covariance[:, -1] *= alpha
    return IndexFit(
        ground=ground,
        names=(*ground.names, ALPHA),
        coefficients=coefficients,
        covariance=covariance,
        value=float(w @ _value(ground.predictor(b), climber.counts, float(peak.parameters[-1]))),
        value_null=_null(climber),
        steps=peak.steps,
        working=b,
        rows=problem.rows,
        clusters=clusters,
    )


def without_overdispersion(found: IndexFit) -> bool:
    """Whether alpha ended near its lower limit."""
    return bool(np.log(found.coefficients[-1]) <= _LEAST + 5)


class _Climber:
    def __init__(self, ground: Ground, prior: float) -> None:
        self.ground = ground
        self.weights = ground.weights
        self.prior = ground.prior(prior) if prior > 0 else None
        offset = ground.offset
        exposure = np.ones(len(ground.y)) if offset is None else np.exp(offset)
        self.rate = float(self.weights @ ground.y) / float(self.weights @ exposure)
        self.counts = _Counts.of(ground.y)
        self.typical = _Counts.of(self.rate * exposure)

    def value(self, parameters: Floats) -> float:
        eta, tau = self.ground.predictor(parameters[:-1]), float(parameters[-1])
        if not _LEAST - 1 <= tau <= -_LEAST:
            return -np.inf
        value = float(self.weights @ _value(eta, self.counts, tau))
        if self.prior is not None:
            value += float(self.prior @ _value(eta, self.typical, tau))
        # Keeps alpha off zero where the likelihood has no maximum.
        return value - float(np.exp(3 * (_LEAST - tau)))

    def derivatives(self, parameters: Floats) -> tuple[Floats, Floats]:
        eta, tau = self.ground.predictor(parameters[:-1]), float(parameters[-1])
        gradient, information = self._added(eta, self.counts, tau, self.weights)
        if self.prior is not None:
            more, bend = self._added(eta, self.typical, tau, self.prior)
            gradient, information = gradient + more, information + bend
        wall = np.exp(3 * (_LEAST - tau))
        gradient[-1] += 3 * wall
        information[-1, -1] += 9 * wall
        return gradient, information

    def _added(
        self, eta: Floats, counts: _Counts, tau: float, weights: Floats
    ) -> tuple[Floats, Floats]:
        found = _terms(eta, counts, tau)
        k = self.ground.k
        gradient, information = np.empty(k + 1), np.empty((k + 1, k + 1))
        gradient[:k] = self.ground.against(weights * found.eta)
        gradient[k] = float(weights @ found.tau)
        information[:k, :k] = self.ground.gram(weights * found.eta_eta)
        information[:k, k] = information[k, :k] = self.ground.against(weights * found.eta_tau)
        information[k, k] = float(weights @ found.tau_tau)
        return gradient, information


def _covariance(problem: Problem, climber: _Climber, peak: Peak) -> tuple[Floats, int | None]:
    ground, inverse = climber.ground, inverted(peak.information)
    if problem.covariance == "classical":
        return inverse, None
    eta = ground.predictor(peak.parameters[:-1])
    found = _terms(eta, climber.counts, float(peak.parameters[-1]))
    k = ground.k
    if problem.covariance == "robust":
        squares = ground.patterns.squares
        meat = np.empty((k + 1, k + 1))
        meat[:k, :k] = ground.gram(squares * found.eta**2)
        meat[:k, k] = meat[k, :k] = ground.against(squares * found.eta * found.tau)
        meat[k, k] = float(squares @ found.tau**2)
        return inverse @ meat @ inverse, None
    groups = problem.groups["cluster"]
    ones = 1.0 if problem.weights is None else problem.weights
    spread = ground.patterns.spread
    sums = ground.scores(groups, np.asarray(spread(found.eta) * ones))
    extra = group_sums(groups, np.asarray(spread(found.tau) * ones))
    scores = np.column_stack([sums, extra])
    factor = cluster_factor(len(scores), problem.rows, k + 1)
    return factor * (inverse @ (scores.T @ scores) @ inverse), len(scores)


def _null(climber: _Climber) -> float:
    """The log likelihood of the constant and alpha alone; without an offset, of distinct counts."""
    w, counts, offset = climber.weights, climber.counts, climber.ground.offset
    if offset is None:
        w = np.bincount(counts.place, w, len(counts.distinct)).astype(np.float64)
        counts = _Counts.of(counts.distinct)
        offset = np.zeros(len(w))
    y = counts.y

    def value(p: Floats) -> float:
        if not _LEAST - 1 <= p[1] <= -_LEAST:
            return -np.inf
        return float(w @ _value(offset + p[0], counts, float(p[1]))) - float(
            np.exp(3 * (_LEAST - p[1]))
        )

    def derivatives(p: Floats) -> tuple[Floats, Floats]:
        found = _terms(offset + p[0], counts, float(p[1]))
        wall = np.exp(3 * (_LEAST - p[1]))
        gradient = np.array([w @ found.eta, w @ found.tau + 3 * wall])
        cross = w @ found.eta_tau
        bend = w @ found.tau_tau + 9 * wall
        return gradient, np.array([[w @ found.eta_eta, cross], [cross, bend]])

    mean = climber.rate * np.exp(offset)
    excess = float(w @ ((y - mean) ** 2 - mean)) / float(w @ mean**2)
    start = np.array([np.log(climber.rate), np.log(max(excess, 1e-3))])
    try:
        best = climb(start, value, derivatives)
    except NotEstimableError:
        return float("nan")
    return best.value
