"""The type of an expression, and what is wrong with it: names, kinds of operands, calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

from kohort import expression as tree
from kohort import limits
from kohort.diagnostic import Span, suggestion, wrong
from kohort.function import Function, Parameter, functions
from kohort.phrases import Word
from kohort.scope import Scope, Type, Variable


@dataclass(frozen=True)
class Typed:
    """Type of an expression's values; `binary` where they can only be 1, 0 or missing."""

    type: Type
    binary: bool = False


_FLAG: Final = Typed(Type.INTEGER, True)
_ORDERED: Final = ("<", "<=", ">", ">=")
_SAID: Final = {
    Type.TEXT: "a text",
    Type.INTEGER: "a number",
    Type.DECIMAL: "a number",
    Type.KEY: "an identifier",
    Type.UNKNOWN: "unknown",
}


def typed(expression: tree.Expression, scope: Scope) -> Typed:
    """Give the type of an expression over the variables of the active dataset.

    Bindings must have been replaced; a lone `.` is a number. Raises `ScriptError` for the first
    mistake. An operand of unknown type fits everywhere.
    """
    if isinstance(expression, tree.Missing):
        return Typed(Type.INTEGER)
    return _typed(expression, scope)


def condition_typed(expression: tree.Expression, scope: Scope) -> Typed:
    """Give the type of an expression that must serve as a condition: a number, true if not 0."""
    return _condition(expression, scope)


def _typed(node: tree.Expression, scope: Scope) -> Typed:
    match node:
        case tree.Literal(value=str()):
            return Typed(Type.TEXT)
        case tree.Literal(value=value):
            whole = isinstance(value, int)
            return Typed(Type.INTEGER if whole else Type.DECIMAL, whole and value in (0, 1))
        case tree.Name():
            return _variable(node, scope)
        case tree.Unary(operator="!"):
            _condition(node.operand, scope)
            return _FLAG
        case tree.Unary():
            return Typed(_number(node.operand, _typed(node.operand, scope), "-", scope))
        case tree.Binary(operator="&" | "|"):
            _condition(node.left, scope)
            _condition(node.right, scope)
            return _FLAG
        case tree.Binary(operator="==" | "!=" | "<" | "<=" | ">" | ">="):
            return _comparison(node, scope)
        case tree.Binary():
            return _arithmetic(node, scope)
        case tree.Call():
            return _call(node, scope)
        case tree.Missing():
            return _lone_missing(node.span)
        case _:
            raise TypeError("bindings are replaced before an expression is checked")


def _variable(node: tree.Name, scope: Scope) -> Typed:
    found = scope.find(Word(node.text, node.span))
    if found.type is Type.KEY:
        wrong(
            "pseudonym-used",
            f"'{node.text}' identifies units and cannot be used in an expression",
            node.span,
            "identifiers can be used in 'by' and 'on' only",
        )
    return Typed(found.type, found.binary)


def _lone_missing(span: Span) -> NoReturn:
    message = "'.' can only be assigned: it is no value to calculate or compare with"
    wrong("missing-compared", message, span, "sysmiss(x) tells whether x is missing")


def _condition(node: tree.Expression, scope: Scope) -> Typed:
    found = _typed(node, scope)
    if found.type is Type.TEXT:
        hint = f"compare it, as in {_shown(node)} == '...'" if isinstance(node, tree.Name) else None
        wrong("text-as-condition", "a text cannot be a condition", node.span, hint)
    return found


def _number(node: tree.Expression, found: Typed, operator: str, scope: Scope) -> Type:
    if found.type is Type.TEXT:
        message = f"'{operator}' needs a number, this is a text"
        wrong("text-as-number", message, node.span, _number_hint(node, operator, scope))
    return found.type


def _number_hint(node: tree.Expression, operator: str, scope: Scope) -> str | None:
    if operator == "+":
        return "texts are joined with rowconcat(a, b)" if "rowconcat" in functions() else None
    if isinstance(node, tree.Name):
        return f"'destring {node.text}' turns its codes into numbers"
    if isinstance(node, tree.Literal) and _numeric_text(node.value):
        return f"drop the quotes: {node.value}"
    return None


