"""The influence floor of linear models: how large it is, and that everything printed agrees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from asked_models import (
    DEFAULT,
    OPEN,
    SECRET,
    asked,
    category,
    measure,
    release_linear,
    secrets,
    shown,
    unblurred,
    varied,
)

from kohort.disclosure.model_evidence import ModelEvidence
from kohort.disclosure.model_numbers import ModelNumbers
from kohort.disclosure.models import fitted_problem, release_model
from kohort.estimators.linear_model import LinearRegression
from kohort.estimators.panel_model import PanelRegression

ONLY = varied(eta=0.0, clip_units=0, coef_digits=15, se_digits=15, max_r2=1.0)
"""Nothing but the floor (and who stands out)."""
RNG = np.random.default_rng(20)
N = 400
Y = RNG.uniform(0, 1, N)
Y[:2] = 0, 1
FEW = np.arange(N) >= N - 25


def test_a_mean_has_the_floor_of_means() -> None:
    """4.6: noise of the range over n; here the range is 1, and the mean is of 25 units."""
    moved = []
    for secret in secrets(200):
        found = shown(release_linear(secret, ONLY, asked("d", measure("y", Y), measure("d", FEW))))
        moved.append(found.coefficients.sum() - Y[FEW].mean())
    assert abs(np.mean(moved)) < 0.01
    # The standard deviation of 200 draws is known to 5 per cent.
    assert np.std(moved) == pytest.approx(1 / 25, rel=0.2)


def test_errors_hold_the_floor() -> None:
    """A classical error beside the spread of estimates over keys and that of samples."""
    x = measure("x", np.where(FEW, 4.0, 0.0) + np.random.default_rng(2).normal(size=N))
    evidence = asked("x d", measure("y", Y), x, measure("d", FEW))
    plain = shown(release_linear(SECRET, OPEN, evidence))
    found = whole_of(evidence, 100)
    moved = np.std([f.coefficients for f in found], axis=0)
    told = np.mean([f.errors for f in found], axis=0)
    whole = np.sqrt(plain.errors**2 + moved**2)
    # Never less than the two together, and not much more: residuals show the mean of all blurs.
    assert (told > 0.95 * whole).all()
    assert (told < 1.25 * whole).all()
    robust = replace(evidence, covariance="robust")
    plain = shown(release_linear(SECRET, OPEN, robust))
    found = whole_of(robust, 40)
    told = np.mean([f.errors for f in found], axis=0)
    assert told == pytest.approx(np.sqrt(plain.errors**2 + moved**2), rel=0.12)


def whole_of(evidence: ModelEvidence, count: int) -> list[ModelNumbers]:
    """Models under many keys; now and then the limit leaves a column without units."""
    found = [shown(release_linear(s, ONLY, evidence)) for s in secrets(count)]
    return [one for one in found if len(one.names) == 3]


def test_predictions_are_of_the_printed_model_and_residuals_of_the_true_outcome() -> None:
    evidence = asked("d", measure("y", Y), measure("d", FEW))
    model = shown(release_linear(SECRET, ONLY, evidence))
    fitted = fitted_problem(SECRET, ONLY, evidence, LinearRegression())
    made = fitted.values(LinearRegression(), ("predicted", "residuals"))
    slope, constant = model.coefficients
    assert made["predicted"] == pytest.approx(constant + slope * FEW, rel=1e-9)
    assert made["predicted"] + made["residuals"] == pytest.approx(Y, rel=1e-9)


def test_nobody_known_by_what_does_not_vary() -> None:
    """All of a group at zero: without the floor its mean is zero, whatever the weights."""
    y = np.where(FEW, 0.0, Y)
    evidence = asked("d", measure("y", y), measure("d", FEW))
    bare = shown(release_linear(SECRET, unblurred(DEFAULT), evidence))
    assert abs(bare.coefficients.sum()) < 1e-3
    sums = [shown(release_linear(s, DEFAULT, evidence)).coefficients.sum() for s in secrets(40)]
    assert np.std(sums) > 0.02


def test_order_and_names_do_not_matter() -> None:
    sex = category("sex", RNG.integers(1, 3, N), (1, 2))
    x, y = measure("x", RNG.normal(size=N)), measure("y", Y)
    one = shown(release_linear(SECRET, DEFAULT, asked("x i.sex", y, x, sex)))
    other = shown(release_linear(SECRET, DEFAULT, asked("i.sex x", y, sex, x)))
    by_name = dict(zip(other.names, other.coefficients.tolist(), strict=True))
    assert [by_name[name] for name in one.names] == one.coefficients.tolist()


def test_the_years_of_a_person_move_together() -> None:
    unit = np.arange(N) // 4
    evidence = asked(
        "x", measure("y", Y), measure("x", RNG.normal(size=N)), keys=asked_keys()[unit], units=unit
    )
    plain = shown(release_model(SECRET, OPEN, evidence, PanelRegression("pooled")))
    found = shown(release_model(SECRET, ONLY, evidence, PanelRegression("pooled")))
    assert 0 < abs(found.coefficients[0] - plain.coefficients[0]) < 3 * plain.errors[0]


def asked_keys() -> np.ndarray:
    """Record keys of as many units as there are."""
    return np.random.default_rng(4).integers(0, 2**63, N).astype(np.uint64)
