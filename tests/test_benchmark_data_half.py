"""Both sides of the data half's benchmark find the same numbers."""

from __future__ import annotations

from pathlib import Path

import data_half
import data_half_peer
import households
import polars as pl
import pytest
from comparison import Measured
from run_data_half import between, table
from stopwatch import Stopwatch

from kohort.disclosure.released import Table


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("bench") / "households"
    households.write(root, 3000)
    return root


def figures(table: Table) -> dict[tuple[str, str], float | None]:
    return {
        (str(row[-1].code), str(column[-1].code)): cell.v
        for row, line in zip(table.rows, table.cells, strict=True)
        for column, cell in zip(table.columns, line, strict=True)
    }


@pytest.mark.parametrize("case", list(data_half.CASES))
def test_both_sides_agree(case: str, root: Path) -> None:
    released = data_half.run(case, root, Stopwatch(), "open")
    tables = [r.content for r in released if isinstance(r.content, Table)]
    answers = data_half_peer.run(case, root, Stopwatch())
    assert len(tables) == len(answers)
    found = figures(tables[0])
    assert answers[0]["n"].min() != 0
    names = ["mean", "std", "p25", "p50", "p75"]
    # Of a panel kohort tells the number of units, polars that of rows.
    names += [] if "panel" in case else ["n"]
    for line in answers[0].iter_rows(named=True):
        for name in names:
            assert found[line["variable"], name] == pytest.approx(line[name], rel=1e-9)


def test_months_agree(root: Path) -> None:
    case = "panel of jobs"
    (table,) = [
        r.content
        for r in data_half.run(case, root, Stopwatch(), "open")[1:]
        if isinstance(r.content, Table)
    ][-1:]
    _, means = data_half_peer.run(case, root, Stopwatch())
    assert means.schema["mean"] == pl.Float64
    found = {
        str(row[-1].code): line[0].v for row, line in zip(table.rows, table.cells, strict=True)
    }
    for month, mean in means.iter_rows():
        assert found[str(month)] == pytest.approx(mean, rel=1e-9)


def test_the_table_stands_between_its_markers() -> None:
    mine, other = Measured({"a": (3.0, 2.0)}, 10**9), Measured({"a": (2.0, 1.0)}, 2 * 10**9)
    text = table(1000, 1, {"a": (mine, other)})
    page = between("x\n<!-- measured: data half -->\nold\n<!-- end: data half -->\ny\n", text)
    assert "1 000 persons, one run" in page
    assert "| a | 3.00 | 2.00 | 1.5 | 2.00 | 1.00 | 2.0 | 1.00 | 2.00 | 0.5 |" in page
    assert "old" not in page
    assert page.endswith("<!-- end: data half -->\ny\n")
