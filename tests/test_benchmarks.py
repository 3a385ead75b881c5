"""The benchmarks measure the same work: both sides of the core job find the same numbers."""

from __future__ import annotations

import core_job
import peer
import people
import pytest
from comparison import Comparison, Measured, written
from run import between
from stopwatch import Stopwatch

from kohort.disclosure.released import Content, Model, Table

PERSONS = 8000


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Content], peer.Answers]:
    root = tmp_path_factory.mktemp("bench") / "people"
    people.write(root, PERSONS)
    mine, other = Stopwatch(), Stopwatch()
    released = core_job.run(root, mine, "open")
    answers = peer.run(root, other)
    assert list(mine.seconds) == list(other.seconds) == list(core_job.STEPS)
    results = [result.content for result in released]
    return [found for found in results if isinstance(found, (Table, Model))], answers


def figures(table: Table) -> dict[tuple[object, ...], float]:
    """Give the numbers of a table by the codes of row and column, totals left out."""
    return {
        tuple(key.code for key in (*row, *column)): cell.v
        for row, line in zip(table.rows, table.cells, strict=True)
        for column, cell in zip(table.columns, line, strict=True)
        if cell.v is not None and not any(key.kind == "total" for key in (*row, *column))
    }


def test_there_are_356_municipalities() -> None:
    assert len(set(people.municipalities())) == 356


@pytest.mark.parametrize("place", [0, 1])
def test_counts_agree(both: tuple[list[Content], peer.Answers], place: int) -> None:
    table = both[0][place]
    assert isinstance(table, Table)
    expected = (both[1].by_place_and_sex, both[1].by_civil_and_sex)[place]
    counted = {key: n for key, n in figures(table).items() if n}
    assert counted == {(code, sex): n for code, sex, n in expected.rows()}
    assert sum(counted.values()) > PERSONS / 3


def test_grouped_means_agree(both: tuple[list[Content], peer.Answers]) -> None:
    table = both[0][2]
    assert isinstance(table, Table)
    found = figures(table)
    for line in both[1].wages.iter_rows(named=True):
        for mine, other in (("mean", "mean"), ("std", "std"), ("p50", "p50")):
            if line[other] is not None:
                value = found[line["municipality"], mine]
                assert value == pytest.approx(line[other], rel=1e-9)


def test_summaries_agree(both: tuple[list[Content], peer.Answers]) -> None:
    table = both[0][3]
    assert isinstance(table, Table)
    found = figures(table)
    for line in both[1].summary.iter_rows(named=True):
        for name in ("mean", "std", "n", "p1", "p25", "p50", "p75", "p99"):
            assert found[line["variable"], name] == pytest.approx(line[name], rel=1e-9)


def test_regressions_agree(both: tuple[list[Content], peer.Answers]) -> None:
    model = both[0][4]
    assert isinstance(model, Model)
    printed = {
        row[-1].code: [cell.v for cell in line]
        for row, line in zip(model.table.rows, model.table.cells, strict=True)
        if row[-1].kind == "term"
    }
    statistics = [column[-1].code for column in model.table.columns]
    estimate, error = statistics.index("coef"), statistics.index("se")
    assert len(printed) > 300
    for name, values in printed.items():
        assert isinstance(name, str)
        assert values[estimate] == pytest.approx(both[1].coefficients[name], rel=1e-6, abs=1e-6)
        assert values[error] == pytest.approx(both[1].errors[name], rel=1e-6)


def test_the_table_stands_between_its_markers() -> None:
    steps = dict.fromkeys(core_job.STEPS, (2.0, 3.0))
    halves = dict.fromkeys(core_job.STEPS, (1.0, 2.0))
    mine = Measured.best([Measured(steps, 2_000_000_000), Measured(steps, 1)])
    sizes = [Comparison(n, mine, Measured(halves, 10**9), 3) for n in (1000, 10_000_000)]
    text = written(sizes, (1.0, 2.0), "today")
    page = between("a\n<!-- measured -->\nold\n<!-- end -->\nb\n", text)
    assert page.startswith("a\n<!-- measured -->\n\ntoday\n\n1 000 persons, best of 3 runs")
    assert "| summarize | 2.00 | 1.00 | 2.0 | 3.00 | 2.00 | 1.5 |\n" in page
    assert "| all | 10.00 | 5.00 | 2.0 | 15.00 | 10.00 | 1.5 |\n" in page
    assert "| peak memory, GB | 2.00 | 1.00 | 2.0 |  |  |  |\n" in page
    assert "| regress | 2.00 | 1.00 | 2.0 | 3.00 | 2.00 | 1.5 | 4.0 |\n" in page
    assert (
        "| step | kohort wall | polars wall | ratio | kohort CPU | polars CPU | ratio |\n" in page
    )
    assert "old" not in page
    assert page.endswith("<!-- end -->\nb\n")
