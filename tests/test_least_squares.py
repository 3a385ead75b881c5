"""Least squares from cross products against published values, statsmodels and plain QR."""

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from kohort.estimators import cross_products
from kohort.estimators.design import MAX_COLUMNS, Block, Design, DesignTooWideError, Floats
from kohort.estimators.inference import f_tail, infer
from kohort.estimators.least_squares import fit
from kohort.estimators.problem import Covariance, NotEstimableError


def column(name: str, x: Floats) -> Block:
    return Block((name,), x=np.asarray(x, dtype=np.float64))


def factor(name: str, codes: np.ndarray, levels: int, x: Floats | None = None) -> Block:
    """Codes 0..levels-1, of which 0 is the reference."""
    names = tuple(f"i.{name}[{level}]" for level in range(1, levels))
    return Block(names, codes=(codes - 1).astype(np.int32), x=x)


def spread(design: Design, constant: bool) -> Floats:
    """The design as a dense matrix, the constant last."""
    columns = []
    for block in design.blocks:
        x = np.ones(design.rows) if block.x is None else block.x
        if block.codes is None:
            columns.append(x)
        else:
            columns += [x * (block.codes == level) for level in range(block.width)]
    if constant:
        columns.append(np.ones(design.rows))
    return np.column_stack(columns)


def mixed(rng: np.random.Generator, n: int) -> tuple[Design, Floats]:
    """Kroner, years, factors and all three kinds of interaction."""
    a, b = rng.integers(0, 7, n), rng.integers(0, 3, n)
    kroner = np.rint(np.exp(rng.normal(12.9, 0.6, n)))
    year = rng.integers(2000, 2020, n).astype(float)
    both = np.where((a > 0) & (b > 0), (a - 1) * 2 + b, 0)
    blocks = (
        column("kroner", kroner),
        column("year", year),
        column("c.kroner#c.year", kroner * year),
        factor("a", a, 7),
        factor("b", b, 3),
        factor("a#b", both, 13),
        factor("a#c.kroner", a, 7, kroner),
        factor("b#c.year", b, 3, year),
    )
    y = 0.3 * kroner + 2e4 * a + 3e3 * (year - 2000) + rng.normal(0, 1e5, n) * (1 + b)
    return Design(blocks, n), y


def test_hand_worked_line() -> None:
    # means 1.5 and 2.75, Sxx 5, Sxy 5.5, Syy 8.75: slope 1.1, RSS 8.75 - 5.5^2/5 = 2.7
    found = fit(Design((column("x", np.arange(4.0)),), 4), np.array([1.0, 3.0, 2.0, 5.0]))
    assert found.names == ("x", "_cons")
    np.testing.assert_allclose(found.coefficients, [1.1, 1.1], rtol=1e-14)
    assert found.rss == pytest.approx(2.7, rel=1e-14)
    assert found.tss == pytest.approx(8.75, rel=1e-14)
    assert found.f == pytest.approx(6.05 / 1.35, rel=1e-13)
    assert found.root_mse == pytest.approx(1.35**0.5, rel=1e-13)
    np.testing.assert_allclose(
        found.errors, [(1.35 / 5) ** 0.5, (1.35 * (1 / 4 + 2.25 / 5)) ** 0.5]
    )
    # leverage 1/4 + (x - 1.5)^2 / 5
    np.testing.assert_allclose(found.leverage(), [0.7, 0.3, 0.3, 0.7], rtol=1e-13)


def test_longley_certified_values() -> None:
    """The certified values of the Longley problem, NIST Statistical Reference Datasets."""
    frame: Any = sm.datasets.longley.load_pandas().data
    data = frame.to_numpy(dtype=np.float64)
    blocks = tuple(column(f"x{i}", data[:, i]) for i in range(1, 7))
    found = fit(Design(blocks, 16), data[:, 0])
    estimates = [
        15.0618722713733,
        -0.358191792925910e-01,
        -2.02022980381683,
        -1.03322686717359,
        -0.511041056535807e-01,
        1829.15146461355,
        -3482258.63459582,
    ]
    errors = [
        84.9149257747669,
        0.334910077722432e-01,
        0.488399681651699,
        0.214274163161675,
        0.226073200069370,
        455.478499142212,
        890420.383607373,
    ]
    np.testing.assert_allclose(found.coefficients, estimates, rtol=1e-9)
    np.testing.assert_allclose(found.errors, errors, rtol=1e-9)
    assert found.root_mse == pytest.approx(304.854073561965, rel=1e-10)
    assert found.r2 == pytest.approx(0.995479004577296, rel=1e-12)
    assert found.f == pytest.approx(330.285339234588, rel=1e-9)


