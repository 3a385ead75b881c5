"""Release of models: merged categories, clipped columns, guards, jittered weights, one estimator.

Source: the disclosure reference, 2.3 and 4.11. Whether a model is shown, and what of it, is decided
on published numbers only (`model_guards`); every refusal is the same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from kohort.disclosure.counts import unprotected
from kohort.disclosure.keys import Secret
from kohort.disclosure.limits import ModelLimits
from kohort.disclosure.model_absorption import many, most_absorbed, stricter
from kohort.disclosure.model_carriers import published_carriers
from kohort.disclosure.model_columns import ModelColumns, build
from kohort.disclosure.model_evidence import Category, ModelEvidence
from kohort.disclosure.model_floor import Blur, blur
from kohort.disclosure.model_guards import (
    combinations,
    constant_shown,
    enough_carriers,
    large_enough,
    loose_enough,
    minorities,
)
from kohort.disclosure.model_noise import ModelKeys, ModelNoise
from kohort.disclosure.model_numbers import ModelNumbers, Publisher
from kohort.disclosure.model_patterns import patterned
from kohort.disclosure.model_support import Grouping, Support, group
from kohort.disclosure.model_trimming import Limits, Trimmed, trimmed
from kohort.disclosure.profile import Profile
from kohort.estimators.design import Codes, Floats, Integers
from kohort.estimators.problem import Estimator, NotEstimableError, Predictor, Problem, Reason
from kohort.estimators.unit_shares import linear_shares


@dataclass(frozen=True)
class Refusal:
    """No model. Under any protection the reason is SDC-M1 and nothing more is said."""

    reason: Reason | Literal["SDC-M1"] = "SDC-M1"


@dataclass(frozen=True, eq=False)
class Fitted:
    """A problem that predictions come from: its `rows`, None for all, and the blur of its outcome.

    `shift`: float64 (n), what the outcome of each of its rows is above the true one; None for 0.
    """

    problem: Problem
    rows: Integers | None
    shift: Floats | None

    def values(self, predictor: Predictor, wanted: tuple[str, ...]) -> Mapping[str, Floats]:
        """Numbers for the rows; residuals are those of the true outcome.

        With those of the blurred one, prediction and residual would add up to it.
        """
        made = dict(predictor.values(self.problem, wanted))
        if self.shift is not None and "residuals" in made:
            made["residuals"] = made["residuals"] - self.shift
        return made


def release_model(
    secret: Secret, profile: Profile, evidence: ModelEvidence, estimator: Estimator
) -> ModelNumbers | Refusal:
    """Fit and publish a model, or refuse it.

    Under a profile without protection the numbers are those of the plain fit, unrounded, and the
    reason of a refusal is told. Raises `DesignTooWideError` where the published categories make
    more columns than can be computed with.
    """
    try:
        # Where numbers overflow depends on the data; no warning may say so.
        with np.errstate(all="ignore"):
            return _Release(secret, profile, evidence, estimator).run(estimator)
    except NotEstimableError as error:
        return Refusal(error.reason) if unprotected(profile.counts) else Refusal()


def fitted_problem(
    secret: Secret, profile: Profile, evidence: ModelEvidence, predictor: Predictor
) -> Fitted:
    """Give the problem of a model whose predictions are asked for.

    It is merged, clipped, trimmed, weighted and blurred; those who are left out have no
    predictions. Under a profile without protection it is the plain one. Raises `NotEstimableError`
    where the model would not be shown, and `DesignTooWideError`.
    """
    release = _Release(secret, profile, evidence, predictor)
    limits, units = profile.models, release.units()
    # Before any work, as for a model that is shown: a few people take the time of nobody.
    if limits.min_dof > 0 and not large_enough(limits, units, int(evidence.constant)):
        raise NotEstimableError("too few rows")
    columns = release.columns()
    if not unprotected(profile.counts) and not release.permitted(columns, units):
        raise NotEstimableError("too few rows")
    problem = release.weighed(columns)
    shift = None if release.blur is None else release.blur.shift
    return Fitted(problem, release.left.rows, shift)


class _Release:
    def __init__(
        self,
        secret: Secret,
        profile: Profile,
        evidence: ModelEvidence,
        estimator: Estimator | Predictor,
    ) -> None:
        self.secret = secret
        self.profile = profile
        self.limits = profile.models
        self.evidence = evidence
        self.estimator = estimator
        protected = profile.models.support_min > 0 or profile.models.intercept_k > 0
        made = patterned if protected else Support
        self.support = made(secret, profile.counts, evidence)
        self.groupings: dict[str, Grouping] = {}
        self.printed: dict[str, Grouping] = {}
        self.absorbed: set[str] = set()
        self.values: dict[str, Floats] = {}
        self.known: dict[Any, Any] = {}
        self.keys: ModelKeys | None = None
        self.weights: Floats | None = None
        self.left = Trimmed(None)
        self.blur: Blur | None = None

    def columns(self) -> ModelColumns:
        """Merge categories, clip measures and make the designs."""
        evidence, view = self.evidence, self.support.view
        if not evidence.rows:
            raise NotEstimableError("too few rows")
        for role in sorted(evidence.printed & evidence.groups.keys()):
            self.printed[role] = self._grouped(view.groups[role], regressor=False)
        if "outcome" in evidence.groups:
            category = view.groups["outcome"]
            known = self.printed.get("outcome")
            self.support.outcome = known or self._grouped(category, regressor=False)
        for name in evidence.used("i"):
            self.groupings[name] = self._grouped(view.categories[name])
            if many(len(self.groupings[name].levels)):
                self.absorbed.add(name)
        measures = self._read()
        columns = self._built(measures)
        alone = [one.operands[0] for one in columns.absorbed if len(one.operands) == 1]
        if sum(self._merge_more(name) for name in alone):
            columns = self._built(measures)
        return columns

    def _merge_more(self, name: str) -> bool:
        """Merge the categories of a factor that is absorbed; whether that is still to be done."""
        if self.limits.support_min == 0 or name in self.absorbed:
            return False
        self.absorbed.add(name)
        category = self.support.view.categories[name]
        self.groupings[name] = self._grouped(category, limits=stricter(self.limits))
        return True

    def _built(self, measures: Mapping[str, Floats]) -> ModelColumns:
        evidence = self.evidence
        most = most_absorbed(self.estimator, self.limits, evidence)
        return build(self.support, self.limits, evidence, self.groupings, measures, most)

    def _grouped(
        self, category: Category, regressor: bool = True, limits: ModelLimits | None = None
    ) -> Grouping:
        floor = self.profile.magnitudes.hard_floor
        more = stricter(self.limits) if regressor else None
        return group(self.support, limits or self.limits, category, floor, regressor, more)

    def run(self, estimator: Estimator) -> ModelNumbers | Refusal:
        evidence, limits = self.evidence, self.limits
        units = self.units()
        # Decided before anything is worked out, so that a few people take the time of nobody.
        few = not large_enough(limits, units, int(evidence.constant))
        if few and limits.min_dof > 0:
            return Refusal()
        columns = self.columns()
        if not self.permitted(columns, units):
            return Refusal()
        problem = self.weighed(columns)
        estimate = estimator.fit(problem)
        # The weights cannot make columns collinear, but rounding at the very edge could.
        collinear = limits.eff_support_min > 0 and bool(estimate.dropped)
        variances = {} if self.blur is None else self.blur.variances
        publisher = Publisher(self.secret, self.profile, evidence, variances)
        share = estimate.share
        if collinear or not (share is None or loose_enough(limits, publisher.share(share))):
            return Refusal()
        shown = self._constant(columns, units)
        return publisher.numbers(
            estimate,
            problem,
            replace(columns, unsupported=columns.unsupported + self.left.gone),
            self.printed,
            shown,
            units,
            self._observations(units, publisher),
        )

    def units(self) -> int:
        """The published number of units."""
        return self.support.total()

    def permitted(self, columns: ModelColumns, units: int) -> bool:
        """Whether the guards before the fit let the model pass."""
        limits = self.limits
        if not large_enough(limits, units, columns.parameters + self.evidence.constant):
            return False
        if limits.support_min > 0 and not minorities(self.support, self.support.view, limits):
            return False
        return self._trimmed(columns)

    def weighed(self, columns: ModelColumns) -> Problem:
        """What the estimator gets: with weights, if there are any, and without who stands out."""
        if self.keys is not None and self.limits.eta > 0:
            self.weights = self.keys.weights(self.evidence, self.limits.eta)
        problem = self.left.of(self._problem(columns))
        strength, shares = self.profile.magnitudes.floor_c, self.left.shares
        if shares is None or self.keys is None or not self._blurs(problem):
            return problem
        rk = self.evidence.keys if self.left.rows is None else self.evidence.keys[self.left.rows]
        self.blur = blur(self.secret, self.keys, problem, rk, shares, strength)
        moved = problem.outcome + self.blur.shift
        return replace(problem, columns={**problem.columns, "outcome": moved})

    def _blurs(self, problem: Problem) -> bool:
        """Whether the outcome is moved: there is a floor, and the model takes any number."""
        exact = getattr(self.estimator, "exact_outcome", False)
        return self.profile.magnitudes.floor_c > 0 and not exact and "outcome" in problem.columns

    def _problem(self, columns: ModelColumns) -> Problem:
        evidence = self.evidence
        groups: dict[str, Codes] = {}
        levels: dict[str, tuple[str, ...]] = {}
        for role, category in evidence.groups.items():
            grouping = self.printed.get(role)
            if grouping is None:
                groups[role] = category.index
                continue
            groups[role] = grouping.table[category.index]
            reference = "other" if grouping.reference is None else f"{grouping.reference}"
            levels[role] = (reference, *grouping.levels)
        split = evidence.unit_rows
        return Problem(
            designs=columns.designs,
            rows=evidence.rows,
            columns=self.values,
            groups=groups,
            levels=levels,
            unit=None if split is None else split[0],
            weights=self.weights,
            constant=evidence.constant,
            covariance=evidence.covariance,
            level=evidence.level,
            prior=self.limits.glm_prior_obs,
            options=evidence.options,
            absorbed=columns.absorbed,
            known=self.known,
        )

    def _read(self) -> Mapping[str, Floats]:
        """Read the columns and the measures, clipped, and note the model's keys (if any noise)."""
        evidence, limits = self.evidence, self.limits
        if limits.eta == 0 and limits.eff_support_min == 0 and limits.clip_units == 0:
            self.values = {role: m.x for role, m in evidence.columns.items()}
            return {n: m.x for n, m in evidence.measures.items()}
        noise = ModelNoise(self.secret, limits, self.profile.magnitudes, evidence)
        self.values = {role: noise.read(m) for role, m in evidence.columns.items()}
        measures = {name: noise.read(evidence.measures[name]) for name in evidence.used("c")}
        for name in evidence.used("i"):
            noise.read_codes(evidence.categories[name])
        for category in evidence.fitted_groups.values():
            noise.read_codes(category)
        self.keys = noise.keys()
        return measures

    def _trimmed(self, columns: ModelColumns) -> bool:
        """Leave out who stands out; whether what remains can be fitted."""
        if self.limits.eff_support_min == 0 or self.keys is None:
            return True
        shares = getattr(self.estimator, "unit_shares", linear_shares)
        limits = Limits(self.secret, self.keys, self.limits.eff_support_min)
        # Without weights yet.
        problem = self._problem(columns)
        self.left = trimmed(problem, shares, limits)
        found = self.left.shares
        if found is not None and found.fit is not None:
            # What is published of it is of the blurred outcome.
            rest = limits.unexplained(1 - found.fit.r2)
            if not loose_enough(self.limits, 1 - rest):
                return False
        return self.left.sound and self._carried(self.left.of(problem))

    def _carried(self, problem: Problem) -> bool:
        """Whether each class of the outcome has enough units that carry each measure's column."""
        if self.left.shares is None or self.keys is None or self.limits.outcome_support == 0:
            return True
        if self._blurs(problem):
            return True
        counts, evidence = self.profile.counts, self.evidence
        shown = published_carriers(
            self.secret, counts, evidence, self.keys, problem, self.left.shares
        )
        return shown is None or enough_carriers(self.limits, shown)

    def _constant(self, columns: ModelColumns, units: int) -> Literal["shown", "hidden", "none"]:
        if not self.evidence.constant or columns.absorbed:
            return "none"
        binary = any(m.binary for m in self.evidence.measures.values())
        if self.limits.intercept_k == 0 or not (binary or self.evidence.categories):
            return "shown"
        # More combinations than units / k: some has fewer than k, whatever their counts.
        most = units // self.limits.intercept_k
        possible, published = combinations(
            self.support,
            self.support.view,
            columns.groupings,
            columns.operands,
            most,
            self.limits.intercept_k,
        )
        return "shown" if constant_shown(self.limits, possible, published.tolist()) else "hidden"

    def _observations(self, units: int, publisher: Publisher) -> int:
        """Published rows: published units times the jittered mean of rows per unit."""
        split = self.evidence.unit_rows
        if split is None:
            return units
        if self.weights is None:
            per_unit = self.evidence.rows / len(split[1])
        else:
            unit_weights = np.empty(len(split[1]))
            unit_weights[split[0]] = self.weights
            per_unit = float(self.weights.sum() / unit_weights.sum())
        return round(units * publisher.figure(per_unit))
