"""Survival estimators against lifelines, statsmodels, scipy and numbers worked out by hand."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter, KaplanMeierFitter, WeibullFitter
from lifelines.datasets import load_dd, load_kidney_transplant, load_rossi, load_waltons
from lifelines.utils import (
    concordance_index,
    median_survival_times,
    restricted_mean_survival_time,
)
from scipy import optimize
from statsmodels.duration.hazard_regression import PHReg

from kohort.estimators import cox, cox_likelihood, inversions, risk_sets, weibull
from kohort.estimators.concordance import concordance
from kohort.estimators.design import Block, Design, Floats
from kohort.estimators.efron import Ties
from kohort.estimators.event_times import EventTimes, counted
from kohort.estimators.kaplan_meier import kaplan_meier
from kohort.estimators.problem import NotEstimableError


def column(name: str, x: Any) -> Block:
    return Block((name,), x=np.asarray(x, dtype=np.float64))


def columns(**x: Any) -> Design:
    blocks = tuple(column(name, values) for name, values in x.items())
    return Design(blocks, blocks[0].x.size if blocks[0].x is not None else 0)


def textbook(name: str) -> tuple[Floats, Floats]:
    if name == "waltons":
        data = load_waltons()
        pair = data["T"], data["E"]
    elif name == "rossi":
        data = load_rossi()
        pair = data["week"], data["arrest"]
    elif name == "dd":
        data = load_dd()
        pair = data["duration"], data["observed"]
    else:
        data = load_kidney_transplant()
        pair = data["time"], data["death"]
    return pair[0].to_numpy(dtype=float), pair[1].to_numpy(dtype=float)


# ---- counts and Kaplan-Meier


@pytest.mark.parametrize("scale", [1.0, 0.37])
def test_counts_by_time(scale: float) -> None:
    time = np.array([3.0, 1.0, 3.0, 2.0, 3.0]) * scale
    event = np.array([1.0, 0.0, 0.0, 1.0, 1.0])
    found = counted(time, event)
    assert found.times == pytest.approx(np.array([1.0, 2.0, 3.0]) * scale)
    assert found.events.tolist() == [0, 1, 2]
    assert found.censored.tolist() == [1, 0, 1]
    assert found.at_risk.tolist() == [5, 4, 3]
    doubled = counted(time, event, np.full(5, 2.0))
    assert doubled.at_risk.tolist() == [10, 8, 6]


def test_kaplan_meier_by_hand() -> None:
    """Freireich's 21 patients on 6-MP: Cox and Oakes 1984, table 1.1."""
    time = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    event = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    found = kaplan_meier(counted(np.array(time, dtype=float), np.array(event, dtype=float)))
    assert found.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    steps = [18 / 21, 16 / 17, 14 / 15, 11 / 12, 10 / 11, 6 / 7, 5 / 6]
    assert found.survival == pytest.approx(np.cumprod(steps))
    # The printed column of the book.
    printed = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert found.survival.round(3).tolist() == printed
    greenwood = 3 / (21 * 18)
    width = 1.959964 * np.sqrt(greenwood) / -np.log(18 / 21)
    assert found.lower[0] == pytest.approx((18 / 21) ** np.exp(width), rel=1e-6)
    assert found.upper[0] == pytest.approx((18 / 21) ** np.exp(-width), rel=1e-6)
    assert found.quantile()[0] == 23


@pytest.mark.parametrize("name", ["waltons", "rossi", "dd", "kidney"])
def test_kaplan_meier_is_that_of_lifelines(name: str) -> None:
    time, event = textbook(name)
    counts = counted(time, event)
    found = kaplan_meier(counts, 90.0)
    other = KaplanMeierFitter(alpha=0.1).fit(time, event)
    there = other.survival_function_.loc[found.times].to_numpy()[:, 0]
    limits = other.confidence_interval_.loc[found.times].to_numpy()
    assert found.survival == pytest.approx(there, rel=1e-9)
    assert found.lower == pytest.approx(limits[:, 0], rel=1e-9, abs=1e-300)
    assert found.upper == pytest.approx(limits[:, 1], rel=1e-9, abs=1e-300)
    middle = np.asarray(median_survival_times(other.confidence_interval_))[0]
    expected = np.append(other.median_survival_time_, middle)
    for mine, his in zip(found.quantile(), expected, strict=True):
        assert np.isnan(mine) if np.isinf(his) else mine == his
    end = float(time.max())
    mean = float(np.asarray(restricted_mean_survival_time(other, end)))
    assert found.mean_until(end) == pytest.approx(mean, rel=1e-9)


