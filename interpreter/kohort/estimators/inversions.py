"""Counts pairs of rows that stand in the wrong order, without comparing every row with every other.

Two numbers first differ in one digit, a few bits long. Pairs are counted digit by digit, in rows
sorted by the digits above; the rows that agree in these are a node. Within a node rows lie in short
chunks: pairs of a chunk are compared each with each, those of different chunks are products of how
many of each digit the chunks hold.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kohort.estimators.design import Codes, Floats

Places: TypeAlias = NDArray[np.intp]
Truths: TypeAlias = NDArray[np.bool_]

# Bits of a digit, rows of a chunk, and chunks at a time: their tables stay in the cache.
_BITS = 7
_CHUNK = 32
_PIECE = 1 << 9
_SHORT = 1 << 16


def inversions(value: Codes, picked: Truths, mass: Floats | None = None) -> float:
    """The weight of pairs of a picked row and a row of a larger value before it.

    `value` int32[N], none negative; `mass` float64[N], whose products are the weights of pairs, or
    None for ones: then the number is exact.
    """
    bits = int(value.max(initial=0)).bit_length()
    width = max(1, -(-bits // max(1, -(-bits // _BITS))))
    total = 0.0
    for above in range(bits, 0, -width):
        if above < bits:
            order = stable_order(value >> above)
            value, picked = value[order], picked[order]
            mass = None if mass is None else mass[order]
        shift = max(0, above - width)
        total += _Digit(value >> shift, above - shift, picked, mass).total()
    return total


def stable_order(values: NDArray[np.integer]) -> Places:
    """The stable order of whole numbers below 2^32 that are not negative, [N]."""
    order = np.argsort(values.astype(np.uint16), kind="stable")
    if int(values.max(initial=0)) < _SHORT:
        return order
    return order[np.argsort((values >> 16).astype(np.uint16)[order], kind="stable")]


class _Digit:
    """Pairs of one node, by the last digit of `value`; rows are sorted by node, the bits above."""

    def __init__(self, value: Codes, width: int, picked: Truths, mass: Floats | None) -> None:
        spare = -len(value) % _CHUNK
        if spare:
            # Behind all others, and picked by nobody.
            value, picked = np.pad(value, (0, spare), mode="edge"), np.pad(picked, (0, spare))
            mass = None if mass is None else np.pad(mass, (0, spare))
        self._value = value.reshape(-1, _CHUNK)
        self._picked = picked.reshape(-1, _CHUNK)
        self._mass = None if mass is None else mass.reshape(-1, _CHUNK)
        self._width, self._digits = width, 1 << width
        nodes = (int(value[-1]) >> width) + 1
        table = np.bincount(value, mass, nodes << width).reshape(nodes, -1).T
        # Rows of each digit before each node, and before the next piece.
        self._before = np.cumsum(table, axis=1) - table
        self._passed = np.zeros((self._digits, 1), table.dtype)
        size = self._digits, min(_PIECE, len(self._value))
        self._met, self._own = np.empty(size, table.dtype), np.empty(size, table.dtype)

    def total(self) -> float:
        """The weight of all pairs."""
        pieces = range(0, len(self._value), _PIECE)
        return sum(self._of(slice(start, start + _PIECE)) for start in pieces)

    def _of(self, chunks: slice) -> float:
        mass = None if self._mass is None else self._mass[chunks]
        value, picked = self._value[chunks], self._picked[chunks]
        return self._between(value, picked, mass) + self._within(value, picked, mass)

    def _between(self, value: Codes, picked: Truths, mass: Floats | None) -> float:
        """Pairs whose first row is in an earlier chunk."""
        count = len(value)
        node = value >> self._width
        cell = (value & (self._digits - 1)) * count + np.arange(count, dtype=np.int32)[:, None]
        # Only a chunk's first node can have begun before the chunk.
        asking = picked & (node == node[:, :1])
        own = self._counted(self._own, cell, 1 if mass is None else mass)
        met = np.cumsum(own, axis=1, out=self._met.ravel()[: own.size].reshape(own.shape))
        met += self._passed
        self._passed[:, 0] = met[:, -1]
        met -= own
        met -= self._before[:, node[:, 0]]
        for digit in range(self._digits - 2, -1, -1):
            met[digit] += met[digit + 1]
        own = self._counted(self._own, cell, asking * (1 if mass is None else mass))
        return float(np.einsum("dc,dc->", own[:-1], met[1:]))

    def _counted(self, table: NDArray[Any], cell: Codes, mass: Any) -> NDArray[Any]:
        """How many rows have each digit in each chunk, [digits, chunks], in a table's place."""
        result = table.ravel()[: self._digits * len(cell)]
        result.fill(0)
        np.add.at(result, cell.ravel(), mass if isinstance(mass, int) else mass.ravel())
        return result.reshape(self._digits, -1)

    def _within(self, value: Codes, picked: Truths, mass: Floats | None) -> float:
        """Pairs of one chunk; no larger value before a row is of another node."""
        whole = np.uint16 if int(value.max()) < _SHORT - 1 else np.int32
        across = np.ascontiguousarray(value.T).astype(whole)
        own = np.where(picked.T, across, np.iinfo(whole).max)
        mass = None if mass is None else np.ascontiguousarray(mass.T)
        total = 0.0
        for row in range(1, _CHUNK):
            larger = across[:row] > own[row]
            if mass is None:
                total += np.count_nonzero(larger)
            else:
                total += float((np.einsum("pc,pc->c", larger, mass[:row]) * mass[row]).sum())
        return total
