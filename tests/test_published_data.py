"""Data sets of the literature that packages ship: the published digits, and the packages' own.

Where a book prints three digits they are compared as printed; all other digits with a package.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from lifelines.datasets import load_larynx, load_leukemia, load_rossi
from linearmodels.datasets import jobtraining, munnell, wage_panel
from linearmodels.panel import PanelOLS, RandomEffects
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.stats.oaxaca import OaxacaBlinder

from kohort.estimators import cox, hausman
from kohort.estimators.decomposition import decompose
from kohort.estimators.design import CONSTANT, Block, Design
from kohort.estimators.families import Poisson
from kohort.estimators.least_squares import fit
from kohort.estimators.mixed import Nesting, fit_mixed
from kohort.estimators.panel import PanelFit, fit_panel
from kohort.estimators.panel_solution import Effects
from kohort.estimators.panel_units import Units
from kohort.estimators.problem import Problem
from kohort.estimators.single_index import fit_index


def design(frame: Any, *names: str) -> Design:
    blocks = (Block((name,), x=frame[name].to_numpy(dtype=np.float64)) for name in names)
    return Design(tuple(blocks), len(frame))


def printed(found: Any, names: list[str], numbers: list[list[float]], digits: int) -> None:
    """Compare coefficients and errors with what a book prints, in its number of decimals."""
    places = [list(found.names).index(name) for name in names]
    told = np.column_stack([
        np.asarray(found.coefficients)[places],
        np.asarray(found.errors)[places],
    ])
    np.testing.assert_allclose(told, numbers, atol=0.5001 * 10.0**-digits)


# ---- least squares


def test_stack_loss() -> None:
    """Brownlee (1965), Statistical Theory and Methodology, section 13.12."""
    data: Any = sm.datasets.stackloss.load_pandas().data
    names = ["AIRFLOW", "WATERTEMP", "ACIDCONC"]
    found = fit(design(data, *names), data["STACKLOSS"].to_numpy())
    told = [[0.7156, 0.1349], [1.2953, 0.3680], [-0.1521, 0.1563], [-39.9197, 11.8960]]
    printed(found, [*names, CONSTANT], told, 4)
    assert found.r2 == pytest.approx(0.9136, abs=5e-5)
    assert found.root_mse == pytest.approx(3.243, abs=5e-4)


# ---- likelihood


def test_executions() -> None:
    """Gill (2001): incomes beside shares in 17 states, all digits of statsmodels."""
    data: Any = sm.datasets.cpunish.load_pandas().data
    names = ["INCOME", "PERPOVERTY", "PERBLACK", "VC100k96", "SOUTH", "DEGREE"]
    y = data["EXECUTIONS"].to_numpy(dtype=np.float64)
    asked = Problem({"terms": design(data, *names)}, len(data), {"outcome": y})
    found = fit_index(asked, Poisson())
    matrix = np.column_stack([data[names].to_numpy(float), np.ones(len(y))])
    scale = matrix.max(axis=0)
    result: Any = sm.Poisson(y, matrix / scale).fit(method="newton", tol=1e-13, maxiter=99, disp=0)
    np.testing.assert_allclose(found.coefficients * scale, result.params, rtol=1e-6)
    np.testing.assert_allclose(found.errors * scale, result.bse, rtol=1e-6)


# ---- panels


def panel(frame: Any, y: str, names: list[str], unit: str, effects: Effects) -> PanelFit:
    codes = pd.factorize(frame[unit])[0]
    units = Units(codes, np.ones(codes.max() + 1))
    return fit_panel(design(frame, *names), frame[y].to_numpy(dtype=np.float64), units, effects)


def grunfeld() -> Any:
    """Ten firms, 1935 to 1954, as in Stata's `webuse grunfeld` and R's plm."""
    data: Any = sm.datasets.grunfeld.load_pandas().data
    return data[data["firm"] != "American Steel"]


def test_investment() -> None:
    """Grunfeld (1958): digits of Stata 17's `xtreg` (fe, re, be) and of plm's `phtest`."""
    names = ["value", "capital"]
    fe, re, be = (
        panel(grunfeld(), "invest", names, "firm", effects) for effects in ("fe", "re", "be")
    )
    order = [*names, CONSTANT]
    within = [[0.1101238, 0.0118567], [0.3100653, 0.0173545], [-58.74393, 12.45369]]
    np.testing.assert_allclose(within, told(fe, order), rtol=2e-6)
    random = [[0.1097811, 0.0104927], [0.308113, 0.0171805], [-57.83441, 28.89893]]
    np.testing.assert_allclose(random, told(re, order), rtol=4e-6)
    between = [[0.1346461, 0.0287455], [0.0320315, 0.1909378], [-8.527114, 47.51531]]
    np.testing.assert_allclose(between, told(be, order), rtol=4e-6)
    parts = re.components
    assert parts is not None
    assert (parts.sigma_u, parts.sigma_e) == pytest.approx((84.20095, 52.76797), rel=1e-6)
    assert fe.f_effects == pytest.approx(49.18, abs=5e-3)
    test = hausman.compare(fe, re, "", constant=False)
    assert test.statistic == pytest.approx(2.3304, abs=5e-5)
    assert test.df == 2


def told(found: PanelFit, names: list[str]) -> Any:
    places = [found.names.index(name) for name in names]
    return np.column_stack([found.coefficients[places], found.errors[places]])


def test_public_capital() -> None:
    """Munnell (1990): the productivity of 48 states; Baltagi, Analysis of Panel Data."""
    data: Any = munnell.load()
    for name in ("GSP", "P_CAP", "PC", "EMP"):
        data[name] = np.log(data[name])
    names = ["P_CAP", "PC", "EMP", "UNEMP"]
    re = panel(data, "GSP", names, "ST_ABB", "re")
    numbers = [0.0044, 0.3105, 0.7297, -0.0062, 2.1354]
    np.testing.assert_allclose(told(re, [*names, CONSTANT])[:, 0], numbers, atol=5.1e-5)
    be = panel(data, "GSP", names, "ST_ABB", "be")
    numbers = [0.1793651, 0.3019542, 0.5761274, -0.0038903, 1.5894444]
    np.testing.assert_allclose(told(be, [*names, CONSTANT])[:, 0], numbers, atol=6e-8)
    fe = panel(data, "GSP", names, "ST_ABB", "fe")
    np.testing.assert_allclose(
        told(fe, names), [[-0.026, 0.029], [0.292, 0.025], [0.768, 0.030], [-0.005, 0.001]],
        atol=5.1e-4,
    )  # fmt: skip


def test_job_training() -> None:
    """Holzer et al. (1993): scrap rates and training grants; Wooldridge, example 14.1."""
    data: Any = jobtraining.load()
    names = ["d88", "d89", "grant", "grant_1"]
    data = data[["lscrap", "fcode", "year", *names]].dropna()
    assert len(data) == 162
    found = panel(data, "lscrap", names, "fcode", "fe")
    printed(found, names, [[-0.080, 0.109], [-0.247, 0.133], [-0.252, 0.151], [-0.422, 0.210]], 3)
    assert found.r2_within == pytest.approx(0.201, abs=5e-4)


@pytest.mark.parametrize(
    ("effects", "names", "numbers"),
    [
        ("fe", ["expersq", "married", "union"],
         [[-0.0052, 0.0007], [0.0467, 0.0183], [0.0800, 0.0193]]),
        ("re", ["educ", "black", "hisp", "exper", "expersq", "married", "union"],
         [[0.0919, 0.0107], [-0.1394, 0.0477], [0.0217, 0.0426], [0.1058, 0.0154],
          [-0.0047, 0.0007], [0.0640, 0.0168], [0.1061, 0.0179]]),
        ("pooled", ["educ", "black", "hisp", "exper", "expersq", "married", "union"],
         [[0.0913, 0.0052], [-0.1392, 0.0236], [0.0160, 0.0208], [0.0672, 0.0137],
          [-0.0024, 0.0008], [0.1083, 0.0157], [0.1825, 0.0172]]),
    ],
)  # fmt: skip
def test_wages(effects: Effects, names: list[str], numbers: list[list[float]]) -> None:
    """Vella and Verbeek (1998); Wooldridge, table 14.2, with a dummy for each year but 1980."""
    data: Any = wage_panel.load()
    years = [f"year{year}" for year in range(1981, 1988)]
    for name in years:
        data[name] = (data["year"] == int(name[4:])).astype(float)
    found = panel(data, "lwage", [*names, *years], "nr", effects)
    printed(found, names, numbers, 4)


@pytest.mark.parametrize(("effects", "peer"), [("fe", PanelOLS), ("re", RandomEffects)])
def test_unbalanced_firms(effects: Effects, peer: Any) -> None:
    """Firms that report in some years only: all digits of linearmodels."""
    data: Any = jobtraining.load()
    names = ["lsales", "lemploy", "grant", "union", "d88", "d89"]
    data = data[["lscrap", "fcode", "year", *names]].dropna()
    assert data.groupby("fcode").size().nunique() > 1
    found = panel(data, "lscrap", names, "fcode", effects)
    frame = data.set_index(["fcode", "year"])
    x = frame[names].astype(float).assign(**{CONSTANT: 1.0})
    asked = {"entity_effects": True, "drop_absorbed": True} if effects == "fe" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = peer(frame["lscrap"], x, **asked).fit()
    names = list(found.names)
    np.testing.assert_allclose(found.coefficients, result.params[names], rtol=1e-7)
    np.testing.assert_allclose(found.errors, result.std_errors[names], rtol=1e-7)


# ---- random intercepts

# Strength of a chemical paste: 10 batches, 3 casks of each, 2 analyses (Davies and Goldsmith 1972,
# table 6.5).
PASTES = """
62.8 62.6 60.1 62.3 62.7 63.1 60.0 61.4 57.5 56.9 61.1 58.9 58.7 57.5 63.9 63.1 65.4 63.7
57.1 56.4 56.9 58.6 64.7 64.5 55.1 55.1 54.7 54.2 58.8 57.5 63.4 64.9 59.3 58.1 60.5 60.0
62.5 62.6 61.0 58.7 56.9 57.7 59.2 59.4 65.2 66.0 64.8 64.1 54.8 54.8 64.0 64.0 57.7 56.8
58.3 59.3 59.2 59.2 58.9 56.6
"""
# Yield of dyestuff: 6 batches of 5 (Davies 1947, table 6.3).
DYESTUFF = """
1545 1440 1440 1520 1580 1540 1555 1490 1560 1495 1595 1550 1605 1510 1560 1445 1440 1595 1465
1545 1595 1630 1515 1635 1625 1520 1455 1450 1480 1445
"""


def test_batches() -> None:
    """Two examples of lme4, one and two levels; digits as in Bates (2010), chapters 1 and 2."""
    y = np.array(DYESTUFF.split(), dtype=float)
    batch = np.repeat(np.arange(6), 5)
    found = fit_mixed(Design((), 30), y, Nesting(batch, np.arange(6)))
    assert found.coefficients[0] == pytest.approx(1527.5)
    assert found.errors[0] == pytest.approx(19.383, abs=5e-4)
    assert (found.upper, found.residual) == pytest.approx((1764.05, 2451.25), abs=5e-3)
    y = np.array(PASTES.split(), dtype=float)
    cask = np.repeat(np.arange(30), 2)
    found = fit_mixed(Design((), 60), y, Nesting(cask, np.arange(30) // 3))
    assert found.coefficients[0] == pytest.approx(60.0533, abs=5e-5)
    assert found.errors[0] == pytest.approx(0.6769, abs=5e-5)
    spread = np.sqrt([found.lower, found.upper, found.residual])
    np.testing.assert_allclose(spread, [2.9041, 1.2874, 0.8234], atol=6e-5)
    assert -2 * found.likelihood == pytest.approx(246.9907, abs=5e-5)


# ---- survival


def test_recidivism() -> None:
    """Rossi et al. (1980); Fox and Weisberg's appendix on Cox regression prints these."""
    data = load_rossi()
    names = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    found = cox.fit(
        design(data, *names), data["week"].to_numpy(float), data["arrest"].to_numpy(float)
    )
    numbers = [
        [-0.3794, 0.1914], [-0.0574, 0.0220], [0.3139, 0.3080], [-0.1498, 0.2122],
        [-0.4337, 0.3819], [-0.0849, 0.1958], [0.0915, 0.0286],
    ]  # fmt: skip
    printed(found, names, numbers, 4)
    assert found.chi2 == pytest.approx(33.27, abs=5e-3)


