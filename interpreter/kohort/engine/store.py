"""Datasets as a column store: the implementation of `kohort.dataset.Dataset` over polars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort import vocabulary
from kohort.engine import collapsing, numbers, register, requests, sampling
from kohort.engine.answers import Answers
from kohort.engine.cells import grid
from kohort.engine.changes import Changes
from kohort.engine.evaluation import holding
from kohort.engine.failure import guarded
from kohort.engine.matching import places
from kohort.engine.members import CellMembers
from kohort.engine.node import Node, narrowed, severed, value_of
from kohort.engine.reshaping import Reshaping, fetched
from kohort.engine.rows import Keys, Rows
from kohort.engine.values import DTYPES, Selection, gathered
from kohort.engine.vector import Vector
from kohort.expression import Expression
from kohort.phrases import Date
from kohort.results import Column, Magnitudes
from kohort.scope import Code, Shape, Type

if TYPE_CHECKING:
    from kohort.catalogue import Databank, RegisterVariable


class Engine:
    """Makes datasets. `keys` gives the record keys of units."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def empty(self, shape: Shape) -> ColumnStore:
        """Give a dataset without units."""
        rows = Rows(pl.Series([], dtype=pl.Int64), None, None, self._keys)
        return ColumnStore(shape, rows, {}, self._keys)


class ColumnStore(Changes, Reshaping, Answers):
    """A dataset. Never changed in place; what is made from it shares its columns."""

    @guarded
    def rebased(self) -> Self:
        """Forget rows that were taken away; limits come from this dataset from now on."""
        severed(self.columns)
        return replace(self, base=None)

    # ---- units and rows

    @guarded
    def imported(
        self, bank: Databank, entry: RegisterVariable, day: Date | None, name: str, outer: bool
    ) -> Self:
        """Left join a register variable at a date; the first one defines the units."""
        days = None if day is None else day.days
        found = register.files(entry, days)
        if self.rows.root is None:
            records = register.read(entry, days, found, self.ring)
            rows = Rows(records.ids, entry.unit_type, bank.root, self.ring)
            node = Node(rows, values=records.values)
            return replace(self, rows=rows, columns={name: node})
        if outer:
            return self._joined_outside(register.read(entry, days, found, self.ring), name)

        def recipe(rows: Rows, _: Sequence[Vector], __: Sequence[Vector]) -> Vector:
            records = register.read(entry, days, found, self.ring)
            return gathered(records.values, places(records.ids, rows.ids))

        return self.with_node(name, Node(self.rows, recipe))

    def _joined_outside(self, records: register.Records, name: str) -> Self:
        old = self.rows
        ids = pl.concat([old.ids, records.ids]).unique().sort()
        rows = Rows(ids, old.unit_type, old.root, self.ring)
        spots = places(old.ids, ids)
        # The places are a column of their own, so that they are filtered with the rows.
        spot = Node(rows, values=Vector(pl.Series(np.arange(len(ids))) if spots is None else spots))
        columns = {n: Node(rows, fetched, (spot,), (node,)) for n, node in self.columns.items()}
        values = gathered(records.values, places(records.ids, ids))
        return replace(self, rows=rows, columns={**columns, name: Node(rows, values=values)})

    @guarded
    def narrowed(self, condition: Expression) -> Self:
        """Keep the rows where the condition is 1."""
        nodes = self.inputs(vocabulary.names(condition))
        columns = {name: value_of(node) for name, node in nodes.items()}
        return self._selected(holding(condition, self.shape, self.rows, columns))

    def _selected(self, mask: pl.Series) -> Self:
        selection = Selection(mask)
        rows = self.rows.narrowed(selection)
        columns = narrowed(self.columns, rows, selection)
        return replace(self, rows=rows, columns=columns, base=self.base or self)

    @guarded
    def sampled(self, fraction: float, bucket: int) -> Self:
        """Keep the units whose keyed hash for the bucket is below the fraction."""
        rows = self.rows
        if not len(rows):
            return self
        key = self.ring.sample_key(rows.root, bucket)
        keys = rows.keys
        if rows.unit_type is None:
            # Public units have no record keys to be drawn by.
            keys = self.ring.record_keys(rows.root, "", rows.ids).to_numpy()
        return self._selected(pl.Series(sampling.drawn(keys, key, fraction)))

    @guarded
    def collapsed(
        self, by: str, statistics: Sequence[tuple[str, str, str]], unit_type: str
    ) -> Self:
        """One row per value of `by`, protected units with record keys of their own."""
        ids, groups = collapsing.groups_of(self.vector(by).spread())
        rows = Rows(ids, unit_type, self.rows.root, self.ring)
        grouped: dict[str, collapsing.Grouped] = {}
        columns = {}
        for statistic, name, new in statistics:
            if name not in grouped:
                grouped[name] = collapsing.grouped(groups, self.vector(name))
            columns[new] = Node(rows, values=Vector(grouped[name].statistic(statistic)))
        return replace(self, rows=rows, columns=columns, base=None)

    @guarded
    def collapse_evidence(self, by: str, statistics: Sequence[tuple[str, str, str]]) -> Magnitudes:
        """Give a table by `by` with one column per variable."""
        specification = tuple(statistics)
        words = tuple(statistic for statistic, _, _ in specification)
        counted = grid([self.variable(by)], [self.codes(by)], self.rows, missing=False)
        options = {"specification": specification}
        counts = requests.frequencies(self.shape, counted, False, words, options)
        counts = replace(counts, root=self.rows.root, members=CellMembers(counted, self.rows))
        names = dict.fromkeys(name for _, name, _ in specification)
        columns = [self._evidence_column(name) for name in names]
        return self._about(requests.magnitudes(counts, counted, columns, words))

    def _evidence_column(self, name: str) -> Column:
        variable = self.variable(name)
        if variable.type in (Type.TEXT, Type.KEY):
            ones = self.vector(name).is_missing().choose(0, 1)
            present = Vector(ones.spread().replace(0, None))
            return requests.column(variable, self.rows, present, {})
        return self.measurements(variable)

    @guarded
    def from_published(
        self, shape: Shape, codes: Sequence[Code], columns: Mapping[str, NDArray[np.float64]]
    ) -> Self:
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
        return replace(self, shape=shape, rows=rows, columns=nodes, base=None)
