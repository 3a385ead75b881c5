"""Work on stretches of rows: every row once, and the same numbers from any number of threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort import stretches
from kohort.disclosure.content import content_fingerprints
from kohort.disclosure.contributors import gathered
from kohort.disclosure.jitter import cell_weights

ROWS = 300_000


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Any:
    def settle(count: int) -> None:
        monkeypatch.setattr(stretches, "cores", lambda: count)
        monkeypatch.setattr(stretches, "_FEWEST", 1 << 14)

    return settle


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("rows", [0, 1, 1 << 15, (1 << 15) + 1, ROWS])
def test_every_row_is_worked_on_once(threads: Any, count: int, rows: int) -> None:
    threads(count)
    seen = np.zeros(rows, dtype=np.int64)

    def work(first: int, behind: int) -> None:
        assert first % stretches.BLOCK == 0
        seen[first:behind] += 1

    stretches.on_stretches(work, rows)
    assert (seen == 1).all()


@given(st.lists(st.integers(0, 1 << 19), max_size=30))
def test_runs_of_cells_hold_every_cell_once(rows: list[int]) -> None:
    starts = np.concatenate(([0], np.cumsum(rows))).tolist()
    bounds = stretches.balanced(starts)
    assert bounds == sorted(set(bounds))
    assert bounds[-1] == len(rows)
    assert bounds[0] == 0
    assert len(bounds) - 1 <= stretches.cores()


def test_a_failure_in_a_stretch_is_not_lost(threads: Any) -> None:
    threads(2)

    def work(first: int, behind: int) -> None:
        if first:
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        stretches.on_stretches(work, ROWS)


@pytest.mark.parametrize("cells", [1, 5, 400])
def test_the_number_of_threads_changes_no_bit(threads: Any, cells: int) -> None:
    draw = np.random.default_rng(5)
    x, keys = draw.standard_normal(ROWS), draw.integers(0, 2**64, ROWS, dtype=np.uint64)
    cell = draw.integers(-1, cells, ROWS).astype(np.int32)
    sets = draw.integers(0, 2**64, (2, cells), dtype=np.uint64)
    found = []
    for count in (1, 2, 5):
        threads(count)
        group = gathered(cell, cells, x, keys)
        weights = cell_weights(group, sets[0], sets[1], 0.3, 0.5)
        found.append((group.x, group.ordered, content_fingerprints(group), weights))
    for others in found[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(found[0], others, strict=True))


@pytest.mark.parametrize(("limit", "at_most"), [("1", 1), ("64", 64), ("", 1 << 10)])
def test_the_engine_s_limit_holds_here(
    monkeypatch: pytest.MonkeyPatch, limit: str, at_most: int
) -> None:
    monkeypatch.setenv("POLARS_MAX_THREADS", limit)
    stretches.cores.cache_clear()
    assert 1 <= stretches.cores() <= at_most
    stretches.cores.cache_clear()
