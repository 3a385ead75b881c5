"""Percentiles: ranks and windows by hand, what is shown, monotony, plain ones under open."""

import hashlib
import hmac
import math
import struct
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort.disclosure import profile
from kohort.disclosure import quantiles as q
from kohort.disclosure.contributors import Contributors, gathered
from kohort.disclosure.keys import Secret
from kohort.disclosure.magnitudes import fingerprint
from kohort.disclosure.published import State

MASTER = b"demo-secret-for-the-worked-example"
SECRET = Secret(MASTER)
DEFAULT = profile.load("default")
OPEN = profile.load("open")
MICRODATA = profile.load("microdata-no")


def one_cell(x: np.ndarray) -> Contributors:
    keys = np.random.default_rng(len(x)).integers(0, 2**64, len(x), dtype=np.uint64)
    return gathered(None, 1, x, keys)


def published(
    chosen: profile.Profile, group: Contributors, percents: list[int], word: str = "w"
) -> q.Quantiles:
    words = [f"{word}{place}" for place in range(group.k)]
    return q.published_quantiles(
        SECRET, chosen.quantiles, chosen.magnitudes, group, words, group.n, percents
    )


def test_ranks_are_whole_number_arithmetic() -> None:
    n = np.array([1, 4, 10, 100, 1000, 7])
    assert q.rank(n, 25).tolist() == [1, 1, 3, 25, 250, 2]
    # In doubles 0.07 * 100 is a little more than 7 and its ceiling is 8.
    assert math.ceil(0.07 * 100) == 8
    assert q.rank(np.array([100]), 7).tolist() == [7]


def test_half_widths_by_hand() -> None:
    n = np.array([100, 2500, 2501, 100_000])
    limits = DEFAULT.quantiles
    assert q.half_width(limits, n, 50).tolist() == [5, 5, 6, 200]
    # At the first percentile the window stays within a tenth of the tail: 0.1 * 0.01 * n.
    assert q.half_width(limits, n, 1).tolist() == [5, 5, 5, 100]
    assert q.half_width(limits, n, 99).tolist() == [5, 5, 5, 100]


def test_what_is_shown_needs_ten_units_outside_the_window_on_both_sides() -> None:
    limits, magnitudes = DEFAULT.quantiles, DEFAULT.magnitudes
    n = np.arange(0, 3000)

    def smallest(percent: int) -> int:
        shown = q.shown_quantiles(limits, magnitudes, n, percent)
        first = int(np.flatnonzero(shown)[0])
        assert shown[first:].all()
        return first

    # P50: rank 16 with five on each side leaves ranks 1 to 10 below: 16 - 5 > 10, n >= 31.
    assert smallest(50) == 31
    # P25: rank ceil(n / 4) must be 16, so n is at least 61.
    assert smallest(25) == 61
    assert smallest(1) == 1501
    # P99: n - ceil(0.99 n) - 5 must be at least 10.
    assert smallest(99) == 1500
    assert not q.shown_quantiles(limits, magnitudes, n, 2).any()


