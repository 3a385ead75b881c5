"""Straight lines between known years, and the split of a total by weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kohort.databank.synthetic.days import Floats, Index


def at(points: Mapping[int, float], year: float) -> float:
    """Give the value at a year: linear between the known years, flat outside them."""
    return float(np.interp(year, list(points), list(points.values())))


def split(total: int, weights: Floats) -> Index:
    """Split a whole number by weights into whole numbers of that sum (largest remainders)."""
    shares = weights * (total / weights.sum())
    parts: Index = np.floor(shares).astype(np.int64)
    rest = np.argsort(-(shares - parts), kind="stable")[: total - int(parts.sum())]
    parts[rest] += 1
    return parts


def choose(rng: np.random.Generator, weights: Floats, count: int) -> Index:
    """Draw at most `count` different places by weight, without replacement, ascending.

    Efraimidis and Spirakis (2006): the largest of log(u)/weight. Weight 0 is never drawn.
    """
    possible = np.flatnonzero(weights > 0)
    if len(possible) <= count:
        return possible
    keys = rng.standard_exponential(len(possible)) / weights[possible]
    return np.sort(possible[np.argpartition(keys, count)[:count]])
