"""Decomposition of a difference of means against statsmodels, least squares and resampling."""

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.oaxaca import OaxacaBlinder

from kohort.estimators.decomposition import decompose
from kohort.estimators.design import Block, Design, Floats
from kohort.estimators.problem import Covariance, NotEstimableError


class Sample:
    def __init__(self, n: int = 600) -> None:
        rng = np.random.default_rng(1)
        group, level = rng.integers(0, 2, n), rng.integers(0, 3, n)
        x, kroner = rng.normal(10, 1, n) + group, np.exp(rng.normal(12, 0.5, n))
        self.y: Floats = 2 * x + level + 1e-5 * kroner * (1 + group) + group + rng.normal(size=n)
        self.second = group == 1
        levels = Block(("level1", "level2"), codes=(level - 1).astype(np.int32))
        blocks = (Block(("x",), x=x), levels, Block(("kroner",), x=kroner))
        self.design = Design(blocks, n)
        columns = [x, level == 1, level == 2, kroner, np.ones(n), group]
        self.dense = np.column_stack(columns).astype(np.float64)

    def picked(self, rows: np.ndarray) -> tuple[Design, Floats, np.ndarray]:
        blocks = tuple(
            Block(
                b.names,
                None if b.codes is None else b.codes[rows],
                None if b.x is None else b.x[rows],
            )
            for b in self.design.blocks
        )
        return Design(blocks, len(rows)), self.y[rows], self.second[rows]


@pytest.fixture(scope="module")
def sample() -> Sample:
    return Sample()


def test_three_parts(sample: Sample) -> None:
    found = decompose(sample.design, sample.y, sample.second)
    peer: Any = OaxacaBlinder(sample.y, sample.dense, 5, hasconst=True, swap=False)
    np.testing.assert_allclose(found.components, peer.three_fold().params[:3], rtol=1e-8)
    assert found.difference == pytest.approx(peer.three_fold().params[3])
    assert found.components.sum() == pytest.approx(found.difference)


def test_two_parts(sample: Sample) -> None:
    found = decompose(sample.design, sample.y, sample.second, pool=True)
    peer: Any = OaxacaBlinder(sample.y, sample.dense, 5, hasconst=True, swap=False)
    unexplained, explained, _ = peer.two_fold(two_fold_type="pooled").params
    np.testing.assert_allclose(found.components, [explained, unexplained], rtol=1e-8)


@pytest.mark.parametrize("kind", ["classical", "robust"])
def test_unexplained_is_the_indicator(sample: Sample, kind: Covariance) -> None:
    """The unexplained part of two is a coefficient of the pooled regression, with its error."""
    found = decompose(sample.design, sample.y, sample.second, pool=True, covariance=kind)
    scale = np.array([1, 1, 1, 1e5, 1, 1])
    model: Any = sm.OLS(sample.y, sample.dense / scale)
    result = model.fit(cov_type="nonrobust" if kind == "classical" else "HC1")
    assert found.components[1] == pytest.approx(-result.params[5], rel=1e-9)
    assert found.errors[1] == pytest.approx(result.bse[5], rel=1e-9)


def test_errors_as_in_resampling(sample: Sample) -> None:
    """Within a tenth of the spread over 300 samples (whose own error is 4 per cent)."""
    rng = np.random.default_rng(7)
    parts = []
    for _ in range(300):
        again = sample.picked(rng.integers(0, 600, 600))
        parts.append([*decompose(*again).components, *decompose(*again, pool=True).components])
    spread = np.std(parts, axis=0)
    three = decompose(sample.design, sample.y, sample.second).errors
    two = decompose(sample.design, sample.y, sample.second, pool=True).errors
    np.testing.assert_allclose([*three, *two], spread, rtol=0.13)


def test_by_hand() -> None:
    """Lines y = x + 1 (x 0, 2, 4) and y = 2 x (x 0, 1, 2), each with residuals 1, -2, 1."""
    x = np.array([0.0, 2, 4, 0, 1, 2])
    y = np.array([2.0, 1, 6, 1, 0, 5])
    second = np.arange(6) > 2
    found = decompose(Design((Block(("x",), x=x),), 6), y, second)
    assert found.means == (3.0, 2.0)
    # (2 - 1) 2 explained; (1 - 0) + 1 (1 - 2) = 0 unexplained; (2 - 1)(1 - 2) simultaneous.
    np.testing.assert_allclose(found.components, [2.0, 0.0, -1.0], atol=1e-12)
    # V(slope 2) = 6 / 2; variances of the means of x 4 / 3 and 1 / 3: 3 + 2^2 (4 + 1) / 3.
    assert found.errors[0] ** 2 == pytest.approx(6 / 2 + 4 * 5 / 3)


def test_equal_weights_change_nothing(sample: Sample) -> None:
    for pool in (False, True):
        plain = decompose(sample.design, sample.y, sample.second, pool=pool)
        same = decompose(sample.design, sample.y, sample.second, pool=pool, weights=np.ones(600))
        np.testing.assert_allclose(same.components, plain.components, rtol=1e-12)
        np.testing.assert_allclose(same.errors, plain.errors, rtol=1e-12)


def test_a_level_of_one_group_alone() -> None:
    """It is left out of both regressions."""
    rng = np.random.default_rng(3)
    level = np.tile(np.array([0, 1, 2]), 20)
    second = np.arange(60) >= 30
    level[second & (level == 2)] = 0
    x = rng.normal(size=60)
    y = x + level + rng.normal(size=60)
    codes = (level - 1).astype(np.int32)
    design = Design((Block(("level1", "level2"), codes=codes), Block(("x",), x=x)), 60)
    found = decompose(design, y, second)
    assert found.dropped == ("level2",)
    smaller = Design((Block(("level1",), x=(level == 1).astype(float)), design.blocks[1]), 60)
    np.testing.assert_allclose(found.components, decompose(smaller, y, second).components)


def test_one_group() -> None:
    x = np.arange(5.0)
    with pytest.raises(NotEstimableError) as caught:
        decompose(Design((Block(("x",), x=x),), 5), x**2, np.zeros(5, dtype=bool))
    assert caught.value.reason == "too few groups"