def test_no_event_leaves_survival_at_one() -> None:
    found = kaplan_meier(counted(np.array([1.0, 2.0]), np.zeros(2)))
    assert len(found.times) == 0
    assert found.mean_until(2.0) == 2.0
    assert np.isnan(found.quantile()[0])


def test_an_event_at_time_zero_counts() -> None:
    found = kaplan_meier(counted(np.array([0.0, 0.0, 4.0, 8.0]), np.array([1.0, 0.0, 1.0, 0.0])))
    assert found.times.tolist() == [0, 4]
    assert found.survival.tolist() == [0.75, 0.375]
    assert found.mean_until(8.0) == pytest.approx(4 * 0.75 + 4 * 0.375)


# ---- Weibull


def _height(parameters: Floats, counts: EventTimes) -> float:
    scale, shape = np.exp(parameters)
    u = (counts.times / scale) ** shape
    hazard = np.log(shape / scale) + (shape - 1) * np.log(counts.times / scale)
    return float(-(counts.events @ hazard) + (counts.events + counts.censored) @ u)


@pytest.mark.parametrize("name", ["waltons", "rossi", "dd"])
def test_weibull_is_that_of_lifelines(name: str) -> None:
    time, event = textbook(name)
    there = time > 0
    counts = counted(time[there], event[there])
    found = weibull.fit(counts)
    other = WeibullFitter().fit(time[there], event[there])
    # lifelines stops short of the maximum; the minimiser below is closer.
    assert found.scale == pytest.approx(other.lambda_, rel=1e-5)
    assert found.shape == pytest.approx(other.rho_, rel=1e-5)
    assert found.errors == pytest.approx(other.summary["se(coef)"].to_numpy(), rel=1e-4)
    assert found.log_likelihood == pytest.approx(other.log_likelihood_, rel=1e-9)
    assert weibull.median(found.scale, found.shape) == pytest.approx(
        other.median_survival_time_, rel=1e-5
    )
    start = np.log([found.scale, found.shape]) + 0.1
    best = optimize.minimize(_height, start, (counts,), tol=1e-14, method="Nelder-Mead")
    assert np.exp(best.x) == pytest.approx([found.scale, found.shape], rel=1e-6)
    assert -best.fun == pytest.approx(found.log_likelihood, rel=1e-10)


def test_exponential_times_have_a_known_fit() -> None:
    """With two times the score of the shape can be solved: 1/a = (r log 2)/(1 + r), r = 2^a."""
    found = weibull.fit(counted(np.array([1.0, 2.0]), np.ones(2)))
    power = 2.0**found.shape
    score = 1 / found.shape + np.log(2) / 2 - power * np.log(2) / (1 + power)
    assert score == pytest.approx(0, abs=1e-12)
    assert found.scale**found.shape == pytest.approx((1 + power) / 2)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e12])
def test_weibull_scales_with_the_unit_of_time(unit: float) -> None:
    time, event = textbook("rossi")
    plain, scaled = weibull.fit(counted(time, event)), weibull.fit(counted(time * unit, event))
    assert scaled.shape == pytest.approx(plain.shape, rel=1e-9)
    assert scaled.scale == pytest.approx(plain.scale * unit, rel=1e-9)
    assert scaled.errors == pytest.approx(plain.errors * [unit, 1], rel=1e-9)


def test_weibull_without_a_maximum() -> None:
    with pytest.raises(NotEstimableError):
        weibull.fit(counted(np.array([1.0, 2.0]), np.zeros(2)))
    with pytest.raises(NotEstimableError):
        weibull.fit(counted(np.array([1.0, 5.0, 5.0]), np.array([0.0, 1.0, 1.0])))
    with pytest.raises(ValueError, match="above 0"):
        weibull.fit(counted(np.array([0.0, 1.0]), np.ones(2)))


