"""Bindings: what `$x`, `++` and the expression of a `let` stand for; statements without them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from kohort import expression as tree
from kohort import limits
from kohort import phrases as p
from kohort.binding_functions import CALLS
from kohort.command import Command, commands
from kohort.diagnostic import Span, suggestion, wrong
from kohort.expression_types import typed
from kohort.scope import BindingValue
from kohort.tokens import calendar_date, name_text

if TYPE_CHECKING:
    from kohort.syntax import Statement

Bindings = Mapping[str, BindingValue]
_NAME: Final = re.compile(r"[^\W\d]\w*(@[^\W\d]\w*)?")


def bind(statement: Statement, bindings: Bindings) -> Command:
    """Give the command that a statement stands for, every binding replaced by its value.

    Raises `ScriptError`: `unknown-binding`, `not-a-name`, `not-a-date` and the like.
    """
    phrases = statement.phrases
    if statement.has_bindings:
        phrases = tuple(_bound(phrase, bindings) for phrase in phrases)
    inside = (_command(phrase) if isinstance(phrase, p.Sentence) else phrase for phrase in phrases)
    return commands()[statement.command](statement.span, *inside)


def _command(sentence: p.Sentence) -> Command:
    return commands()[sentence.command](sentence.span, *sentence.phrases)


def evaluate(expression: tree.Expression, bindings: Bindings) -> BindingValue:
    """Give the value of a binding expression: a number, a text, or a symbol (a bare name).

    Raises `ScriptError`: `unknown-binding`, `symbol-as-value`, `no-value`, and what `typed` raises.
    """
    found = substituted(expression, bindings, data=False)
    if isinstance(found, tree.Literal):
        return found.value
    if isinstance(found, tree.Name):
        return p.Word(found.text, found.span)
    _check_constant(found)
    typed(found, _NO_SCOPE)
    from kohort.scalar import evaluate as calculated

    value = calculated(found, {})
    if value is None:
        wrong("no-value", "this has no value", expression.span)
    return value


def substituted(node: tree.Expression, bindings: Bindings, data: bool = True) -> tree.Expression:
    """Give the expression with bindings, joins and binding functions replaced.

    With `data` a bare name is a variable, else a symbol.
    """
    match node:
        case tree.Binding():
            return _as_node(_value_of(node.name, node.span, bindings), node.span)
        case tree.Concat():
            return _joined(node, bindings)
        case tree.Unary():
            return replace(node, operand=substituted(node.operand, bindings, data))
        case tree.Binary():
            left = substituted(node.left, bindings, data)
            return replace(node, left=left, right=substituted(node.right, bindings, data))
        case tree.Call(function="bind", arguments=(argument,)):
            name = evaluate(argument, bindings)
            return _as_node(_value_of(text_of(name), node.span, bindings), node.span)
        case tree.Call():
            given = tuple(substituted(argument, bindings, data) for argument in node.arguments)
            return _called(replace(node, arguments=given), bindings, data)
        case _:
            return node


def text_of(value: BindingValue) -> str:
    """Give a value as `++` joins it: whole numbers without decimals and without zero padding."""
    if isinstance(value, p.Word):
        return value.text
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _called(call: tree.Call, bindings: Bindings, data: bool) -> tree.Expression:
    """Work out a binding function of constants; a call with variables stays for the engine."""
    made = CALLS.get(call.function)
    if made is None:
        return call
    for argument in call.arguments:
        symbol = isinstance(argument, tree.Name) and made.takes_symbols(data)
        if not symbol and (isinstance(argument, tree.Missing) or _names(argument)):
            return call
    return _as_node(made.call([evaluate(a, bindings) for a in call.arguments], call), call.span)


def _value_of(name: str, span: Span, bindings: Bindings) -> BindingValue:
    if name not in bindings:
        hint = suggestion(name, bindings)
        begun = [known for known in bindings if _runs_on(known, name)]
        if begun:
            longest = max(begun, key=len)
            hint = f"to join them write ${longest} ++ '{name[len(longest) :]}'"
        wrong("unknown-binding", f"there is no binding '${name}'", span, hint)
    return bindings[name]


def _runs_on(known: str, name: str) -> bool:
    """Tell whether a name looks like a binding with something written right behind it."""
    rest = name.removeprefix(known)
    return rest != name and (len(known) > 3 or not rest[0].isalpha())


def _as_node(value: BindingValue, span: Span) -> tree.Expression:
    if isinstance(value, p.Word):
        return tree.Name(value.text, span)
    return tree.Literal(value, span)


def _joined(node: tree.Concat, bindings: Bindings) -> tree.Expression:
    for part in node.parts:
        names = _names(part) if isinstance(part, tree.Binary) else []
        if names:
            message = f"'{names[0].text}' has no value here"
            hint = "'++' binds weaker than '+' and '-'; put each joined name in parentheses"
            wrong("symbol-as-value", message, names[0].span, hint)
    values = [evaluate(part, bindings) for part in node.parts]
    text = name_text("".join(map(text_of, values)))
    if len(text) > limits.TEXT:
        message = f"a joined text has more than {limits.TEXT} characters"
        wrong("text-too-long", message, node.span)
    if any(isinstance(value, p.Word) for value in values):
        return tree.Name(text, node.span)
    return tree.Literal(text, node.span)


_NO_SCOPE: Any = None
"""An expression of constants names no variable, so it is checked without a scope."""


def _names(node: tree.Expression) -> list[tree.Name]:
    found, waiting = [], [node]
    while waiting:
        part = waiting.pop()
        match part:
            case tree.Name():
                found.append(part)
            case tree.Unary():
                waiting.append(part.operand)
            case tree.Binary():
                waiting.extend((part.right, part.left))
            case tree.Call():
                waiting.extend(reversed(part.arguments))
            case _:
                pass
    return found


def _check_constant(node: tree.Expression) -> None:
    from kohort.function import functions

    names = _names(node)
    if names:
        message = f"'{names[0].text}' has no value here"
        hint = f"a binding is read as '${names[0].text}'; data cannot be read"
        wrong("symbol-as-value", message, names[0].span, hint)
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tree.Missing):
            wrong("no-value", "a binding cannot be missing", part.span)
        if isinstance(part, tree.Call):
            known = functions().get(part.function)
            if known is not None and not known.elementwise:
                message = f"'{part.function}' needs data and cannot be used here"
                wrong("symbol-as-value", message, part.name_span)
            waiting.extend(part.arguments)
        elif isinstance(part, tree.Binary):
            waiting.extend((part.left, part.right))
        elif isinstance(part, tree.Unary):
            waiting.append(part.operand)


# ---- phrases


def _bound(phrase: Any, bindings: Bindings) -> Any:
    """Give the phrase, expression or tuple with everything computed; other values as they are."""
    if isinstance(phrase, p.Computed):
        return _computed(phrase, bindings)
    if isinstance(phrase, tuple):
        return tuple(_bound(item, bindings) for item in phrase)
    if isinstance(phrase, p.OptionCall):
        return _bound_option(phrase, bindings)
    if isinstance(phrase, p.LabelPair):
        code, label = _bound(phrase.code, bindings), _bound(phrase.label, bindings)
        return replace(phrase, code=_plain(code), label=text_of(_plain(label)))
    if isinstance(phrase, _EXPRESSION):
        return substituted(phrase, bindings)
    if is_dataclass(phrase) and not isinstance(phrase, (Span, type)):
        old = {name: getattr(phrase, name) for name in _fields(type(phrase))}
        new = {name: _bound(value, bindings) for name, value in old.items()}
        return phrase if all(new[name] is old[name] for name in old) else replace(phrase, **new)
    return phrase


_EXPRESSION: Final = (
    tree.Literal, tree.Missing, tree.Name, tree.Binding, tree.Concat, tree.Unary, tree.Binary,
    tree.Call,
)  # fmt: skip


@cache
def _fields(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name != "span")


def _plain(value: Any) -> Any:
    if isinstance(value, p.Word):
        return value.text
    return value.value if isinstance(value, (p.Number, p.Text)) else value


def _bound_option(call: p.OptionCall, bindings: Bindings) -> p.OptionCall:
    """Where a lone binding stands in an option's parentheses its value decides what it is."""
    given: list[Any] = []
    for argument in call.arguments or ():
        first = argument.factors[0] if isinstance(argument, p.Term) else None
        lone = isinstance(argument, p.Term) and len(argument.factors) == 1
        name: Any = None if first is None else first.name
        if first is not None and lone and isinstance(name, p.Computed) and not first.prefix:
            found = _computed(replace(name, kind="value"), bindings)
            if isinstance(found, p.Word):
                found = p.Term((p.Factor("", found, found.span),), "", found.span)
            given.append(found)
        else:
            given.append(_bound(argument, bindings))
    return replace(call, arguments=None if call.arguments is None else tuple(given))


