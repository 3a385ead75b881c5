"""The prompt's commands about files: save, load, edit; and that clear forgets."""

from __future__ import annotations

import sys
from pathlib import Path

import banks
import pytest

from kohort.assembly import new_session
from kohort.client import InProcess
from kohort.opening import Opening
from kohort.repl.loop import Loop


@pytest.fixture
def loop(small_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loop:
    """A prompt without a terminal, in an empty folder, over the bank of twenty people."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    catalogue = banks.catalogue(small_root)
    return Loop(InProcess(new_session(catalogue, "open")), catalogue, Opening(()))


def said(loop: Loop, text: str, capsys: pytest.CaptureFixture[str]) -> str:
    loop.answer(text)
    return capsys.readouterr().out


def saved(folder: Path) -> list[str]:
    return [path.read_text("utf-8") for path in sorted(folder.glob("session-*.mdscript"))]


def test_save_without_a_name_uses_the_time(
    loop: Loop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loop.answer("create-dataset people")
    loop.answer("help use")
    assert "1 statement saved in session-" in said(loop, "save", capsys)
    loop.answer("save")
    assert saved(tmp_path) == ["create-dataset people\n"] * 2


def test_load_saves_the_session_and_takes_the_scripts_place(
    loop: Loop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.mdscript").write_text("create-dataset fresh\nlet x = 1\nuse none\n")
    loop.answer("create-dataset old")
    told = said(loop, "load other", capsys)
    assert "1 statement saved in session-" in told
    assert "unknown-dataset line 3" in told
    assert saved(tmp_path) == ["create-dataset old\n"]
    assert loop.desk.client.statements == ("create-dataset fresh", "let x = 1")
    assert set(loop.desk.scope.datasets) == {"fresh"}
    assert loop.desk.scope.bindings == {"x": 1}


def test_load_of_a_missing_file_keeps_the_session(
    loop: Loop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loop.answer("create-dataset old")
    assert "cannot be read" in said(loop, "load nothing", capsys)
    assert loop.desk.client.statements == ("create-dataset old",)
    assert saved(tmp_path) == []


def test_edit_opens_the_saved_session(
    loop: Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(
        "EDITOR", f'{sys.executable} -c \'import sys; open(sys.argv[1], "a").write("use b\\n")\''
    )
    loop.answer("create-dataset a")
    assert "'load session-" in said(loop, "edit", capsys)
    assert saved(tmp_path) == ["create-dataset a\nuse b\n"]
    said(loop, "save named, edit", capsys)
    assert (tmp_path / "named.mdscript").read_text() == "create-dataset a\nuse b\n"


def test_edit_says_why_not(
    loop: Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "set EDITOR" in said(loop, "edit", capsys)
    assert saved(tmp_path) == []
    monkeypatch.setenv("EDITOR", str(tmp_path / "no-such-program"))
    assert "cannot be started" in said(loop, "save mine, edit", capsys)
    assert "has no option 'edti'" in said(loop, "save mine, edti", capsys)


def test_clear_forgets_statements_for_good(small_root: Path) -> None:
    first = new_session(banks.catalogue(small_root), "open")
    list(first.run("create-dataset a\nclear\ncreate-dataset b\n"))
    assert first.statements == ("create-dataset b",)
    assert set(first.datasets) == {"b"}
    again = new_session(banks.catalogue(small_root), "open")
    assert again.replay(first.statements) == 0
    assert set(again.datasets) == {"b"}
