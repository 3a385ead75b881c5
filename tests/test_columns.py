"""The statistics of one column: what its limits come from, and what is worked out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kohort import wording
from kohort.disclosure.columns import CellStatistics, active, base_of
from kohort.disclosure.profile import load
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
    return replace(
        part,
        base_x=np.repeat(wages, base_months),
        base_keys=np.repeat(keys, base_months),
        base_units=np.repeat(units, base_months) if base_months > 1 else None,
    )


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
    assert part.base_x is not None
    assert part.base_keys is not None
    whole = Column(WAGE, part.base_x, part.base_keys, units=part.base_units)
    assert base_of(SECRET, PROFILE, part, everyone) == base_of(SECRET, PROFILE, whole, everyone)


def test_gini_is_worked_out_only_when_asked_for() -> None:
    one = column(1)
    base = base_of(SECRET, PROFILE, one, wording.EVERYBODY)
    plain, asked = (
        CellStatistics(SECRET, PROFILE, one, base, None, 1, ["all"], WAGE.meaning, names)
        for names in ((), ("gini",))
    )
    assert plain.moments.gini is None
    assert plain.at("gini", 0).state == "hidden"
    assert 0.3 < (asked.at("gini", 0).v or 0) < 0.7
    assert plain.at("mean", 0) == asked.at("mean", 0)
    assert plain.at("std", 0) == asked.at("std", 0)
