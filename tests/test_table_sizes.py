"""Which codes of a table are shown, how large it may be, and what that costs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from kohort import wording
from kohort.diagnostic import NOWHERE
from kohort.disclosure.counted import Counted, known_codes
from kohort.disclosure.counts import published_counts
from kohort.disclosure.frequencies import MOST_CELLS, table_of_counts
from kohort.disclosure.keys import Secret
from kohort.disclosure.profile import Profile, load
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released import Table
from kohort.results import Axis, Cells, Frequencies
from kohort.scope import Code, Kind, Labels, Shape, Type, Variable

DEFAULT, OPEN = load("default"), load("open")
SECRET = Secret(bytes(range(32)))


def axis(place: int, found: tuple[Code | None, ...], **details: Any) -> Axis:
    meaning = wording.source("bank", f"v{place}", None)
    return Axis(Variable(f"v{place}", Type.INTEGER, meaning, **details), found)


def listed(place: int, size: int) -> Axis:
    return axis(place, tuple(range(size)), codes=tuple(range(size)))


def counted(axes: tuple[Axis, ...], n: Any, options: Mapping[str, Any]) -> Frequencies:
    """Give a table in which every combination occurs, with made-up sums of keys."""
    sizes = tuple(len(one.codes) for one in axes)
    n = np.asarray(n, dtype=np.int64).reshape(sizes)
    generator = np.random.default_rng(1)
    sums = generator.integers(0, 2**63, sizes).astype(np.uint64)
    cells = {}
    for width in range(len(sizes) + 1):
        for subset in combinations(range(len(sizes)), width):
            gone = tuple(a for a in range(len(sizes)) if a not in subset)
            shape = tuple(sizes[a] for a in subset)
            places = np.indices(shape).reshape(width, -1) if subset else np.zeros((0, 1))
            index = places.T.astype(np.int32)
            cells[subset] = Cells(
                subset, index, n.sum(axis=gone).reshape(-1), sums.sum(axis=gone).reshape(-1)
            )
    shape_ = Shape("people", Kind.CROSS_SECTION, "PERSON")
    return Frequencies(shape_, axes, cells, False, ("freq",), options)


def table(profile: Profile, axes: tuple[Axis, ...], n: Any = 50, **options: Any) -> Table | str:
    sizes = tuple(len(one.codes) for one in axes)
    raw = counted(axes, np.broadcast_to(n, sizes), options)
    try:
        return table_of_counts(SECRET, profile, raw, NOWHERE)
    except RefusedError as refused:
        return refused.diagnostic.code


# ---- codes


def test_codes_are_known_from_lists_labels_and_scripts() -> None:
    codes = (0, 1, 2, None)
    assert known_codes(axis(0, codes)).tolist() == [False, False, False, True]
    assert known_codes(axis(0, codes, codes=(1,))).tolist() == [False, True, False, True]
    labels = Labels(((2, "two"),))
    assert known_codes(axis(0, codes, labels=labels)).tolist() == [False, False, True, True]
    assert known_codes(axis(0, codes, binary=True)).tolist() == [True, True, False, True]


def test_listed_codes_are_shown_from_five_and_values_from_ten() -> None:
    n = np.arange(1, 400) % 40
    for details, least in (({"codes": tuple(range(399))}, 5), ({}, 10)):
        one = axis(0, tuple(range(399)), **details)
        raw = counted((one,), n, {})
        cells = raw.cells[(0,)]
        words = [
            raw.shape.population.wording(wording.code_cell(one.variable.meaning, code))
            for code in one.codes
        ]
        published = published_counts(SECRET, DEFAULT.counts, cells.sums, cells.n, words)
        wanted = published >= least
        if least == 10:
            wanted &= n >= 5
        assert Counted(SECRET, DEFAULT, raw).shown[0] == tuple(np.flatnonzero(wanted).tolist())
        assert 100 < wanted.sum() < 399


def test_a_value_of_one_person_is_never_a_row() -> None:
    """Of ten thousand singletons some forty would be published as five or more."""
    one = axis(0, tuple(range(10_000)))
    raw = counted((one,), np.ones(10_000), {})
    assert Counted(SECRET, DEFAULT, raw).shown == ((),)
    known = counted((listed(0, 10_000),), np.ones(10_000), {})
    assert 10 < len(Counted(SECRET, DEFAULT, known).shown[0]) < 90
    assert len(Counted(SECRET, OPEN, raw).shown[0]) == 10_000


# ---- sizes


@pytest.mark.parametrize(
    ("sizes", "options", "rows"),
    [
        ((500,), {}, 501),
        ((501,), {}, None),
        ((100, 50), {}, 101),
        ((101, 50), {}, None),
        ((101, 50), {"top": 100}, 101),
        ((600, 8), {}, None),
        ((600, 8), {"bottom": 7}, 8),
        ((10, 501), {"top": 1}, None),
        ((25, 4, 20), {}, 501),
        ((3, 3, 3, 3), {}, 28),
        ((2, 2, 2, 2, 2), {}, None),
    ],
)
def test_what_is_displayed_is_limited(
    sizes: tuple[int, ...], options: dict[str, int], rows: int | None
) -> None:
    found = table(
        DEFAULT, tuple(listed(place, size) for place, size in enumerate(sizes)), **options
    )
    if rows is None:
        assert found == "table-too-large"
    else:
        assert isinstance(found, Table)
        assert len(found.rows) == rows


@pytest.mark.parametrize("profile", [DEFAULT, OPEN], ids=["default", "open"])
def test_what_is_worked_out_is_limited(profile: Profile) -> None:
    assert MOST_CELLS == 200_000
    assert isinstance(table(profile, (listed(0, 400), listed(1, 500)), top=3), Table)
    assert table(profile, (listed(0, 401), listed(1, 500)), top=3) == "table-too-large"


def test_folded_codes_do_not_count() -> None:
    n = np.zeros((2000, 300), dtype=np.int64)
    n[:90, :40] = 60
    found = table(DEFAULT, (listed(0, 2000), listed(1, 300)), n)
    assert isinstance(found, Table)
    assert len(found.rows) == 91


def test_two_hundred_thousand_cells_take_a_few_seconds() -> None:
    axes = (listed(0, 446), listed(1, 448))
    raw = counted(axes, np.full((446, 448), 30), {"top": 5})
    began = time.process_time()
    table_of_counts(SECRET, DEFAULT, raw, NOWHERE)
    # 1.5 s on an idle core of 2025; four times that where others work beside it.
    assert time.process_time() - began < 6


def test_limits_are_of_the_profile() -> None:
    wide = replace(DEFAULT, counts=replace(DEFAULT.counts, max_categories=502))
    assert isinstance(table(wide, (listed(0, 502),)), Table)
