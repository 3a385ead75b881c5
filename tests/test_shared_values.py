"""Values that many rows share: what one person tells must not be told by all who have it."""

from __future__ import annotations

from pathlib import Path

import canary_bank
import polars as pl
import pytest
from replies import Reply, asked, cells_of, number, session_of
from test_canaries import CANARIES, leaving

from kohort.databank.definition import VariableDefinition
from kohort.databank.manifest import Manifest
from kohort.databank.writer import DatabankWriter
from kohort.session import Session


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def session(root: Path) -> Session:
    return session_of(root, "default")


def shown(reply: Reply) -> list[str]:
    return list(CANARIES.within(leaving(reply.events, "")))


STATISTICS = ("max", "min", "mean", "median", "sum", "sd", "gini", "iqr")


@pytest.mark.parametrize("by", ["home", "sex", "text", "born"])
def test_statistics_of_groups_are_those_of_a_collapse(session: Session, by: str) -> None:
    """Else the largest wage of a municipality would print, being that of everybody there."""
    results = " ".join(f"({name}) wage -> {name}" for name in STATISTICS)
    collapsed = asked(
        session, f"clone-dataset people groups\nuse groups\ncollapse {results}, by({by})\n"
        f"tabulate {by}, summarize({' '.join(STATISTICS)}) mean",
    ).table  # fmt: skip
    asked(session, f"use people\naggregate {results}, by({by})")
    for name in ("max", "mean", "gini"):
        reply = asked(session, f"tabulate {name}")
        assert reply.codes in ([], ["table-too-large"])
        assert shown(reply) == []
        told = {cell.v for (_, c), cell in cells_of(collapsed).items() if c == (name, "mean")}
        for (row, _), cell in cells_of(reply.table).items():
            if isinstance(row[0], (int, float)) and cell.v:
                assert any(v is not None and v == pytest.approx(row[0], rel=1e-12) for v in told)


def test_groups_of_few_have_no_value_unless_they_are_protected_units(session: Session) -> None:
    asked(session, "aggregate (mean) wage -> m (count) wage -> n, by(wage)")
    assert cells_of(asked(session, "summarize m").table)[("m",), ("n",)].v == 0
    asked(session, "aggregate (count) born -> size, by(family)")
    table = asked(session, "tabulate size").table
    assert number(table, 2) > 2900


def test_a_bisection_of_the_largest_wage_of_a_town_fails(session: Session) -> None:
    """Whether the largest wage of a place exceeds a limit was told by all who live there."""
    asked(session, "aggregate (max) wage -> top, by(home)")
    wages = canary_bank.wages()
    limit = int(sorted(wages)[-2]) + 1000
    table = asked(session, f"generate above = top > {limit}\ntabulate home above").table
    above = [c.v for (row, col), c in cells_of(table).items() if col == (1,) and row != ("total",)]
    assert not any(above)
    assert limit < canary_bank.GIANT


def test_what_a_person_says_is_not_copied_to_many(session: Session) -> None:
    """Five doctors have six hundred patients each."""
    script = (
        "clone-dataset people doctors\nuse doctors\nclone-variables wage -> of\n"
        "merge of into people on doctor\nuse people\n"
    )
    reply = asked(session, script + "tabulate of\nsummarize of\ntabulate home, summarize(of)")
    assert shown(reply) == []
    assert number(reply.tables[1], "of", "n") == 0
    values = {cell.v for (row, c), cell in cells_of(reply.tables[2]).items()}
    assert values == {None}


def test_what_a_mother_says_is_copied_to_her_children(session: Session) -> None:
    script = (
        "clone-dataset people mothers\nuse mothers\nclone-variables exact -> of\n"
        "merge of into people on mother\nuse people\nsummarize of"
    )
    assert number(asked(session, script).table, "of", "n") == pytest.approx(1500, abs=12)


def test_group_values_reach_many_rows_only_as_published_ones(session: Session) -> None:
    """By way of a collapse to the doctors and a merge back, too."""
    reply = asked(
        session,
        "clone-dataset people doctors\nuse doctors\ncollapse (max) wage -> of, by(doctor)",
    )
    assert reply.codes == ["population-too-small"]
    asked(session, "use people\naggregate (max) wage -> of (mean) wage -> m, by(doctor)")
    reply = asked(session, "tabulate of\ntabulate m")
    assert shown(reply) == []
    # Published: P95 of three digits, means of four.
    for (row, _), _ in cells_of(reply.tables[0]).items():
        assert (
            row[0] == "total"
            or f"{float(str(row[0])):.2e}" == f"{float(str(row[0])):.15g}"
            or (float(str(row[0])) == float(f"{float(str(row[0])):.2e}"))
        )


def test_under_open_aggregates_are_exact(tmp_path: Path) -> None:
    root = tmp_path / "open"
    manifest = Manifest(
        name=canary_bank.NAME, synthetic=True, seed=1, profiles=("open",), profile="open"
    )
    canary_bank.build(root, manifest)
    session = session_of(root)
    asked(session, "aggregate (max) wage -> top, by(sex)")
    codes = {row[0] for row, _ in cells_of(asked(session, "tabulate top").table)}
    assert canary_bank.GIANT in codes


# ---- rows that are published, and rows that are not


def test_protected_rows_do_not_get_among_published_ones(tmp_path: Path) -> None:
    root = tmp_path / "towns"
    writer = DatabankWriter(root, Manifest(name="no.towns", synthetic=True, seed=1))
    open_, closed = (
        VariableDefinition(f"T_{name}", name, "KOMMUNE", "FIXED", "LONG", sensitivity=name)
        for name in ("PUBLIC", "NONPUBLIC")
    )
    frame = pl.DataFrame({"unit_id": [f"{i:04d}" for i in range(300)], "value": range(300)})
    writer.add(open_, frame)
    writer.add(closed, frame)
    writer.release()
    head = "require no.towns:1 as db\ncreate-dataset towns\nimport db/T_PUBLIC as a\n"
    session = session_of(root, None, head)
    assert asked(session, "summarize a").codes == []
    assert asked(session, "import db/T_NONPUBLIC as b").codes == ["not-public"]
    other = session_of(root, None, head)
    reply = asked(other, "create-dataset closed\nimport db/T_NONPUBLIC as b")
    # Three hundred units are too few to be looked at under protection.
    assert reply.codes == ["population-too-small"]
