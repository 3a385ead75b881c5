"""Parse tree -> phrases: one small function per rule of the grammar, found by the rule's name.

Trees hold places within their line; `at` is the line's offset in the script. Bindings stay inside
as `Computed` phrases and as `Binding` and `Concat` in expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from lark import Token, Tree

from kohort import expression as tree
from kohort import phrases as p
from kohort.diagnostic import Span, wrong
from kohort.tokens import leaf, name_text, signed_number, span_of

Node: TypeAlias = "Tree[Token] | Token | None"


def build(node: Node, at: int) -> Any:
    """Give the phrase, expression node or None that a parse tree stands for.

    Raises `ScriptError` for a number that is too large, a date that does not exist and the like.
    """
    if node is None:
        return None
    if isinstance(node, Token):
        return leaf(node, at)
    return _RULES[node.data](node.children, at)


# ---- expressions

Children: TypeAlias = "Sequence[Any]"


def _binary(children: Children, at: int) -> tree.Binary:
    left, right = build(children[0], at), build(children[2], at)
    operator = children[1].value
    if operator == "-":
        _no_date(children, left.span.to(right.span))
    return tree.Binary(operator, left, right, left.span.to(right.span))


def _no_date(children: Children, span: Span) -> None:
    """Refuse `2020-01-31` where it would be a subtraction."""
    left, _, day = children
    if not isinstance(day, Token) or not isinstance(left, Tree) or left.data != "binary":
        return
    year, sign, month = left.children
    if not isinstance(year, Token) or not isinstance(month, Token) or sign != "-":
        return
    if [len(year), len(month), len(day)] == [4, 2, 2] and span.end - span.start == 10:
        parts = ", ".join(str(int(part)) for part in (year, month, day) if part.isdecimal())
        message = "here this would be a subtraction, not a date"
        hint = f"write date({parts}) for the day's number, date_fmt({parts}) for a date of 'import'"
        wrong("date-in-expression", message, span, hint)


def _unary(children: Children, at: int) -> tree.Unary:
    operand = build(children[1], at)
    sign = children[0]
    return tree.Unary(sign.value, operand, span_of(sign, at).to(operand.span))


def _call(children: Children, at: int) -> tree.Call:
    name, arguments, end = children
    given = () if arguments is None else tuple(build(a, at) for a in arguments.children)
    where = span_of(name, at)
    return tree.Call(name_text(name.value), given, where.to(span_of(end, at)), where)


def _concat(children: Children, at: int) -> tree.Concat:
    parts = tuple(_as_expression(build(child, at)) for child in children)
    return tree.Concat(parts, parts[0].span.to(parts[-1].span))


def _as_expression(made: Any) -> tree.Expression:
    if isinstance(made, p.Word):
        return tree.Name(made.text, made.span)
    expression: tree.Expression = made.expression if isinstance(made, p.Computed) else made
    return expression


# ---- names, numbers, values


def _computed_name(children: Children, at: int) -> p.Computed | p.Word:
    made = build(children[0], at)
    if isinstance(made, tree.Name):
        return p.Word(made.text, made.span)
    return p.Computed("name", made, made.span)


def _joined_name(children: Children, at: int) -> p.Computed:
    made = _concat(children, at)
    return p.Computed("name", made, made.span)


def _date_phrase(children: Children, at: int) -> Any:
    made = build(children[0], at)
    if isinstance(made, p.Computed):
        return p.Computed("date", made.expression, made.span)
    if isinstance(made, p.Word):
        wrong("not-a-date", f"'{made.text}' is not a date", made.span, "write YYYY-MM-DD")
    return made


def _number_phrase(children: Children, at: int) -> Any:
    if len(children) == 1:
        made = build(children[0], at)
        return p.Computed("number", made, made.span)
    sign, token = children
    value = signed_number(token, at, 1 if sign is None else -1)
    span = span_of(token, at)
    return p.Number(value, span if sign is None else span_of(sign, at).to(span))


def _value(children: Children, at: int) -> Any:
    """A code: a signed number, a text, a bare word, or a binding."""
    if len(children) == 2:
        return _number_phrase(children, at)
    return as_value(children[0], at)


def as_value(node: Node, at: int) -> Any:
    """Give a text or bare word as a phrase, a binding as a `Computed` value."""
    made = build(node, at)
    if isinstance(made, tree.Literal):
        return p.Text(str(made.value), made.span)
    if isinstance(made, tree.Binding):
        return p.Computed("value", made, made.span)
    if isinstance(made, p.Computed):
        return p.Computed("value", made.expression, made.span)
    return made


def _list(
    made: Callable[[tuple[Any, ...], Span], Any], part: Callable[[Any, int], Any] = build
) -> Callable[[Children, int], Any]:
    """Give a rule's function for a phrase that is a list of like phrases."""

    def listed(children: Children, at: int) -> Any:
        items = tuple(part(child, at) for child in children)
        return made(items, items[0].span.to(items[-1].span))

    return listed


# ---- clauses, options, terms


def _condition(children: Children, at: int) -> p.Condition:
    expression = build(children[1], at)
    return p.Condition(expression, span_of(children[0], at).to(expression.span))


def _options(children: Children, at: int) -> p.Options:
    calls = tuple(build(child, at) for child in children[1:])
    return p.Options(calls, span_of(children[0], at).to(calls[-1].span))


def _option(children: Children, at: int) -> p.OptionCall:
    name, arguments, end = build(children[0], at), children[1], children[2]
    if name.text == "if":
        message = "an 'if' stands before the comma, not among the options"
        wrong("late-condition", message, name.span, "write '... if CONDITION, OPTIONS'")
    if end is None:
        return p.OptionCall(name, None, name.span)
    given = () if arguments is None else tuple(as_value(a, at) for a in arguments.children)
    return p.OptionCall(name, given, name.span.to(span_of(end, at)))