def _computed(phrase: p.Computed, bindings: Bindings) -> Any:
    span = phrase.span
    if phrase.kind == "name" and isinstance(phrase.expression, tree.Literal):
        text = phrase.expression.value
        wrong("quoted-name", "a name stands without quotes", span, f"write {text}")
    value = evaluate(phrase.expression, bindings)
    match phrase.kind:
        case "name":
            return _name(value, span)
        case "date":
            return _date(value, span)
        case "number":
            if isinstance(value, (str, p.Word)):
                message = f"a number is needed here, this is '{text_of(value)}'"
                wrong("not-a-number", message, span)
            return p.Number(value, span)
        case "value":
            if isinstance(value, p.Word):
                return p.Word(value.text, span)
            return p.Text(value, span) if isinstance(value, str) else p.Number(value, span)


def _name(value: BindingValue, span: Span) -> p.Word:
    text = name_text(text_of(value))
    if isinstance(value, (int, float)) or _NAME.fullmatch(text) is None:
        hint = "a name begins with a letter or _ and holds letters, digits and _"
        wrong("not-a-name", f"'{text}' cannot be a name", span, hint)
    return p.Word(text, span)


def _date(value: BindingValue, span: Span) -> p.Date:
    if isinstance(value, (int, float)):
        message = f"the number {text_of(value)} is not a date"
        wrong("not-a-date", message, span, "write date_fmt($x) for the first day of a year")
    return calendar_date(text_of(value), span)
