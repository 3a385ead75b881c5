"""Tests and tables beside a linear model against statsmodels, on random and nasty data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray
from statsmodels.stats.diagnostic import het_breuschpagan, linear_reset
from statsmodels.stats.outliers_influence import OLSInfluence, variance_inflation_factor

from kohort.estimators.design import Block, Design
from kohort.estimators.least_squares import fit
from kohort.estimators.linear_model import LinearRegression
from kohort.estimators.problem import (
    Covariance,
    Estimate,
    NotEstimableError,
    Problem,
    Statistic,
    TableOfEffects,
    TableOfFigures,
    TableOfTests,
)

N = 800
RNG = np.random.default_rng(4)
WAGE = np.exp(RNG.normal(12.5, 0.6, N))
A: NDArray[np.int64] = RNG.integers(0, 5, N)
D = (WAGE + RNG.normal(0, 3e5, N) > 3e5).astype(np.float64)
GROUP = (RNG.permutation(N) // 20).astype(np.int32)
Y = 3e-6 * WAGE * RNG.normal(1, 0.4, N) + 0.2 * A + 0.5 * D + RNG.normal(0, 1, 40)[GROUP]
BLOCKS = (
    Block(("wage",), x=WAGE),
    Block(tuple(f"i.a[{j}]" for j in range(1, 5)), codes=(A - 1).astype(np.int32)),
    Block(("d",), x=D),
)
DUMMIES = [np.equal(A, j).astype(np.float64) for j in range(1, 5)]
MATRIX = np.column_stack([WAGE, *DUMMIES, D, np.ones(N)])
# statsmodels' pseudo-inverse loses digits where columns differ so much in size.
SCALE = np.array([1e5, 1, 1, 1, 1, 1, 1])


def fitted(covariance: Covariance = "classical", **options: Any) -> Estimate:
    problem = Problem(
        {"terms": Design(BLOCKS, N)}, N, {"outcome": Y}, {"cluster": GROUP},
        covariance=covariance, options=options,
    )  # fmt: skip
    return LinearRegression().fit(problem)


@pytest.fixture(scope="module")
def expected() -> Any:
    return sm.OLS(Y, MATRIX / SCALE).fit()


def near(found: Any, wanted: Any) -> None:
    np.testing.assert_allclose(np.asarray(found), np.asarray(wanted), rtol=1e-6)


def test_clustered_errors(expected: Any) -> None:
    found = fitted("cluster")
    wanted = expected.get_robustcov_results("cluster", groups=GROUP)
    near(found.equations[0].coefficients, wanted.params / SCALE)
    near(found.equations[0].errors, wanted.bse / SCALE)
    assert found.clusters == 40
    f = next(one for one in found.statistics if one.name == "f")
    near(f.value, wanted.fvalue)


def test_clusters_in_any_order_and_one_alone() -> None:
    order = RNG.permutation(N)
    moved = Design(
        tuple(
            Block(
                b.names,
                None if b.codes is None else b.codes[order],
                None if b.x is None else b.x[order],
            )
            for b in BLOCKS
        ),
        N,
    )
    one = fit(Design(BLOCKS, N), Y, covariance="cluster", clusters=GROUP)
    other = fit(moved, Y[order], covariance="cluster", clusters=GROUP[order] * 3 + 5)
    near(other.errors, one.errors)
    with pytest.raises(NotEstimableError, match="too few groups"):
        fit(Design(BLOCKS, N), Y, covariance="cluster", clusters=np.zeros(N, np.int32))


def test_few_clusters_leave_the_joint_test_open() -> None:
    found = fit(Design(BLOCKS, N), Y, covariance="cluster", clusters=(GROUP % 3).astype(np.int32))
    assert np.isnan(found.f)
    assert np.isfinite(found.errors).all()


def test_standardized_coefficients(expected: Any) -> None:
    found = fitted(standardize=True)
    scale = (MATRIX / SCALE).std(axis=0)[:-1] / Y.std()
    near(found.equations[0].coefficients[:-1], expected.params[:-1] * scale)
    near(found.equations[0].errors[:-1], expected.bse[:-1] * scale)
    assert not found.constant_shown


def test_variance_inflation() -> None:
    (table,) = fitted(vif=True).tables
    assert isinstance(table, TableOfFigures)
    wanted = [variance_inflation_factor(MATRIX / SCALE, j) for j in range(6)]
    near(table.columns[0][2], [*wanted, np.mean(wanted)])
    (robust,) = fitted("robust", vif=True).tables
    assert isinstance(robust, TableOfFigures)
    near(robust.columns[0][2], table.columns[0][2])


def test_reset_and_unequal_variance(expected: Any) -> None:
    (table,) = fitted(ov=True, het_bp=True, het_iid=True, het_fstat=True).tables
    assert isinstance(table, TableOfTests)
    found = {one.name: one for one in table.statistics}

    def agrees(one: Statistic, value: float, df: int) -> None:
        near(one.value, value)
        assert one.df == df

    reset = linear_reset(expected, power=4, test_type="fitted", use_f=True)
    agrees(found["ov"], reset.fvalue, 3)
    assert N - found["ov"].parameters == reset.df_denom
    plain = het_breuschpagan(expected.resid, MATRIX / SCALE, robust=False)
    agrees(found["het_bp"], plain[0], 6)
    agrees(found["het_fstat"], plain[2], 6)
    agrees(found["het_iid"], het_breuschpagan(expected.resid, MATRIX / SCALE)[0], 6)


@pytest.mark.parametrize("moved", [None, "d", "a"])
def test_predictions_at_means(expected: Any, moved: str | None) -> None:
    (table,) = fitted(margins=moved).tables
    assert isinstance(table, TableOfEffects)
    means = (MATRIX / SCALE).mean(axis=0)
    points = [means]
    if moved is not None:
        column = 5 if moved == "d" else 1
        points = [np.where(np.arange(7) == column, value, means) for value in (0, 1)]
    frame = expected.get_prediction(np.array(points))
    near(table.estimates, frame.predicted_mean)
    near(table.errors, frame.se_mean)
    with pytest.raises(NotEstimableError, match="not binary"):
        fitted(margins="nothing")


def test_predictions_for_rows(expected: Any) -> None:
    problem = Problem({"terms": Design(BLOCKS, N)}, N, {"outcome": Y})
    found = LinearRegression().values(problem, ("predicted", "residuals", "cooksd"))
    near(found["predicted"], expected.fittedvalues)
    near(found["residuals"], expected.resid)
    influence: Any = OLSInfluence(expected)
    near(found["cooksd"], influence.cooks_distance[0])
