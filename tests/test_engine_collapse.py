"""Group statistics of `collapse` against definitions written out in plain Python."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registers import Bank, dataset, ids, key_sum, values, variable
from written import expression

from kohort import wording
from kohort.engine.store import ColumnStore
from kohort.scope import Kind, Shape, Type, Variable

FAMILIES = {1: 10, 2: 10, 3: 20, 4: 20, 5: 20, 6: None, 7: 30, 8: 40}
WAGES = {1: 100, 2: 300, 3: 5, 4: 0, 5: 100, 6: 77, 7: None, 8: 9}


@pytest.fixture
def people(tmp_path: Path) -> ColumnStore:
    """Give eight people of four families, one person without a family, one without a wage."""
    bank = Bank(tmp_path / "bank")
    bank.fixed("sex", {i: str(i % 2) for i in FAMILIES}, "STRING")
    bank.fixed("fam", {i: f for i, f in FAMILIES.items() if f}, "LONG", pseudonym=True)
    bank.fixed("wage", {i: w for i, w in WAGES.items() if w is not None}, "LONG")
    everybody = bank.empty()
    for name in bank.entries:
        everybody = bank.imported(everybody, name)
    return everybody.with_column("half", expression("wage / 2"), Type.DECIMAL)


def gini(x: list[float]) -> float:
    """Give 2 sum(i x_i) / (n sum x) - (n + 1) / n with x ascending (language 3.4)."""
    n, total = len(x), sum(x)
    if not total:
        return math.nan
    ranked = sum(i * value for i, value in enumerate(sorted(x), 1))
    return 2 * ranked / (n * total) - (n + 1) / n


def iqr(x: list[float]) -> float:
    """Give the distance of the quartiles, by linear interpolation."""
    return float(np.quantile(x, 0.75) - np.quantile(x, 0.25))


def sebinomial(x: list[float]) -> float:
    """Give sqrt(p (1 - p) / n)."""
    p = sum(x) / len(x)
    return math.sqrt(p * (1 - p) / len(x)) if 0 <= p <= 1 else math.nan


def sd(x: list[float]) -> float:
    """Give the standard deviation with divisor n - 1."""
    return statistics.stdev(x) if len(x) > 1 else math.nan


BY_HAND: dict[str, Callable[[list[float]], float]] = {
    "mean": statistics.fmean,
    "min": min,
    "max": max,
    "sum": sum,
    "median": statistics.median,
    "count": len,
    "sd": sd,
    "semean": lambda x: sd(x) / math.sqrt(len(x)),
    "sebinomial": sebinomial,
    "iqr": iqr,
    "gini": gini,
}
EMPTY = {"sum": 0, "count": 0, "percent": 0.0}


@pytest.mark.parametrize("name", [*BY_HAND, "percent"])
@pytest.mark.parametrize("of", ["wage", "half"])
def test_statistics(people: ColumnStore, name: str, of: str) -> None:
    """One row per family; what a family without a wage has is missing, but for sums and counts."""
    found = people.collapsed("fam", [(name, of, "r")], "FAMILIE")
    assert ids(found) == [10, 20, 30, 40]
    groups = [[100, 300], [5, 0, 100], [], [9]]
    scale = 1 if of == "wage" else 2
    wanted: list[float | None] = []
    for group in groups:
        x = [w / scale for w in group]
        if name == "percent":
            # Seven people have a wage, one of them no family.
            wanted.append(100 * len(x) / 7)
        else:
            wanted.append(BY_HAND[name](x) if x else EMPTY.get(name))
    for value, right in zip(values(found, "r"), wanted, strict=True):
        if right is None or math.isnan(right):
            assert value is None
        else:
            assert value == pytest.approx(right, rel=1e-12)
    whole = name == "count" or (of == "wage" and name in ("sum", "min", "max"))
    assert all(isinstance(v, int if whole else float) for v in values(found, "r") if v is not None)


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers(-50, 2**40))), max_size=40
    )
)
@settings(max_examples=60, deadline=None)
def test_random_groups(rows: list[tuple[int, int | None]]) -> None:
    """Integers of any size: exact sums, and every statistic that plain Python gives."""
    made = [(i, None, group, None, x, None) for i, (group, x) in enumerate(rows)]
    people, _ = dataset(made, False, False)
    names = [name for name in BY_HAND if name != "sebinomial"]
    found = people.collapsed("b", [(name, "x", name) for name in names], "PERSON")
    groups: defaultdict[int, list[float]] = defaultdict(list)
    for group, x in rows:
        groups[group] += [] if x is None else [x]
    assert ids(found) == sorted(groups)
    for name in names:
        for group, value in zip(ids(found), values(found, name), strict=True):
            some = groups[group]
            right = BY_HAND[name](some) if some else EMPTY.get(name)
            if right is None or math.isnan(right):
                assert value is None
            else:
                exact = name in ("sum", "min", "max", "count")
                assert value == (right if exact else pytest.approx(right, rel=1e-9, abs=1e-6))


def test_new_units_have_keys_of_their_own(people: ColumnStore) -> None:
    """A family is no person, though its number is one."""
    found = people.collapsed("fam", [("count", "sex", "n")], "FAMILIE")
    size = found.size("", {})
    assert (size.n, size.sums) == (4, key_sum([10, 20, 30, 40], "FAMILIE"))
    assert size.sums != key_sum([10, 20, 30, 40], "PERSON")
    assert values(found, "n") == [2, 3, 1, 1]


def test_collapsing_by_the_key_itself(people: ColumnStore) -> None:
    """One row per person again; a sum over nothing is 0."""
    found = people.collapsed("PERSONID_1", [("sum", "wage", "w"), ("max", "half", "h")], "PERSON")
    assert ids(found) == list(FAMILIES)
    assert values(found, "w") == [w or 0 for w in WAGES.values()]
    assert values(found, "h") == [None if w is None else w / 2 for w in WAGES.values()]


def test_sums_that_64_bits_do_not_hold_are_missing(tmp_path: Path) -> None:
    """Two values of 2^62 are too much for one family."""
    bank = Bank(tmp_path / "bank")
    bank.fixed("x", {1: 2**62, 2: 2**62, 3: 2**62}, "LONG")
    bank.fixed("fam", {1: 1, 2: 1, 3: 2}, "LONG", pseudonym=True)
    people = bank.imported(bank.imported(bank.empty(), "x"), "fam")
    found = people.collapsed("fam", [("sum", "x", "s")], "FAMILIE")
    assert values(found, "s") == [None, 2**62]


def test_evidence_of_a_publication(people: ColumnStore) -> None:
    """A table by the new units, each variable once, texts as ones, and what was asked for."""
    specification = [("mean", "wage", "m"), ("max", "wage", "top"), ("count", "fam", "n")]
    evidence = people.collapse_evidence("sex", specification)
    frequencies = evidence.frequencies
    assert [tuple(item) for item in frequencies.options["specification"]] == specification
    assert evidence.statistics == ("mean", "max", "count")
    assert frequencies.axes[0].codes == ("0", "1")
    assert frequencies.cells[0,].n.tolist() == [4, 4]
    assert frequencies.cells[0,].sums.tolist() == [key_sum([2, 4, 6, 8]), key_sum([1, 3, 5, 7])]
    assert evidence.positions[0,].tolist() == [1, 0] * 4
    wage, fam = evidence.columns
    assert wage.x.tolist() == [100.0, 300.0, 5.0, 0.0, 100.0, 77.0, 9.0]
    assert (fam.variable.name, fam.x.tolist()) == ("fam", [1.0] * 7)
    assert fam.row is not None
    assert fam.row.tolist() == [0, 1, 2, 3, 4, 6, 7]


def test_published_numbers_as_a_dataset(people: ColumnStore) -> None:
    """Rows in ascending order of their codes; nobody's keys; NaN is missing; imports still join."""
    key = Variable("muni", Type.TEXT, wording.UNKNOWN)
    described = {n: variable(n, t) for n, t in (("m", Type.DECIMAL), ("n", Type.INTEGER))}
    shape = Shape("d", Kind.AGGREGATED, None, key, described, public=True)
    columns: dict[str, Any] = {"m": np.array([2.5, np.nan]), "n": np.array([12.0, 30.0])}
    found = people.from_published(shape, ["4601", "0301"], columns)
    assert (ids(found), values(found, "m"), values(found, "n")) == (
        ["0301", "4601"], [None, 2.5], [30, 12],
    )  # fmt: skip
    size = found.size("", {})
    assert (size.n, size.sums, size.public) == (2, 0, True)
    assert found.counts([key], False, (), {}).axes[0].codes == ("0301", "4601")
    assert {len(found.sampled(0.5, bucket).rows) for bucket in range(16)} > {1}
    empty = people.from_published(shape, [], {"m": np.array([]), "n": np.array([])})
    assert empty.size("", {}).n == 0
    source = replace(found, shape=replace(shape, name="s"))
    joined = people.with_column("muni", expression("'0301'"), Type.TEXT).joined(
        source, ["n"], "muni"
    )
    assert values(joined, "n") == [30] * 8
