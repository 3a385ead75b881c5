"""The audit: what is logged and what never is, quotas, close sets, crashes, what owners see."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import banks
import canary_bank
import numpy as np
import pytest
import random_scripts
from pages import Page

from kohort.assembly import new_session
from kohort.audit import chain, report, sealed
from kohort.audit.auditor import Who
from kohort.audit.chain import Chain
from kohort.audit.suspicion import suspicions
from kohort.databank.manifest import Manifest, ManifestError
from kohort.disclosure.keys import Secret
from kohort.disclosure.watch import Watch
from kohort.event import Result, Told
from kohort.render import render
from kohort.session import Session

FOLDER = Path(__file__).parent
SECRET = Secret(bytes(range(32)))


def log(root: Path) -> list[dict[str, Any]]:
    """Give the records of a databank's log."""
    return list(chain.records(report.log_of(root)))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bank(tmp_path_factory.mktemp("audited"))


def bank(folder: Path, name: str = "kanari") -> Path:
    root = folder / name
    profiles = ("default", "strict")
    manifest = Manifest(name=canary_bank.NAME, synthetic=True, seed=1, profiles=profiles, log=True)
    canary_bank.build(root, manifest)
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Iterator[Path]:
    """Give the bank with a log of its own."""
    folder = Manifest.read(built).audit_folder(built)
    assert folder is not None
    yield built
    for path in folder.glob("*") if folder.exists() else ():
        path.unlink()


def session(root: Path, project: str = "p", profile: str | None = None) -> Session:
    made = new_session(banks.catalogue(root), profile, Watch(Who("kari", project, "s1")))
    assert not said(made, random_scripts.HEAD)
    return made


def said(made: Session, script: str) -> list[str]:
    """Run a script; give the codes of what was told."""
    return [e.diagnostic.code for e in made.run(script, batch=False) if isinstance(e, Told)]


def test_margins_are_laplace() -> None:
    """Mean 0, mean absolute value the scale (Laplace); the same for the same pair."""
    drawn = np.array([sealed.laplace(SECRET, 3.0, str(n)) for n in range(4000)])
    assert abs(drawn.mean()) < 0.25
    assert abs(np.abs(drawn).mean() - 3.0) < 0.2
    assert sealed.laplace(SECRET, 3.0, "a", "b") == sealed.laplace(SECRET, 3.0, "a", "b")


# ---- the chain


def test_whatever_is_changed_in_a_log_shows(tmp_path: Path) -> None:
    made = Chain(tmp_path)
    with made.locked():
        for number in range(6):
            made.append({"kind": "x", "n": number})
    path = tmp_path / chain.FILE_NAME
    whole = path.read_bytes()
    assert chain.verify(path)[2] is None
    lines = whole.splitlines(keepends=True)
    changed = {
        "value": whole.replace(b'"n":3', b'"n":9'),
        "removed": b"".join(lines[:2] + lines[3:]),
        "swapped": b"".join([lines[0], lines[2], lines[1], *lines[3:]]),
        "first gone": b"".join(lines[1:]),
        "added": whole + b'{"kind":"x","n":7,"before":"00"}\n',
        "garbled": whole.replace(b'{"kind":"x","n":4', b'{"kind:"x","n":4'),
    }
    for name, raw in changed.items():
        path.write_bytes(raw)
        assert chain.verify(path)[2] is not None, name


def test_a_line_cut_short_at_any_byte_is_closed(tmp_path: Path) -> None:
    """As if the machine had died at each byte of the last write."""
    made = Chain(tmp_path)
    with made.locked():
        made.append({"kind": "x", "n": 1})
        start = made.path.stat().st_size
        made.append({"kind": "x", "n": 2})
    whole = made.path.read_bytes()
    for cut in range(start, len(whole)):
        made.path.write_bytes(whole[:cut])
        after = Chain(tmp_path)
        with after.locked():
            after.append({"kind": "x", "n": 3})
        after.close()
        assert chain.verify(made.path)[2] is None, cut
        kept = [r["n"] for r in chain.records(made.path) if r.get("kind") == "x"]
        assert kept[0] == 1
        assert kept[-1] == 3


_WRITER = """
import sys
from pathlib import Path
from kohort.audit.chain import Chain
made = Chain(Path(sys.argv[1]))
for number in range(40):
    with made.locked():
        made.append({"kind": "x", "who": sys.argv[2], "n": number})
"""


def test_several_processes_share_a_log(tmp_path: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path), who]) for who in "abc"
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    count, _, broken = chain.verify(tmp_path / chain.FILE_NAME)
    assert (count, broken) == (120, None)


# ---- what is logged