@pytest.mark.parametrize("covariance", ["classical", "robust"])
@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_statsmodels(covariance: Covariance, constant: bool, weighted: bool) -> None:
    rng = np.random.default_rng(5)
    design, y = mixed(rng, 4000)
    weights = rng.uniform(0.6, 1.4, design.rows) if weighted else None
    found = fit(design, y, weights=weights, constant=constant, covariance=covariance)
    matrix = spread(design, constant)
    # statsmodels inverts R'R, which loses digits here: scale, and take the errors from R itself.
    base = np.linalg.norm(matrix, axis=0)
    actual: Any = np.ones(len(y)) if weights is None else weights
    result = sm.WLS(y, matrix / base, weights=actual).fit(method="qr")
    root = np.sqrt(actual)[:, None]
    upper = np.linalg.inv(np.linalg.qr(root * matrix / base)[1])
    classical = np.sqrt((upper**2).sum(axis=1) * result.mse_resid)
    expected = classical if covariance == "classical" else result.get_robustcov_results("HC1").bse
    np.testing.assert_allclose(found.coefficients * base, result.params, rtol=1e-6)
    np.testing.assert_allclose(found.errors * base, expected, rtol=1e-6)
    assert found.rss == pytest.approx(result.ssr, rel=1e-9)
    assert found.dropped == ()
    assert found.n == 4000
    assert found.df_residual == result.df_resid
    total = result.centered_tss if constant else result.uncentered_tss
    assert found.r2 == pytest.approx(1 - result.ssr / total, rel=1e-9)
    if constant:
        assert found.adjusted_r2 == pytest.approx(result.rsquared_adj, rel=1e-9)


@pytest.mark.parametrize("covariance", ["classical", "robust"])
@pytest.mark.parametrize("constant", [True, False])
def test_overall_test_and_inference(covariance: Covariance, constant: bool) -> None:
    rng = np.random.default_rng(6)
    x, z = rng.normal(size=300), rng.normal(3, 2, size=300)
    y = 0.2 * x + 0.1 * z + rng.normal(size=300) * (1 + x**2)
    design = Design((column("x", x), column("z", z)), 300)
    found = fit(design, y, constant=constant, covariance=covariance)
    result = sm.OLS(y, spread(design, constant), hasconst=constant).fit()
    if covariance == "robust":
        result = result.get_robustcov_results("HC1")
    assert found.f == pytest.approx(float(result.fvalue), rel=1e-9)
    assert found.f_p == pytest.approx(float(result.f_pvalue), rel=1e-8)
    test = infer(found.coefficients, found.errors, found.df_residual, 90.0)
    np.testing.assert_allclose(test.t, result.tvalues, rtol=1e-9)
    np.testing.assert_allclose(test.p, result.pvalues, rtol=1e-8)
    np.testing.assert_allclose(np.column_stack([test.lower, test.upper]), result.conf_int(0.1))


def test_normal_inference_without_degrees_of_freedom() -> None:
    test = infer(np.array([1.959963984540054]), np.array([1.0]), None)
    assert test.p[0] == pytest.approx(0.05, rel=1e-12)
    assert test.lower[0] == pytest.approx(0.0, abs=1e-12)
    assert np.isnan(f_tail(float("nan"), 1, 10))


@pytest.mark.parametrize("weighted", [True, False])
def test_leverage_of_every_row(weighted: bool) -> None:
    rng = np.random.default_rng(7)
    design, y = mixed(rng, 1500)
    weights = rng.uniform(0.6, 1.4, design.rows) if weighted else None
    found = fit(design, y, weights=weights)
    matrix = spread(design, True)
    if weights is not None:
        matrix = matrix * np.sqrt(weights)[:, None]
    q = np.linalg.qr(matrix / np.linalg.norm(matrix, axis=0))[0]
    np.testing.assert_allclose(found.leverage(), (q**2).sum(axis=1), rtol=1e-6)
    assert found.leverage().sum() == pytest.approx(found.k, rel=1e-9)


def test_chunks_do_not_change_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    design, y = mixed(np.random.default_rng(8), 3000)
    whole = fit(design, y, covariance="robust")
    monkeypatch.setattr(cross_products, "CHUNK", 256)
    parts = fit(design, y, covariance="robust")
    np.testing.assert_allclose(parts.coefficients, whole.coefficients, rtol=1e-7)
    np.testing.assert_allclose(parts.errors, whole.errors, rtol=1e-7)
    np.testing.assert_allclose(parts.leverage(), whole.leverage(), rtol=1e-7)


def test_script_collinearity_drops_the_later_column() -> None:
    rng = np.random.default_rng(9)
    x, a = rng.normal(4e5, 1e5, 500), rng.integers(0, 4, 500)
    full = Block(("a0", "a1", "a2", "a3"), codes=a.astype(np.int32))
    blocks = (column("x", x), column("2x+1", 2 * x + 1), column("seven", np.full(500, 7.0)), full)
    found = fit(Design((*blocks, column("zero", np.zeros(500))), 500), x + a + rng.normal(size=500))
    assert found.dropped == ("2x+1", "seven", "a3", "zero")
    assert found.names == ("x", "a0", "a1", "a2", "_cons")
    without = fit(Design(blocks[3:], 500), x, constant=False)
    assert without.dropped == ()


