"""Contributors in order: sorted, counted or looked up, the values come out the same."""

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
def test_quantiles_need_no_sort(name: str) -> None:
    x = COLUMNS[name]
    found = group(x)
    for share in LANDMARKS:
        assert interpolated(found, share).tolist() == [np.quantile(x, share)]
    assert "ordered" not in vars(found)


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("cells", [1, 2, 7])
def test_fingerprints_are_those_of_each_row_by_itself(name: str, cells: int) -> None:
    """Against the reference's formulas, row by row and cell by cell, with whole numbers."""
    x = COLUMNS[name][: 1000 * cells]
    found = group(x, cells)
    contents = content_fingerprints(found).tolist()
    keys = (np.arange(len(x), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)).tolist()
    for cell in range(cells):
        values = x[cell::cells]
        low, first, median, third, high = np.quantile(values, (0.01, 0.25, 0.5, 0.75, 0.99))
        spread = third - first or high - low or values.max() - values.min() or np.inf
        total = 0
        for value, key in zip(values.tolist(), keys[cell::cells], strict=True):
            place = int(np.rint((value - median) / spread * 2**20))
            total += mixed(mixed(place + 0x9E3779B97F4A7C15) ^ key)
        assert contents[cell] == total % 2**64


def mixed(z: int) -> int:
    """The finaliser of splitmix64."""
    z %= 2**64
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
    return z ^ (z >> 31)


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_few_values_are_in_order_too(rows: int) -> None:
    few = group(np.array([3.0, 1.0, 2.0])[:rows])
    assert few.at(np.arange(rows)).tolist() == few.ordered.tolist()


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("sort", [False, True])
def test_ranks_are_found_before_and_after_sorting(name: str, sort: bool) -> None:
    x = COLUMNS[name]
    found = group(x)
    if sort:
        assert len(found.ordered) == MANY
    ranks = np.array([10, MANY - 11])
    assert found.at(ranks).tolist() == np.sort(x)[ranks].tolist()


def test_rows_know_their_cells() -> None:
    found = Contributors(np.array([0, 3, 3, 10]), np.zeros(10), np.zeros(10, dtype=np.uint64))
    cells, counts = found.overlap(slice(2, 5))
    assert (cells, counts.tolist()) == (slice(0, 3), [1, 0, 2])
    cells, counts = found.overlap(slice(3, 4))
    assert (cells, counts.tolist()) == (slice(2, 3), [1])


@pytest.mark.parametrize("name", ["ages", "wages", "halves"])
def test_gini_is_the_same_by_sorting_and_by_counting(name: str) -> None:
    """Against the textbook sum over ranks, each row for itself, in doubles of 80 bits."""
    x, weights = COLUMNS[name], 0.5 + DRAW.random(MANY)
    order = np.argsort(x, kind="stable")
    w, values = weights[order].astype(np.longdouble), x[order].astype(np.longdouble)
    ranks = np.cumsum(w) - w / 2
    expected = 2 * (w * values * ranks).sum() / (w.sum() * (w * values).sum()) - 1
    assert gini(group(x), x, weights)[0] == pytest.approx(float(expected), rel=1e-11)
