"""Types of expressions and what is wrong with them."""

from __future__ import annotations

from typing import Any, cast

import pytest

from kohort import limits, wording
from kohort.binding import substituted
from kohort.diagnostic import Diagnostic, ScriptError
from kohort.expression_types import Typed, condition_typed, typed
from kohort.scope import Labels, Scope, Shape, Type, Variable
from kohort.syntax import Statement, parse


def variable(name: str, type_: Type, **more: Any) -> Variable:
    """Give a variable whose meaning does not matter."""
    return Variable(name, type_, wording.UNKNOWN, **more)


@pytest.fixture
def scope() -> Scope:
    """Give a scope with one dataset of one variable of each type."""
    labels = Labels((("1", "Mann"), ("2", "Kvinne")))
    made = [
        variable("sex", Type.TEXT, labels=labels, binary=True),
        variable("age", Type.INTEGER, labels=Labels(((1, "Ung"),))),
        variable("wage", Type.DECIMAL),
        variable("dummy", Type.INTEGER, binary=True),
        variable("father", Type.KEY),
        variable("broken", Type.UNKNOWN),
        variable("START@job", Type.INTEGER),
    ]
    key = variable("PERSONID_1", Type.KEY)
    found = Scope(cast("Any", None))
    found.datasets["people"] = Shape("people", key=key, variables={v.name: v for v in made})
    found.active = "people"
    return found


def expression(text: str) -> Any:
    """Give the expression that a text says."""
    (statement,) = parse(f"generate x = {text}")
    assert isinstance(statement, Statement), statement
    return substituted(statement.phrases[1], {})


INTEGER, DECIMAL, TEXT = Typed(Type.INTEGER), Typed(Type.DECIMAL), Typed(Type.TEXT)
FLAG, UNKNOWN = Typed(Type.INTEGER, True), Typed(Type.UNKNOWN)

TYPES = [
    ("5", INTEGER), ("1", FLAG), ("0.5", DECIMAL), ("'a'", TEXT), (".", INTEGER),
    ("age", INTEGER), ("wage", DECIMAL), ("dummy", FLAG), ("broken", UNKNOWN),
    ("START@job", INTEGER),
    ("age + 1", INTEGER), ("age - 2 * age", INTEGER), ("age + wage", DECIMAL),
    ("age / 2", DECIMAL), ("age ^ 2", DECIMAL), ("-age", INTEGER), ("-wage", DECIMAL),
    ("dummy + dummy", INTEGER), ("broken + 1", UNKNOWN), ("broken / 1", DECIMAL),
    ("age == 1", FLAG), ("sex == '1'", FLAG), ("sex != sex", FLAG), ("age >= wage", FLAG),
    ("!dummy", FLAG), ("age & wage", FLAG), ("dummy | 0", FLAG), ("broken == 'x'", FLAG),
    ("(age == 1) + (age == 2)", INTEGER), ("sysmiss(sex) == 0", FLAG),
    ("int(wage)", INTEGER), ("sqrt(age)", DECIMAL), ("abs(age)", INTEGER), ("abs(wage)", DECIMAL),
    ("round(age)", INTEGER), ("round(age, 0.1)", DECIMAL), ("substr(sex, 1, 1)", TEXT),
    ("string(age)", TEXT), ("inlist(sex, '1', '2')", FLAG), ("inlist(age, 1, wage)", FLAG),
    ("inrange(age, 1, 2)", FLAG), ("date(2020, 1, age)", INTEGER), ("year(age)", INTEGER),
    ("rowmax(age, wage)", DECIMAL), ("rowmax(age, age)", INTEGER), ("rowmean(age, age)", DECIMAL),
    ("pi()", DECIMAL), ("date_fmt(2020)", TEXT), ("int(broken)", INTEGER),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), TYPES, ids=[text for text, _ in TYPES])
def test_type(scope: Scope, text: str, wanted: Typed) -> None:
    assert typed(expression(text), scope) == wanted