def test_every_output_is_logged_and_nothing_true(root: Path) -> None:
    made = session(root)
    script = "tabulate sex home\nsummarize wage\nregress wage i.sex\nhelp tabulate\n"
    assert not said(made, script)
    assert said(made, "keep if wage > 918000000") == ["population-too-small"]
    records = log(root)
    texts = [(record["kind"], record["text"].split()[0]) for record in records]
    assert texts == [
        ("released", "import"), ("released", "tabulate"), ("released", "summarize"),
        ("released", "regress"), ("refused", "keep"),
    ]  # fmt: skip
    raw = report.log_of(root).read_text("utf-8")
    hidden = raw.replace("918000000", "")
    assert not list(canary_bank.Canaries().within(hidden))
    # 3 000 persons: the log knows the published number only
    assert {r["published"] for r in records if "published" in r} == {3001}
    assert '"n":' not in raw


def test_worlds_that_differ_in_one_unit_differ_in_hashes_and_published_numbers_only(
    root: Path, tmp_path: Path
) -> None:
    made = session(root)
    said(made, "tabulate sex if wage != 918273645")
    said(made, "tabulate sex")
    first, second = log(root)[-2:]
    free = {"time", "text", "set", "wording", "sets", "close", "near", "used", "before"}
    published = {"published", "cells"}
    differ = {key for key in {*first, *second} if first.get(key) != second.get(key)}
    assert differ <= free | published


def test_a_size_that_was_told_is_not_counted_again(root: Path) -> None:
    made = session(root)
    assert sum(record["result"] == "Size" for record in log(root)) == 1
    assert made.gate.remaining()[canary_bank.NAME].outputs == 499


def test_a_replay_costs_nothing(root: Path) -> None:
    made = session(root)
    said(made, "tabulate sex")
    before = log(root)
    again = new_session(banks.catalogue(root), None, Watch(Who("kari", "p", "s2")))
    assert again.replay(made.statements) == 0
    assert log(root) == before
    assert not said(again, "tabulate home")
    assert len(log(root)) == len(before) + 1


