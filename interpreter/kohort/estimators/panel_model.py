"""Panel models as estimators of `regress-panel`, `regress-panel-diff` and `hausman`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from kohort.estimators.design import Floats
from kohort.estimators.group_sums import Clusters
from kohort.estimators.hausman import compare
from kohort.estimators.panel import PanelFit, fit_panel
from kohort.estimators.panel_solution import Effects, panel_shares
from kohort.estimators.panel_units import Units
from kohort.estimators.problem import (
    UNITS,
    Equation,
    Estimate,
    NotEstimableError,
    Problem,
    Statistic,
    TableOfEffects,
    TableOfFigures,
)
from kohort.estimators.unit_shares import UnitShares, largest_of

Note: TypeAlias = tuple[str, Mapping[str, str]]
_OPERAND = re.compile(r"^(?:[ic]\.)?(.*?)(?:\[.*\])?$", re.DOTALL)
Degrees: TypeAlias = Literal["rows", "within", "between"]


@dataclass(frozen=True)
class PanelRegression:
    """`regress-panel`: one of four estimators; `robust` errors are clustered on the unit."""

    effects: Effects = "fe"

    def fit(self, problem: Problem) -> Estimate:
        """Fit y on the terms. Raises `NotEstimableError`."""
        found = fitted(problem, self.effects)
        return estimate_of(problem, found)

    def unit_shares(self, problem: Problem) -> UnitShares:
        """Shares of units in the transformed rows."""
        return shares_of_units(problem, self.effects)

    def values(self, problem: Problem, wanted: tuple[str, ...]) -> Mapping[str, Floats]:
        """`predicted` Xb, `effects` of units, and `residuals`: what both leave of y."""
        found = fitted(problem, self.effects)
        row = found.units.row
        share = np.zeros(found.units.count)
        if self.effects == "fe":
            share = np.ones(found.units.count)
        elif self.effects == "re" and found.components is not None:
            share = found.components.theta
        whole = found.unit_residuals[row] + found.residuals
        effects = (share * found.unit_residuals)[row]
        made = {
            "predicted": problem.outcome - whole,
            "effects": effects,
            "residuals": whole - effects,
        }
        return {name: made[name] for name in wanted}


@dataclass(frozen=True)
class DifferenceInDifferences:
    """`regress-panel-diff`: a pooled model with a group, a time of treatment and their product."""

    def fit(self, problem: Problem) -> Estimate:
        """Fit, and tell the product once more. Raises `NotEstimableError`."""
        found = fitted(problem, "pooled")
        place = next((i for i, n in enumerate(found.names) if _is_product(problem, n)), None)
        if place is None:
            raise NotEstimableError("collinear")
        one = slice(place, place + 1)
        effect = TableOfEffects(
            "treatment_effect", ("@atet",), found.coefficients[one], found.errors[one]
        )
        return estimate_of(problem, found, tables=(effect,))

    def unit_shares(self, problem: Problem) -> UnitShares:
        """Shares of units in the pooled rows."""
        return shares_of_units(problem, "pooled")


def _is_product(problem: Problem, name: str) -> bool:
    return bool(name == problem.options["product"])


@dataclass(frozen=True)
class Hausman:
    """`hausman`: fixed against random effects."""

    def fit(self, problem: Problem) -> Estimate:
        """Fit both, and compare their common coefficients. Raises `NotEstimableError`."""
        fixed, random = fitted(problem, "fe"), fitted(problem, "re")
        options = problem.options
        scaled = "more" if options.get("sigmamore") else "less" if options.get("sigmaless") else ""
        found = compare(fixed, random, scaled, bool(options.get("include_constant")))
        both = TableOfFigures(
            "coefficients",
            found.names,
            (("fe", "figure", found.fixed), ("re", "figure", found.random)),
            stub="term",
        )
        missing = not found.statistic >= 0
        return Estimate(
            equations=(Equation(found.names, found.difference, found.errors),),
            parameters=0,
            statistics=(
                Statistic("units", 0, "units"),
                Statistic("chi2", found.statistic, "chi2", found.df),
            ),
            dropped=tuple(dict.fromkeys((*random.dropped, *_absorbed(problem, fixed)[1]))),
            tests="z",
            share=max(fixed.r2_within, random.r2_overall),
            tables=(both,),
            notes=(*_absorbed_note(problem, fixed), ("hausman_reading", {})),
            open_notes=(("no_test", {}),) if missing else (),
        )

    def unit_shares(self, problem: Problem) -> UnitShares:
        """The larger shares of units in the two models."""
        return largest_of([shares_of_units(problem, "fe"), shares_of_units(problem, "re")])


# ---- from problems to panels


def units_of(problem: Problem) -> Units:
    """The units of the rows, with their weights."""
    rows, known = problem.rows, problem.known
    if "units" not in known:
        unit = np.arange(rows) if problem.unit is None else np.asarray(problem.unit)
        known["units"] = Units(unit, np.ones(int(unit.max()) + 1 if rows else 0))
    units = known["units"]
    assert isinstance(units, Units)
    if problem.weights is None:
        return units
    weight = units.weight.copy()
    weight[units.row] = problem.weights
    return units.weighing(weight)


def fitted(problem: Problem, effects: Effects) -> PanelFit:
    """Fit one of the models with the errors that are asked for. Raises `NotEstimableError`."""
    units = units_of(problem)
    clusters = None
    if problem.covariance == "cluster":
        codes = problem.groups["cluster"]
        clusters = Clusters(codes, int(codes.max()) + 1)
    elif problem.covariance == "robust" and effects != "be":
        clusters = Clusters(units.row, units.count)
    return fit_panel(
        problem.design(),
        problem.outcome,
        units,
        effects,
        constant=problem.constant,
        weighted=problem.weights is not None,
        clusters=clusters,
        robust=problem.covariance == "robust" and effects == "be",
        known=problem.known,
    )


def shares_of_units(problem: Problem, effects: Effects) -> UnitShares:
    """Shares of units in what a model is estimated from."""
    units = units_of(problem)
    return panel_shares(
        problem.design(),
        problem.outcome,
        units,
        effects,
        problem.constant,
        units.row,
        units.count,
        problem.known,
    )


# ---- what is published


def estimate_of(
    problem: Problem, found: PanelFit, tables: tuple[TableOfEffects, ...] = ()
) -> Estimate:
    """The estimate of one panel model."""
    within = found.effects == "fe"
    parameters = found.k - (within and found.constant)
    clusters: int | None = None
    degrees: Degrees = "within" if within else "between" if found.effects == "be" else "rows"
    if problem.covariance == "cluster":
        clusters = int(problem.groups["cluster"].max()) + 1
    elif problem.covariance == "robust" and found.effects != "be":
        # One cluster a unit: as many degrees of freedom as units less one.
        parameters, degrees = 1, "between"
    return Estimate(
        equations=(Equation(found.names, found.coefficients, found.errors),),
        parameters=parameters,
        statistics=_header(problem, found, parameters),
        dropped=_absorbed(problem, found)[1] if within else found.dropped,
        clusters=clusters,
        jittered=problem.covariance != "classical",
        share=_explained(found),
        tables=tables,
        notes=(
            *(_absorbed_note(problem, found) if within else ()),
            *(() if found.constant else (("uncentred_r2", {}),)),
        ),
        degrees=degrees,
        fitted=found,
    )


def _absorbed(problem: Problem, found: PanelFit) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns left out of fixed effects: those that cannot vary within units, and others.

    `steady` are variables that are the same in all rows of a unit by their definition.
    """
    steady = problem.options.get("steady", frozenset())
    first = tuple(name for name in found.dropped if _operands(name) <= steady)
    return first, tuple(name for name in found.dropped if name not in first)


