"""Likelihood models as estimators of the model commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from kohort.estimators.choice_effects import choice_effects
from kohort.estimators.design import Floats
from kohort.estimators.families import Family, Poisson
from kohort.estimators.likelihood import Ground
from kohort.estimators.marginal_effects import marginal_effects
from kohort.estimators.margins import column_means, margins
from kohort.estimators.multinomial import (
    MOST_OUTCOMES,
    ChoiceFit,
    fit_choices,
    predictors,
    shares_of,
)
from kohort.estimators.negative_binomial import (
    ALPHA,
    fit_negative_binomial,
    without_overdispersion,
)
from kohort.estimators.problem import (
    Equation,
    Estimate,
    NotEstimableError,
    Problem,
    Statistic,
    TableOfEffects,
)
from kohort.estimators.single_index import IndexFit, fit_index
from kohort.estimators.wald import wald

# Fitted probabilities this near to every outcome mean complete separation.
_PERFECT = 1e-6


@dataclass(frozen=True)
class BinaryRegression:
    """P(y = 1) by a family; options `margins`, `mfx` and `mfx_at`, `exponentiated`."""

    family: Family
    exact_outcome: ClassVar[bool] = True

    def fit(self, problem: Problem) -> Estimate:
        """Fit. Raises `NotEstimableError` ("separation" among the reasons)."""
        found = fit_index(problem, self.family)
        mean = self.family.mean(found.eta)
        if bool((np.abs(mean - found.ground.y) < _PERFECT).all()):
            raise NotEstimableError("separation")
        return Estimate(
            equations=(Equation(found.names, found.coefficients, found.errors),),
            parameters=len(found.names),
            statistics=_statistics(problem, found, found.coefficients, found.covariance),
            dropped=found.ground.dropped,
            tests="z",
            clusters=found.clusters,
            jittered=problem.covariance != "classical",
            share=1 - found.value / found.value_null,
            exponentiated=bool(problem.options.get("exponentiated")),
            tables=self._tables(problem, found),
            open_notes=_told(_separating(found.ground)),
            fitted=found,
        )

    def _tables(self, problem: Problem, found: IndexFit) -> tuple[TableOfEffects, ...]:
        options = problem.options
        tables = []
        if "mfx" in options:
            tables.append(marginal_effects(found, self.family, options["mfx"], options["mfx_at"]))
        if "margins" in options:
            patterns = found.ground.patterns
            means = column_means(patterns.design, problem.constant, found.names, patterns.weights)
            b, v = found.coefficients, found.covariance
            moved = options["margins"]
            tables.append(margins(found.names, b, v, means, moved, self.family))
        return tuple(tables)

    def values(self, problem: Problem, wanted: tuple[str, ...]) -> Mapping[str, Floats]:
        """`probabilities` P(y = 1), `predicted` Xb, `residuals` y - P(y = 1)."""
        found = fit_index(problem, self.family)
        spread = found.ground.patterns.spread
        probability = spread(self.family.mean(found.eta))
        made = {
            "probabilities": probability,
            "predicted": spread(found.eta),
            "residuals": problem.outcome - probability,
        }
        return {name: made[name] for name in wanted}


@dataclass(frozen=True)
class CountRegression:
    """Poisson or, with `dispersed`, negative binomial counts; option `exponentiated`."""

    dispersed: bool = False
    exact_outcome: ClassVar[bool] = True

    def _fit(self, problem: Problem) -> IndexFit:
        return fit_negative_binomial(problem) if self.dispersed else fit_index(problem, Poisson())

    def fit(self, problem: Problem) -> Estimate:
        """Fit. Raises `NotEstimableError`."""
        found = self._fit(problem)
        k = len(found.names) - self.dispersed
        even = self.dispersed and without_overdispersion(found)
        b, v = found.coefficients[:k], found.covariance[:k, :k]
        plain = frozenset({ALPHA})
        return Estimate(
            equations=(Equation(found.names, found.coefficients, found.errors, plain=plain),),
            parameters=len(found.names),
            statistics=_statistics(problem, found, b, v),
            dropped=found.ground.dropped,
            tests="z",
            clusters=found.clusters,
            jittered=problem.covariance != "classical",
            share=1 - found.value / found.value_null,
            exponentiated=bool(problem.options.get("exponentiated")),
            open_notes=(("no_overdispersion", {}),) if even else (),
            fitted=found,
        )

    def values(self, problem: Problem, wanted: tuple[str, ...]) -> Mapping[str, Floats]:
        """`predicted` exp(Xb) times the exposure, `residuals` y less that."""
        found = self._fit(problem)
        mean = found.ground.patterns.spread(np.exp(found.eta))
        made = {"predicted": mean, "residuals": problem.outcome - mean}
        return {name: made[name] for name in wanted}


@dataclass(frozen=True)
class ChoiceRegression:
    """Multinomial logit of the categories of role `outcome`; options `mfx` and `mfx_at`."""

    def _fit(self, problem: Problem) -> ChoiceFit:
        outcome = problem.groups["outcome"]
        count = len(problem.levels["outcome"])
        used = int(outcome.max()) + 1 if len(outcome) else 0
        if used < 2:
            raise NotEstimableError("constant outcome")
        if count < 3:
            raise NotEstimableError("too few categories")
        if count > MOST_OUTCOMES:
            raise NotEstimableError("too many categories")
        columns = {**problem.columns, "outcome": outcome.astype(np.float64)}
        asked = Problem(**{**vars(problem), "columns": columns})
        return fit_choices(asked, outcome.astype(np.int64), count)

    def fit(self, problem: Problem) -> Estimate:
        """Fit. Raises `NotEstimableError`."""
        found = self._fit(problem)
        chosen = found.shares[np.arange(len(found.ground.y)), found.ground.y.astype(np.int64)]
        if bool((chosen > 1 - _PERFECT).all()):
            raise NotEstimableError("separation")
        levels = problem.levels["outcome"]
        headings = tuple(f"i.@outcome[{level}]" for level in levels)
        tables: tuple[TableOfEffects, ...] = ()
        if "mfx" in problem.options:
            kind, at = problem.options["mfx"], problem.options["mfx_at"]
            tables = (choice_effects(found, kind, at, headings),)
        return Estimate(
            equations=tuple(
                Equation(found.names, b, errors, heading)
                for b, errors, heading in zip(
                    found.coefficients, found.errors, headings[1:], strict=True
                )
            ),
            parameters=found.coefficients.size,
            statistics=_statistics(
                problem, found, found.coefficients.ravel(), found.covariance, len(levels) - 1
            ),
            dropped=found.ground.dropped,
            tests="z",
            clusters=found.clusters,
            jittered=problem.covariance != "classical",
            share=1 - found.value / found.value_null,
            words=(("base", headings[0]),),
            tables=tables,
            open_notes=_told(_separating(found.ground)),
            fitted=found,
        )

    def values(self, problem: Problem, wanted: tuple[str, ...]) -> Mapping[str, Floats]:
        """`probabilities_CODE` and `predicted_CODE` (0 for the base) of every code."""
        found = self._fit(problem)
        eta = predictors(found.ground, found.working)
        shares = shares_of(eta)
        spread = found.ground.patterns.spread
        made = {}
        for place, level in enumerate(problem.levels["outcome"]):
            for kind, numbers in (("probabilities", shares), ("predicted", eta)):
                if kind in wanted:
                    values = np.ascontiguousarray(numbers[:, place])
                    made[f"{kind}_{level}"] = spread(values)
        return made


def _statistics(
    problem: Problem,
    found: IndexFit | ChoiceFit,
    b: Floats,
    v: Floats,
    equations: int = 1,
) -> tuple[Statistic, ...]:
    """The header of a likelihood model."""
    k = len(b) // equations - problem.constant
    df = k * equations
    if problem.covariance == "classical" and problem.constant:
        test = Statistic("lr_chi2", 2 * (found.value - found.value_null), "chi2", df)
    else:
        columns = np.arange(len(b)).reshape(equations, -1)[:, :k].ravel()
        test = Statistic("wald_chi2", wald(b[columns], v[np.ix_(columns, columns)]), "chi2", df)
    return (
        Statistic("ll", found.value, "figure"),
        Statistic("ll_null", found.value_null, "figure"),
        test,
        Statistic("r2_pseudo", 1 - found.value / found.value_null, "share"),
        Statistic("iterations", found.steps, "open"),
    )


def _told(names: tuple[str, ...]) -> tuple[tuple[str, Mapping[str, str]], ...]:
    return (("separation", {"names": ", ".join(names)}),) if names else ()


def _separating(ground: Ground) -> tuple[str, ...]:
    """Columns of zeros and ones where rows of one kind never have some outcome."""
    columns = ground.elimination.columns.weighted(None)
    names = [name for block in columns.blocks for name in block.names]
    classes = [ground.weights * (ground.y == value) for value in np.unique(ground.y)]
    whole = np.array([weights.sum() for weights in classes])
    alone = set()
    for block in columns.blocks:
        if block.codes is not None and block.x is None:
            size = block.width + 1
            levels = block.codes + 1
            inside = np.column_stack([
                np.bincount(levels, weights=w, minlength=size)[1:] for w in classes
            ])
        elif block.codes is None and block.x is not None and bool(np.isin(block.x, (0, 1)).all()):
            inside = np.array([[weights @ block.x for weights in classes]])
        else:
            continue
        for counts_, name in zip(inside, block.names, strict=True):
            if (counts_ <= 0).any() or (whole - counts_ <= 0).any():
                alone.add(name)
    return tuple(name for name in names if name in alone and name in ground.names)
