"""Operators and functions: the engine's columns agree with the plain reference on any values."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import EXAMPLES, expression

from kohort import expression as tree
from kohort.diagnostic import NOWHERE
from kohort.engine import evaluation, parting
from kohort.engine.evaluation import calculated, expression_of
from kohort.engine.parting import Seats
from kohort.engine.values import coded, from_codes, stored
from kohort.engine.vector import Vector
from kohort.function import Function, Parameter, functions
from kohort.scalar import Value, evaluate
from kohort.scope import Type

INTEGERS = [0, 1, -1, 2, 3, 7, -12, 2020, 16800, 2**31, -(2**40)]
HUGE = [2**61, 2**62, -(2**62), 2**63 - 1, -(2**63), 3 * 10**9]
DECIMALS = [0.0, 0.5, -0.5, 1.0, 2.5, -7.25, 0.01, 1e15, 123456.789, 1e300, 1e-300]
TEXTS = ["", "a", "ab", "abc", " b ", "0301", "12", "-1.5", "1e3", "ÆØÅæøå", "nan", "inf"]
COLUMNS = {
    "i": (pl.Int64, st.one_of(st.none(), st.sampled_from(INTEGERS), st.integers(-50, 50))),
    "j": (pl.Int64, st.one_of(st.none(), st.sampled_from(INTEGERS), st.integers(-50, 50))),
    "x": (pl.Float64, st.one_of(st.none(), st.sampled_from(DECIMALS))),
    "y": (pl.Float64, st.one_of(st.none(), st.sampled_from(DECIMALS))),
    "s": (pl.String, st.one_of(st.none(), st.sampled_from(TEXTS))),
    "t": (pl.String, st.one_of(st.none(), st.sampled_from(TEXTS))),
}
ROWWISE = sorted(n for n, f in functions().items() if f.elementwise and not f.rewritten)
Rows = list[dict[str, Value]]
ROWS = st.lists(
    st.fixed_dictionaries({name: values for name, (_, values) in COLUMNS.items()}),
    min_size=1, max_size=12,
)  # fmt: skip


def vectors(rows: Rows, how: str) -> dict[str, Vector]:
    """Give the columns plain, coded, or some of each."""
    made = {}
    for name, (dtype, _) in COLUMNS.items():
        vector = Vector(pl.Series([row[name] for row in rows], dtype=dtype))
        if how == "coded" or (how == "mixed" and name in "is"):
            vector = from_codes(coded(vector))
        made[name] = vector
    return made


def agree(written: tree.Expression, rows: Rows, how: str) -> None:
    """Check every row of an expression against the plain reference."""
    used = {name: v for name, v in vectors(rows, how).items() if name in names(written)}
    answer = calculated(expression_of(written), used, len(rows))
    series = answer.spread()
    found = series.to_list() * (len(rows) if answer.constant else 1)
    for row, value in zip(rows, found, strict=True):
        assert close(value, evaluate(written, row)), (row, value)


def names(written: tree.Expression) -> set[str]:
    """Give the variables of an expression."""
    from kohort import vocabulary

    return set(vocabulary.names(written))


def close(found: object, wanted: Value) -> bool:
    """Tell whether two values are the same, up to rounding and how flags are kept."""
    if isinstance(found, (bool, int, float)) and isinstance(wanted, (int, float)):
        return math.isclose(found, wanted, rel_tol=1e-10, abs_tol=1e-280)
    return found == wanted


# ---- random trees

Trees: TypeAlias = st.SearchStrategy[tree.Expression]

NUMBERS: Trees = st.deferred(
    lambda: st.one_of(
        st.sampled_from([tree.Name(n, NOWHERE) for n in "ijxy"]),
        st.sampled_from([tree.Literal(v, NOWHERE) for v in (*INTEGERS, *DECIMALS, 10**20)]),
        st.builds(tree.Unary, st.just("-"), NUMBERS, st.just(NOWHERE)),
        st.builds(tree.Binary, st.sampled_from("+-*/"), NUMBERS, NUMBERS, st.just(NOWHERE)),
        calls(["abs", "floor", "ceil", "int"], NUMBERS),
        calls(["rowmax", "rowmin", "rowtotal", "rowmean"], NUMBERS, NUMBERS),
        calls(["length"], TEXTUAL),
        FLAGS,
    )
)
TEXTUAL: Trees = st.deferred(
    lambda: st.one_of(
        st.sampled_from([tree.Name(n, NOWHERE) for n in "st"]),
        st.sampled_from([tree.Literal(v, NOWHERE) for v in TEXTS]),
        calls(["lower", "upper", "trim", "ltrim", "rtrim"], TEXTUAL),
        calls(["rowconcat"], TEXTUAL, TEXTUAL),
        calls(["string"], INTEGRAL),
        calls(["substr"], TEXTUAL, INTEGRAL, INTEGRAL),
    )
)
INTEGRAL: Trees = st.one_of(
    st.sampled_from([tree.Name(n, NOWHERE) for n in "ij"]),
    st.sampled_from([tree.Literal(v, NOWHERE) for v in (-3, -1, 0, 1, 2, 9)]),
)
FLAGS: Trees = st.deferred(
    lambda: st.one_of(
        st.builds(
            tree.Binary, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), NUMBERS, NUMBERS,
            st.just(NOWHERE),
        ),
        st.builds(tree.Binary, st.sampled_from(["==", "!="]), TEXTUAL, TEXTUAL, st.just(NOWHERE)),
        st.builds(tree.Binary, st.sampled_from("&|"), NUMBERS, FLAGS, st.just(NOWHERE)),
        st.builds(tree.Unary, st.just("!"), NUMBERS, st.just(NOWHERE)),
        calls(["sysmiss"], st.one_of(NUMBERS, TEXTUAL)),
        calls(["inrange"], NUMBERS, NUMBERS, NUMBERS),
        calls(["inlist"], TEXTUAL, TEXTUAL, TEXTUAL),
        calls(["startswith", "endswith"], TEXTUAL, TEXTUAL),
    )
)  # fmt: skip


def calls(words: list[str], *arguments: st.SearchStrategy[object]) -> st.SearchStrategy[tree.Call]:
    """Give calls of some functions."""
    return st.builds(
        tree.Call, st.sampled_from(words), st.tuples(*arguments), st.just(NOWHERE), st.just(NOWHERE)
    )


@given(st.one_of(NUMBERS, TEXTUAL, FLAGS), ROWS, st.sampled_from(["plain", "coded", "mixed"]))
@settings(max_examples=150, deadline=None)
def test_trees(written: tree.Expression, rows: Rows, how: str) -> None:
    """Random expressions on random values: engine and reference say the same."""
    agree(written, rows, how)


def arguments(parameter: Parameter) -> st.SearchStrategy[tree.Expression]:
    """Give leaves that fit a parameter."""
    kinds = {"integer": "ij", "text": "st", "alike": "st"}
    variables = kinds.get(parameter.takes.kind, "ijxy")
    literals = TEXTS if variables == "st" else INTEGERS
    return st.one_of(
        st.sampled_from([tree.Name(n, NOWHERE) for n in variables]),
        st.sampled_from([tree.Literal(v, NOWHERE) for v in literals]),
    )


@given(
    st.sampled_from([("+", operator.add), ("-", operator.sub), ("*", operator.mul)]),
    st.lists(st.sampled_from([*HUGE, 1, -1, 0, None]), min_size=1, max_size=6),
    st.sampled_from([*HUGE, 1, -1, 2]),
)
@settings(max_examples=200, deadline=None)
def test_integers_never_wrap(
    exact: tuple[tree.BinaryOperator, Callable[[int, int], int]], left: list[int | None], right: int
) -> None:
    """What 64 bits do not hold is missing, as with Python's unbounded integers."""
    written = tree.Binary(exact[0], tree.Name("i", NOWHERE), tree.Name("j", NOWHERE), NOWHERE)
    columns = {"i": Vector(pl.Series(left, dtype=pl.Int64))}
    columns["j"] = Vector(pl.Series([right] * len(left), dtype=pl.Int64))
    found = calculated(expression_of(written), columns, len(left)).spread().to_list()
    for a, value in zip(left, found, strict=True):
        wanted = None if a is None else exact[1](a, right)
        assert value == (wanted if wanted is None or -(2**63) <= wanted < 2**63 else None)


