"""Life tables for release: a few steps of time, each with enough published events.

Source: the disclosure reference, 2.3. All numbers are published counts of their own: units at risk,
events, and those who were censored inside a step and count half (the actuarial estimate). Where the
steps end is decided on published counts, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kohort import wording
from kohort.disclosure.bins import rounded
from kohort.disclosure.limits import SurvivalLimits
from kohort.disclosure.survival_groups import Group, Survivors
from kohort.estimators.design import Codes, Floats, Integers
from kohort.estimators.kaplan_meier import SurvivalCurve, product_limit
from kohort.meaning import TRUE, Meaning, at_most, both, less, number

FINEST = 100
"""Into how many parts the axis is cut at most, before parts are put together to steps."""


@dataclass(frozen=True, eq=False)
class LifeTable:
    """Steps of one group, all numbers published: a step ends at `ends`, float64 (k) ascending.

    `at_risk`: rows whose time is beyond the step's beginning; `events`, `censored`: those that
    ended in it, with the event, or without it before the step's end; int64 (k) each. Without a step
    with enough events `events` is 0, and survival stays 1.
    """

    ends: Floats
    at_risk: Integers
    events: Integers
    censored: Integers

    def curve(self, level: float, noise: float) -> SurvivalCurve:
        """The actuarial curve at the ends; `noise` is the variance of a published count."""
        events = self.events.astype(np.float64)
        # Counts have noise of their own: a step cannot take more than there are.
        n = np.maximum(self.at_risk - self.censored / 2, 0.5)
        return product_limit(self.ends, n, np.minimum(events, n), level, noise)


def fine_edges(end: float, whole: bool) -> Floats:
    """Round edges from 0 to `end` or a little beyond, float64; `whole`: between whole numbers."""
    return np.array(rounded(0.0, end, FINEST, whole).edges)


def life_table(survivors: Survivors, group: Group, edges: Floats) -> LifeTable:
    """Give the steps of a group; `edges` (ascending from 0) are where they may end."""
    return _Making(survivors, group, edges).run()


class _Making:
    def __init__(self, survivors: Survivors, group: Group, edges: Floats) -> None:
        self.survivors = survivors
        self.limits: SurvivalLimits = survivors.profile.survival
        self.evidence = group.evidence
        self.group = group
        self.support = survivors.support(group.evidence)
        self.time, self.event = group.time, group.event
        self.edges = edges
        # The part of each time: after the edge before, up to and with the edge after.
        self.part = np.searchsorted(edges[1:], self.time, side="left").astype(np.int32)
        self.meaning = group.evidence.columns["time"].meaning
        event = group.evidence.columns["event"].meaning
        self.happened, self.left = (wording.code_cell(event, value) for value in (1, 0))

    def run(self) -> LifeTable:
        ends = self._first_ends()
        events = self._events(ends)
        while len(ends) > 1 and int(events.min()) < self.limits.min_events:
            place = int(np.flatnonzero(events < self.limits.min_events)[0])
            # With the next step, the last one with the one before.
            ends = np.delete(ends, place if place < len(ends) - 1 else place - 1)
            events = self._events(ends)
        if int(events[0]) < self.limits.min_events:
            ends, events = ends[-1:], np.zeros(1, dtype=np.int64)
        units, rows = self._at_risk(ends)
        few = np.flatnonzero(units < self.limits.min_risk)
        kept = slice(0, max(1, int(few[0])) if len(few) else len(ends))
        gone = self._rows(events, ends, self.event != 0)
        return LifeTable(
            self.edges[1:][ends[kept]],
            np.minimum.accumulate(rows)[kept],
            gone[kept],
            self._censored(ends)[kept],
        )

    def _first_ends(self) -> Integers:
        """The parts that steps end with, by published counts of events up to each part."""
        last = len(self.edges) - 2
        conditions = [
            both((self.happened, at_most(self.meaning, number(edge))))
            for edge in self.edges[1:].tolist()
        ]
        cell = np.where(self.event != 0, self.part, np.int32(-1))
        total = np.maximum.accumulate(self.survivors.upto(self.evidence, cell, conditions))
        wanted = max(self.limits.min_events, int(total[-1]) / self.limits.max_steps)
        ends, reached = [], 0
        for place, count in enumerate(total.tolist()):
            if count - reached >= wanted:
                ends.append(place)
                reached = count
        if ends and int(total[-1]) - reached < self.limits.min_events:
            ends.pop()
        if not ends or ends[-1] != last:
            ends.append(last)
        return np.array(ends[-self.limits.max_steps :], dtype=np.int64)

    def _steps(self, ends: Integers) -> tuple[Codes, list[tuple[float | None, float]]]:
        """The step of each row (that of nobody: -1), and each step's beginning and end."""
        step = np.searchsorted(ends, self.part, side="left").astype(np.int32)
        step[self.part > ends[-1]] = -1
        bounds = self.edges[1:][ends].tolist()
        return step, list(zip([None, *bounds[:-1]], bounds, strict=True))

    def _published(
        self, ends: Integers, rows: Floats, condition: Callable[[float | None, float], Meaning]
    ) -> Integers:
        step, bounds = self._steps(ends)
        cell = np.where(rows, step, np.int32(-1))
        return self.support.cells(cell, [condition(*bound) for bound in bounds])

    def _rows(self, units: Integers, ends: Integers, rows: Floats) -> Integers:
        """Rows from published units of each step."""
        cell = np.where(rows, self._steps(ends)[0], np.int32(-1))
        return np.array(self.group.rows(units, cell, False), dtype=np.int64)

    def _events(self, ends: Integers) -> Integers:
        def condition(low: float | None, high: float) -> Meaning:
            return both((self.happened, self._after(low), at_most(self.meaning, number(high))))

        return self._published(ends, self.event != 0, condition)

    def _censored(self, ends: Integers) -> Integers:
        """Those who left inside a step; who left at its end was there for all of it."""

        def condition(low: float | None, high: float) -> Meaning:
            inside = (self._after(low), less(self.meaning, number(high)))
            return both((self.left, *inside))

        step, bounds = self._steps(ends)
        highs = np.array([high for _, high in bounds])
        inside = (self.event == 0) & (step >= 0) & (self.time < highs[step])
        return self._rows(self._published(ends, inside, condition), ends, inside)

    def _at_risk(self, ends: Integers) -> tuple[Integers, Integers]:
        """Units and rows beyond the beginning of each step; all of them at the first."""
        step, bounds = self._steps(ends)
        last = np.int32(len(ends) - 1)
        # From the last step backwards, so that each set holds the one before it.
        cell = last - np.where(step < 0, last, step)
        conditions = [self._after(low) for low, _ in reversed(bounds)]
        units = self.survivors.upto(self.evidence, cell, conditions)
        units[-1] = self.group.units
        rows = np.array(self.group.rows(units, cell, True), dtype=np.int64)
        return np.minimum.accumulate(units[::-1]), rows[::-1]

    def _after(self, low: float | None) -> Meaning:
        return TRUE if low is None else less(number(low), self.meaning)
