"""Ordinary least squares as an estimator of the model commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from kohort.estimators.absorbed_least_squares import fit_absorbed
from kohort.estimators.absorbed_shares import absorbed_shares
from kohort.estimators.design import Floats
from kohort.estimators.least_squares import LinearFit, fit
from kohort.estimators.linear_tests import standardized, tests, variance_inflation
from kohort.estimators.margins import column_means, margins
from kohort.estimators.problem import (
    Covariance,
    Equation,
    Estimate,
    Problem,
    Statistic,
    TableOfEffects,
    TableOfFigures,
    TableOfTests,
)
from kohort.estimators.unit_shares import UnitShares, linear_shares

Note: TypeAlias = tuple[str, Mapping[str, str | int]]
_TESTED = ("ov", "het_bp", "het_iid", "het_fstat")
# What is worked out from all columns.
_NEEDING_COLUMNS = (*_TESTED, "vif", "margins")


@dataclass(frozen=True)
class LinearRegression:
    """Least squares with classical, robust (HC1) or clustered errors.

    Options: `standardize`, `vif`, `ov`, `het_bp`, `het_iid`, `het_fstat`, `margins` (None or the
    0/1 variable that moves).
    """

    def absorbs(self, options: Mapping[str, Any], protected: bool) -> int:
        """How many factors of many levels can be absorbed.

        The leverage of rows, which protection wants to know, is known beside one of them only.
        """
        if any(options.get(name) for name in _NEEDING_COLUMNS) or "margins" in options:
            return 0
        return 1 if protected else 3

    def unit_shares(self, problem: Problem) -> UnitShares:
        """Shares of units in the plain least squares."""
        return absorbed_shares(problem) if problem.absorbed else linear_shares(problem)

    def fit(self, problem: Problem) -> Estimate:
        """Fit y on terms and controls. Raises `NotEstimableError`."""
        options = problem.options
        tested = any(options.get(name) for name in _TESTED)
        found = fitted(problem, problem.covariance, tested)
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
            constant_shown=not (beta or problem.absorbed),
            tables=_tables(problem, found, tested),
            notes=_notes(problem, found),
            fitted=found,
        )

    def values(self, problem: Problem, wanted: tuple[str, ...]) -> Mapping[str, Floats]:
        """`predicted` Xb, `residuals` y - Xb, `cooksd` e^2 h / (k s^2 (1 - h)^2)."""
        y = problem.outcome
        found = fitted(problem, "classical", True)
        residuals = found.residuals
        assert residuals is not None
        made = {"predicted": y - residuals, "residuals": residuals}
        if "cooksd" in wanted:
            h = found.leverage()
            scale = found.k * found.rss / found.df_residual
            made["cooksd"] = residuals**2 * h / (scale * (1 - h) ** 2)
        return {name: made[name] for name in wanted}


def fitted(problem: Problem, covariance: Covariance, keep_residuals: bool) -> LinearFit:
    """The least squares of a problem. Raises `NotEstimableError` and `DesignTooWideError`."""
    design, y, clusters = problem.design(), problem.outcome, problem.groups.get("cluster")
    if problem.absorbed:
        return fit_absorbed(
            design,
            y,
            problem.absorbed,
            weights=problem.weights,
            covariance=covariance,
            clusters=clusters,
        )
    return fit(
        design,
        y,
        weights=problem.weights,
        constant=problem.constant,
        covariance=covariance,
        keep_residuals=keep_residuals,
        clusters=clusters,
    )


def linear_statistics(found: LinearFit) -> tuple[Statistic, ...]:
    """The header of a linear model."""
    return (
        Statistic("r2", found.r2, "share"),
        Statistic("r2_adj", found.adjusted_r2, "adjusted", int(found.constant), found.k),
        Statistic("f", found.f, "f", found.df_model, found.k),
        Statistic("rmse", found.root_mse, "figure"),
    )


def _notes(problem: Problem, found: LinearFit) -> tuple[Note, ...]:
    notes: list[Note] = [] if found.constant else [("uncentred_r2", {})]
    for one in problem.absorbed:
        # Categories of the code list, or published ones: the reference is one more.
        levels = one.block.width + 1
        notes.append(("absorbed_levels", {"variable": "#".join(one.operands), "n": levels}))
    return tuple(notes)


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
