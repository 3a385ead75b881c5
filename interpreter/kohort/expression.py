"""Expressions as a tree: what the parser makes of `int(x / 100) > 5 & !sysmiss(y)`.

Before a statement is checked its bindings (`$x`, `++`) are replaced by what they stand for, so the
checker, the wording and the engine meet only `Literal`, `Missing`, `Name`, `Unary`, `Binary` and
`Call`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as OneOf

from kohort.diagnostic import Span

UnaryOperator = OneOf["-", "!"]
BinaryOperator = OneOf["^", "*", "/", "+", "-", "==", "!=", "<", "<=", ">", ">=", "&", "|"]


@dataclass(frozen=True)
class Literal:
    """A number (int or float) or a text."""

    value: int | float | str
    span: Span


@dataclass(frozen=True)
class Missing:
    """The lone dot."""

    span: Span


@dataclass(frozen=True)
class Name:
    """A variable of the active dataset; inside `++` and `let`, a symbol."""

    text: str
    span: Span


@dataclass(frozen=True)
class Binding:
    """`$name`, replaced before the statement is checked."""

    name: str
    span: Span


@dataclass(frozen=True)
class Concat:
    """`a ++ b ++ c`, replaced before the statement is checked."""

    parts: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True)
class Unary:
    """`-x` or `!x`."""

    operator: UnaryOperator
    operand: Expression
    span: Span


@dataclass(frozen=True)
class Binary:
    """`left operator right`."""

    operator: BinaryOperator
    left: Expression
    right: Expression
    span: Span


@dataclass(frozen=True)
class Call:
    """`function(arguments)`; `name_span` covers the function's name."""

    function: str
    arguments: tuple[Expression, ...]
    span: Span
    name_span: Span


Expression = Literal | Missing | Name | Binding | Concat | Unary | Binary | Call
