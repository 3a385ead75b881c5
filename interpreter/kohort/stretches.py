"""Work on stretches of rows on all cores; what comes out never depends on how many there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

# Rows that are worked on together; what they need fits in a core's cache.
BLOCK = 1 << 15
# Fewer rows than this are not worth a thread of their own.
_FEWEST = 1 << 18


@cache
def cores() -> int:
    """Give how many threads may work: those of the engine where they are limited."""
    allowed = os.environ.get("POLARS_MAX_THREADS", "")
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(int(allowed) if allowed.isdigit() else 1 << 10, there or 1))


def on_stretches(work: Callable[[int, int], None], rows: int) -> None:
    """Call `work(first row, row behind the last)` for stretches that make up all rows, at once.

    Stretches begin at whole blocks. `work` must treat each row by itself: it may not matter where a
    stretch begins. What it raises is raised here.
    """
    count = min(cores(), rows // _FEWEST)
    if count <= 1:
        work(0, rows)
        return
    length = -(-rows // (count * BLOCK)) * BLOCK
    together(work, [*range(0, rows, length), rows])


def together(work: Callable[[int, int], None], bounds: Sequence[int]) -> None:
    """Call `work(a, b)` for each pair of neighbouring bounds, at once."""
    if len(bounds) == 2:
        work(*bounds)
        return
    with ThreadPoolExecutor(max(1, min(cores(), len(bounds) - 1))) as pool:
        for done in [pool.submit(work, low, high) for low, high in pairwise(bounds)]:
            done.result()


def balanced(starts: Sequence[int]) -> list[int]:
    """Give cells in as many runs as there are cores, about equally long: first cells, and the end.

    `starts`: the first row of each cell, and the number of rows.
    """
    rows, runs = starts[-1], min(cores(), starts[-1] // _FEWEST)
    bounds = [0]
    for cell, start in enumerate(starts):
        if runs > len(bounds) and start * runs >= rows * len(bounds) and bounds[-1] < cell:
            bounds.append(cell)
    last = len(starts) - 1
    return [*(bound for bound in bounds if bound < last), last]
