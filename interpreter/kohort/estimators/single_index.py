"""Likelihood models of one linear predictor: logit, probit, Poisson."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kohort.estimators.clusters import cluster_factor
from kohort.estimators.design import Floats
from kohort.estimators.families import Family
from kohort.estimators.likelihood import Ground, LikelihoodFit, ground_of
from kohort.estimators.newton import Peak, climb, inverted
from kohort.estimators.problem import NotEstimableError, Problem


@dataclass(frozen=True, eq=False)
class IndexFit(LikelihoodFit):
    """A fitted likelihood model of one linear predictor."""

    @property
    def eta(self) -> Floats:
        """The linear predictor by pattern, the offset included."""
        return self.ground.predictor(self.working)


def fit_index(problem: Problem, family: Family) -> IndexFit:
    """Fit a model of one linear predictor by Newton steps. Raises `NotEstimableError`."""
    further = []
    if "exposure" in problem.columns:
        further.append(np.log(problem.columns["exposure"]))
    y = problem.outcome
    if problem.rows and float(y.min()) == float(y.max()):
        raise NotEstimableError("constant outcome")
    ground = ground_of(problem, further)
    climber = _Climber(ground, family, problem.prior)
    peak = climb(climber.start(), climber.value, climber.derivatives)
    b = peak.parameters
    clusters = None
    if problem.covariance == "classical":
        v = inverted(peak.information)
    else:
        v, clusters = _sandwich(problem, ground, family, peak)
    coefficients, covariance = ground.restored(b, v)
    return IndexFit(
        ground=ground,
        names=ground.names,
        coefficients=coefficients,
        covariance=covariance,
        value=climber.likelihood(b),
        value_null=climber.null(),
        steps=peak.steps,
        working=b,
        rows=problem.rows,
        clusters=clusters,
    )


class _Climber:
    """The log likelihood of a ground, with its prior.

    The prior observes the mean outcome everywhere. Likelihoods are linear in y, so that a pattern
    and what the prior observes of it are one, with the sum of their weights and their mean y.
    """

    def __init__(self, ground: Ground, family: Family, prior: float) -> None:
        self.ground = ground
        self.family = family
        self.weights, self.y = ground.weights, ground.y
        mass = float(self.weights.sum())
        offset = ground.offset
        exposed = mass if offset is None else float(self.weights @ np.exp(offset))
        self.mean = float(self.weights @ ground.y) / exposed
        self.constant = float((self.weights * family.constant(ground.y)).sum())
        if prior > 0:
            more = ground.prior(prior)
            typical = self.mean if offset is None else self.mean * np.exp(offset)
            self.weights = ground.weights + more
            self.y = (ground.weights * ground.y + more * typical) / self.weights

    def start(self) -> Floats:
        """The constant alone; zero without one."""
        b = np.zeros(self.ground.k)
        if self.ground.constant:
            b[0] = self.family.start(self.mean)
        return b

    def likelihood(self, b: Floats) -> float:
        """Without the prior."""
        value = self.family.value(self.ground.predictor(b), self.ground.y)
        return float(self.ground.weights @ value) + self.constant

    def value(self, b: Floats) -> float:
        """With the prior, but for what no coefficient changes of the prior's part."""
        value = self.family.value(self.ground.predictor(b), self.y)
        return float(self.weights @ value) + self.constant

    def derivatives(self, b: Floats) -> tuple[Floats, Floats]:
        """Gradient and information, with the prior."""
        score, curvature = self.family.derivatives(self.ground.predictor(b), self.y)
        return self.ground.against(self.weights * score), self.ground.gram(self.weights * curvature)

    def null(self) -> float:
        """The log likelihood of the constant alone."""
        eta = np.full(len(self.ground.y), self.family.start(self.mean))
        if self.ground.offset is not None:
            eta = eta + self.ground.offset
        value = self.family.value(eta, self.ground.y)
        return float(self.ground.weights @ value) + self.constant


def _sandwich(
    problem: Problem, ground: Ground, family: Family, peak: Peak
) -> tuple[Floats, int | None]:
    """Robust covariance without a factor, or clustered with the one of linear models (3.0.3)."""
    inverse = inverted(peak.information)
    score, _ = family.derivatives(ground.predictor(peak.parameters), ground.y)
    if problem.covariance == "robust":
        meat = ground.gram(ground.patterns.squares * score**2)
        return inverse @ meat @ inverse, None
    rows = ground.patterns.spread(score)
    if problem.weights is not None:
        rows = rows * problem.weights
    sums = ground.scores(problem.groups["cluster"], rows)
    factor = cluster_factor(len(sums), problem.rows, ground.k)
    return factor * (inverse @ (sums.T @ sums) @ inverse), len(sums)