@pytest.mark.parametrize(("noise", "kept"), [(1e-5, True), (1e-7, True), (1e-11, False)])
def test_residual_share_decides(noise: float, kept: bool) -> None:
    """A column is dropped below 1e-9 of its norm, which sums alone could not tell."""
    rng = np.random.default_rng(10)
    n = 2000
    x, e = rng.normal(5, 1, n), rng.normal(3, 1, n)
    y = x + rng.normal(size=n)
    other = x + noise * e
    found = fit(Design((column("x", x), column("x+e", other)), n), y)
    assert found.dropped == (() if kept else ("x+e",))
    if kept:
        # (x, x + noise e') has the same span as (x, e') with e' as rounded in the column.
        small = (other - x) / noise
        result = sm.OLS(y, np.column_stack([x, small, np.ones(n)])).fit()
        assert found.coefficients[1] * noise == pytest.approx(result.params[1], rel=1e-6)
        assert found.errors[1] * noise == pytest.approx(result.bse[1], rel=1e-6)
        assert found.coefficients[0] + found.coefficients[1] == pytest.approx(
            result.params[0], rel=1e-6
        )
        assert found.coefficients[2] == pytest.approx(result.params[2], rel=1e-6)
        assert found.errors[2] == pytest.approx(result.bse[2], rel=1e-6)
        expected = result.get_influence().hat_matrix_diag
        np.testing.assert_allclose(found.leverage(), expected, rtol=1e-6)


def test_huge_differences_of_scale() -> None:
    rng = np.random.default_rng(11)
    n = 1000
    x, z = rng.normal(3e-9, 1e-9, n), rng.normal(5e12, 1e9, n)
    e = rng.normal(size=n)
    y = 1e9 * x + 1e-9 * (z - 5e12) + e
    found = fit(Design((column("x", x), column("z", z)), n), y)
    scaled = np.column_stack([(x - 3e-9) * 1e9, (z - 5e12) / 1e9, np.ones(n)])
    result = sm.OLS(y, scaled).fit()
    np.testing.assert_allclose(found.coefficients[:2] * [1e-9, 1e9], result.params[:2], rtol=1e-6)
    np.testing.assert_allclose(found.errors[:2] * [1e-9, 1e9], result.bse[:2], rtol=1e-6)


def test_perfect_fit_has_no_negative_sum_of_squares() -> None:
    x = np.arange(50.0) * 1e6
    found = fit(Design((column("x", x),), 50), 3 * x + 1e9)
    assert 0 <= found.rss < 1e-18 * found.tss
    assert found.r2 == 1.0
    np.testing.assert_allclose(found.coefficients, [3, 1e9], rtol=1e-12)


def test_what_cannot_be_estimated() -> None:
    x, y = np.array([1.0, 2.0, 4.0]), np.array([1.0, 0.0, 1.0])
    with pytest.raises(NotEstimableError, match="constant outcome"):
        fit(Design((column("x", x),), 3), np.ones(3))
    with pytest.raises(NotEstimableError, match="too few rows"):
        fit(Design((column("x", x), column("z", x**2)), 3), y)
    with pytest.raises(NotEstimableError, match="too few rows"):
        fit(Design((column("x", x[:0]),), 0), y[:0])
    with pytest.raises(NotEstimableError, match="no regressor"):
        fit(Design((column("x", np.full(3, 2.0)),), 3), y)


def test_malformed_designs() -> None:
    codes = np.zeros(3, dtype=np.int32)
    with pytest.raises(ValueError, match="exactly one column"):
        Block(("a", "b"))
    with pytest.raises(ValueError, match="one entry per row"):
        Design((Block(("a",), codes=codes),), 4)
    with pytest.raises(DesignTooWideError):
        Design((Block(("a",) * (MAX_COLUMNS + 1), codes=codes),), 3)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    levels=st.lists(st.integers(2, 9), min_size=1, max_size=3),
    numeric=st.integers(0, 2),
    constant=st.booleans(),
)
def test_any_design_projects_like_plain_least_squares(
    seed: int, levels: list[int], numeric: int, constant: bool
) -> None:
    """Fitted values of rank-deficient designs equal the projection; names add up."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(60, 200))
    blocks = [column(f"x{i}", rng.normal(10.0**i, 1, n)) for i in range(numeric)]
    for i, count in enumerate(levels):
        codes = rng.integers(0, count, n)
        blocks.append(factor(f"a{i}", codes, count))
        if numeric:
            blocks.append(factor(f"a{i}#c.x0", codes, count, blocks[0].x))
    design, y = Design(tuple(blocks), n), rng.normal(size=n)
    found = fit(design, y, constant=constant)
    matrix = spread(design, constant)
    names = [*design.names, *(["_cons"] if constant else [])]
    assert sorted(found.names + found.dropped) == sorted(names)
    kept = matrix[:, [names.index(name) for name in found.names]]
    assert found.k == np.linalg.matrix_rank(matrix / np.maximum(np.linalg.norm(matrix, axis=0), 1))
    expected = matrix @ np.linalg.lstsq(matrix, y, rcond=1e-12)[0]
    np.testing.assert_allclose(kept @ found.coefficients, expected, atol=1e-8)