# ---- ties


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_sums_over_ties(data: st.DataObject) -> None:
    number = data.draw(st.integers(1, 400))
    share = data.draw(st.floats(1e-6, 0.999))
    risk = data.draw(st.floats(1e-3, 1e6))
    f = np.arange(number) / number
    p = 1 / (risk - f * risk * share)
    ties = Ties.of(np.array([float(number)]))
    at_risk, tied = np.array([risk]), np.array([risk * share])
    assert ties.logs(at_risk, tied)[0] == pytest.approx(-np.log(p).sum(), rel=1e-12, abs=1e-10)
    expected = [p, f * p, p * p, f * p * p, f * f * p * p]
    sums = [term.sum() for term in expected]
    assert ties.hazards(at_risk, tied)[:, 0] == pytest.approx(sums, rel=1e-12)


# ---- Cox


def _nasty(seed: int, n: int, moments: int) -> tuple[Design, Floats, Floats]:
    """Kroner beside shares, a factor, an interaction; few times, so many ties."""
    rng = np.random.default_rng(seed)
    kroner, share = np.rint(np.exp(rng.normal(12.9, 0.6, n))), rng.random(n) * 1e-4
    level = rng.integers(0, 6, n)
    codes = (level - 1).astype(np.int32)
    names = tuple(f"i.a[{i}]" for i in range(1, 6))
    crossed = tuple(f"i.a[{i}]#c.share" for i in range(1, 6))
    blocks = (
        column("kroner", kroner),
        column("share", share),
        Block(names, codes=codes),
        Block(crossed, codes=codes, x=share),
    )
    hazard = np.exp(1e-6 * (kroner - 4e5) + 0.2 * level + 3e3 * share)
    life, end = rng.exponential(size=n) / hazard, rng.random(n) * 2
    time = np.ceil(np.minimum(life, end) * moments)
    return Design(blocks, n), time, (life <= end).astype(float)


def _dense(design: Design) -> Floats:
    found = []
    for block in design.blocks:
        x = np.ones(design.rows) if block.x is None else block.x
        levels = [None] if block.codes is None else range(block.width)
        found += [x if level is None else x * (block.codes == level) for level in levels]
    return np.column_stack(found)


def _reference(x: Floats, time: Floats, event: Floats) -> Any:
    """statsmodels on columns of one size, its covariance scaled back."""
    size = x.std(axis=0)
    found = PHReg(time, (x - x.mean(axis=0)) / size, event, ties="efron").fit(disp=False, tol=1e-14)
    return found.params / size, found.bse / size, found.llf


@pytest.mark.parametrize(("seed", "moments"), [(1, 6), (2, 60), (3, 10**9)])
def test_cox_is_that_of_statsmodels(seed: int, moments: int) -> None:
    design, time, event = _nasty(seed, 400, moments)
    found = cox.fit(design, time, event)
    b, errors, height = _reference(_dense(design), time, event)
    assert found.names == design.names
    assert found.coefficients == pytest.approx(b, rel=1e-6)
    assert found.errors == pytest.approx(errors, rel=1e-6)
    assert found.log_likelihood == pytest.approx(height, rel=1e-10)


@pytest.mark.parametrize("weighted", [False, True])
def test_cox_is_that_of_lifelines(weighted: bool) -> None:
    """Rossi's released prisoners; weights as in R's survival."""
    data = load_rossi()
    names = [name for name in data.columns if name not in {"week", "arrest"}]
    design = columns(**{name: data[name] for name in names})
    time, event = textbook("rossi")
    weights = np.random.default_rng(1).uniform(0.6, 1.4, len(data)) if weighted else None
    found = cox.fit(design, time, event, weights=weights)
    extra = {}
    if weights is not None:
        data["weight"], extra = weights, {"weights_col": "weight"}
    precise = {"precision": 1e-12}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *_, **__: None)
        other = CoxPHFitter().fit(data, "week", "arrest", fit_options=precise, **extra)
    assert found.coefficients == pytest.approx(other.summary["coef"].to_numpy(), rel=1e-6)
    assert found.errors == pytest.approx(other.summary["se(coef)"].to_numpy(), rel=1e-6)
    assert found.log_likelihood == pytest.approx(other.log_likelihood_, rel=1e-10)
    if not weighted:
        test = other.log_likelihood_ratio_test()
        assert found.chi2 == pytest.approx(test.test_statistic, rel=1e-8)
        share = concordance(time, event, found.prediction)
        assert share == pytest.approx(other.concordance_index_, rel=1e-9)


