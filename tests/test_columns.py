"""The statistics of one column: what its limits come from, and what is worked out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kohort import wording
from kohort.disclosure.cell_numbers import CellNumbers
from kohort.disclosure.columns import CellStatistics, active, base_of
from kohort.disclosure.content import content_fingerprints
from kohort.disclosure.profile import load
from kohort.disclosure.released import Cell
from kohort.results import Column
from kohort.scope import Type, Variable

SECRET = b"columns-" * 4
WAGE = Variable("wage", Type.INTEGER, wording.source("db", "WAGE", None))
PROFILE = load("default")


def column(months: int, base_months: int | None = None) -> Column:
    """Give the wages of 500 units in so many months, and those of 700 as their base."""
    draw = np.random.default_rng(4)
    keys = draw.integers(0, 2**64, 700, dtype=np.uint64)
    wages = np.rint(draw.lognormal(10, 1, 700))
    units = np.arange(700)
    some = slice(None, 500)
    part = Column(
        WAGE,
        np.repeat(wages[some], months),
        np.repeat(keys[some], months),
        units=np.repeat(units[some], months) if months > 1 else None,
    )
    if base_months is None:
        return part
    whole = Column(
        WAGE,
        np.repeat(wages, base_months),
        np.repeat(keys, base_months),
        units=np.repeat(units, base_months) if base_months > 1 else None,
    )
    return replace(part, base=whole)


@pytest.mark.parametrize(("base_months", "units"), [(None, 500), (12, 700), (1, 700)])
def test_a_unit_counts_once_in_the_active_dataset(base_months: int | None, units: int) -> None:
    months = 12 if base_months is None else 3
    group = active(column(months, base_months))
    keys = np.unique(group.keys)
    assert group.n.tolist() == [units] == [len(keys)]
    assert group.sums.tolist() == [int(np.add.reduce(keys))]
    assert len(group.x) == units * (base_months or months)


def test_a_base_is_the_same_alone_and_beside_a_part_of_it() -> None:
    """Limits belong to the active dataset: what a condition leaves of it does not matter."""
    everyone = wording.EVERYBODY
    part = column(1, 12)
    assert part.base is not None
    found = base_of(SECRET, PROFILE, part, everyone)
    assert found == base_of(SECRET, PROFILE, replace(part.base, known={}), everyone)


def test_gini_is_worked_out_only_when_asked_for() -> None:
    one = column(1)
    base = base_of(SECRET, PROFILE, one, wording.EVERYBODY)
    plain, asked = (
        CellNumbers(
            CellStatistics(SECRET, PROFILE, one, base, None, 1, ["all"], WAGE.meaning, names),
            ("gini", "mean", "std"),
        )
        for names in ((), ("gini",))
    )
    assert plain.at("gini", 0).state == "hidden"
    assert 0.3 < (asked.at("gini", 0).v or 0) < 0.7
    assert plain.at("mean", 0) == asked.at("mean", 0)
    assert plain.at("std", 0) == asked.at("std", 0)
    assert plain.at("freq", 0) == asked.at("n", 0) == Cell(plain.n[0])


def test_what_is_settled_once_holds_for_the_same_question_only() -> None:
    one = column(1)
    first = base_of(SECRET, PROFILE, one, wording.EVERYBODY)
    again = replace(one, variable=WAGE)
    assert base_of(SECRET, PROFILE, again, wording.EVERYBODY) is first
    people = wording.EVERYBODY.keep(wording.present(wording.source("db", "SEX", None)))
    others = [
        base_of(b"another-" * 4, PROFILE, one, wording.EVERYBODY),
        base_of(SECRET, load("microdata-no"), one, wording.EVERYBODY),
        base_of(SECRET, PROFILE, replace(one, x=one.x * 2, known={}), wording.EVERYBODY),
    ]
    assert all(found.winsor != first.winsor for found in others)
    settled = len(one.known)
    base_of(SECRET, PROFILE, one, people)
    assert len(one.known) == settled + 1


def test_a_fingerprint_is_worked_out_once() -> None:
    """It depends on values and keys alone, so that all questions about them share it."""
    one = column(1)
    base_of(SECRET, PROFILE, one, wording.EVERYBODY)
    kept = dict(active(one).contents)
    assert list(kept) == [PROFILE.magnitudes.content_bits]
    fresh = active(replace(one, known={}))
    assert not fresh.contents
    assert content_fingerprints(fresh, 20) == kept[20]


def many(rows: int) -> tuple[Column, np.ndarray]:
    """Give wages of so many units, and the one of three cells that each is in."""
    draw = np.random.default_rng(8)
    keys = draw.integers(0, 2**64, rows, dtype=np.uint64)
    cell = draw.choice(3, rows, p=[0.7, 0.2995, 0.0005]).astype(np.int32)
    return Column(WAGE, draw.lognormal(10, 1, rows), keys), cell


@pytest.mark.parametrize("profile", ["default", "open"])
def test_what_is_asked_for_together_changes_no_number(profile: str) -> None:
    """Percentiles of large cells are found without sorting them, whatever else is asked for."""
    one, cell = many(60_000)
    rules = load(profile)
    base = base_of(SECRET, rules, one, wording.EVERYBODY)
    words = [f"cell {place}" for place in range(3)]

    def made(*names: str) -> CellNumbers:
        statistics = CellStatistics(SECRET, rules, one, base, cell, 3, words, WAGE.meaning, names)
        return CellNumbers(statistics, names)

    everything = ("mean", "std", "p1", "p5", "p25", "p50", "p75", "p95", "p99", "iqr")
    together = made(*everything)
    for name in everything:
        alone = made(name)
        assert [alone.at(name, k) for k in range(3)] == [together.at(name, k) for k in range(3)]
    sizes = np.bincount(cell)
    assert sizes.max() > 1 << 15
    if profile == "open":
        middle = [float(np.median(one.x[cell == k])) for k in range(3)]
        assert [together.at("p50", k).v for k in range(3)] == pytest.approx(middle, rel=1e-14)
