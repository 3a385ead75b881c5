"""The decomposition of a difference of means as an estimator of the command `oaxaca`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kohort.estimators.decomposition import Decomposition, decompose
from kohort.estimators.panel_solution import panel_shares
from kohort.estimators.panel_units import Units
from kohort.estimators.problem import Equation, Estimate, NotEstimableError, Problem, TableOfFigures
from kohort.estimators.selection import picked
from kohort.estimators.unit_shares import UnitShares, largest_of


@dataclass(frozen=True)
class OaxacaBlinder:
    """`oaxaca`: the groups are the two lowest codes of the role `by`."""

    def fit(self, problem: Problem) -> Estimate:
        """Decompose. Raises `NotEstimableError`."""
        found = self._decomposed(problem)
        levels = problem.levels["by"]
        rows = tuple(f"i.@by[{level}]" for level in levels[:2])
        groups = TableOfFigures(
            "groups",
            rows,
            (
                ("n", "units:by", np.array(found.sizes, dtype=np.float64)),
                ("mean", "figure", np.array(found.means)),
                ("se", "error", np.array(found.mean_errors)),
            ),
            stub="term",
        )
        names = ("@difference", *(f"@{name}" for name in found.names))
        return Estimate(
            equations=(
                Equation(
                    names,
                    np.array([found.difference, *found.components]),
                    np.array([found.difference_error, *found.errors]),
                ),
            ),
            parameters=found.parameters,
            dropped=found.dropped,
            tests="z",
            jittered=problem.covariance == "robust",
            share=found.r2,
            constant_shown=False,
            tables=(groups,),
            notes=(("other_groups", {}),) if len(levels) > 2 else (),
            fitted=found,
        )

    def unit_shares(self, problem: Problem) -> UnitShares:
        """Shares of units within their group."""
        rows, second = _two(problem)
        unit = np.arange(problem.rows) if problem.unit is None else np.asarray(problem.unit)
        size = int(unit.max()) + 1 if len(unit) else 0
        shares = []
        for chosen in (rows & ~second, rows & second):
            places = np.flatnonzero(chosen)
            alone = Units(np.arange(len(places)), np.ones(len(places)))
            design = picked(problem.design(), places)
            found = panel_shares(
                design,
                problem.outcome[places],
                alone,
                "pooled",
                problem.constant,
                unit[places],
                size,
            )
            shares.append(found)
        return largest_of(shares)

    def _decomposed(self, problem: Problem) -> Decomposition:
        rows, second = _two(problem)
        places = np.flatnonzero(rows)
        weights = problem.weights
        return decompose(
            picked(problem.design(), places),
            problem.outcome[places],
            second[places],
            pool=bool(problem.options.get("pool")),
            weights=None if weights is None else weights[places],
            constant=problem.constant,
            covariance=problem.covariance,
        )


def _two(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Which rows are in one of the two lowest groups, and which in the second of them."""
    if len(problem.levels["by"]) < 2:
        raise NotEstimableError("too few groups")
    group = problem.groups["by"]
    return group < 2, group == 1
