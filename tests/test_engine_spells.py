"""Spells and panels in the engine: files in any order, any period, any dates, by plain Python."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from registers import Bank, day, ids, values

from kohort.phrases import Date
from kohort.register import iso

DAYS = st.integers(-40, 60)
SPELLS = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from("abc"), DAYS, st.none() | st.integers(0, 40)),
    min_size=1, max_size=25,
)  # fmt: skip


def made(folder: str, rows: list[tuple[int, str, int, int | None]], temporality: Any) -> Bank:
    """Give a bank with one variable `V`; the last number of a row is the length of its spell."""
    bank = Bank(Path(folder) / "bank")
    dated = [(i, v, start, None if n is None else start + n) for i, v, start, n in rows]
    bank.spells("V", dated, "STRING", temporality)
    return bank


def at(days: int) -> Date:
    """Give a day as commands have it."""
    return day(iso(days))


@settings(max_examples=60, deadline=None)
@given(SPELLS, DAYS, st.integers(0, 30))
def test_spells_overlap_their_period(rows: list[Any], first: int, length: int) -> None:
    last = first + length
    with tempfile.TemporaryDirectory() as folder:
        bank = made(folder, rows, "EVENT")
        root: Any = SimpleNamespace(root=bank.root, name="bank")
        names = ("v", "START@v", "STOP@v")
        found = bank.empty().spells(root, bank.entries["V"], at(first), at(last), names)
        told = list(zip(ids(found), *(values(found, name) for name in names), strict=True))
    wanted = [
        (i, v, start, None if n is None else start + n)
        for i, v, start, n in rows
        if start <= last and (n is None or start + n >= first)
    ]
    assert sorted(told, key=repr) == sorted(wanted, key=repr)
    assert [(i, start) for i, _, start, _ in told] == sorted((i, s) for i, _, s, _ in wanted)


@settings(max_examples=60, deadline=None)
@given(SPELLS, st.lists(DAYS, min_size=1, max_size=5, unique=True))
def test_a_panel_has_a_row_for_every_unit_and_date(rows: list[Any], dates: list[int]) -> None:
    dates = sorted(dates)
    with tempfile.TemporaryDirectory() as folder:
        bank = made(folder, rows, "EVENT")
        root: Any = SimpleNamespace(root=bank.root, name="bank")
        variables = [(root, bank.entries["V"], "v")]
        found = bank.empty().panel(variables, [at(one) for one in dates], "t")
        told = list(zip(ids(found), values(found, "t"), values(found, "v"), strict=True))

    def in_force(unit: int, date: int) -> list[str]:
        return [
            v
            for i, v, start, n in rows
            if i == unit and start <= date and (n is None or start + n >= date)
        ]

    units = sorted({i for i, *_ in rows if any(in_force(i, date) for date in dates)})
    assert [(i, t) for i, t, _ in told] == [(i, t) for i in units for t in dates]
    for unit, date, value in told:
        # Spells of one unit do not overlap in a sound register; where they do, any one counts.
        current = in_force(unit, date)
        assert value in current if current else value is None
