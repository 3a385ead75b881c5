"""A column of a dataset: its values, or how to get them when somebody asks.

Values are calculated once, one statement at a time and without recursion, however long the chain of
definitions behind a column is. When rows are taken away, values are filtered when they are needed,
and recipes carried over to the smaller unit set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from kohort.engine.rows import Rows
from kohort.engine.values import Selection
from kohort.engine.vector import Vector

Recipe: TypeAlias = Callable[[Rows, Sequence[Vector], Sequence[Vector]], Vector]
"""Gives the values for some rows from those of the inputs (same rows) and of foreign columns."""


class Node:
    """A column over `rows`.

    `inputs` are columns of the same rows, `foreign` ones of another dataset. `elementwise` is
    false where a row's value depends on other rows. `origin` is the same column before rows were
    taken away, and which rows stayed. `known` holds what results found out about the values.
    """

    __slots__ = ("elementwise", "foreign", "inputs", "known", "origin", "recipe", "rows", "values")

    def __init__(
        self,
        rows: Rows,
        recipe: Recipe | None = None,
        inputs: Sequence[Node] = (),
        foreign: Sequence[Node] = (),
        elementwise: bool = True,
        values: Vector | None = None,
        origin: tuple[Node, Selection] | None = None,
    ) -> None:
        self.rows = rows
        self.recipe = recipe
        self.inputs = tuple(inputs)
        self.foreign = tuple(foreign)
        self.elementwise = elementwise
        self.values = values
        self.origin = origin
        self.known: dict[Any, Any] = {}

    def __repr__(self) -> str:
        return "<node>"

    @property
    def needs(self) -> tuple[Node, ...]:
        """The columns that must have values before this one gets its own."""
        return (self.origin[0],) if self.origin is not None else (*self.inputs, *self.foreign)

    def settle(self) -> Vector:
        """Work out the values from those of the needed columns, and forget where they came from."""
        if self.origin is not None:
            node, selection = self.origin
            values = selection.of(_have(node))
        else:
            assert self.recipe is not None
            inputs = [_have(node) for node in self.inputs]
            values = self.recipe(self.rows, inputs, [_have(node) for node in self.foreign])
        self.values = values
        self.recipe, self.inputs, self.foreign, self.origin = None, (), (), None
        return values


def value_of(node: Node) -> Vector:
    """Give the values of a column, calculating what is needed for them first."""
    waiting = [node]
    while waiting:
        last = waiting[-1]
        lacking = [need for need in last.needs if need.values is None]
        if last.values is None and lacking:
            waiting.extend(lacking)
            continue
        if last.values is None:
            last.settle()
        waiting.pop()
    return _have(node)


def narrowed(columns: Mapping[str, Node], rows: Rows, selection: Selection) -> dict[str, Node]:
    """Give the columns over the rows that stay; nothing is calculated yet."""
    made: dict[int, Node] = {}
    for node in _inputs_first(columns.values()):
        made[id(node)] = Node(
            rows,
            node.recipe,
            [made[id(given)] for given in node.inputs],
            node.foreign,
            node.elementwise,
            origin=(node, selection),
        )
    return {name: made[id(node)] for name, node in columns.items()}


def severed(columns: Mapping[str, Node]) -> None:
    """Make narrowed columns forget the rows that are gone.

    Values that exist are filtered; recipes whose rows stand alone will run on what is left.
    """
    for node in _inputs_first(columns.values()):
        if node.values is not None or node.origin is None:
            continue
        before = node.origin[0]
        if before.values is not None or not node.elementwise or node.recipe is None:
            value_of(node)
        else:
            node.origin = None


def _inputs_first(nodes: Iterable[Node]) -> list[Node]:
    ordered: list[Node] = []
    seen: set[int] = set()
    waiting = [(node, False) for node in nodes]
    while waiting:
        node, ready = waiting.pop()
        if ready:
            ordered.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting.append((node, True))
            waiting.extend((given, False) for given in node.inputs)
    return ordered


def _have(node: Node) -> Vector:
    assert node.values is not None
    return node.values
