"""What a dataset consists of, and how its columns are looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from kohort.engine import requests
from kohort.engine.node import Node, value_of
from kohort.engine.rows import Keys, Rows
from kohort.engine.vector import Vector
from kohort.results import Column
from kohort.scope import Shape, Variable


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

    def variable(self, name: str) -> Variable:
        """Give the description of a column, or of the key."""
        found = self.shape.find(name)
        assert found is not None
        return found

    def measurements(self, variable: Variable) -> Column:
        """Give a numeric column for a result, and its values before an `if` clause."""
        base = self.base
        limits = None
        if base is not None:
            limits = (base.rows, base.vector(variable.name), base.shape.population)
        return requests.column(variable, self.rows, self.vector(variable.name), limits)

    def with_node(self, name: str, node: Node) -> Self:
        """Give the dataset with a column added or replaced."""
        return replace(self, columns={**self.columns, name: node}, base=None)
