"""Studies: what they hold, that they repeat, what a verdict says, and what is refused."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import banks
import pytest

from kohort.archive import bundle, lock, making, outputs
from kohort.archive.canonical import canonical, result_digest, sha256, swhid
from kohort.archive.comparison import Study, difference
from kohort.archive.identity import script_identity
from kohort.archive.lock import Lock
from kohort.archive.showing import events
from kohort.archive.verdict import Verdict
from kohort.archive.verification import fitting, intact, re_run
from kohort.assembly import new_session
from kohort.client import InProcess
from kohort.disclosure.released import Released
from kohort.event import Result
from kohort.opening import Opening
from kohort.progress import Steps
from kohort.render import Look, render
from kohort.script_file import ScriptFile
from kohort.trouble import Trouble

SCRIPT = """textblock
---
title: Lønn etter kjønn
author: Kari Nordmann <https://orcid.org/0000-0002-1825-0097>, Universitetet i Oslo
licence: CC-BY-4.0
keywords: lønn, kjønn
---
Hvem tjener hva?
endblock
require no.ssb.fdb:23 as db
create-dataset people
import db/BEFOLKNING_KJOENN as kjonn
import db/INNTEKT_WLONN 2020-12-31 as lonn
tabulate kjonn
summarize lonn
"""
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOOK = Look("en")
Files = dict[str, bytes]


class Silent:
    """A stream that nobody reads."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


def studied(root: Path, script: str = SCRIPT, profile: str | None = None) -> Files:
    """Give the files of a study of a script, run in this process."""
    client = InProcess(new_session(banks.catalogue(root), profile))
    record = making.run(client, script, None, steps())
    assert record.exit_code in {0, 2}, [i for step in record.steps for i in step.items]
    file = ScriptFile("my study.mdscript", script, script.encode())
    return making.study(file, record, Opening((), profile, "en"), (), NOW)


def steps() -> Steps:
    return Steps(Silent(), "en")  # type: ignore[arg-type]


def again(files: Files, root: Path, profile: str | None = None) -> Verdict:
    """Verify a study by another run in this process."""
    kept = lock.from_files(files)
    found = fitting(intact(kept, files), SCRIPT, banks.catalogue(root))
    client = InProcess(new_session(banks.catalogue(root), profile or kept.choice or None))
    return re_run(found, kept, files, client, LOOK)


@pytest.fixture(scope="module")
def files(demo_root: Path) -> Files:
    return studied(demo_root)


# ---- what a study holds


def test_a_study_holds_script_results_report_lock_and_citation(files: Files) -> None:
    assert files["script/my_study.mdscript"].decode() == SCRIPT
    assert {"report.html", "kohort.lock", "CITATION.cff", "datacite.json", "README.md"} <= {*files}
    entries = lock.from_files(files).entries
    assert [e.statement.split()[0] for e in entries] == [
        "textblock", "require", "create-dataset", "import", "import", "tabulate", "summarize",
    ]  # fmt: skip
    for entry in entries:
        item = outputs.item_of(files[entry.file])
        assert isinstance(item, Released)
        assert result_digest(item) == entry.digest


def test_tables_are_csv_and_charts_pictures(demo_root: Path) -> None:
    made = studied(demo_root, SCRIPT + "barchart (count) kjonn\n")
    assert made["outputs/006-tabulate.csv"].decode().splitlines()[0].startswith("kjonn")
    assert made["outputs/008-barchart.svg"].startswith(b"<svg")
    assert made["outputs/008-barchart.png"].startswith(b"\x89PNG")
    assert "outputs/001-textblock.csv" not in made


def test_equal_runs_make_equal_bytes(demo_root: Path, files: Files, tmp_path: Path) -> None:
    assert studied(demo_root) == files
    for name in ("a.zip", "b.zip"):
        bundle.write(tmp_path / name, files)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert bundle.read(tmp_path / "a.zip") == files


