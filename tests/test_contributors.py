"""Contributors in order: sorted, counted or partitioned, the values come out the same."""

from __future__ import annotations

import numpy as np
import pytest

from kohort.disclosure.content import LANDMARKS, content_fingerprints
from kohort.disclosure.contributors import Contributors, gathered, interpolated
from kohort.disclosure.magnitudes import gini

MANY = 200_000
DRAW = np.random.default_rng(11)
COLUMNS = {
    "ages": DRAW.integers(0, 100, MANY).astype(np.float64),
    "negative": DRAW.integers(-70_000, 70_000, MANY).astype(np.float64),
    "wages": np.rint(DRAW.lognormal(12.9, 0.5, MANY)),
    "huge": 2.0**60 + 256.0 * DRAW.integers(0, 300, MANY),
    "one value": np.full(MANY, -3.0),
    "decimals": DRAW.standard_normal(MANY),
    "halves": DRAW.integers(0, 100, MANY) / 2,
}


def group(x: np.ndarray, cells: int = 1) -> Contributors:
    keys = np.arange(len(x), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    cell = (np.arange(len(x)) % cells).astype(np.int32)
    return gathered(None if cells == 1 else cell, cells, x, keys)


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("cells", [1, 2])
def test_values_are_sorted_in_each_cell(name: str, cells: int) -> None:
    x = COLUMNS[name]
    found = group(x, cells)
    expected = np.concatenate([np.sort(x[cell::cells]) for cell in range(cells)])
    assert np.array_equal(found.ordered, expected)
    assert np.array_equal(x, COLUMNS[name])


@pytest.mark.parametrize("name", COLUMNS)
def test_a_partition_is_enough_for_quantiles_and_fingerprint(name: str) -> None:
    x = COLUMNS[name]
    partitioned = group(x).partitioned(LANDMARKS)
    assert np.array_equal(np.sort(partitioned), np.sort(x))
    for share in LANDMARKS:
        (value,) = interpolated(group(x), share, partitioned).tolist()
        assert value == np.quantile(x, share)
    assert content_fingerprints(group(x), 20, partitioned) == content_fingerprints(group(x), 20)


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_few_values_are_partitioned_too(rows: int) -> None:
    few = group(np.array([3.0, 1.0, 2.0])[:rows])
    assert sorted(few.partitioned(LANDMARKS).tolist()) == few.ordered.tolist()


def test_what_is_partitioned_is_a_copy() -> None:
    found = group(COLUMNS["ages"])
    once = found.ordered
    found.partitioned(LANDMARKS)[:] = 0
    assert found.ordered is once
    assert once[-1] == 99


@pytest.mark.parametrize("name", ["ages", "wages", "halves"])
def test_gini_is_the_same_by_sorting_and_by_counting(name: str) -> None:
    """Against the textbook sum over ranks, each row for itself, in doubles of 80 bits."""
    x, weights = COLUMNS[name], 0.5 + DRAW.random(MANY)
    order = np.argsort(x, kind="stable")
    w, values = weights[order].astype(np.longdouble), x[order].astype(np.longdouble)
    ranks = np.cumsum(w) - w / 2
    expected = 2 * (w * values * ranks).sum() / (w.sum() * (w * values).sum()) - 1
    assert gini(group(x), x, weights)[0] == pytest.approx(float(expected), rel=1e-11)


@pytest.mark.parametrize("name", COLUMNS)
def test_ranks_are_put_right_after_a_partition(name: str) -> None:
    x = COLUMNS[name]
    found = group(x)
    values = found.partitioned(LANDMARKS)
    ranks = [10, MANY - 11]
    found.put_right(values, ranks)
    assert values[ranks].tolist() == np.sort(x)[ranks].tolist()
