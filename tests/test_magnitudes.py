"""Magnitudes: the reference run, the content key, jitter, floor, plain statistics under open."""

import hashlib
import hmac
import math
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kohort.disclosure import magnitudes as m
from kohort.disclosure import profile
from kohort.disclosure.contributors import Contributors, interpolated, summed
from kohort.disclosure.dominance import dominated, largest
from kohort.disclosure.jitter import cut_normal
from kohort.disclosure.keys import Secret, record_keys
from kohort.disclosure.limits import MagnitudeLimits
from kohort.disclosure.published import State, decimals, significant
from kohort.disclosure.winsor import laplace, winsor_rank

MASTER = b"demo-secret-for-the-worked-example"
SECRET = Secret(MASTER)
DEFAULT = profile.load("default").magnitudes
OPEN = profile.load("open").magnitudes
MICRODATA = profile.load("microdata-no").magnitudes
Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]


def incomes() -> tuple[Floats, Keys]:
    x: Floats = np.exp(np.random.default_rng(11).normal(12.9, 0.55, 1000)).round()
    return x, record_keys(SECRET, "person", [f"Q{i}" for i in range(1000)])


def mean_of(
    x: Floats, keys: Keys, cell: NDArray[np.int64], wording: str | None, digits: int = 4
) -> float:
    limits = replace(DEFAULT, digits=digits)
    group = m.gathered(None, 1, x[cell], keys[cell])
    found = m.published_moments(
        SECRET,
        limits,
        group,
        m.winsor_limits(SECRET, limits, keys, x),
        None if wording is None else [wording],
        np.array([40]),
        ["mean"],
    )
    assert found.mean is not None
    assert found.sd is None
    return float(found.mean.values[0])


class TestReferenceRun:
    """Disclosure reference 4.6, every number of it."""

    cell = np.arange(40)
    word = "cell=1 | inntekt"

    def test_limits_and_true_mean(self) -> None:
        x, keys = incomes()
        limits = m.winsor_limits(SECRET, DEFAULT, keys, x)
        assert (round(limits.low), round(limits.high)) == (125_982, 1_315_468)
        assert x[:40].mean() == pytest.approx(424_631.65, abs=0.005)

    def test_published_mean(self) -> None:
        x, keys = incomes()
        assert mean_of(x, keys, self.cell, self.word) == 407_000
        assert mean_of(x, keys, self.cell, self.word, digits=8) == 407_040.50

    def test_shifted_and_scaled(self) -> None:
        x, keys = incomes()
        found = mean_of(7 * x + 100, keys, self.cell, self.word, digits=8)
        assert (found - 100) / 7 == pytest.approx(407_040.50, abs=0.005)

    def test_shuffled(self) -> None:
        x, keys = incomes()
        order = np.random.default_rng(0).permutation(1000)
        cell = np.argsort(order)[:40]
        assert mean_of(x[order], keys[order], cell, self.word) == 407_000

    def test_other_words_for_the_same_set(self) -> None:
        x, keys = incomes()
        assert mean_of(x, keys, self.cell, "cell=1 & not Q999 | inntekt") == 401_100

    def test_one_value_raised(self) -> None:
        x, keys = incomes()
        x[0] += 50_000
        limits = m.winsor_limits(SECRET, DEFAULT, keys, x)
        assert (round(limits.low), round(limits.high)) == (127_585, 1_307_858)
        assert mean_of(x, keys, self.cell, self.word) == 403_100

    def test_one_unit_left_out(self) -> None:
        x, keys = incomes()
        assert mean_of(x, keys, self.cell[1:], self.word) == 383_900
        assert mean_of(x, keys, self.cell[1:], "cell=1 & not Q0 | inntekt") == 402_300

    def test_without_a_wording(self) -> None:
        x, keys = incomes()
        assert mean_of(x, keys, self.cell, None) == 432_100


def grouped_example() -> tuple[NDArray[np.int32], int, Floats, Keys]:
    """Cells of many sizes, empty ones and rows in none; interleaved."""
    rng = np.random.default_rng(4)
    k, rows = 23, 3000
    cell = np.minimum(rng.geometric(0.15, rows) - 2, k - 3).astype(np.int32)
    x = np.round(rng.normal(50, 30, rows), 1)
    return cell, k, x, rng.integers(0, 2**64, rows, dtype=np.uint64)


