"""Harrell's concordance: how often the one who had the event first had the higher prediction."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kohort.estimators.design import Codes, Floats
from kohort.estimators.event_times import ranked

Places: TypeAlias = NDArray[np.intp]

# So many bits of the moments are counted at once, the others one by one.
_BITS = 13
# Rows that are compared each with each.
_BLOCK = 512


def concordance(
    time: Floats, event: Floats, prediction: Floats, weights: Floats | None = None
) -> float:
    """The share of comparable pairs ordered as predicted, equal predictions as half; NaN if none.

    Arrays float64[N]. A pair is comparable if one has an event and the other's time is later, or
    the same without an event; its weight is the product of the two. Source: Harrell et al. 1982.
    """
    _, place = ranked(time)
    # Whoever is censored at a time outlives the events of that time: these have even moments.
    moment = (2 * place + (event == 0)).astype(np.int32)
    order = _order(moment, prediction)
    moment, mass = moment[order], None if weights is None else weights[order]
    pairs = _pairs(moment, mass)
    if not pairs > 0:
        return float("nan")
    # Pairs of equal prediction stand in the order of time, as if predicted wrongly.
    tied = _tied(moment, prediction[order], mass)
    return (_inversions(moment, mass) + tied / 2) / pairs


def _order(moment: Codes, prediction: Floats) -> Places:
    """Ascending by prediction, and by moment where that is equal."""
    order = np.argsort(prediction)
    if np.diff(prediction[order]).all():
        return order
    small = int(moment.max(initial=0)) < 1 << 16
    first = np.argsort(moment.astype(np.uint16) if small else moment, kind="stable")
    return first[np.argsort(prediction[first], kind="stable")]


def _pairs(moment: Codes, mass: Floats | None) -> float:
    """The weight of all comparable pairs."""
    leaving = np.bincount(moment, mass).astype(np.float64)
    later = leaving.sum() - np.cumsum(leaving)
    return float(leaving[::2] @ later[::2])


def _tied(moment: Codes, prediction: Floats, mass: Floats | None) -> float:
    """The weight of comparable pairs of equal prediction, rows in order."""
    new = np.diff(prediction) != 0
    if new.all():
        return 0.0
    before = _cumulated(np.ones(len(moment), dtype=np.int64) if mass is None else mass)
    last = _ends(new)
    # Behind the rows of the same prediction and moment, those of a later one.
    same = _ends(new | (np.diff(moment) != 0))
    later = before[last] - before[same]
    own = (moment % 2 == 0) * (1.0 if mass is None else mass)
    return float(later @ own)


def _ends(new: NDArray[np.bool_]) -> Places:
    """For each row where its run ends, which goes on until `new` says that another begins."""
    edges = np.append(np.flatnonzero(new) + 1, len(new) + 1)
    return np.repeat(edges, np.diff(edges, prepend=0))


def _cumulated(values: NDArray[np.int64] | Floats) -> Floats:
    """Sums of all values before each place, and of all; whole numbers below 2^53 are exact."""
    result = np.zeros(len(values) + 1)
    np.cumsum(values, out=result[1:])
    return result


def _inversions(moment: Codes, mass: Floats | None) -> float:
    """The weight of pairs of an event and a later moment that stands before it.

    Two moments first differ in one bit. Those that differ in the highest bits are counted by what
    went before of each value; the others bit by bit, in rows sorted by the bits above.
    """
    low = max(0, int(moment.max()).bit_length() - _BITS)
    high = (moment >> low).astype(np.uint16)
    total = _by_value(high, moment % 2 == 0, mass)
    if low:
        order = np.argsort(high, kind="stable")
        moment, mass = moment[order], None if mass is None else mass[order]
    for bit in range(low - 1, -1, -1):
        node = moment >> (bit + 1)
        later = (moment >> bit) & 1 == 1
        total += _in_nodes(node, later, moment % 2 == 0, mass)
        order = _parted(node, later)
        moment, mass = moment[order], None if mass is None else mass[order]
    return total


def _by_value(values: NDArray[np.uint16], event: NDArray[np.bool_], mass: Floats | None) -> float:
    """The weight of pairs of an event and a larger value before it."""
    size = int(values.max()) + 1
    greater = np.zeros(size, dtype=np.int64 if mass is None else np.float64)
    earlier = np.tri(_BLOCK, k=-1, dtype=np.bool_)
    total = 0.0
    for start in range(0, len(values), _BLOCK):
        block = values[start : start + _BLOCK]
        hit = np.flatnonzero(event[start : start + _BLOCK])
        own = block[hit]
        inside = block[None, :] > own[:, None]
        inside &= earlier[hit, : len(block)]
        if mass is None:
            total += int(greater[own].sum()) + int(np.count_nonzero(inside))
            counts = np.bincount(block, minlength=size)
        else:
            weights = mass[start : start + _BLOCK]
            total += float((greater[own] + inside @ weights) @ weights[hit])
            counts = np.bincount(block, weights, size)
        greater[:-1] += np.cumsum(counts[:0:-1])[::-1]
    return total


def _in_nodes(
    node: Codes, later: NDArray[np.bool_], event: NDArray[np.bool_], mass: Floats | None
) -> float:
    """The weight of pairs of an event and a later row before it in the same node."""
    before = _cumulated(later.astype(np.int64) if mass is None else later * mass)
    first = np.flatnonzero(event & ~later)
    met = before[first] - before[_starts(node)[first]]
    return float(met.sum() if mass is None else met @ mass[first])


def _starts(node: Codes) -> Places:
    """For each row where its node begins; rows are sorted by node."""
    edges = np.flatnonzero(np.append(True, np.diff(node) != 0))
    return np.repeat(edges, np.diff(np.append(edges, len(node))))


def _parted(node: Codes, later: NDArray[np.bool_]) -> Places:
    """The order in which every node's earlier rows come first."""
    start = _starts(node)
    ones = np.zeros(len(node) + 1, dtype=np.intp)
    np.cumsum(later, out=ones[1:])
    rows = np.arange(len(node))
    zeros = np.append(np.flatnonzero(np.diff(node)) + 1, len(node))
    end = np.repeat(zeros, np.diff(zeros, prepend=0))
    # An earlier row moves up by the later ones before it, a later one behind all earlier ones.
    ahead = ones[:-1] - ones[start]
    behind = (end - rows - 1) - (ones[end] - ones[1:])
    place = np.where(later, rows + behind, rows - ahead)
    order = np.empty(len(node), dtype=np.intp)
    order[place] = rows
    return order
