"""What check says a script makes is what running it makes: kinds, units, variables, types."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import banks
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripts_by_check import MAKERS, Writer

from kohort.assembly import new_session
from kohort.command import DataCommand, commands
from kohort.event import Told
from kohort.scope import Kind, Shape, Type, Variable
from kohort.session import Session

DTYPES: dict[Type, set[Any]] = {
    Type.TEXT: {pl.String()},
    Type.INTEGER: {pl.Int64()},
    Type.DECIMAL: {pl.Float64()},
    Type.KEY: {pl.Int64(), pl.String()},
}
SEVERAL = {Kind.EVENT, Kind.PANEL}


def test_every_data_command_is_tried() -> None:
    changing = {name for name, command in commands().items() if issubclass(command, DataCommand)}
    written = " ".join(MAKERS) + " drop"
    assert changing <= set(written.split())


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_run_makes_what_check_says(small_root: Path, seed: int) -> None:
    predicted(small_root, seed, 12)


def predicted(root: Path, seed: int, length: int) -> list[str]:
    """Run a random script; after each statement compare all datasets with what check said."""
    writer = Writer(banks.catalogue(root), seed)
    session = new_session(banks.catalogue(root), "open")
    script = list(writer.head)
    for event in session.run("\n".join(script)):
        assert not wrong(event), script
    for _ in range(length):
        script.append(writer.statement())
        for event in session.run(script[-1]):
            assert not wrong(event), (script, event)
        compare(session, writer, script)
    return script


def wrong(event: Any) -> bool:
    return isinstance(event, Told) and event.diagnostic.severity != "notice"


def compare(session: Session, writer: Writer, script: list[str]) -> None:
    assert session.scope.active == writer.scope.active, script
    assert session.scope.datasets.keys() == writer.scope.datasets.keys() == session.datasets.keys()
    for name, shape in writer.scope.datasets.items():
        dataset: Any = session.datasets[name]
        try:
            assert described(session.scope.datasets[name]) == described(shape)
            assert described(dataset.shape) == described(shape)
            check_units(dataset, shape)
            assert set(dataset.columns) == set(shape.variables)
            for variable in shape.variables.values():
                check_column(dataset, variable)
        except AssertionError as error:
            raise AssertionError("\n".join([*script, f"-- dataset {name}"])) from error


def described(shape: Shape) -> tuple[Any, ...]:
    variables = [(v.name, v.type, v.labels, v.binary) for v in shape.variables.values()]
    return shape.name, shape.kind, shape.unit_type, shape.public, variables


def check_units(dataset: Any, shape: Shape) -> None:
    ids: pl.Series = dataset.rows.ids
    assert (shape.kind is Kind.EMPTY) == (shape.key is None)
    assert ids.is_sorted()
    assert not ids.null_count()
    if shape.kind not in SEVERAL:
        assert ids.n_unique() == len(ids)
    if shape.key is not None:
        assert ids.dtype in DTYPES[shape.key.type] or not len(ids)
        assert dataset.rows.unit_type == (None if shape.public else shape.unit_type)


def check_column(dataset: Any, variable: Variable) -> None:
    values: pl.Series = dataset.vector(variable.name).spread()
    assert values.dtype in DTYPES[variable.type], (variable, values.dtype)
    assert len(values) == len(dataset.rows) or dataset.vector(variable.name).constant
    known = values.drop_nulls()
    if variable.type is Type.DECIMAL:
        assert known.is_finite().all()
    if variable.binary:
        assert set(known.to_list()) <= {0, 1}, variable
    if variable.times:
        assert set(known.to_list()) <= {time for time, _ in variable.times}
    if variable.labels is not None:
        text = variable.type is Type.TEXT
        assert all(isinstance(code, str) == text for code, _ in variable.labels.pairs)


@pytest.mark.parametrize("seed", range(3))
def test_scripts_differ_and_reach_many_commands(small_root: Path, seed: int) -> None:
    text = "\n".join("\n".join(predicted(small_root, 100 * seed + i, 12)) for i in range(8))
    words = set(re.findall(r"^[a-z-]+", text, re.MULTILINE))
    assert len(words & set(commands())) > 18
