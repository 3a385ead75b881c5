"""Counts: the worked example and the table of the reference, and what must hold for any cells."""

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from kohort.disclosure import counts, maxent, profile
from kohort.disclosure.keys import MASK, Secret, packed, record_key
from kohort.disclosure.limits import CountLimits

SECRET = Secret(b"demo-secret-for-the-worked-example")
DEFAULT = profile.load("default").counts
STRICT = profile.load("strict").counts
MICRODATA = profile.load("microdata-no").counts

# Disclosure reference 4.3: units, wording, u_set, u_text, zero number, published, share = 0.
WORKED = [
    ((1, 2, 3, 4, 5, 6, 7), "all", 0.344651, 0.735996, 0.462510, 8, 7),
    ((1, 2, 3, 4, 5, 6, 7), "not P9", 0.344651, 0.321582, 0.263776, 6, 7),
    ((1, 2, 3, 4), "cell=A", 0.910012, 0.470910, 0.559866, 0, 0),
    ((5, 6, 7), "cell=B", 0.792192, 0.680925, 0.631102, 0, 0),
    ((1, 2, 3, 4, 5, 6), "not P7", 0.171388, 0.749196, 0.656232, 7, 5),
    ((1, 3, 4, 5, 6, 7), "not P2", 0.874055, 0.765949, 0.546605, 9, 0),
    ((1, 2, 3, 4, 6, 7), "not P5", 0.743280, 0.680988, 0.264109, 8, 0),
]
# The same, rows of the two stages combined: true n -> published value -> probability.
TABLE = {
    1: [(0, 0.996), (5, 0.001), (6, 0.001), (7, 0.001)],
    2: [(0, 0.986), (5, 0.005), (6, 0.004), (7, 0.003), (8, 0.001)],
    3: [(0, 0.949), (5, 0.017), (6, 0.016), (7, 0.010), (8, 0.005), (9, 0.002)],
    4: [(0, 0.832), (5, 0.052), (6, 0.051), (7, 0.035), (8, 0.019), (9, 0.007), (10, 0.002)],
    5: [(0, 0.566), (5, 0.117), (6, 0.122), (7, 0.095), (8, 0.057), (9, 0.028), (10, 0.011)],
    6: [(0, 0.256), (5, 0.157), (6, 0.183), (7, 0.164), (8, 0.118), (9, 0.069), (10, 0.033)],
    7: [(0, 0.083), (5, 0.133), (6, 0.178), (7, 0.191), (8, 0.167), (9, 0.120), (10, 0.072)],
    8: [(0, 0.023), (5, 0.082), (6, 0.131), (7, 0.170), (8, 0.183), (9, 0.163), (10, 0.119)],
    10: [(0, 0.002), (5, 0.016), (6, 0.037), (7, 0.074), (8, 0.121), (9, 0.162), (10, 0.179)],
    40: [(40, 0.178), (39, 0.161), (41, 0.161), (38, 0.120), (43, 0.073), (36, 0.036), (45, 0.015)],
}
BIAS = {1: -1.0, 2: -1.9, 3: -2.7, 4: -2.9, 5: -2.2, 6: -0.9, 7: -0.2, 8: 0.0, 10: 0.0, 40: 0.0}


def keys_of(units: tuple[int, ...]) -> int:
    return sum(record_key(SECRET, "person", f"P{unit}") for unit in units) & MASK


@pytest.mark.parametrize(
    ("units", "wording", "u_set", "u_text", "zero", "published", "classical"), WORKED
)
def test_worked_example(
    units: tuple[int, ...],
    wording: str,
    u_set: float,
    u_text: float,
    zero: float,
    published: int,
    classical: int,
) -> None:
    total, n = keys_of(units), len(units)
    assert counts.published_count(SECRET, DEFAULT, total, n, wording) == published
    assert counts.published_count(SECRET, DEFAULT, total, n, None) == classical
    no_share = replace(DEFAULT, wording_share=0.0)
    assert counts.published_count(SECRET, no_share, total, n, wording) == classical
    message = [packed(total, n)]
    assert SECRET.prf("cell/v1").uniforms(message)[0] == pytest.approx(u_set, abs=6e-7)
    text = [wording.encode()]
    assert SECRET.prf("text/v1").uniforms(text)[0] == pytest.approx(u_text, abs=6e-7)
    joined = counts.joint(
        SECRET.prf("zero/v1").uniforms(message), SECRET.prf("zerotext/v1").uniforms(text), 0.5
    )
    assert joined[0] == pytest.approx(zero, abs=6e-7)


