"""The prompt: driven through a real terminal, and its parts without one."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pexpect
import pytest
from engine_double import command
from prompt_double import CheckingSession
from stored_roots import make_root

from kohort.catalogue import Catalogue
from kohort.client import InProcess
from kohort.diagnostic import Diagnostic
from kohort.event import Finished, Told
from kohort.progress import bar, duration
from kohort.repl.assistance import assistance
from kohort.repl.blocks import indent, unfinished
from kohort.repl.desk import Desk
from kohort.repl.history import OwnHistory, history, holds_identity

# The bar at the bottom is drawn only in terminals that answer this.
_WHERE_IS_THE_CURSOR = r"\x1b\[6n"
REQUIRE = "require no.ssb.fdb:1 as db"


class Terminal:
    """A prompt in a terminal of 100 columns; `screen` is what it wrote, without escapes."""

    def __init__(self, folder: Path, bank: Path, call: str = "prompt") -> None:
        own = {"KOHORT_CONFIG": "config", "KOHORT_CACHE": "cache", "KOHORT_STATE": "state"}
        environment = {
            **os.environ,
            **{name: str(folder / place) for name, place in own.items()},
            "TERM": "xterm",
            "NO_COLOR": "1",
        }
        program, *arguments = command("prompt_double", call)
        self.folder = folder
        self.process = pexpect.spawn(
            program, [*arguments, str(bank)], env=environment, cwd=str(folder),
            encoding="utf-8", dimensions=(30, 100), timeout=10,
        )  # fmt: skip
        self.wait("Ctrl-D leaves")
        self.wait("kohort> ")

    def wait(self, text: str) -> str:
        """Wait for a text; gives what came before it, without escapes."""
        # Escapes may stand between any two words of a line that is being edited.
        words = r"(?:\x1b\[[0-9;?]*[A-Za-z]|\s)+".join(map(re.escape, text.split(" ")))
        before = ""
        while self.process.expect([words, _WHERE_IS_THE_CURSOR]) == 1:
            before += str(self.process.before)
            self.process.send("\x1b[2;1R")
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", before + str(self.process.before))

    def type(self, text: str) -> None:
        self.process.send(text)

    def run(self, line: str, answer: str) -> str:
        """Type a line, wait for the answer and the next prompt; gives what stood before it."""
        self.type(line + "\r")
        before = self.wait(answer)
        self.wait("kohort> ")
        return before

    def leave(self) -> int | None:
        self.type("\x04")
        self.process.expect(pexpect.EOF)
        self.process.close()
        status: int | None = self.process.exitstatus
        return status


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path, make_root(tmp_path / "bank"))
    yield made
    made.process.close(force=True)


# ---- in a terminal


def test_statements_run_and_mistakes_are_told_at_once(terminal: Terminal) -> None:
    terminal.run(REQUIRE, "ran require")
    terminal.run("create-dataset people", "ran create-dataset")
    terminal.run("import db/KJOENN as sex", "ran import")
    terminal.run("tabulate sx", "did you mean 'sex'?")
    terminal.run("tabulate sex", "ran tabulate")
    assert terminal.leave() == 0


def test_ctrl_c_stops_within_a_second_and_keeps_the_session(terminal: Terminal) -> None:
    terminal.run("create-dataset kept", "ran create-dataset")
    terminal.type("create-dataset slow\r")
    terminal.wait("Ctrl-C stops")
    started = time.monotonic()
    terminal.type("\x03")
    terminal.wait("stopped; the session is as it was")
    assert time.monotonic() - started < 1
    terminal.wait("kohort> ")
    terminal.run("use slow", "there is no dataset 'slow'")
    terminal.run("use kept", "ran use")


def test_a_dead_engine_is_replaced(terminal: Terminal) -> None:
    terminal.run("create-dataset kept", "ran create-dataset")
    terminal.run("create-dataset fatal", "the engine stopped")
    terminal.run("use kept", "ran use")


def test_ctrl_c_clears_a_line_and_ctrl_d_leaves(terminal: Terminal) -> None:
    terminal.type("nonsense")
    terminal.wait("nonsense")
    terminal.type("\x03")
    terminal.wait("kohort> ")
    terminal.run("create-dataset a", "ran create-dataset")
    assert terminal.leave() == 0


def test_enter_goes_on_inside_a_block(terminal: Terminal) -> None:
    terminal.run("create-dataset a", "ran create-dataset")
    terminal.type("for x in 1 : 3\r")
    terminal.wait("...>")
    terminal.type("let y = $x\r")
    terminal.run("end", "ran let")


def test_ctrl_r_searches_the_history_and_enter_takes_what_it_finds(terminal: Terminal) -> None:
    terminal.run("create-dataset abacus", "ran create-dataset")
    terminal.run("create-dataset other", "ran create-dataset")
    terminal.type("\x12")
    terminal.wait("backward")
    terminal.type("abac")
    terminal.wait("us")
    terminal.type("\r")
    time.sleep(0.2)
    terminal.type("\r")
    terminal.wait("a dataset 'abacus' exists already")


def test_tab_completes_and_menus_explain(terminal: Terminal) -> None:
    terminal.run(REQUIRE, "ran require")
    terminal.run("create-dataset people", "ran create-dataset")
    terminal.type("import db/KJO")
    terminal.wait("PERSON, Kjønn")
    terminal.type("\t")
    time.sleep(0.3)
    terminal.run(" as sex", "ran import")
    terminal.type("keep if sex == '")
    terminal.wait("Mann")
    terminal.wait("Kvinne")


def test_f1_explains_the_word_under_the_cursor(terminal: Terminal) -> None:
    terminal.type("tabulate")
    time.sleep(0.2)
    terminal.type("\x1bOP")
    terminal.wait("Count")


def test_the_bar_names_bank_profile_and_dataset(terminal: Terminal) -> None:
    terminal.run(REQUIRE, "ran require")
    terminal.type("create-dataset people\r")
    terminal.wait("ran create-dataset")
    terminal.wait("db: no.ssb.fdb 1.0.0.0 | profile default | people, 0 variables")


def test_run_stops_before_the_failed_statement_and_save_writes_a_script(
    terminal: Terminal,
) -> None:
    script = "create-dataset one\ncreate-dataset two\nuse nowhere\ncreate-dataset three\n"
    (terminal.folder / "s.mdscript").write_text(script, "utf-8")
    terminal.type("run s.mdscript\r")
    terminal.wait("line 3")
    terminal.wait("there is no dataset 'nowhere'")
    terminal.wait("kohort> ")
    terminal.run("use two", "ran use")
    terminal.run("use three", "there is no dataset 'three'")
    terminal.run("history", "ran history")
    terminal.run("save out", "3 statements saved")
    saved = (terminal.folder / "out.mdscript").read_text("utf-8")
    assert saved == "create-dataset one\ncreate-dataset two\nuse two\n"
    terminal.run("save out", "exists already")
    terminal.run("run missing.mdscript", "cannot be read")


def test_the_history_is_private_and_holds_no_identities(terminal: Terminal) -> None:
    terminal.run("create-dataset a", "ran create-dataset")
    terminal.run("use 01019912345", "cannot stand here")
    assert terminal.leave() == 0
    file = terminal.folder / "state" / "history"
    assert file.stat().st_mode & 0o777 == 0o600
    kept = file.read_text("utf-8")
    assert "create-dataset a" in kept
    assert "01019912345" not in kept


# ---- without one


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("tabulate x", False),
        ("", False),
        ("for x in 1 2", True),
        ("for x in 1 2\n  let y = $x", True),
        ("for x in 1 2\n  let y = $x\nend", False),
        ("textblock", True),
        ("textblock\nfor x\n", True),
        ("textblock\nfor x\nendblock", False),
        ("keep if a == 1 \\", True),
        ("keep if a == 1 \\\n", False),
        ("keep if a == 1 \\\n & b == 2", False),
        ("frobnicate (", False),
    ],
)
def test_a_block_is_open_until_it_is_closed(text: str, open_: bool) -> None:
    assert unfinished(text) is open_


def test_lines_inside_a_block_are_indented() -> None:
    assert indent("for x in 1 2") == "  "
    assert indent("for x in 1 2\n  let y = 1") == "  "
    assert indent("keep if a \\") == ""


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("keep if x == '01019912345'", True),
        ("keep if x == 010199-1234", True),
        ("keep if x == '19990101-1234'", True),
        ("keep if x == 974760673", True),
        ("keep if wage > 1000000", False),
        ("import db/X 2020-12-31", False),
        ("generate d = 20201231", False),
    ],
)
def test_what_looks_like_an_identity_number_is_seen(text: str, identity: bool) -> None:
    assert holds_identity(text) is identity


def test_a_history_that_cannot_be_kept_stays_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("KOHORT_STATE", str(tmp_path / "file" / "below"))
    kept = history()
    kept.append_string("create-dataset a")
    assert kept.get_strings() == ["create-dataset a"]
    OwnHistory(str(tmp_path / "no" / "folder")).store_string("create-dataset a")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("KOHORT_CONFIG", str(tmp_path / "config"))
    bank = str(make_root(tmp_path / "bank"))
    with closing(InProcess(CheckingSession((bank,)))) as client:
        yield Desk(client, Catalogue.configured([bank]))


def codes(desk: Desk, text: str) -> list[str | int]:
    found: list[str | int] = []
    for event in desk.run(text):
        if isinstance(event, Told):
            found.append(event.diagnostic.code)
        if isinstance(event, Finished):
            found.append(event.exit_code)
    return found


def test_the_desk_follows_what_took_effect(desk: Desk) -> None:
    assert codes(desk, "create-dataset a") == [0]
    assert codes(desk, "use b") == ["unknown-dataset", 1]
    assert codes(desk, "create-dataset b\ncreate-dataset b\ncreate-dataset c") == [
        "dataset-exists",
        1,
    ]
    assert list(desk.scope.datasets) == ["a", "b"]
    assert desk.scope.active == "b"
    assert desk.client.statements == ("create-dataset a", "create-dataset b")


def test_a_wrong_statement_is_never_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def sent(*_: object) -> None:
        pytest.fail("it was sent")

    monkeypatch.setattr(desk.client, "run", sent)
    assert codes(desk, "use nowhere") == ["unknown-dataset", 1]


def test_assistance_knows_commands_functions_variables_and_keys(desk: Desk) -> None:
    for line in (REQUIRE, "create-dataset people", "import db/KJOENN as sex"):
        assert codes(desk, line)[-1] == 0
    assert "tabulate VARIABLE ..." in assistance("tabulate", "tabulate", desk.scope, "en")
    assert "missing" in assistance("tabulate sex", "", desk.scope, "en")
    assert assistance("keep if inlist", "inlist", desk.scope, "en").startswith("inlist(")
    assert assistance("tabulate sex", "sex", desk.scope, "en").splitlines()[1:] == [
        "  1  Mann",
        "  2  Kvinne",
    ]
    assert "Ctrl-R" in assistance("", "", desk.scope, "en")
    assert "høyrepil" in assistance("", "", desk.scope, "nb")


# ---- progress


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.2, "1 s"), (12, "12 s"), (185, "3 min 5 s"), (7440, "2 h 4 min")],
)
def test_a_duration_is_said_as_people_say_it(seconds: float, told: str) -> None:
    assert duration(seconds) == told


def test_a_bar_shows_share_and_remaining_time() -> None:
    line = bar(0.25, 10, "wages", 100)
    assert line == "[#######.....................]  25 % wages, 30 s left"
    assert "left" not in bar(0.25, 0.1, "wages", 100)
    assert bar(1, 10, "done", 100) == f"[{'#' * 28}] 100 % done"
    assert len(bar(0.5, 10, "x" * 200, 60)) < 60


def test_notices_do_not_keep_the_scope_back(desk: Desk) -> None:
    notice = Diagnostic("x", "y", severity="notice")
    desk.scope.report(notice)
    assert codes(desk, "create-dataset a") == [0]
    assert "a" in desk.scope.datasets
