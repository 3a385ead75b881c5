"""Runs a script and makes a study of it: what is shown, where it comes from, and how to cite it."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kohort import batch, exit_code
from kohort.archive import bundle, citation, crate, lock, outputs, sealing
from kohort.archive.canonical import readable, sha256, swhid
from kohort.archive.front_matter import Description, described
from kohort.archive.identity import script_identity
from kohort.archive.lock import Entry, Lock
from kohort.archive.record import Record, Step, recorded
from kohort.catalogue import Catalogue
from kohort.client import Client, Worker
from kohort.diagnostic import Diagnostic
from kohort.disclosure.file_kinds import STUDY
from kohort.event import Event, Started
from kohort.opening import Opening
from kohort.output import HtmlOutput, Output, look_at, output_of
from kohort.progress import Steps
from kohort.render import Look
from kohort.script_file import ScriptFile, read_script
from kohort.taking_home import TakingHome
from kohort.trouble import Trouble

REPORT: Final = "report.html"
CITATION: Final = "CITATION.cff"
DATACITE: Final = "datacite.json"
README: Final = "README.md"


def archive(
    given: str,
    to: str | None,
    flags: Sequence[tuple[str, str]],
    opening: Opening,
    catalogue: Catalogue,
) -> int:
    """Run a script, showing what it gives, and write the study. Gives the exit code.

    A wrong script makes no study; one in which something was refused does. Raises `Trouble`.
    """
    script = read_script(given)
    sealing.check(script.text)
    described(script.text, flags)  # what is wrong with it is told before the run
    target = Path(to or f"{Path(script.name).stem}.zip").expanduser()
    look = look_at(sys.stdout, opening.language)
    shown = output_of("text", sys.stdout, sys.stderr, look, script.text)
    output = TakingHome(shown, STUDY)
    with closing(Worker(opening)) as worker:
        code = batch.checked(script, catalogue, output)
        if code != exit_code.DONE:
            return code
        record = run(worker, script.text, output, Steps(sys.stderr, opening.language))
    if record.exit_code not in {exit_code.DONE, exit_code.REFUSED}:
        return record.exit_code
    bundle.write(target, study(script, record, opening, flags, _now()))
    sys.stdout.write(f"\n{target} written\n")
    return record.exit_code


def run(client: Client, text: str, output: Output | None, steps: Steps) -> Record:
    """Run a script to its end; results are written to `output` as they come."""

    def seen(event: Event) -> None:
        steps.clear()
        if isinstance(event, Started):
            steps.started(event.step, event.total)
        if output is not None:
            output.put(event)

    events = client.run(text, batch=True, waiting=steps.waiting)
    return recorded(text, events, client.provenance, seen)


def study(
    script: ScriptFile,
    record: Record,
    opening: Opening,
    flags: Sequence[tuple[str, str]],
    now: datetime,
) -> dict[str, bytes]:
    """Give the files of a study. Raises `Trouble` where it is not known what the run rests on."""
    if record.provenance is None:
        raise Trouble("the engine ended before it could tell what the results rest on")
    look, about, day = Look(opening.language), described(script.text, flags), f"{now:%Y-%m-%d}"
    files: dict[str, bytes] = {}
    place = f"script/{_file_name(script.name)}"
    files[place] = script.raw
    listed = [entry for step in record.steps for entry in entries(step, look, files)]
    files[REPORT] = _report(record, look)
    made = Lock(
        script=place,
        identity=script_identity(script.text),
        language=opening.language,
        choice=opening.profile or "",
        made_with=record.provenance,
        seeds=_seeds(record.steps),
        entries=tuple(listed),
        exit_code=record.exit_code,
        day=day,
        flags=tuple(flags),
    )
    files[CITATION] = citation.cff(made, about, swhid(files[place]), day).encode("utf-8", "replace")
    files[DATACITE] = readable(citation.datacite(made, about, day))
    files[README] = _readme(made, about, day).encode("utf-8", "replace")
    hashes = {name: sha256(content) for name, content in files.items()}
    made = replace(made, files=hashes)
    files[lock.FILE_NAME] = lock.to_bytes(made)
    sizes = {name: len(content) for name, content in files.items()}
    files[lock.METADATA] = readable(crate.crate(made, about, sizes, now.isoformat()))
    return files


def entries(step: Step, look: Look, files: dict[str, bytes]) -> list[Entry]:
    """Write what one statement gave into `files`, and list it.

    Notices are no results: which of them are given depends on what else is installed.
    """
    made = []
    items = [i for i in step.items if not isinstance(i, Diagnostic) or i.severity != "notice"]
    for place, item in enumerate(items):
        mark = f"-{place + 1}" if len(items) > 1 else ""
        stem = f"outputs/{step.number:03}-{step.command or 'start'}{mark}"
        written = outputs.files_of(item, look)
        files.update({f"{stem}{ending}": content for ending, content in written.items()})
        made.append(
            Entry(
                step=step.number,
                statement=step.name,
                kind=outputs.kind_of(item),
                digest=outputs.digest_of(item),
                file=f"{stem}.json",
                code=item.code if isinstance(item, Diagnostic) else "",
            )
        )
    return made


def _report(record: Record, look: Look) -> bytes:
    page = io.StringIO()
    output = HtmlOutput(page, look, record.script)
    for event in record.events:
        output.put(event)
    output.end()
    return page.getvalue().encode("utf-8", "replace")


def _readme(made: Lock, about: Description, day: str) -> str:
    abstract = f"{about.abstract}\n\n" if about.abstract else ""
    return (
        f"# {citation.title(made, about)}\n\n{abstract}{citation.plain(made, about, day)}\n"
        f"- `{made.script}`: the script as it was written\n"
        f"- `{REPORT}`: script and results to read, `outputs/`: every result as a file\n"
        f"- `{lock.FILE_NAME}`: what the results rest on, and a hash of each\n\n"
        "`kohort show` opens the study, `kohort verify` checks it, with the databank by running\n"
        "the script again.\n"
    )


def _seeds(steps: Sequence[Step]) -> tuple[int, ...]:
    """Give the seeds that the script's samples were drawn with, in order."""
    drawn = [step.text.split() for step in steps if step.command == "sample"]
    return tuple(int(words[2]) for words in drawn if len(words) > 2 and words[2].isdigit())


def _file_name(name: str) -> str:
    stem = re.sub(r"[^\w.-]+", "_", Path(name).stem).strip("._") or "script"
    return f"{stem}.mdscript"


def _now() -> datetime:
    """Give the time of the run; `SOURCE_DATE_EPOCH` sets it, for builds that must repeat."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(given), UTC) if given.isdigit() else datetime.now(UTC)
    return moment.replace(microsecond=0)


__all__ = ["archive", "entries", "run", "study"]
