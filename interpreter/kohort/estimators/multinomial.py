"""Multinomial logit: each outcome but the first against the first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kohort.estimators.clusters import cluster_factor
from kohort.estimators.design import Floats, Integers
from kohort.estimators.likelihood import Ground, LikelihoodFit, ground_of
from kohort.estimators.newton import climb, inverted
from kohort.estimators.problem import NotEstimableError, Problem

MOST_OUTCOMES = 20


@dataclass(frozen=True, eq=False)
class ChoiceFit(LikelihoodFit):
    """A fitted multinomial logit: an equation for each outcome after the base."""

    @property
    def shares(self) -> Floats:
        """Fitted probabilities by pattern, float64 (P, J)."""
        return shares_of(predictors(self.ground, self.working))


def predictors(ground: Ground, b: Floats) -> Floats:
    """The linear predictors by pattern, float64 (P, J), 0 for the base."""
    equations = b.reshape(-1, ground.k)
    rows = [ground.predictor(one) for one in equations]
    return np.column_stack([np.zeros(len(ground.y)), *rows])


def shares_of(eta: Floats) -> Floats:
    """exp(eta) over their sum by row."""
    raised = np.exp(eta - eta.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def fit_choices(problem: Problem, outcome: Integers, count: int) -> ChoiceFit:
    """Fit; `outcome` int (N) in 0..count-1, 0 the base. Raises `NotEstimableError`."""
    if count < 2 or not len(outcome):
        raise NotEstimableError("constant outcome" if len(outcome) else "too few rows")
    ground = ground_of(problem)
    chosen = ground.y.astype(np.int64)
    climber = _Climber(ground, chosen, count, problem.prior)
    peak = climb(climber.start(), climber.value, climber.derivatives)
    b = peak.parameters
    inverse = inverted(peak.information)
    clusters = None
    if problem.covariance == "classical":
        v = inverse
    else:
        meat, clusters = _meat(problem, ground, climber, b)
        v = inverse @ meat @ inverse
    coefficients, covariance = ground.restored(b, v, equations=count - 1)
    return ChoiceFit(
        ground=ground,
        names=ground.names,
        coefficients=coefficients.reshape(count - 1, ground.k),
        covariance=covariance,
        value=climber.likelihood(b),
        value_null=climber.null(),
        steps=peak.steps,
        working=b,
        rows=problem.rows,
        clusters=clusters,
    )


class _Climber:
    def __init__(self, ground: Ground, chosen: Integers, count: int, prior: float) -> None:
        self.ground = ground
        self.count = count
        self.chosen = np.zeros((len(chosen), count))
        self.chosen[np.arange(len(chosen)), chosen] = 1.0
        self.weights = ground.weights
        self.typical = self.weights @ self.chosen / float(self.weights.sum())
        self.prior = ground.prior(prior) if prior > 0 else None

    def start(self) -> Floats:
        """The constants alone."""
        b = np.zeros((self.count - 1, self.ground.k))
        if self.ground.constant:
            b[:, 0] = np.log(self.typical[1:] / self.typical[0])
        return b.ravel()

    def likelihood(self, b: Floats) -> float:
        """Without the prior."""
        logs = np.log(np.maximum(shares_of(predictors(self.ground, b)), 1e-300))
        return float(self.weights @ (self.chosen * logs).sum(axis=1))

    def value(self, b: Floats) -> float:
        """With the prior."""
        eta = predictors(self.ground, b)
        top = eta.max(axis=1, keepdims=True)
        logs = eta - top - np.log(np.exp(eta - top).sum(axis=1, keepdims=True))
        value = float(self.weights @ (self.chosen * logs).sum(axis=1))
        if self.prior is not None:
            value += float(self.prior @ (logs @ self.typical))
        return value

    def null(self) -> float:
        """The log likelihood of the constants alone."""
        return float(self.weights.sum() * (self.typical @ np.log(self.typical)))

    def residuals(self, b: Floats) -> Floats:
        """Chosen less share, of the outcomes after the base: float64 (P, J - 1)."""
        return np.asarray((self.chosen - shares_of(predictors(self.ground, b)))[:, 1:])

    def derivatives(self, b: Floats) -> tuple[Floats, Floats]:
        """Gradient and information, with the prior."""
        ground, k, outcomes = self.ground, self.ground.k, self.count - 1
        shares = shares_of(predictors(ground, b))
        factor = self.weights[:, None] * (self.chosen - shares)
        mass = self.weights
        if self.prior is not None:
            factor += self.prior[:, None] * (self.typical - shares)
            mass = mass + self.prior
        gradient = np.concatenate([
            ground.against(np.ascontiguousarray(factor[:, j + 1])) for j in range(outcomes)
        ])
        information = np.empty((outcomes * k, outcomes * k))
        for i in range(outcomes):
            for j in range(i + 1):
                bend = -shares[:, i + 1] * shares[:, j + 1]
                if i == j:
                    bend = bend + shares[:, i + 1]
                block = ground.gram(mass * bend)
                information[i * k : (i + 1) * k, j * k : (j + 1) * k] = block
                information[j * k : (j + 1) * k, i * k : (i + 1) * k] = block.T
        return gradient, information


def _meat(
    problem: Problem, ground: Ground, climber: _Climber, b: Floats
) -> tuple[Floats, int | None]:
    residuals = climber.residuals(b)
    k, outcomes = ground.k, climber.count - 1
    if problem.covariance == "robust":
        meat = np.empty((outcomes * k, outcomes * k))
        for i in range(outcomes):
            for j in range(i + 1):
                both = ground.patterns.squares * residuals[:, i] * residuals[:, j]
                block = ground.gram(both)
                meat[i * k : (i + 1) * k, j * k : (j + 1) * k] = block
                meat[j * k : (j + 1) * k, i * k : (i + 1) * k] = block.T
        return meat, None
    groups = problem.groups["cluster"]
    parts = []
    for i in range(outcomes):
        rows = ground.patterns.spread(np.ascontiguousarray(residuals[:, i]))
        if problem.weights is not None:
            rows = rows * problem.weights
        parts.append(ground.scores(groups, rows))
    scores = np.hstack(parts)
    factor = cluster_factor(len(scores), problem.rows, outcomes * k)
    return factor * (scores.T @ scores), len(scores)