def test_a_folder_is_as_good_as_a_zip(files: Files, tmp_path: Path) -> None:
    bundle.write(tmp_path / "study", files)
    assert bundle.read(tmp_path / "study") == files
    with pytest.raises(Trouble, match="not an empty folder"):
        bundle.write(tmp_path / "study", files)


def test_no_number_of_the_lock_is_a_plain_hash_of_data(demo_root: Path, files: Files) -> None:
    """Whoever knew all rows but one could try that row against a hash without a key."""
    import hashlib

    kept = lock.from_files(files)
    digests = {v.data for bank in kept.made_with.databanks for v in bank.variables}
    plain = {hashlib.sha256(path.read_bytes()).hexdigest() for path in demo_root.rglob("*.parquet")}
    assert digests
    assert not digests & plain


def test_the_identifier_of_software_heritage_is_that_of_git() -> None:
    """`echo 'hello' | git hash-object --stdin` gives this."""
    assert swhid(b"hello\n") == "swh:1:cnt:ce013625030ba8dba906f756967f9e9ca394464a"


def test_canonical_json_is_sorted_and_compact() -> None:
    """The sample of RFC 8785, 3.2.2, as far as it has whole and plain numbers."""
    given = {"string": "€$", "literals": [None, True, False], "numbers": [4.5, 2e-3]}
    assert canonical(given) == (
        '{"literals":[null,true,false],"numbers":[4.5,0.002],"string":"€$"}'.encode()
    )


# ---- identity


@pytest.mark.parametrize(
    "other",
    [
        "tabulate  a   b // a comment\n",
        "\n\n  tabulate a b\n",
        "// note\ntabulate a \\\n    b\n",
    ],
)
def test_layout_and_comments_are_no_other_script(other: str) -> None:
    assert script_identity(other) == script_identity("tabulate a b\n")


@pytest.mark.parametrize(
    "other", ["tabulate b a\n", "tabulate a b, missing\n", "tabulate a b\ntabulate a b\n"]
)
def test_other_words_are_another_script(other: str) -> None:
    assert script_identity(other) != script_identity("tabulate a b\n")


def test_a_text_is_not_a_number() -> None:
    assert script_identity("keep if a == 1") != script_identity("keep if a == '1'")


# ---- verdicts


def test_a_second_run_is_identical(demo_root: Path, files: Files) -> None:
    verdict = again(files, demo_root)
    assert (verdict.outcome, verdict.exit_code, verdict.reasons) == ("identical", 0, ())
    assert len(verdict.compared) == len(lock.from_files(files).entries)


def test_another_profile_is_named_as_the_cause(demo_root: Path, files: Files) -> None:
    verdict = again(files, demo_root, "strict")
    assert (verdict.outcome, verdict.causes, verdict.exit_code) == ("different", ("policy",), 12)
    by_name = {found.statement: found.outcome for found in verdict.compared}
    assert by_name["tabulate kjonn"] == "different"
    assert by_name["create-dataset people"] == "identical"


def test_another_databank_is_named_as_the_cause(small_root: Path, files: Files) -> None:
    verdict = again(files, small_root, "open")
    assert verdict.outcome == "different"
    assert {reason.cause for reason in verdict.reasons} == {"data", "policy"}
    assert verdict.exit_code == 11


def test_another_engine_is_named_as_the_cause(demo_root: Path, files: Files) -> None:
    kept = lock.from_files(files)
    packages = {**kept.made_with.packages, "polars": "1.0.0"}
    entries = tuple(replace(entry, digest="0" * 64) for entry in kept.entries)
    older = replace(kept, made_with=replace(kept.made_with, packages=packages), entries=entries)
    table = json.loads(files[entries[-1].file])
    table["content"]["title"] = "another title"
    client = InProcess(new_session(banks.catalogue(demo_root)))
    changed = {**files, entries[-1].file: json.dumps(table).encode()}
    verdict = re_run(Verdict("static"), older, changed, client, LOOK)
    assert (verdict.outcome, verdict.causes, verdict.exit_code) == ("different", ("engine",), 13)
    # what prints the same although it is not the same number
    assert verdict.compared[0].outcome == "equivalent"


