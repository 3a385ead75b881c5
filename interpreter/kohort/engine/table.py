"""What a dataset consists of, and how its columns are looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

import polars as pl

from kohort.engine import requests
from kohort.engine.node import Node, value_of
from kohort.engine.rows import Keys, Rows
from kohort.engine.values import Codes, coded, from_codes
from kohort.engine.vector import Vector
from kohort.results import Column
from kohort.scope import Shape, Variable

# Columns of fewer different values are kept coded once a table has asked for their codes.
_WORTH = 1 << 16


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """A dataset: unit set, columns by name, and the dataset that an `if` clause narrowed."""

    shape: Shape
    rows: Rows
    columns: Mapping[str, Node]
    ring: Keys
    base: Table | None = None

    def __repr__(self) -> str:
        return "<dataset>"

    def described(self, shape: Shape) -> Self:
        """Give the same rows under a new description."""
        return replace(self, shape=shape)

    # ---- looking up columns

    def node(self, name: str) -> Node:
        """Give a column, or the key."""
        if self.is_key(name):
            return Node(self.rows, values=Vector(self.rows.ids))
        return self.columns[name]

    def is_key(self, name: str) -> bool:
        """Tell whether this is the name of the unit key."""
        return self.shape.key is not None and name == self.shape.key.name

    def inputs(self, names: Iterable[str]) -> dict[str, Node]:
        """Give some columns in a fixed order."""
        return {name: self.node(name) for name in sorted(names)}

    def vector(self, name: str) -> Vector:
        """Give the values of a column, or of the key."""
        return value_of(self.node(name))

    def codes(self, name: str) -> Codes:
        """Give a column or the key as distinct values and places; it is kept so if that pays."""
        node = self.node(name)
        vector = value_of(node)
        codes = coded(vector)
        settled = vector.codes is not None and len(vector.series) == len(codes.values) + 1
        if not settled and vector.series.dtype != pl.Float64 and len(codes.values) < _WORTH:
            node.values = from_codes(codes)
        return codes

    def variable(self, name: str) -> Variable:
        """Give the description of a column, or of the key."""
        found = self.shape.find(name)
        assert found is not None
        return found

    def measurements(self, variable: Variable) -> Column:
        """Give a numeric column for a result, and its values before an `if` clause."""
        node, base = self.node(variable.name), self.base
        whole = None if base is None else base.measurements(variable)
        population = None if base is None else base.shape.population
        vector = value_of(node)
        return requests.column(variable, self.rows, vector, node.known, whole, population)

    def with_node(self, name: str, node: Node) -> Self:
        """Give the dataset with a column added or replaced."""
        return replace(self, columns={**self.columns, name: node}, base=None)
