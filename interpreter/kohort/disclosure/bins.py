"""Where the bars of a histogram begin and end: decided on published numbers alone (2.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from kohort.meaning import Meaning, at_most, both, less, number, present

__all__ = ["Bins", "conditions", "equal", "of_width", "rounded", "sides"]

_PAIRS = ((1, 99), (5, 95), (10, 90), (25, 75))


@dataclass(frozen=True)
class Bins:
    """Edges, ascending, one more than bars; all bars are `width` wide."""

    edges: tuple[float, ...]
    width: float

    @property
    def count(self) -> int:
        """How many bars there are."""
        return len(self.edges) - 1


def sides(extremes: tuple[int, int] | None) -> tuple[tuple[int, int], ...]:
    """Give pairs of percentiles that may bound a chart, the widest first.

    `extremes`: the pair that stands for the smallest and largest value.
    """
    first = extremes or (5, 95)
    return (first, *(pair for pair in _PAIRS if pair[0] > first[0]))


def equal(low: float, high: float, count: int) -> Bins:
    """Give so many equal bars from `low` to `high`, to the last digit."""
    width = (high - low) / count
    edges = [low + place * (high - low) / count for place in range(count)]
    return Bins((*edges, high), width)


def rounded(low: float, high: float, count: int, whole: bool) -> Bins:
    """Give so many equal bars that begin and end at round numbers and cover `low` to `high`.

    A width has two significant digits; that of a `whole` variable is a whole number, and there are
    fewer bars where they would outnumber its values.
    """
    if whole and high - low < count:
        count = max(1, math.ceil(high - low))
    power = math.floor(math.log10((high - low) / count)) - 1
    if whole:
        power = max(power, 0)
    unit = 10.0**power
    first = math.floor(round(low / unit, 6))
    last = math.ceil(round(high / unit, 6))
    step = max(1, math.ceil(round((last - first) / count, 6)))
    count = min(count, math.ceil((last - first) / step))
    decimals = max(0, -power)
    edges = tuple(round((first + place * step) * unit, decimals) for place in range(count + 1))
    return Bins(edges, round(step * unit, decimals))


def of_width(low: float, high: float, width: float) -> Bins:
    """Give bars of a width that begin at its multiples; the highest value has a bar to itself."""
    first = math.floor(round(low / width, 9))
    last = math.floor(round(high / width, 9)) + 1
    return Bins(tuple(_product(place, width) for place in range(first, last + 1)), width)


def _product(place: int, width: float) -> float:
    """Give a multiple of a width as it would be written, free from rounding errors."""
    return float(f"{place * width:.12g}")


def conditions(value: Meaning, bins: Bins) -> list[Meaning]:
    """Give the condition of each bar. The outermost hold everything on their side."""
    made = []
    for place, (low, high) in enumerate(pairwise(bins.edges)):
        parts = []
        if place > 0:
            parts.append(at_most(number(low), value))
        if place < bins.count - 1:
            parts.append(less(value, number(high)))
        made.append(both(parts) if parts else present(value))
    return made