def test_the_cell_key_of_the_worked_example() -> None:
    total = keys_of((1, 2, 3, 4, 5, 6, 7))
    assert total == 0x649CD575C9F543A6
    assert SECRET.prf("cell/v1").h64(packed(total, 7)) == 0x583B066CF16B2B6F


def exact_row(limits: CountLimits, n: int) -> dict[int, float]:
    """Work out the published distribution of a true count in plain Python, from the formula."""
    chance = 1 / (1 + math.exp(min((n - limits.mid) / limits.slope, 700)))
    chance = 0.0 if chance < 1e-4 else chance
    values = range(max(limits.js + 1, n - limits.max_noise), n + limits.max_noise + 1)

    def stage(centre: int, variance: float) -> dict[int, float]:
        weights = {v: math.exp(-((v - centre) ** 2) / (2 * variance)) for v in values}
        total = sum(weights.values())
        return {value: weight / total for value, weight in weights.items()}

    result = dict.fromkeys(values, 0.0) | {0: chance}
    for middle, first in stage(n, limits.variance * (1 - limits.wording_share)).items():
        for value, second in stage(middle, limits.variance * limits.wording_share).items():
            result[value] += (1 - chance) * first * second
    return result


@pytest.mark.parametrize("n", TABLE)
def test_table_of_probabilities(n: int) -> None:
    row = exact_row(DEFAULT, n)
    for value, chance in TABLE[n]:
        assert row[value] == pytest.approx(chance, abs=6e-4)
    assert sum(value * p for value, p in row.items()) - n == pytest.approx(BIAS[n], abs=0.06)


@pytest.mark.parametrize("limits", [DEFAULT, STRICT], ids=["default", "strict"])
@pytest.mark.parametrize("n", [1, 4, 6, 10, 23, 1000])
def test_published_counts_follow_their_row(limits: CountLimits, n: int) -> None:
    size = 20_000
    sums = np.random.default_rng(n).integers(0, 2**64, size, dtype=np.uint64)
    plain = replace(limits, round_base=0)
    found = counts.published_counts(
        SECRET, plain, sums, np.full(size, n), [f"w{i}" for i in range(size)]
    )
    row = exact_row(plain, n)
    assert set(found.tolist()) <= set(row)
    for value, chance in row.items():
        spread = 5 * math.sqrt(chance * (1 - chance) / size) + 1e-4
        assert abs((found == value).mean() - chance) < spread


def test_noise_of_large_cells_has_the_stated_size() -> None:
    row = exact_row(DEFAULT, 100)
    noise = {value - 100: p for value, p in row.items() if value}
    assert sum(v * v * p for v, p in noise.items()) == pytest.approx(5.0, abs=0.05)
    assert sum(abs(v) * p for v, p in noise.items()) == pytest.approx(1.75, abs=0.02)
    assert sum(p for v, p in noise.items() if abs(v) <= 2) == pytest.approx(0.74, abs=0.005)


cells = st.lists(
    st.tuples(st.integers(0, MASK), st.integers(0, 60), st.text(max_size=5)), max_size=40
)


@given(cells, st.sampled_from([DEFAULT, STRICT, MICRODATA, replace(DEFAULT, round_base=5)]))
def test_what_holds_for_any_cells(table: list[tuple[int, int, str]], limits: CountLimits) -> None:
    sums = np.array([s for s, _, _ in table], dtype=np.uint64)
    n = np.array([m for _, m, _ in table], dtype=np.int64)
    words = [word for _, _, word in table]
    found = counts.published_counts(SECRET, limits, sums, n, words)
    assert (found[n == 0] == 0).all()
    assert ((found == 0) | (found > limits.js)).all()
    edge = limits.max_noise + limits.round_base
    assert (np.abs(found - n)[found > 0] <= edge).all()
    if limits.round_base:
        assert (found % limits.round_base == 0).all()
    # A cell's number depends on its own set and wording alone.
    back = counts.published_counts(SECRET, limits, sums[::-1], n[::-1], words[::-1])
    assert back[::-1].tolist() == found.tolist()


def test_without_protection_counts_are_true() -> None:
    n = np.array([0, 1, 2, 1000])
    sums = np.arange(4, dtype=np.uint64)
    found = counts.published_counts(SECRET, profile.load("open").counts, sums, n, None)
    assert found.tolist() == n.tolist()


