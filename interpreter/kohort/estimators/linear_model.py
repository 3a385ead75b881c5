"""Ordinary least squares as an estimator of the model commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kohort.estimators.design import Floats
from kohort.estimators.least_squares import LinearFit, fit
from kohort.estimators.problem import Equation, Estimate, Problem, Statistic


@dataclass(frozen=True)
class LinearRegression:
    """`regress`: least squares with classical, robust (HC1) or clustered errors."""

    def fit(self, problem: Problem) -> Estimate:
        """Fit y on terms and controls. Raises `NotEstimableError`."""
        found = fit(
            problem.design(),
            problem.outcome,
            weights=problem.weights,
            constant=problem.constant,
            covariance=problem.covariance,
        )
        return Estimate(
            equations=(Equation(found.names, found.coefficients, found.errors),),
            parameters=found.k,
            statistics=linear_statistics(found),
            dropped=found.dropped,
            jittered=problem.covariance != "classical",
            share=found.r2,
            notes=() if found.constant else (("uncentred_r2", {}),),
            fitted=found,
        )

    def values(self, problem: Problem, wanted: tuple[str, ...]) -> Mapping[str, Floats]:
        """`predicted` Xb, `residuals` y - Xb, `cooksd` e^2 h / (k s^2 (1 - h)^2)."""
        y = problem.outcome
        found = fit(problem.design(), y, constant=problem.constant, keep_residuals=True)
        residuals = found.residuals
        assert residuals is not None
        made = {"predicted": y - residuals, "residuals": residuals}
        if "cooksd" in wanted:
            h = found.leverage()
            scale = found.k * found.rss / found.df_residual
            made["cooksd"] = residuals**2 * h / (scale * (1 - h) ** 2)
        return {name: made[name] for name in wanted}


def linear_statistics(found: LinearFit) -> tuple[Statistic, ...]:
    """The header of a linear model."""
    return (
        Statistic("r2", found.r2, "share"),
        Statistic("r2_adj", found.adjusted_r2, "adjusted", int(found.constant), found.k),
        Statistic("f", found.f, "f", found.df_model, found.k),
        Statistic("rmse", found.root_mse, "figure"),
    )
