"""Survival rows in the order of time, and which events each of them was at risk of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kohort.estimators.design import Block, Codes, Design, Floats, Integers
from kohort.estimators.efron import Ties
from kohort.estimators.event_times import ranked

# The order of at most so many distinct times is found by counting.
_SHORT = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Rows sorted by time, and the distinct times that have events.

    `order` int64[N] are the rows' own places; `design`, `event` bool[N], and `gained` (the weight
    of a row with an event, else 0, float64[N]) and `weights` (float64[N] or None) are in the order
    of time. A row was at risk of the event times 0 .. `last[row]`, int64[N] ascending, -1 for none;
    an event's own time is its last. `hit` are the rows with an event, `starts` int64[T] the first
    of each event time among them, `ties` their numbers, `mass` float64[T] the mean of their
    weights.
    """

    order: Integers
    design: Design
    event: NDArray[np.bool_]
    gained: Floats
    weights: Floats | None
    last: Integers
    hit: Integers
    starts: Integers
    ties: Ties
    mass: Floats

    @property
    def times(self) -> int:
        """T, how many times have events."""
        return len(self.starts)

    def thinned(self, step: int) -> Cohort:
        """Every `step`-th row."""
        rows = slice(None, None, step)
        weights = None if self.weights is None else self.weights[rows]
        design = picked(self.design, rows)
        return _cohort(self.order[rows], design, self.last[rows], self.event[rows], weights)


def by_time(design: Design, time: Floats, event: Floats, weights: Floats | None) -> Cohort:
    """Sort rows by time: `time` and `event` (0 or other) are float64[N]."""
    times, place = ranked(time)
    narrow = place.astype(np.uint16) if len(times) <= _SHORT else place
    order = np.argsort(narrow, kind="stable")
    there = (event != 0)[order]
    weights = None if weights is None else weights[order]
    return _cohort(order, picked(design, order), place[order], there, weights)


def _cohort(
    order: Integers,
    design: Design,
    place: Integers,
    event: NDArray[np.bool_],
    weights: Floats | None,
) -> Cohort:
    """`place` int64[N] ascending tells times apart."""
    hit = np.flatnonzero(event)
    distinct, starts, number = np.unique(place[hit], return_index=True, return_counts=True)
    last = np.searchsorted(distinct, place, side="right") - 1
    gained = event.astype(np.float64)
    mass = np.ones(len(distinct))
    if weights is not None:
        gained *= weights
        mass = np.add.reduceat(weights[hit], starts) / number if len(hit) else mass
    ties = Ties.of(number.astype(np.float64))
    return Cohort(order, design, event, gained, weights, last, hit, starts, ties, mass)


def picked(design: Design, rows: Integers | slice) -> Design:
    """Some rows of a design; blocks that share their codes go on sharing them."""
    codes: dict[int, Codes] = {}
    blocks: list[Block] = []
    for block in design.blocks:
        own = None
        if block.codes is not None:
            own = codes.get(id(block.codes))
            if own is None:
                own = codes[id(block.codes)] = np.ascontiguousarray(block.codes[rows])
        x = None if block.x is None else np.ascontiguousarray(block.x[rows])
        blocks.append(replace(block, codes=own, x=x))
    size = len(range(design.rows)[rows]) if isinstance(rows, slice) else len(rows)
    return Design(tuple(blocks), size)
