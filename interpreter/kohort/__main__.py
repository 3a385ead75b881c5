"""The command line: start the prompt, run or check scripts, find variables, make databanks."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kohort import exit_code
from kohort.trouble import Trouble

if TYPE_CHECKING:
    from kohort.catalogue import Catalogue
    from kohort.opening import Opening


DEBUG = "KOHORT_DEBUG"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says. Gives the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        return _done(arguments)
    except Trouble as trouble:
        _complain(trouble.message)
        return trouble.code
    except KeyboardInterrupt:
        _complain("interrupted")
        return exit_code.INTERRUPTED
    except OSError as error:
        from kohort.script_file import reason

        _complain(f"the system says: {reason(error)}")
        return exit_code.UNSTARTED
    except Exception as error:
        # No data is ever in this process, but a traceback helps nobody who cannot change it.
        if DEBUG in os.environ:
            raise
        name = type(error).__name__
        _complain(f"something is wrong in kohort itself ({name}); {DEBUG}=1 shows where")
        return exit_code.FAILED


def _done(arguments: Sequence[str] | None) -> int:
    from kohort.archive import words
    from kohort.arguments import parser
    from kohort.audit import words as audit_words
    from kohort.release_check import words as release_words

    try:
        given = parser().parse_args(arguments)
    except SystemExit as end:  # --help and --version
        return exit_code.DONE if not end.code else exit_code.UNSTARTED
    if given.command == "databank" and given.databank_command not in {"make", "info"}:
        from kohort.owner_commands import run as run_owner_command

        return run_owner_command(given)
    if given.command == "databank":
        return _databank(given)
    if given.command == "profile":
        return _profile(given)
    if given.command == "fmt":
        from kohort.formatting import format_files

        return format_files(given.files, given.check)
    if given.command == "release-check":
        return release_words.do(given)
    if given.command == "audit":
        return audit_words.do(given)
    if given.command in words.COMMANDS:
        from kohort.archive.doing import do

        return do(given, lambda: _started(given))
    if given.command in {"run", "check"}:
        from kohort.script_file import check_present

        # Told before a databank is built for nothing.
        check_present([given.file] if given.command == "run" else given.files)
    opening, catalogue = _started(given)
    match given.command:
        case "check":
            from kohort.batch import check_files

            return check_files(given.files, given.output, opening.language, catalogue)
        case "search":
            from kohort.finding import show_variables

            return show_variables(given.words, catalogue, opening.language)
        case "run":
            from kohort.batch import run_file

            files = (given.charts, given.charts_as), (given.tables, given.tables_as)
            return run_file(given.file, given.to, given.output, opening, catalogue, *files)
        case _ if sys.stdin.isatty():
            from kohort.repl import start

            return start(opening, catalogue)
        case _:
            from kohort.batch import run_file

            return run_file("-", None, None, opening, catalogue)


def _databank(given: argparse.Namespace) -> int:
    """Make a databank, or tell what is in one. Raises `Trouble`."""
    root = Path(given.directory).expanduser().absolute()
    if given.databank_command == "info":
        from kohort.configuration import read_configuration
        from kohort.databank_listing import show_databank

        return show_databank(root, given.language or read_configuration().language or "en")
    from kohort.building import Wanted, make, years

    names = given.variables and tuple(name.strip() for name in given.variables.split(","))
    months = None if given.months is None else years(given.months)
    make(root, Wanted(given.persons, given.seed, names, months, given.all))
    return exit_code.DONE


def _profile(given: argparse.Namespace) -> int:
    from kohort import profile_listing as listing

    match given.action, given.names:
        case None, []:
            return listing.show_names()
        case "show", [name]:
            return listing.show_profile(name, given.output)
        case "diff", [first, second]:
            return listing.show_difference(first, second, given.output)
        case "check", [file]:
            return listing.check_profile(file)
    raise Trouble("write: profile [show NAME | diff NAME NAME | check FILE]")


def _started(given: argparse.Namespace) -> tuple[Opening, Catalogue]:
    """Settle what every session needs: configuration, databanks, language. Raises `Trouble`."""
    from kohort.catalogue import Catalogue, CatalogueError
    from kohort.configuration import SYNTHETIC_PERSONS, SYNTHETIC_SEED, addition, read_configuration
    from kohort.opening import Opening

    for place in given.databank:
        root = addition(place)[1]
        if not root.is_dir():
            raise Trouble(f"there is no folder {root}")
    try:
        configuration = read_configuration()
        catalogue = Catalogue.configured(given.databank)
    except CatalogueError as error:
        raise Trouble(error.diagnostic.message) from None
    language = given.language or configuration.language or "en"
    profile = given.profile or configuration.profile
    _check_choices(profile, language)
    missing = catalogue.needs_building()
    if missing is not None:
        from kohort.building import make_default

        make_default(missing, SYNTHETIC_PERSONS, SYNTHETIC_SEED, language)
    if given.no_color:
        os.environ["NO_COLOR"] = "1"
    return Opening(tuple(given.databank), profile, language, not given.no_notes), catalogue


def _check_choices(profile: str | None, language: str) -> None:
    """Tell at once what the engine would say later. Raises `Trouble`."""
    from kohort.messages import languages

    if language not in languages():
        raise Trouble(f"there are no texts in '{language}'; there are: {', '.join(languages())}")
    if profile is not None:
        from kohort.disclosure.profile import names

        if profile not in names():
            raise Trouble(f"there is no profile '{profile}'; there are: {', '.join(names())}")


def _complain(line: str) -> None:
    from kohort.output import close_quietly

    with contextlib.suppress(OSError):
        sys.stderr.write(f"kohort: {line}\n")
        sys.stderr.flush()
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        close_quietly(sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
