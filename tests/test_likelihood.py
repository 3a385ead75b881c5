"""Likelihood models against statsmodels: random data, its published data sets, nasty data."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray

from kohort.estimators.choice_effects import choice_effects
from kohort.estimators.design import Block, Design
from kohort.estimators.families import Family, Logit, Poisson, Probit
from kohort.estimators.likelihood_models import BinaryRegression, CountRegression
from kohort.estimators.marginal_effects import At, Kind, marginal_effects
from kohort.estimators.multinomial import fit_choices
from kohort.estimators.negative_binomial import fit_negative_binomial
from kohort.estimators.patterns import collapse
from kohort.estimators.problem import Covariance, NotEstimableError, Problem
from kohort.estimators.single_index import fit_index

N = 3000
RNG = np.random.default_rng(11)
WAGE = np.exp(RNG.normal(12.5, 0.5, N))
A: NDArray[np.int64] = RNG.integers(0, 5, N)
D: NDArray[np.float64] = RNG.integers(0, 2, N).astype(np.float64)
GROUP = RNG.integers(0, 60, N).astype(np.int32)
FACTOR = Block(tuple(f"i.a[{j}]" for j in range(1, 5)), codes=(A - 1).astype(np.int32))
DESIGN = Design((Block(("wage",), x=WAGE), FACTOR, Block(("d",), x=D)), N)
DISCRETE = Design((FACTOR, Block(("d",), x=D)), N)
# statsmodels needs columns of one size; its answers are scaled back.
SCALE = np.array([1e5, 1, 1, 1, 1, 1, 1])
MATRIX = np.column_stack([
    WAGE,
    *[np.equal(A, j).astype(float) for j in range(1, 5)],
    D,
    np.ones(N),
])
ETA = np.log(WAGE) - 13 + 0.3 * (A - 2) + 0.5 * D
BINARY = (RNG.random(N) < 1 / (1 + np.exp(-ETA))).astype(float)
EXPOSURE = RNG.uniform(0.5, 3, N)
COUNTS = RNG.negative_binomial(2, 2 / (2 + np.exp(ETA) * EXPOSURE)).astype(float)
CHOICE = (
    np.column_stack([np.zeros(N), 0.3 * ETA, 0.2 * A - 0.4 * D]) + RNG.gumbel(size=(N, 3))
).argmax(1)
COVARIANCES: tuple[Covariance, ...] = ("classical", "robust", "cluster")


def problem(
    design: Design, y: Any, covariance: Covariance = "classical", **further: Any
) -> Problem:
    columns = {"outcome": np.asarray(y, dtype=np.float64)}
    if "exposure" in further:
        columns["exposure"] = further.pop("exposure")
    return Problem(
        {"terms": design}, design.rows, columns, {"cluster": GROUP[: design.rows]},
        covariance=covariance, **further,
    )  # fmt: skip


def reference(model: type, y: Any, matrix: Any, covariance: Covariance, **further: Any) -> Any:
    settings: dict[str, Any] = {}
    if covariance == "robust":
        settings = {"cov_type": "HC1"}
    if covariance == "cluster":
        settings = {"cov_type": "cluster", "cov_kwds": {"groups": GROUP[: len(y)]}}
    start = further.pop("start", None)
    made = model(y, matrix, **further)
    return made.fit(
        method="newton",
        disp=0,
        maxiter=200,
        tol=1e-13,
        start_params=start,
        warn_convergence=False,
        **settings,
    )


def near(found: Any, expected: Any, rtol: float = 1e-6) -> None:
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=rtol, atol=1e-300)


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize(("family", "model"), [(Logit(), sm.Logit), (Probit(), sm.Probit)])
def test_binary_models_on_random_data(family: Family, model: type, covariance: Covariance) -> None:
    found = fit_index(problem(DESIGN, BINARY, covariance), family)
    expected = reference(model, BINARY, MATRIX / SCALE, covariance)
    assert found.names == ("wage", *FACTOR.names, "d", "_cons")
    near(found.coefficients, expected.params / SCALE)
    near(found.errors, expected.bse / SCALE)
    near([found.value, found.value_null], [expected.llf, expected.llnull])


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_collapsed_rows_give_the_same(covariance: Covariance) -> None:
    found = fit_index(problem(DISCRETE, BINARY, covariance), Logit())
    assert len(found.ground.weights) == 20
    expected = reference(sm.Logit, BINARY, MATRIX[:, 1:], covariance)
    near(found.coefficients, expected.params)
    near(found.errors, expected.bse)
    spread = found.ground.patterns.spread(Logit().mean(found.eta))
    near(spread, expected.predict())


def test_weights_collapse_with_their_squares() -> None:
    """Weights are sums, and the robust variance takes sums of squares: as if row by row."""
    weights = RNG.uniform(0.4, 1.6, N)
    some = problem(DISCRETE, BINARY, "robust", weights=weights)
    assert collapse(DISCRETE, (BINARY,), weights).place is not None
    found = fit_index(some, Logit())
    matrix = MATRIX[:, 1:]
    result: Any = sm.GLM(BINARY, matrix, family=sm.families.Binomial(), freq_weights=weights).fit(
        tol=1e-13
    )
    near(found.coefficients, result.params)
    # The sandwich by hand.
    p = np.asarray(result.predict())
    bread = np.linalg.inv(matrix.T @ (matrix * (weights * p * (1 - p))[:, None]))
    scores = matrix * (weights * (BINARY - p))[:, None]
    near(found.errors, np.sqrt(np.diag(bread @ (scores.T @ scores) @ bread)))


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_poisson_with_an_exposure(covariance: Covariance) -> None:
    found = fit_index(problem(DESIGN, COUNTS, covariance, exposure=EXPOSURE), Poisson())
    expected = reference(sm.Poisson, COUNTS, MATRIX / SCALE, covariance, exposure=EXPOSURE)
    near(found.coefficients, expected.params / SCALE)
    near(found.errors, expected.bse / SCALE)
    near([found.value, found.value_null], [expected.llf, expected.llnull])


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_negative_binomial(covariance: Covariance) -> None:
    found = fit_negative_binomial(problem(DESIGN, COUNTS, covariance, exposure=EXPOSURE))
    scale = np.append(SCALE, 1.0)
    # statsmodels' own start stops short; from here it finds the same top to all its digits.
    expected = reference(
        sm.NegativeBinomial, COUNTS, MATRIX / SCALE, covariance, exposure=EXPOSURE,
        start=found.coefficients * scale,
    )  # fmt: skip
    assert found.names[-1] == "alpha"
    near(found.coefficients, expected.params / scale)
    near(found.errors, expected.bse / scale)
    near([found.value, found.value_null], [expected.llf, expected.llnull])


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_multinomial_logit(covariance: Covariance) -> None:
    found = fit_choices(problem(DESIGN, CHOICE, covariance), CHOICE, 3)
    expected = reference(sm.MNLogit, CHOICE, MATRIX / SCALE, covariance)
    near(found.coefficients, expected.params.T / SCALE)
    near(found.errors, expected.bse.T / SCALE)
    near([found.value, found.value_null], [expected.llf, expected.llnull])


def shipped(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64], Design]:
    data = getattr(sm.datasets, name).load_pandas()
    y, x = np.asarray(data.endog, dtype=float), np.asarray(data.exog, dtype=float)
    blocks = [Block((column,), x=x[:, j].copy()) for j, column in enumerate(data.exog)]
    return y, np.column_stack([x, np.ones(len(x))]), Design(tuple(blocks), len(x))


def test_published_logit_and_probit() -> None:
    """Spector and Mazzeo (1980); Greene, Econometric Analysis, table 21.1 (5th edition)."""
    y, matrix, design = shipped("spector")
    found = fit_index(problem(design, y), Logit())
    near(np.round(found.coefficients, 3), [2.826, 0.095, 2.379, -13.021])
    near(np.round(found.errors, 3), [1.263, 0.142, 1.065, 4.931])
    found = fit_index(problem(design, y), Probit())
    near(np.round(found.coefficients, 3), [1.626, 0.052, 1.426, -7.452])
    near(np.round(found.errors, 3), [0.694, 0.084, 0.595, 2.542])
    near(found.coefficients, reference(sm.Probit, y, matrix, "classical").params)


def test_published_counts_and_choices() -> None:
    y, matrix, design = shipped("randhie")
    y, matrix = y[:4000], matrix[:4000]
    design = Design(tuple(replace(b, x=np.asarray(b.x)[:4000]) for b in design.blocks), 4000)
    asked = problem(design, y)
    near(
        fit_index(asked, Poisson()).coefficients,
        reference(sm.Poisson, y, matrix, "classical").params,
    )
    found = fit_negative_binomial(asked)
    expected = reference(sm.NegativeBinomial, y, matrix, "classical", start=found.coefficients)
    near(found.coefficients, expected.params)
    near(found.errors, expected.bse)
    y, matrix, design = shipped("anes96")
    choices = fit_choices(problem(design, y), y.astype(np.int64), 7)
    expected = reference(sm.MNLogit, y, matrix, "classical")
    near(choices.coefficients, expected.params.T)
    near(choices.errors, expected.bse.T)


@pytest.mark.parametrize("at", ["overall", "mean", "median", "zero"])
@pytest.mark.parametrize("kind", ["dydx", "eyex", "dyex", "eydx"])
def test_marginal_effects(kind: Kind, at: At) -> None:
    y, matrix, design = shipped("spector")
    for family, model in ((Logit(), sm.Logit), (Probit(), sm.Probit)):
        found = fit_index(problem(design, y), family)
        effects = marginal_effects(found, family, kind, at)
        expected = reference(model, y, matrix, "classical").get_margeff(at=at, method=kind)
        np.testing.assert_allclose(effects.estimates, expected.margeff, rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(effects.errors, expected.margeff_se, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("kind", ["dydx", "eyex", "dyex", "eydx"])
def test_marginal_effects_of_choices(kind: Kind) -> None:
    """Against differences of the definition; statsmodels has no elasticities by x here."""
    found = fit_choices(problem(DISCRETE, CHOICE), CHOICE, 3)
    matrix, k = MATRIX[:, 1:], MATRIX.shape[1] - 1

    def effects(b: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = np.vstack([np.zeros(k), b.reshape(2, k)])
        shares = np.exp(matrix @ rows.T)
        shares /= shares.sum(1, keepdims=True)
        each = rows[None] - (shares @ rows)[:, None, :]
        if kind in {"eyex", "dyex"}:
            each = each * matrix[:, None, :]
        if kind in {"dydx", "dyex"}:
            each = each * shares[:, :, None]
        return np.asarray(each.mean(0)[:, :-1].ravel())

    b = found.coefficients.ravel()
    made = choice_effects(found, kind, "overall", ("a", "b", "c"))
    near(made.estimates, effects(b), 1e-8)
    steps = np.eye(len(b)) * 1e-5
    moved = np.array([(effects(b + s) - effects(b - s)) / 2e-5 for s in steps]).T
    near(made.errors, np.sqrt(np.diag(moved @ found.covariance @ moved.T)))
    assert made.headings == (("a", 5), ("b", 5), ("c", 5))


def test_separation() -> None:
    """A column that tells the outcome of its rows is named; a model that tells all is refused."""
    told = np.where(D == 1, 1.0, BINARY)
    found = BinaryRegression(Logit()).fit(problem(DISCRETE, told))
    assert found.open_notes == (("separation", {"names": "d"}),)
    others = [i for i, name in enumerate(found.equations[0].names) if name not in {"d", "_cons"}]
    # The others are those of the rows that remain.
    rest = D == 0
    expected = reference(sm.Logit, told[rest], MATRIX[rest][:, [1, 2, 3, 4, 6]], "classical")
    near(found.equations[0].coefficients[others], expected.params[:-1], 1e-5)
    with pytest.raises(NotEstimableError) as raised:
        BinaryRegression(Logit()).fit(problem(DISCRETE, D))
    assert raised.value.reason == "separation"


def test_a_prior_keeps_estimates_finite_and_moves_others_little() -> None:
    """Two observations of the average outcome: a thousandth of the information here."""
    found = fit_index(problem(DISCRETE, D, prior=2.0), Logit())
    assert np.abs(found.coefficients).max() < 20
    plain = fit_index(problem(DISCRETE, BINARY), Logit())
    pulled = fit_index(problem(DISCRETE, BINARY, prior=2.0), Logit())
    moved = np.abs(pulled.coefficients - plain.coefficients) / plain.errors
    assert 0 < moved.max() < 0.05
    # The pseudo-observations as rows of their own give the same.
    mean, share = BINARY.mean(), 2 / N
    matrix = np.vstack([MATRIX[:, 1:]] * 3)
    y = np.concatenate([BINARY, np.ones(N), np.zeros(N)])
    weights = np.concatenate([np.ones(N), np.full(N, share * mean), np.full(N, share * (1 - mean))])
    expected: Any = sm.GLM(y, matrix, family=sm.families.Binomial(), freq_weights=weights).fit(
        tol=1e-13
    )
    near(pulled.coefficients, expected.params)
    near(pulled.errors, expected.bse)


def test_nasty_columns() -> None:
    """Nearly collinear columns, kroner beside shares, rare outcomes, collinear ones."""
    twin = WAGE + RNG.normal(0, 50, N)
    design = Design((Block(("wage",), x=WAGE), Block(("twin",), x=twin)), N)
    found = fit_index(problem(design, BINARY), Logit())
    turned = np.column_stack([WAGE / 1e5, (twin - WAGE) / 50, np.ones(N)])
    expected = reference(sm.Logit, BINARY, turned, "classical")
    b = np.array([expected.params[0] / 1e5 - expected.params[1] / 50, expected.params[1] / 50])
    near(found.coefficients[:2], b)
    near(found.errors[1], expected.bse[1] / 50)
    rare = (np.arange(N) % 61 == 0).astype(float)
    found = fit_index(problem(DESIGN, rare), Probit())
    near(found.coefficients, reference(sm.Probit, rare, MATRIX / SCALE, "classical").params / SCALE)
    twice = Design((*DESIGN.blocks, Block(("twice",), x=2 * WAGE + 7)), N)
    assert fit_index(problem(twice, BINARY), Logit()).ground.dropped == ("twice",)
    without = fit_index(problem(DESIGN, BINARY, constant=False), Logit())
    scale = SCALE[:-1]
    expected = reference(sm.Logit, BINARY, MATRIX[:, :-1] / scale, "classical")
    near(without.coefficients, expected.params / scale)


def test_counts_without_overdispersion_say_so() -> None:
    even = RNG.binomial(4, 0.5, N).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = CountRegression(dispersed=True).fit(problem(DISCRETE, even))
    assert found.open_notes == (("no_overdispersion", {}),)
    plain = fit_index(problem(DISCRETE, even), Poisson())
    near(found.equations[0].coefficients[:-1], plain.coefficients, 1e-3)


def test_reasons() -> None:
    for y, reason in ((np.ones(N), "constant outcome"), (np.zeros(N), "constant outcome")):
        with pytest.raises(NotEstimableError) as raised:
            fit_index(problem(DESIGN, y), Logit())
        assert raised.value.reason == reason
    one = replace(problem(DESIGN, BINARY, "cluster"), groups={"cluster": np.zeros(N, np.int32)})
    with pytest.raises(NotEstimableError) as raised:
        fit_index(one, Logit())
    assert raised.value.reason == "too few groups"
