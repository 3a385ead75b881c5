"""Both sides of the benchmark of tables find the same numbers."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import tables_job
from stopwatch import Stopwatch


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small databank, where the benchmark keeps its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables_job, "HERE", tmp_path_factory.mktemp("bench"))
        return tables_job.databank(6000)


def test_means_deviations_and_medians_agree(root: Path) -> None:
    mine, other = Stopwatch(), Stopwatch()
    table = tables_job.in_kohort("open", root, mine)[-1]
    frames = tables_job.in_polars(root, other)
    assert list(mine.seconds) == list(other.seconds) == list(tables_job.STEPS)
    found = {
        (row[0].code, column[0].code, row[-1].code): cell.v
        for row, line in zip(table.rows, table.cells, strict=True)
        for column, cell in zip(table.columns, line, strict=True)
    }
    assert len(found) > 350 * 3 * 3
    compared = 0
    for frame in frames:
        for line in frame.with_columns(
            pl.lit(None).alias(name) for name in {"municipality", "sex"} - set(frame.columns)
        ).iter_rows(named=True):
            for statistic in ("mean", "std", "p50"):
                if line[statistic] is not None:
                    value = found[line["municipality"], line["sex"], statistic]
                    assert value == pytest.approx(line[statistic], rel=1e-9)
                    compared += 1
    assert compared > 2500


def test_protection_hides_small_cells_only(root: Path) -> None:
    table = tables_job.in_kohort("default", root, Stopwatch())[-1]
    states = [cell.state for line in table.cells for cell in line]
    assert {"shown", "hidden"} <= set(states)
