"""Random intercepts against a dense covariance matrix and statsmodels' MixedLM."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from kohort.estimators.design import Block, Design, Floats
from kohort.estimators.mixed import MixedFit, Nesting, fit_mixed
from kohort.estimators.problem import NotEstimableError


class Sample:
    """Rows in groups, and (with `parts`) in cells within groups; sizes differ."""

    def __init__(self, groups: int, parts: int, n: int, seed: int = 3) -> None:
        rng = np.random.default_rng(seed)
        self.group = rng.integers(0, groups, n)
        cell = self.group * max(parts, 1) + rng.integers(0, max(parts, 1), n)
        found, self.cell = np.unique(cell, return_inverse=True)
        self.nesting = Nesting(self.cell, found // max(parts, 1))
        kroner, z = np.exp(rng.normal(12, 1, n)), rng.normal(size=n) + 0.1 * self.group
        level = rng.integers(0, 3, n)
        self.y = 1e-5 * kroner + z + level + 2 * rng.normal(size=groups)[self.group]
        self.y += rng.normal(size=n) + (parts > 0) * 1.2 * rng.normal(size=len(found))[self.cell]
        blocks = (
            Block(("kroner",), x=kroner),
            Block(("z",), x=z),
            Block(("level1", "level2"), codes=(level - 1).astype(np.int32)),
        )
        self.design = Design(blocks, n)
        columns = [kroner, z, level == 1, level == 2, np.ones(n)]
        self.dense = np.column_stack(columns).astype(np.float64)
        self.weights = rng.uniform(0.5, 1.5, n)

    def covariance(self, found: MixedFit) -> Floats:
        """V by its definition."""
        result = found.upper * np.equal.outer(self.group, self.group)
        result = result + found.residual * np.eye(len(self.y))
        if self.nesting.levels == 2:
            result += found.lower * np.equal.outer(self.cell, self.cell)
        return np.asarray(result, dtype=np.float64)


def likelihood(sample: Sample, v: Floats) -> float:
    """The restricted likelihood by its definition."""
    x, y = sample.dense, sample.y
    solved = np.linalg.solve(v, np.column_stack([x, y]))
    a = x.T @ solved[:, :-1]
    b = np.linalg.solve(a, x.T @ solved[:, -1])
    e = y - x @ b
    q = float(e @ np.linalg.solve(v, e))
    n, k = x.shape
    logs = np.linalg.slogdet(v)[1] + np.linalg.slogdet(a)[1]
    return -0.5 * float(logs + q + (n - k) * np.log(2 * np.pi))


@pytest.fixture(scope="module", params=[(25, 0, 300), (12, 4, 400)], ids=["two", "three"])
def sample(request: pytest.FixtureRequest) -> Sample:
    return Sample(*request.param)


def test_dense(sample: Sample) -> None:
    """Coefficients, errors, likelihood and predictions at the variances that were found."""
    found = fit_mixed(sample.design, sample.y, sample.nesting)
    v = sample.covariance(found)
    inverse = np.linalg.inv(sample.dense.T @ np.linalg.solve(v, sample.dense))
    b = inverse @ sample.dense.T @ np.linalg.solve(v, sample.y)
    np.testing.assert_allclose(found.coefficients, b, rtol=1e-8)
    np.testing.assert_allclose(found.errors, np.sqrt(np.diagonal(inverse)), rtol=1e-8)
    assert found.likelihood == pytest.approx(likelihood(sample, v), rel=1e-10)
    between = v - found.residual * np.eye(len(v))
    predicted = sample.dense @ b + between @ np.linalg.solve(v, sample.y - sample.dense @ b)
    np.testing.assert_allclose(found.fitted, predicted, rtol=1e-7)


def test_maximum(sample: Sample) -> None:
    """The likelihood by its definition is flat at the variances that were found, and falls off."""
    found = fit_mixed(sample.design, sample.y, sample.nesting)
    best = likelihood(sample, sample.covariance(found))
    names = ["upper", "residual"] + ["lower"] * (sample.nesting.levels == 2)
    for name in names:
        for factor in (0.99, 1.01):
            values = {n: getattr(found, n) * (factor if n == name else 1.0) for n in names}
            v = values["upper"] * np.equal.outer(sample.group, sample.group)
            v = v + values["residual"] * np.eye(len(sample.y))
            if "lower" in values:
                v += values["lower"] * np.equal.outer(sample.cell, sample.cell)
            lost = best - likelihood(sample, v)
            # Second order only: one per cent off costs less than n / 4 times its square.
            assert 0 < lost < len(sample.y) / 4 * 1.1e-4


def test_statsmodels(sample: Sample) -> None:
    """As good as MixedLM's optimiser: coefficients to 5 digits, variances to 3."""
    found = fit_mixed(sample.design, sample.y, sample.nesting)
    scale = np.array([1e5, 1, 1, 1, 1])
    x = sample.dense / scale
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if sample.nesting.levels == 1:
            model: Any = MixedLM(sample.y, x, groups=sample.group)
        else:
            frame: Any = pd.DataFrame(dict(zip("abcde", x.T, strict=True)))
            frame = frame.assign(y=sample.y, g=sample.group, s=sample.cell)
            model = MixedLM.from_formula(
                "y ~ 0 + a + b + c + d + e", frame, groups="g", re_formula="1",
                vc_formula={"s": "0 + C(s)"},
            )  # fmt: skip
        result: Any = model.fit(reml=True)
    np.testing.assert_allclose(found.coefficients * scale, result.fe_params, rtol=2e-5)
    np.testing.assert_allclose(found.errors * scale, result.bse_fe, rtol=2e-3)
    assert found.upper == pytest.approx(float(np.asarray(result.cov_re)[0, 0]), rel=2e-3)
    assert found.residual == pytest.approx(result.scale, rel=1e-4)
    # |A| of the scaled column differs by its scale; ours is no less likely.
    gain = found.likelihood + np.log(1e5) - result.llf
    assert -1e-9 < gain < 1e-5


