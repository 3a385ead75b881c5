"""Panel models against linearmodels: random unbalanced panels, textbook data, nasty columns."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linearmodels.datasets import wage_panel
from linearmodels.panel import BetweenOLS, PanelOLS, PooledOLS, RandomEffects

from kohort.estimators.design import CONSTANT, Block, Design, Floats
from kohort.estimators.group_sums import Clusters
from kohort.estimators.panel import PanelFit, fit_panel
from kohort.estimators.panel_columns import PanelColumns
from kohort.estimators.panel_solution import Effects, Panel, panel_shares
from kohort.estimators.panel_units import Units
from kohort.estimators.problem import NotEstimableError

PEERS: dict[str, Any] = {
    "fe": PanelOLS, "re": RandomEffects, "be": BetweenOLS, "pooled": PooledOLS,
}  # fmt: skip
EFFECTS: tuple[Effects, ...] = ("fe", "re", "be", "pooled")


class Sample:
    """An unbalanced panel in random order: kroner, a factor, an interaction, what is constant."""

    def __init__(self, seed: int, units: int = 60) -> None:
        rng = np.random.default_rng(seed)
        times = rng.integers(1, 9, units)
        unit = np.repeat(np.arange(units), times)
        time = np.concatenate([np.arange(t) for t in times])
        order = rng.permutation(len(unit))
        self.unit, self.time = unit[order], time[order]
        self.n, self.units = len(unit), units
        n = self.n
        kroner = np.asarray(np.exp(rng.normal(12, 1, n)) + 1e5 * self.unit, dtype=np.float64)
        small = np.asarray(1e-6 * rng.normal(size=n) + 1e-7 * self.unit, dtype=np.float64)
        level = rng.integers(0, 5, n)
        fixed = (self.unit % 7).astype(float)
        group = self.unit % 3
        self.y = 0.2 * kroner + 3e10 * small + 1e4 * level + 1e4 * fixed
        self.y += 5e4 * rng.normal(size=units)[self.unit] + 3e4 * rng.normal(size=n)
        codes = (level - 1).astype(np.int32)
        self.design = Design(
            (
                Block(("kroner",), x=kroner),
                Block(("small",), x=small),
                Block(tuple(f"level{i}" for i in range(1, 5)), codes=codes),
                Block(("fixed",), x=fixed),
                Block(("group1", "group2"), codes=(group - 1).astype(np.int32)),
                Block(tuple(f"both{i}" for i in range(1, 5)), codes=codes, x=small**2 * 1e12),
            ),
            n,
        )
        self.weights = rng.uniform(0.5, 1.5, units)
        self.nested, self.crossed = self.unit % 23, rng.integers(0, 21, n)

    def fitted(self, effects: Effects, **options: Any) -> PanelFit:
        units = Units(self.unit, self.weights if options.get("weighted") else np.ones(self.units))
        return fit_panel(self.design, self.y, units, effects, **options)

    def frame(self) -> pd.DataFrame:
        return framed(self.design, self.unit, self.time)


def framed(design: Design, unit: np.ndarray, time: np.ndarray) -> pd.DataFrame:
    columns: dict[str, Floats] = {}
    for block in design.blocks:
        x = np.ones(design.rows) if block.x is None else block.x
        for level, name in enumerate(block.names):
            columns[name] = x if block.codes is None else x * (block.codes == level)
    columns[CONSTANT] = np.ones(design.rows)
    return pd.DataFrame(columns, index=pd.MultiIndex.from_arrays([unit, time]))


@pytest.fixture(scope="module")
def sample() -> Sample:
    return Sample(3)


def peer(sample: Sample, effects: Effects, constant: bool, weighted: bool) -> Any:
    """The same model of linearmodels, not fitted yet."""
    frame = sample.frame()
    if not constant:
        frame = frame.drop(columns=CONSTANT)
    if effects == "fe":
        frame = frame.drop(columns=["fixed", "group1", "group2"])
    y = pd.Series(sample.y, index=frame.index)
    options: dict[str, Any] = {"entity_effects": True} if effects == "fe" else {}
    if weighted:
        options["weights"] = pd.Series(sample.weights[sample.unit], index=frame.index)
    return PEERS[effects](y, frame, **options)


def compare(found: PanelFit, result: Any, rtol: float = 1e-9) -> None:
    names = list(found.names)
    np.testing.assert_allclose(found.coefficients, result.params[names], rtol=rtol)
    np.testing.assert_allclose(found.errors, result.std_errors[names], rtol=rtol)
    assert found.df_residual == result.df_resid


@pytest.mark.parametrize("effects", EFFECTS)
@pytest.mark.parametrize("constant", [True, False])
def test_classical(sample: Sample, effects: Effects, constant: bool) -> None:
    found = sample.fitted(effects, constant=constant)
    result = peer(sample, effects, constant, weighted=False).fit(cov_type="unadjusted")
    compare(found, result)
    assert found.f == pytest.approx(result.f_statistic.stat, rel=1e-9)
    assert found.r2_within == pytest.approx(result.rsquared_within, abs=1e-12)
    assert found.r2_between == pytest.approx(result.rsquared_between, abs=1e-12)
    assert found.r2_overall == pytest.approx(result.rsquared_overall, abs=1e-12)
    if effects == "fe":
        assert found.dropped == ("fixed", "group1", "group2")
        assert found.f_effects == pytest.approx(result.f_pooled.stat, rel=1e-9)
        assert found.df_effects == result.f_pooled.df
    if effects == "re":
        parts = found.components
        assert parts is not None
        variances = result.variance_decomposition
        assert parts.sigma_u**2 == pytest.approx(variances["Effects"], rel=1e-10)
        assert parts.sigma_e**2 == pytest.approx(variances["Residual"], rel=1e-10)
        np.testing.assert_allclose(parts.theta, result.theta["theta"].sort_index(), rtol=1e-10)


@pytest.mark.parametrize("effects", EFFECTS)
def test_robust(sample: Sample, effects: Effects) -> None:
    model = peer(sample, effects, constant=True, weighted=False)
    if effects == "be":
        compare(sample.fitted("be", robust=True), model.fit(cov_type="robust"))
        return
    found = sample.fitted(effects, clusters=Clusters(sample.unit, sample.units))
    result = model.fit(cov_type="clustered", cluster_entity=True, group_debias=True)
    compare(found, result)
    assert found.f == pytest.approx(result.f_statistic_robust.stat, rel=1e-8)


@pytest.mark.parametrize("effects", EFFECTS)
@pytest.mark.parametrize("nested", [True, False])
def test_clusters(sample: Sample, effects: Effects, nested: bool) -> None:
    if effects == "be" and not nested:
        return
    group, size = (sample.nested, 23) if nested else (sample.crossed, 21)
    model = peer(sample, effects, constant=True, weighted=False)
    clusters = pd.Series(group, index=model.dependent.dataframe.index)
    result = model.fit(cov_type="clustered", clusters=clusters, group_debias=True)
    compare(sample.fitted(effects, clusters=Clusters(group, size)), result)


@pytest.mark.parametrize("effects", ["fe", "pooled"])
def test_weights(sample: Sample, effects: Effects) -> None:
    model = peer(sample, effects, constant=True, weighted=True)
    compare(sample.fitted(effects, weighted=True), model.fit(cov_type="unadjusted"))
    result = model.fit(cov_type="clustered", cluster_entity=True, group_debias=True)
    clusters = Clusters(sample.unit, sample.units)
    compare(sample.fitted(effects, weighted=True, clusters=clusters), result)


@pytest.mark.parametrize("effects", EFFECTS)
def test_wages(effects: Effects) -> None:
    """Vella and Verbeek (1998): men's wages, 545 men in 8 years."""
    data = wage_panel.load()
    year = (data["year"] - data["year"].min()).to_numpy()
    names = ["married", "union", "expersq", "hours"]
    blocks = [Block((n,), x=data[n].to_numpy(float)) for n in names]
    blocks.append(Block(tuple(f"year{i}" for i in range(1, 8)), codes=(year - 1).astype(np.int32)))
    design = Design(tuple(blocks), len(data))
    unit = np.unique(data["nr"].to_numpy(), return_inverse=True)[1]
    frame = framed(design, unit, year)
    if effects == "be":
        # Every man has every year: shares of years are constants between men.
        frame = frame.drop(columns=[f"year{i}" for i in range(1, 8)])
    y = pd.Series(data["lwage"].to_numpy(), index=frame.index)
    options = {"entity_effects": True} if effects == "fe" else {}
    result = PEERS[effects](y, frame, **options).fit(cov_type="unadjusted")
    found = fit_panel(design, data["lwage"].to_numpy(), Units(unit, np.ones(545)), effects)
    compare(found, result)
    if effects == "be":
        assert set(found.dropped) == {f"year{i}" for i in range(1, 8)}


