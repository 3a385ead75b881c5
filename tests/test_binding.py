"""Bindings: values of `let`, joins, and statements with everything replaced (language 1.8)."""

from __future__ import annotations

from typing import Any

import pytest

from kohort.binding import bind, evaluate
from kohort.diagnostic import ScriptError, Span
from kohort.phrases import Word
from kohort.scope import BindingValue
from kohort.syntax import Statement, parse

SYMBOL = Word("wage", Span(0, 0))
BINDINGS: dict[str, BindingValue] = {
    "y": 2016, "år": 2020, "x": 1.5, "t": "text", "s": SYMBOL, "d": "2020-11-16", "kpi2020": 7,
}  # fmt: skip


def value(text: str) -> Any:
    """Give what a `let` binds."""
    (statement,) = parse(f"let v = {text}")
    assert isinstance(statement, Statement), statement
    return evaluate(statement.phrases[1], BINDINGS)


VALUES = [
    # as the language reference words them in 1.8, 3.6 and 4.8
    ("2020", 2020), ("0.5", 0.5), ("'a b'", "a b"), ("$y", 2016), ("$t", "text"),
    ("$y + 1", 2017), ("$y - 2000", 16), ("-$y", -2016), ("$y / 2", 1008.0), ("2 ^ 3", 8.0),
    ("$år-3", 2017), ("$y == 2016", 1), ("$t == 'text'", 1), ("1 < 2 & 3 < 2", 0),
    ("'a' ++ 'b'", "ab"), ("'inc' ++ $y", "inc2016"), ("$y ++ $y", "20162016"),
    ("$x * 2 ++ 'a'", "3a"), ("01 ++ ''", "1"), ("1.5 ++ '%'", "1.5%"),
    ("date_fmt(2020)", "2020-01-01"), ("date_fmt($y, 11, 16)", "2016-11-16"),
    ("date_fmt($y + 1, 2)", "2017-02-01"),
    ("to_int('100')", 100), ("to_int('0.5')", 0.5), ("to_str(5)", "5"), ("to_str(name)", "name"),
    ("bind(kpi ++ 2020)", 7), ("bind(y)", 2016), ("pi() > 3.14", 1), ("int(cos(0))", 1),
    ("round(2.5)", 3.0), ("substr('abc', 2, 1)", "b"), ("date(1970, 1, 2)", 1),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), VALUES, ids=[text for text, _ in VALUES])
def test_value(text: str, wanted: Any) -> None:
    assert value(text) == wanted
    assert isinstance(value(text), type(wanted))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sivstand", "sivstand"), ("to", "to"), ("$s", "wage"), ("wage ++ $y", "wage2016"),
        ("lonn ++ $y - 2000 ++ '_2'", "lonn16_2"), ("kurs++$y", "kurs2016"), ("$s ++ 1", "wage1"),
        ("to_symbol('v')", "v"), ("to_symbol('v' ++ $y)", "v2016"), ("bind(s)", "wage"),
    ],
)  # fmt: skip
def test_symbol(text: str, wanted: str) -> None:
    found = value(text)
    assert isinstance(found, Word)
    assert found.text == wanted


@pytest.mark.parametrize(
    ("text", "code", "marked", "hint"),
    [
        ("$z + 1", "unknown-binding", "$z", None),
        ("$y_2", "unknown-binding", "$y_2", "$y ++ '_2'"),
        ("$Y", "unknown-binding", "$Y", "'y'"),
        ("wage + 1", "symbol-as-value", "wage", "$wage"),
        ("sqrt(wage)", "symbol-as-value", "wage", None),
        ("1 / 0", "no-value", "1 / 0", None),
        ("ln(0 - 1)", "no-value", "ln(0 - 1)", None),
        (".", "no-value", ".", None),
        ("'a' + 1", "text-as-number", "'a'", None),
        ("sqr(4)", "unknown-function", "sqr", "'sqrt'"),
        ("to_int('x')", "not-a-number", "'x'", None),
        ("to_symbol('2x')", "not-a-name", "'2x'", None),
        ("date_fmt(2020, 13)", "not-a-date", "date_fmt(2020, 13)", None),
        ("date_fmt('2020')", "argument-type", "'2020'", None),
        ("date_fmt(1, 2, 3, 4)", "argument-count", "date_fmt(1, 2, 3, 4)", None),
        ("bind(nothing)", "unknown-binding", "bind(nothing)", None),
        ("'" + "a" * 6000 + "' ++ '" + "a" * 6000 + "'", "text-too-long", None, None),
    ],
)
def test_mistake(text: str, code: str, marked: str | None, hint: str | None) -> None:
    with pytest.raises(ScriptError) as caught:
        value(text)
    found = caught.value.diagnostic
    assert found.code == code, found
    script = f"let v = {text}"
    assert marked is None or script[found.span.start : found.span.end] == marked
    assert hint is None or hint in (found.hint or "")


