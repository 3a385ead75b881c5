"""The examples that a new user opens first run on the synthetic country, from start to end."""

from __future__ import annotations

from pathlib import Path

import banks
import pytest
from made_norway import Bank
from replies import Reply

from kohort import HOME
from kohort.assembly import new_session

EXAMPLES = sorted((HOME / "examples").glob("*.mdscript"))


def run(path: Path, root: Path) -> Reply:
    session = new_session(banks.catalogue(root), "default")
    return Reply(list(session.run(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs(path: Path, country_root: Path) -> None:
    reply = run(path, country_root)
    assert reply.codes == []
    assert reply.exit_code == 0
    assert reply.tables


def test_the_report_on_norway_shows_the_country(country_root: Path) -> None:
    reply = run(HOME / "examples" / "norway.mdscript", country_root)
    pyramid = next(table for table in reply.tables if len(table.rows) == 11)
    shown = pyramid.cells
    bank = Bank(country_root)
    status = bank.year("BEFOLKNING_STATUSKODE", 2023, "status")
    resident = status.filter(status["status"] == "1").join(bank.ages(2023), on="unit_id")
    ages = resident["age"]
    assert len(pyramid.columns) == 3
    # The last column holds men and women together; published counts are near the true ones.
    for place, low in enumerate(range(0, 90, 10)):
        count = ages.filter(ages.is_between(low, low + 9)).len()
        cell = shown[place][-1]
        assert isinstance(cell.v, int)
        assert abs(cell.v - count) <= 15
