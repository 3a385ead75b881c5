"""Random scripts of data commands give what plain Python rows give."""

from __future__ import annotations

from pathlib import Path

import banks
import plain_rows
import pytest
from hypothesis import HealthCheck, given, settings
from plain_rows import Value, World

from kohort.assembly import new_session
from kohort.disclosure.released import Key, Table
from kohort.event import Result, Told

ASKED = "tabulate i {name}, missing nolabels"


@settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(plain_rows.sequences())
def test_every_value_is_the_plain_one(small_root: Path, world: World) -> None:
    session = new_session(banks.catalogue(small_root), "open")
    asked = [ASKED.format(name=name) for name in world.types if name != "i"]
    script = plain_rows.HEAD + "".join(f"{line}\n" for line in (*world.lines, *asked))
    events = list(session.run(script))
    errors = [event.diagnostic for event in events if isinstance(event, Told)]
    assert not errors, (world.lines, errors)
    tables = [e.released.content for e in events if isinstance(e, Result)]
    found = [content for content in tables if isinstance(content, Table)]
    names = [name for name in world.types if name != "i"]
    for name, table in zip(names, found, strict=True):
        right = {row["i"]: row[name] for row in world.rows}
        assert same(values(table), right), (world.lines, name)


def values(table: Table) -> dict[Value, Value]:
    """Give the value of each row of the dataset: where the 1 stands in a table by `i`."""
    return {
        code(row[0]): code(column[0])
        for row, cells in zip(table.rows, table.cells, strict=True)
        for column, cell in zip(table.columns, cells, strict=True)
        if cell.v == 1 and "total" not in {row[0].kind, column[0].kind}
    }


def code(key: Key) -> Value:
    """Give the value that a heading stands for."""
    return None if key.kind == "missing" else key.code


def same(found: dict[Value, Value], right: dict[Value, Value]) -> bool:
    """Tell whether both hold the same rows with the same values, decimals to the last digits."""
    return found.keys() == right.keys() and all(
        value == (pytest.approx(right[row], rel=1e-12) if type(value) is float else right[row])
        for row, value in found.items()
    )


def test_the_comparison_finds_a_wrong_value() -> None:
    right: dict[Value, Value] = {1: None, 2: 0.5, 3: "1"}
    assert same({1: None, 2: 0.5, 3: "1"}, right)
    assert not same({1: None, 2: 0.25, 3: "1"}, right)
    assert not same({1: 0, 2: 0.5, 3: "1"}, right)
    assert not same({1: None, 2: 0.5}, right)