def reference_quantile(x: np.ndarray, keys: np.ndarray, percent: int, wording: str) -> float:
    """The published percentile in plain Python, from the formula of 4.7, before rounding.

    Before the window is taken the rank moves, by 2.5 ranks times a number like that of the noise.
    """
    o, n = sorted(x.tolist()), len(x)
    r = -(-percent * n // 100)
    w = max(5, min(math.ceil(n * 2 / 1000), -(-min(percent, 100 - percent) * n // 1000)))

    def normal(label: bytes, message: bytes) -> float:
        sub = hmac.new(MASTER, label, hashlib.sha256).digest()
        bits = int.from_bytes(hmac.new(sub, message, hashlib.sha256).digest()[:8], "big")
        edge = NormalDist().cdf(-4)
        return NormalDist().inv_cdf(edge + ((bits >> 11) + 0.5) / 2**53 * (1 - 2 * edge))

    total = int(np.add.reduce(keys))

    def z(label: bytes) -> float:
        message = struct.pack(">4Q", total, n, fingerprint(keys, x), percent)
        by_set = normal(label + b"/v1", message)
        by_text = normal(label + b"text/v1", wording.encode() + struct.pack(">Q", percent))
        return (by_set + by_text) / math.sqrt(2)

    r = min(max(r + round(2.5 * z(b"quantrank")), 1 + w), n - w)
    window = o[r - w - 1 : r + w]
    centre = math.fsum(window) / len(window)
    return float(centre + 0.25 * (window[-1] - window[0]) * z(b"quant"))


@pytest.mark.parametrize("n", [61, 200, 1000, 6000])
def test_percentiles_equal_the_formula(n: int) -> None:
    x = np.random.default_rng(n).lognormal(12.9, 0.55, n)
    keys = np.random.default_rng(n + 1).integers(0, 2**64, n, dtype=np.uint64)
    group = gathered(None, 1, x, keys)
    percents = [p for p in (1, 25, 50, 75, 99) if n >= 1600 or p in {25, 50}]
    found = published(DEFAULT, group, percents).figures.values[0]
    expected = [float(f"{reference_quantile(x, keys, p, 'w0'):.2e}") for p in percents]
    assert found.tolist() == expected


def test_all_cells_at_once_equal_each_cell_alone() -> None:
    rng = np.random.default_rng(1)
    cell = rng.integers(-1, 12, 9000) ** 2 // 12
    x = rng.lognormal(5, 1, 9000)
    keys = rng.integers(0, 2**64, 9000, dtype=np.uint64)
    k = int(cell.max()) + 2
    together = published(DEFAULT, gathered(cell, k, x, keys), [5, 25, 50, 75, 95])
    for place in range(k):
        own = cell == place
        group = gathered(None, 1, x[own], keys[own])
        alone = q.published_quantiles(
            SECRET,
            DEFAULT.quantiles,
            DEFAULT.magnitudes,
            group,
            [f"w{place}"],
            group.n,
            [5, 25, 50, 75, 95],
        )
        np.testing.assert_array_equal(alone.figures.values[0], together.figures.values[place])
        np.testing.assert_array_equal(alone.figures.state[0], together.figures.state[place])


@given(
    st.integers(35, 400),
    st.integers(0, 2**32),
    st.sampled_from(["normal", "cauchy", "few"]),
)
def test_percentiles_ascend_and_do_not_depend_on_what_stands_beside(
    n: int, seed: int, shape: str
) -> None:
    rng = np.random.default_rng(seed)
    x = {
        "normal": rng.normal(size=n),
        "cauchy": rng.standard_cauchy(n),
        "few": rng.integers(0, 3, n).astype(float),
    }[shape]
    group = one_cell(x)
    every = published(DEFAULT, group, list(DEFAULT.quantiles.allowed))
    shown = every.figures.values[0][every.figures.state[0] == State.SHOWN]
    assert (np.diff(shown) >= 0).all()
    alone = published(DEFAULT, group, [50])
    np.testing.assert_array_equal(alone.figures.values[0, 0], every.column(50).values[0])
    # The order of the request is kept.
    back = published(DEFAULT, group, [75, 25])
    assert back.percents == (75, 25)
    np.testing.assert_array_equal(back.figures.values[0, 1], every.column(25).values[0])


def test_a_window_of_one_value_prints_exactly() -> None:
    x = np.concatenate((np.full(300, 0.1), np.random.default_rng(1).random(200) + 1))
    group = one_cell(x)
    found = published(DEFAULT, group, [25, 50])
    assert found.figures.values[0].tolist() == [0.1, 0.1]


def test_where_a_window_of_one_value_ends_is_not_certain() -> None:
    """Eleven equal values in the middle of 81, by the rank of the first of them."""
    rng, printed = np.random.default_rng(3), []
    for first in (36, 37, 41):
        x = np.repeat([1.0, 2.0, 3.0], [first - 1, 11, 71 - first])
        keys = rng.integers(0, 2**64, (400, 81), dtype=np.uint64)
        group = gathered(np.repeat(np.arange(400), 81), 400, np.tile(x, 400), keys.ravel())
        values = published(DEFAULT, group, [50]).figures.values[:, 0]
        printed.append(float(np.mean(values == 2.0)))
    # The rank stays where it is with 15.9 %, moves one place with 14.6 %, and five with 2.2 %.
    np.testing.assert_allclose(printed, [0.159, 0.146, 0.022], atol=0.055)


def test_without_protection_percentiles_interpolate() -> None:
    rng = np.random.default_rng(5)
    cell = rng.integers(0, 9, 500)
    x = rng.normal(100, 15, 500)
    group = gathered(cell, 10, x, np.zeros(500, dtype=np.uint64))
    percents = [0, 1, 25, 50, 75, 99, 100]
    found = published(OPEN, group, percents)
    for place in range(9):
        expected = np.quantile(x[cell == place], [p / 100 for p in percents])
        np.testing.assert_allclose(found.figures.values[place], expected, rtol=1e-14)
    assert (found.figures.state[9] == State.MISSING).all()


def test_fixed_profile_has_windows_but_no_noise() -> None:
    x = np.arange(1.0, 1002.0)
    group = one_cell(x)
    found = published(MICRODATA, group, [25, 50, 75])
    # Ranks ceil(p n): 251, 501, 751; windows are symmetric, so their means are the values there.
    assert found.figures.values[0].tolist() == [251, 501, 751]
    other = published(MICRODATA, group, [25, 50, 75], word="other words")
    np.testing.assert_array_equal(found.figures.values, other.figures.values)


def test_three_significant_digits() -> None:
    x = np.random.default_rng(2).lognormal(12.9, 0.55, 500)
    found = published(DEFAULT, one_cell(x), [25, 50, 75]).figures.values[0]
    assert all(value == float(f"{value:.2e}") for value in found.tolist())


def test_what_is_not_allowed_is_hidden() -> None:
    x = np.random.default_rng(2).random(5000)
    found = published(DEFAULT, one_cell(x), [0, 33, 50, 100])
    assert found.figures.words == ["hidden", "hidden", "shown", "hidden"]
    strict = published(profile.load("strict"), one_cell(x), [1, 25, 99])
    assert strict.figures.words == ["hidden", "shown", "hidden"]


def test_what_is_shown_follows_published_numbers() -> None:
    x = np.random.default_rng(2).random(40)
    group = one_cell(x)

    def state(number: int) -> str:
        found = q.published_quantiles(
            SECRET,
            DEFAULT.quantiles,
            DEFAULT.magnitudes,
            group,
            ["w"],
            np.array([number]),
            [50],
        )
        return found.figures.words[0]

    assert [state(0), state(30), state(31), state(50)] == ["missing", "hidden", "shown", "shown"]


def test_a_cell_smaller_than_its_published_number_stays_in_bounds() -> None:
    x = np.arange(21.0)
    limits = replace(DEFAULT.quantiles, noise=0.0)
    found = q.published_quantiles(
        SECRET, limits, DEFAULT.magnitudes, one_cell(x), ["w"], np.array([31]), [50]
    )
    assert found.figures.values[0, 0] == 10


def test_extremes_by_profile_and_published_number() -> None:
    assert q.extreme_percents(DEFAULT.quantiles, 2000) == (1, 99)
    assert q.extreme_percents(DEFAULT.quantiles, 1999) == (5, 95)
    assert q.extreme_percents(OPEN.quantiles, 3) == (0, 100)
    assert q.extreme_percents(profile.load("strict").quantiles, 10**6) is None


def test_the_interquartile_range_comes_from_published_quartiles() -> None:
    x = np.random.default_rng(9).lognormal(12.9, 0.55, 500)
    cell = np.repeat([0, 1], [490, 10])
    group = gathered(cell, 2, x, np.arange(500, dtype=np.uint64))
    found = published(DEFAULT, group, [25, 75])
    iqr = q.published_iqr(DEFAULT.quantiles, found)
    low, high = found.figures.values[0]
    assert iqr.values[0] == float(f"{high - low:.2e}")
    assert iqr.words == ["shown", "hidden"]


def test_price_of_the_noise() -> None:
    # Reference 4.7: the median is 2.3 % off at n = 100 and 0.23 % at 1000, in the middle.
    for n, rounds, stated in ((100, 300, 0.023), (1000, 150, 0.0023)):
        rng = np.random.default_rng(n)
        x = np.exp(rng.normal(12.9, 0.55, n * rounds))
        keys = rng.integers(0, 2**64, n * rounds, dtype=np.uint64)
        group = gathered(np.repeat(np.arange(rounds), n), rounds, x, keys)
        limits = replace(DEFAULT.quantiles, sig=12)
        found = q.published_quantiles(
            SECRET,
            limits,
            DEFAULT.magnitudes,
            group,
            [f"w{i}" for i in range(rounds)],
            group.n,
            [50],
        )
        true = np.median(x.reshape(rounds, n), axis=1)
        error = np.median(np.abs(found.figures.values[:, 0] / true - 1))
        assert stated / 1.6 < error < stated * 1.6
