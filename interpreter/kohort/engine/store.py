"""Datasets as a column store: the implementation of `kohort.dataset.Dataset` over polars."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort import vocabulary
from kohort.engine import collapsing, numbers, recoding, register, requests, sampling
from kohort.engine.evaluation import calculated, expression_of
from kohort.engine.failure import guarded
from kohort.engine.matching import places
from kohort.engine.node import Node, narrowed, severed, value_of
from kohort.engine.rows import Keys, Rows
from kohort.engine.values import DTYPES, Selection, gathered, stored
from kohort.engine.vector import Vector
from kohort.expression import Expression
from kohort.phrases import Date, Rules, Terms
from kohort.results import Column, Frequencies, LinearModel, Magnitudes, Size, Summary
from kohort.scope import Code, Shape, Type, Variable

if TYPE_CHECKING:
    from kohort.catalogue import Databank, RegisterVariable


class Engine:
    """Makes datasets. `keys` gives the record keys of units."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def empty(self, shape: Shape) -> ColumnStore:
        """Give a dataset without units."""
        return ColumnStore(shape, no_rows(self._keys), {}, self._keys)


def no_rows(ring: Keys) -> Rows:
    """Give the unit set of an empty dataset."""
    return Rows(pl.Series([], dtype=pl.Int64), None, None, ring)