def test_without_a_log_nothing_is_released(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = session(root)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    events = list(made.run("tabulate sex", batch=False))
    assert not [e for e in events if isinstance(e, Result)]
    assert [e.diagnostic.code for e in events if isinstance(e, Told)] == ["audit-unavailable"]
    assert said(made, "keep if wage > 918000000") == ["audit-unavailable"]
    monkeypatch.undo()
    assert not said(made, "tabulate sex")


def test_a_log_that_cannot_be_opened_keeps_a_databank_shut(tmp_path: Path) -> None:
    root = bank(tmp_path)
    (tmp_path / "kanari_audit").write_text("in the way", "utf-8")
    made = new_session(banks.catalogue(root), None, Watch(Who("kari", "p", "s")))
    assert said(made, f"require {canary_bank.NAME}:1 as db") == ["audit-unavailable"]


def test_a_real_bank_cannot_be_without_a_log(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="keeps an audit log"):
        Manifest(name="x", log=False)
    assert Manifest(name="x").audit_folder(tmp_path / "x") == tmp_path / "x_audit"
    assert Manifest(name="x", folder="log").audit_folder(tmp_path) == tmp_path / "log"
    assert Manifest(name="x", synthetic=True, seed=1).audit_folder(tmp_path) is None


# ---- quotas


def limited(made: Session, **limits: Any) -> Session:
    """Put other limits of the audit into a session's profile."""
    profile = made.gate.policy.profile
    made.gate.policy.profile = replace(profile, audit=replace(profile.audit, **limits))
    return made


def test_a_days_quota_is_shared_by_a_project(root: Path) -> None:
    made = limited(session(root), outputs_per_day=3)
    assert not said(made, "tabulate sex\ntabulate home")
    other = limited(session(root), outputs_per_day=3)
    assert said(other, "tabulate sex") == ["quota-used"]
    shown = [e for e in other.run("quota", batch=False) if isinstance(e, Result)]
    assert render(shown[0].released).split() == [
        "Databank", "Outputs", "left", "today", "Numbers", "left", "today", "no.kanari", "0",
        str(50_000 - sum(record.get("cells", 0) for record in log(root))),
    ]  # fmt: skip
    stranger = limited(session(root, "another"), outputs_per_day=3)
    assert not said(stranger, "tabulate sex")


def test_numbers_and_refusals_have_quotas_too(root: Path) -> None:
    made = limited(session(root), cells_per_day=20)
    assert said(made, "tabulate home") == ["quota-used"]
    made = limited(session(root, "q"), refusals_per_day=1)
    assert said(made, "keep if wage > 918000000") == ["population-too-small"]
    assert said(made, "keep if wage > 917000000") == ["population-too-small"]
    assert said(made, "tabulate sex") == ["quota-used"]


def test_too_many_divisions_of_a_group_pause_the_project_later(root: Path) -> None:
    made = session(root)
    codes: list[str] = []
    for place in range(80):
        codes += said(made, f"generate d{place} = int(wage / {1000 + place})\ntabulate d{place}")
        if "access-paused" in codes:
            break
    (paused,) = [r for r in log(root) if r["kind"] == "paused"]
    assert paused["reason"] in {"partitions_per_set", "wordings_per_set"}
    outputs = sum(r["kind"] == "released" for r in log(root))
    assert outputs == paused["at"]
    # 40 divisions are allowed, the next is still answered, and 1 to 41 outputs before the pause;
    # the import and what is asked of derived columns are outputs, too.
    assert 42 <= outputs <= 83
    again = session_codes(root)
    assert again == ["access-paused"]
    report.resume(report.log_of(root), "p", "owner")
    assert session_codes(root) == []


def test_after_the_owner_looked_each_limit_is_there_once_more(root: Path) -> None:
    made = limited(session(root), contents_per_set=8)

    def ask(start: int) -> int:
        """Give how many questions of a new wording are answered."""
        for number in range(start, start + 60):
            if said(made, f"tabulate sex if wage > -{number}") == ["access-paused"]:
                return number - start
        return 60

    first = ask(1)
    assert 8 < first <= 8 + 1 + 8
    assert ask(100) == 0
    assert report.reported(report.log_of(root)).projects[0].used["wordings_per_set"] > 100
    report.resume(report.log_of(root), "p", "owner")
    (project,) = report.reported(report.log_of(root)).projects
    assert (project.paused, project.used) == ("", {})
    assert 8 < ask(200) <= 8 + 2 + 8


def session_codes(root: Path) -> list[str]:
    made = new_session(banks.catalogue(root), None, Watch(Who("kari", "p", "s9")))
    said(made, random_scripts.HEAD)
    return said(made, "tabulate sex")


def test_close_sets_are_seen_and_far_ones_are_not(root: Path) -> None:
    made = session(root)
    said(made, "tabulate sex\ntabulate sex if wage != 918273645\ntabulate sex if born > 195001")
    close = {r["text"]: bool(r["close"]) for r in log(root) if "close" in r}
    assert close["tabulate sex if wage != 918273645"]
    assert not close["tabulate sex if born > 195001"]


def test_block_pauses_after_close_sets(root: Path) -> None:
    made = limited(session(root), near_dup_action="block", near_dup_per_day=2)
    few = ", ".join(str(wage) for wage in canary_bank.wages()[:4])
    codes: list[str] = []
    for place, wage in enumerate(few.split(", ")):
        codes += said(made, f"tabulate sex if wage != {wage}")
        assert "access-paused" not in codes, place  # never at the very question
    assert [r["reason"] for r in log(root) if r["kind"] == "paused"] == ["near_dup_per_day"]
    codes += said(made, "\n".join(["tabulate sex"] * 30))
    assert "access-paused" in codes


def test_samples_of_a_group_are_counted_by_share_and_seed(root: Path) -> None:
    made = limited(session(root), samples_per_set=3)
    codes: list[str] = []
    for share, seed in ((0.9, 1), (0.9, 2), (0.9, 3), (0.92, 1), (0.8, 1), (0.5, 1)):
        codes += said(made, f"use people\nclone-dataset people s\nuse s\nsample {share} {seed}")
        codes += said(made, "use people\ndelete-dataset s")
    assert [c for c in codes if c != "sample-rounded"] == []
    # Seeds 1 and 3 draw the same nine tenths, and so does 0.92: the fourth sample is that of 0.5.
    assert [r["text"] for r in log(root) if "drawn" in r] == [
        "sample 0.9 1", "sample 0.9 2", "sample 0.8 1", "sample 0.5 1",
    ]  # fmt: skip
    assert [r["reason"] for r in log(root) if r["kind"] == "paused"] == ["samples_per_set"]
    codes += said(made, "\n".join(["tabulate sex"] * 10))
    assert "access-paused" in codes


def test_who_takes_another_person_out_first_has_no_more_samples(root: Path) -> None:
    """Samples of populations that are close to each other count as samples of one."""
    made = limited(session(root), samples_per_set=3)
    for place, wage in enumerate(canary_bank.wages()[:4].tolist()):
        said(made, f"use people\nclone-dataset people s{place}\nuse s{place}")
        said(made, f"drop if wage == {wage}\nsample 0.{5 + place} 1")
    assert [r["reason"] for r in log(root) if r["kind"] == "paused"] == ["samples_per_set"]


def test_the_log_tells_how_long_a_statement_took_in_classes_only(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = session(root)
    taken = iter((0.2, 3.0, 61.5, 4000.0))
    clock = {"now": 0.0}
    monkeypatch.setattr("kohort.disclosure.watch.monotonic", lambda: clock["now"])
    release = made.gate.release

    def slowly(*given: Any) -> Any:
        clock["now"] += next(taken)
        return release(*given)

    monkeypatch.setattr(made.gate, "release", slowly)
    said(made, "tabulate sex\ntabulate home\ntabulate sex home\ntabulate born")
    assert [record["took"] for record in log(root)[1:]] == [1, 10, 600, "more"]


def test_each_statistic_of_a_close_pair_is_one(root: Path) -> None:
    made = limited(session(root), near_dup_action="block", near_dup_per_day=10)
    wage = int(canary_bank.wages()[2])
    table = "tabulate sex, summarize(wage exact) mean std p25 p50 p75 sum"
    condition = f" if wage != {wage}"
    assert not said(made, f"{table}\n{table.replace(',', condition + ',')}")
    assert [r["close"] for r in log(root)[-3:-1]] == [0, 12]
    assert log(root)[-1]["reason"] == "near_dup_per_day"


# ---- what owners see


def asked(*texts: str, **more: Any) -> list[dict[str, Any]]:
    return [{"kind": "released", "text": text, **more} for text in texts]


PATTERNS = {
    "close sets": asked("tabulate a", close=["x"]),
    "literals changed one by one": asked(*(f"tabulate a if b != {n}" for n in range(7))),
    "bisection": asked(*(f"count if b > {n}" for n in (1024, 512, 768, 640, 704, 672, 688))),
    "equality with many variables": asked("keep if a == 1 & b == '2' & c == 3 & d == 4"),
    "digits of numbers as categories": asked("generate d = wage - 10 * int(wage / 10)"),
    "many shares and seeds of samples": asked(*(f"sample 0.{n} 1" for n in range(1, 7))),
    "one structure over many targets": asked(*(f"tabulate a if b == {n * n}" for n in range(25))),
    "one person in many small groups": asked("tabulate a b", used={"tables_per_unit": 101}),
    "refusals": [{"kind": "refused", "text": "keep if a", "code": "population-too-small"}],
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_of_attacks_stand_out(pattern: str) -> None:
    assert pattern in {found.pattern for found in suspicions(PATTERNS[pattern])}


def test_honest_work_does_not_stand_out() -> None:
    scripts = (Path(__file__).parent.parent / "examples").glob("*.mdscript")
    lines = [line for path in scripts for line in path.read_text("utf-8").splitlines()]
    assert not suspicions(asked(*lines))


def test_owners_see_what_to_look_at_first(root: Path) -> None:
    quiet, busy = session(root, "quiet"), session(root, "busy")
    said(quiet, "tabulate sex")
    for number in range(8):
        said(busy, f"tabulate sex if wage != {9000000 + number}")
    command = [sys.executable, "-m", "kohort", "audit", str(root)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    assert shown.returncode == 0
    lines = shown.stdout.splitlines()
    assert lines[0].endswith("the chain is whole")
    names = [line.split()[0] for line in lines if line and not line.startswith(" ")]
    assert names[2:] == ["busy", "quiet"]
    assert any(line.startswith("  most used of a limit of groups: ") for line in lines)
    as_json = subprocess.run([*command, "--output", "json"], capture_output=True, check=False)
    found = json.loads(as_json.stdout)
    assert found["projects"][0]["suspicions"][0]["pattern"] == "literals changed one by one"
    path = report.log_of(root)
    path.write_bytes(path.read_bytes().replace(b'"cells":3', b'"cells":4', 1))
    broken = subprocess.run([*command, "--verify"], capture_output=True, text=True, check=False)
    assert broken.returncode == 1
    assert "CHAIN BROKEN" in broken.stdout


# ---- every command says whom it is about

_SCRIPTS = re.compile(r"^```mdscript(?! check)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the bank of the pages, with a log."""
    root = banks.small(tmp_path_factory.mktemp("watched"))
    replace(Manifest.read(root), log=True).write(root)
    return root


@pytest.mark.parametrize("page", sorted((FOLDER / "commands").glob("*.md")), ids=lambda p: p.stem)
def test_no_result_of_a_command_goes_uncounted(page: Path, watched: Path) -> None:
    """A result that does not say whom it is about raises, which would be told as `internal`."""
    found = Page.read(page)
    if found.front.get("bank", "small") != "small":
        return
    made = new_session(banks.catalogue(watched), "open", Watch(Who("u", "p", "s")))
    for script in _SCRIPTS.findall(found.text):
        assert "internal" not in said(made, script)
