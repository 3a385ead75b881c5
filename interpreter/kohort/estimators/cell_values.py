"""Combinations and quadratic forms of a design's rows, looked up by the cells of its factors.

Within a cell of all factors a row's form is a polynomial of its numbers, whose coefficients are
tables over cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kohort.estimators.cell_sums import ONES, CellSums
from kohort.estimators.design import Floats, Integers
from kohort.stretches import BLOCK, on_stretches


def combinations(form: CellSums, coefficients: Floats, rows: int) -> Floats:
    """X b of every row, float64[N]; `coefficients` float64[k]."""
    padded = np.concatenate(([0.0], coefficients))
    places = [column_of(form, index) for index in range(len(form.parts))]
    tables: dict[tuple[int, int], Floats] = {}
    for part, place in zip(form.parts, places, strict=True):
        _add(tables, (ONES, part.number), padded[place])
    return _evaluated(form, tables, rows)


def quadratics(form: CellSums, matrix: Floats, rows: int) -> Floats:
    """x' M x of every row for a symmetric M, float64[N]."""
    padded = np.pad(matrix, (1, 0))
    places = [column_of(form, index) for index in range(len(form.parts))]
    tables: dict[tuple[int, int], Floats] = {}
    for one, place in zip(form.parts, places, strict=True):
        for other, beside in zip(form.parts, places, strict=True):
            pair = min(one.number, other.number), max(one.number, other.number)
            _add(tables, pair, padded[place, beside])
    return _evaluated(form, tables, rows)


def column_of(form: CellSums, index: int) -> Integers:
    """Which column of a part is not 0 in each cell, int64 from 1; 0 for none, the reference."""
    part = form.parts[index]
    level = form.level(part.factor)
    if part.factor < 0:
        return np.asarray(level + part.columns.start + 1)
    return np.asarray(np.where(level > 0, part.columns.start + level, 0))


def _add(tables: dict[tuple[int, int], Floats], pair: tuple[int, int], values: Floats) -> None:
    tables[pair] = values if pair not in tables else tables[pair] + values


@dataclass(frozen=True, slots=True, eq=False)
class _Room:
    """Buffers of one block: values of the numbers, two more, and two of whole numbers."""

    values: Floats
    inner: Floats
    spare: Floats
    whole: Integers


def _evaluated(form: CellSums, tables: dict[tuple[int, int], Floats], rows: int) -> Floats:
    """The polynomial with these tables of coefficients at every row, float64[N]."""
    result = np.empty(rows)
    each = {
        pair: float(table[0]) if (table == table[0]).all() else table
        for pair, table in tables.items()
    }

    def evaluate(first: int, behind: int) -> None:
        values, whole = np.empty((len(form.numbers), BLOCK)), np.empty((2, BLOCK), dtype=np.int64)
        room = _Room(values, np.empty(BLOCK), np.empty(BLOCK), whole)
        for low in range(first, behind, BLOCK):
            part = slice(low, min(low + BLOCK, behind))
            _evaluate(form, each, part, result[part], room)

    on_stretches(evaluate, rows)
    return result


def _evaluate(
    form: CellSums,
    tables: dict[tuple[int, int], Floats | float],
    rows: slice,
    total: Floats,
    room: _Room,
) -> None:
    size = len(total)
    cell = form.cell(rows, room.whole[:, :size])
    values, inner, spare = room.values[:, :size], room.inner[:size], room.spare[:size]

    def look_up(pair: tuple[int, int], out: Floats) -> None:
        table = tables.get(pair, 0.0)
        if isinstance(table, float | int):
            out.fill(table)
        else:
            # Cells are in range by their making; "clip" only spares a copy.
            table.take(cell, out=out, mode="clip")

    look_up((ONES, ONES), total)
    for number, (x, centre) in enumerate(form.numbers):
        np.subtract(x[rows], centre, out=values[number])
        look_up((ONES, number), inner)
        for other in range(number + 1):
            table = tables.get((other, number))
            if table is None:
                continue
            if isinstance(table, float | int):
                np.multiply(values[other], table, out=spare)
            else:
                look_up((other, number), spare)
                spare *= values[other]
            inner += spare
        inner *= values[number]
        total += inner