def test_leukemia() -> None:
    """Freireich et al. (1963), heavy ties: R's `coxph` (Efron) gives 1.5721 (0.4124)."""
    data = load_leukemia()
    found = cox.fit(design(data, "Rx"), data["t"].to_numpy(float), data["status"].to_numpy(float))
    printed(found, ["Rx"], [[1.5721, 0.4124]], 4)


def test_larynx() -> None:
    """Kardaun (1983), stages of cancer as a factor: all digits of statsmodels."""
    data = load_larynx()
    names = [name for name in data.columns if name not in {"time", "death"}]
    time, event = data["time"].to_numpy(float), data["death"].to_numpy(float)
    found = cox.fit(design(data, *names), time, event)
    x = data[names].to_numpy(dtype=float)
    result: Any = PHReg(time, x, event, ties="efron").fit(disp=False, tol=1e-14)
    np.testing.assert_allclose(found.coefficients, result.params, rtol=1e-6)
    np.testing.assert_allclose(found.errors, result.bse, rtol=1e-6)


# ---- decomposition


def test_credit_cards() -> None:
    """Greene's credit card data; the two parts stand in the manual of statsmodels' Oaxaca class."""
    data: Any = sm.datasets.ccard.load_pandas().data
    owner = data["OWNRENT"].to_numpy() == 1
    names = ["AGE", "INCOME", "INCOMESQ"]
    y = data["AVGEXP"].to_numpy()
    two = decompose(design(data, *names), y, owner, pool=True)
    assert -two.difference == pytest.approx(158.75, abs=5e-3)
    np.testing.assert_allclose(-two.components, [130.81, 27.94], atol=5e-3)
    three = decompose(design(data, *names), y, owner)
    x = np.column_stack([data[names].to_numpy(), owner, np.ones(len(y))])
    peer: Any = OaxacaBlinder(y, x, 3, hasconst=True, swap=False)
    np.testing.assert_allclose(three.components, peer.three_fold().params[:3], rtol=1e-7)
