"""Absorbed factors: the other coefficients are those of a regression on all columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from asked_models import DEFAULT, OPEN, SECRET, asked, category, measure, release_linear, shown
from linearmodels.iv.absorbing import AbsorbingLS
from page_models import ran
from page_models import shown as numbers_of

from kohort.disclosure import model_absorption
from kohort.disclosure.keys import record_keys
from kohort.disclosure.model_evidence import ModelEvidence
from kohort.disclosure.models import Refusal, release_model
from kohort.estimators import absorption
from kohort.estimators.absorbed_factors import Factors
from kohort.estimators.absorbed_least_squares import AbsorbedFit, fit_absorbed
from kohort.estimators.design import Absorbed, Block, Design, DesignTooWideError
from kohort.estimators.families import Logit
from kohort.estimators.least_squares import fit
from kohort.estimators.likelihood_models import BinaryRegression
from kohort.estimators.linear_model import LinearRegression
from kohort.estimators.problem import Covariance, NotEstimableError, Problem

ROWS = 700
# The floor of influence counts what is printed: without absorbed categories it is less.
NO_FLOOR = replace(DEFAULT, magnitudes=replace(DEFAULT.magnitudes, floor_c=0.0))


def factor(name: str, values: Any) -> Block:
    names = tuple(f"i.{name}[{level}]" for level in range(1, int(values.max()) + 1))
    return Block(names, codes=(values - 1).astype(np.int32))


def absorbed(*values: Any) -> tuple[Absorbed, ...]:
    return tuple(Absorbed((f"f{i}",), factor(f"f{i}", one)) for i, one in enumerate(values))


def spread(blocks: tuple[Block, ...], rows: int) -> Any:
    columns = []
    for block in blocks:
        if block.codes is None:
            columns.append(np.ones((rows, 1)) if block.x is None else block.x[:, None])
            continue
        own = np.zeros((rows, block.width))
        there = np.flatnonzero(block.codes >= 0)
        own[there, block.codes[there]] = 1.0 if block.x is None else block.x[there]
        columns.append(own)
    return np.column_stack([*columns, np.ones(rows)])


class Case:
    """Columns of all kinds beside some absorbed factors."""

    def __init__(self, factors: int, seed: int = 3) -> None:
        rng = np.random.default_rng(seed)
        self.codes = [rng.integers(0, levels, ROWS) for levels in (40, 20, 9)[:factors]]
        region, sex = rng.integers(0, 7, ROWS), rng.integers(0, 2, ROWS)
        x = rng.normal(size=ROWS) + self.codes[0] / 15 + 5
        z = rng.normal(size=ROWS) + sex
        slopes = Block(
            tuple(f"r{i}" for i in range(1, 7)), codes=(region - 1).astype(np.int32), x=z
        )
        self.blocks = (
            Block(("x",), x=x), factor("region", region), Block(("z",), x=z), factor("sex", sex),
            slopes,
        )  # fmt: skip
        noise = rng.normal(size=ROWS) * (1 + np.abs(z))
        self.y = 2 * x + z * (1 + region / 5) + self.codes[0] / 9 + noise
        self.weights = rng.uniform(0.5, 1.5, ROWS)
        self.clusters = rng.integers(0, 45, ROWS).astype(np.int32)
        self.absorbed = absorbed(*self.codes)

    def found(self, weights: Any = None, covariance: Covariance = "classical") -> AbsorbedFit:
        return fit_absorbed(
            Design(self.blocks, ROWS),
            self.y,
            self.absorbed,
            weights=weights,
            covariance=covariance,
            clusters=self.clusters if covariance == "cluster" else None,
        )

    @property
    def matrix(self) -> Any:
        return spread((*self.blocks, *(one.block for one in self.absorbed)), ROWS)


@pytest.mark.parametrize("covariance", ["classical", "robust", "cluster"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("factors", [1, 2, 3])
def test_as_statsmodels_with_all_columns(
    factors: int, weighted: bool, covariance: Covariance
) -> None:
    case = Case(factors)
    weights = case.weights if weighted else None
    found = case.found(weights, covariance)
    used: Any = np.ones(ROWS) if weights is None else weights
    plain = sm.WLS(case.y, case.matrix, weights=used)
    peer = plain.fit()
    if covariance == "robust":
        peer = peer.get_robustcov_results("HC1")
    elif covariance == "cluster":
        peer = peer.get_robustcov_results("cluster", groups=case.clusters)
    own = slice(0, len(found.names))
    np.testing.assert_allclose(found.coefficients, peer.params[own], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.errors, peer.bse[own], rtol=1e-8)
    assert found.df_residual == peer.df_resid
    np.testing.assert_allclose(found.r2, peer.rsquared, rtol=1e-12)
    np.testing.assert_allclose(found.adjusted_r2, peer.rsquared_adj, rtol=1e-12)
    if covariance == "classical":
        tested = np.eye(case.matrix.shape[1])[own]
        np.testing.assert_allclose(found.f, float(peer.f_test(tested).fvalue), rtol=1e-9)


@pytest.mark.parametrize("weighted", [False, True])
def test_leverage_counts_the_absorbed_columns(
    weighted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A few levels at a time.
    monkeypatch.setattr(absorption, "_BLOCK", 100)
    case = Case(1)
    weights = case.weights if weighted else None
    scale = np.sqrt(case.weights) if weighted else np.ones(ROWS)
    q, _ = np.linalg.qr(case.matrix * scale[:, None])
    np.testing.assert_allclose(case.found(weights).leverage(), (q**2).sum(axis=1), atol=1e-12)


def test_as_absorbing_ls_of_linearmodels() -> None:
    import pandas as pd

    case = Case(2)
    found = case.found()
    frame = pd.DataFrame({f"f{i}": pd.Categorical(one) for i, one in enumerate(case.codes)})
    peer = AbsorbingLS(case.y, spread(case.blocks, ROWS), absorb=frame).fit()
    np.testing.assert_allclose(
        found.coefficients, peer.params.to_numpy()[: len(found.names)], atol=1e-9
    )


def test_of_close_and_distant_sizes() -> None:
    """Columns that hardly vary within levels, far from zero, of very unequal size."""
    rng = np.random.default_rng(8)
    firm = rng.integers(0, 300, 6000)
    x = 1e6 + rng.normal(size=300)[firm] * 1e5 + rng.normal(size=6000)
    z = 1e-4 * (rng.normal(size=6000) + rng.normal(size=300)[firm])
    y = 3 * (x - 1e6) + 2e4 * z + rng.normal(size=300)[firm] + rng.normal(size=6000)
    found = fit_absorbed(Design((Block(("x",), x=x), Block(("z",), x=z)), 6000), y, absorbed(firm))

    def within(v: Any) -> Any:
        return v - (np.bincount(firm, v) / np.bincount(firm))[firm]

    peer = np.linalg.lstsq(np.column_stack([within(x), within(z)]), within(y), rcond=None)[0]
    np.testing.assert_allclose(found.coefficients, peer, rtol=1e-9)


def test_rank_of_two_factors_with_separate_groups() -> None:
    rng = np.random.default_rng(2)
    side = rng.integers(0, 3, ROWS)
    first, second = side * 10 + rng.integers(0, 10, ROWS), side * 5 + rng.integers(0, 5, ROWS)
    factors = Factors.of(absorbed(first, second), None)
    assert factors.rank == np.linalg.matrix_rank(
        spread(tuple(one.block for one in absorbed(first, second)), ROWS)
    )
    assert factors.rank == 30 + 15 - 3
    assert not factors.connected
    assert Factors.of(absorbed(first, rng.integers(0, 5, ROWS)), None).connected


def test_a_factor_inside_another_changes_nothing() -> None:
    case = Case(1)
    inside = absorbed(case.codes[0], case.codes[0] // 9)
    design = Design(case.blocks, ROWS)
    twice, once = fit_absorbed(design, case.y, inside), case.found()
    np.testing.assert_allclose(twice.coefficients, once.coefficients, atol=1e-10)
    assert twice.df_residual == once.df_residual


def test_levels_without_rows_or_weight_count_as_they_should() -> None:
    case = Case(1)
    weights = case.weights.copy()
    weights[case.codes[0] == 4] = 0.0
    kept = weights > 0
    found = case.found(weights)
    blocks = tuple(
        Block(
            b.names, None if b.codes is None else b.codes[kept], None if b.x is None else b.x[kept]
        )
        for b in case.blocks
    )
    others = Absorbed(("f0",), factor("f0", case.codes[0][kept]))
    rows = int(kept.sum())
    left = fit_absorbed(Design(blocks, rows), case.y[kept], (others,), weights=weights[kept])
    np.testing.assert_allclose(found.coefficients, left.coefficients, atol=1e-10)
    assert left.absorbed == found.absorbed - 1


def test_what_levels_hold_is_dropped() -> None:
    case = Case(1)
    held = np.sin(case.codes[0].astype(float)) * 1e5
    region = factor("side", case.codes[0] % 6)
    blocks = (Block(("held",), x=held), region, *case.blocks)
    found = fit_absorbed(Design(blocks, ROWS), case.y, case.absorbed)
    assert found.dropped == ("held", *region.names)
    np.testing.assert_allclose(found.coefficients, case.found().coefficients, atol=1e-9)
    with pytest.raises(NotEstimableError, match="no regressor"):
        fit_absorbed(Design(blocks[:1], ROWS), case.y, case.absorbed)


def test_too_many_levels_for_the_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absorption, "MAX_CELLS", 90)
    with pytest.raises(DesignTooWideError) as error:
        Case(1).found()
    assert error.value.operands == ("f0",)


# ---- as the command has it


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Designs of more than ten columns are too wide."""
    monkeypatch.setattr(model_absorption, "MAX_COLUMNS", 10)
    return monkeypatch


