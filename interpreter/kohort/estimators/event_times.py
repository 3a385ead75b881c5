"""Survival data as counts by time: how many events and how many censored at each distinct time."""

from dataclasses import dataclass

import numpy as np

from kohort.estimators.design import Codes, Floats, Integers

# Whole times within this many steps (or within twice as many as there are rows) are counted
# without sorting them.
_STEPS = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class EventTimes:
    """Survival data collapsed to distinct times.

    `times` float64[T] ascending; `events` and `censored` float64[T], how many rows (or how much
    weight) end there with an event and without one.
    """

    times: Floats
    events: Floats
    censored: Floats

    @property
    def at_risk(self) -> Floats:
        """Rows whose time is this one or later, float64[T]."""
        leaving = self.events + self.censored
        return np.cumsum(leaving[::-1])[::-1]


def ranked(time: Floats) -> tuple[Floats, Integers]:
    """The distinct times ascending, float64[T], and the place of each row's time, int64[N]."""
    if not len(time):
        return np.empty(0), np.empty(0, dtype=np.int64)
    low, high = float(time.min()), float(time.max())
    if high - low < max(_STEPS, 2 * len(time)):
        steps = (time - low).astype(np.int64)
        if np.array_equal(steps + low, time):
            there = np.bincount(steps) > 0
            place = np.cumsum(there, dtype=np.int64) - 1
            distinct = np.flatnonzero(there).astype(np.float64) + low
            return distinct, place[steps]
    distinct, place = np.unique(time, return_inverse=True)
    return distinct, place


def counted(time: Floats, event: Floats | Codes, weights: Floats | None = None) -> EventTimes:
    """Count rows by time: `time` float64[N], `event` 0/1 [N], `weights` float64[N] or ones."""
    times, place = ranked(time)
    size = len(times)
    cell = place * 2 + (event != 0)
    table = np.bincount(cell, weights=weights, minlength=2 * size).astype(np.float64)
    return EventTimes(times, table[1::2].copy(), table[::2].copy())