def _arithmetic(node: tree.Binary, scope: Scope) -> Typed:
    left, right = _typed(node.left, scope), _typed(node.right, scope)
    types = {
        _number(node.left, left, node.operator, scope),
        _number(node.right, right, node.operator, scope),
    }
    if node.operator in ("/", "^"):
        return Typed(Type.DECIMAL)
    return Typed(_widest(types))


def _widest(types: set[Type]) -> Type:
    if Type.UNKNOWN in types:
        return Type.UNKNOWN
    return Type.DECIMAL if Type.DECIMAL in types else Type.INTEGER


def _comparison(node: tree.Binary, scope: Scope) -> Typed:
    for side, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(side, tree.Missing):
            negated = "!" if node.operator == "!=" else ""
            hint = f"write {negated}sysmiss({_shown(other)})"
            wrong("missing-compared", "nothing can be compared with '.'", side.span, hint)
    left, right = _typed(node.left, scope), _typed(node.right, scope)
    if node.operator in _ORDERED and Type.TEXT in (left.type, right.type):
        message = f"'{node.operator}' compares numbers, not texts"
        place = node.left if left.type is Type.TEXT else node.right
        wrong("text-compared", message, place.span, _number_hint(place, node.operator, scope))
    _alike(node.left, left.type, node.right, right.type, scope)
    return _FLAG


def _alike(a: tree.Expression, first: Type, b: tree.Expression, second: Type, scope: Scope) -> None:
    """Check that two operands can be equal at all: both numbers or both texts, codes not labels."""
    _no_label(a, b, scope)
    _no_label(b, a, scope)
    if Type.UNKNOWN in (first, second) or (first is Type.TEXT) == (second is Type.TEXT):
        return
    place = b if not isinstance(b, tree.Name) else a
    message = f"{_SAID[first]} is compared with {_SAID[second]}"
    wrong("text-and-number", message, place.span, _quote_hint(a, b, first))


def _quote_hint(a: tree.Expression, b: tree.Expression, first: Type) -> str | None:
    for literal, other in ((b, a), (a, b)):
        if isinstance(literal, tree.Literal):
            if not isinstance(literal.value, str):
                return f"{_shown(other)} holds texts; quote the code: '{literal.value}'"
            if _numeric_text(literal.value):
                return f"{_shown(other)} holds numbers; drop the quotes: {literal.value}"
    text = a if first is Type.TEXT else b
    return f"'destring {text.text}' first" if isinstance(text, tree.Name) else None


def _no_label(name: tree.Expression, literal: tree.Expression, scope: Scope) -> None:
    if not isinstance(name, tree.Name) or not isinstance(literal, tree.Literal):
        return
    variable = scope.find(Word(name.text, name.span))
    code = _code_of_label(variable, literal.value)
    if code is not None:
        wrong(
            "label-compared",
            f"'{literal.value}' is a label of '{name.text}', not a code",
            literal.span,
            f"compare with its code: {code!r}",
        )


def _code_of_label(variable: Variable, value: object) -> int | float | str | None:
    labels = variable.labels
    if labels is None or not isinstance(value, str) or value in labels.mapping:
        return None
    return next((code for code, label in labels.pairs if label == value), None)


def _numeric_text(value: object) -> bool:
    return isinstance(value, str) and value.removeprefix("-").replace(".", "", 1).isdecimal()


def _shown(node: tree.Expression) -> str:
    return node.text if isinstance(node, tree.Name) else "..."


# ---- calls


def _call(node: tree.Call, scope: Scope) -> Typed:
    function = functions().get(node.function)
    if function is None:
        message = f"there is no function '{node.function}'"
        wrong("unknown-function", message, node.name_span, suggestion(node.function, functions()))
    _check_count(node, function)
    types = [
        _argument(function, function.parameter(position), argument, scope)
        for position, argument in enumerate(node.arguments)
    ]
    _check_alike(node, function, types, scope)
    literals = [a for a in node.arguments if isinstance(a, tree.Literal)]
    if len(literals) > limits.LIST:
        message = f"'{function.name}' takes at most {limits.LIST} constants"
        wrong("list-too-long", message, literals[limits.LIST].span, "recode the codes first")
    if function.rewritten:
        from kohort.rewriting import rewritten

        return _typed(rewritten(node, function, scope), scope)
    return _result(function, types)