def question(formula: str = "x i.sex i.firm", **settings: Any) -> ModelEvidence:
    rng = np.random.default_rng(5)
    firm, sex = rng.integers(0, 30, 4000), rng.integers(1, 3, 4000)
    town = rng.integers(0, 20, 4000)
    x = rng.normal(size=4000) + firm / 10
    y = 2 * x - sex + np.cos(firm) + rng.normal(size=4000)
    return asked(
        formula,
        measure("y", y),
        measure("x", x),
        category("firm", firm, tuple(range(30))),
        category("sex", sex, (1, 2)),
        category("town", town, tuple(range(20))),
        keys=record_keys(SECRET, "PERSON", range(1, 4001)),
        **settings,
    )


@pytest.mark.parametrize("covariance", ["classical", "robust"])
@pytest.mark.parametrize("profile", [OPEN, NO_FLOOR], ids=["open", "default"])
def test_the_same_is_published(
    profile: Any, covariance: Covariance, narrow: pytest.MonkeyPatch
) -> None:
    """The model's keys are the same, so that all that is left of the table is, too."""
    evidence = question(covariance=covariance)
    found = shown(release_linear(SECRET, profile, evidence))
    narrow.undo()
    whole = shown(release_linear(SECRET, profile, evidence))
    assert found.names == ("x", "i.sex[2]")
    assert found.constant == "none"
    for name in ("coefficients", "errors"):
        np.testing.assert_allclose(getattr(found, name), getattr(whole, name)[:2], rtol=1e-10)
    for name in ("r2", "r2_adj", "rmse"):
        assert found.figure(name) == pytest.approx(whole.figure(name), rel=1e-10)
    assert ("absorbed_levels", {"variable": "firm", "n": 30}) in found.notes


