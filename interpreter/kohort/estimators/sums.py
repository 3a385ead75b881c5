"""Units and record keys added up by cell, for the counts that protection is decided on."""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kohort.estimators.design import Codes, Integers

Keys: TypeAlias = NDArray[np.uint64]

# Half keys of so many rows add up exactly in a double: 2^32 * 2^20 < 2^53. What few cells need
# stays in a core's cache; many cells are not gone through for every few rows.
_MOST, _LEAST = 1 << 20, 1 << 15
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


Coded: TypeAlias = tuple[NDArray[np.integer], int]
"""Codes 0 .. size - 1 per row, and the size."""


def by_cell(cell: Codes | Integers, size: int, keys: Keys) -> tuple[Integers, Keys]:
    """Rows per cell (int64[size]) and wrapping sums of their keys (uint64[size]).

    `cell` holds cell numbers per row, negative ones are left out; every row is a unit of its own.
    """
    return by_combination([(cell, size)], keys)


def by_combination(parts: Sequence[Coded], keys: Keys) -> tuple[Integers, Keys]:
    """The same for the cells that are combinations of codes, the last ones next to each other.

    Only a single part may have negative codes.
    """
    size = math.prod(count for _, count in parts)
    n = np.zeros(size, dtype=np.int64)
    sums = np.zeros(size, dtype=np.uint64)
    chunk = min(max(8 * size, _LEAST), _MOST)
    for start in range(0, len(keys), chunk):
        rows = slice(start, min(start + chunk, len(keys)))
        part, key = np.zeros(rows.stop - start, dtype=np.int64), keys[rows]
        for codes, count in parts:
            part *= count
            part += codes[rows]
        if part.min() < 0:
            there = part >= 0
            part, key = part[there], key[there]
        n += np.bincount(part, minlength=size)
        low = np.bincount(part, weights=key & _LOW, minlength=size)
        high = np.bincount(part, weights=key >> _HALF, minlength=size)
        sums += low.astype(np.uint64) + (high.astype(np.uint64) << _HALF)
    return n, sums


def occurrences(codes: NDArray[np.integer], size: int) -> Integers:
    """How often each of the codes 0 .. size - 1 occurs: int64[size]."""
    n = np.zeros(size, dtype=np.int64)
    chunk = max(8 * size, _LEAST)
    for start in range(0, len(codes), chunk):
        n += np.bincount(codes[start : start + chunk], minlength=size)
    return n


def by_cell_of_units(
    cell: Codes | Integers, size: int, unit: Integers | Codes, keys: Keys
) -> tuple[Integers, Keys]:
    """As `by_cell`, a unit counted once a cell: `unit` int (N), 0..U-1, `keys` uint64[U]."""
    there = cell >= 0
    pairs = np.unique(cell[there].astype(np.int64) * len(keys) + unit[there])
    return by_cell(pairs // len(keys), size, keys[pairs % len(keys)])
