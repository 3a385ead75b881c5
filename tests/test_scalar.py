"""Functions and operators on plain values: the reference's examples, and others worked by hand."""

from __future__ import annotations

import pytest
from written import EXAMPLES, expression

from kohort.scalar import Value, evaluate, written


@pytest.mark.parametrize(("text", "value"), EXAMPLES)
def test_examples(text: str, value: Value) -> None:
    """Each expression has the value that the reference or arithmetic by hand gives."""
    found = evaluate(expression(text), {"none": None})
    if isinstance(value, float):
        assert isinstance(found, float)
        assert found == pytest.approx(value, rel=1e-12)
    else:
        assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e14, "100000000000000"), (1.5e-5, "0.000015"), (1e-6, "1e-6"), (1e16, "1e+16"),
     (-0.0, "0"), (123456.789, "123456.789"), (1e15, "1000000000000000.0")],
)  # fmt: skip
def test_written_numbers(value: float, text: str) -> None:
    """A number is written the same way by the plain reference and by polars."""
    assert written(value) == text
