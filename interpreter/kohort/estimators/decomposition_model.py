"""The decomposition of a difference of means as an estimator of the command `oaxaca`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kohort.estimators.decomposition import Decomposition, decompose
from kohort.estimators.design import Block, Design
from kohort.estimators.panel_columns import Units
from kohort.estimators.panel_solution import largest_share
from kohort.estimators.problem import Equation, Estimate, NotEstimableError, Problem, TableOfFigures


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

    def largest_share(self, problem: Problem) -> float:
        """The largest leverage of a unit within its group, or its share of squared residuals."""
        rows, second = _two(problem)
        shares = []
        for chosen in (rows & ~second, rows & second):
            places = np.flatnonzero(chosen)
            unit = np.arange(problem.rows) if problem.unit is None else np.asarray(problem.unit)
            member = np.unique(unit[places], return_inverse=True)[1]
            alone = Units(np.arange(len(places)), np.ones(len(places)))
            design = picked(problem.design(), places)
            y = problem.outcome[places]
            shares.append(largest_share(design, y, alone, "pooled", problem.constant, member))
        return max(shares)

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


def picked(design: Design, places: np.ndarray) -> Design:
    """The same columns for some rows."""
    blocks = tuple(
        Block(
            block.names,
            None if block.codes is None else block.codes[places],
            None if block.x is None else block.x[places],
        )
        for block in design.blocks
    )
    return Design(blocks, len(places))
