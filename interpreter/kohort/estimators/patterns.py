"""Rows collapsed to distinct patterns of regressors and outcome, with sums of their weights.

A likelihood depends on the rows only through the patterns: with weights their sums per pattern are
all it takes, and sums of squared weights are all that a robust variance takes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kohort.estimators.design import Block, Design, Floats, Integers

# Joint codes up to this size, or the rows, are ticked off in an array.
_DENSE = 1 << 22
# Collapsing pays where it leaves at most this share of the rows.
_WORTH = 0.5
# A column of more distinct values than this is taken for a continuous one.
_MOST_VALUES = 4096
_LOOK = 1 << 16


@dataclass(frozen=True, eq=False)
class Patterns:
    """Distinct rows of a problem.

    `design` and `columns` hold one row per pattern (P of them), `weights` float64 (P) the sums of
    the weights, `squares` float64 (P) those of their squares. `place` int (N): the pattern of each
    row; None where each row is one.
    """

    design: Design
    columns: tuple[Floats, ...]
    weights: Floats
    squares: Floats
    place: Integers | None

    def spread(self, values: Floats) -> Floats:
        """Values by pattern at the rows, float64 (N)."""
        return values if self.place is None else values[self.place]


Places: TypeAlias = dict[tuple[int, ...], tuple[tuple[Integers, int] | None, Any]]


def collapse(
    design: Design,
    columns: tuple[Floats, ...],
    weights: Floats | None,
    known: Places | None = None,
) -> Patterns:
    """Collapse the rows of a design and of further columns (float64 (N)) if that pays.

    `known` remembers the patterns of arrays, and keeps them: an id is good while its object lives.
    """
    key = (
        *(id(part) for block in design.blocks for part in (block.codes, block.x)),
        *(id(column) for column in columns),
    )
    if known is None or key not in known:
        found = _placed(design, columns)
        if known is not None:
            known[key] = found, (design, columns)
    else:
        found, _ = known[key]
    if found is None:
        ones = np.ones(design.rows) if weights is None else weights
        return Patterns(design, columns, ones, ones * ones, None)
    place, count = found
    first = np.empty(count, dtype=np.int64)
    # The last write stays: any row of a pattern stands for it.
    first[place] = np.arange(design.rows)
    taken: dict[int, NDArray[Any]] = {}
    return Patterns(
        Design(tuple(_taken(block, first, taken) for block in design.blocks), count),
        tuple(column[first] for column in columns),
        *_sums(place, count, weights),
        place,
    )


def _placed(design: Design, columns: tuple[Floats, ...]) -> tuple[Integers, int] | None:
    """The pattern of each row and how many there are; None where collapsing does not pay."""
    parts = _parts(design, columns)
    joint = None if parts is None else _joined(parts)
    if joint is None:
        return None
    codes, size = joint
    if size <= max(_DENSE, design.rows):
        counts = np.bincount(codes, minlength=size)
        there = np.flatnonzero(counts)
        table = np.zeros(size, dtype=np.int64)
        table[there] = np.arange(len(there))
        place = table[codes]
    else:
        there, place = np.unique(codes, return_inverse=True)
    count = len(there)
    return None if count > _WORTH * design.rows else (place, count)


def _sums(place: Integers, count: int, weights: Floats | None) -> tuple[Floats, Floats]:
    if weights is None:
        n = np.bincount(place, minlength=count).astype(np.float64)
        return n, n
    return _summed(place, count, weights), _summed(place, count, weights * weights)


def _summed(place: Integers, count: int, weights: Floats) -> Floats:
    return np.asarray(np.bincount(place, weights=weights, minlength=count), dtype=np.float64)


def _taken(block: Block, rows: Integers, known: dict[int, NDArray[Any]]) -> Block:
    """A block's rows; blocks that share an array share what is taken of it."""

    def take(values: NDArray[Any] | None) -> NDArray[Any] | None:
        if values is not None and id(values) not in known:
            known[id(values)] = values[rows]
        return None if values is None else known[id(values)]

    return replace(block, codes=take(block.codes), x=take(block.x))


def _parts(
    design: Design, columns: tuple[Floats, ...]
) -> list[tuple[NDArray[np.integer], int]] | None:
    """Each different array of the problem as codes with their number; None for a continuous one."""
    seen: set[int] = set()
    parts: list[tuple[NDArray[np.integer], int]] = []
    values = [block.x for block in design.blocks if block.x is not None]
    for x in (*values, *columns):
        if id(x) in seen:
            continue
        seen.add(id(x))
        coded = _coded(x)
        if coded is None:
            return None
        parts.append(coded)
    for block in design.blocks:
        if block.codes is not None and id(block.codes) not in seen:
            seen.add(id(block.codes))
            parts.append((block.codes + np.int32(1), block.width + 1))
    return parts


def _coded(x: Floats) -> tuple[NDArray[np.integer], int] | None:
    """The values of a column as codes; None where there are too many."""
    if len(np.unique(x[:_LOOK])) > _MOST_VALUES:
        return None
    low, high = float(x.min()), float(x.max())
    if high - low < _DENSE:
        whole = (x - low).astype(np.int64)
        if np.array_equal(whole + low, x):
            there = np.flatnonzero(np.bincount(whole))
            if len(there) > _MOST_VALUES:
                return None
            table = np.zeros(int(high - low) + 1, dtype=np.int64)
            table[there] = np.arange(len(there))
            return table[whole], len(there)
    values, codes = np.unique(x, return_inverse=True)
    return None if len(values) > _MOST_VALUES else (codes, len(values))


def _joined(parts: list[tuple[NDArray[np.integer], int]]) -> tuple[Integers, int] | None:
    """One number per row for the combination of its codes, and how many there could be."""
    size = 1
    joint: Integers | None = None
    for codes, count in parts:
        if size * count >= 1 << 62:
            return None
        size *= count
        joint = codes.astype(np.int64) if joint is None else joint * count + codes
    return None if joint is None else (joint, size)


__all__ = ["Patterns", "collapse"]
