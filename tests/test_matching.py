"""Finding units in other units: by position or by hash, the places are those of a dictionary."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort.engine.matching import places

FAR = 10**12


def expected(known: list[int], wanted: list[int | None]) -> list[int | None]:
    where = {unit: place for place, unit in enumerate(known)}
    return [None if unit is None else where.get(unit) for unit in wanted]


@st.composite
def ids(draw: st.DrawFn) -> tuple[list[int], list[int | None]]:
    """Draw known ids (dense, with gaps, far apart; in any order) and wanted ones."""
    low = draw(st.sampled_from([0, 1, -20, 7, FAR]))
    width = draw(st.integers(1, 60))
    inside = st.integers(low, low + width)
    known = draw(st.lists(inside, unique=True, min_size=1))
    if draw(st.booleans()):
        known = list(range(min(known), max(known) + 1))
    if draw(st.booleans()):
        known.sort()
    around = st.none() | st.integers(low - 5, low + width + 5) | st.sampled_from([-FAR, 2 * FAR])
    wanted = draw(st.lists(around))
    if draw(st.booleans()):
        wanted = [*sorted(unit for unit in wanted if unit is not None)]
    step = draw(st.sampled_from([1, 1_000_003]))
    return [step * unit for unit in known], [unit and step * unit for unit in wanted]


@given(ids())
def test_places_are_those_of_a_dictionary(drawn: tuple[list[int], list[int | None]]) -> None:
    known, wanted = drawn
    found = places(pl.Series(known), pl.Series(wanted, dtype=pl.Int64))
    if found is None:
        assert wanted == known
        return
    assert found.dtype == pl.UInt32
    assert found.to_list() == expected(known, wanted)


@pytest.mark.parametrize("step", [1, 3, FAR])
def test_ids_far_apart_are_found_too(step: int) -> None:
    known = [step * i for i in range(1, 40)]
    wanted = [step * 39, step * 40, None, 0, step]
    found = places(pl.Series(known), pl.Series(wanted))
    assert found is not None
    assert found.to_list() == [38, None, None, None, 0]
    found = places(pl.Series(known), pl.Series([0, step, step * 39 - 1, step * 39, step * 40]))
    assert found is not None
    before = 37 if step == 1 else None
    assert found.to_list() == [None, 0, before, 38, None]


def test_the_same_rows_need_no_places() -> None:
    assert places(pl.Series([4, 2]), pl.Series([4, 2])) is None
    assert places(pl.Series([4, 2]), pl.Series([2, 4])) is not None
    texts = pl.Series(["0301", "4601"])
    assert places(texts, texts.clone()) is None
