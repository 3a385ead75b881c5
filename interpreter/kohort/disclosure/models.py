"""Release of linear models: merged categories, clipped columns, guards, jittered weights.

Source: the disclosure reference, 2.3 and 4.11. Whether a model is shown, and what of it, is decided
on published numbers only (`model_guards`); every refusal is the same one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from kohort.disclosure.counts import unprotected
from kohort.disclosure.keys import Secret
from kohort.disclosure.model_columns import ModelColumns, build
from kohort.disclosure.model_evidence import LinearEvidence
from kohort.disclosure.model_guards import (
    combinations,
    constant_shown,
    effective_support,
    large_enough,
    loose_enough,
    minorities,
    published_support,
    spread_enough,
)
from kohort.disclosure.model_noise import ModelKeys, ModelNoise
from kohort.disclosure.model_support import Grouping, Support, group
from kohort.disclosure.profile import Profile
from kohort.disclosure.published import decimals, significant
from kohort.estimators.design import Floats
from kohort.estimators.inference import Inference, f_tail, infer
from kohort.estimators.least_squares import LinearFit, NotEstimableError, fit

# Profiles write "all digits" so; a double holds no more.
_ALL_DIGITS = 15
_P_DECIMALS = 3

Reason: TypeAlias = Literal["SDC-M1", "constant outcome", "too few rows", "no regressor"]


@dataclass(frozen=True)
class Refusal:
    """No model. Under any protection the reason is SDC-M1 and nothing more is said."""

    reason: Reason = "SDC-M1"


@dataclass(frozen=True, eq=False)
class ModelNumbers:
    """The published numbers of a linear model, all rounded (under an open profile, none).

    `n`: units; `observations`: rows, the same number where each row is a unit. Arrays are float64
    in the order of `names`, the constant last; where it is hidden its row is not there and
    `constant` says so. `dropped` are collinear columns, `unsupported` products of indicators
    that too few units have; `groupings` tell references and merged categories.
    """

    n: int
    observations: int
    names: tuple[str, ...]
    coefficients: Floats
    errors: Floats
    t: Floats
    p: Floats
    lower: Floats
    upper: Floats
    constant: Literal["shown", "hidden", "none"]
    level: float
    robust: bool
    df_model: int
    df_residual: int
    r2: float
    adjusted_r2: float
    f: float
    f_p: float
    root_mse: float
    dropped: tuple[str, ...]
    unsupported: tuple[str, ...]
    groupings: Mapping[str, Grouping]


def release_linear(
    secret: Secret, profile: Profile, evidence: LinearEvidence
) -> ModelNumbers | Refusal:
    """Fit and publish a linear model, or refuse it.

    Under a profile without protection the numbers are those of the plain fit, unrounded, and the
    reason of a refusal is told. Raises `DesignTooWideError` where the published categories make
    more columns than can be computed with.
    """
    try:
        # Where numbers overflow depends on the data; no warning may say so.
        with np.errstate(all="ignore"):
            return _Release(secret, profile, evidence).run()
    except NotEstimableError as error:
        return Refusal(error.reason) if unprotected(profile.counts) else Refusal()


class _Release:
    def __init__(self, secret: Secret, profile: Profile, evidence: LinearEvidence) -> None:
        self.secret = secret
        self.profile = profile
        self.limits = profile.models
        self.evidence = evidence
        self.support = Support(secret, profile.counts, evidence)

    def run(self) -> ModelNumbers | Refusal:
        evidence, limits = self.evidence, self.limits
        if not evidence.rows:
            raise NotEstimableError("too few rows")
        units = self.support.total()
        categories = [evidence.categories[name] for name in evidence.used("i")]
        floor = self.profile.magnitudes.hard_floor
        groupings = {c.name: group(self.support, limits, c, floor) for c in categories}
        y, measures, keys = self._read()
        columns = build(self.support, limits, evidence, groupings, measures)
        if not large_enough(limits, units, columns.design.width + evidence.constant):
            return Refusal()
        if limits.support_min > 0 and not minorities(self.support, evidence, limits):
            return Refusal()
        if keys is not None and not self._spread(columns, y, keys):
            return Refusal()
        weights = keys.weights(evidence, limits.eta) if keys is not None else None
        found = fit(
            columns.design,
            y,
            weights=weights if limits.eta > 0 else None,
            constant=evidence.constant,
            covariance="robust" if evidence.robust else "classical",
        )
        # The weights cannot make columns collinear, but rounding at the very edge could.
        collinear = limits.eff_support_min > 0 and bool(found.dropped)
        if collinear or not loose_enough(limits, self._share(found.r2)):
            return Refusal()
        return self._numbers(found, columns, units, weights)

    def _read(self) -> tuple[Floats, dict[str, Floats], ModelKeys | None]:
        """The outcome and the measures, clipped, and the model's keys; None without any noise."""
        evidence, limits = self.evidence, self.limits
        if limits.eta == 0 and limits.eff_support_min == 0 and limits.clip_units == 0:
            return evidence.outcome.x, {n: m.x for n, m in evidence.measures.items()}, None
        noise = ModelNoise(self.secret, limits, self.profile.magnitudes, evidence)
        y = noise.read(evidence.outcome)
        measures = {name: noise.read(evidence.measures[name]) for name in evidence.used("c")}
        for name in evidence.used("i"):
            noise.read_codes(evidence.categories[name].index)
        return y, measures, noise.keys()

    def _spread(self, columns: ModelColumns, y: Floats, keys: ModelKeys) -> bool:
        if self.limits.eff_support_min == 0:
            return True
        constant = self.evidence.constant
        plain = fit(columns.design, y, constant=constant, keep_residuals=True)
        m = effective_support(self.evidence, plain)
        shown = published_support(self.secret, self.profile.counts, self.evidence, keys, m)
        return spread_enough(self.limits, shown)

    def _share(self, value: float) -> float:
        if self.limits.r2_decimals >= _ALL_DIGITS:
            return value
        return float(decimals(np.array([value]), self.limits.r2_decimals)[0])

    def _numbers(
        self, found: LinearFit, columns: ModelColumns, units: int, weights: Floats | None
    ) -> ModelNumbers:
        """Everything that is published; t, P and limits follow from the rounded numbers."""
        limits = self.limits
        shown = self._constant(columns, units)
        rows = slice(None, -1) if shown == "hidden" else slice(None)
        inflation = self._inflation()
        b = _rounded(found.coefficients[rows], limits.coef_digits)
        errors = _rounded(found.errors[rows] * math.sqrt(inflation), limits.se_digits)
        observations = self._observations(units, weights)
        df = observations - found.k
        r2, f = self._share(found.r2), self._digits(found.f / inflation)
        test = self._tested(b, errors, df)
        return ModelNumbers(
            n=units,
            observations=observations,
            names=found.names[rows],
            coefficients=b,
            errors=errors,
            t=test.t,
            p=test.p,
            lower=test.lower,
            upper=test.upper,
            constant=shown,
            level=self.evidence.level,
            robust=self.evidence.robust,
            df_model=found.df_model,
            df_residual=df,
            r2=r2,
            adjusted_r2=self._share(1 - (1 - r2) * (observations - found.constant) / df),
            f=f,
            f_p=self._thousandths(f_tail(f, found.df_model, df)),
            root_mse=self._digits(found.root_mse),
            dropped=columns.redundant + found.dropped,
            unsupported=columns.unsupported,
            groupings=columns.groupings,
        )

    def _inflation(self) -> float:
        """How much the jitter adds to the variances, and to the numerator of F."""
        # A robust variance sums squared weights, whose mean is 1 + eta^2 already.
        return 1.0 if self.evidence.robust else 1 + self.limits.eta**2

    def _tested(self, b: Floats, errors: Floats, df: int) -> Inference:
        """Tests and intervals from published numbers, rounded as well."""
        test = infer(b, errors, df, self.evidence.level)
        digits = self.limits.coef_digits
        if digits >= _ALL_DIGITS:
            return test
        t, p = (decimals(values, _P_DECIMALS) for values in (test.t, test.p))
        return Inference(t, p, significant(test.lower, digits), significant(test.upper, digits))

    def _digits(self, value: float) -> float:
        return float(_rounded(np.array([value]), self.limits.coef_digits)[0])

    def _thousandths(self, value: float) -> float:
        if self.limits.coef_digits >= _ALL_DIGITS:
            return value
        return float(decimals(np.array([value]), _P_DECIMALS)[0])

    def _constant(self, columns: ModelColumns, units: int) -> Literal["shown", "hidden", "none"]:
        if not self.evidence.constant:
            return "none"
        binary = any(m.binary for m in self.evidence.measures.values())
        if self.limits.intercept_k == 0 or not (binary or self.evidence.categories):
            return "shown"
        # More combinations than units / k: some has fewer than k, whatever their counts.
        most = units // self.limits.intercept_k
        possible, published = combinations(
            self.support, self.evidence, columns.groupings, columns.operands, most
        )
        return "shown" if constant_shown(self.limits, possible, published.tolist()) else "hidden"

    def _observations(self, units: int, weights: Floats | None) -> int:
        """Published rows: published units times the jittered mean of rows per unit."""
        split = self.evidence.unit_rows
        if split is None:
            return units
        if weights is None:
            per_unit = self.evidence.rows / len(split[1])
        else:
            unit_weights = np.empty(len(split[1]))
            unit_weights[split[0]] = weights
            per_unit = float(weights.sum() / unit_weights.sum())
        if self.limits.coef_digits < _ALL_DIGITS:
            per_unit = self._digits(per_unit)
        return round(units * per_unit)


def _rounded(values: Floats, digits: int) -> Floats:
    return values if digits >= _ALL_DIGITS else significant(values, digits)
