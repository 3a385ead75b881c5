"""`kohort verify`: whether a study is whole, its script still fits, and gives the same again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from kohort import exit_code, program
from kohort.archive import bundle, lock, outputs, sealing
from kohort.archive.canonical import sha256
from kohort.archive.identity import script_identity
from kohort.archive.lock import Entry, Lock
from kohort.archive.making import entries, run
from kohort.archive.pinning import pinned
from kohort.archive.record import Record
from kohort.archive.verdict import Outcome, Verdict, matched, reasons
from kohort.catalogue import Catalogue
from kohort.client import Client, Worker
from kohort.diagnostic import Diagnostic
from kohort.opening import Opening
from kohort.progress import Steps
from kohort.render import Look, render
from kohort.scope import Scope
from kohort.trouble import Trouble


def verify(source: Path, opening: Opening, catalogue: Catalogue | None, again: bool) -> Verdict:
    """Verify a study: its files, its script against a catalogue (None: there is none), and with
    `again` its results against those of another run.

    Raises `Trouble` for what is no study.
    """
    files = bundle.read(source)
    kept = lock.from_files(files)
    found = intact(kept, files)
    if found.problems or catalogue is None:
        return found
    text = script_of(kept, files)
    found = fitting(found, text, catalogue)
    if found.problems or not again:
        return found
    chosen = replace(
        opening, language=kept.language, profile=opening.profile or kept.choice or None
    )
    with closing(Worker(chosen)) as worker:
        return re_run(found, kept, files, worker, Look(kept.language))


def intact(kept: Lock, files: Mapping[str, bytes]) -> Verdict:
    """Check that the files are those that were written, and that results are results."""
    problems = [f"{name} is not as it was written" for name in lock.damaged_files(kept, files)]
    if not problems:
        try:
            sealing.check(script_of(kept, files))
        except Trouble as trouble:
            problems.append(trouble.message)
        if script_identity(script_of(kept, files)) != kept.identity:
            problems.append("the script is not the one that was run")
        for entry in kept.entries:
            item = outputs.item_of(files.get(entry.file, b""))
            if outputs.digest_of(item) != entry.digest:
                problems.append(f"{entry.file} is not what statement {entry.step} gave")
    return Verdict("integrity", problems=tuple(problems))


def script_of(kept: Lock, files: Mapping[str, bytes]) -> str:
    """Give the script of a study. Raises `Trouble`."""
    try:
        return files[kept.script].decode("utf-8-sig")
    except (KeyError, UnicodeDecodeError):
        raise Trouble("the study's script is gone or damaged") from None


def fitting(found: Verdict, text: str, catalogue: Catalogue) -> Verdict:
    """Check the script against the databanks that are installed; no data are read."""
    report = program.check(program.read(text), Scope(catalogue))
    unknown = [d for d in report.diagnostics if d.code in {"unknown-databank", "unknown-version"}]
    if unknown:
        notes = tuple(f"not checked against the databank: {d.message}" for d in unknown)
        return replace(found, notes=(*found.notes, *notes))
    wrong = [_line(text, d) for d in report.diagnostics if d.severity == "error"]
    return replace(found, level="static", problems=(*found.problems, *wrong))


def _line(text: str, diagnostic: Diagnostic) -> str:
    line = text.count("\n", 0, diagnostic.span.start) + 1
    return f"line {line} of the script: {diagnostic.message}"


def re_run(
    found: Verdict, kept: Lock, files: Mapping[str, bytes], client: Client, look: Look
) -> Verdict:
    """Run the script again, on the versions of the databanks that it ran on, and compare."""
    text = pinned(script_of(kept, files), kept.made_with.databanks)
    record = run(client, text, None, Steps(sys.stderr, look.language))
    if record.provenance is None or record.exit_code == exit_code.UNSTARTED:
        raise Trouble(f"the script cannot be run: {_why(record)}")
    written: dict[str, bytes] = {}
    now = [entry for step in record.steps for entry in entries(step, look, written)]

    def same(before: Entry, after: Entry) -> Outcome:
        if before.digest == after.digest:
            return "identical"
        old, new = files[before.file], written[after.file]
        printed = [render(outputs.item_of(raw), look) for raw in (old, new)]
        return "equivalent" if printed[0] == printed[1] else "different"

    return replace(
        found,
        level="re-run",
        compared=matched(kept.entries, now, same),
        reasons=reasons(kept, record.provenance),
    )


def _why(record: Record) -> str:
    told = [i for step in record.steps for i in step.items if isinstance(i, Diagnostic)]
    return told[-1].message if told else "the engine stopped"


def study_hash(files: Mapping[str, bytes]) -> str:
    """Give the hash that names a study: that of its lock, which holds those of all the rest."""
    return sha256(files[lock.FILE_NAME])
