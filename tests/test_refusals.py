"""Too few people: populations that are refused, what stays, and how a script ends."""

from __future__ import annotations

from pathlib import Path

import canary_bank
import polars as pl
import pytest
from replies import Reply, asked, cells_of, form, session_of

from kohort.disclosure.released import Table
from kohort.session import Session

CONNECT = f"require {canary_bank.NAME}:1 as db\ncreate-dataset people\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("refusals"))


@pytest.fixture
def session(root: Path) -> Session:
    return session_of(root, "default")


REFUSED = {
    "import": CONNECT.replace("people", "few") + "import db/K_FEW as few",
    "import of events": "create-dataset few\n"
    "import-event db/K_FEW_SPELL 2020-01-01 to 2021-12-31 as spell",
    "import of a panel": "create-dataset few\nimport-panel db/K_FEW 2021-06-30",
    "keep": "keep if born > 199301",
    "drop": "drop if born < 199301",
    "drop nearly all": "drop if !sysmiss(wage) | sex == '1'",
    "sample": "sample 0.2 1",
    "outer join": "create-dataset few\nimport db/K_FEW as few, outer_join",
    "collapse to families": "keep if born > 197701\ncollapse (mean) wage, by(family)\n",
    "collapse to mothers": "keep if wage > 1450000\ncollapse (mean) wage, by(mother)\n",
}


@pytest.mark.parametrize("script", REFUSED.values(), ids=REFUSED)
def test_a_population_under_the_floor_is_refused(script: str, session: Session) -> None:
    before = form(asked(session, "use people\ndatasets\nsummarize\ntabulate home"))
    reply = asked(session, f"{script}\nsummarize")
    assert reply.codes == ["population-too-small"]
    assert reply.exit_code == 2
    (refusal,) = reply.told
    assert not any(character.isdigit() for character in refusal.message + (refusal.hint or ""))
    # Nothing ran after it, since it would have been about other people.
    assert not any(isinstance(released.content, Table) for released in reply.released)
    if not script.startswith("keep if born > 197701") and "wage > 1450000" not in script:
        after = form(asked(session, "use people\ndatasets\nsummarize\ntabulate home"))
        assert after[2:] == before[2:]


def test_a_refused_keep_leaves_the_numbers_as_they_were(session: Session) -> None:
    before = asked(session, "tabulate home sex\nsummarize").tables
    assert asked(session, "keep if home == '0101'").codes == ["population-too-small"]
    assert asked(session, "tabulate home sex\nsummarize").tables == before


def test_the_floor_is_judged_on_what_is_published(session: Session, root: Path) -> None:
    """Allowed exactly where the number that a table prints is at least 1 010."""
    seen = set()
    for year in range(1972, 1984):
        condition = f"born > {year}00"
        table = asked(session, f"generate y = {condition}\ntabulate y\ndrop y").table
        count = cells_of(table)[(1,), ("freq",)].v or 0
        reply = asked(session_of(root, "default"), f"keep if {condition}")
        assert (reply.codes == []) == (count >= 1010)
        assert reply.sizes[-1:] == ([count] if count >= 1010 else [])
        seen.add(count >= 1010)
    assert seen == {True, False}


def test_a_refused_table_lets_the_script_go_on(session: Session) -> None:
    reply = asked(session, "regress wage i.sex if home == '0129'\ntabulate sex")
    assert reply.codes == ["SDC-M1"]
    assert isinstance(reply.released[-1].content, Table)
    assert reply.exit_code == 2


def test_a_mistake_outranks_a_refusal(session: Session) -> None:
    reply = asked(session, "regress wage exact if home == '0129'\ntabulate nothing")
    assert (reply.codes[0], reply.exit_code) == ("SDC-M1", 1)


def test_batch_runs_nothing_where_something_is_wrong(session: Session) -> None:
    reply = Reply(list(session.run("tabulate sex\ntabulate nothing")))
    assert reply.released == []
    assert reply.exit_code == 1


def test_a_record_without_a_value_is_none(root: Path, tmp_path: Path) -> None:
    """`import` and `keep if !sysmiss` have one wording, so they must have one set."""
    damaged = canary_bank.canary_bank(tmp_path)
    (file,) = (damaged / "data" / "K_EXACT").rglob("*.parquet")
    frame = pl.read_parquet(file)
    empty = pl.Series([None, float("nan"), float("inf")] * 20, dtype=pl.Float64)
    values = pl.concat([empty, frame["value"].slice(60)])
    frame.with_columns(values.alias("value")).write_parquet(file)
    session = session_of(damaged, "default", CONNECT + "import db/K_EXACT as exact")
    before = asked(session, "datasets\nsummarize exact").table
    kept = asked(session, "keep if !sysmiss(exact)\nsummarize exact")
    assert kept.sizes == [cells_of(before)[("exact",), ("n",)].v]
    assert kept.table == before
    assert kept.sizes[0] == pytest.approx(canary_bank.PERSONS - 60, abs=10)


# ---- without a floor


def test_danish_5_has_no_floor_but_for_samples(root: Path) -> None:
    session = session_of(root, "danish-5")
    assert asked(session, "keep if born > 199301\ntabulate sex").codes == []
    session = session_of(root, "danish-5")
    assert asked(session, "sample 0.2 1").codes == ["population-too-small"]


def test_microdata_no_refuses_edits_of_few(root: Path) -> None:
    session = session_of(root, "microdata-no")
    assert asked(session, "replace wage = 1 if text == 'nobody'").codes == []
    homes = cells_of(asked(session, "tabulate home").table)
    home = next(row[0] for (row, _), cell in homes.items() if cell.v is not None and cell.v < 10)
    few = asked(session, f"replace wage = 1 if home == '{home}'")
    assert few.codes == ["edit-too-small"]
    assert few.exit_code == 2


# ---- collapses to units that are not protected


def test_small_groups_of_a_collapse_are_missing(root: Path) -> None:
    session = session_of(root, "default")
    table = cells_of(asked(session, "tabulate home").table)
    script = (
        "collapse (mean) wage (count) exact -> n (sum) exact -> s (max) born -> top "
        "(percent) exact -> p (gini) wage -> g, by(home)\n"
    )
    reply = asked(session, script + "tabulate home, summarize(n s top p g wage) mean")
    small = [row[0] for (row, _), cell in table.items() if cell.v is not None and cell.v < 10]
    assert small
    groups = {row for row, _ in cells_of(reply.table)}
    for home in small:
        for (row, column), cell in cells_of(reply.table).items():
            if row == (home,):
                assert cell.state == "missing", (row, column)
    assert {(code,) for code in ("98Q6", "98Q7", "98Q8")}.isdisjoint(groups)


def test_what_is_merged_into_published_rows_must_be_published(root: Path) -> None:
    """Rows of municipalities print as they are; protected values must not get among them."""
    session = session_of(root, "default")
    reply = asked(
        session,
        "clone-dataset people towns\nuse towns\ncollapse (mean) wage, by(home)\n"
        "use people\nmerge exact into towns on home",
    )
    assert reply.exit_code == 1
    assert "not-public" in reply.codes