def test_all_cells_at_once_equal_each_cell_alone() -> None:
    cell, k, x, keys = grouped_example()
    words = [f"c={i} | x" for i in range(k)]
    limits = m.winsor_limits(SECRET, DEFAULT, keys, x)
    group = m.gathered(cell, k, x, keys)
    together = m.published_moments(
        SECRET, DEFAULT, group, limits, words, group.n, ["mean", "sd", "sum", "gini"]
    )
    for place in range(k):
        own = cell == place
        alone = m.published_moments(
            SECRET,
            DEFAULT,
            m.gathered(None, 1, x[own], keys[own]),
            limits,
            [words[place]],
            np.array([own.sum()]),
            ["mean", "sd", "sum", "gini"],
        )
        for name in ("mean", "sd", "sum", "gini"):
            one, all_cells = getattr(alone, name), getattr(together, name)
            assert one.state[0] == all_cells.state[place]
            np.testing.assert_array_equal(one.values[0], all_cells.values[place])


def reference_fingerprint(keys: Keys, x: Floats) -> int:
    """The content fingerprint in plain integers, from the formula of 4.4."""
    mask = (1 << 64) - 1

    def mix(z: int) -> int:
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    low, first, median, third, high = (
        float(q) for q in np.quantile(x, [0.01, 0.25, 0.5, 0.75, 0.99])
    )
    spread = next((s for s in (third - first, high - low, float(np.ptp(x))) if s > 0), 0.0)
    total = 0
    for key, value in zip(keys.tolist(), x.tolist(), strict=True):
        q = 0 if spread == 0 else round((value - median) / spread * 2**20)
        total += mix(key ^ mix((q + 0x9E3779B97F4A7C15) & mask))
    return total & mask


def test_fingerprints_equal_the_formula() -> None:
    cell, k, x, keys = grouped_example()
    found = m.fingerprints(cell, k, x, keys)
    for place in range(k):
        own = cell == place
        expected = reference_fingerprint(keys[own], x[own]) if own.any() else 0
        assert int(found[place]) == expected


@pytest.mark.parametrize(
    "x",
    [
        [5.0] * 12,  # no spread at all
        [0.0] * 30 + [1.0],  # quartiles alike, P99 apart
        [0.0] * 300 + [1.0],  # only the range is left
        [-3.0, 7.0],
        [4.0],
    ],
)
def test_fingerprints_without_interquartile_range(x: list[float]) -> None:
    keys = np.arange(len(x), dtype=np.uint64)
    assert m.fingerprint(keys, np.array(x)) == reference_fingerprint(keys, np.array(x))