@pytest.mark.parametrize("effects", ["fe", "re"])
def test_residuals_add_up(sample: Sample, effects: Effects) -> None:
    """y = Xb + effects + residuals, with the two parts of linearmodels."""
    found = sample.fitted(effects)
    result = peer(sample, effects, constant=True, weighted=False).fit()
    mean = found.unit_residuals[sample.unit]
    if effects == "re":
        assert found.components is not None
        mean = mean * found.components.theta[sample.unit]
    effect = found.unit_residuals[sample.unit] + found.residuals
    effect -= result.resids.to_numpy()
    np.testing.assert_allclose(effect, mean, rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(mean, result.estimated_effects.to_numpy()[:, 0], atol=1e-3)


def test_hand_worked() -> None:
    """Two units: x 0, 1, 2 and 0, 2; y 1, 2, 3 and 5, 9."""
    x, y = np.array([0.0, 1, 2, 0, 2]), np.array([1.0, 2, 3, 5, 9])
    units = Units(np.array([0, 0, 0, 1, 1]), np.ones(2))
    found = fit_panel(Design((Block(("x",), x=x),), 5), y, units, "fe")
    # Within: Sxx = 2 + 2, Sxy = 2 + 4: slope 1.5. Mean of y 4, of x 1: constant 2.5.
    np.testing.assert_allclose(found.coefficients, [1.5, 2.5])
    # RSS = Syy - Sxy^2/Sxx = 2 + 8 - 9 = 1 on 5 - 2 - 1 degrees of freedom.
    assert found.s2 == pytest.approx(0.5)
    np.testing.assert_allclose(found.errors[0], (0.5 / 4) ** 0.5)


def test_nothing_to_estimate() -> None:
    y = np.arange(6.0)
    once = Units(np.arange(6), np.ones(6))
    twice = Units(np.arange(6) // 2, np.ones(3))
    between = Design((Block(("x",), x=np.array([1.0, 1, 2, 2, 4, 4])),), 6)
    for design, units, reason in (
        (between, once, "too few rows"),
        (between, twice, "no regressor"),
    ):
        with pytest.raises(NotEstimableError) as caught:
            fit_panel(design, y, units, "fe")
        assert caught.value.reason == reason


def test_one_unit_decides() -> None:
    """A column that varies within one unit alone has the leverage of that unit."""
    rng = np.random.default_rng(1)
    unit = np.repeat(np.arange(50), 4)
    x = rng.normal(size=50)[unit]
    x[unit == 7] += np.arange(4.0)
    design = Design((Block(("x",), x=x),), 200)
    y = rng.normal(size=200)
    units = Units(unit, np.ones(50))
    within = panel_shares(design, y, units, "fe", True, unit, 50)
    assert within.leverage.argmax() == 7
    assert within.leverage[7] >= 1.0
    pooled = panel_shares(design, y, units, "pooled", True, unit, 50)
    assert pooled.leverage.max() < 0.5


@pytest.mark.parametrize("effects", EFFECTS)
def test_leverage_of_units(sample: Sample, effects: Effects) -> None:
    """By unit at once, it is what the rows have one by one, and adds up to the rank."""
    units = Units(sample.unit, np.ones(sample.units))
    solution = Panel(sample.design, sample.y, units, True, weighted=False).solution(effects)
    columns = solution.elimination.columns
    assert isinstance(columns, PanelColumns)
    matrix = solution.elimination.spread(solution.elimination.inverse)
    by_unit = columns.unit_quadratic(matrix)
    rows = columns.quadratic(matrix)
    np.testing.assert_allclose(by_unit, np.bincount(sample.unit, weights=rows), atol=1e-8)
    assert by_unit.sum() == pytest.approx(solution.rank)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_spread_out(seed: int) -> None:
    """Within estimates equal least squares with a column for each unit."""
    sample = Sample(seed, units=12)
    if sample.n < 25:
        return
    frame = sample.frame()[["kroner", "small"]]
    design = Design(sample.design.blocks[:2], sample.n)
    found = fit_panel(design, sample.y, Units(sample.unit, np.ones(12)), "fe")
    columns = (frame / frame.abs().max()).to_numpy()
    dense = np.column_stack([columns, np.equal.outer(sample.unit, np.arange(12))])
    b = np.linalg.lstsq(dense, sample.y, rcond=None)[0][:2] / frame.abs().max().to_numpy()
    np.testing.assert_allclose(found.coefficients[:2], b, rtol=1e-7)


@pytest.mark.parametrize("robust", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("effects", EFFECTS)
def test_order_of_rows_and_kind_of_columns(
    sample: Sample, effects: Effects, weighted: bool, robust: bool
) -> None:
    """Rows unit by unit, and columns that are all numbers, take ways of their own to the same."""
    spread = sample.frame().drop(columns=CONSTANT)
    coded = sample.fitted(effects, weighted=weighted, clusters=_clusters(sample.unit, robust))
    shares = panel_shares(
        sample.design, sample.y, Units(sample.unit, np.ones(60)), effects, True, sample.unit, 60
    )
    for order in (np.arange(sample.n), np.argsort(sample.unit, kind="stable")):
        unit, y = sample.unit[order], sample.y[order]
        columns = [Block((n,), x=spread[n].to_numpy(dtype=float)[order]) for n in spread]
        design, clusters = Design(tuple(columns), sample.n), _clusters(unit, robust)
        units = Units(unit, np.ones(60))
        known: dict[Any, Any] = {}
        # The guard comes first, and leaves what it has taken apart to the fit.
        same = panel_shares(design, y, units, effects, True, unit, 60, known)
        weight = sample.weights if weighted else np.ones(60)
        weighing = units.weighing(weight)
        found = fit_panel(
            design, y, weighing, effects, weighted=weighted, clusters=clusters, known=known
        )
        assert found.names == coded.names
        scale = coded.errors
        np.testing.assert_allclose(
            found.coefficients / scale, coded.coefficients / scale, atol=1e-6
        )
        np.testing.assert_allclose(found.errors, coded.errors, rtol=1e-6)
        for one in ("f", "r2_within", "r2_between", "r2_overall", "f_effects"):
            assert getattr(found, one) == pytest.approx(getattr(coded, one), rel=1e-6, nan_ok=True)
        np.testing.assert_allclose(same.leverage, shares.leverage, atol=1e-8)
        np.testing.assert_allclose(same.residual, shares.residual, atol=1e-8)


def _clusters(unit: np.ndarray, robust: bool) -> Clusters | None:
    return Clusters(unit, 60) if robust else None