def _counts(function: Function) -> tuple[int, int]:
    most = function.most
    return function.least, function.least + 2 if most is None else most


@given(st.data(), ROWS, st.sampled_from(["plain", "coded", "mixed"]))
@settings(max_examples=20, deadline=None)
@pytest.mark.parametrize("name", ROWWISE)
def test_each_function(name: str, data: st.DataObject, rows: Rows, how: str) -> None:
    """Every function of the library that looks at its own row only."""
    function = functions()[name]
    count = data.draw(st.integers(*_counts(function)))
    given_ = []
    for position in range(count):
        parameter = function.parameter(position)
        assert parameter is not None
        given_.append(data.draw(arguments(parameter)))
    agree(tree.Call(name, tuple(given_), NOWHERE, NOWHERE), rows, how)


@pytest.mark.parametrize(("text", "value"), EXAMPLES)
def test_examples_on_columns(text: str, value: Value) -> None:
    """The examples of the reference, with one missing row beside a plain one."""
    written = expression(text)
    missing = Vector(pl.Series([None, None], dtype=pl.Int64))
    columns = {"none": missing} if "none" in text else {}
    answer = calculated(expression_of(written), columns, 2).spread().to_list()
    assert all(close(found, value) for found in answer)


@given(st.lists(st.one_of(st.none(), st.integers(-9, 9)), min_size=1), st.integers(2, 12))
@settings(max_examples=100, deadline=None)
def test_quantile_groups(values: list[int | None], count: int) -> None:
    """A value's group is how many of the quantiles between groups it exceeds (language 4.2)."""
    written = expression(f"quantile(i, {count})")
    column = Vector(pl.Series(values, dtype=pl.Int64))
    valid = sorted(value for value in values if value is not None)
    cuts = [_quantile(valid, k / count) for k in range(1, count)] if valid else []
    wanted = [None if v is None else sum(cut < v for cut in cuts) for v in values]
    public = Seats(None, None, pl.Series(np.zeros(len(values), dtype=np.uint64)), None, "all")
    for given_column in (column, from_codes(coded(column))):
        with parting.among(public):
            found = calculated(expression_of(written), {"i": given_column}, len(values), whole=True)
        assert found.spread().to_list() == wanted


