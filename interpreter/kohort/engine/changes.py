"""Operations that add, replace and remove columns; nothing is calculated before somebody asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort import vocabulary, wording
from kohort.engine import numbers, recoding
from kohort.engine.evaluation import Calculation, among, calculated, expression_of, read, seated
from kohort.engine.failure import guarded
from kohort.engine.matching import places
from kohort.engine.node import Node
from kohort.engine.rows import Rows
from kohort.engine.table import Table
from kohort.engine.values import gathered, stored
from kohort.engine.vector import Vector
from kohort.expression import Expression
from kohort.phrases import Rules
from kohort.scope import Shape, Type


class Changes(Table):
    """A dataset whose columns can be changed."""

    @guarded
    def with_column(
        self,
        name: str,
        expression: Expression,
        type_: Type,
        condition: Expression | None = None,
        keep_old: bool = False,
    ) -> Self:
        """Add or replace a column by an expression."""
        used = vocabulary.names(expression)
        whole = vocabulary.whole(expression)
        new = read(expression, _where(self.shape, condition), self.rows)
        if condition is None:
            return self._defined(name, used, new, type_, whole)
        used |= vocabulary.names(condition)
        whole = whole or vocabulary.whole(condition)
        holds = read(condition, self.shape, self.rows)
        if keep_old:
            used |= {name}

        if whole:
            # A function that looks at other rows looks at the rows of the condition.
            new = among(new, holds)

        def conditional(given: Mapping[str, Vector]) -> Vector:
            if keep_old:
                return holds(given).choose(new(given), given[name])
            return new(given).where(holds(given))

        return self._defined(name, used, conditional, type_, whole)

    @guarded
    def recoded(self, name: str, rules: Rules, condition: Expression | None, new: str) -> Self:
        """Add or replace a column by the first rule that fits."""
        used = {name} if condition is None else {name} | vocabulary.names(condition)
        holds = None if condition is None else expression_of(condition)

        def recode(given: Mapping[str, Vector]) -> Vector:
            limit = None if holds is None else holds(given)
            return recoding.recoded(given[name], rules, limit)

        return self._defined(new, used, recode, recoding.type_of(self.variable(name).type, rules))

    @guarded
    def parsed(self, name: str, new: str, ignore: str, comma: bool, type_: Type) -> Self:
        """Add or replace a column by the numbers that texts say."""
        whole = type_ is Type.INTEGER
        return self._defined(
            new, {name}, lambda given: recoding.parsed(given[name], ignore, comma, whole), type_
        )

    @guarded
    def unparsable(self, name: str, ignore: str, comma: bool, most: int) -> list[str]:
        """Give the first different texts of a column that are not numbers."""
        return recoding.unparsable(self.vector(name), ignore, comma, most)

    def _defined(
        self,
        name: str,
        used: frozenset[str] | set[str],
        calculation: Calculation,
        type_: Type,
        whole: bool = False,
    ) -> Self:
        inputs = self.inputs(used)
        names = tuple(inputs)

        def recipe(rows: Rows, given: Sequence[Vector], _: Sequence[Vector]) -> Vector:
            columns = dict(zip(names, given, strict=True))
            if whole:
                columns = seated(columns, rows)
            return stored(calculated(calculation, columns, len(rows), whole), type_, len(rows))

        return self.with_node(
            name, Node(self.rows, recipe, tuple(inputs.values()), elementwise=not whole)
        )

    def renamed(self, old: str, new: str) -> Self:
        """Rename a column, which keeps its place."""
        columns = {new if name == old else name: node for name, node in self.columns.items()}
        return replace(self, columns=columns)

    def copied(self, old: str, new: str) -> Self:
        """Add a copy of a column; both share their values."""
        return self.with_node(new, self.columns[old])

    @guarded
    def with_values(
        self, columns: Mapping[str, NDArray[np.float64] | None], row: NDArray[np.int64] | None
    ) -> Self:
        """Add decimal columns for some rows."""
        nodes = dict(self.columns)
        for name, values in columns.items():
            whole = np.full(len(self.rows), np.nan)
            if values is not None:
                whole[slice(None) if row is None else row] = values
            nodes[name] = Node(self.rows, values=Vector(numbers.finite(pl.Series(whole))))
        return replace(self, columns=nodes, base=None)

    def without(self, names: Sequence[str]) -> Self:
        """Remove columns."""
        gone = set(names)
        return replace(self, columns={n: c for n, c in self.columns.items() if n not in gone})

    @guarded
    def joined(self, source: Self, names: Sequence[str], on: str | None, most: int = 0) -> Self:
        """Left join columns of `source` by its unit key."""
        key = () if on is None or self.is_key(on) else (self.columns[on],)
        known = source.rows.ids
        matched = Node(self.rows, partial(_matched, known, most if key else 0), key)
        result = self
        for name in names:
            node = Node(self.rows, _fetched, (matched,), (source.node(name),))
            result = result.with_node(name, node)
        return result


def _where(shape: Shape, condition: Expression | None) -> Shape:
    """Give the description of the rows where a condition holds."""
    if condition is None:
        return shape
    kept = shape.population.keep(wording.of_condition(condition, shape))
    return replace(shape, population=kept)


def _matched(
    known: pl.Series, most: int, rows: Rows, inputs: Sequence[Vector], _: Sequence[Vector]
) -> Vector:
    """Give for each row the place of its key among the known ids, missing where there is none."""
    key = inputs[0] if inputs else Vector(rows.ids)
    spots = places(known, key.series)
    if spots is None:
        spots = pl.Series(np.arange(len(key.series), dtype=np.uint32))
    if most:
        return Vector(_not_shared(Vector(spots, key.codes), most))
    return Vector(spots, key.codes)


def _not_shared(matched: Vector, most: int) -> pl.Series:
    """Give the places row by row, missing where more than `most` rows have the same one."""
    spots = matched.spread()
    frame = spots.to_frame("place")
    rare = pl.len().over("place") <= most
    return frame.select(pl.when(rare).then(pl.col("place")).alias("")).to_series()


def _fetched(_: Rows, inputs: Sequence[Vector], foreign: Sequence[Vector]) -> Vector:
    """Give the values at the matched places; a coded key gives a coded column."""
    (matched,) = inputs
    values = gathered(foreign[0], matched.series)
    return values if matched.codes is None else Vector(values.spread(), matched.codes)
