"""Runs and checks script files for the command line."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, TextIO

from kohort import chart_files, exit_code, program, table_files, taking_home
from kohort.catalogue import Catalogue
from kohort.client import Client, Worker
from kohort.event import Finished, Started, Told
from kohort.opening import Opening
from kohort.output import Output, look_at, output_of
from kohort.progress import Steps
from kohort.render import Form
from kohort.scope import Scope
from kohort.script_file import STANDARD_INPUT, ScriptFile, read_script, reason
from kohort.trouble import Trouble

_FORMS: dict[str, Form] = {".html": "html", ".htm": "html", ".json": "json", ".jsonl": "json"}
_TABLE_FORMS: Final = {".csv": "csv", ".xlsx": "xlsx", ".tex": "latex", ".md": "markdown"}
_OTHERS: Final = frozenset({
    ".doc", ".docx", ".dta", ".feather", ".gif", ".jpeg", ".jpg", ".odt", ".parquet", ".pptx",
    ".rds", ".rtf", ".sas7bdat", ".sav", ".tsv", ".xls", ".zip",
})  # fmt: skip


def run_file(
    given: str,
    to: str | None,
    form: Form | None,
    opening: Opening,
    catalogue: Catalogue,
    charts: tuple[str | None, str | None] = (None, None),
    tables: tuple[str | None, str | None] = (None, None),
) -> int:
    """Run a script file and write its results. Gives the exit code; raises `Trouble`.

    `charts`, `tables`: a folder for them as files of their own, and their form.
    """
    script = read_script(given)
    pictures = chart_files.wanted(*charts, to)
    grids = table_files.wanted(*tables)
    if pictures is not None and pictures.file is not None:
        to = None
    chosen = form or form_of(to)
    with destination(to, given) as stream:
        look = look_at(stream, opening.language, opening.notes)
        shown = output_of(chosen, stream, sys.stderr, look, script.text, _title(given))
        saved = chart_files.beside(shown, pictures, opening.language)
        listed = table_files.beside(saved, grids, opening.language)
        beside = (files.ending for files in (pictures, grids) if files is not None)
        kinds = taking_home.kinds_of(chosen, to, *beside)
        output = taking_home.TakingHome(listed, kinds)
        # The engine starts while the script is checked.
        with closing(Worker(opening)) as worker:
            code = checked(script, catalogue, output)
            if code == exit_code.DONE:
                code = run(worker, script.text, output, Steps(sys.stderr, opening.language))
        output.end()
    return code


def form_of(to: str | None) -> Form:
    """Give the form that a file's ending asks for: text where it says nothing.

    Raises `Trouble` for the ending of what is not written so: text would not open as a workbook.
    """
    ending = Path(to or "").suffix.lower()
    if form := _TABLE_FORMS.get(ending):
        raise Trouble(f"tables go into a folder: --tables DIR --tables-as {form}")
    if ending in _OTHERS:
        known = "text (.txt), a report (.html), JSON (.json) or a chart (.svg, .png, .pdf)"
        raise Trouble(f"results cannot be written as {ending}; -o writes {known}")
    return _FORMS.get(ending, "text")


def _title(given: str) -> str | None:
    """Give what a page about a script is called: its file; nothing for standard input."""
    return None if given == STANDARD_INPUT else Path(given).name


def checked(script: ScriptFile, catalogue: Catalogue, output: Output) -> int:
    """Check a script; tell what is wrong, if anything. Gives the exit code."""
    report = program.check(program.read(script.text), Scope(catalogue))
    found = [d for d in report.diagnostics if d.severity != "notice"]
    if not found:
        return exit_code.DONE
    for diagnostic in report.diagnostics:
        output.put(Told(diagnostic))
    code = exit_code.most_serious(exit_code.of(d) for d in found)
    output.put(Finished(code))
    return code


def run(client: Client, text: str, output: Output, steps: Steps) -> int:
    """Run a whole script; its results are written as they come. Gives the exit code."""
    code = exit_code.FAILED
    for event in client.run(text, batch=True, waiting=steps.waiting):
        steps.clear()
        if isinstance(event, Started):
            steps.started(event.step, event.total)
        elif isinstance(event, Finished):
            code = event.exit_code
        output.put(event)
    return code


def check_files(files: Sequence[str], form: Form, language: str, catalogue: Catalogue) -> int:
    """Check script files. Gives the exit code; raises `Trouble`."""
    codes: list[int] = []
    for given in files:
        script = read_script(given)
        report = program.check(program.read(script.text), Scope(catalogue))
        look = look_at(sys.stdout, language)
        output = output_of(form, sys.stdout, sys.stdout, look, script.text)
        if len(files) > 1 and report.diagnostics and form == "text":
            sys.stdout.write(f"{script.name}:\n")
        for diagnostic in report.diagnostics:
            output.put(Told(diagnostic))
            codes.append(exit_code.of(diagnostic))
        output.end()
    return exit_code.most_serious(codes)


@contextlib.contextmanager
def destination(to: str | None, script: str) -> Iterator[TextIO]:
    """Give the stream that results go to: the file `to`, else standard output.

    Raises `Trouble` where it cannot be written, or is the script itself.
    """
    if to is None:
        yield sys.stdout
        return
    path = Path(to)
    try:
        if path.exists() and Path(script).exists() and path.samefile(script):
            raise Trouble(f"{to} is the script itself; choose another name for the results")
        file = path.open("w", encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        raise Trouble(f"{to} cannot be written: {reason(error)}") from None
    try:
        yield file
    except Trouble:
        with contextlib.suppress(OSError):
            taking_home.discard(path)
        raise
    finally:
        # Everything was flushed when it was written: a failure here has been told already.
        with contextlib.suppress(OSError):
            file.close()
