"""Ordinary least squares as an estimator of the model commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kohort.estimators.design import Floats
from kohort.estimators.least_squares import LinearFit, fit
from kohort.estimators.linear_tests import standardized, tests, variance_inflation
from kohort.estimators.margins import column_means, margins
from kohort.estimators.problem import (
    Equation,
    Estimate,
    Problem,
    Statistic,
    TableOfEffects,
    TableOfFigures,
    TableOfTests,
)


@dataclass(frozen=True)
class LinearRegression:
    """Least squares with classical, robust (HC1) or clustered errors.

    Options: `standardize`, `vif`, `ov`, `het_bp`, `het_iid`, `het_fstat`, `margins` (None or the
    0/1 variable that moves).
    """

    def fit(self, problem: Problem) -> Estimate:
        """Fit y on terms and controls. Raises `NotEstimableError`."""
        options = problem.options
        tested = any(options.get(name) for name in ("ov", "het_bp", "het_iid", "het_fstat"))
        found = fit(
            problem.design(),
            problem.outcome,
            weights=problem.weights,
            constant=problem.constant,
            covariance=problem.covariance,
            keep_residuals=tested,
            clusters=problem.groups.get("cluster"),
        )
        beta = bool(options.get("standardize"))
        b, errors = standardized(problem, found) if beta else (found.coefficients, found.errors)
        return Estimate(
            equations=(Equation(found.names, b, errors),),
            parameters=found.k,
            statistics=linear_statistics(found),
            dropped=found.dropped,
            clusters=found.clusters,
            jittered=problem.covariance != "classical",
            share=found.r2,
            constant_shown=not beta,
            tables=_tables(problem, found, tested),
            notes=() if found.constant else (("uncentred_r2", {}),),
            fitted=found,
        )

    def values(self, problem: Problem, wanted: tuple[str, ...]) -> Mapping[str, Floats]:
        """`predicted` Xb, `residuals` y - Xb, `cooksd` e^2 h / (k s^2 (1 - h)^2)."""
        y = problem.outcome
        weights, constant = problem.weights, problem.constant
        found = fit(problem.design(), y, weights=weights, constant=constant, keep_residuals=True)
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


def _tables(
    problem: Problem, found: LinearFit, tested: bool
) -> tuple[TableOfEffects | TableOfTests | TableOfFigures, ...]:
    tables: list[TableOfEffects | TableOfTests | TableOfFigures] = []
    if tested:
        rows = tests(problem, found, problem.options)
        if rows is not None:
            tables.append(rows)
    if problem.options.get("vif"):
        tables.append(variance_inflation(problem, found))
    if "margins" in problem.options:
        design = problem.design()
        means = column_means(design, problem.constant, found.names, problem.weights)
        moved = problem.options["margins"]
        tables.append(margins(found.names, found.coefficients, found.covariance, means, moved))
    return tuple(tables)
