"""Tiny programs for tests of the wording: made at random, worded, and worked out row by row."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kohort import expression as tree
from kohort import wording
from kohort.diagnostic import NOWHERE
from kohort.scope import Shape, Type, Variable

Value = int | float | str | None
Row = Mapping[str, Value]

TYPES = {"i": Type.INTEGER, "j": Type.INTEGER, "d": Type.DECIMAL, "s": Type.TEXT}
ROWS: list[dict[str, Value]] = [
    dict(zip("ijds", values, strict=True))
    for values in itertools.product(
        (None, -1, 0, 1, 2, 2**39), (None, 0, 1), (None, 0.0, 0.1, 1.0, 1e11), (None, "1"),
    )
]  # fmt: skip
"""Combinations of values that may show a difference; registers hold nothing beyond 2^40."""


# ---- what the language says an expression is (sections 1.6, 1.7), written out on its own


def evaluate(node: tree.Expression, row: Row) -> Value:
    """Give the value of an expression in one row."""
    match node:
        case tree.Literal(value=value):
            return value
        case tree.Name(text=text):
            return row[text]
        case tree.Missing():
            return None
        case tree.Unary(operator="!", operand=operand):
            return int(not holds(evaluate(operand, row)))
        case tree.Unary(operand=operand):
            known = evaluate(operand, row)
            return None if known is None else _kept(-_number(known))
        case tree.Binary():
            return _binary(node.operator, evaluate(node.left, row), evaluate(node.right, row))
        case tree.Call():
            return _called(node.function, [evaluate(a, row) for a in node.arguments])
        case _:
            raise AssertionError(node)


def holds(value: Value) -> bool:
    """Whether a value serves as a fulfilled condition."""
    return value is not None and value != 0


def _binary(operator: str, a: Value, b: Value) -> Value:
    if operator in "&|":
        return int(holds(a) and holds(b)) if operator == "&" else int(holds(a) or holds(b))
    if operator in {"==", "!=", "<", "<=", ">", ">="}:
        return int(_compared(operator, a, b))
    if a is None or b is None:
        return None
    x, y = _number(a), _number(b)
    match operator:
        case "+":
            return _kept(x + y)
        case "-":
            return _kept(x - y)
        case "*":
            return _kept(x * y)
        case _:
            return None if y == 0 else _kept(float(x) / float(y))


def _compared(operator: str, a: Value, b: Value) -> bool:
    if a is None or b is None:
        return operator == "!="
    if isinstance(a, str):
        return (a == b) == (operator == "==")
    x, y = _number(a), _number(b)
    return {
        "==": x == y, "!=": x != y, "<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y,
    }[operator]  # fmt: skip


def _called(name: str, values: Sequence[Value]) -> Value:
    first, *rest = values
    match name:
        case "sysmiss":
            return int(first is None)
        case "inlist":
            return int(any(_compared("==", first, item) for item in rest))
        case "inrange":
            low, high = rest
            return int(_compared("<=", low, first) and _compared("<=", first, high))
        case "startswith":
            text, start = first, rest[0]
            both = isinstance(text, str) and isinstance(start, str)
            return int(both and str(text).startswith(str(start)))
        case _:
            raise AssertionError(name)


def _number(value: Value) -> int | float:
    assert isinstance(value, (int, float))
    return value


def _kept(value: int | float) -> Value:
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else None
    return value if math.isfinite(value) else None


# ---- programs


@dataclass(frozen=True)
class Assign:
    """`generate` or `replace`."""

    name: str
    value: tree.Expression
    condition: tree.Expression | None
    new: bool


@dataclass(frozen=True)
class Narrow:
    """`keep if` or `drop if`."""

    condition: tree.Expression
    keeps: bool


Statement = Assign | Narrow


def start() -> Shape:
    """Give a dataset with the variables of `TYPES`, each straight from a register."""
    variables = {
        name: Variable(name, type_, wording.source("bank", name.upper(), None))
        for name, type_ in TYPES.items()
    }
    return Shape("people", variables=variables)


def worded(program: Sequence[Statement]) -> str:
    """Give the canonical wording of the units that a program leaves."""
    shape = start()
    for statement in program:
        shape = _after(shape, statement)
    return shape.population.wording()


def _after(shape: Shape, statement: Statement) -> Shape:
    if isinstance(statement, Narrow):
        clause = wording.of_condition(statement.condition, shape)
        population = shape.population
        after = population.keep(clause) if statement.keeps else population.drop(clause)
        return replace(shape, population=after)
    meaning = wording.of_expression(statement.value, shape)
    if statement.condition is not None:
        clause = wording.of_condition(statement.condition, shape)
        old = wording.MISSING if statement.new else shape.variables[statement.name].meaning
        meaning = wording.conditional(clause, meaning, old)
    return shape.with_variables(Variable(statement.name, Type.INTEGER, meaning))


def selected(program: Sequence[Statement]) -> tuple[bool, ...]:
    """Tell which of the rows a program leaves."""
    return tuple(_left(program, row) for row in ROWS)


def _left(program: Sequence[Statement], row: Row) -> bool:
    values = dict(row)
    for statement in program:
        if isinstance(statement, Narrow):
            if holds(evaluate(statement.condition, values)) != statement.keeps:
                return False
        elif statement.condition is None or holds(evaluate(statement.condition, values)):
            values[statement.name] = evaluate(statement.value, values)
        elif statement.new:
            values[statement.name] = None
    return True


# ---- writing expressions


def lit(value: float | str) -> tree.Expression:
    """Write a constant."""
    return tree.Literal(value, NOWHERE)


def name(text: str) -> tree.Expression:
    """Write a variable."""
    return tree.Name(text, NOWHERE)


def binary(left: tree.Expression, operator: str, right: tree.Expression) -> tree.Expression:
    """Write an operation."""
    return tree.Binary(operator, left, right, NOWHERE)  # type: ignore[arg-type]


def negation(operand: tree.Expression) -> tree.Expression:
    """Write `!operand`."""
    return tree.Unary("!", operand, NOWHERE)


def call(function: str, *arguments: tree.Expression) -> tree.Expression:
    """Write a call."""
    return tree.Call(function, arguments, NOWHERE, NOWHERE)


class Author:
    """Writes random programs from a small stock, so that different texts often ask the same."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._names = ["i", "j", "d"]

    def program(self) -> list[Statement]:
        """Write up to four statements that end with a condition."""
        self._names = ["i", "j", "d"]
        statements: list[Statement] = []
        if self._dice.random() < 0.5:
            statements.append(self._assignment(new=True))
            self._names.append("v")
            if self._dice.random() < 0.4:
                statements.append(self._assignment(new=False))
        if self._dice.random() < 0.4:
            statements.append(self._narrowing())
        return [*statements, self._narrowing()]

    def _narrowing(self) -> Narrow:
        return Narrow(self.condition(2), self._dice.random() < 0.7)

    def _assignment(self, new: bool) -> Assign:
        value = self.number(1) if self._dice.random() < 0.5 else lit(self._dice.choice((0, 1)))
        condition = self.condition(1) if self._dice.random() < 0.7 else None
        return Assign("v", value, condition, new)

    def condition(self, depth: int) -> tree.Expression:
        """Write a condition with at most so many levels of logic."""
        kind = self._dice.randrange(12 if depth else 8)
        if kind < 5:
            operator = self._dice.choice(("==", "!=", "<", "<=", ">", ">="))
            return binary(self.number(1), operator, self.number(1))
        if kind == 5:
            return call("sysmiss", self.number(1))
        if kind == 6:
            return call("startswith", name("s"), lit(self._dice.choice(("", "1"))))
        if kind == 7:
            function = self._dice.choice(("inlist", "inrange"))
            return call(function, self.number(0), self.number(0), self.number(0))
        if kind == 8:
            return negation(self.condition(depth - 1))
        operator = self._dice.choice("&|")
        return binary(self.condition(depth - 1), operator, self.condition(depth - 1))

    def number(self, depth: int) -> tree.Expression:
        """Write a number with at most so many levels of arithmetic."""
        if depth and self._dice.random() < 0.35:
            operator = self._dice.choice("+-*/")
            return binary(self.number(depth - 1), operator, self.number(depth - 1))
        if self._dice.random() < 0.6:
            return name(self._dice.choice(self._names))
        return lit(self._dice.choice((0, 1, 1.0, 2, 0.1, 2**62, 1e17, 1e300)))
