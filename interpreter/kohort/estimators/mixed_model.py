"""Random intercepts as an estimator of the command `regress-mml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kohort.estimators.design import Floats
from kohort.estimators.group_sums import counted
from kohort.estimators.mixed import MixedFit, Nesting, fit_mixed
from kohort.estimators.panel_solution import Panel, shares_of
from kohort.estimators.panel_units import Units
from kohort.estimators.problem import (
    Equation,
    Estimate,
    NotEstimableError,
    Problem,
    Statistic,
    TableOfFigures,
)
from kohort.estimators.unit_shares import UnitShares


@dataclass(frozen=True)
class MixedRegression:
    """`regress-mml`: groups in the role `upper`, cells within them in the role `lower` (if any)."""

    def fit(self, problem: Problem) -> Estimate:
        """Fit by restricted maximum likelihood. Raises `NotEstimableError`."""
        found = self._fitted(problem)
        sizes = _sizes(found.nesting)
        return Estimate(
            equations=(Equation(found.names, found.coefficients, found.errors),),
            parameters=len(found.names),
            statistics=(
                *(Statistic("cells", float(len(cells)), "open") for cells in sizes[1:]),
                Statistic("size_min", float(sizes[0].min()), "open"),
                Statistic("size_mean", float(sizes[0].mean()), "open"),
                Statistic("size_max", float(sizes[0].max()), "open"),
                Statistic("ll_restricted", found.likelihood, "figure"),
            ),
            dropped=found.dropped,
            tests="z",
            share=found.r2,
            tables=(_variances(found),),
            # As many groups as categories are left after those with few units are together.
            words=(("groups", f"{len(problem.levels['upper'])}"), ("method", "REML")),
            open_notes=_doubts(found),
            fitted=found,
        )

    def unit_shares(self, problem: Problem) -> UnitShares:
        """Shares of units in the rows as the model weighs them against their group.

        Cells of a group are taken for groups with the sum of both variances.
        """
        nesting, found = nesting_of(problem), self._fitted(problem)
        between = found.upper + (found.lower if nesting.levels == 2 else 0.0)
        cells = Units(nesting.cell, np.ones(nesting.cells))
        panel = Panel(problem.design(), problem.outcome, cells, problem.constant, weighted=False)
        keep = 1.0 / np.sqrt(1.0 + cells.times * between / found.residual)
        unit = np.arange(problem.rows) if problem.unit is None else np.asarray(problem.unit)
        size = int(unit.max()) + 1
        return shares_of(panel.solved(panel.columns.kept(keep)), unit, size)

    def values(self, problem: Problem, wanted: tuple[str, ...]) -> Mapping[str, Floats]:
        """`predicted` Xb with the effects of groups, and `residuals`."""
        found = self._fitted(problem)
        made = {"predicted": found.fitted, "residuals": problem.outcome - found.fitted}
        return {name: made[name] for name in wanted}

    def _fitted(self, problem: Problem) -> MixedFit:
        nesting = nesting_of(problem)
        if "lower" in problem.groups and nesting.levels == 1:
            raise NotEstimableError("too few groups")
        return fit_mixed(
            problem.design(),
            problem.outcome,
            nesting,
            weights=problem.weights,
            constant=problem.constant,
        )


def nesting_of(problem: Problem) -> Nesting:
    """Groups, and cells of a group and a code of the lower variable."""
    upper = np.unique(problem.groups["upper"], return_inverse=True)[1].astype(np.int64)
    if "lower" not in problem.groups:
        return Nesting(upper, np.arange(int(upper.max()) + 1 if len(upper) else 0))
    lower = problem.groups["lower"].astype(np.int64)
    found, cell = np.unique(upper * (int(lower.max()) + 1) + lower, return_inverse=True)
    return Nesting(cell, found // (int(lower.max()) + 1))


def _sizes(nesting: Nesting) -> tuple[Floats, ...]:
    """Rows of each group, and of each cell where there are two levels."""
    cells = counted(nesting.cell, nesting.cells)
    groups = counted(nesting.upper, nesting.groups, cells)
    return (groups, cells) if nesting.levels == 2 else (groups,)


def _variances(found: MixedFit) -> TableOfFigures:
    """The variance of each level, and its share of the whole."""
    names = ["variance_upper", "variance_residual"]
    values = [found.upper, found.residual]
    if found.nesting.levels == 2:
        names.insert(1, "variance_lower")
        values.insert(1, found.lower)
    variances = np.array(values)
    return TableOfFigures(
        "random_part",
        tuple(names),
        (("variance", "figure", variances), ("icc", "share", variances / variances.sum())),
    )


def _doubts(found: MixedFit) -> tuple[tuple[str, Mapping[str, str]], ...]:
    border = found.upper == 0.0 or found.lower == 0.0
    return (("variance_zero", {}),) if border else ()
