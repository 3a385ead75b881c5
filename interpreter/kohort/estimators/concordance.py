"""Harrell's concordance: how often the one who had the event first had the higher prediction."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kohort.estimators.design import Codes, Floats, Integers
from kohort.estimators.event_times import ranked
from kohort.estimators.inversions import inversions, stable_order

Places: TypeAlias = NDArray[np.intp]

# A range of predictions that may be divided by.
_LEAST = 1e-250
# With more rows than this, predictions may be put into so many classes, by steps of their range.
_MANY = 1 << 18
_CLASSES = 1 << 9
_STEPS = 1 << 16
_CELLS = 1 << 23


def concordance(
    time: Floats, event: Floats, prediction: Floats, weights: Floats | None = None
) -> float:
    """The share of comparable pairs ordered as predicted, equal predictions as half; NaN if none.

    Arrays float64[N]. A pair is comparable if one has an event and the other's time is later, or
    the same without an event; its weight is the product of the two. Source: Harrell et al. 1982.
    """
    _, place = ranked(time)
    # Whoever is censored at a time outlives the events of that time: these have even moments.
    return concordance_by_moment(2 * place + (event == 0), prediction, weights)


def concordance_by_moment(
    moment: Integers, prediction: Floats, weights: Floats | None = None
) -> float:
    """The same from int64[N]: an event has an even moment, and outlives it who has a later one.

    Weights are noise, so that with many of them predictions may count as equal that are within
    about a 512th of all rows of each other. What those pairs lose is below a hundred thousandth.
    """
    if weights is not None and len(moment) > _MANY:
        place = _classes(prediction)
        if place is not None and _CLASSES * (int(moment.max()) + 1) <= _CELLS:
            return _by_class(moment, place, weights)
    order = _order(moment, prediction)
    ordered, mass = moment[order].astype(np.int32), None if weights is None else weights[order]
    pairs = _pairs(ordered, mass)
    if not pairs > 0:
        return float("nan")
    # Pairs of equal prediction stand in the order of time, as if predicted wrongly.
    tied = _tied(ordered, prediction[order], mass)
    return float((inversions(ordered, ordered % 2 == 0, mass) + tied / 2) / pairs)


def _classes(prediction: Floats) -> Codes | None:
    """Classes of like predictions, ascending, about equally many rows in each; None if not so."""
    low = float(prediction.min())
    span = max(float(prediction.max()) - low, _LEAST)
    steps = ((prediction - low) * ((_STEPS - 1) / span)).astype(np.int32)
    counts = np.bincount(steps, minlength=_STEPS)
    if int(counts.max()) * _CLASSES > 4 * len(steps):
        return None
    places = (np.cumsum(counts) - counts) * _CLASSES // len(steps)
    return places.astype(np.int32)[steps]


def _by_class(moment: Integers, place: Codes, weights: Floats) -> float:
    """The concordance where predictions of one class are equal."""
    size = int(moment.max()) + 1
    table = np.bincount(place * size + moment, weights, _CLASSES * size).reshape(-1, size)
    lower, score = np.zeros(-(-size // 2)), 0.0
    for line in table:
        later = (np.cumsum(line[::-1])[::-1] - line)[::2]
        score += float((line[::2] * (lower + later / 2)).sum())
        lower += later
    pairs = float((table[:, ::2].sum(axis=0) * lower).sum())
    return score / pairs if pairs > 0 else float("nan")


def _order(moment: Integers, prediction: Floats) -> Places:
    """Ascending by prediction, and by moment where that is equal."""
    first = stable_order(moment)
    ordered = prediction[first]
    # One number of 64 bits, how high a prediction is and its place, sorts faster than places do.
    bits = np.uint64(len(first).bit_length())
    low = float(ordered.min(initial=np.inf))
    high = float(ordered.max(initial=-np.inf))
    steps = 2.0 ** (63 - int(bits)) / max(high - low, _LEAST)
    key = ((ordered - low) * steps).astype(np.uint64) << bits
    key |= np.arange(len(first), dtype=np.uint64)
    key.sort()
    place = (key & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.intp)
    key >>= bits
    _part(place, key[1:] == key[:-1], ordered)
    return first[place]


def _part(place: Places, alike: NDArray[np.bool_], prediction: Floats) -> None:
    """Put rows in order that are `alike` the next one, yet may differ by less than a step."""
    if not alike.any():
        return
    among = np.flatnonzero(np.append(alike, False) | np.append(False, alike))
    rows = place[among]
    if np.diff(prediction[rows])[alike[among[:-1]]].any():
        place[among] = rows[np.argsort(prediction[rows], kind="stable")]


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