@given(
    st.lists(st.integers(-1000, 1000), min_size=3, max_size=60),
    st.integers(-100_000, 100_000),
    st.integers(1, 1000),
    st.randoms(use_true_random=False),
)
def test_fingerprints_ignore_shift_scale_and_order(
    values: list[int], shift: int, scale: int, random: object
) -> None:
    x = np.array(values, dtype=np.float64)
    keys = np.arange(len(x), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    order = np.random.default_rng(len(x)).permutation(len(x))
    expected = m.fingerprint(keys, x)
    assert m.fingerprint(keys, shift + scale * x) == expected
    assert m.fingerprint(keys[order], x[order]) == expected


def test_fingerprints_change_with_one_value() -> None:
    x, keys = incomes()
    changed = x.copy()
    changed[17] += 1
    assert m.fingerprint(keys, x) != m.fingerprint(keys, changed)
    planted = x.copy()
    planted[3] = 1e15  # a giant must not hide other changes
    both = planted.copy()
    both[17] += 1
    assert m.fingerprint(keys, planted) != m.fingerprint(keys, both)


@given(
    st.lists(st.lists(st.floats(-1e6, 1e6), min_size=0, max_size=20), min_size=1, max_size=6),
    st.sampled_from([0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0]),
)
def test_interpolation_is_numpys_to_the_last_bit(lists: list[list[float]], p: float) -> None:
    starts = np.concatenate(([0], np.cumsum([len(part) for part in lists]))).astype(np.int64)
    x = np.array([value for part in lists for value in part], dtype=np.float64)
    group = Contributors(starts, x, np.zeros(len(x), dtype=np.uint64))
    found = interpolated(group, p)
    for place, part in enumerate(lists):
        if part:
            assert found[place] == np.quantile(part, p)
        else:
            assert math.isnan(found[place])


def test_without_protection_statistics_are_plain() -> None:
    cell, k, x, keys = grouped_example()
    group = m.gathered(cell, k, x, keys)
    limits = m.winsor_limits(SECRET, OPEN, keys, x)
    assert limits == m.UNLIMITED
    found = m.published_moments(
        SECRET, OPEN, group, limits, [""] * k, group.n, ["mean", "sd", "sum", "gini"]
    )
    assert found.mean is not None
    assert found.sd is not None
    assert found.sum is not None
    assert found.gini is not None
    for place in range(k):
        own = x[cell == place]
        if not len(own):
            assert found.mean.state[place] == found.gini.state[place] == State.MISSING
            continue
        assert found.mean.values[place] == pytest.approx(own.mean(), rel=1e-13)
        assert found.sum.values[place] == pytest.approx(own.sum(), rel=1e-13)
        # The Gini coefficient as the mean absolute difference, over all pairs.
        pairs = np.abs(own[:, None] - own[None, :]).mean()
        assert found.gini.values[place] == pytest.approx(pairs / (2 * own.mean()), rel=1e-9)
        if len(own) > 1:
            assert found.sd.values[place] == pytest.approx(own.std(ddof=1), rel=1e-12)
        else:
            assert found.sd.state[place] == State.MISSING


def test_one_value_has_no_spread_but_equal_values_have_zero() -> None:
    keys = np.arange(3, dtype=np.uint64)
    group = m.gathered(np.array([0, 1, 1]), 2, np.array([4.0, 4.0, 4.0]), keys)
    found = m.published_moments(SECRET, OPEN, group, m.UNLIMITED, None, group.n)
    assert found.sd is not None
    assert found.sd.words == ["missing", "shown"]
    assert found.sd.values[1] == 0


def test_fixed_ranks_winsorise_at_one_per_cent() -> None:
    x = np.random.default_rng(8).permutation(np.arange(1.0, 1001.0))
    keys = np.random.default_rng(9).integers(0, 2**64, 1000, dtype=np.uint64)
    limits = m.winsor_limits(SECRET, MICRODATA, keys, x)
    # Ten of a thousand on each side are drawn in to the eleventh.
    assert (limits.low, limits.high) == (11.0, 990.0)
    group = m.gathered(None, 1, x, keys)
    found = m.published_moments(SECRET, MICRODATA, group, limits, ["w"], np.array([1003]))
    clipped = np.clip(x, 11, 990)
    assert found.mean is not None
    assert found.sd is not None
    assert found.sum is not None
    assert found.mean.values[0] == 500.5
    assert found.sd.values[0] == pytest.approx(clipped.std(ddof=1), rel=1e-7)
    assert found.sum.values[0] == pytest.approx(500.5 * 1003, rel=1e-7)


def test_small_cells_are_hidden_and_empty_ones_missing_by_published_numbers() -> None:
    x, keys = incomes()
    cell = np.repeat([0, 1, 2, 3], [250, 250, 250, 4])
    group = m.gathered(cell, 5, x[:754], keys[:754])
    published = np.array([250, 9, 0, 12, 0])
    found = m.published_moments(
        SECRET, DEFAULT, group, m.winsor_limits(SECRET, DEFAULT, keys, x), list("abcde"), published
    )
    # The fourth has four true units: the one floor on true numbers.
    for statistic in (found.mean, found.sd, found.sum):
        assert statistic is not None
        assert statistic.words == ["shown", "hidden", "missing", "hidden", "missing"]
        assert np.isnan(statistic.values[1:]).all()


def test_sums_are_the_printed_mean_times_the_printed_number() -> None:
    x, keys = incomes()
    group = m.gathered(None, 1, x, keys)
    limits = m.winsor_limits(SECRET, DEFAULT, keys, x)
    found = m.published_moments(SECRET, DEFAULT, group, limits, ["w"], np.array([997]))
    assert found.mean is not None
    assert found.sum is not None
    assert found.sum.values[0] == float(f"{found.mean.values[0] * 997:.3e}")


def test_weights_have_two_halves_of_the_stated_size() -> None:
    keys = np.random.default_rng(1).integers(0, 2**64, 200_000, dtype=np.uint64)
    d = m.half(keys, 12345)
    assert np.abs(d).min() >= 0.2
    assert np.abs(d).max() <= 0.4
    assert (d > 0).mean() == pytest.approx(0.5, abs=0.005)
    assert np.sqrt((d**2).mean()) == pytest.approx(0.306, abs=0.001)
    w = m.jitter_weights(keys, 12345, 678, eta=0.3, share=0.5)
    assert (w - 1).std() == pytest.approx(0.3, abs=0.001)
    other = m.jitter_weights(keys, 12345, 679, eta=0.3, share=0.5)
    assert np.corrcoef(w, other)[0, 1] == pytest.approx(0.5, abs=0.01)
    one = m.jitter_weights(keys, 12345, None, eta=0.3, share=0.5)
    np.testing.assert_allclose(one, 1 + d * (0.3 / 0.306), rtol=1e-15)
    assert (m.jitter_weights(keys, 1, 2, eta=0.0, share=0.5) == 1).all()


def test_weights_equal_the_formula() -> None:
    keys = np.array([1, 2**63 + 17, 0xFC9E8F72008190A2], dtype=np.uint64)
    mask = (1 << 64) - 1
    for place, key in enumerate(keys.tolist()):
        z = key ^ 99
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        z ^= z >> 31
        size = 0.2 + 0.2 * ((z >> 12) / 2**52)
        assert m.half(keys, 99)[place] == pytest.approx(size if z & 1 else -size, rel=1e-15)


def test_noise_of_the_mean_is_eta_standard_errors() -> None:
    # 4.5: over many wordings and sets the jitter alone has eta times the robust standard error.
    x, keys = incomes()
    limits = replace(DEFAULT, floor_c=0.0, digits=12, content_bits=40)
    winsor = m.winsor_limits(SECRET, limits, keys, x)
    means = []
    for draw in range(400):
        other = keys ^ np.uint64(draw)
        group = m.gathered(None, 1, x, other)
        found = m.published_moments(
            SECRET, limits, group, winsor, [f"w{draw}"], np.array([1000]), ["mean"]
        )
        assert found.mean is not None
        means.append(found.mean.values[0])
    clipped = np.clip(x, winsor.low, winsor.high)
    error = clipped.std() / math.sqrt(1000)
    assert np.std(means) / error == pytest.approx(0.3, abs=0.035)
    assert np.mean(means) == pytest.approx(clipped.mean(), abs=4 * 0.3 * error / math.sqrt(400))


def test_the_floor_is_a_range_over_n() -> None:
    # Equal values: jitter moves nothing, so all that moves is the floor, R / n times a normal.
    keys = np.random.default_rng(2).integers(0, 2**64, 2000 * 20, dtype=np.uint64)
    cell = np.repeat(np.arange(2000), 20)
    group = m.gathered(cell, 2000, np.full(40_000, 5.0), keys)
    winsor = m.WinsorLimits(0.0, 10.0)
    found = m.published_moments(
        SECRET, replace(DEFAULT, digits=12, content_bits=40), group, winsor, None, group.n
    )
    assert found.mean is not None
    moved = (found.mean.values - 5) / (10 / 20)
    assert moved.mean() == pytest.approx(0, abs=0.1)
    assert moved.std() == pytest.approx(1, abs=0.06)
    assert np.abs(moved).max() <= 4
    # Half of the variances come out negative: those have no standard deviation, never 0.
    assert found.sd is not None
    assert (found.sd.state == State.MISSING).mean() == pytest.approx(0.5, abs=0.05)
    assert (found.sd.values[found.sd.state == State.SHOWN] > 0).all()


def test_the_floors_of_equal_values_are_what_one_unit_could_add() -> None:
    """Of 50 equal values at the low end: R^2 / n to the variance, R / (n mean) to the Gini."""
    n, k = 50, 1500
    keys = np.random.default_rng(12).integers(0, 2**64, n * k, dtype=np.uint64)
    group = m.gathered(np.repeat(np.arange(k), n), k, np.full(n * k, 2.0), keys)
    found = m.published_moments(
        SECRET, replace(DEFAULT, digits=12), group, m.WinsorLimits(2.0, 5.0),
        [f"w{place}" for place in range(k)], group.n, ["sd", "gini"],
    )  # fmt: skip
    assert found.sd is not None
    assert found.gini is not None
    # Half of the normal numbers are below 0: no variance, and a coefficient of 0 without a sign.
    variances = found.sd.values[np.isfinite(found.sd.values)] ** 2
    gini = found.gini.values
    assert len(variances) / k == pytest.approx(0.5, abs=0.04)
    assert np.sqrt(np.mean(variances**2)) == pytest.approx(3.0**2 / n, rel=0.08)
    assert np.mean(gini == 0) == pytest.approx(0.5, abs=0.04)
    assert not np.signbit(gini).any()
    assert np.sqrt(np.mean(gini[gini > 0] ** 2)) == pytest.approx(3.0 / (n * 2.0), rel=0.08)


def test_ranks_have_tails_and_the_stated_centre() -> None:
    uniform = (np.arange(20_000) + 0.5) / 20_000
    ranks = np.array([winsor_rank(1000, u, 0.01, DEFAULT) for u in uniform.tolist()])
    assert ranks.mean() == pytest.approx(15, abs=0.1)
    assert len(set(ranks.tolist())) > 25
    assert laplace(0.5) == 0
    assert laplace(0.75) == pytest.approx(math.log(2))
    assert laplace(0.25) == pytest.approx(-math.log(2))
    assert winsor_rank(8, 0.99, 0.01, DEFAULT) == 2
    assert winsor_rank(100, 0.5, 0.01, DEFAULT) == 8  # at least five units, widened by half
    assert m.laplace_rank(10_000, 0.5, 10, 0.25) == 10
    assert m.laplace_rank(10_000, 0.5**40, 10, 0.25) == 1


def test_normals_are_cut_at_four() -> None:
    ends = cut_normal(np.array([2.0**-54, 0.5, 1 - 2.0**-53]))
    np.testing.assert_allclose(ends, [-4, 0, 4], atol=1e-9)


def test_the_key_of_a_cell_is_the_stated_one() -> None:
    x, keys = incomes()
    total, c = int(np.add.reduce(keys)), reference_fingerprint(keys, x)
    sub = hmac.new(MASTER, b"rank/v1", hashlib.sha256).digest()
    digest = hmac.new(sub, struct.pack(">QQQ", total, 1000, c), hashlib.sha256).digest()
    u = ((int.from_bytes(digest[:8], "big") >> 11) + 0.5) / 2**53
    rank = winsor_rank(1000, u, 0.01, DEFAULT)
    limits = m.winsor_limits(SECRET, DEFAULT, keys, x)
    assert limits.low == np.sort(x)[rank]
    assert limits.high == np.sort(x)[-rank - 1]


def test_a_unit_with_many_rows_counts_once() -> None:
    x, keys = incomes()
    units = np.repeat(np.arange(100), 3)
    cell = np.tile([0, 1, 0], 100)
    group = m.gathered(cell, 2, x[:300], keys[units], units)
    assert group.n.tolist() == [100, 100]
    assert group.rows.tolist() == [200, 100]
    total = int(np.add.reduce(keys[:100]))
    assert group.sums.tolist() == [total, total]


def test_sums_of_cells_do_not_depend_on_neighbours() -> None:
    values = np.random.default_rng(3).normal(size=5000)
    starts = np.array([0, 0, 1700, 1700, 5000, 5000])
    found = summed(values, starts)
    assert found[[0, 2, 4]].tolist() == [0, 0, 0]
    assert found[1] == values[:1700].sum()
    assert found[3] == values[1700:].sum()
    keys = np.array([2**63, 2**63, 5], dtype=np.uint64)
    assert summed(keys, np.array([0, 3])).tolist() == [5]


def test_infinite_arithmetic_gives_missing_and_no_error() -> None:
    keys = np.arange(12, dtype=np.uint64)
    x = np.array([1.7e308, -1.7e308] * 6)
    group = m.gathered(None, 1, x, keys)
    for limits in (OPEN, DEFAULT):
        winsor = m.winsor_limits(SECRET, limits, keys, x)
        found = m.published_moments(SECRET, limits, group, winsor, ["w"], np.array([12]))
        assert found.sd is not None
        assert found.sd.state[0] == State.MISSING


def test_nothing_at_all_gives_missing_and_no_error() -> None:
    none = np.zeros(0)
    group = m.gathered(np.zeros(0, dtype=np.int32), 2, none, none.astype(np.uint64))
    limits = m.winsor_limits(SECRET, DEFAULT, none.astype(np.uint64), none)
    found = m.published_moments(
        SECRET, DEFAULT, group, limits, ["a", "b"], np.array([0, 0]), ["mean", "sd", "sum", "gini"]
    )
    for statistic in (found.mean, found.sd, found.sum, found.gini):
        assert statistic is not None
        assert statistic.words == ["missing", "missing"]


def business_example() -> Contributors:
    x = np.array([100.0, 1, 1, 1, 1] + [10.0] * 20 + [500.0, 400.0, 20.0])
    cell = np.repeat([0, 1, 2], [5, 20, 3])
    return m.gathered(cell, 3, x, np.arange(28, dtype=np.uint64))


def test_dominated_cells_are_found() -> None:
    group = business_example()
    assert largest(group, 2, m.UNLIMITED).tolist() == [[100, 1], [10, 10], [500, 400]]
    # First: two hold 101 of 104. Third: the rest, 20, is below 10 per cent of 500.
    assert dominated(DEFAULT, group, m.UNLIMITED).tolist() == [True, False, True]


def test_dominance_adds_noise_and_refuses_nothing() -> None:
    group = business_example()
    limits = replace(DEFAULT, desc_min=0, hard_floor=0, kwj_eta=0.0, floor_c=0.0, digits=15)
    plain, noisy = (
        m.published_moments(
            SECRET, limits, group, m.UNLIMITED, list("abc"), group.n, ["mean"], business=business
        ).mean
        for business in (False, True)
    )
    assert plain is not None
    assert noisy is not None
    assert noisy.words == plain.words == ["shown"] * 3
    assert (noisy.values != plain.values).tolist() == [True, False, True]
    assert abs(noisy.values[2] - plain.values[2]) <= 4 * 0.1 * 500 / 3


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 15))
def test_significant_digits_round_the_exact_value(value: float, digits: int) -> None:
    found = significant(np.array([value]), digits)[0]
    if value == 0 or abs(value) > 1e300 or abs(value) < 1e-300:
        return
    expected = round(value, digits - 1 - math.floor(math.log10(abs(value))))
    assert found == pytest.approx(expected, rel=1e-15)
    assert float(f"{found:.{digits - 1}e}") == found