def _term(children: Children, at: int) -> p.Term:
    factors = tuple(build(child, at) for child in children[::2])
    operators = children[1::2]
    for operator in operators:
        if operator != operators[0]:
            hint = "write them as terms of their own"
            wrong("mixed-interaction", "'#' and '##' are mixed", span_of(operator, at), hint)
    written = operators[0].value if operators else ""
    return p.Term(factors, written, factors[0].span.to(factors[-1].span))


def _factor(children: Children, at: int) -> p.Factor:
    prefix, name = children[0], build(children[1], at)
    if prefix is None:
        return p.Factor("", name, name.span)
    return p.Factor(prefix.value[0], name, span_of(prefix, at).to(name.span))


def _rename_pair(children: Children, at: int) -> p.Rename:
    old, new = build(children[0], at), build(children[1], at)
    return p.Rename(old, new, old.span if new is None else old.span.to(new.span))


def _aggregates(children: Children, at: int) -> p.Aggregates:
    items = []
    for group in children:
        statistic = build(group.children[1], at)
        for aggregate in group.children[2:]:
            variable, new = (build(child, at) for child in aggregate.children)
            span = variable.span if new is None else variable.span.to(new.span)
            items.append(p.Aggregate(statistic, variable, new, span))
    start = span_of(children[0].children[0], at)
    return p.Aggregates(tuple(items), start.to(items[-1].span))


# ---- recode, labels, for


def _rule(children: Children, at: int) -> p.Rule:
    start, left, value, label, flagged, end = children
    items = tuple(build(child, at) for child in left.children)
    name = None if label is None else label.value[1:-1]
    span = span_of(start, at).to(span_of(end, at))
    return p.Rule(items, build(value, at), name, flagged is not None, span)


def _interval(children: Children, at: int) -> p.Interval:
    low, high = (_bound(child, at) for child in children)
    if low[1] == "max" or high[1] == "min":
        wrong("empty-interval", "an interval runs from 'min' to 'max'", low[2].to(high[2]))
    return p.Interval(low[0], high[0], low[2].to(high[2]))


def _bound(node: Any, at: int) -> tuple[p.Number | None, str, Span]:
    if isinstance(node, Token):
        return None, node.value, span_of(node, at)
    number = build(node, at)
    return number, "", number.span


def _label_pair(children: Children, at: int) -> p.LabelPair:
    code, label = build(children[0], at), as_value(children[1], at)
    return p.LabelPair(_plain(code), _plain(label), code.span.to(label.span))


def _plain(made: Any) -> Any:
    if isinstance(made, p.Word):
        return made.text
    return made if isinstance(made, p.Computed) else made.value


def _level(children: Children, at: int) -> p.Level:
    iterators = tuple(build(child, at) for child in children[0].children)
    lists = [build(child, at) for child in children[2].children]
    span = lists[0].span.to(lists[-1].span)
    if len(iterators) == 1 and len(lists) > 1:
        lists = [p.Values(tuple(item for values in lists for item in values), span)]
    return p.Level(iterators, tuple(lists), iterators[0].span.to(span))


def _range(children: Children, at: int) -> p.Values:
    low, high = (_whole(as_value(child, at)) for child in children)
    span = low.span.to(high.span)
    return p.Values((p.Range(low, high, span),), span)


def _whole(made: Any) -> Any:
    if isinstance(made, p.Computed):
        return p.Computed("number", made.expression, made.span)
    if not isinstance(made, p.Number) or not isinstance(made.value, int):
        wrong("range-end", "a range runs between whole numbers", made.span, "write it like 1 : 5")
    return made


def _sentence(children: Children, at: int) -> p.Sentence:
    """A statement whose rule is named as its word, with `_` for `-`; its options come last."""
    (inside,) = children
    phrases = [build(child, at) for child in inside.children]
    there = [phrase.span for phrase in phrases if phrase is not None]
    span = there[0].to(there[-1])
    if phrases[-1] is None:
        phrases[-1] = p.Options((), Span(span.end, span.end))
    return p.Sentence(str(inside.data).replace("_", "-"), tuple(phrases), span)


_RULES: Final[dict[str, Callable[[Children, int], Any]]] = {
    "binary": _binary,
    "unary": _unary,
    "call": _call,
    "concatenation": _concat,
    "computed_name": _computed_name,
    "joined_name": _joined_name,
    "variable_list": _list(p.Words),
    "condition": _condition,
    "paths": _list(p.Paths),
    "words": _list(p.Words, lambda child, at: _searched(child, at)),
    "date": _date_phrase,
    "dates": _list(p.Dates),
    "number": _number_phrase,
    "literal": _value,
    "value": _value,
    "code": _value,
    "options": _options,
    "option": _option,
    "terms": _list(p.Terms),
    "term": _term,
    "factor": _factor,
    "renames": _list(p.Renames),
    "rename_pair": _rename_pair,
    "aggregates": _aggregates,
    "statistic": lambda children, at: build(children[1], at),
    "rules": _list(p.Rules),
    "rule": _rule,
    "interval": _interval,
    "label_pairs": _list(p.LabelPairs),
    "label_pair": _label_pair,
    "levels": _list(p.Levels),
    "level": _level,
    "range": _range,
    "sentence": _sentence,
    "list": _list(p.Values, as_value),
    "file": lambda children, at: as_value(children[0], at),
}


def _searched(token: Token, at: int) -> p.Word:
    text = token.value[1:-1] if token.type == "STRING" else token.value
    return p.Word(text, span_of(token, at))