def test_nobody_is_parted_by_exact_quantiles_by_oversight() -> None:
    """Where nobody said whose values they are, there are no groups at all."""
    with pytest.raises(LookupError):
        calculated(expression_of(expression("quantile(i, 2)")), {"i": Vector(pl.Series([1, 2]))}, 2)


def _quantile(ordered: list[int], share: float) -> float:
    return float(np.quantile(ordered, share))


def test_long_columns_are_cut_into_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows calculated in stretches are the rows calculated at once."""
    rows = 1000
    columns = {
        "i": Vector(pl.Series(range(rows)).set(pl.Series([k % 7 == 0 for k in range(rows)]), None)),
        "s": from_codes(coded(Vector(pl.Series([str(k % 5) for k in range(rows)])))),
    }
    written = expression("rowconcat(s, string(i))")
    whole = calculated(expression_of(written), columns, rows).spread()
    monkeypatch.setattr(evaluation, "_STRETCH", 64)
    assert calculated(expression_of(written), columns, rows).spread().equals(whole)
    flag = calculated(expression_of(expression("s == '3' & i > 5")), columns, rows)
    wanted = [k % 5 == 3 and k % 7 != 0 and k > 5 for k in range(rows)]
    assert stored(flag, Type.INTEGER, rows).spread().to_list() == [int(w) for w in wanted]


def test_one_coded_column_is_calculated_on_its_codes() -> None:
    """A statement about one coded column costs what its distinct values cost and stays coded."""
    column = from_codes(coded(Vector(pl.Series(["0301", "4601", None, "0301"]))))
    county = calculated(expression_of(expression("substr(s, 1, 2)")), {"s": column}, 4)
    assert county.codes is column.codes
    assert county.spread().to_list() == ["03", "46", None, "03"]


def test_deep_expressions_do_not_recurse() -> None:
    """A chain of five thousand additions is calculated."""
    written: tree.Expression = tree.Name("i", NOWHERE)
    for _ in range(5000):
        written = tree.Binary("+", written, tree.Literal(1, NOWHERE), NOWHERE)
    answer = calculated(expression_of(written), {"i": Vector(pl.Series([1, None]))}, 2)
    assert answer.spread().to_list() == [5001, None]
