"""Calculating a column: on its distinct values where that is enough, else in stretches of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import polars as pl

from kohort import expression as tree
from kohort import vocabulary, wording
from kohort.engine import parting
from kohort.engine.parting import Seats
from kohort.engine.rows import Rows
from kohort.engine.values import Selection, gathered, stacked
from kohort.engine.vector import Vector, constant
from kohort.scope import Shape

Calculation: TypeAlias = Callable[[Mapping[str, Vector]], Vector]

# Large enough for the cost of a call not to show, small enough for both cores and little memory:
# measured on 10 million rows, 2**16 takes twice the time of 2**20, more gains nothing.
_STRETCH = 1 << 20

# Columns beside the named ones, so that they are narrowed together.
_KEYS, _UNITS = "__keys", "__units"


def expression_of(written: tree.Expression) -> Calculation:
    """Give the calculation that a checked expression over variables describes."""
    return lambda columns: vocabulary.evaluated(written, columns.__getitem__, constant)


def seated(columns: Mapping[str, Vector], rows: Rows) -> dict[str, Vector]:
    """Give columns together with the record keys and unit numbers of their rows."""
    hidden = {_KEYS: Vector(rows.key_series)}
    if rows.units is not None:
        hidden[_UNITS] = Vector(pl.Series(rows.units))
    return {**columns, **hidden}


def read(expression: tree.Expression, shape: Shape, rows: Rows) -> Calculation:
    """Give the calculation that a checked expression describes, over the rows of a dataset.

    One that looks at other rows takes `seated` columns, and knows whose rows they are.
    """
    plain = expression_of(expression)
    if not vocabulary.whole(expression):
        return plain
    meaning = wording.of_expression(expression, shape)
    words = wording.magnitude(shape.population.wording(), meaning)
    parted = None if rows.public else rows.ring.parted

    def knowing(columns: Mapping[str, Vector]) -> Vector:
        keys, units = columns[_KEYS].spread(), columns.get(_UNITS)
        whose = Seats(parted, rows.root, keys, None if units is None else units.spread(), words)
        with parting.among(whose):
            return plain(columns)

    return knowing


def holding(
    condition: tree.Expression, shape: Shape, rows: Rows, columns: Mapping[str, Vector]
) -> pl.Series:
    """Give where a condition on the columns of a dataset is 1: Boolean, one per row."""
    whole, holds = vocabulary.whole(condition), read(condition, shape, rows)
    if whole:
        columns = seated(columns, rows)
    found = calculated(lambda given: holds(given).truth(), columns, len(rows), whole)
    mask = found.spread()
    return mask.new_from_index(0, len(rows)) if found.constant else mask


def among(calculation: Calculation, condition: Calculation) -> Calculation:
    """Give the calculation done on the rows where a condition holds, missing elsewhere."""

    def selected(columns: Mapping[str, Vector]) -> Vector:
        holds = condition(columns).truth()
        if holds.constant:
            return calculation(columns).where(holds)
        mask = holds.spread()
        selection = Selection(mask)
        some = {name: selection.of(vector) for name, vector in columns.items()}
        answer = calculation(some)
        if answer.constant:
            return answer.where(holds)
        spots = pl.select(pl.when(mask).then(mask.cum_sum() - 1).cast(pl.UInt32).alias(""))
        return gathered(answer, spots.to_series())

    return selected


def calculated(
    calculation: Calculation, columns: Mapping[str, Vector], height: int, whole: bool = False
) -> Vector:
    """Give the values of a calculation on columns of `height` rows.

    `whole`: the calculation looks at other rows, so all must be there at once. The answer does not
    depend on how rows are divided, nor on the number of threads.
    """
    codes = {id(vector.codes) for vector in columns.values()}
    shared = len(codes) == 1 and all(v.codes is not None for v in columns.values())
    if whole or shared or not columns or height <= _STRETCH:
        return calculation(columns)
    starts = range(0, height, _STRETCH)

    def stretch(start: int) -> pl.Series | None:
        answer = calculation(_sliced(columns, start))
        return None if answer.constant else answer.spread()

    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        parts = list(pool.map(stretch, starts))
    found = [part for part in parts if part is not None]
    return Vector(stacked(found)) if found else calculation(_sliced(columns, 0))


def _sliced(columns: Mapping[str, Vector], start: int) -> dict[str, Vector]:
    cut: dict[int, pl.Series] = {}
    sliced: dict[str, Vector] = {}
    for name, vector in columns.items():
        if vector.codes is None:
            sliced[name] = vector.sliced(start, _STRETCH)
        else:
            # Columns that share codes must share the pieces too.
            codes = cut.setdefault(id(vector.codes), vector.codes.slice(start, _STRETCH))
            sliced[name] = Vector(vector.series, codes)
    return sliced
