"""Regression discontinuity against results of the package rdrobust, and by hand."""

from typing import Any

import numpy as np
import pytest

from kohort.estimators.design import Floats
from kohort.estimators.discontinuity import Running, fit_discontinuity
from kohort.estimators.local_fit import neighbour_residuals
from kohort.estimators.problem import NotEstimableError

# h and b; conventional and bias-corrected estimates; conventional and robust errors; the same four
# of the first stage. Given by rdrobust 2.1.1 for Python, run once on the data made below.
PUBLISHED: list[tuple[str, dict[str, Any], str]] = [
    ("plain", {}, "23.3875577 36.1260578 1.591043067 1.623803247 0.2995997029 0.3573150676"),
    ("shared", {}, "12.04815179 22.12557086 2.478725265 2.661002212 0.4837867863 0.5708393457"),
    (
        "plain",
        {"order": 2},
        "17.7158861 25.75282433 1.20054275 1.066990365 0.4946993282 0.5458411869",
    ),
    (
        "plain",
        {"order": 2, "derivative": 1},
        "18.02936588 25.75282433 0.01001267781 0.01775454257 0.1452690279 0.207875691",
    ),
    (
        "plain",
        {"covariates": True},
        "17.11106403 28.51367959 1.913688558 1.984169196 0.2440326514 0.2858162385",
    ),
    (
        "fuzzy",
        {"treatment": True},
        "13.13272954 22.95216577 4.276647789 4.464492307 0.8662276539 1.002438469 "
        "0.5536228443 0.5074778797 0.1151830168 0.1345264054",
    ),
    (
        "fuzzy",
        {"treatment": True, "covariates": True},
        "12.93970547 22.81912324 4.973862316 5.391812165 0.8405127201 0.972307824 "
        "0.5629504546 0.5209863322 0.1160305759 0.1350252028",
    ),
    (
        "plain",
        {"cluster": True},
        "23.77543495 36.06253971 1.589892909 1.623628811 0.3002551343 0.3627659164",
    ),
    (
        "shared",
        {"cluster": True, "covariates": True},
        "10.17143613 21.40797083 2.495093184 2.648718837 0.4662504463 0.5434113766",
    ),
    (
        "plain",
        {"cutoff": 10.0},
        "17.0515826 30.2938709 -0.6323897316 -0.758594161 0.3663281081 0.4236810402",
    ),
]


def made(kind: str, n: int = 800) -> dict[str, Any]:
    """A jump of 2 at 0 in a curve (and a treatment that not all take, for a fuzzy design)."""
    rng = np.random.default_rng(5)
    x = rng.beta(2, 4, n) * 200 - 60
    if kind == "shared":
        x = np.round(x / 2) * 2
    z = rng.normal(size=n) + x / 100
    z2 = (rng.random(n) < 0.4).astype(float)
    t = ((x >= 0) & (rng.random(n) < 0.8) | (x < 0) & (rng.random(n) < 0.1)).astype(float)
    y = 3 + 0.02 * x + 1e-4 * x**2 + 2 * (x >= 0) + z + 0.5 * z2
    y += 1.5 * t * (kind == "fuzzy") + rng.normal(size=n)
    cluster = rng.integers(0, 40, n)
    return {"y": y, "x": x, "treatment": t, "covariates": np.array([z, z2]), "cluster": cluster}


def running(kind: str, options: dict[str, Any]) -> Running:
    data = made(kind)
    wanted = {
        name: data[name] for name in ("treatment", "covariates", "cluster") if name in options
    }
    return Running(data["y"], data["x"] - options.get("cutoff", 0.0), **wanted)


@pytest.mark.parametrize(("kind", "options", "numbers"), PUBLISHED)
def test_rdrobust(kind: str, options: dict[str, Any], numbers: str) -> None:
    asked = {name: options[name] for name in ("order", "derivative") if name in options}
    found = fit_discontinuity(running(kind, options), **asked)
    jumps = [found.effect] if found.first is None else [found.effect, found.first]
    results = [found.h, found.b]
    for jump in jumps:
        results += [jump.conventional, jump.corrected, jump.error, jump.robust]
    np.testing.assert_allclose(results, [float(n) for n in numbers.split()], rtol=2e-6)


def plain_neighbours(x: Floats, y: Floats) -> Floats:
    """Row by row: all rows at the distance of the third nearest or nearer."""
    result = np.empty(len(x))
    for i in range(len(x)):
        distance = np.abs(x - x[i])
        distance[i] = np.inf
        near = distance <= np.sort(distance)[2]
        j = near.sum()
        result[i] = np.sqrt(j / (j + 1)) * (y[i] - y[near].mean())
    return result


@pytest.mark.parametrize("shared", [True, False])
def test_neighbours(shared: bool) -> None:
    rng = np.random.default_rng(2)
    x = np.sort(rng.integers(0, 30, 80).astype(float) if shared else rng.normal(size=80))
    y = rng.normal(size=80)
    found = neighbour_residuals(x, y[None])[0]
    np.testing.assert_allclose(found, plain_neighbours(x, y), rtol=1e-12)


def test_sharp_fuzzy() -> None:
    """A treatment that the cutoff decides gives the sharp design."""
    data = made("plain")
    sharp = fit_discontinuity(Running(data["y"], data["x"]))
    treated = (data["x"] >= 0).astype(float)
    fuzzy = fit_discontinuity(Running(data["y"], data["x"], treatment=treated))
    assert (fuzzy.h, fuzzy.b) == (sharp.h, sharp.b)
    assert fuzzy.effect.corrected == pytest.approx(sharp.effect.corrected)
    assert fuzzy.effect.robust == pytest.approx(sharp.effect.robust)
    assert fuzzy.first is not None
    assert fuzzy.first.conventional == pytest.approx(1.0)


def test_scale_and_shift() -> None:
    """Kroner instead of millions: the jump scales with y, the bandwidth with x."""
    data = made("plain")
    plain = fit_discontinuity(Running(data["y"], data["x"]))
    large = fit_discontinuity(Running(1e6 * data["y"] + 5e8, 1e5 * data["x"]))
    assert large.h == pytest.approx(1e5 * plain.h, rel=1e-7)
    assert large.effect.corrected == pytest.approx(1e6 * plain.effect.corrected, rel=1e-6)
    assert large.effect.robust == pytest.approx(1e6 * plain.effect.robust, rel=1e-6)


def test_influence() -> None:
    """The estimate is linear in y but for the bandwidth: squares are of the rows' weights."""
    data = made("plain")
    found = fit_discontinuity(Running(data["y"], data["x"]))
    place = int(np.argmax(found.squares[0]))
    y = data["y"].copy()
    y[place] += 1e-9
    moved = fit_discontinuity(Running(y, data["x"]))
    weight = (moved.effect.corrected - found.effect.corrected) / 1e-9
    assert weight**2 == pytest.approx(found.squares[0][place], rel=0.1)
    assert found.squares[0][np.abs(data["x"]) > found.b].max() == 0.0


def test_too_few_rows_on_a_side() -> None:
    data = made("plain")
    with pytest.raises(NotEstimableError) as caught:
        fit_discontinuity(Running(data["y"], data["x"] + 60.0))
    assert caught.value.reason == "outside the cutoff"