def test_two_in_each_risk_set_by_hand() -> None:
    """One column; events at 1 (x = 1) and 2 (x = 0) of x = 1, 0, 1: the score is
    1/(1 + 2e^b) - e^b/(1 + e^b), zero where 2 e^2b = 1.
    """
    design = columns(x=[1.0, 0.0, 1.0])
    found = cox.fit(design, np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 0.0]))
    ratio = np.sqrt(0.5)
    assert found.coefficients[0] == pytest.approx(np.log(ratio), rel=1e-9)
    information = 2 * ratio / (1 + 2 * ratio) ** 2 + ratio / (1 + ratio) ** 2
    assert found.errors[0] == pytest.approx(information**-0.5, rel=1e-7)
    height = np.log(ratio / (1 + 2 * ratio)) + np.log(1 / (1 + ratio))
    assert found.log_likelihood == pytest.approx(height)
    assert found.null == pytest.approx(-np.log(3) - np.log(2))


def test_collinear_columns_are_dropped_and_named() -> None:
    rng = np.random.default_rng(4)
    x, z = rng.normal(size=200), rng.normal(size=200)
    time, event = rng.exponential(size=200), np.ones(200)
    both = cox.fit(columns(x=x, one=np.ones(200), sum=2 * x + 5, z=z), time, event)
    alone = cox.fit(columns(x=x, z=z), time, event)
    assert both.dropped == ("one", "sum")
    assert both.names == ("x", "z")
    assert both.coefficients == pytest.approx(alone.coefficients, rel=1e-9)


def test_nearly_collinear_columns_are_told_apart() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=500)
    z = x + 1e-6 * rng.normal(size=500)
    time, event = np.ceil(9 * rng.exponential(size=500) * np.exp(-x)), np.ones(500)
    found = cox.fit(columns(x=x, z=z), time, event)
    other = cox.fit(columns(x=x, d=(z - x) * 1e6), time, event)
    slope = other.coefficients[1] * 1e6
    assert found.coefficients[1] == pytest.approx(slope, rel=1e-5)
    assert found.errors[1] == pytest.approx(other.errors[1] * 1e6, rel=1e-5)
    assert found.coefficients.sum() == pytest.approx(other.coefficients[0], rel=1e-5)


def test_a_category_without_events_has_no_bound() -> None:
    rng = np.random.default_rng(6)
    level = rng.integers(0, 3, 300)
    x = rng.normal(size=300)
    time = rng.exponential(size=300)
    event = (level < 2).astype(float)
    factor = Block(("i.g[1]", "i.g[2]"), codes=(level - 1).astype(np.int32))
    found = cox.fit(Design((factor, column("x", x)), 300), time, event)
    assert found.boundless == ("i.g[2]",)
    assert found.coefficients[1] < -8
    kept = level < 2
    # Those who never have events stay in the risk sets with a weight that goes to nothing.
    alone = cox.fit(columns(g=(level == 1)[kept], x=x[kept]), time[kept], event[kept])
    assert found.coefficients[[0, 2]] == pytest.approx(alone.coefficients, abs=1e-4)
    calmer = cox.fit(Design((factor, column("x", x)), 300), time, event, prior=2.0)
    assert calmer.boundless == ()
    assert -8 < calmer.coefficients[1] < -1


def test_a_prior_is_a_penalty_on_the_squared_coefficient() -> None:
    design, time, event = _nasty(7, 300, 10)
    x = _dense(design)[:, :1]
    found = cox.fit(Design(design.blocks[:1], 300), time, event, prior=50.0)
    data = {"x": (x[:, 0] - x.mean()) / x.std()}
    frame = pd.DataFrame({**data, "t": time, "e": event})
    # The penalty of lifelines belongs to the mean likelihood and to the divisor n - 1.
    other = CoxPHFitter(penalizer=50.0 * 299 / 300**2).fit(
        frame, "t", "e", fit_options={"precision": 1e-12}
    )
    assert found.coefficients * x.std() == pytest.approx(other.params_.to_numpy(), rel=1e-6)


def test_many_rows_start_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    design, time, event = _nasty(8, 3000, 500)
    plain = cox.fit(design, time, event)
    monkeypatch.setattr(cox, "_MANY", 1000)
    monkeypatch.setattr(cox, "_SAMPLE", 600)
    guessed = cox.fit(design, time, event)
    assert guessed.iterations < plain.iterations
    assert guessed.coefficients == pytest.approx(plain.coefficients, rel=1e-7)
    assert guessed.errors == pytest.approx(plain.errors, rel=1e-7)


