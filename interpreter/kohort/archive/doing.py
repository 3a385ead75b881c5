"""Carries out the commands of the command line that have to do with studies."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from kohort import exit_code, wire
from kohort.archive import citation, exit_words
from kohort.archive.canonical import readable, swhid
from kohort.archive.comparison import Study, difference
from kohort.archive.front_matter import Description, described
from kohort.archive.telling import difference_lines, verdict_lines
from kohort.archive.verdict import to_json
from kohort.archive.words import FLAGS
from kohort.batch import destination, form_of
from kohort.catalogue import Catalogue
from kohort.opening import Opening
from kohort.output import look_at, output_of, write
from kohort.render import Form
from kohort.script_file import reason
from kohort.taking_home import TakingHome, kinds_of
from kohort.trouble import Trouble

Start = Callable[[], tuple[Opening, Catalogue]]
"""Settles configuration and databanks; builds the synthetic one where it is wanted."""


def do(given: argparse.Namespace, start: Start) -> int:
    """Carry out a command. Gives the exit code; raises `Trouble`."""
    match given.command:
        case "archive":
            from kohort.archive.making import archive

            flags = [(flag, text) for flag in FLAGS for text in getattr(given, flag)]
            return archive(given.file, given.to, flags, *start())
        case "verify":
            return _verify(given, start)
        case "show":
            return _show(given)
        case "diff":
            return _diff(given)
        case "cite":
            return _cite(given)
        case "new":
            from kohort.archive.template import new

            write(sys.stdout, f"{new(given.name)} made\n")
        case _:
            from kohort.archive.signature import make_keys

            public = make_keys(Path(given.file).expanduser())
            write(sys.stdout, f"{given.file} made; give away {public} only\n")
    return exit_code.DONE


def _verify(given: argparse.Namespace, start: Start) -> int:
    from kohort.archive.verification import study_hash, verify

    study = Path(given.study).expanduser()
    if given.verdict or given.signed_by:
        return _check_signature(given, study)
    again = given.run or bool(given.databank)
    opening, catalogue = start() if again else (_opening(given), _installed(given))
    verdict = verify(study, opening, catalogue, again)
    made = to_json(verdict, study_hash(Study(study).files))
    if given.sign:
        from kohort.archive.signature import signed

        made = signed(made, Path(given.sign).expanduser())
    if given.to:
        _write(Path(given.to), readable(made))
    if given.output == "json":
        write(sys.stdout, readable(made).decode())
    else:
        lines = verdict_lines(verdict, given.study, look_at(sys.stdout, opening.language))
        write(sys.stdout, "\n".join(lines) + "\n")
    return verdict.exit_code


def _check_signature(given: argparse.Namespace, study: Path) -> int:
    from kohort.archive.signature import holds
    from kohort.archive.verification import study_hash

    if not (given.verdict and given.signed_by):
        raise Trouble("--verdict and --signed-by go together")
    verdict = _read(Path(given.verdict))
    about = verdict.get("study") == study_hash(Study(study).files)
    signed = holds(verdict, Path(given.signed_by).expanduser())
    if about and signed:
        write(sys.stdout, f"signed: {verdict.get('outcome')}\n")
        return exit_words.IDENTICAL
    why = "is not signed by this key" if about else "is about another study"
    write(sys.stdout, f"{given.verdict} {why}\n")
    return exit_words.DAMAGED


def _opening(given: argparse.Namespace) -> Opening:
    return Opening(tuple(given.databank), given.profile, given.language or "en")


def _installed(given: argparse.Namespace) -> Catalogue | None:
    """Give the catalogue where one is there; nothing is built for a look at a study."""
    catalogue = Catalogue.configured(given.databank)
    return None if catalogue.needs_building() is not None else catalogue


def _show(given: argparse.Namespace) -> int:
    from kohort.archive.showing import events

    study = Study(Path(given.study).expanduser())
    if given.files:
        write(sys.stdout, "".join(f"{len(study.files[n]):>9}  {n}\n" for n in sorted(study.files)))
        return exit_code.DONE
    language = given.language or study.lock.language
    with destination(given.to, given.study) as stream:
        form: Form = given.output or form_of(given.to)
        look = look_at(stream, language)
        shown = output_of(form, stream, sys.stderr, look, study.script)
        output = TakingHome(shown, kinds_of(form, given.to))
        if form == "text":
            _head(stream, study, given)
        for event in events(study):
            output.put(event)
        output.end()
    return exit_code.DONE


def _head(stream: TextIO, study: Study, given: argparse.Namespace) -> None:
    about = _about(study)
    write(stream, citation.plain(study.lock, about, _day(study)))
    write(stream, f"\n{study.script.rstrip()}\n\n")


def _diff(given: argparse.Namespace) -> int:
    look = look_at(sys.stdout, given.language or "en")
    first, second = (Study(Path(name).expanduser()) for name in (given.first, given.second))
    found = difference(first, second, look)
    write(sys.stdout, "\n".join(difference_lines(found, look)) + "\n")
    return exit_code.DONE if found.same else exit_code.WRONG


def _cite(given: argparse.Namespace) -> int:
    study = Study(Path(given.study).expanduser())
    about, day = _about(study), _day(study)
    match given.form:
        case "plain":
            text = citation.plain(study.lock, about, day)
        case "bibtex":
            text = citation.bibtex(study.lock, about, day)
        case "cff":
            script = study.files[study.lock.script]
            text = citation.cff(study.lock, about, swhid(script), day)
        case _:
            text = readable(citation.datacite(study.lock, about, day)).decode()
    write(sys.stdout, text)
    return exit_code.DONE


def _about(study: Study) -> Description:
    """Give what the study says of itself: the script's front matter and the flags of its making."""
    return described(study.script, study.lock.flags)


def _day(study: Study) -> str:
    return study.lock.day


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(wire.mapping(json.loads(path.expanduser().read_bytes())))
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {reason(error)}") from None
    except (ValueError, RecursionError, wire.FrameError):
        raise Trouble(f"{path} holds no verdict") from None


def _write(path: Path, raw: bytes) -> None:
    try:
        path.expanduser().write_bytes(raw)
    except OSError as error:
        raise Trouble(f"{path} cannot be written: {reason(error)}") from None
