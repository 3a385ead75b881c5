"""Every import line of the published scripts is answered: published_imports.txt lists them."""

from __future__ import annotations

from pathlib import Path

import pytest
from replies import Reply, session_of

from kohort.databank.definition import facts
from kohort.databank.synthetic.scope import simulated
from kohort.event import Told
from kohort.session import Session

# One line a variable: name, the commands that import it, the first and last date in scripts.
LINES = [
    line.split()
    for line in (Path(__file__).parent / "published_imports.txt").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="module")
def session(country_root: Path) -> Session:
    return session_of(country_root, "open", "require no.ssb.fdb:23 as db")


def statements(name: str, command: str, dates: list[str]) -> list[str]:
    fixed = facts()["variables"][name]["temp"] == "FIXED"
    if command == "import-panel":
        return [f"import-panel db/{name} {' '.join(dates)}"]
    if command == "import-event":
        return [f"import-event db/{name} {dates[0]} to {dates[-1]} as x"]
    return [f"import db/{name} as x"] if fixed else [f"import db/{name} {d} as x" for d in dates]


def test_the_list_is_the_whole_of_what_scripts_use() -> None:
    assert len(LINES) == 148
    assert {line[0] for line in LINES} <= simulated()
    kinds = {(facts()["variables"][n]["unit"], facts()["variables"][n]["temp"]) for n, *_ in LINES}
    assert len(kinds) == 12


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_an_import_line_answers(session: Session, line: list[str]) -> None:
    name, commands, *dates = line
    for command in commands.split(","):
        for statement in statements(name, command, dates):
            script = f"create-dataset d\n{statement}\ndelete-dataset d"
            reply = Reply(list(session.run(script)))
            assert reply.codes == [], statement
            assert reply.exit_code == 0
            assert max(reply.sizes) >= 5, statement


@pytest.mark.parametrize("version", [1, 12, 54, "40.2"])
def test_any_version_is_answered_and_the_notice_says_by_what(
    session: Session, version: object
) -> None:
    reply = Reply(list(session.run(f"require no.ssb.fdb:{version} as x{str(version)[:2]}")))
    assert reply.codes == []
    said = [event.diagnostic.message for event in reply.events if isinstance(event, Told)]
    assert len(said) == 1
    assert f"'no.ssb.fdb:{version}' is answered by the synthetic databank" in said[0]
