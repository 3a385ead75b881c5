"""Statistics requests against counting one by one in plain Python."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registers import TYPES, dataset, key_sum, variable

from kohort.diagnostic import NOWHERE
from kohort.engine import cells
from kohort.estimators.linear_model import LinearRegression
from kohort.phrases import Terms
from kohort.question import Question
from kohort.results import Cells, Frequencies
from kohort.scope import Labels, Type

ROW = st.tuples(
    st.integers(1, 9),
    st.sampled_from(["u", "v", "ø", None]),
    st.sampled_from([0, 1, 7, 100_000, None]),
    st.sampled_from([-0.5, 2.0, None]),
    st.sampled_from([-3, 0, 10, 2**40, None]),
    st.sampled_from([0.5, 1e6, None]),
)
ROWS = st.lists(ROW, max_size=25)


def cell_dictionary(counts: Frequencies, found: Cells) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Give the cells of a margin by their codes."""
    codes = [counts.axes[axis].codes for axis in found.axes]
    return {
        tuple(c[i] for c, i in zip(codes, place, strict=True)): (int(n), int(sums))
        for place, n, sums in zip(found.index, found.n, found.sums, strict=True)
    }


def counted_by_hand(
    rows: list[dict[str, Any]], by: list[str], subset: tuple[int, ...], missing: bool
) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Count distinct units one by one."""
    units: defaultdict[tuple[Any, ...], set[int]] = defaultdict(set)
    for row in rows:
        if missing or all(row[name] is not None for name in by):
            units[tuple(row[by[axis]] for axis in subset)].add(row["unit"])
    found = {cell: (len(some), key_sum(sorted(some))) for cell, some in units.items()}
    return found or ({} if subset else {(): (0, 0)})


@given(ROWS, st.sampled_from([[], ["a"], ["b", "a"], ["a", "b", "c"]]), *[st.booleans()] * 4)
@settings(max_examples=150, deadline=None)
def test_counts(
    rows: list[Any], by: list[str], missing: bool, repeated: bool, is_coded: bool, sparse: bool
) -> None:
    """Every margin counts distinct units, and its keys add up over distinct units."""
    people, known = dataset(rows, repeated, is_coded)
    axes = [variable(name, TYPES[name]) for name in by]
    with pytest.MonkeyPatch.context() as patch:
        if sparse and by:
            patch.setattr(cells, "_DENSE", -1000)
        counts = people.counts(axes, missing, ("freq",), {"top": 3})
    assert counts.options == {"top": 3}
    assert (counts.shape, counts.missing, counts.statistics) == (people.shape, missing, ("freq",))
    for axis, name in zip(counts.axes, by, strict=True):
        present = [code for code in axis.codes if code is not None]
        assert present == sorted(present), "ascending"
        assert None not in axis.codes[:-1], "missing last"
        seen = {row[name] for row in known if missing or all(row[n] is not None for n in by)}
        assert set(axis.codes) == seen, "nothing but what occurs"
    subsets = [s for width in range(len(by) + 1) for s in combinations(range(len(by)), width)]
    assert set(counts.cells) == set(subsets)
    for subset in subsets:
        found = counts.cells[subset]
        assert found.index.shape == (len(found.n), len(subset))
        kinds = [str(part.dtype) for part in (found.index, found.n, found.sums)]
        assert kinds == ["int32", "int64", "uint64"]
        assert found.index.tolist() == sorted(found.index.tolist())
        assert cell_dictionary(counts, found) == counted_by_hand(known, by, subset, missing)
        members_are_counted(counts, subset)


def members_are_counted(counts: Frequencies, subset: tuple[int, ...]) -> None:
    """The members of some cells are as many, and have the sums of keys, that the cells say."""
    found = counts.cells[subset]
    wanted = np.arange(len(found.n)) % 3 != 1
    assert counts.members is not None
    keys, place = counts.members(subset, wanted)
    sums = np.zeros(int(wanted.sum()), dtype=np.uint64)
    np.add.at(sums, place, keys)
    assert np.bincount(place, minlength=len(sums)).tolist() == found.n[wanted].tolist()
    assert sums.tolist() == found.sums[wanted].tolist()


@given(ROWS, st.sampled_from([[], ["a"], ["b", "a"]]), *[st.booleans()] * 3)
@settings(max_examples=80, deadline=None)
def test_magnitudes(
    rows: list[Any], by: list[str], missing: bool, repeated: bool, is_coded: bool
) -> None:
    """Positions lead each row to its cell in every margin; columns hold what is there."""
    people, known = dataset(rows, repeated, is_coded)
    axes = [variable(name, TYPES[name]) for name in by]
    of = [variable(name, TYPES[name]) for name in ("x", "y")]
    found = people.magnitudes(axes, of, missing, ("mean",), {})
    assert found.statistics == ("mean",)
    for subset, positions in found.positions.items():
        margin = found.frequencies.cells[subset]
        codes = [found.frequencies.axes[axis].codes for axis in subset]
        assert positions.dtype == np.int32
        for row, position in zip(known, positions.tolist(), strict=True):
            left_out = not missing and any(row[name] is None for name in by)
            assert (position == -1) == left_out
            if not left_out:
                place = margin.index[position]
                cell = [c[i] for c, i in zip(codes, place, strict=True)]
                assert cell == [row[by[axis]] for axis in subset]
    for column in found.columns:
        name = column.variable.name
        present = [i for i, row in enumerate(known) if row[name] is not None]
        assert column.x.tolist() == [known[i][name] for i in present]
        assert column.x.dtype == np.float64
        assert column.keys.tolist() == [key_sum([known[i]["unit"]]) for i in present]
        assert (column.row is None) == (len(present) == len(known))
        assert column.row is None or column.row.tolist() == present
        assert (column.units is not None) == repeated
        if column.units is not None:
            order = sorted({row["unit"] for row in known})
            assert column.units.tolist() == [order.index(known[i]["unit"]) for i in present]


@given(ROWS, st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_complete_cases_of_models(rows: list[Any], repeated: bool, is_coded: bool) -> None:
    """Only rows that have everything enter; factor codes ascend and all of them occur."""
    people, known = dataset(rows, repeated, is_coded)
    y, x, a, b = (variable(name, TYPES[name]) for name in "yxab")
    terms = Terms((), NOWHERE)
    question = Question(
        {"outcome": y},
        {"role": b},
        {"terms": terms},
        [x],
        [a, b],
        LinearRegression(),
        {"level": 90},
    )
    model = people.model_cases(question)
    complete = [r for r in known if all(r[name] is not None for name in "yxab")]
    assert model.columns["outcome"][1].tolist() == [r["y"] for r in complete]
    there = [i for i, row in enumerate(known) if row in complete]
    assert (list(range(len(known))) if model.row is None else model.row.tolist()) == there
    assert model.groups["role"].index.tolist() == model.factors["b"].index.tolist()
    assert model.continuous["x"][1].tolist() == [r["x"] for r in complete]
    for name in "ab":
        levels = model.factors[name]
        assert list(levels.codes) == sorted({r[name] for r in complete})
        assert [levels.codes[i] for i in levels.index] == [r[name] for r in complete]
        assert levels.index.dtype == np.int32
    assert model.keys.tolist() == [key_sum([r["unit"]]) for r in complete]
    assert (model.terms["terms"], dict(model.options)) == (terms, {"level": 90})
    assert (model.units is not None) == repeated


@given(ROWS)
@settings(max_examples=40, deadline=None)
def test_size_counts_units_not_rows(rows: list[Any]) -> None:
    """A unit with several rows counts once and its key is added once."""
    people, known = dataset(rows, True, False)
    units = sorted({row["unit"] for row in known})
    size = people.size("kept", {"dataset": "d"}, change=False)
    assert (size.n, size.sums) == (len(units), key_sum(units))
    assert (size.message, size.change, size.unit_type) == ("kept", False, "PERSON")


def test_codes_flagged_missing_count_as_missing() -> None:
    """In tables, summaries and models alike, and whether or not missing ones are shown."""
    rows = [(1, "u", 7, None, 10, None), (2, "v", 1, None, 0, None), (3, "u", None, None, -3, None)]
    people, _ = dataset(rows, False, True)
    flagged = replace(variable("b", Type.INTEGER), labels=Labels(((7, "?"),), frozenset({7})))
    counts = people.counts([flagged], False, (), {})
    assert (counts.axes[0].codes, counts.cells[0,].n.tolist()) == ((1,), [1])
    counts = people.counts([flagged], True, (), {})
    assert (counts.axes[0].codes, counts.cells[0,].n.tolist()) == ((1, None), [1, 2])
    (column,) = people.summary([flagged], ()).columns
    assert column.x.tolist() == [1.0]
    text = replace(variable("a", Type.TEXT), labels=Labels((), frozenset({"v"})))
    x = variable("x", Type.INTEGER)
    question = Question({"outcome": x}, {}, {}, [], [text], LinearRegression())
    model = people.model_cases(question)
    assert model.columns["outcome"][1].tolist() == [10.0, -3.0]
    assert model.factors["a"].codes == ("u",)


def test_results_show_nothing() -> None:
    """Neither a dataset nor a result has a text form that quotes data."""
    people, _ = dataset([(1, "canary", 7, 2.5, 10, 0.5)], False, False)
    a = variable("a", Type.TEXT)
    made = [people, people.rows, people.counts([a], False, (), {}), people.columns["a"]]
    made += [people.magnitudes([a], [variable("x", Type.INTEGER)], False, (), {})]
    for thing in made:
        assert "canary" not in repr(thing)


THREADS = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
import numpy as np, polars as pl
from registers import dataset, variable
from written import expression
from kohort.engine import evaluation
from kohort.scope import Type
evaluation._STRETCH = 500
rng = np.random.default_rng(5)
rows = [(int(u), str(a), int(b), float(c), int(x), float(y)) for u, a, b, c, x, y in zip(
    rng.permutation(20_000), rng.integers(0, 50, 20_000), rng.integers(0, 9, 20_000),
    rng.normal(size=20_000), rng.integers(0, 10**9, 20_000), rng.lognormal(8, 3, 20_000))]
people, _ = dataset(rows, False, True)
people = people.with_column("z", expression("y / (c + 3) * x"), Type.DECIMAL)
groups = people.collapsed("b", [(s, "z", s) for s in (
    "mean", "sd", "median", "gini", "sum", "iqr")], "PERSON")
counts = people.counts([variable("a", Type.TEXT), variable("b", Type.INTEGER)], False, (), {})
digest = hashlib.sha256()
for name in sorted(groups.columns):
    digest.update(groups.vector(name).spread().to_numpy().tobytes())
for subset in sorted(counts.cells):
    digest.update(counts.cells[subset].n.tobytes() + counts.cells[subset].sums.tobytes())
digest.update(people.summary([variable("z", Type.DECIMAL)], ()).columns[0].x.tobytes())
sys.stdout.write(f"{pl.thread_pool_size()} {digest.hexdigest()}")
"""


def test_answers_do_not_depend_on_the_number_of_threads() -> None:
    """The same bits with one, two and five threads."""
    answers = {}
    for count in ("1", "2", "5"):
        environment = {**os.environ, "POLARS_MAX_THREADS": count}
        done = subprocess.run(
            [sys.executable, "-c", THREADS, str(Path(__file__).parent)],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        used, digest = done.stdout.split()
        assert used == count
        answers[count] = digest
    assert len(set(answers.values())) == 1
