"""What is asked of a fitted linear model besides its coefficients: variance inflation, tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kohort.estimators.cross_products import weighted_squares, weighted_sum
from kohort.estimators.design import CONSTANT, Block, Design, Floats
from kohort.estimators.least_squares import LinearFit, columns_of, fit
from kohort.estimators.margins import places
from kohort.estimators.problem import (
    NotEstimableError,
    Problem,
    Statistic,
    TableOfFigures,
    TableOfTests,
)

_POWERS = (2, 3, 4)


def spreads(design: Design, names: Sequence[str], weights: Floats | None, constant: bool) -> Floats:
    """Weighted sums of squares of the named columns about their means, float64 (k).

    Without a constant about zero.
    """
    columns = columns_of(design, weights, constant=True)
    wanted = places(names, columns)
    squares = np.diagonal(columns.gram())[wanted]
    ones = np.ones(design.rows) if weights is None else weights
    sums = columns.weighted(None).against(ones)[wanted]
    mass = weighted_sum(ones, None)
    centred = squares - sums**2 / mass
    if constant:
        return np.asarray(centred)
    # Numeric columns were centred for the sums: their means come back.
    shift = np.concatenate([
        np.full(x.width, c) for x, c in zip(columns.blocks, columns.centres, strict=True)
    ])[wanted]
    return np.asarray(centred + (sums + shift * mass) ** 2 / mass)


def standardized(problem: Problem, found: LinearFit) -> tuple[Floats, Floats]:
    """b sd(x) / sd(y) and its error, the constant left as it is: float64 (k) each."""
    design, weights = problem.design(), problem.weights
    names = [name for name in found.names if name != CONSTANT]
    y = problem.outcome
    mass = float(design.rows) if weights is None else weighted_sum(weights, None)
    spread = weighted_squares(y, weights, weighted_sum(y, weights) / mass)
    scale = np.ones(len(found.names))
    scale[: len(names)] = np.sqrt(spreads(design, names, weights, constant=True) / spread)
    return found.coefficients * scale, found.errors * scale


def variance_inflation(problem: Problem, found: LinearFit) -> TableOfFigures:
    """VIF = 1 / (1 - R2 of a column on all others), its inverse, and the mean."""
    design = problem.design()
    plain = found
    if problem.covariance != "classical":
        plain = fit(design, problem.outcome, weights=problem.weights, constant=problem.constant)
    names = tuple(name for name in plain.names if name != CONSTANT)
    inverse = np.diagonal(plain.covariance)[: len(names)] / (plain.rss / plain.df_residual)
    factors = spreads(design, names, problem.weights, problem.constant) * inverse
    shown = np.append(factors, factors.mean())
    return TableOfFigures(
        "vif_table",
        (*names, "mean_vif"),
        (("vif", "figure", shown), ("tolerance", "figure", 1 / shown)),
        "term",
    )


def tests(problem: Problem, found: LinearFit, asked: Mapping[str, Any]) -> TableOfTests | None:
    """RESET (`ov`) and the forms of Breusch and Pagan's test (`het_bp`, `het_iid`, `het_fstat`)."""
    residuals = found.residuals
    assert residuals is not None
    rows: list[Statistic] = []
    if asked.get("ov"):
        rows.append(_reset(problem, found, problem.outcome - residuals))
    wanted = [name for name in ("het_bp", "het_iid", "het_fstat") if asked.get(name)]
    if wanted:
        mass = float(found.n) if problem.weights is None else weighted_sum(problem.weights, None)
        squares = residuals**2
        helper = _fit(problem, problem.design(), squares)
        mean = weighted_sum(squares, problem.weights) / mass
        df, k = helper.df_model, helper.k
        values = {
            "het_bp": Statistic(
                "het_bp", (helper.tss - helper.rss) / mean**2 / 2, "chi2", df, clustered=False
            ),
            "het_iid": Statistic("het_iid", found.n * helper.r2, "chi2", df, clustered=False),
            "het_fstat": Statistic("het_fstat", helper.f, "f", df, k, clustered=False),
        }
        rows += [values[name] for name in wanted]
    return TableOfTests("tests", tuple(rows)) if rows else None


def _reset(problem: Problem, found: LinearFit, fitted: Floats) -> Statistic:
    """F test of the powers of the fitted values beside the regressors."""
    design = problem.design()
    centre = float(fitted.mean()) if problem.constant else 0.0
    spread = float(np.sqrt(weighted_squares(fitted, None, centre) / len(fitted)))
    # Shifted and scaled powers span the same with the regressors, and lose no digits.
    level = (fitted - centre) / spread if spread > 0 else fitted
    powers = tuple(Block((f"power {p}",), x=level**p) for p in _POWERS)
    wider = _fit(problem, Design((*design.blocks, *powers), design.rows), problem.outcome)
    df = wider.k - found.k
    if not df:
        raise NotEstimableError("collinear")
    value = (found.rss - wider.rss) / df / (wider.rss / wider.df_residual)
    return Statistic("ov", value, "f", df, wider.k, clustered=False)


def _fit(problem: Problem, design: Design, y: Floats) -> LinearFit:
    return fit(design, y, weights=problem.weights, constant=problem.constant)
