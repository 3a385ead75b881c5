"""The words of the command line: its commands and options, and how mistakes are told."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Final, NoReturn

from kohort.archive import words
from kohort.audit import words as audit_words
from kohort.configuration import SYNTHETIC_PERSONS, SYNTHETIC_SEED
from kohort.diagnostic import suggestion
from kohort.owner_arguments import add_owner_commands
from kohort.package_version import version_of
from kohort.release_check import words as release_words
from kohort.trouble import Trouble

CHECK_EXIT_CODES = "exit codes: 0 nothing is wrong, 1 a script is wrong, 4 usage or start failure"
EXIT_CODES = """exit codes: 0 done, 1 the script is wrong, 2 disclosure control refused something,
3 our fault, 4 usage or start failure, 130 interrupted; the most serious wins (3, 1, 4, 2)"""


_Add = Callable[..., Any]
"""`add_parser` of the commands on one level."""


class _Parser(argparse.ArgumentParser):
    """Mistakes become `Trouble`: argparse itself would end with 2, which means `refused` here."""

    commands: Collection[str] = ()

    def error(self, message: str) -> NoReturn:
        wrong = _NO_COMMAND.match(message)
        if wrong is not None:
            raise Trouble(_unknown_command(wrong["word"], self.commands))
        raise Trouble(f"{message}\n{self.format_usage().rstrip()}")


_NO_COMMAND: Final = re.compile(r"argument COMMAND: invalid choice: (['\"])(?P<word>.*?)\1")


def _unknown_command(word: str, known: Collection[str]) -> str:
    """Say what was meant by a word that is no command."""
    if word.endswith(".mdscript") or ("run" in known and Path(word).is_file()):
        return f"to run a script, write: kohort run {word}"
    if word == "help":
        return "kohort --help lists the commands, kohort COMMAND --help explains one"
    meant = suggestion(word, known)
    what = f"there is no command '{word}'"
    return f"{what}; there are: {', '.join(known)}" if meant is None else f"{what}; {meant}"


def _described(add: _Add) -> _Add:
    """Give `add_parser` with the words of the list of commands above the command's own help."""

    def added(name: str, *, help: str, **rest: Any) -> argparse.ArgumentParser:  # noqa: A002
        about = f"{help[:1].upper()}{help[1:]}."
        made: argparse.ArgumentParser = add(name, help=help, description=about, **rest)
        return made

    return added


def parser() -> argparse.ArgumentParser:
    """Give the parser. Attribute `command` names what to do; None is the prompt."""
    # Two of them: `set_defaults` would reach into a shared one.
    shared = _shared()
    top = _Parser(
        prog="kohort",
        description="Runs .mdscript, the command language for register data. Without a command: "
        "the prompt.",
        epilog=EXIT_CODES,
        parents=[_shared()],
    )
    top.add_argument("--version", action="version", version=f"kohort {version_of('kohort')}")
    top.set_defaults(command=None, databank=[], profile=None, language=None)
    top.set_defaults(no_color=False, no_notes=False)
    commands = top.add_subparsers(
        dest="command", title="commands", metavar="COMMAND", parser_class=_Parser
    )
    add = _described(commands.add_parser)
    _add_run(add, shared)
    check = add(
        "check", parents=[shared], help="check scripts, run nothing", epilog=CHECK_EXIT_CODES
    )
    check.add_argument("files", nargs="+", metavar="FILE", help="a script; - is standard input")
    check.add_argument("--output", choices=("text", "json"), default="text", help="form (text)")
    layout = add("fmt", help="format scripts: blanks, indents, line breaks")
    layout.add_argument("files", nargs="+", metavar="FILE", help="a script; - is standard input")
    layout.add_argument("--check", action="store_true", help="only name files that would change")
    search = add("search", parents=[shared], help="find variables by a word")
    search.add_argument(
        "words", nargs="+", metavar="WORD", help="in names, titles, labels and codes"
    )
    _add_databank(add)
    words.add(add, shared)
    audit_words.add(add)
    release_words.add(add)
    profile = add("profile", help="show, compare or check disclosure profiles")
    profile.add_argument("action", nargs="?", choices=("show", "diff", "check"))
    profile.add_argument("names", nargs="*", metavar="NAME", help="a profile, or a file of one")
    profile.add_argument("--output", choices=("text", "json"), default="text", help="form (text)")
    top.commands = commands.choices
    return top


def _shared() -> _Parser:
    # No defaults here: those of a command would hide what stands before it.
    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument(
        "--databank",
        action="append",
        metavar="[NAME=]DIR",
        help="add a databank; may be repeated",
    )
    shared.add_argument("--profile", help="protection profile (the stricter of it and the bank's)")
    shared.add_argument("--language", choices=("en", "nb"), help="language of headings and texts")
    shared.add_argument("--no-color", action="store_true", help="no colours in a terminal")
    shared.add_argument(
        "--no-notes",
        action="store_true",
        help="no line under a result that says where it comes from",
    )
    return shared


def _add_run(add: _Add, shared: _Parser) -> None:
    run = add("run", parents=[shared], help="run a script", epilog=EXIT_CODES)
    run.add_argument("file", metavar="FILE", help="the script; - is standard input")
    run.add_argument(
        "--output", choices=("text", "json", "html"), help="form of the results (text)"
    )
    run.add_argument(
        "-o",
        dest="to",
        metavar="FILE",
        help="write the results to a file; .svg, .png or .pdf: the chart, the rest as usual",
    )
    run.add_argument("--charts", metavar="DIR", help="save every chart in a folder")
    forms = ("svg", "png", "pdf")
    run.add_argument("--charts-as", choices=forms, help="form of the saved charts (svg)")
    run.add_argument("--tables", metavar="DIR", help="save every table in a folder")
    tables = ("csv", "xlsx", "latex", "markdown")
    run.add_argument("--tables-as", choices=tables, help="form of the saved tables (csv)")


def _add_databank(add: _Add) -> None:
    databank = add("databank", help="make databanks, and keep those of an owner")
    kinds = databank.add_subparsers(
        dest="databank_command", metavar="COMMAND", required=True, parser_class=_Parser
    )
    databank.commands = kinds.choices
    add_kind = _described(kinds.add_parser)
    make = add_kind("make", help="build a synthetic databank of made-up persons")
    make.add_argument(
        "--persons", type=int, default=SYNTHETIC_PERSONS, metavar="N",
        help=f"how many ({SYNTHETIC_PERSONS}), up to 12 million",
    )  # fmt: skip
    make.add_argument(
        "--seed", type=int, default=SYNTHETIC_SEED, metavar="S",
        help=f"the same seed gives the same files ({SYNTHETIC_SEED})",
    )  # fmt: skip
    make.add_argument(
        "--variables", metavar="NAME,...", help="only these (all that are simulated otherwise)"
    )
    make.add_argument(
        "--months", metavar="YEARS", help="years of the monthly series: 2018,2021-2023 or none"
    )
    make.add_argument(
        "--all", action="store_true", help="also the rest of the catalogue: shape only, random"
    )
    make.add_argument("directory", metavar="DIR", help="the folder to make")
    info = add_kind("info", help="tell what is inside a databank")
    info.add_argument("--language", choices=("en", "nb"), help="language of headings")
    info.add_argument("directory", metavar="DIR", help="the databank's folder")
    add_owner_commands(add_kind)
