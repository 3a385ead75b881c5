"""Cross products of a design from sums over the cells that its factors form.

Columns of factors are constant within a cell of all of them. So one walk through the rows, a block
in a core's cache at a time, adds up the numeric columns and their products by cell; every cross
product of the design is a sum over cells of those.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from typing import TypeVar

import numpy as np

from kohort.estimators.design import Block, Codes, Floats, Integers
from kohort.stretches import BLOCK, cores

# More cells than this do not stay in a core's cache.
MOST_CELLS = 1 << 13
# Sums of so many rows are added in order: no digit depends on how many threads make them.
_STRETCH = 1 << 20
ONES = -1
_NONE = -1

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Part:
    """A block of columns: which number it is multiplied by, and which factor it is, if any."""

    number: int
    factor: int
    columns: slice


@dataclass(frozen=True, eq=False)
class CellSums:
    """A design as numbers times factors.

    `numbers`: the distinct numeric columns float64 (N), and what is subtracted from each;
    `factors`: the distinct codes int32 (N), -1 for the reference, and how many others there are.
    """

    parts: tuple[Part, ...]
    numbers: tuple[tuple[Floats, float], ...]
    factors: tuple[tuple[Codes, int], ...]

    def gram(self, rows: int, weights: Floats | None) -> Floats:
        """Cross products sum(w x x'), float64[k, k]: for each pair on one side of the diagonal."""
        tables, dots = self._added(rows, weights)
        width = self.parts[-1].columns.stop
        result = np.zeros((width, width))
        for b, one in enumerate(self.parts):
            for other in self.parts[: b + 1]:
                place = result[one.columns, other.columns]
                pair = _pair(one.number, other.number)
                if one.factor != _NONE or other.factor != _NONE:
                    self._fill(place, one.factor, other.factor, tables[pair])
                else:
                    place[:] = tables[pair].sum() if ONES in pair else dots[pair[1], pair[0]]
        return result

    def _fill(self, place: Floats, factor: int, other: int, table: Floats) -> None:
        """Sum a table over cells by the levels of two factors, `_NONE` for all in one."""
        if factor == other:
            sums = np.bincount(self.level(factor), weights=table)
            np.fill_diagonal(place, sums[1:])
            return
        rows, columns = (0 if one == _NONE else self.factors[one][1] for one in (factor, other))
        joint = self.level(factor) * (columns + 1) + self.level(other)
        sums = np.bincount(joint, weights=table, minlength=(rows + 1) * (columns + 1))
        sums = sums.reshape(rows + 1, columns + 1)
        place[:] = sums[int(factor != _NONE) :, int(other != _NONE) :]

    def level(self, factor: int) -> Integers:
        """The level of each cell, int64: 0 for the reference, and for no factor."""
        cell = np.arange(self.cells)
        if factor == _NONE:
            return np.zeros_like(cell)
        return np.asarray(cell // self._strides[factor] % (self.factors[factor][1] + 1))

    @cached_property
    def _strides(self) -> tuple[int, ...]:
        strides = [1]
        for _, levels in self.factors:
            strides.append(strides[-1] * (levels + 1))
        return tuple(strides)

    @property
    def cells(self) -> int:
        """How many cells the factors form."""
        return self._strides[-1]

    @property
    def few(self) -> bool:
        """Whether there are factors, and no more cells than are worth it."""
        return bool(self.factors) and self.cells <= MOST_CELLS

    @cached_property
    def _pairs(self) -> tuple[tuple[int, int], ...]:
        """The products of numbers that are needed by cell."""
        pairs = {(ONES, number) for number in range(ONES, len(self.numbers))}
        for one, other in combinations_with_replacement(self.parts, 2):
            if one.factor != _NONE or other.factor != _NONE:
                pairs.add(_pair(one.number, other.number))
        return tuple(sorted(pairs))

    def _added(
        self, rows: int, weights: Floats | None
    ) -> tuple[dict[tuple[int, int], Floats], Floats]:
        """Sums by cell of each product of two numbers, and the products' sums."""
        starts = range(0, rows, _STRETCH)

        def stretch(start: int) -> tuple[Floats, Floats]:
            return self._stretch(start, min(start + _STRETCH, rows), weights)

        found: Iterable[tuple[Floats, Floats]] = map(stretch, starts)
        if len(starts) > 1 and cores() > 1:
            with ThreadPoolExecutor(cores()) as pool:
                found = list(pool.map(stretch, starts))
        tables = np.zeros((len(self._pairs), self.cells))
        dots = np.zeros((len(self.numbers), len(self.numbers)))
        for more, products in found:
            tables += more
            dots += products
        return dict(zip(self._pairs, tables, strict=True)), dots

    def _stretch(self, first: int, behind: int, weights: Floats | None) -> tuple[Floats, Floats]:
        tables = np.zeros((len(self._pairs), self.cells))
        dots = np.zeros((len(self.numbers), len(self.numbers)))
        room = np.empty((2 * len(self.numbers) + 1, BLOCK))
        whole = np.empty((2, BLOCK), dtype=np.int64)
        for low in range(first, behind, BLOCK):
            rows = slice(low, min(low + BLOCK, behind))
            self._add(tables, dots, rows, weights, room, whole)
        return tables, dots

    def _add(
        self,
        tables: Floats,
        dots: Floats,
        rows: slice,
        weights: Floats | None,
        room: Floats,
        whole: Integers,
    ) -> None:
        """Add a block of rows to the tables and to the products on one side of the diagonal."""
        count, size = len(self.numbers), rows.stop - rows.start
        room = room[:, :size]
        values, weighted, product = room[:count], room[:count], room[-1]
        for value, (x, centre) in zip(values, self.numbers, strict=True):
            np.subtract(x[rows], centre, out=value)
        w = None if weights is None else weights[rows]
        if w is not None:
            weighted = np.multiply(values, w, out=room[count:-1])
        for number in range(count):
            dots[number:, number] += np.einsum("ai,i->a", values[number:], weighted[number])
        cell = self.cell(rows, whole[:, :size])
        for table, (one, other) in zip(tables, self._pairs, strict=True):
            if one != ONES:
                of = np.multiply(values[one], weighted[other], out=product)
            else:
                of = w if other == ONES else weighted[other]
            table += np.bincount(cell, weights=of, minlength=self.cells)

    def cell(self, rows: slice, whole: Integers) -> Integers:
        """The cell of each row, int64, in the first line of a buffer int64[2, rows]."""
        cell: Integers = whole[0]
        level: Integers = whole[1]
        # The codes count from -1.
        cell.fill(sum(self._strides[:-1]))
        for (codes, _), stride in zip(self.factors, self._strides, strict=False):
            cell += np.multiply(codes[rows], stride, out=level)
        return cell


def cell_sums(blocks: Sequence[Block], centres: Sequence[float]) -> CellSums:
    """Give the blocks in this form.

    `centres` has one number per block, subtracted from blocks that are one numeric column.
    """
    parts: list[Part] = []
    numbers: dict[tuple[int, float], tuple[Floats, float]] = {}
    factors: dict[tuple[int, int], tuple[Codes, int]] = {}
    first = 0
    for block, centre in zip(blocks, centres, strict=True):
        number, factor = ONES, _NONE
        if block.x is not None:
            moved = centre if block.codes is None else 0.0
            number = _place(numbers, (id(block.x), moved), (block.x, moved))
        if block.codes is not None:
            key = id(block.codes), block.width
            factor = _place(factors, key, (block.codes, block.width))
        parts.append(Part(number, factor, slice(first, first + block.width)))
        first += block.width
    return CellSums(tuple(parts), tuple(numbers.values()), tuple(factors.values()))


def _place(known: dict[_K, _V], key: _K, value: _V) -> int:
    known.setdefault(key, value)
    return list(known).index(key)


def _pair(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)
