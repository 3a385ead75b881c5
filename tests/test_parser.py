"""The parser's cache: kept between runs, private, and never a reason to fail."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from kohort import parser as made

READY = made.parser()
SENTENCE = "tabulate a b if c == 'x', missing"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty cache folder that the parser uses."""
    path = tmp_path / "cache"
    monkeypatch.setattr(made, "cache_folder", lambda: path)
    return path


def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give a list that grows each time a parser is built; building is slow and left out."""
    told: list[str] = []

    def counted(text: str) -> object:
        told.append(text)
        return READY

    monkeypatch.setattr(made, "build", counted)
    return told


def parses() -> bool:
    """Tell whether a parser from nowhere but the cache folder works."""
    return made.load().parse(SENTENCE).data == "tabulate"


def test_second_run_reads_the_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = builds(monkeypatch)
    assert parses()
    assert len(told) == 1
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert parses()
    assert len(told) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1] + b"x",
        lambda data: b"\n".join([b"x" * 129, data.partition(b"\n")[2]]),
        lambda data: b"\xff\xfe" + data,
    ],
    ids=["empty", "half", "changed", "other stamp", "no text"],
)
def test_spoilt_cache_is_built_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[bytes], bytes]
) -> None:
    told = builds(monkeypatch)
    assert parses()
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(spoil(whole))
    assert parses()
    assert len(told) == 2
    assert parses()
    assert len(told) == 2


def test_cache_that_others_may_write_is_not_trusted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = builds(monkeypatch)
    assert parses()
    folder.chmod(0o777)
    assert parses()
    assert len(told) == 2


def test_without_a_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = builds(monkeypatch)
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr(made, "cache_folder", lambda: blocked / "cache")
    assert parses()
    assert len(told) == 1


def test_other_grammar_has_another_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = builds(monkeypatch)
    assert parses()
    text = made.grammar()
    monkeypatch.setattr(made, "grammar", lambda: f"{text}\n// changed\n")
    assert parses()
    assert len(list(folder.iterdir())) == len(told) == 2


def test_built_parser_parses(folder: Path) -> None:
    assert parses()


def test_folder_is_the_user_s_own() -> None:
    assert os.fspath(made.cache_folder()).endswith("kohort")