MISTAKES = [
    # text, code, what is marked, a part of the hint
    ("agee + 1", "unknown-variable", "agee", "'age'"),
    ("sqr(age)", "unknown-function", "sqr", "'sqrt'"),
    ("nothing(age)", "unknown-function", "nothing", None),
    ("sqrt(age, 1)", "argument-count", "sqrt(age, 1)", "sqrt(x)"),
    ("round()", "argument-count", "round()", "round(x [, unit])"),
    ("inlist(age)", "argument-count", "inlist(age)", "others ..."),
    ("substr(age, 1, 1)", "argument-type", "age", "string(age)"),
    ("sqrt(sex)", "argument-type", "sex", "'destring sex'"),
    ("date(wage, 1, 1)", "argument-type", "wage", "int(wage)"),
    ("sex + 1", "text-as-number", "sex", "rowconcat"),
    ("sex * 2", "text-as-number", "sex", "'destring sex'"),
    ("-sex", "text-as-number", "sex", "'destring sex'"),
    ("age * '2'", "text-as-number", "'2'", "drop the quotes: 2"),
    ("sex == 1", "text-and-number", "1", "quote the code: '1'"),
    ("age == '1'", "text-and-number", "'1'", "drop the quotes: 1"),
    ("'1' == age", "text-and-number", "'1'", "drop the quotes: 1"),
    ("age == sex", "text-and-number", "age", "'destring sex'"),
    ("inlist(sex, '1', 2)", "text-and-number", "2", "quote the code: '2'"),
    ("inlist(1, sex)", "text-and-number", "1", "quote the code: '1'"),
    ("sex < '3'", "text-compared", "sex", "'destring sex'"),
    ("age < '3'", "text-compared", "'3'", "drop the quotes: 3"),
    ("sex == 'Mann'", "label-compared", "'Mann'", "code: '1'"),
    ("age == 'Ung'", "label-compared", "'Ung'", "code: 1"),
    ("inlist(sex, 'Mann', 'Kvinne')", "label-compared", "'Mann'", "code: '1'"),
    ("sex & 1", "text-as-condition", "sex", "sex == '...'"),
    ("!'a'", "text-as-condition", "'a'", None),
    ("age == .", "missing-compared", ".", "sysmiss(age)"),
    ("age != .", "missing-compared", ".", "!sysmiss(age)"),
    ("age + .", "missing-compared", ".", "sysmiss"),
    ("inlist(age, 1, .)", "missing-compared", ".", "sysmiss"),
    ("father == 1", "pseudonym-used", "father", "'by'"),
    ("sysmiss(PERSONID_1)", "pseudonym-used", "PERSONID_1", "'by'"),
    ("to_symbol()", "argument-count", "to_symbol()", None),
]


@pytest.mark.parametrize(("text", "code", "marked", "hint"), MISTAKES, ids=lambda x: str(x)[:30])
def test_mistake(scope: Scope, text: str, code: str, marked: str, hint: str | None) -> None:
    with pytest.raises(ScriptError) as caught:
        typed(expression(text), scope)
    found = caught.value.diagnostic
    assert found.code == code, found
    script = f"generate x = {text}"
    assert script[found.span.start : found.span.end] == marked
    assert hint is None or hint in (found.hint or ""), found


def test_code_that_is_a_label_too_is_a_code(scope: Scope) -> None:
    labels = Labels((("1", "2"), ("2", "1")))
    shape = scope.datasets["people"]
    scope.update(shape.with_variables(variable("odd", Type.TEXT, labels=labels)))
    assert typed(expression("odd == '1'"), scope) == FLAG


def test_condition(scope: Scope) -> None:
    assert condition_typed(expression("wage"), scope) == DECIMAL
    for text, code in (("sex", "text-as-condition"), (".", "missing-compared")):
        with pytest.raises(ScriptError) as caught:
            condition_typed(expression(text), scope)
        assert caught.value.diagnostic.code == code


def test_long_list(scope: Scope) -> None:
    listed = ", ".join(map(str, range(limits.LIST)))
    assert typed(expression(f"inlist(age, {listed})"), scope) == FLAG
    with pytest.raises(ScriptError) as caught:
        typed(expression(f"inlist(age, {listed}, 1000)"), scope)
    assert caught.value.diagnostic.code == "list-too-long"


DEEP = [
    "!" * 190 + "age",
    "1 + " * 190 + "age",
    "- " * 190 + "age",
    "abs(" * 190 + "age" + ")" * 190,
    "2 ^ " * 190 + "age",
]


@pytest.mark.parametrize("text", DEEP, ids=["not", "plus", "minus", "call", "power"])
def test_the_deepest_expression_that_parses_is_walked(scope: Scope, text: str) -> None:
    from kohort.scalar import evaluate

    found = expression(text)
    typed(found, scope)
    wording.of_expression(found, scope.shape(found.span))
    evaluate(found, {"age": 1})


@pytest.mark.parametrize("part", ["!", "1 + ", "- ", "abs(", "2 ^ "])
def test_deeper_ones_do_not_parse(part: str) -> None:
    (found,) = parse(f"generate x = {part * 210}age{')' * 210 * part.endswith('(')}")
    assert isinstance(found, Diagnostic)
    assert found.code == "expression-too-large"