def test_a_changed_file_is_told(files: Files) -> None:
    kept = lock.from_files(files)
    changed = {**files, "report.html": b"<p>other</p>", "extra.csv": b"1"}
    del changed["README.md"]
    verdict = intact(kept, changed)
    assert verdict.exit_code == 14
    assert [problem.split()[0] for problem in verdict.problems] == [
        "README.md", "extra.csv", "report.html",
    ]  # fmt: skip


def test_a_result_that_was_rewritten_with_its_hash_is_told(files: Files) -> None:
    """Whoever changes a number and its file's hash has still not changed the result's."""
    kept = lock.from_files(files)
    place = kept.entries[-1].file
    table = json.loads(files[place])
    table["content"]["title"] = "better numbers"
    raw = json.dumps(table).encode()
    hashes = {**kept.files, place: sha256(raw)}
    verdict = intact(replace(kept, files=hashes), {**files, place: raw})
    assert [p.split()[0] for p in verdict.problems] == [place]


def test_a_script_that_no_longer_fits_is_told(small_root: Path, files: Files) -> None:
    text = SCRIPT.replace("INNTEKT_WLONN", "INNTEKT_WLONNX")
    verdict = fitting(Verdict("integrity"), text, banks.catalogue(small_root))
    assert verdict.exit_code == 14
    assert verdict.problems[0].startswith("line 13 of the script: databank 'no.test.small' has no")


# ---- showing and comparing


def test_a_study_is_shown_as_it_was_run(demo_root: Path, files: Files, tmp_path: Path) -> None:
    bundle.write(tmp_path / "a.zip", files)
    shown = [e for e in events(Study(tmp_path / "a.zip")) if isinstance(e, Result)]
    ran = [e for e in new_session(banks.catalogue(demo_root)).run(SCRIPT) if isinstance(e, Result)]
    assert [e.span for e in shown] == [e.span for e in ran]
    assert [render(e.released) for e in shown] == [render(e.released) for e in ran]


def test_a_loop_is_shown_at_its_place(small_root: Path, tmp_path: Path) -> None:
    script = "for i in 1 2\nlet x = $i\nend\nhelp tabulate\n"
    bundle.write(tmp_path / "a", studied(small_root, script))
    shown = list(events(Study(tmp_path / "a")))
    results = [e for e in shown if isinstance(e, Result)]
    assert script[results[-1].span.start : results[-1].span.end] == "help tabulate"


def test_a_difference_names_statements_sources_and_numbers(
    demo_root: Path, files: Files, tmp_path: Path
) -> None:
    bundle.write(tmp_path / "a", files)
    other = SCRIPT.replace("tabulate kjonn\n", "tabulate   kjonn // layout only\ntabulate lonn\n")
    other = other.replace("2020-12-31", "2021-12-31")
    bundle.write(tmp_path / "b", studied(demo_root, other))
    first, second = Study(tmp_path / "a"), Study(tmp_path / "b")
    found = difference(first, second, LOOK)
    changed = [(line.change, line.text) for line in found.lines if line.change != "same"]
    assert changed == [
        ("removed", "import db/INNTEKT_WLONN 2020-12-31 as lonn"),
        ("added", "import db/INNTEKT_WLONN 2021-12-31 as lonn"),
        ("added", "tabulate lonn"),
    ]
    assert [pair.statement for pair in found.pairs] == ["summarize lonn"]
    assert difference(first, first, LOOK).same


# ---- what is no study


