"""A Weibull fit for release: clipped times, nobody who stands out, jittered weights, guards."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from kohort.disclosure.model_guards import large_enough
from kohort.disclosure.model_noise import ModelKeys, ModelNoise
from kohort.disclosure.model_trimming import Limits, trimmed
from kohort.disclosure.published import significant
from kohort.disclosure.survival_groups import Group, Survivors
from kohort.estimators import weibull
from kohort.estimators.design import Floats
from kohort.estimators.event_times import counted
from kohort.estimators.inference import infer
from kohort.estimators.problem import NotEstimableError, Problem
from kohort.estimators.unit_shares import UnitShares, per_unit

_PARAMETERS = 2
_FEW = 5


@dataclass(frozen=True)
class WeibullNumbers:
    """The published numbers of a fit; median, mean and curve follow from scale and shape."""

    units: int
    events: int
    scale: float
    shape: float
    scale_limits: tuple[float, float]
    shape_limits: tuple[float, float]
    median: float
    mean: float
    log_likelihood: float
    few_events: bool = False

    def survival(self, times: Floats) -> Floats:
        """S(t) at some times."""
        return weibull.survival(self.scale, self.shape, times)


def published_fit(survivors: Survivors, group: Group, level: float) -> WeibullNumbers | None:
    """Fit a group's times and publish the estimates; None where published numbers forbid it.

    Without protection raises `NotEstimableError` instead.
    """
    return _Fit(survivors, group, level).run()


class _Fit:
    def __init__(self, survivors: Survivors, group: Group, level: float) -> None:
        self.survivors = survivors
        self.limits = survivors.profile.models
        self.group = group
        self.level = level
        self.events = survivors.support(group.evidence).events()

    def run(self) -> WeibullNumbers | None:
        if not self.survivors.protected:
            return self._numbers(weibull.fit(self.group.counts))
        enough = self.events >= self.limits.outcome_support
        if not (enough and large_enough(self.limits, self.group.units, _PARAMETERS)):
            return None
        evidence = self.group.evidence
        noise = ModelNoise(
            self.survivors.secret, self.limits, self.survivors.profile.magnitudes, evidence
        )
        time = noise.read(evidence.columns["time"])
        noise.read(evidence.columns["event"])
        keys = noise.keys()
        try:
            return self._numbers(self._fitted(self._problem(time, keys)))
        except NotEstimableError:
            # The prior gives every fit a maximum; without one there is nothing to say either.
            return None

    def _problem(self, time: Floats, keys: ModelKeys) -> Problem:
        """The rows of those who do not stand out, with their weights."""
        evidence, limits = self.group.evidence, self.limits
        split = evidence.unit_rows
        problem = Problem(
            designs={},
            rows=evidence.rows,
            columns={"time": time, "event": self.group.event},
            unit=None if split is None else split[0],
            weights=keys.weights(evidence, limits.eta) if limits.eta > 0 else None,
        )
        if limits.eff_support_min == 0:
            return problem
        drawn = Limits(self.survivors.secret, keys, limits.eff_support_min)
        return trimmed(replace(problem, weights=None), self._shares, drawn).of(problem)

    def _fitted(self, problem: Problem) -> weibull.WeibullFit:
        columns = problem.columns
        counts = counted(columns["time"], columns["event"], problem.weights)
        return weibull.fit(weibull.with_prior(counts, self.limits.glm_prior_obs))

    def _shares(self, problem: Problem) -> UnitShares:
        """Shares of units in the scores of log scale and log shape."""
        found = self._fitted(problem)
        event = problem.columns["event"]
        z = np.log(problem.columns["time"] / found.scale)
        u = np.exp(found.shape * z)
        scores = [found.shape * (u - event), event + found.shape * (event - u) * z]
        units = np.array([per_unit(problem, score) for score in scores])
        information = units @ units.T
        leverage = (np.linalg.solve(information, units) * units).sum(axis=0)
        return UnitShares(leverage, np.zeros(len(leverage)))

    def _numbers(self, found: weibull.WeibullFit) -> WeibullNumbers:
        """Everything that is published; limits, median and mean follow from rounded numbers."""
        limits = self.limits
        inflation = math.sqrt(1 + limits.eta**2)
        b = _rounded(np.array([found.scale, found.shape]), limits.coef_digits)
        errors = _rounded(found.errors * inflation, limits.se_digits)
        test = infer(b, errors, None, self.level)
        lower, upper = (_rounded(side, limits.coef_digits) for side in (test.lower, test.upper))
        scale, shape = b.tolist()
        likelihood = found.log_likelihood
        middle = [weibull.median(scale, shape), weibull.mean(scale, shape), likelihood]
        median, mean, likelihood = _rounded(np.array(middle), limits.coef_digits).tolist()
        few = not self.survivors.protected and self.events < _FEW
        return WeibullNumbers(
            self.survivors.rows(self.group), self.survivors.with_event(self.group, 1),
            scale, shape, (float(lower[0]), float(upper[0])),
            (float(lower[1]), float(upper[1])), median, mean, likelihood, few,
        )  # fmt: skip


def _rounded(values: Floats, digits: int) -> Floats:
    return values if digits >= 15 else significant(values, digits)
