"""Rows collapsed to distinct patterns of regressors and outcome, with sums of their weights.

A likelihood depends on the rows only through the patterns: with weights their sums per pattern are
all it takes, and sums of squared weights are all that a robust variance takes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
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
_CHUNK = 1 << 15


@dataclass(frozen=True, eq=False)
class Patterns:
    """Distinct rows of a problem.

    `design` and `columns` hold one row per pattern (P of them). `place` int (N): the pattern of
    each row; None where each row is one. `of_rows`: the weights of the rows, float64 (N), None for
    ones.
    """

    design: Design
    columns: tuple[Floats, ...]
    place: Integers | None
    of_rows: Floats | None

    @cached_property
    def weights(self) -> Floats:
        """The sums of the weights, float64 (P)."""
        if self.place is None:
            return np.ones(self.design.rows) if self.of_rows is None else self.of_rows
        if self.of_rows is None:
            return np.bincount(self.place, minlength=self.design.rows).astype(np.float64)
        return _summed(self.place, self.design.rows, self.of_rows)

    @cached_property
    def squares(self) -> Floats:
        """The sums of the squared weights, float64 (P)."""
        if self.of_rows is None or self.place is None:
            # Ones are their own squares.
            return self.weights if self.of_rows is None else self.weights * self.weights
        return _summed(self.place, len(self.weights), self.of_rows * self.of_rows)

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
        return Patterns(design, columns, None, weights)
    place, count = found
    first = np.empty(count, dtype=np.int64)
    # The last write stays: any row of a pattern stands for it.
    for start in range(0, design.rows, _CHUNK):
        part = place[start : start + _CHUNK]
        first[part] = np.arange(start, start + len(part))
    taken: dict[int, NDArray[Any]] = {}
    return Patterns(
        Design(tuple(_taken(block, first, taken) for block in design.blocks), count),
        tuple(column[first] for column in columns),
        place,
        weights,
    )


def _placed(design: Design, columns: tuple[Floats, ...]) -> tuple[Integers, int] | None:
    """The pattern of each row and how many there are; None where collapsing does not pay."""
    parts = _parts(design, columns)
    joint = None if parts is None else _joined(parts)
    if joint is None:
        return None
    codes, size = joint
    if size <= max(_DENSE, design.rows):
        there = np.flatnonzero(np.bincount(codes, minlength=size))
        table = np.zeros(size, dtype=np.int64)
        table[there] = np.arange(len(there))
        for start in range(0, len(codes), _CHUNK):
            part = codes[start : start + _CHUNK]
            part[:] = table.take(part)
        place = codes
    else:
        there, place = np.unique(codes, return_inverse=True)
    count = len(there)
    return None if count > _WORTH * design.rows else (place, count)


def _summed(place: Integers, count: int, weights: Floats) -> Floats:
    return np.asarray(np.bincount(place, weights=weights, minlength=count), dtype=np.float64)


def _taken(block: Block, rows: Integers, known: dict[int, NDArray[Any]]) -> Block:
    """A block's rows; blocks that share an array share what is taken of it."""

    def take(values: NDArray[Any] | None) -> NDArray[Any] | None:
        if values is not None and id(values) not in known:
            known[id(values)] = values[rows]
        return None if values is None else known[id(values)]

    return replace(block, codes=take(block.codes), x=take(block.x))


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """One array as codes 0 .. count - 1: its numbers less `low`, which is known to make them so."""

    values: NDArray[Any]
    low: float
    count: int


def _parts(design: Design, columns: tuple[Floats, ...]) -> list[_Part] | None:
    """Each different array of the problem as codes; None where one is continuous."""
    seen: set[int] = set()
    parts: list[_Part] = []
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
            parts.append(_Part(block.codes, -1, block.width + 1))
    return parts


def _coded(x: Floats) -> _Part | None:
    """The values of a column as codes; None where there are too many."""
    if len(np.unique(x[:_LOOK])) > _MOST_VALUES:
        return None
    low, high = float(x.min()), float(x.max())
    if high - low < _MOST_VALUES and _whole(x, low):
        return _Part(x, low, int(high - low) + 1)
    values, codes = np.unique(x, return_inverse=True)
    return None if len(values) > _MOST_VALUES else _Part(codes, 0, len(values))


def _whole(x: Floats, low: float) -> bool:
    """Whether all values lie at whole steps from `low`."""
    for start in range(0, len(x), _CHUNK):
        part = x[start : start + _CHUNK] - low
        if not np.array_equal(np.rint(part), part):
            return False
    return True


def _joined(parts: list[_Part]) -> tuple[Integers, int] | None:
    """One number per row for the combination of its codes, and how many there could be."""
    size = 1
    for part in parts:
        size *= part.count
        if size >= 1 << 62:
            return None
    if not parts:
        return None
    joint = np.zeros(len(parts[0].values), dtype=np.int64)
    for start in range(0, len(joint), _CHUNK):
        here = joint[start : start + _CHUNK]
        for part in parts:
            here *= part.count
            codes = part.values[start : start + _CHUNK]
            # Whole numbers of whatever type, none large: exact as an integer.
            here += (codes - part.low).astype(np.int64)
    return joint, size


__all__ = ["Patterns", "collapse"]
