"""Which event times each row of survival data was at risk of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kohort.estimators.design import Block, Codes, Design, Floats, Integers
from kohort.estimators.efron import Ties
from kohort.estimators.event_times import ranked

Number = TypeVar("Number", bound=np.generic)

# The order of at most so many distinct times is found by counting.
_SHORT = 1 << 16
# Sums by event time and column that fit in the cache: rows may then stay in any order.
_TABLE = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Rows with their risk sets, sorted by time where sums by event time do not fit in the cache.

    `order` int64[N] are then the rows' own places, else None. `design`, `cell` int64[N], `gained`
    (the weight of a row with an event, else 0, float64[N]) and `weights` (float64[N] or None) are
    in this order. `cell` is twice the number of event times that a row was at risk of, its own
    among them, and one more if it has an event. `ties` are the numbers of events at each time,
    `mass` float64[T] the mean of their weights.
    """

    order: Integers | None
    design: Design
    cell: Integers
    gained: Floats
    weights: Floats | None
    ties: Ties
    mass: Floats

    @property
    def times(self) -> int:
        """T, how many times have events."""
        return len(self.mass)

    @property
    def events(self) -> int:
        """How many rows have an event."""
        return int(self.ties.number.sum())

    def by_cell(self, values: Floats) -> tuple[Floats, Floats]:
        """Sums of values, float64[N], of those who leave at each event time or before the next one.

        Float64[T] of all and of those with an event.
        """
        sums = np.bincount(self.cell, values, 2 * self.times + 2).astype(np.float64)
        sums = sums.reshape(-1, 2)[1:]
        return sums[:, 0] + sums[:, 1], sums[:, 1]

    def own(self, values: NDArray[Number]) -> NDArray[Number]:
        """Values of the rows, [N], in the rows' own order."""
        if self.order is None:
            return values
        result = np.empty_like(values)
        result[self.order] = values
        return result

    def thinned(self, step: int) -> Cohort:
        """Every `step`-th row."""
        rows = slice(None, None, step)
        cell = self.cell[rows]
        event = cell % 2 == 1
        last, number = _event_times(cell >> 1, event)
        weights = None if self.weights is None else self.weights[rows]
        order = None if self.order is None else self.order[rows]
        return _cohort(order, picked(self.design, rows), last, number, event, weights)


def by_time(design: Design, time: Floats, event: Floats, weights: Floats | None) -> Cohort:
    """Give the risk sets: `time` and `event` (0 or other) are float64[N]."""
    times, place = ranked(time)
    there = event != 0
    last, number = _event_times(place, there)
    if 2 * len(number) * (design.width + 1) <= _TABLE:
        return _cohort(None, design, last, number, there, weights)
    narrow = place.astype(np.uint16) if len(times) <= _SHORT else place
    order = np.argsort(narrow, kind="stable")
    weights = None if weights is None else weights[order]
    return _cohort(order, picked(design, order), last[order], number, there[order], weights)


def _event_times(place: Integers, event: NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """How many event times each row was at risk of, int64[N], and the number of events of each.

    `place` int64[N] numbers all times.
    """
    events = np.bincount(place, event, int(place.max(initial=-1)) + 1).astype(np.int64)
    here = events > 0
    return np.cumsum(here, dtype=np.int64)[place], events[here]


def _cohort(
    order: Integers | None,
    design: Design,
    last: Integers,
    number: Integers,
    event: NDArray[np.bool_],
    weights: Floats | None,
) -> Cohort:
    gained = event.astype(np.float64)
    mass = np.ones(len(number))
    if weights is not None:
        gained *= weights
        mass = np.bincount(last, gained, len(number) + 1)[1:] / number
    ties = Ties.of(number.astype(np.float64))
    return Cohort(order, design, 2 * last + event, gained, weights, ties, mass)


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