@dataclass(frozen=True, eq=False, repr=False)
class ColumnStore:
    """A dataset: unit set, columns by name, and the dataset that an `if` clause narrowed."""

    shape: Shape
    rows: Rows
    columns: Mapping[str, Node]
    ring: Keys
    base: ColumnStore | None = None

    def __repr__(self) -> str:
        return "<dataset>"

    def described(self, shape: Shape) -> ColumnStore:
        """Give the same rows under a new description."""
        return replace(self, shape=shape)

    @guarded
    def rebased(self) -> ColumnStore:
        """Forget rows that were taken away; limits come from this dataset from now on."""
        severed(self.columns)
        return replace(self, base=None)

    # ---- units and rows

    @guarded
    def imported(
        self, bank: Databank, entry: RegisterVariable, day: Date | None, name: str, outer: bool
    ) -> ColumnStore:
        """Left join a register variable at a date; the first one defines the units."""
        days = None if day is None else day.days
        found = register.files(entry, days)
        if self.rows.root is None:
            records = register.read(entry, days, found)
            rows = Rows(records.ids, entry.unit_type, bank.root, self.ring)
            node = Node(rows, values=records.values)
            return replace(self, rows=rows, columns={name: node})
        if outer:
            return self._joined_outside(register.read(entry, days, found), name)

        def recipe(rows: Rows, _: Sequence[Vector], __: Sequence[Vector]) -> Vector:
            records = register.read(entry, days, found)
            return gathered(records.values, places(records.ids, rows.ids))

        return self._with(name, Node(self.rows, recipe))

    def _joined_outside(self, records: register.Records, name: str) -> ColumnStore:
        old = self.rows
        ids = pl.concat([old.ids, records.ids]).unique().sort()
        rows = Rows(ids, old.unit_type, old.root, self.ring)
        spots = places(old.ids, ids)

        def recipe(_: Rows, __: Sequence[Vector], foreign: Sequence[Vector]) -> Vector:
            return gathered(foreign[0], spots)

        columns = {n: Node(rows, recipe, foreign=[node]) for n, node in self.columns.items()}
        values = gathered(records.values, places(records.ids, ids))
        return replace(self, rows=rows, columns={**columns, name: Node(rows, values=values)})

    @guarded
    def narrowed(self, condition: Expression) -> ColumnStore:
        """Keep the rows where the condition is 1."""
        nodes = self._inputs(vocabulary.names(condition))
        columns = {name: value_of(node) for name, node in nodes.items()}
        whole = vocabulary.whole(condition)
        holds = calculated(
            lambda given: expression_of(condition)(given).truth(), columns, len(self.rows), whole
        )
        mask = holds.spread()
        if holds.constant:
            mask = mask.new_from_index(0, len(self.rows))
        return self._selected(mask)

    def _selected(self, mask: pl.Series) -> ColumnStore:
        selection = Selection(mask)
        rows = self.rows.narrowed(selection)
        columns = narrowed(self.columns, rows, selection)
        return replace(self, rows=rows, columns=columns, base=self.base or self)

    @guarded
    def sampled(self, fraction: float, bucket: int) -> ColumnStore:
        """Keep the units whose keyed hash for the bucket is below the fraction."""
        rows = self.rows
        key = self.ring.sample_key(rows.root, bucket)
        keys = rows.keys
        if rows.unit_type is None:
            # Public units have no record keys to be drawn by.
            keys = self.ring.record_keys(rows.root, "", rows.ids).to_numpy()
        return self._selected(pl.Series(sampling.drawn(keys, key, fraction)))

    @guarded
    def collapsed(
        self, by: str, statistics: Sequence[tuple[str, str, str]], unit_type: str
    ) -> ColumnStore:
        """One row per value of `by`, protected units with record keys of their own."""
        ids, groups = collapsing.groups_of(self._key_series(by))
        rows = Rows(ids, unit_type, self.rows.root, self.ring)
        columns = {
            new: Node(rows, values=self._group_statistic(groups, statistic, name))
            for statistic, name, new in statistics
        }
        return replace(self, rows=rows, columns=columns, base=None)

    def _group_statistic(self, groups: collapsing.Groups, statistic: str, name: str) -> Vector:
        return collapsing.statistic(groups, self._vector(name), statistic)

    @guarded
    def collapse_evidence(self, by: str, statistics: Sequence[tuple[str, str, str]]) -> Magnitudes:
        """Give a table by `by` with one column per variable."""
        specification = tuple(statistics)
        words = tuple(statistic for statistic, _, _ in specification)
        grid = requests.table([self._variable(by)], [self._vector(by)], self.rows, missing=False)
        options = {"specification": specification}
        counts = requests.frequencies(self.shape, grid, False, words, options)
        names = dict.fromkeys(name for _, name, _ in specification)
        columns = [self._evidence_column(name) for name in names]
        return requests.magnitudes(counts, grid, columns, words)

    def _evidence_column(self, name: str) -> Column:
        variable = self._variable(name)
        if variable.type in (Type.TEXT, Type.KEY):
            ones = self._vector(name).is_missing().choose(0, 1)
            present = Vector(ones.spread().replace(0, None))
            return requests.column(variable, self.rows, present, None)
        return self._column(variable)

    @guarded
    def from_published(
        self, shape: Shape, codes: Sequence[Code], columns: Mapping[str, NDArray[np.float64]]
    ) -> ColumnStore:
        """Give a dataset of published numbers."""
        ids = pl.Series(list(codes), strict=False)
        order = ids.arg_sort()
        rows = Rows(ids.gather(order), None, self.rows.root, self.ring)
        nodes = {}
        for name, values in columns.items():
            found = shape.find(name)
            dtype = DTYPES.get(Type.DECIMAL if found is None else found.type, pl.Float64)
            published = numbers.finite(pl.Series(values, dtype=pl.Float64))
            series = published.cast(dtype, strict=False).gather(order)
            nodes[name] = Node(rows, values=Vector(series))
        return ColumnStore(shape, rows, nodes, self.ring)

    # ---- columns

    @guarded
    def with_column(
        self,
        name: str,
        expression: Expression,
        type_: Type,
        condition: Expression | None = None,
        keep_old: bool = False,
    ) -> ColumnStore:
        """Add or replace a column by an expression."""
        used = vocabulary.names(expression)
        whole = vocabulary.whole(expression)
        new = expression_of(expression)
        if condition is None:
            return self._defined(name, used, new, type_, whole)
        used |= vocabulary.names(condition)
        whole = whole or vocabulary.whole(condition)
        holds = expression_of(condition)
        if keep_old:
            used |= {name}

        def conditional(given: Mapping[str, Vector]) -> Vector:
            if keep_old:
                return holds(given).choose(new(given), given[name])
            return new(given).where(holds(given))

        return self._defined(name, used, conditional, type_, whole)

    @guarded
    def recoded(
        self, name: str, rules: Rules, condition: Expression | None, new: str
    ) -> ColumnStore:
        """Add or replace a column by the first rule that fits."""
        used = {name} if condition is None else {name} | vocabulary.names(condition)
        holds = None if condition is None else expression_of(condition)

        def recode(given: Mapping[str, Vector]) -> Vector:
            limit = None if holds is None else holds(given)
            return recoding.recoded(given[name], rules, limit)

        return self._defined(new, used, recode, recoding.type_of(self._variable(name).type, rules))

    @guarded
    def parsed(self, name: str, new: str, ignore: str, comma: bool, type_: Type) -> ColumnStore:
        """Add or replace a column by the numbers that texts say."""
        return self._defined(
            new, {name}, lambda given: recoding.parsed(given[name], ignore, comma), type_
        )

    @guarded
    def unparsable(self, name: str, ignore: str, comma: bool, most: int) -> list[str]:
        """Give the first different texts of a column that are not numbers."""
        return recoding.unparsable(self._vector(name), ignore, comma, most)

    def _defined(
        self,
        name: str,
        used: frozenset[str] | set[str],
        calculation: Callable[[Mapping[str, Vector]], Vector],
        type_: Type,
        whole: bool = False,
    ) -> ColumnStore:
        inputs = self._inputs(used)
        names = tuple(inputs)

        def recipe(rows: Rows, given: Sequence[Vector], _: Sequence[Vector]) -> Vector:
            columns = dict(zip(names, given, strict=True))
            return stored(calculated(calculation, columns, len(rows), whole), type_, len(rows))

        return self._with(
            name, Node(self.rows, recipe, tuple(inputs.values()), elementwise=not whole)
        )

    def renamed(self, old: str, new: str) -> ColumnStore:
        """Rename a column, which keeps its place."""
        columns = {new if name == old else name: node for name, node in self.columns.items()}
        return replace(self, columns=columns)

    def copied(self, old: str, new: str) -> ColumnStore:
        """Add a copy of a column; both share their values."""
        return self._with(new, self.columns[old])

    def without(self, names: Sequence[str]) -> ColumnStore:
        """Remove columns."""
        gone = set(names)
        return replace(self, columns={n: c for n, c in self.columns.items() if n not in gone})

    @guarded
    def joined(self, source: ColumnStore, names: Sequence[str], on: str | None) -> ColumnStore:
        """Left join columns of `source` by its unit key."""
        key = None if on is None or self._is_key(on) else self.columns[on]
        known = source.rows.ids

        def spots(rows: Rows, inputs: Sequence[Vector], _: Sequence[Vector]) -> Vector:
            found = places(known, inputs[0].spread() if inputs else rows.ids)
            if found is None:
                found = pl.Series(np.arange(len(rows), dtype=np.uint32))
            return Vector(found)

        matched = Node(self.rows, spots, () if key is None else (key,))

        def recipe(_: Rows, inputs: Sequence[Vector], foreign: Sequence[Vector]) -> Vector:
            return gathered(foreign[0], inputs[0].series)

        result = self
        for name in names:
            node = Node(self.rows, recipe, (matched,), (source._node(name),))
            result = result._with(name, node)
        return result

    # ---- looking up columns

    def _with(self, name: str, node: Node) -> ColumnStore:
        return replace(self, columns={**self.columns, name: node}, base=None)

    def _is_key(self, name: str) -> bool:
        return self.shape.key is not None and name == self.shape.key.name

    def _node(self, name: str) -> Node:
        if self._is_key(name):
            return Node(self.rows, values=Vector(self.rows.ids))
        return self.columns[name]

    def _inputs(self, names: frozenset[str] | set[str]) -> dict[str, Node]:
        return {name: self._node(name) for name in sorted(names)}

    def _vector(self, name: str) -> Vector:
        return value_of(self._node(name))

    def _key_series(self, name: str) -> pl.Series:
        return self._vector(name).spread()

    def _variable(self, name: str) -> Variable:
        found = self.shape.find(name)
        assert found is not None
        return found

    def _column(self, variable: Variable) -> Column:
        base = self.base
        limits = None
        if base is not None and base is not self:
            limits = (base.rows, base._vector(variable.name), base.shape.population)
        return requests.column(variable, self.rows, self._vector(variable.name), limits)

    # ---- statistics requests

    @guarded
    def size(self, message: str, words: Mapping[str, str], change: bool = True) -> Size:
        """Count the distinct units."""
        n, sums = self.rows.size()
        shape = self.shape
        return Size(
            shape.name,
            shape.unit_type,
            n,
            sums,
            shape.population,
            shape.public,
            message,
            words,
            change,
        )

    @guarded
    def counts(
        self,
        by: Sequence[Variable],
        missing: bool,
        statistics: tuple[str, ...],
        options: Mapping[str, Any],
    ) -> Frequencies:
        """Count units by the codes of variables, with every margin."""
        grid = requests.table(by, [self._vector(v.name) for v in by], self.rows, missing)
        return requests.frequencies(self.shape, grid, missing, statistics, options)

    @guarded
    def magnitudes(
        self,
        by: Sequence[Variable],
        of: Sequence[Variable],
        missing: bool,
        statistics: tuple[str, ...],
        options: Mapping[str, Any],
    ) -> Magnitudes:
        """Give the values of numeric variables by the cells of a table."""
        grid = requests.table(by, [self._vector(v.name) for v in by], self.rows, missing)
        counts = requests.frequencies(self.shape, grid, missing, statistics, options)
        return requests.magnitudes(counts, grid, [self._column(v) for v in of], statistics)

    @guarded
    def summary(self, of: Sequence[Variable], statistics: tuple[str, ...]) -> Summary:
        """Give the values of numeric variables."""
        return Summary(self.shape, tuple(self._column(v) for v in of), statistics)

    @guarded
    def linear_model(
        self,
        outcome: Variable,
        terms: Terms,
        continuous: Sequence[Variable],
        factors: Sequence[Variable],
        options: Mapping[str, Any],
    ) -> LinearModel:
        """Give the complete cases of a linear model."""
        numeric = [(v, self._vector(v.name)) for v in (outcome, *continuous)]
        coded = [(v, self._vector(v.name)) for v in factors]
        return requests.linear_model(self.shape, self.rows, numeric, terms, coded, options)