def test_a_sample_without_a_category_misleads_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the category of 9 is in the sample, and of the other category half is."""
    rng = np.random.default_rng(12)
    level = np.where(np.arange(3000) % 333 == 1, 2, (np.arange(3000) % 5 == 0).astype(int))
    time = np.ceil(rng.exponential(size=3000) * np.exp(0.5 * level) * 50)
    event = (rng.random(3000) < 0.7).astype(float)
    factor = Block(("i.g[1]", "i.g[2]"), codes=(level - 1).astype(np.int32))
    design = Design((factor, column("x", rng.normal(size=3000))), 3000)
    plain = cox.fit(design, time, event)
    monkeypatch.setattr(cox, "_MANY", 1000)
    monkeypatch.setattr(cox, "_SAMPLE", 600)
    guessed = cox.fit(design, time, event)
    assert guessed.coefficients == pytest.approx(plain.coefficients, rel=1e-7)
    assert guessed.errors == pytest.approx(plain.errors, rel=1e-7)


@pytest.mark.parametrize("weighted", [False, True])
def test_rows_in_the_order_of_time_are_the_same_model(
    monkeypatch: pytest.MonkeyPatch, weighted: bool
) -> None:
    """Where there are too many event times for one table, rows are sorted and worked in pieces."""
    design, time, event = _nasty(13, 3000, 900)
    weights = np.random.default_rng(1).uniform(0.6, 1.4, 3000) if weighted else None
    plain = cox.fit(design, time, event, weights=weights)
    monkeypatch.setattr(risk_sets, "_TABLE", 0)
    monkeypatch.setattr(cox_likelihood, "_CHUNK", 500)
    sorted_ = cox.fit(design, time, event, weights=weights)
    assert sorted_.coefficients == pytest.approx(plain.coefficients, rel=1e-9)
    assert sorted_.covariance == pytest.approx(plain.covariance, rel=1e-9)
    assert sorted_.prediction == pytest.approx(plain.prediction, abs=1e-9)
    monkeypatch.setattr(cox, "_MANY", 1000)
    monkeypatch.setattr(cox, "_SAMPLE", 600)
    guessed = cox.fit(design, time, event, weights=weights)
    assert guessed.coefficients == pytest.approx(plain.coefficients, rel=1e-7)


def test_what_cannot_be_fitted() -> None:
    x = columns(x=[1.0, 2.0, 3.0])
    time = np.array([1.0, 2.0, 3.0])
    with pytest.raises(NotEstimableError, match="constant outcome"):
        cox.fit(x, time, np.zeros(3))
    with pytest.raises(NotEstimableError, match="no regressor"):
        cox.fit(columns(x=[2.0, 2.0, 2.0]), time, np.ones(3))
    with pytest.raises(NotEstimableError, match="too few rows"):
        cox.fit(columns(x=[1.0, 2.0], z=[2.0, 1.0]), time[:2], np.ones(2))


# ---- concordance


@given(st.integers(0, 2**32), st.integers(2, 60), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_concordance_counts_pairs(seed: int, n: int, moments: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    time, event = rng.integers(0, moments, n) / 2.0, (rng.random(n) < 0.6).astype(float)
    prediction, weights = rng.integers(0, levels, n) / 3, rng.uniform(0.5, 2, n)
    later = (time[None] > time[:, None]) | ((time[None] == time[:, None]) & (event[None] == 0))
    for mass in (None, weights):
        each = np.ones(n) if mass is None else mass
        pairs = np.outer(each, each) * ((event[:, None] > 0) & later)
        higher = prediction[:, None] > prediction[None]
        score = higher + 0.5 * (prediction[:, None] == prediction[None])
        found = concordance(time, event, prediction, mass)
        if pairs.sum() == 0:
            assert np.isnan(found)
        else:
            assert found == pytest.approx((pairs * score).sum() / pairs.sum(), rel=1e-12)
            if mass is None:
                other = concordance_index(time, -prediction, event)
                assert found == pytest.approx(other, rel=1e-12)


@pytest.mark.parametrize(("bits", "chunk", "short"), [(1, 4, 1 << 16), (4, 32, 128), (13, 8, 64)])
def test_concordance_of_very_many_times(
    monkeypatch: pytest.MonkeyPatch, bits: int, chunk: int, short: int
) -> None:
    """Moments of several digits, in several pieces of chunks, the last of which is not full."""
    for name, size in (("_BITS", bits), ("_CHUNK", chunk), ("_PIECE", 16), ("_SHORT", short)):
        monkeypatch.setattr(inversions, name, size)
    rng = np.random.default_rng(11)
    time, event = rng.exponential(size=1500), (rng.random(1500) < 0.5).astype(float)
    # One is far from the others, whose order is hard to see from there.
    close = np.append(rng.normal(size=1499) * 1e-9, 1e6)
    for prediction in (rng.normal(size=1500), rng.integers(0, 9, 1500).astype(float), close):
        found = concordance(time, event, prediction)
        assert found == pytest.approx(concordance_index(time, -prediction, event), rel=1e-12)
        mass = rng.uniform(0.5, 2, 1500)
        pairs = np.outer(mass * event, mass) * (time[None] > time[:, None])
        score = (np.sign(prediction[:, None] - prediction[None]) + 1) / 2
        expected = (pairs * score).sum() / pairs.sum()
        assert concordance(time, event, prediction, mass) == pytest.approx(expected, rel=1e-12)


def test_concordance_of_many_weighted_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Predictions count as equal in classes, unless few classes would hold most of the rows."""
    rng = np.random.default_rng(14)
    x, weights = rng.normal(size=20_000), rng.uniform(0.5, 1.5, 20_000)
    time = np.ceil(rng.exponential(size=20_000) * np.exp(-x) * 100)
    event = (rng.random(20_000) < 0.6).astype(float)
    uneven = np.append(x[:-1], 1e6)
    exact = [concordance(time, event, p, weights) for p in (x, np.sign(x), uneven)]
    monkeypatch.setattr("kohort.estimators.concordance._MANY", 1000)
    found = [concordance(time, event, p, weights) for p in (x, np.sign(x), uneven)]
    assert found[0] != exact[0]
    # With a dozen times as many rows it is a tenth of this.
    assert found[0] == pytest.approx(exact[0], abs=5e-5)
    assert found[1:] == exact[1:]


