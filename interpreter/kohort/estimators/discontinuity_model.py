"""Regression discontinuity as an estimator of the command `rdd`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kohort.estimators.cross_products import Columns
from kohort.estimators.design import Design, Floats
from kohort.estimators.discontinuity import (
    DiscontinuityFit,
    Jump,
    Running,
    fit_discontinuity,
)
from kohort.estimators.problem import (
    Equation,
    Estimate,
    NotEstimableError,
    Problem,
    Statistic,
    TableOfEffects,
    TableOfFigures,
)
from kohort.estimators.unit_shares import UnitShares, per_unit

_ROWS = ("@conventional", "@corrected", "@robust_corrected")


@dataclass(frozen=True)
class Discontinuity:
    """`rdd`: the roles `running` and (of a fuzzy design) `treatment`; the terms are covariates."""

    def fit(self, problem: Problem) -> Estimate:
        """Estimate the jump at the cutoff. Raises `NotEstimableError`."""
        found = self._fitted(problem)
        equation = _estimates(found.effect)
        tables: list[TableOfEffects | TableOfFigures] = []
        if found.first is not None:
            tables.append(TableOfEffects("first_stage", _ROWS, *_estimates(found.first)))
        tables.append(_sides(found))
        clusters = None
        if problem.covariance == "cluster":
            clusters = int(problem.groups["cluster"].max()) + 1
        return Estimate(
            equations=(Equation(_ROWS, *equation),),
            parameters=0,
            statistics=(
                Statistic("bandwidth_h", found.h, "figure"),
                Statistic("bandwidth_b", found.b, "figure"),
                *((Statistic("clusters", float(clusters), "count"),) if clusters else ()),
            ),
            tests="z",
            jittered=True,
            constant_shown=False,
            words=(
                ("kernel", "triangular"),
                ("bandwidths", "mserd"),
                ("order", f"{found.order} ({found.order + 1})"),
                ("cutoff", f"{problem.options['cutoff']:g}"),
                ("variance_of", "CR1" if clusters else "NN"),
            ),
            tables=tuple(tables),
            fitted=found,
        )

    def unit_shares(self, problem: Problem) -> UnitShares:
        """Shares of units in the estimate's linear form, and in its variance."""
        found = self._fitted(problem)
        form, *variances = (per_unit(problem, squares) for squares in found.squares)
        sound = all(float(squares.sum()) > 0 for squares in (form, *variances))
        parts = [squares / squares.sum() for squares in variances]
        return UnitShares(form / form.sum(), np.maximum.reduce(parts), sound)

    def _fitted(self, problem: Problem) -> DiscontinuityFit:
        options = problem.options
        cutoff = float(options["cutoff"])
        x = problem.columns["running"]
        if not len(x) or not float(x.min()) < cutoff <= float(x.max()):
            raise NotEstimableError("outside the cutoff")
        cluster = problem.groups["cluster"] if problem.covariance == "cluster" else None
        data = Running(
            problem.outcome,
            x - cutoff,
            problem.weights,
            problem.columns.get("treatment"),
            spread(problem.design()),
            cluster,
        )
        return fit_discontinuity(
            data, order=int(options["order"]), derivative=int(options["derivative"])
        )


def spread(design: Design) -> Floats:
    """The design's columns as rows of a matrix, float64[k, N]; covariates are few."""
    columns = Columns(design.blocks, (0.0,) * len(design.blocks), design.rows)
    return np.array([columns.combine(one) for one in np.eye(design.width)]).reshape(
        design.width, design.rows
    )


def _estimates(jump: Jump) -> tuple[Floats, Floats]:
    return (
        np.array([jump.conventional, jump.corrected, jump.corrected]),
        np.array([jump.error, jump.error, jump.robust]),
    )


def _sides(found: DiscontinuityFit) -> TableOfFigures:
    return TableOfFigures(
        "side",
        ("left", "right"),
        (
            ("n", "open", np.array(found.n, dtype=np.float64)),
            ("n_effective", "open", np.array(found.effective, dtype=np.float64)),
        ),
    )
