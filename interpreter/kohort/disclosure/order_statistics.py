"""Values of single ranks of a long column, found by counting the bits of its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kohort.stretches import BLOCK, on_stretches

# A column of so few values is sorted.
_FEW = 1 << 14
_BINS = 13  # bits
_SAMPLE = 1 << 10
# A bin of one row in so many is looked at first.
_LARGE = 16


class OrderStatistics:
    """What stands at single ranks when the values of a column are sorted, without sorting it.

    As whole numbers, the bits of positive doubles are in the order of the doubles, so that their
    leading bits are bins in ascending order. One pass counts the bins, one more takes out the
    values of the bins that ranks fall into; those are looked at in the same way. Takes a quarter of
    the time of a partition. `x`: float64 (N), N > 0, neither infinite nor NaN.
    """

    def __init__(self, x: NDArray[np.float64], few: bool = False) -> None:
        self._x = x
        # Zeros are equal whatever their sign.
        self.least, self.most = float(x.min()) + 0.0, float(x.max()) + 0.0
        self._few = few or len(x) <= _FEW
        self._parts: dict[int, OrderStatistics] = {}

    def __repr__(self) -> str:
        return "<order statistics>"

    def at(self, ranks: Sequence[int]) -> NDArray[np.float64]:
        """Give the values of some ranks, counted from 0: float64."""
        if self.least == self.most:
            return np.full(len(ranks), self.least)
        wanted = np.array(ranks, dtype=np.int64)
        if self._few:
            return self._sorted[wanted]
        place = np.searchsorted(self._firsts, wanted, side="right") - 1
        within = wanted - self._firsts[place]
        missing = sorted(set(place.tolist()) - self._parts.keys())
        self._take([one for one in missing if not self._constant(one)])
        values = np.empty(len(wanted))
        for one in np.unique(place).tolist():
            here = place == one
            values[here] = self._parts[one].at(within[here].tolist())
        return values

    @cached_property
    def _sorted(self) -> NDArray[np.float64]:
        return np.sort(self._x) + 0.0

    @cached_property
    def _sample(self) -> NDArray[np.float64]:
        return np.sort(self._x[:: max(1, len(self._x) // _SAMPLE)])

    @cached_property
    def _bins(self) -> _Bins:
        first, third = self._sample[[len(self._sample) // 4, 3 * len(self._sample) // 4]]
        with np.errstate(over="ignore"):
            return _bins(self.least, self.most, float(third - first))

    @cached_property
    def _firsts(self) -> NDArray[np.int64]:
        """The rank of the first value of each bin, int64."""
        bins, parts = self._bins, list[NDArray[np.int64]]()

        def count(first: int, behind: int) -> None:
            counts, buffer = np.zeros(bins.size, dtype=np.int64), np.empty(BLOCK)
            for low in range(first, behind, BLOCK):
                places = bins.places(self._x[low : min(low + BLOCK, behind)], buffer)
                counts += np.bincount(places, minlength=bins.size)
            parts.append(counts)

        on_stretches(count, len(self._x))
        counts = np.sum(parts, axis=0)
        return np.asarray(np.cumsum(counts) - counts, dtype=np.int64)

    def _constant(self, one: int) -> bool:
        """Whether a bin of many rows has but one value, often zero; it is noted then."""
        bins, firsts = self._bins, [*self._firsts.tolist(), len(self._x)]
        count = firsts[one + 1] - firsts[one]
        known = self._sample[bins.places(self._sample, np.empty(len(self._sample))) == one]
        if count * _LARGE < len(self._x) or not len(known):
            return False
        same = bool(np.count_nonzero(self._x == known[0]) == count)
        if same:
            self._parts[one] = OrderStatistics(known[:1])
        return same

    def _take(self, wanted: Sequence[int]) -> None:
        """Take out the values of some bins."""
        if not wanted:
            return
        bins, parts = self._bins, list[NDArray[np.float64]]()
        chosen = np.zeros(bins.size, dtype=np.bool_)
        chosen[wanted] = True

        def take(first: int, behind: int) -> None:
            buffer = np.empty(BLOCK)
            for low in range(first, behind, BLOCK):
                part = self._x[low : min(low + BLOCK, behind)]
                parts.append(part[chosen.take(bins.places(part, buffer))])

        on_stretches(take, len(self._x))
        values = np.concatenate(parts)
        places = bins.places(values, np.empty(len(values)))
        # Where all values are in one bin, it would only be the same again.
        few = len(values) == len(self._x)
        for one in wanted:
            self._parts[one] = OrderStatistics(values[places == one], few)


@dataclass(frozen=True)
class _Bins:
    """Bins of values moved by `step`, all of them above 0, by their leading bits."""

    step: float
    base: int
    shift: int
    size: int

    def places(self, x: NDArray[np.float64], buffer: NDArray[np.float64]) -> NDArray[np.int64]:
        """Give the bin of each value, ascending with the values: int64, in place of the buffer."""
        with np.errstate(over="ignore"):
            moved = np.add(x, self.step, out=buffer[: len(x)])
        places = moved.view(np.int64)
        np.right_shift(places, self.shift, out=places)
        places -= self.base
        return places


def _bins(least: float, most: float, spread: float) -> _Bins:
    """Give bins that are as fine near the least value as far above it, relative to `spread`."""
    step = (spread or (most - least) / (1 << _BINS)) - least
    low, high = np.array([least + step, most + step]).view(np.int64).tolist()
    shift = max(0, (high - low).bit_length() - _BINS)
    return _Bins(step, low >> shift, shift, (high >> shift) - (low >> shift) + 1)