@pytest.mark.usefixtures("narrow")
def test_several_are_absorbed_only_without_protection() -> None:
    evidence = question("x i.firm i.town")
    found = shown(release_linear(SECRET, OPEN, evidence))
    assert [words["variable"] for key, words in found.notes if key == "absorbed_levels"] == [
        "firm",
        "town",
    ]
    with pytest.raises(DesignTooWideError) as error:
        release_linear(SECRET, DEFAULT, evidence)
    assert error.value.operands == ("town",)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(
    "settings", [{"constant": False}, {"options": {"vif": True}}, {"options": {"margins": None}}]
)
def test_what_needs_all_columns_is_too_wide(settings: dict[str, Any]) -> None:
    with pytest.raises(DesignTooWideError) as error:
        release_linear(SECRET, OPEN, question(**settings))
    assert error.value.operands == ("firm",)


@pytest.mark.usefixtures("narrow")
def test_other_models_name_the_term() -> None:
    evidence = question()
    with pytest.raises(DesignTooWideError) as error:
        release_model(SECRET, OPEN, evidence, BinaryRegression(Logit()))
    assert error.value.operands == ("firm",)


@pytest.mark.parametrize("weighted", [False, True])
def test_predictions_are_those_of_all_columns(weighted: bool) -> None:
    case, wanted = Case(1), ("predicted", "residuals", "cooksd")
    problem = Problem(
        designs={"terms": Design(case.blocks, ROWS)},
        rows=ROWS,
        columns={"outcome": case.y},
        weights=case.weights if weighted else None,
    )
    all_columns = {"terms": Design((*case.blocks, case.absorbed[0].block), ROWS)}
    whole = LinearRegression().values(replace(problem, designs=all_columns), wanted)
    found = LinearRegression().values(replace(problem, absorbed=case.absorbed), wanted)
    for name in wanted:
        np.testing.assert_allclose(found[name], whole[name], rtol=1e-8, atol=1e-10)


