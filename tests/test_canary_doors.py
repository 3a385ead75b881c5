"""Canaries at the side doors: pages, a breaking engine, the worker's process, files on disk."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import banks
import canary_bank
import dressed_bank
import polars as pl
import pytest
import random_scripts
from test_canaries import CANARIES, Restart, found_beyond, leaving

from kohort import wire
from kohort.assembly import new_session
from kohort.disclosure import columns, counted, models
from kohort.disclosure.release import Gate
from kohort.engine import answers, recoding, register, requests
from kohort.event import Told

QUOTED = "KANARI-000050"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("canaries"))


@pytest.fixture(scope="module")
def start(root: Path) -> Restart:
    return Restart(root, "default")


@pytest.fixture(scope="module")
def dressed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dressed_bank.dressed_bank(tmp_path_factory.mktemp("dressed"))


# ---- pages


@pytest.mark.parametrize("page", dressed_bank.pages(), ids=lambda page: page.stem)
def test_no_page_shows_a_canary(page: Path, dressed: Path) -> None:
    session = new_session(banks.catalogue(dressed), "default")
    for script in dressed_bank.scripts(page):
        events = list(session.run(script, batch=False))
        assert found_beyond(leaving(events, script), script) == []
        assert not [e for e in events if isinstance(e, Told) and e.diagnostic.code == "internal"]


def test_pages_really_run_on_the_dressed_bank(dressed: Path) -> None:
    session = new_session(banks.catalogue(dressed), "default")
    script = (
        "require no.test.small:1 as db\ncreate-dataset people\nimport db/BEFOLKNING_KJOENN as sex\n"
        "import db/INNTEKT_WLONN 2020-12-31 as wage\ntabulate sex\nsummarize wage"
    )
    events = list(session.run(script, batch=False))
    assert not [e for e in events if isinstance(e, Told)]


# ---- an engine that breaks while it quotes data


def breaking(*args: Any, **kwargs: Any) -> Any:
    """Break as polars does, which quotes the cell."""
    raise pl.exceptions.InvalidOperationError(
        f"conversion from `str` to `i64` failed for value {QUOTED}, id {canary_bank.FIRST_ID}"
    )


BROKEN = [
    (requests, "measured", "summarize wage"),
    (answers, "complete_cases", "regress wage i.sex"),
    (recoding, "parsed", "destring text, force\nsummarize text"),
    (recoding, "recoded", "recode wage (1 = 2)\nsummarize wage"),
    (register, "read", "import db/K_TEXT as again\ntabulate again"),
    (counted, "published_counts", "tabulate home"),
    (columns, "published_moments", "tabulate sex, summarize(wage)"),
    (columns, "published_quantiles", "summarize wage"),
    (models, "build", "regress wage i.sex"),
    (Gate, "count", "keep if wage > 1000000"),
    (Gate, "release", "tabulate sex"),
]


@pytest.mark.parametrize(("place", "name", "script"), BROKEN, ids=lambda value: str(value)[:40])
def test_an_exception_shows_no_canary(
    place: Any, name: str, script: str, start: Restart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, name, breaking)
    ((_, events),) = start.run([script])
    text = leaving(events, script)
    assert found_beyond(text, script) == []
    failed = [e.diagnostic for e in events if isinstance(e, Told)]
    assert [d.code for d in failed] == ["internal"]
    assert "conversion" not in text


# ---- the worker's own process


class Wire:
    """A worker process with its streams open to be read, and folders of its own."""

    def __init__(self, folder: Path) -> None:
        names = ("KOHORT_CONFIG", "KOHORT_CACHE", "KOHORT_STATE", "TMPDIR", "KOHORT_SPILL_FOLDER")
        own = {name: str(folder / name) for name in names}
        for place in own.values():
            Path(place).mkdir(parents=True)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "kohort.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **own, "POLARS_VERBOSE": "1", "HOME": str(folder)},
        )  # fmt: skip

    def ask(self, kind: str, fields: Mapping[str, object]) -> Iterator[wire.Message]:
        """Give the answers up to the last one."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        wire.write(self.process.stdin, kind, fields)
        while (message := wire.read(self.process.stdout)) is not None:
            yield message
            if message["type"] in ("opened", "unopened", "finished"):
                return

    def end(self) -> bytes:
        """End the process; give what it wrote to its standard error."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.stderr is not None
        written = self.process.stderr.read()
        self.process.wait(30)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return written


PIECES = [
    "tabulate home sex text, missing", "tabulate wage", "tabulate exact, summarize(wage)",
    "destring text", "destring text, force prefix(n_)", "summarize", "history", "describe",
    "generate id = text + string(wage)", "tabulate id", "collapse (max) wage, by(home)",
    "tabulate wage", "keep if wage == 918273645", "regress wage i.home", "nonsense 'KANARI-9'",
    "generate z = ln(wage - 918273645)", "replace wage = exact / 0", "tabulate nothing",
]  # fmt: skip


def test_no_canary_leaves_the_worker(root: Path, tmp_path: Path) -> None:
    worker = Wire(tmp_path)
    opening = {"databanks": [str(root)], "profile": None, "language": "nb"}
    said = [message["type"] for message in worker.ask("open", opening)]
    assert said == ["opened"]
    for piece in [random_scripts.HEAD, *PIECES]:
        answers = list(worker.ask("run", {"text": piece, "batch": False}))
        assert answers[-1]["type"] == "finished"
        assert found_beyond(repr(answers), piece) == []
    assert worker.end() == b""
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    for file in files:
        assert list(CANARIES.within(file.read_bytes().decode("latin-1"))) == [], file


def test_no_canary_lies_in_what_the_command_line_writes(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "a.mdscript"
    script.write_text(random_scripts.HEAD + "\n".join(PIECES[:4]) + "\ntabulate home if exact > 0")
    names = ("KOHORT_CONFIG", "KOHORT_CACHE", "KOHORT_STATE", "TMPDIR")
    for name in names:
        (tmp_path / name).mkdir()
    own = {name: str(tmp_path / name) for name in names}
    results = tmp_path / "results"
    results.mkdir()
    for form in ("text", "json", "html"):
        done = subprocess.run(
            [
                sys.executable, "-m", "kohort", "--databank", str(root), "run", str(script),
                "--output", form, "-o", str(results / form),
            ],
            capture_output=True, check=False, timeout=120, env={**os.environ, **own},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert list(CANARIES.within((done.stdout + done.stderr).decode())) == []
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path != script]
    assert len([path for path in written if path.parent == results]) == 3
    for file in written:
        assert list(CANARIES.within(file.read_bytes().decode("latin-1"))) == [], file