def _check_count(node: tree.Call, function: Function) -> None:
    given, least, most = len(node.arguments), function.least, function.most
    if least <= given and (most is None or given <= most):
        return
    wanted = (
        str(least)
        if least == most
        else f"at least {least}"
        if most is None
        else f"{least} to {most}"
    )
    plural = "" if wanted == "1" else "s"
    message = f"'{function.name}' takes {wanted} argument{plural}, {given} given"
    wrong("argument-count", message, node.span, f"it is written {function.signature}")


def _argument(
    function: Function, parameter: Parameter | None, node: tree.Expression, scope: Scope
) -> Type:
    assert parameter is not None
    takes = parameter.takes
    if takes.constant and not _constant(node):
        message = f"'{parameter.name}' of '{function.name}' must be a constant"
        wrong("not-a-constant", message, node.span)
    if takes.variable and not isinstance(node, tree.Name):
        wrong("not-a-variable", f"'{function.name}' takes a variable here", node.span)
    if isinstance(node, tree.Missing):
        _lone_missing(node.span)
    found = _condition(node, scope) if takes.kind == "flag" else _typed(node, scope)
    if not _fits(takes.kind, found.type):
        wanted = {"text": "a text", "integer": "an integer"}.get(takes.kind, "a number")
        decimal = takes.kind == "integer" and found.type is Type.DECIMAL
        said = "a decimal" if decimal else _SAID[found.type]
        message = f"'{function.name}' needs {wanted} as '{parameter.name}', this is {said}"
        wrong("argument-type", message, node.span, _fit_hint(takes.kind, node, found.type))
    if takes.low is not None or takes.high is not None:
        _check_bounds(parameter, node)
    return found.type


def _fits(kind: str, found: Type) -> bool:
    if found is Type.UNKNOWN:
        return True
    match kind:
        case "text":
            return found is Type.TEXT
        case "integer":
            return found is Type.INTEGER
        case "number" | "decimal":
            return found.numeric
        case _:
            return True


def _fit_hint(kind: str, node: tree.Expression, found: Type) -> str | None:
    if kind == "text":
        return f"write string({_shown(node)})"
    if found is Type.DECIMAL:
        return f"write int({_shown(node)})"
    return f"'destring {node.text}' first" if isinstance(node, tree.Name) else None


def _constant(node: tree.Expression) -> bool:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        match part:
            case tree.Name() | tree.Missing():
                return False
            case tree.Unary():
                waiting.append(part.operand)
            case tree.Binary():
                waiting.extend((part.left, part.right))
            case tree.Call():
                waiting.extend(part.arguments)
            case _:
                pass
    return True


def _check_bounds(parameter: Parameter, node: tree.Expression) -> None:
    from kohort.scalar import evaluate

    value = evaluate(node, {})
    low, high = parameter.takes.low, parameter.takes.high
    if isinstance(value, str) or value is None:
        return
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = " and ".join(
            f"at {side} {bound:g}"
            for side, bound in (("least", low), ("most", high))
            if bound is not None
        )
        wrong("argument-range", f"'{parameter.name}' must be {bounds}", node.span)


def _check_alike(node: tree.Call, function: Function, types: list[Type], scope: Scope) -> None:
    first: int | None = None
    for position, argument in enumerate(node.arguments):
        parameter = function.parameter(position)
        if parameter is None or parameter.takes.kind != "alike":
            continue
        if first is None:
            first = position
        else:
            _alike(node.arguments[first], types[first], argument, types[position], scope)


def _result(function: Function, types: list[Type]) -> Typed:
    match function.result:
        case "flag":
            return _FLAG
        case "text":
            return Typed(Type.TEXT)
        case "integer":
            return Typed(Type.INTEGER)
        case "first" | "alike" | "any" if types:
            return Typed(types[0])
        case "widest":
            numeric = {found for found in types if found.numeric}
            return Typed(_widest(numeric) if numeric else Type.TEXT)
        case _:
            return Typed(Type.DECIMAL)