def _operands(name: str) -> set[str]:
    """The variables in the id of a column: `i.a[2]#c.x` is of a and x."""
    return {_OPERAND.sub(r"\1", part) for part in name.split("#")}


def _absorbed_note(problem: Problem, found: PanelFit) -> tuple[Note, ...]:
    names = _absorbed(problem, found)[0]
    return (("absorbed", {"names": ", ".join(names)}),) if names else ()


def _explained(found: PanelFit) -> float:
    shares = {"fe": found.r2_within, "be": found.r2_between, "pooled": found.r2_overall}
    return shares.get(found.effects, max(found.r2_within, found.r2_overall))


def _header(problem: Problem, found: PanelFit, parameters: int) -> tuple[Statistic, ...]:
    times = found.units.times
    lines = [
        Statistic("units", 0, "units"),
        Statistic("t_min", float(times.min()), "open"),
        Statistic("t_max", float(times.max()), "open"),
        Statistic("r2_within", found.r2_within, "share"),
        Statistic("r2_between", found.r2_between, "share"),
        Statistic("r2_overall", found.r2_overall, "share"),
        Statistic("f", found.f, "f", found.df_model, parameters),
    ]
    parts = found.components
    if parts is not None:
        lines.append(Statistic("sigma_u", parts.sigma_u, "figure"))
        lines.append(Statistic("sigma_e", parts.sigma_e, "figure"))
        lines.append(Statistic("rho", found.rho, "share"))
    if found.effects == "re" and parts is not None:
        lines.append(Statistic("theta", float(np.median(parts.theta)), "figure"))
    if found.effects == "fe" and problem.covariance == "classical":
        # Weights of whole units add nothing to what their effects explain.
        lines.append(Statistic("f_effects", found.f_effects, "f", UNITS, parameters, noisy=False))
    return tuple(lines)