def test_balanced_by_hand() -> None:
    """Groups of equal size without regressors but one: the variances are those of anova."""
    rng = np.random.default_rng(8)
    group = np.repeat(np.arange(30), 5)
    x = np.tile(np.arange(5.0), 30)
    y = rng.normal(size=30)[group] + 0.5 * x + rng.normal(size=150)
    found = fit_mixed(Design((Block(("x",), x=x),), 150), y, Nesting(group, np.arange(30)))
    slope = float(((x - 2) @ y) / (30 * 10))
    means = np.bincount(group, weights=y) / 5
    inside = float(((y - means[group] - slope * (x - 2)) ** 2).sum()) / (150 - 30 - 1)
    between = 5 * float(means.var(ddof=1))
    assert found.coefficients[0] == pytest.approx(slope, rel=1e-10)
    assert found.residual == pytest.approx(inside, rel=1e-7)
    assert found.upper == pytest.approx((between - inside) / 5, rel=1e-7)


def test_no_variation_between_groups() -> None:
    """Where group means are closer than chance their variance is zero: least squares."""
    x = np.tile(np.arange(4.0), 10)
    y: Floats = np.tile(np.array([1.0, -1, 2, -2]), 10) + 0.1 * np.arange(40.0) % 0.7
    group = np.repeat(np.arange(10), 4)
    found = fit_mixed(Design((Block(("x",), x=x),), 40), y, Nesting(group, np.arange(10)))
    assert found.upper == 0.0
    slope, constant = np.polyfit(x, y, 1)
    np.testing.assert_allclose(found.coefficients, [slope, constant])


def test_weights_count_where_they_differ(sample: Sample) -> None:
    """Equal weights change nothing; doubled groups are the same as groups of weight two."""
    plain = fit_mixed(sample.design, sample.y, sample.nesting)
    same = fit_mixed(sample.design, sample.y, sample.nesting, weights=np.ones(len(sample.y)))
    np.testing.assert_allclose(same.coefficients, plain.coefficients, rtol=1e-12)
    twice = sample.group % 2 == 0
    weights = np.where(twice, 2.0, 1.0)
    weighted = fit_mixed(sample.design, sample.y, sample.nesting, weights=weights)
    rows = np.concatenate([np.arange(len(twice)), np.flatnonzero(twice)])
    copies = np.concatenate([np.zeros(len(twice), int), np.ones(twice.sum(), int)])
    cells = sample.cell[rows] + copies * sample.nesting.cells
    groups = sample.group[rows] + copies * sample.nesting.groups
    _, first, cell = np.unique(cells, return_index=True, return_inverse=True)
    upper = np.unique(groups[first], return_inverse=True)[1]
    blocks = tuple(
        Block(
            b.names, None if b.codes is None else b.codes[rows], None if b.x is None else b.x[rows]
        )
        for b in sample.design.blocks
    )
    doubled = fit_mixed(Design(blocks, len(rows)), sample.y[rows], Nesting(cell, upper))
    np.testing.assert_allclose(weighted.coefficients, doubled.coefficients, rtol=1e-6)
    assert weighted.upper == pytest.approx(doubled.upper, rel=1e-6)
    assert weighted.residual == pytest.approx(doubled.residual, rel=1e-6)


def test_groups_that_do_not_group() -> None:
    y, x = np.arange(6.0), np.array([1.0, 5, 2, 8, 3, 1])
    design = Design((Block(("x",), x=x),), 6)
    for cell in (np.zeros(6, int), np.arange(6)):
        with pytest.raises(NotEstimableError) as caught:
            fit_mixed(design, y, Nesting(cell, np.arange(cell.max() + 1)))
        assert caught.value.reason == "too few groups"
