"""Paging in the prompt: only what does not fit the screen, only where there is a pager."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pexpect
import pytest

from kohort.__main__ import main
from kohort.disclosure import released as module
from kohort.disclosure.released import Cell, Context, Key, Note, Released, Status, Table
from kohort.event import Result
from kohort.output import TextOutput, look_at
from kohort.render import Look, render
from kohort.repl.pager import Pages, fits, pager

SEAL: Any = vars(module)["_SEAL"]
CONTEXT = Context("strict", "", ("db:1",), "d", "PERSON", missing="left_out")


def table(rows: int, columns: int) -> Table:
    """Give a table of counts."""
    return Table(
        "wide",
        (Key("variable", "a"),),
        tuple((Key("code", f"row {r}"),) for r in range(rows)),
        tuple((Key("code", f"column {c}"),) for c in range(columns)),
        tuple(tuple(Cell(1000 * r + c) for c in range(columns)) for r in range(rows)),
        (Note("parts_may_not_add"),),
    )


class Screen:
    """A stream of a terminal of 100 columns and 30 lines, and what the pager was given."""

    def __init__(self, folder: Path, code: int = 0) -> None:
        self.kept = folder / "paged"
        program = f"import sys; open({str(self.kept)!r}, 'a').write(sys.stdin.read())"
        self.command = [sys.executable, "-c", f"{program}; sys.exit({code})"]
        self.stream = StringIO()
        look = Look(width=100, context=True)
        self.output = TextOutput(self.stream, self.stream, look, "")
        self.pages = Pages(self.output, self.command, contextlib.nullcontext)

    def show(self, content: Table | Status) -> None:
        self.pages.put(Result(Released(SEAL, content, CONTEXT)))

    @property
    def paged(self) -> str:
        return self.kept.read_text("utf-8") if self.kept.exists() else ""


@pytest.fixture(autouse=True)
def size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_: os.terminal_size((100, 30)))


def test_what_fits_is_written_at_once(tmp_path: Path) -> None:
    screen = Screen(tmp_path)
    screen.show(table(5, 4))
    screen.show(Status("kept", {"dataset": "d"}, {"units": Cell(5)}))
    assert screen.paged == ""
    assert "row 4" in screen.stream.getvalue()


def test_a_wide_table_is_paged_whole(tmp_path: Path) -> None:
    """Its lines are not cut into blocks: the reader scrolls; the note about it still wraps."""
    screen = Screen(tmp_path)
    screen.show(table(5, 30))
    lines = screen.paged.splitlines()
    assert len(lines) == 8
    assert "column 0" in lines[1]
    assert "column 29" in lines[1]
    assert "4 029" in lines[6]
    assert screen.stream.getvalue() == "disclosure profile: strict\n"


def test_a_long_table_is_paged(tmp_path: Path) -> None:
    screen = Screen(tmp_path)
    screen.show(table(200, 2))
    assert len(screen.paged.splitlines()) == 203


def test_a_pager_that_fails_loses_nothing(tmp_path: Path) -> None:
    """The result is written as it would be without one."""
    screen = Screen(tmp_path, code=3)
    screen.show(table(5, 30))
    assert "column 29" in screen.stream.getvalue()
    assert max(map(len, screen.stream.getvalue().splitlines())) <= 100


@pytest.mark.parametrize(
    ("lines", "fit"),
    [
        (["x" * 100] * 28, True), (["x" * 101], False), (["x"] * 29, False), ([], True),
        (["\x1b[1m" + "x" * 100 + "\x1b[0m"], True), (["ø" * 100], True), (["中" * 51], False),
    ],
)  # fmt: skip
def test_escapes_and_wide_signs_are_measured_as_they_look(lines: list[str], fit: bool) -> None:
    assert fits(lines, 100, 30) is fit


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"PAGER": f"{shlex.quote(sys.executable)} -c ''"}, [sys.executable, "-c", ""]),
        ({"PAGER": ""}, []), ({"PAGER": "cat"}, []), ({"PAGER": "no-such-program-here"}, []),
        ({"PAGER": "'"}, []), ({"PAGER": sys.executable, "TERM": "dumb"}, []),
    ],
)  # fmt: skip
def test_the_pager_is_the_users(
    variables: dict[str, str], found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert pager() == found


def test_a_terminal_has_all_thousands_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points stay under one another; a year is no amount; a pipe keeps numbers as they were."""
    rows = (1234567.5, -45678.0, 1956.0)
    means = Table(
        "",
        (Key("variable", "a"),),
        tuple((Key("code", f"r{place}"),) for place in range(len(rows))),
        ((Key("statistic", "mean"),),),
        tuple((Cell(value),) for value in rows),
    )
    terminal = StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    released = Released(SEAL, means, Context())
    lines = render(released, look_at(terminal, "en")).splitlines()
    assert lines[1:] == ["r0 | 1 234 567.5", "r1 |   -45 678", "r2 |      1956"]
    assert "1234567.5" in render(released, look_at(StringIO(), "en"))


def test_a_pipe_gets_no_colours_and_no_cuts() -> None:
    """A stream that is no terminal has no width, so that nothing is paged either."""
    look = look_at(StringIO(), "en")
    assert (look.width, look.color) == (None, False)
    lines = render(Released(SEAL, table(2, 40), CONTEXT), look).splitlines()
    assert "column 39" in lines[1]
    assert "\x1b" not in "".join(lines)


def test_no_color_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`--no-color` does what the environment's NO_COLOR does, before or behind the command."""
    script = tmp_path / "a.mdscript"
    script.write_text("let a = 1\n", encoding="utf-8")
    for name in ("KOHORT_CONFIG", "KOHORT_CACHE", "KOHORT_STATE"):
        monkeypatch.setenv(name, str(tmp_path))
    terminal = StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    for arguments in (["--no-color", "check", str(script)], ["check", "--no-color", str(script)]):
        monkeypatch.setenv("NO_COLOR", "")
        assert look_at(terminal, "en").color
        assert main([*arguments, "--databank", str(tmp_path)]) == 0
        assert not look_at(terminal, "en").color


def test_in_a_terminal_one_statement_is_paged(tmp_path: Path, small_root: Path) -> None:
    """Typed at the prompt: the pager gets the long list, and Ctrl-D still leaves."""
    kept = tmp_path / "kept"
    own = {name: str(tmp_path / name) for name in ("KOHORT_CONFIG", "KOHORT_CACHE", "KOHORT_STATE")}
    environment = {
        **os.environ, **own, "TERM": "xterm", "NO_COLOR": "1",
        "PAGER": f"{shlex.quote(sys.executable)} -c \"import sys; "
        f"open('{kept}', 'a').write(sys.stdin.read())\"",
    }  # fmt: skip
    arguments = ["-m", "kohort", "--databank", str(small_root)]
    process = pexpect.spawn(
        sys.executable,
        arguments,
        env=environment,
        encoding="utf-8",
        dimensions=(20, 80),
        timeout=20,
    )
    process.expect("Ctrl-D leaves")
    process.expect("kohort>")
    process.send("help\r")
    process.expect("kohort>")
    process.expect("kohort>")
    process.send("\x04")
    process.expect(pexpect.EOF)
    process.close()
    assert "tabulate" in kept.read_text("utf-8")