def test_the_numbers_of_the_page_of_cox() -> None:
    """Fifteen people of the page, by lifelines; what is printed is rounded to six decimals."""
    x = np.arange(1.0, 16.0)
    weeks, found = np.rint(np.abs(x - 6.4)), ~np.isin(x, [4, 9, 15])
    data = pd.DataFrame({"x": x, "bergen": x > 10, "weeks": weeks, "found": found}).astype(float)
    precise = {"precision": 1e-12}
    both = CoxPHFitter().fit(data, "weeks", "found", fit_options=precise)
    alone = CoxPHFitter(alpha=0.1).fit(
        data.drop(columns="bergen"), "weeks", "found", fit_options=precise
    )
    page = (Path(__file__).parent / "commands" / "cox.md").read_text(encoding="utf-8")
    printed = [
        *both.params_, *both.standard_errors_, *np.exp(both.confidence_intervals_).to_numpy().flat,
        *alone.params_, *alone.standard_errors_, *alone.confidence_intervals_.to_numpy().flat,
    ]  # fmt: skip
    for number in printed:
        assert f"{float(number):.6f}".rstrip("0") in page
    for model in (both, alone):
        assert f"{model.log_likelihood_:.4f}" in page
        assert f"{model.concordance_index_:.4f}" in page
        assert f"{model.log_likelihood_ratio_test().test_statistic:.4f}".rstrip("0") in page


def test_the_numbers_of_the_page_of_weibull() -> None:
    page = (Path(__file__).parent / "commands" / "weibull.md").read_text(encoding="utf-8")
    numbers = np.array([float(number) for number in re.findall(r"-?\d+\.\d+", page)])
    x = np.arange(1.0, 16.0)
    women, dead = x % 2 == 0, x <= 12
    for chosen in (x > 0, ~women, women, x != 3, (x <= 4) & (x != 3)):
        other = WeibullFitter().fit(x[chosen], dead[chosen])
        mine = weibull.fit(counted(x[chosen], dead[chosen].astype(float)))
        table = other.summary.to_numpy()
        expected = [mine.scale, mine.shape]
        assert table[:, 0] == pytest.approx(expected, rel=1e-5)
        assert table[:, 1] == pytest.approx(mine.errors, rel=1e-4)
        assert f"{mine.log_likelihood:.4f}".rstrip("0") in page
        for estimate, error in zip(expected, mine.errors, strict=True):
            for side in (-1.959964, 0, 1.959964):
                printed = estimate + side * error
                assert np.abs(numbers - printed).min() < 5e-6