@pytest.mark.usefixtures("narrow")
def test_who_alone_is_different_within_a_level_stands_out() -> None:
    """One who alone decides a coefficient has no part in it."""
    evidence = question("x d i.firm")
    alone = np.zeros(4000)
    alone[17] = 1.0
    measures = {**evidence.measures, "d": measure("d", alone)}
    found = release_linear(SECRET, DEFAULT, replace(evidence, measures=measures))
    assert isinstance(found, Refusal) or "d" not in found.names


@pytest.mark.usefixtures("narrow")
def test_small_levels_are_merged() -> None:
    """Under protection a level needs three times the effective support; others are together."""
    rng = np.random.default_rng(9)
    evidence = question()
    firm = rng.integers(0, 30, 4000)
    firm[:16] = 30
    firm[16:18] = 31
    evidence = replace(evidence, categories={**evidence.categories, "firm": category("firm", firm)})
    found = shown(release_linear(SECRET, DEFAULT, evidence))
    assert found.groupings["firm"].kept == tuple(range(30))
    assert found.groupings["firm"].merged == "reference"


def test_the_page_shows_what_all_columns_give(norway_root: Path) -> None:
    """The statements of the page, by statsmodels, with a column for each pair there is."""
    found = list(ran("regress_absorbed", norway_root, {"regress"}))
    assert len(found) == 3
    for one in found:
        rows = one.frame.dropna(subset=["log_wage", "home", "workplace"])
        lowest = (rows["home"] == rows["home"].min()) | (
            rows["workplace"] == rows["workplace"].min()
        )
        pair = np.where(lowest, "", rows["home"] + rows["workplace"])
        codes, levels = np.unique(pair, return_inverse=True)[::-1]
        columns = ["years", "woman"] if "woman" in one.text else ["years"]
        dummies = np.zeros((len(rows), len(levels)))
        dummies[np.arange(len(rows)), codes] = 1.0
        x = np.column_stack([rows[columns].astype(float), dummies])
        peer: Any = sm.OLS(rows["log_wage"].to_numpy(), x).fit()
        if "robust" in one.text:
            peer = peer.get_robustcov_results("HC1")
        numbers = numbers_of(one.released)
        assert numbers["header", "", "", "f_df"] == f"{len(columns)}, {peer.df_resid:g}"
        assert numbers["header", "", "", "r2"] == pytest.approx(peer.rsquared, rel=1e-8)
        for place, name in enumerate(columns):
            assert numbers["0", "", name, "coef"] == pytest.approx(peer.params[place], rel=1e-8)
            assert numbers["0", "", name, "se"] == pytest.approx(peer.bse[place], rel=1e-8)


def test_fit_is_what_least_squares_finds() -> None:
    case = Case(1)
    whole = fit(Design((*case.blocks, case.absorbed[0].block), ROWS), case.y)
    found = case.found()
    own = slice(0, len(found.names))
    np.testing.assert_allclose(found.coefficients, whole.coefficients[own], atol=1e-10)
    np.testing.assert_allclose(found.covariance, whole.covariance[own, own], rtol=1e-8, atol=1e-14)
    assert found.k == whole.k
