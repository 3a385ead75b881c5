"""Instrumental variables as an estimator of the command `ivregress`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kohort.estimators.design import Floats
from kohort.estimators.group_sums import Clusters
from kohort.estimators.instrument_tests import (
    Test,
    endogeneity,
    first_stages,
    overidentification,
)
from kohort.estimators.instruments import InstrumentFit, Method, fit_instruments
from kohort.estimators.problem import (
    Equation,
    Estimate,
    Problem,
    Statistic,
    TableOfFigures,
    TableOfTests,
)

Tables = tuple[TableOfFigures | TableOfTests, ...]


@dataclass(frozen=True)
class InstrumentRegression:
    """`ivregress`; options `endog`, `firststage`, `overid` ask for further tables."""

    method: Method = "tsls"

    def fit(self, problem: Problem) -> Estimate:
        """Fit y on endogenous and exogenous terms. Raises `NotEstimableError`."""
        found = self._fitted(problem)
        options = problem.options
        just = len(found.roles.instruments) == len(found.roles.endogenous)
        return Estimate(
            equations=(Equation(found.names, found.coefficients, found.errors),),
            parameters=found.k,
            statistics=(
                Statistic("r2", found.r2, "share"),
                Statistic("r2_adj", found.adjusted_r2, "adjusted", int(found.constant), found.k),
                Statistic("f", found.f, "f", found.df_model, found.k),
                Statistic("rmse", found.root_mse, "figure"),
            ),
            dropped=found.dropped,
            clusters=None if found.clusters is None else found.clusters.size,
            jittered=problem.covariance != "classical" or self.method == "gmm",
            share=found.r2,
            words=(
                ("instrumented", str(options["instrumented"])),
                ("instruments", str(options["instruments"])),
            ),
            tables=_tables(problem, found),
            notes=_notes(found, bool(options.get("overid")) and just),
            fitted=found,
        )

    def values(self, problem: Problem, wanted: tuple[str, ...]) -> Mapping[str, Floats]:
        """`predicted` Xb with the endogenous values as they are, `residuals` y - Xb."""
        found = self._fitted(problem)
        y = found.moments.scale[found.roles.outcome]
        residuals = found.moments.rows(found.b) * y
        made = {"predicted": problem.outcome - residuals, "residuals": residuals}
        return {name: made[name] for name in wanted}

    def _fitted(self, problem: Problem) -> InstrumentFit:
        clusters = None
        if problem.covariance == "cluster":
            codes = problem.groups["cluster"]
            clusters = Clusters(codes, int(codes.max()) + 1)
        return fit_instruments(
            problem.design("terms"),
            problem.design("endogenous"),
            problem.design("instruments"),
            problem.outcome,
            method=self.method,
            weights=problem.weights,
            constant=problem.constant,
            covariance=problem.covariance,
            clusters=clusters,
        )


def _notes(found: InstrumentFit, just: bool) -> tuple[tuple[str, Mapping[str, str]], ...]:
    notes: list[tuple[str, Mapping[str, str]]] = []
    if not found.constant:
        notes.append(("uncentred_r2", {}))
    if just:
        notes.append(("just_identified", {}))
    return tuple(notes)


def _tables(problem: Problem, found: InstrumentFit) -> Tables:
    options = problem.options
    tables: list[TableOfFigures | TableOfTests] = []
    if options.get("firststage"):
        tables += _stages(problem, found)
    for option, tests in (("endog", endogeneity), ("overid", overidentification)):
        if options.get(option):
            made = tuple(_statistic(problem, found, test) for test in tests(found))
            if made:
                tables.append(TableOfTests(option, made))
    return tuple(tables)


def _statistic(problem: Problem, found: InstrumentFit, test: Test) -> Statistic:
    """Tests without a sandwich take the jitter for information, as the estimates do."""
    noisy = problem.covariance == "classical" or found.method == "liml"
    parameters = found.n - test.df2 if test.kind == "f" else 0
    return Statistic(
        test.name, test.value, test.kind, test.df, parameters, noisy=noisy, clustered=False
    )


def _stages(problem: Problem, found: InstrumentFit) -> Tables:
    stages = first_stages(found)
    figures = TableOfFigures(
        "firststage",
        stages.names,
        (
            ("r2", "share", stages.r2),
            ("partial_r2", "share", stages.partial),
            ("shea_r2", "share", stages.shea),
        ),
        stub="term",
    )
    parameters = found.n - stages.df2 if found.clusters is None else len(found.roles.allowed)
    tests = tuple(
        Statistic(
            name, float(f), "f", stages.df, parameters, noisy=problem.covariance == "classical"
        )
        for name, f in zip(stages.names, np.asarray(stages.f), strict=True)
    )
    return (figures, TableOfTests("first_f", tests, stub="term"))
