"""Release of likelihood models: the plain fit under `open`, few digits or one refusal elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from asked_models import (
    DEFAULT,
    KEYS,
    OPEN,
    SECRET,
    asked,
    category,
    measure,
    secrets,
    shown,
    varied,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from kohort.disclosure import profile as profiles
from kohort.disclosure.model_evidence import ModelEvidence
from kohort.disclosure.models import Refusal, release_model
from kohort.disclosure.published import decimals, significant
from kohort.estimators.families import Logit, Probit
from kohort.estimators.likelihood_models import (
    BinaryRegression,
    ChoiceRegression,
    CountRegression,
)
from kohort.estimators.linear_model import LinearRegression
from kohort.estimators.problem import Estimator

RNG = np.random.default_rng(6)
N = 4000
AGE = RNG.integers(20, 70, N).astype(float)
PLACE = RNG.integers(1, 5, N)
ETA = -2 + 0.04 * AGE + 0.3 * (PLACE == 2)
Y = measure("y", RNG.random(N) < 1 / (1 + np.exp(-ETA)), binary=True)
AGES, PLACES = measure("age", AGE), category("place", PLACE, (1, 2, 3, 4))
COUNTS = measure("n", RNG.poisson(np.exp(ETA / 2)))
TRUE = np.array([0.04, 0.3, 0.0, 0.0, -2.0])


def counted(formula: str, **options: Any) -> ModelEvidence:
    return replace(asked(formula, COUNTS, AGES, PLACES), count=True, options=options)


def chosen(formula: str) -> ModelEvidence:
    utility = np.column_stack([np.zeros(N), ETA, 0.5 * ETA]) + RNG.gumbel(size=(N, 3))
    outcome = category("kind", utility.argmax(1) + 1, (1, 2, 3))
    evidence = asked(formula, Y, AGES, PLACES)
    return replace(
        evidence, columns={}, groups={"outcome": outcome}, printed=frozenset({"outcome"})
    )


def test_open_profile_gives_the_plain_fit() -> None:
    evidence = asked("age i.place", Y, AGES, PLACES)
    found = shown(release_model(SECRET, OPEN, evidence, BinaryRegression(Logit())))
    dummies = [np.equal(PLACE, place).astype(float) for place in (2, 3, 4)]
    matrix = np.column_stack([AGE, *dummies, np.ones(N)])
    expected: Any = sm.Logit(Y.x, matrix).fit(disp=0, tol=1e-13)
    np.testing.assert_allclose(found.coefficients, expected.params, rtol=1e-6)
    np.testing.assert_allclose(found.errors, expected.bse, rtol=1e-6)
    np.testing.assert_allclose(np.asarray(found.equations[0].p), expected.pvalues, rtol=1e-5)
    assert found.figure("ll") == pytest.approx(expected.llf)
    assert found.figure("lr_chi2") == pytest.approx(expected.llr)
    assert found.figure("prob_chi2") == pytest.approx(expected.llr_pvalue, rel=1e-5)
    assert found.figure("r2_pseudo") == pytest.approx(expected.prsquared)
    assert found.figure("iterations") > 1


def test_default_profile_recovers_what_made_the_data() -> None:
    evidence = asked("age i.place", Y, AGES, PLACES)
    for profile in (OPEN, DEFAULT):
        found = shown(release_model(SECRET, profile, evidence, BinaryRegression(Logit())))
        assert np.all(np.abs(found.coefficients - TRUE) < 3 * found.errors)
    assert "iterations" not in dict(found.header)
    for estimator in (CountRegression(), CountRegression(dispersed=True)):
        counts = shown(release_model(SECRET, DEFAULT, counted("age i.place"), estimator))
        assert np.all(np.abs(counts.coefficients[:5] - TRUE / 2) < 3 * counts.errors[:5])
    choices = shown(release_model(SECRET, DEFAULT, chosen("age i.place"), ChoiceRegression()))
    for equation, scale in zip(choices.equations, (1.0, 0.5), strict=True):
        assert equation.errors is not None
        assert np.all(np.abs(equation.coefficients - scale * TRUE) < 3 * equation.errors)
    assert [equation.heading for equation in choices.equations] == [
        "i.@outcome[2]",
        "i.@outcome[3]",
    ]


def test_the_same_question_gives_the_same_numbers() -> None:
    evidence = asked("age i.place", Y, AGES, PLACES)
    one = shown(release_model(SECRET, DEFAULT, evidence, BinaryRegression(Probit())))
    order = np.random.default_rng(2).permutation(N)
    shuffled = asked(
        "i.place age",
        measure("y", Y.x[order], binary=True),
        measure("age", AGE[order]),
        replace(PLACES, index=PLACES.index[order]),
        keys=KEYS[:N][order],
    )
    other = shown(release_model(SECRET, DEFAULT, shuffled, BinaryRegression(Probit())))
    assert dict(zip(one.names, one.coefficients, strict=True)) == dict(
        zip(other.names, other.coefficients, strict=True)
    )


def test_noise_of_a_likelihood_is_eta_errors() -> None:
    """As for linear models: the noise is eta times the robust error, and the errors hold it."""
    evidence = asked("age", Y, AGES, covariance="robust")
    evidence = replace(evidence, columns={"outcome": replace(Y, x=Y.x[:600])})
    evidence = replace(evidence, measures={"age": measure("age", AGE[:600])}, keys=KEYS[:600])
    only = varied(clip_units=0, eff_support_min=0, coef_digits=15, se_digits=15, glm_prior_obs=0.0)
    exact = shown(release_model(SECRET, OPEN, evidence, BinaryRegression(Logit())))
    found = [
        shown(release_model(s, only, evidence, BinaryRegression(Logit()))) for s in secrets(200)
    ]
    noise = np.array([f.coefficients[0] - exact.coefficients[0] for f in found]) / exact.errors[0]
    assert abs(noise.mean()) < 0.08
    assert noise.std() == pytest.approx(0.3, rel=0.2)
    errors = np.array([f.errors[0] for f in found]) / exact.errors[0]
    assert errors.mean() == pytest.approx(1.09**0.5, rel=0.02)


def test_one_unit_between_separation_and_a_finite_coefficient_is_refused() -> None:
    """Log odds of 50 to 0 against 49 to 1 would tell the one; both get the one reply."""
    inside = measure("inside", np.arange(N) < 50, binary=True)
    for ones in (50, 49):
        y = Y.x.copy()
        y[:50] = np.arange(50) < ones
        evidence = asked("inside age", measure("y", y, binary=True), inside, AGES)
        assert release_model(SECRET, DEFAULT, evidence, BinaryRegression(Logit())) == Refusal()
    evidence = asked("age", measure("y", np.ones(N), binary=True), AGES)
    assert release_model(SECRET, DEFAULT, evidence, BinaryRegression(Logit())) == Refusal()
    told = release_model(SECRET, OPEN, evidence, BinaryRegression(Logit()))
    assert told == Refusal("constant outcome")


def test_counts_need_no_zeros() -> None:
    above = replace(COUNTS, x=COUNTS.x + 1)
    evidence = replace(asked("age i.place", above, AGES, PLACES), count=True)
    assert shown(release_model(SECRET, DEFAULT, evidence, CountRegression())).names[0] == "age"


def test_margins_are_withheld_with_the_constant() -> None:
    rare = category("rare", np.where(np.arange(N) < 30, 2, 1), (1, 2))
    index = np.where(np.arange(N) < 30, PLACES.index[0], PLACES.index).astype(np.int32)
    alone = replace(PLACES, index=index)
    loose = varied(eff_support_min=0, outcome_support=0)
    evidence = replace(asked("age i.place i.rare", Y, AGES, alone, rare), options={"margins": None})
    found = shown(release_model(SECRET, loose, evidence, BinaryRegression(Logit())))
    assert found.constant == "hidden"
    assert "_cons" not in found.names
    assert [table.hidden for table in found.tables] == [True]


ESTIMATORS: dict[str, Estimator] = {
    "logit": BinaryRegression(Logit()),
    "probit": BinaryRegression(Probit()),
    "poisson": CountRegression(),
    "nb": CountRegression(dispersed=True),
    "choice": ChoiceRegression(),
    "linear": LinearRegression(),
}


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 500),
    formula=st.sampled_from(["x", "x i.a", "i.a i.b i.a#i.b", "d i.a#d x#x", "i.a i.a#x"]),
    kind=st.sampled_from(sorted(ESTIMATORS)),
    constant=st.booleans(),
    covariance=st.sampled_from(["classical", "robust", "cluster"]),
    name=st.sampled_from(["default", "strict", "open"]),
    panel=st.booleans(),
)
def test_any_model_is_published_in_few_digits_or_refused(
    seed: int,
    n: int,
    formula: str,
    kind: str,
    constant: bool,
    covariance: Any,
    name: str,
    panel: bool,
) -> None:
    rng = np.random.default_rng(seed)
    unit = rng.integers(0, max(1, n // 2), n) if panel else np.arange(n)
    columns = (
        measure("x", rng.normal(size=n) if seed % 3 else rng.integers(0, 3, n)),
        measure("d", rng.random(n) < rng.random(), binary=True),
        category("a", rng.integers(0, 4, n)),
        category("b", rng.geometric(0.5, n)),
    )
    binary = kind in {"logit", "probit"}
    y = measure("y", rng.integers(0, 2 if binary else 4, n), binary=binary)
    groups = {"cluster": category("cluster", rng.integers(0, 12, n))}
    evidence = asked(
        formula,
        y,
        *columns,
        keys=KEYS[unit],
        units=unit if panel else None,
        constant=constant,
        covariance=covariance,
        groups=groups if covariance == "cluster" else {},
        count=kind in {"poisson", "nb"},
    )
    if kind == "choice":
        outcome = replace(category("y", y.x.astype(int), (0, 1, 2, 3)))
        evidence = replace(
            evidence,
            columns={},
            groups={"outcome": outcome, **evidence.groups},
            printed=frozenset({"outcome"}),
        )
    profile = profiles.load(name)
    found = release_model(SECRET, profile, evidence, ESTIMATORS[kind])
    if isinstance(found, Refusal):
        assert name == "open" or found == Refusal()
        return
    for equation in found.equations:
        assert len(equation.names) == len(equation.coefficients)
        if name == "open":
            continue
        limits = profile.models
        b, errors = equation.coefficients, equation.errors
        assert errors is not None
        assert equation.t is not None
        assert b.tolist() == significant(b, limits.coef_digits).tolist()
        assert errors.tolist() == significant(errors, limits.se_digits).tolist()
        # Whatever else is printed follows from the printed numbers.
        np.testing.assert_array_equal(equation.t, decimals(b / errors, 3))
        if found.tests == "z":
            assert equation.p is not None
            np.testing.assert_array_equal(
                equation.p, decimals(2 * special.ndtr(-np.abs(b / errors)), 3)
            )
            width = -special.ndtri(0.025)
            lower = significant(b - width * errors, limits.coef_digits)
            np.testing.assert_array_equal(equation.lower, lower)


@pytest.mark.parametrize("kind", ["logit", "poisson", "linear"])
def test_clusters_change_errors_and_not_the_noise(kind: str) -> None:
    """Else the same coefficients could be had with new noise for every cluster variable."""
    y = Y if kind == "logit" else COUNTS
    evidence = replace(asked("age i.place", y, AGES, PLACES), count=kind == "poisson")
    plain = shown(release_model(SECRET, DEFAULT, evidence, ESTIMATORS[kind]))
    for groups in (40, 60):
        clusters = {"cluster": category("cluster", np.arange(N) % groups)}
        clustered = replace(evidence, covariance="cluster", groups=clusters)
        found = shown(release_model(SECRET, DEFAULT, clustered, ESTIMATORS[kind]))
        assert found.coefficients.tolist() == plain.coefficients.tolist()
        assert found.errors.tolist() != plain.errors.tolist()
        assert abs(found.figure("clusters") - groups) <= 20