def test_the_two_halves_are_independent() -> None:
    size = 20_000
    sums = np.random.default_rng(5).integers(0, 2**64, size, dtype=np.uint64)
    n = np.full(size, 50)
    one, other = (
        counts.published_counts(SECRET, DEFAULT, sums, n, [f"{w}{i}" for i in range(size)]) - 50
        for w in "ab"
    )
    changed = counts.published_counts(
        SECRET, DEFAULT, sums + np.uint64(1), n, [f"a{i}" for i in range(size)]
    )
    # Half of the variance is shared by the set, half by the wording.
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(0.5, abs=0.03)
    assert np.corrcoef(one, changed)[0, 1] == pytest.approx(0.5, abs=0.03)
    assert (one == other).mean() < 0.3


def entropy_row(limits: CountLimits, n: int) -> np.ndarray:
    """Maximise the entropy directly under the two moments, by another method than the table's."""
    values = maxent.support(n, limits)
    wanted = maxent.row_variance(n, limits)
    constraints = [
        {"type": "eq", "fun": lambda p: p.sum() - 1},
        {"type": "eq", "fun": lambda p: p @ values - n},
        {"type": "eq", "fun": lambda p: p @ (values - n) ** 2 - wanted},
    ]
    start = np.full(len(values), 1 / len(values))
    found = minimize(
        lambda p: (p * np.log(np.maximum(p, 1e-300))).sum(),
        start,
        bounds=[(1e-12, 1)] * len(values),
        constraints=constraints,
        options={"maxiter": 500, "ftol": 1e-14},
    )
    assert found.success
    return np.asarray(found.x)


@pytest.mark.parametrize("n", [1, 2, 4, 7, 12])
def test_the_classical_table_has_the_largest_entropy(n: int) -> None:
    values, chances = maxent.row(n, MICRODATA)
    assert chances == pytest.approx(entropy_row(MICRODATA, n), abs=2e-4)
    assert chances @ values == pytest.approx(n, abs=1e-9)


def test_the_classical_table_is_unbiased_everywhere() -> None:
    for limits in (MICRODATA, replace(STRICT, table="maxent", wording_share=0.0)):
        for n in range(1, 40):
            values, chances = maxent.row(n, limits)
            assert chances.sum() == pytest.approx(1, abs=1e-12)
            assert chances @ values == pytest.approx(n, abs=1e-8)
            wanted = maxent.row_variance(n, limits)
            assert chances @ (values - n) ** 2 == pytest.approx(wanted, abs=1e-7)


def test_a_singleton_shows_in_the_classical_table_but_hardly_in_the_smooth_one() -> None:
    # Reference 4.3: 0.19 against 0.0037.
    values, chances = maxent.row(1, MICRODATA)
    assert values.tolist() == [0, 5, 6]
    assert 1 - chances[0] == pytest.approx(0.19, abs=0.005)
    assert 1 - exact_row(DEFAULT, 1)[0] == pytest.approx(0.0037, abs=5e-5)


def test_the_smooth_table_bounds_what_one_unit_changes() -> None:
    # Reference 4.3: total variation between neighbouring rows.
    def variation(n: int) -> float:
        a, b = exact_row(DEFAULT, n), exact_row(DEFAULT, n + 1)
        return sum(abs(a.get(v, 0) - b.get(v, 0)) for v in a.keys() | b.keys()) / 2

    assert variation(5) == pytest.approx(0.31, abs=0.005)
    assert max(variation(n) for n in range(1, 20)) == variation(5)
    assert variation(30) == pytest.approx(0.18, abs=0.005)


def test_rounding_is_to_the_nearest_multiple_above_js() -> None:
    limits = replace(DEFAULT, round_base=5, variance=1e-9, wording_share=0.0, mid=0.0, slope=0.05)
    n = np.array([5, 7, 8, 12, 13, 998])
    found = counts.published_counts(SECRET, limits, np.arange(6, dtype=np.uint64), n, None)
    assert found.tolist() == [5, 5, 10, 10, 15, 1000]
    high = replace(limits, js=6, round_base=4)
    small = counts.published_counts(
        SECRET, high, np.arange(2, dtype=np.uint64), np.array([7, 9]), None
    )
    assert small.tolist() == [8, 8]


def test_a_hundred_thousand_cells_take_about_a_second() -> None:
    size = 100_000
    sums = np.random.default_rng(1).integers(0, 2**64, size, dtype=np.uint64)
    n = np.random.default_rng(2).integers(0, 50, size)
    words = [f"alder >= 16 & kommune = {i}" for i in range(size)]
    start = time.process_time()
    counts.published_counts(SECRET, DEFAULT, sums, n, words)
    assert time.process_time() - start < 2
