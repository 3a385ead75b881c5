"""Expressions written down: what is read back is the same expression."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort import expression as tree
from kohort.diagnostic import NOWHERE
from kohort.formatting import placeless
from kohort.phrases import Condition
from kohort.syntax import Statement, parse
from kohort.writing import titled, written


def read(text: str) -> tree.Expression:
    """Give the expression of `keep if ...`."""
    (found,) = parse(f"keep if {text}")
    assert isinstance(found, Statement), found
    condition = found.phrases[1]
    assert isinstance(condition, Condition)
    return condition.expression


@pytest.mark.parametrize(
    "text",
    [
        "sex == '1' & (age > 5 | !sysmiss(age))",
        "(x + 1) * 2 ^ -y ^ 2 - -z / (a - (b - c)) == .",
        "!(a == b) != (c == d)",
        'year(date@panel) >= 2000 & inlist(x, 1, 2.5, "it\'s")',
        "(a & b) == (-x) ^ 2",
    ],
)
def test_a_text_with_no_needless_parentheses_is_written_as_it_was(text: str) -> None:
    assert written(read(text)) == text


_LEAF = st.one_of(
    st.integers(0, 10**12).map(lambda value: tree.Literal(value, NOWHERE)),
    st.floats(0, 1e9, allow_nan=False).map(lambda value: tree.Literal(value, NOWHERE)),
    st.sampled_from(["a", "b", "START@x"]).map(lambda text: tree.Name(text, NOWHERE)),
    st.just(tree.Literal("t", NOWHERE)),
    st.just(tree.Missing(NOWHERE)),
)
_OPERATORS = st.sampled_from(["^", "*", "/", "+", "-", "==", "!=", "<", "<=", ">", ">=", "&", "|"])


def _larger(part: st.SearchStrategy[tree.Expression]) -> st.SearchStrategy[tree.Expression]:
    return st.one_of(
        st.builds(lambda o, x: tree.Unary(o, x, NOWHERE), st.sampled_from(["-", "!"]), part),
        st.builds(lambda o, x, y: tree.Binary(o, x, y, NOWHERE), _OPERATORS, part, part),
        st.builds(lambda x, y: tree.Call("f", (x, y), NOWHERE, NOWHERE), part, part),
    )


@given(st.recursive(_LEAF, _larger, max_leaves=12))
def test_what_is_written_reads_back(expression: tree.Expression) -> None:
    assert placeless(read(written(expression))) == placeless(expression)


def test_a_title_has_command_names_and_clause() -> None:
    condition = Condition(read("a>1"), NOWHERE)
    assert titled("ci", ("x", "y"), condition) == "ci x y if a > 1"
    assert titled("ci") == "ci"