# ---- statements


def bound(text: str) -> Any:
    """Give the command of one statement."""
    (statement,) = parse(text)
    assert isinstance(statement, Statement), statement
    return bind(statement, BINDINGS)


def test_names_everywhere() -> None:
    assert bound("generate a ++ $y = 1").target.text == "a2016"
    assert bound("generate lonn ++ $y - 2000 ++ '_2' = 1").target.text == "lonn16_2"
    assert bound("import db/X $d as wage ++ $y - 2000").new.text == "wage16"
    assert [w.text for w in bound("drop a++$y b++$y c").variables] == ["a2016", "b2016", "c"]
    assert bound("create-dataset p ++ $y").dataset.text == "p2016"
    assert bound("merge a++$y into $s on b++1").into.text == "wage"
    assert [w.text for w in bound("recode v++$y w (1 = 2)").variables] == ["v2016", "w"]
    (aggregate,) = bound("collapse (sum) a++$y -> b++$y, by(k)").aggregates
    assert (aggregate.variable.text, aggregate.new.text) == ("a2016", "b2016")
    options = bound("tabulate a, summarize(v++$y $s)").options
    assert [word.text for word in options.words("summarize")] == ["v2016", "wage"]
    assert bound("drop to_symbol('v') ++ 1").variables.items[0].text == "v1"
    assert bound("use ('a' ++ 'b')").dataset.text == "ab"


def test_dates() -> None:
    assert bound("import db/X $d").date.text == "2020-11-16"
    assert bound("import db/X date_fmt($y, 12, 31) as a").date.text == "2016-12-31"
    assert bound("import db/X '2020-01-31'").date.days == 18292
    assert bound("import db/X $y ++ '-01-01'").date.text == "2016-01-01"


def test_expressions() -> None:
    from kohort.expression import Binary, Literal, Name

    made = bound("generate a = wage++$y > $x & $s == $t if b++1 == bind(y)")
    assert isinstance(made.expression, Binary)
    left, right = made.expression.left, made.expression.right
    assert isinstance(left, Binary)
    assert isinstance(right, Binary)
    assert isinstance(left.left, Name)
    assert left.left.text == "wage2016"
    assert isinstance(left.right, Literal)
    assert left.right.value == 1.5
    assert isinstance(right.left, Name)
    assert right.left.text == "wage"
    assert isinstance(right.right, Literal)
    assert right.right.value == "text"
    assert made.condition.expression.right.value == 2016


def test_a_variable_in_a_binding_function_stays_a_variable() -> None:
    from kohort.expression import Call

    assert isinstance(bound("generate a = to_str(wage)").expression, Call)
    assert isinstance(bound("generate a = date_fmt(year(d))").expression, Call)
    assert bound("generate a = date_fmt($y)").expression.value == "2016-01-01"


def test_values_and_numbers() -> None:
    assert bound("sample $x $y").amount.value == 1.5
    (rule,) = bound("recode a ($y = $t)").rules
    assert (rule.left[0].value, rule.value.value) == (2016, "text")
    (pair,) = bound("define-labels a $y $t").pairs
    assert (pair.code, pair.label) == (2016, "text")
    (level,) = bound("for i in 2010 : $y").levels
    (span,) = level.lists[0]
    assert span.high.value == 2016
    assert bound("tabulate a, top($y)").options.number("top", 0) == 2016


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("use 'a'", "quoted-name", "'a'"),
        ("use $y", "not-a-name", "$y"),
        ("use 'a' ++ ' b'", "not-a-name", "'a' ++ ' b'"),
        ("use (a + 1)", "symbol-as-value", "a"),
        ("generate $z = 1", "unknown-binding", "$z"),
        ("import db/X $y", "not-a-date", "$y"),
        ("import db/X $t", "not-a-date", "$t"),
        ("import db/X date_fmt(2020, 2, 30)", "not-a-date", "date_fmt(2020, 2, 30)"),
        ("sample $t 1", "not-a-number", "$t"),
        ("keep if $z == 1", "unknown-binding", "$z"),
    ],
)
def test_misplaced_value(text: str, code: str, marked: str) -> None:
    with pytest.raises(ScriptError) as caught:
        bound(text)
    found = caught.value.diagnostic
    assert found.code == code, found
    assert text[found.span.start : found.span.end] == marked


def test_statements_without_bindings_are_made_as_they_are() -> None:
    (statement,) = parse("tabulate a b if c == 'x', missing")
    assert isinstance(statement, Statement)
    assert not statement.has_bindings
    assert bind(statement, {}).span == statement.span
