"""Writes checked expressions as a script would write them, for the titles of results."""

from __future__ import annotations

from collections.abc import Iterable

from kohort import expression as tree
from kohort.phrases import Condition

_BINDS = {
    "|": 1, "&": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3,
    "+": 5, "-": 5, "*": 6, "/": 6, "^": 8,
}  # fmt: skip
_JOINED, _MINUS, _NOT, _WHOLE = 4, 7, 9, 10


def written(expression: tree.Expression) -> str:
    """Give the text of an expression: single blanks, and only the parentheses that it needs."""
    return _part(expression, 0)


def titled(command: str, names: Iterable[object] = (), condition: Condition | None = None) -> str:
    """Give the title of a result: the command, its variables and its `if` clause."""
    clause = () if condition is None else ("if", written(condition.expression))
    return " ".join([command, *map(str, names), *clause])


def _part(expression: tree.Expression, least: int) -> str:
    text, strength = _told(expression)
    return text if strength >= least else f"({text})"


def _told(expression: tree.Expression) -> tuple[str, int]:
    """Give the text, and how strongly it holds together (grammar/expression.lark)."""
    match expression:
        case tree.Literal(value=value):
            return _literal(value)
        case tree.Missing():
            return ".", _WHOLE
        case tree.Name(text=text):
            return text, _WHOLE
        case tree.Unary(operator="!", operand=operand):
            return f"!{_part(operand, _NOT)}", _NOT
        case tree.Unary(operand=operand):
            return f"-{_part(operand, _MINUS)}", _MINUS
        case tree.Binary(operator="^", left=left, right=right):
            return f"{_part(left, _NOT)} ^ {_part(right, _MINUS)}", _BINDS["^"]
        case tree.Binary(operator=operator, left=left, right=right):
            binds = _BINDS[operator]
            return f"{_part(left, binds)} {operator} {_part(right, binds + 1)}", binds
        case tree.Call(function=function, arguments=arguments):
            return f"{function}({', '.join(_part(a, 0) for a in arguments)})", _WHOLE
        case tree.Binding(name=name):
            return f"${name}", _WHOLE
        case tree.Concat(parts=parts):
            return " ++ ".join(_part(part, _JOINED + 1) for part in parts), _JOINED


def _literal(value: float | str) -> tuple[str, int]:
    if isinstance(value, str):
        return (f'"{value}"' if "'" in value else f"'{value}'"), _WHOLE
    return repr(value).removesuffix(".0"), _WHOLE if value >= 0 else _MINUS
