"""Instrumental variables against linearmodels: columns of very unequal scales, and textbooks."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from linearmodels.datasets import card, mroz
from linearmodels.iv import IV2SLS, IVGMM, IVLIML

from kohort.estimators import instrument_tests
from kohort.estimators.design import CONSTANT, Block, Design, Floats
from kohort.estimators.group_sums import Clusters
from kohort.estimators.instruments import InstrumentFit, Method, fit_instruments
from kohort.estimators.problem import Covariance, NotEstimableError

PEERS: dict[str, Any] = {"tsls": IV2SLS, "liml": IVLIML, "gmm": IVGMM}
KINDS: dict[Covariance, str] = {
    "classical": "unadjusted", "robust": "robust", "cluster": "clustered",
}  # fmt: skip


def column(name: str, x: Any) -> Block:
    return Block((name,), x=np.asarray(x, dtype=np.float64))


def spread(design: Design) -> pd.DataFrame:
    columns: dict[str, Floats] = {}
    for block in design.blocks:
        x = np.ones(design.rows) if block.x is None else block.x
        for level, name in enumerate(block.names):
            columns[name] = x if block.codes is None else x * (block.codes == level)
    return pd.DataFrame(columns)


class Sample:
    """Two endogenous columns, four instruments, kroner beside tiny numbers, factors."""

    def __init__(self, n: int = 900) -> None:
        rng = np.random.default_rng(3)
        large, tiny = np.exp(rng.normal(10, 1, n)), 1e-3 * rng.normal(size=n)
        region, level = rng.integers(0, 3, n), rng.integers(0, 4, n)
        u, kroner = rng.normal(size=n), np.exp(rng.normal(12, 0.5, n))
        first = large * 2e-5 + tiny * 300 + u + rng.normal(size=n) + 0.3 * level
        second = 1.0 * (region == 1) + tiny * 500 - 0.5 * u + rng.normal(size=n) + 1e-5 * kroner
        noise = 1e5 * rng.normal(size=n) * (1 + 500 * np.abs(tiny))
        self.y = 1e5 * (first + 0.5 * second + 0.2 * level + u) + 0.3 * kroner + noise
        levels = Block(("level1", "level2", "level3"), codes=(level - 1).astype(np.int32))
        regions = Block(("region1", "region2"), codes=(region - 1).astype(np.int32))
        self.exogenous = Design((column("kroner", kroner), levels), n)
        self.endogenous = Design((column("first", first), column("second", second)), n)
        self.instruments = Design((column("large", large), column("tiny", tiny), regions), n)
        self.cluster = rng.integers(0, 40, n)
        self.weights = rng.uniform(0.5, 1.5, n)

    def both(
        self, method: Method, kind: Covariance, constant: bool, weighted: bool
    ) -> tuple[InstrumentFit, Any]:
        """Our fit and that of linearmodels."""
        exogenous = spread(self.exogenous)
        if constant:
            exogenous[CONSTANT] = 1.0
        made: dict[str, Any] = {"weights": self.weights if weighted else None}
        if method == "gmm":
            made["weight_type"] = "clustered" if kind == "cluster" else "robust"
        asked: dict[str, Any] = {"cov_type": KINDS[kind], "debiased": True}
        if kind == "cluster":
            asked["clusters"] = self.cluster
            if method == "gmm":
                made["clusters"] = self.cluster
        if method == "gmm" and kind == "classical":
            asked["cov_type"] = "robust"
        model = PEERS[method](
            pd.Series(self.y, name="y"), exogenous, spread(self.endogenous),
            spread(self.instruments), **made,
        )  # fmt: skip
        found = fit_instruments(
            self.exogenous,
            self.endogenous,
            self.instruments,
            self.y,
            method=method,
            weights=self.weights if weighted else None,
            constant=constant,
            covariance=kind,
            clusters=Clusters(self.cluster, 40) if kind == "cluster" else None,
        )
        return found, model.fit(**asked)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return Sample()


def compare(found: InstrumentFit, result: Any, rtol: float = 1e-8) -> None:
    names = list(found.names)
    np.testing.assert_allclose(found.coefficients, result.params[names], rtol=rtol)
    np.testing.assert_allclose(found.errors, result.std_errors[names], rtol=rtol)


@pytest.mark.parametrize("method", PEERS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("constant", "weighted"), [(True, False), (False, False), (True, True)])
def test_linearmodels(
    sample: Sample, method: Method, kind: Covariance, constant: bool, weighted: bool
) -> None:
    found, result = sample.both(method, kind, constant, weighted)
    compare(found, result)
    test = result.f_statistic
    f = test.stat if test.df_denom else test.stat / test.df
    assert found.f == pytest.approx(f, rel=1e-7)
    if not weighted:
        assert found.r2 == pytest.approx(result.rsquared, abs=1e-10)
        assert found.root_mse == pytest.approx(result.s2**0.5, rel=1e-9)


@pytest.mark.parametrize("method", ["tsls", "liml"])
@pytest.mark.parametrize("kind", KINDS)
def test_first_stages(sample: Sample, method: Method, kind: Covariance) -> None:
    found, result = sample.both(method, kind, constant=True, weighted=False)
    stages, table = instrument_tests.first_stages(found), result.first_stage.diagnostics
    f = table["f.stat"].to_numpy(float)
    f = f if kind == "classical" else f / stages.df
    np.testing.assert_allclose(stages.r2, table["rsquared"], rtol=1e-8)
    np.testing.assert_allclose(stages.partial, table["partial.rsquared"], rtol=1e-8)
    np.testing.assert_allclose(stages.shea, table["shea.rsquared"], rtol=1e-7)
    np.testing.assert_allclose(stages.f, f, rtol=1e-7)
    assert stages.df == 4


@pytest.mark.parametrize("method", ["tsls", "liml"])
@pytest.mark.parametrize("kind", KINDS)
def test_tests(sample: Sample, method: Method, kind: Covariance) -> None:
    found, result = sample.both(method, kind, constant=True, weighted=False)
    tests = instrument_tests.overidentification(found)
    if method == "tsls":
        tests += instrument_tests.endogeneity(found)
    names = [test.name for test in tests]
    if method == "liml":
        assert names == ["anderson_rubin", "basmann_f"]
    elif kind == "classical":
        assert names == ["sargan", "basmann", "durbin", "wu_hausman"]
    for test in tests:
        peer = getattr(result, test.name)
        peer = peer() if callable(peer) else peer
        assert test.value == pytest.approx(peer.stat, rel=1e-7)
        assert test.df == peer.df
        assert test.df2 == (peer.df_denom or 0)


def test_working_women() -> None:
    """Mroz (1987), as in Wooldridge's textbook: education by the parents' schooling."""
    data: Any = mroz.load().dropna()
    n = len(data)
    exogenous = Design((column("exper", data["exper"]), column("expersq", data["expersq"])), n)
    endogenous = Design((column("educ", data["educ"]),), n)
    parents = Design(
        (column("motheduc", data["motheduc"]), column("fatheduc", data["fatheduc"])), n
    )
    found = fit_instruments(exogenous, endogenous, parents, data["lwage"].to_numpy())
    # Wooldridge, Introductory Econometrics, example 15.5: .061 (.031), .044 (.013), -.0009 (.0004).
    np.testing.assert_allclose(found.coefficients[:3], [0.061, 0.044, -0.0009], atol=5e-4)
    np.testing.assert_allclose(found.errors[:3], [0.031, 0.013, 0.0004], atol=5e-4)
    constant = pd.DataFrame({CONSTANT: np.ones(n)}, index=data.index)
    result = IV2SLS(
        data["lwage"], pd.concat([data[["exper", "expersq"]], constant], axis=1), data["educ"],
        data[["motheduc", "fatheduc"]],
    ).fit(cov_type="unadjusted", debiased=True)  # fmt: skip
    compare(found, result)


def test_near_college() -> None:
    """Card (1995): schooling by the distance to a college."""
    data: Any = card.load()
    names = ["exper", "expersq", "black", "smsa", "south"]
    data = data[["lwage", "educ", "nearc4", "nearc2", *names]].dropna()
    n = len(data)
    exogenous = Design(tuple(column(name, data[name]) for name in names), n)
    endogenous = Design((column("educ", data["educ"]),), n)
    near = Design((column("nearc4", data["nearc4"]), column("nearc2", data["nearc2"])), n)
    for method in ("tsls", "liml"):
        found = fit_instruments(
            exogenous, endogenous, near, data["lwage"].to_numpy(), method=method,
            covariance="robust",
        )  # fmt: skip
        result = PEERS[method](
            data["lwage"], data[names].assign(**{CONSTANT: 1.0}), data[["educ"]],
            data[["nearc4", "nearc2"]],
        ).fit(cov_type="robust", debiased=True)  # fmt: skip
        compare(found, result)


def test_hand_worked() -> None:
    """One instrument: the slope is cov(z, y) / cov(z, x)."""
    z, x, y = np.array([0.0, 0, 1, 1]), np.array([1.0, 3, 4, 6]), np.array([2.0, 1, 5, 10])
    one = Design((), 4)
    found = fit_instruments(one, Design((column("x", x),), 4), Design((column("z", z),), 4), y)
    # Means by z: x 2 and 5, y 1.5 and 7.5.
    np.testing.assert_allclose(found.coefficients, [2.0, -2.5])
    # Residuals 2.5, -2.5, -0.5, 0.5: s2 = 13 / 2; projected x varies by 9.
    np.testing.assert_allclose(found.errors[0], (6.5 / 9) ** 0.5)


def test_collinear_exogenous_column(sample: Sample) -> None:
    """One that others determine goes."""
    kroner = sample.exogenous.blocks[0].x
    assert kroner is not None
    wide = Design((*sample.exogenous.blocks, column("twice", 2 * kroner + 1)), len(kroner))
    found = fit_instruments(wide, sample.endogenous, sample.instruments, sample.y)
    assert found.dropped == ("twice",)


@pytest.mark.parametrize("method", PEERS)
@pytest.mark.parametrize("kind", ["classical", "robust"])
@pytest.mark.parametrize("part", ["exogenous", "instruments", "endogenous"])
@pytest.mark.parametrize("share", [1e-3, 1e-6])
def test_nearly_collinear(method: Method, kind: Covariance, part: str, share: float) -> None:
    """A column stays that differs from another by a share of its size.

    The peer has the difference itself in its place, in units of the share, from which everything
    else follows without loss of digits.
    """
    rng = np.random.default_rng(9)
    n = 700
    kroner = np.exp(rng.normal(12, 0.5, n))
    w, e, u = kroner / kroner.std(), rng.normal(size=n), rng.normal(size=n)
    z = rng.normal(size=(4, n))
    first = z[0] + z[1] + u + rng.normal(size=n) + w
    second = z[2] + e + 0.3 * u + rng.normal(size=n)
    y = first + second + u + w + rng.normal(size=n)
    parts = {"exogenous": [w], "instruments": [z[0], z[1], z[2]], "endogenous": [first, second]}
    others = {name: list(found) for name, found in parts.items()}
    added = 0.0 * w
    if part == "endogenous":
        added = first + share * second
        parts[part][1], others[part][1] = added, (added - first) / share
    else:
        added = parts[part][0] + share * e
        parts[part].append(added)
        others[part].append((added - parts[part][0]) / share)
    if part != "instruments":
        for chosen in (parts, others):
            chosen["instruments"] = [*z, e] if part == "endogenous" else [*z]
    a, b, c = (
        Design(tuple(column(f"{name}{i}", x) for i, x in enumerate(parts[name])), n)
        for name in ("exogenous", "endogenous", "instruments")
    )
    found = fit_instruments(a, b, c, y, method=method, covariance=kind)
    frames = [
        pd.DataFrame({f"{name}{i}": x for i, x in enumerate(others[name])})
        for name in ("exogenous", "endogenous", "instruments")
    ]
    made: dict[str, Any] = {"weight_type": "robust"} if method == "gmm" else {}
    asked = "robust" if method == "gmm" else KINDS[kind]
    model = PEERS[method](y, frames[0].assign(**{CONSTANT: 1.0}), *frames[1:], **made)
    result = model.fit(cov_type=asked, debiased=True)
    # Coefficients of the pair (x, x + share d) from those of (x, d).
    back = pd.DataFrame(np.eye(len(result.params)), result.params.index, result.params.index)
    if part != "instruments":
        back.loc[f"{part}1", f"{part}1"] = 1 / share
        back.loc[f"{part}0", f"{part}1"] = -1 / share
    names = list(found.names)
    expected = (back @ result.params)[names]
    np.testing.assert_allclose(found.coefficients, expected, rtol=1e-7)
    errors = np.sqrt(np.diag(back @ result.cov @ back.T))
    np.testing.assert_allclose(found.errors, pd.Series(errors, back.index)[names], rtol=1e-7)


@pytest.mark.parametrize(
    ("endogenous", "instruments", "reason"),
    [
        (("a", "b"), ("z",), "under-identified"),
        (("a",), ("z", "z2"), "collinear"),
        (("w2",), ("z",), "collinear"),
    ],
)
def test_not_identified(
    endogenous: tuple[str, ...], instruments: tuple[str, ...], reason: str
) -> None:
    rng = np.random.default_rng(5)
    data = {name: rng.normal(size=50) for name in ("w", "a", "b", "z")}
    data["z2"], data["w2"] = 3 * data["z"], data["w"] - 1
    first, second, third = (
        Design(tuple(column(name, data[name]) for name in names), 50)
        for names in (("w",), endogenous, instruments)
    )
    with pytest.raises(NotEstimableError) as caught:
        fit_instruments(first, second, third, data["a"] + data["b"])
    assert caught.value.reason == reason