def hostile(path: Path, build: Callable[[zipfile.ZipFile], None]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        build(made)
    return path


def link(made: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("script/x.mdscript")
    entry.external_attr = 0o120777 << 16
    made.writestr(entry, "/etc/passwd")


def bomb(made: zipfile.ZipFile) -> None:
    with made.open("outputs/001-x.json", "w", force_zip64=True) as stream:
        for _ in range(3):
            stream.write(bytes(1 << 20))


HOSTILE = {
    "leads out": lambda made: made.writestr("../evil.txt", "x"),
    "name leads out": lambda made: made.writestr("/etc/evil", "x"),
    "whose name": lambda made: made.writestr("C:evil", "x"),
    "not a plain file": link,
    "holds more than 2 MB": bomb,
    "holds more than 5000 files": lambda made: [made.writestr(f"{n}", "") for n in range(5001)],
    "holds no kohort.lock": lambda made: made.writestr("a.txt", "x"),
}


@pytest.mark.parametrize("reason", HOSTILE)
def test_a_hostile_archive_gets_one_clear_error(
    reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "MOST_BYTES", 2 << 20)
    path = hostile(tmp_path / "study.zip", HOSTILE[reason])
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Trouble, match=reason):
        Study(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_damaged_truncated_and_newer_archives(files: Files, tmp_path: Path) -> None:
    bundle.write(tmp_path / "whole.zip", files)
    raw = (tmp_path / "whole.zip").read_bytes()
    for cut in (0, 10, len(raw) // 2, len(raw) - 1):
        (tmp_path / "cut.zip").write_bytes(raw[:cut])
        with pytest.raises(Trouble, match="damaged"):
            Study(tmp_path / "cut.zip")
    middle = len(raw) // 3
    (tmp_path / "bits.zip").write_bytes(raw[:middle] + bytes(64) + raw[middle + 64 :])
    with pytest.raises(Trouble, match="damaged"):
        Study(tmp_path / "bits.zip")
    newer = json.loads(files["kohort.lock"])
    newer["format"] = 99
    with pytest.raises(Trouble, match="format 99"):
        lock.from_files({"kohort.lock": json.dumps(newer).encode()})


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"format": 1}', b"\xff", b"[" * 100_000])
def test_a_damaged_lock_is_one_error(raw: bytes) -> None:
    with pytest.raises(Trouble, match="damaged"):
        lock.from_files({"kohort.lock": raw})


def test_a_link_in_a_folder_is_refused(files: Files, tmp_path: Path) -> None:
    bundle.write(tmp_path / "study", files)
    (tmp_path / "study" / "more").symlink_to("/etc")
    with pytest.raises(Trouble, match="link"):
        Study(tmp_path / "study")


def test_html_of_a_study_is_drawn_anew_and_inert(demo_root: Path, tmp_path: Path) -> None:
    """The report inside may be anybody's work; what is shown is made from the results."""
    from io import StringIO

    from kohort.output import HtmlOutput

    script = "textblock\n<script>alert(1)</script>\nendblock\n"
    made = studied(demo_root, script)
    bundle.write(tmp_path / "a", {**made, "report.html": b"<script>evil()</script>"})
    study = Study(tmp_path / "a")
    page = StringIO()
    output = HtmlOutput(page, LOOK, study.script)
    for event in events(study):
        output.put(event)
    output.end()
    assert "evil()" not in page.getvalue()
    assert "<script>alert" not in page.getvalue()
    assert intact(study.lock, study.files).problems


def test_an_identifier_keeps_a_study_from_being_sealed(demo_root: Path) -> None:
    from kohort.archive.sealing import check

    # of the series for tests (month + 80); the first check digit by hand: 3*2+7*9+6*8+1*2+8*9
    # +9*2+4*9+5*0+2*1 leaves 5 by 11, and 11 - 5 = 6
    for text in ("keep if id == 29829290160", "keep if a == '811228-9874'"):
        with pytest.raises(Trouble, match="line 2 of the script"):
            check(f"use people\n{text}\n")
    numbers = ", ".join(str(1_000_000 + 7 * n) for n in range(30))
    with pytest.raises(Trouble, match="look like identifiers"):
        check(f"keep if inlist(a, {numbers})\n")
    check(SCRIPT)


def test_locks_survive_their_own_form(files: Files) -> None:
    kept = lock.from_files(files)
    assert isinstance(kept, Lock)
    assert lock.from_files({"kohort.lock": lock.to_bytes(kept)}) == kept
