"""Harrell's concordance: how often the one who had the event first had the higher prediction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kohort.estimators.design import Codes, Floats
from kohort.estimators.event_times import ranked


def concordance(
    time: Floats, event: Floats, prediction: Floats, weights: Floats | None = None
) -> float:
    """The share of comparable pairs ordered as predicted, equal predictions as half; NaN if none.

    Arrays float64[N]. A pair is comparable if one has an event and the other's time is later, or
    the same without an event; its weight is the product of the two. Source: Harrell et al. 1982.
    """
    _, place = ranked(time)
    happened = event != 0
    # Whoever is censored at a time outlives the events of that time.
    moment = (2 * place + ~happened).astype(np.int32)
    order = np.argsort(prediction, kind="stable")
    ordered = prediction[order]
    rank = np.cumsum(np.diff(ordered, prepend=ordered[:1]) > 0, dtype=np.int32)
    mass = None if weights is None else weights[order]
    rows = _Rows(moment[order], rank, happened[order], mass)
    pairs = _pairs(rows)
    return 0.5 + rows.net() / (2 * pairs) if pairs > 0 else float("nan")


def _pairs(rows: _Rows) -> float:
    """The weight of all comparable pairs."""
    size = int(rows.moment.max()) + 1
    leaving = np.bincount(rows.moment, rows.mass, size).astype(np.float64)
    later = leaving.sum() - np.cumsum(leaving)
    # Even moments are those of events.
    return float(leaving[::2] @ later[::2])


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows in the order of their rank: `moment` and `rank` int32[N], `mass` float64[N] or ones."""

    moment: Codes
    rank: Codes
    happened: NDArray[np.bool_]
    mass: Floats | None

    def net(self) -> float:
        """Pairs in the predicted order less those in the opposite one.

        Moments are split bit by bit from the top. Two moments first differ in one bit, where the
        earlier one has 0 and the later 1, both in the same node of all higher bits; there each
        event meets all later ones once, and a running sum along the ranks counts them.
        """
        total = 0.0
        rows = self
        for bit in range(int(self.moment.max()).bit_length() - 1, -1, -1):
            level = _Level.of(rows, bit)
            total += level.net(rows)
            rows = rows.at(level.places()) if bit else rows
        return total

    def at(self, places: Codes) -> _Rows:
        """The same rows moved to new places."""
        moment, rank = np.empty_like(self.moment), np.empty_like(self.rank)
        happened = np.empty_like(self.happened)
        moment[places], rank[places], happened[places] = self.moment, self.rank, self.happened
        mass = None
        if self.mass is not None:
            mass = np.empty_like(self.mass)
            mass[places] = self.mass
        return _Rows(moment, rank, happened, mass)


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """One bit of the moments: which rows are later, and where each row's node begins and ends."""

    later: NDArray[np.bool_]
    node: Codes
    edges: Codes

    @classmethod
    def of(cls, rows: _Rows, bit: int) -> _Level:
        """The level of a bit, with the rows sorted by all higher bits."""
        node, edges = _runs(rows.moment >> (bit + 1))
        return cls((rows.moment >> bit) & 1 == 1, node, edges)

    def net(self, rows: _Rows) -> float:
        """Later rows of lower rank less those of higher rank, added up over the earlier events."""
        own = self.later.astype(np.int64) if rows.mass is None else self.later * rows.mass
        before = np.concatenate([own[:1] * 0, np.cumsum(own)])
        group, ends = _runs(self.node.astype(np.int64) << 32 | rows.rank)
        first = np.flatnonzero(rows.happened & ~self.later)
        node, group = self.node[first], group[first]
        net = before[ends[group]] + before[ends[group + 1]]
        net -= before[self.edges[node]] + before[self.edges[node + 1]]
        return float(net.sum() if rows.mass is None else net @ rows.mass[first])

    def places(self) -> Codes:
        """Where each row goes when every node's earlier rows come first, int32[N]."""
        ones = np.concatenate([[0], np.cumsum(self.later, dtype=np.int32)]).astype(np.int32)
        rows = np.arange(len(self.later), dtype=np.int32)
        begin, end = self.edges[:-1], self.edges[1:]
        # A later row moves back by the earlier ones behind it, an earlier one up by the later ones.
        behind = (end - ones[end])[self.node] - (rows - ones[:-1])
        ahead = ones[:-1] - ones[begin][self.node]
        return np.where(self.later, rows + behind, rows - ahead).astype(np.int32)


def _runs(values: NDArray[np.int32] | NDArray[np.int64]) -> tuple[Codes, Codes]:
    """The number of the run of equal values each row is in, and the edges of the runs: int32."""
    new = np.empty(len(values), dtype=np.bool_)
    new[:1] = True
    np.not_equal(values[1:], values[:-1], out=new[1:])
    edges = np.append(np.flatnonzero(new), len(values)).astype(np.int32)
    return np.cumsum(new, dtype=np.int32) - np.int32(1), edges
