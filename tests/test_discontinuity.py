"""Regression discontinuity against results of the package rdrobust, and by hand."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from page_models import ran, shown
from peer_statement import Numbers, estimates, read

from kohort.command import commands
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


# The statements of the page in their order: h and b; conventional and corrected estimates;
# conventional and robust errors; rows within h; the same four of the first stage. Given by
# rdrobust 2.1.1 on the page's own rows, with the running variable in years.
PAGE = """
7.04073102143 11.6332532723 36.4267244388 59.8323630863 66.8951381619 77.7578629500 227 249
7.04073102143 11.6332532723 136.426724439 159.832363086 66.8951381619 77.7578629500 227 249
9.79070548242 13.4632193370 170.550684377 192.627363480 82.5065610282 92.0769785669 310 337
9.30365836386 13.4632193370 -30.5046809226 -46.0536496485 45.4433334231 64.6580258407 291 322
7.09126559943 11.5879160041 152.198706688 174.931163778 66.6610118438 77.7003086385 229 251
6.77367928225 11.3492616767 139.825174732 163.090702143 56.7955456815 65.3350652833 221 244
7.04073102143 11.6332532723 351.844808794 411.835820778 176.475279237 204.911196181 227 249 \
0.387746873135 0.388157029349 0.0595155250518 0.0693031664394
""".replace("\\\n", "").strip()
ROWS = (("conventional", 0, 2), ("corrected", 1, 2), ("robust_corrected", 1, 3))


def test_page(norway_root: Path) -> None:
    """The statements of the page, over months of birth that many share."""
    used: set[str] = set()
    statements = list(ran("rdd", norway_root, {"rdd"}))
    for one, line in zip(statements, PAGE.splitlines(), strict=True):
        numbers = [float(number) for number in line.split()]
        statement, found = read(one.text), shown(one.released)
        used |= statement.options.keys()
        tables = [numbers[2:6], numbers[8:]] if "fuzzy" in statement.options else [numbers[2:6]]
        expected: Numbers = {
            ("header", "", "", "bandwidth_h"): numbers[0],
            ("header", "", "", "bandwidth_b"): numbers[1],
            (str(len(tables)), "", "left", "n_effective"): numbers[6],
            (str(len(tables)), "", "right", "n_effective"): numbers[7],
        }
        for number, table in enumerate(tables):
            expected |= estimated(table, statement.level, str(number))
        assert expected.keys() <= found.keys()
        rest = {key for key in found.keys() - expected.keys() if key[0] != "header"}
        assert {key[-1] for key in rest} == {"n"}
        for key, value in expected.items():
            assert found[key] == pytest.approx(value, rel=1e-6), (one.text, key)
    assert used == commands()["rdd"].options_table.keys()


def estimated(numbers: list[float], level: float, table: str) -> Numbers:
    """Give the three rows of estimates."""
    found: Numbers = {}
    for name, b, se in ROWS:
        found |= estimates([name], [numbers[b]], [numbers[se]], df=None, level=level, table=table)
    return found


def test_senate() -> None:
    """Calonico, Cattaneo, Farrell and Titiunik (2017), Stata Journal 17(2), pages 386 to 390.

    What winning a seat by a little makes at the next election. The rows come with the package
    rdrobust, whose licence keeps them out of this tree: without it there is nothing to test.
    """
    package = find_spec("rdrobust")
    if package is None or package.origin is None:
        pytest.skip("rdrobust, which ships the rows, is not installed")
    rows: Any = pd.read_csv(Path(package.origin).parent / "data" / "rdrobust_RDsenate.csv")
    rows = rows[["vote", "margin"]].dropna()
    assert len(rows) == 1297
    found = fit_discontinuity(Running(rows["vote"].to_numpy(), rows["margin"].to_numpy()))
    assert (found.h, found.b) == pytest.approx((17.754, 28.028), abs=5e-4)
    jump = found.effect
    assert (jump.conventional, jump.error) == pytest.approx((7.4141, 1.4587), abs=5e-5)
    limits = jump.corrected + 1.959964 * jump.robust * np.array([-1, 1])
    np.testing.assert_allclose(limits, [4.0937, 10.9193], atol=5e-5)


def test_rounding_errors_of_the_cutoff() -> None:
    """Months as twelfths of years are not evenly spaced as doubles; nothing changes by that."""
    rng = np.random.default_rng(8)
    months = rng.integers(-120, 120, 900).astype(float)
    y = 0.01 * months + (months >= 0) + rng.normal(size=900)
    exact = fit_discontinuity(Running(y, months))
    for cutoff in (0.0, 45.0, 2020.0):
        years = (cutoff + months / 12) - cutoff
        found = fit_discontinuity(Running(y, years))
        assert found.h * 12 == pytest.approx(exact.h, rel=1e-9)
        assert found.effect.robust == pytest.approx(exact.effect.robust, rel=1e-9)


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
