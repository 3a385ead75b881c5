"""Proportional hazards as an estimator of the model commands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kohort.estimators import cox
from kohort.estimators.concordance import concordance_by_moment
from kohort.estimators.problem import Equation, Estimate, Problem, Statistic


@dataclass(frozen=True)
class ProportionalHazards:
    """`cox`: roles `time` and `event`; with `hazard`, ratios of hazards without errors."""

    hazard: bool = False

    def fit(self, problem: Problem) -> Estimate:
        """Fit times on the terms. Raises `NotEstimableError`."""
        time, event = problem.columns["time"], problem.columns["event"]
        found = cox.fit(problem.design(), time, event, weights=problem.weights, prior=problem.prior)
        k = len(found.names)
        agreement = concordance_by_moment(found.moment, found.prediction, problem.weights)
        boundless = {"names": ", ".join(found.boundless)}
        # A coefficient without bound has no error: where the climb ended says nothing.
        errors = np.where(np.isin(found.names, found.boundless), np.nan, found.errors)
        return Estimate(
            equations=(Equation(found.names, found.coefficients, errors),),
            parameters=k,
            statistics=(
                Statistic("events", found.events, "events"),
                Statistic("log_partial", found.log_likelihood, "figure"),
                Statistic("lr_chi2", found.chi2, "chi2", k, k),
                Statistic("concordance", agreement, "share"),
                Statistic("iterations", found.iterations, "open"),
            ),
            dropped=found.dropped,
            tests="z",
            exponentiated=self.hazard,
            errors_shown=not self.hazard,
            constant_shown=False,
            open_notes=(("boundless", boundless),) if found.boundless else (),
            fitted=found,
        )