def test_rounding_passes_what_is_no_number() -> None:
    odd = np.array([np.nan, np.inf, -np.inf, -0.0])
    np.testing.assert_array_equal(significant(odd, 3), odd)
    np.testing.assert_array_equal(decimals(np.array([1.005, 2.5, np.nan]), 0), [1, 2, np.nan])


def leave_one_out(limits: MagnitudeLimits, n: int, rounds: int) -> float:
    """Correlate the noise of a cell's mean with that of the same cell without one unit."""
    rng = np.random.default_rng(6)
    cell = np.repeat(np.arange(rounds), n)
    x = np.exp(rng.normal(12.9, 0.55, n * rounds))
    keys = rng.integers(0, 2**64, n * rounds, dtype=np.uint64)
    winsor = m.winsor_limits(SECRET, limits, keys, x)
    clipped = np.clip(x, winsor.low, winsor.high)
    noise = []
    for kept in (np.ones(len(x), dtype=bool), np.arange(len(x)) % n != 0):
        group = m.gathered(cell[kept], rounds, x[kept], keys[kept])
        words = [f"{kept.all()}{i}" for i in range(rounds)]
        found = m.published_moments(SECRET, limits, group, winsor, words, group.n, ["mean"])
        assert found.mean is not None
        true = np.bincount(cell[kept], clipped[kept]) / group.n
        noise.append(found.mean.values - true)
    return float(np.corrcoef(noise[0], noise[1])[0, 1])


def test_one_unit_less_draws_the_noise_anew() -> None:
    # Reference 9.2: correlation below 0.1 over 1000 removals.
    limits = replace(DEFAULT, digits=12, content_bits=40)
    assert abs(leave_one_out(limits, 30, 1000)) < 0.1
