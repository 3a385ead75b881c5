"""An owner's command that is killed: old versions stay readable, and the next command mends it.

Killed before each write, rename, link and removal in turn. All changes on disk go through
`releases/steps.py`; from the kill on every further step fails, as in a process that is gone.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from owned_banks import NOW, Owner
from owner_files import NUMBERS, SOUND, described

from kohort.databank.releases import drafts, steps
from kohort.databank.releases.examining import examined
from kohort.databank.releases.owned import OwnedBank
from kohort.databank.releases.releasing import mend
from kohort.metadata import Structures, read_releases

KROENER = described("ACCUMULATED", "LONG", NUMBERS)
OLD = [f"{10**10 + i};{i};2020-01-01;2020-12-31;" for i in range(5)]
NEW = [f"{10**10 + i};{i};2021-01-01;2021-12-31;" for i in range(3, 9)]
STATUS = [f"{10**10 + i};1;202{i}-01-01;202{i}-01-01;" for i in range(3)]
GOVERNED = {"controller": "Oss", "purpose": "Prøve", "sensitivity": "special"}


class KilledError(BaseException):
    """The process is gone."""


class Killer:
    """Kills at one step, and leaves half a file where a file was being written."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, operation: str, path: Path) -> None:
        self.left -= 1
        if self.left > 0:
            return
        if self.left == 0 and operation == "write":
            path.write_bytes(b"half a fi")
        raise KilledError


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what matters only where the machine itself stops; it takes most of the time."""
    monkeypatch.setattr(steps, "_sync", lambda path: None)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a bank of one version, two drafts and a removal pending."""
    folder = tmp_path_factory.mktemp("before")
    owner = Owner(folder)
    owner.found()
    owner.put("A", KROENER, OLD)
    owner.put("GONE", described(), SOUND)
    owner.release()
    owner.put("A", KROENER, NEW, GOVERNED)
    owner.put("B", described("STATUS"), STATUS)
    drafts.remove(owner.bank, ["GONE"], "ut", NOW)
    return folder


def _release(owner: Owner) -> None:
    owner.release()


def _add(owner: Owner) -> None:
    owner.put("C", described(), [*SOUND, "55555555555;1;2001-01-01;2001-02-01;"], GOVERNED)


def _add_again(owner: Owner) -> None:
    owner.put("B", described("STATUS"), STATUS[:2])


def _remove(owner: Owner) -> None:
    drafts.remove(owner.bank, ["A"], "ut", NOW)


def _withdraw(owner: Owner) -> None:
    drafts.withdraw(owner.bank, ["A", "B", "GONE"], NOW)


def readable(bank: OwnedBank, version: tuple[int, int, int]) -> dict[str, int]:
    """Give registers and numbers of rows of a version, as a session reads them."""
    structures = Structures(bank.root, version)
    found = {}
    for name in structures:
        path = structures[name].path
        files = [path] if path.is_file() else sorted(path.rglob("*.parquet"))
        found[name] = pl.read_parquet(files, hive_partitioning=False).height
    return found


FIRST = {"A": 5, "GONE": 4}
SECOND = {"A": 6, "B": 3}


@pytest.mark.parametrize("act", [_release, _add, _add_again, _remove, _withdraw])
def test_killed_at_every_step(before: Path, tmp_path: Path, act: Callable[[Owner], None]) -> None:
    at, versions = 0, set()
    while True:
        at += 1
        folder = tmp_path / str(at)
        shutil.copytree(before, folder)
        owner = Owner(folder)
        steps.watched_by(Killer(at))
        try:
            act(owner)
            killed = False
        except KilledError:
            killed = True
        finally:
            steps.watched_by(None)
        versions.add(_sound(owner, folder, go_on=at % 4 == 1 or not killed))
        shutil.rmtree(folder)
        if not killed:
            break
    assert at > 4, "every command takes some steps"
    assert versions == ({1, 2} if act is _release else {1})


def _sound(owner: Owner, folder: Path, go_on: bool = True) -> int:
    """Check that all is readable at once, and in order afterwards; give the number of releases."""
    bank = owner.bank
    released = read_releases(bank.root).versions
    assert readable(bank, (1, 0, 0)) == FIRST
    if len(released) == 2:
        assert readable(bank, (2, 0, 0)) == SECOND
    mend(bank, NOW)
    assert mend(bank, NOW) == [], "mending is done once"
    assert examined(bank) == []
    assert read_releases(bank.root).versions == released
    assert bank.draft_structures() == bank.as_if_released()
    for item in bank.pending().values():
        rows = item.operation in {"ADD", "CHANGE"}
        assert (bank.draft_place(item.name) is not None) == rows
    assert not list(steps.unfinished(folder / "my.bank"))
    if not go_on:
        return len(released)
    # The work goes on: what is pending, or a draft added now, can be released.
    owner.put("LATER", described(), SOUND)
    later = owner.release()
    assert "LATER" in readable(bank, later)
    assert readable(bank, (1, 0, 0)) == FIRST
    assert examined(bank) == []
    return len(released)


def test_a_databank_that_was_never_founded(tmp_path: Path) -> None:
    at, killed = 0, True
    while killed:
        at += 1
        owner = Owner(tmp_path / str(at))
        steps.watched_by(Killer(at))
        try:
            owner.found()
            owner.put("A", KROENER, OLD)
            killed = False
        except KilledError:
            pass
        finally:
            steps.watched_by(None)
        mend(owner.bank, NOW)
        if not owner.bank.there:
            owner.found()
        owner.put("A", KROENER, OLD)
        assert owner.release() == (1, 0, 0)
        assert readable(owner.bank, (1, 0, 0)) == {"A": 5}
        assert examined(owner.bank) == []
    assert at > 10


def test_a_file_is_synced_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[tuple[str, str]] = []
    monkeypatch.setattr(steps, "_sync", lambda path: events.append(("sync", path.name)))
    steps.watched_by(lambda operation, path: events.append((operation, path.name)))
    steps.write(tmp_path / "a", "x")
    steps.watched_by(None)
    assert events == [
        ("write", ".a.new"), ("sync", ".a.new"), ("rename", "a"), ("sync", tmp_path.name),
    ]  # fmt: skip


def test_the_owner_is_told(before: Path, tmp_path: Path) -> None:
    told = set()
    for at in range(1, 60):
        folder = tmp_path / str(at)
        shutil.copytree(before, folder)
        owner = Owner(folder)
        steps.watched_by(Killer(at))
        try:
            owner.release()
            break
        except KilledError:
            pass
        finally:
            steps.watched_by(None)
        told.update(mend(owner.bank, NOW))
    assert told == {
        "the release of 2.0.0 had broken off and is undone; the drafts are as they were",
        "the release of 2.0.0 had broken off; it is complete now",
    }


SCRIPT = """
import os, signal, sys
from pathlib import Path
from owned_banks import Owner
from kohort.databank.releases import steps
left = [int(sys.argv[2])]
def watch(operation, path):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
steps.watched_by(watch)
Owner(Path(sys.argv[1])).release()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_real_kill(before: Path, tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    shutil.copytree(before, folder)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), "12"], env=environment, check=False, timeout=60
    )
    assert ended.returncode == -signal.SIGKILL
    _sound(Owner(folder), folder)
