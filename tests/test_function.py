"""The functions' registry: signatures read from Python, and files that are refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kohort.function import (
    Alike,
    ConstantInteger,
    Flag,
    Number,
    Text,
    Widest,
    function,
    functions,
)


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = dict(functions())
    yield
    known = functions()
    assert isinstance(known, dict)
    known.clear()
    known.update(before)


def test_signature_becomes_the_function() -> None:
    @function
    def nearest_(x: Number, unit: ConstantInteger = 1) -> Widest:
        """The nearest multiple."""
        return x.rounded(unit)

    made = functions()["nearest"]
    assert made.signature == "nearest(x [, unit])"
    assert (made.least, made.most, made.rest) == (1, 2, None)
    assert made.result == "widest"
    assert made.doc == "The nearest multiple."
    assert made.elementwise
    second = made.parameter(1)
    assert second is not None
    assert second.takes.constant
    assert made.parameter(2) is None


def test_any_number_of_arguments_and_another_name() -> None:
    @function(name="Any", elementwise=False)
    def any_of(x: Alike, *others: Alike) -> Flag:
        """Whether one is."""
        return x.equals(others[0])

    made = functions()["Any"]
    assert made.signature == "Any(x, others ...)"
    assert (made.least, made.most, made.elementwise) == (1, None, False)
    assert made.parameter(17) is made.rest


def test_what_a_file_leaves_out_is_refused() -> None:
    def undocumented(x: Text) -> Text:
        return x

    def untyped(x) -> Text:  # type: ignore[no-untyped-def]
        """Nothing."""
        return x  # type: ignore[no-any-return]

    def plain(x: Text) -> str:
        """Nothing."""
        return ""

    def again(x: Text) -> Text:
        """Nothing."""
        return x

    with pytest.raises(TypeError, match="no docstring"):
        function(undocumented)
    with pytest.raises(TypeError, match="not an annotation"):
        function(untyped)
    with pytest.raises(TypeError, match="not an annotation"):
        function(plain)
    function(again)
    with pytest.raises(TypeError, match="defined twice"):
        function(again)


def test_every_function_of_the_library_is_complete() -> None:
    for name, made in functions().items():
        assert made.name == name
        assert made.doc.endswith("."), name
        assert made.subject.isidentifier()
