"""The words of the command line: its commands and options, and how mistakes are told."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import NoReturn

from kohort.archive import words
from kohort.audit import words as audit_words
from kohort.configuration import SYNTHETIC_PERSONS, SYNTHETIC_SEED
from kohort.owner_arguments import add_owner_commands
from kohort.package_version import version_of
from kohort.release_check import words as release_words
from kohort.trouble import Trouble

EXIT_CODES = """exit codes: 0 done, 1 the script is wrong, 2 disclosure control refused something,
3 our fault, 4 usage or start failure, 130 interrupted; the most serious wins (3, 1, 4, 2)"""


_Add = Callable[..., argparse.ArgumentParser]
"""`add_parser` of the commands on one level."""


class _Parser(argparse.ArgumentParser):
    """Mistakes become `Trouble`: argparse itself would end with 2, which means `refused` here."""

    def error(self, message: str) -> NoReturn:
        raise Trouble(f"{message}\n{self.format_usage().rstrip()}")


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
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    _add_run(commands.add_parser, shared)
    check = commands.add_parser("check", parents=[shared], help="check scripts, run nothing")
    check.add_argument("files", nargs="+", metavar="FILE", help="a script; - is standard input")
    check.add_argument("--output", choices=("text", "json"), default="text")
    layout = commands.add_parser("fmt", help="format scripts: blanks, indents, line breaks")
    layout.add_argument("files", nargs="+", metavar="FILE", help="a script; - is standard input")
    layout.add_argument("--check", action="store_true", help="only name files that would change")
    search = commands.add_parser("search", parents=[shared], help="find variables by a word")
    search.add_argument("words", nargs="+", metavar="WORD")
    _add_databank(commands.add_parser)
    words.add(commands.add_parser, shared)
    audit_words.add(commands.add_parser)
    release_words.add(commands.add_parser)
    profile = commands.add_parser("profile", help="show, compare or check disclosure profiles")
    profile.add_argument("action", nargs="?", choices=("show", "diff", "check"))
    profile.add_argument("names", nargs="*", metavar="NAME", help="a profile, or a file of one")
    profile.add_argument("--output", choices=("text", "json"), default="text")
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
    run.add_argument("--output", choices=("text", "json", "html"), help="form of the results")
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
    make = kinds.add_parser("make", help="build a synthetic databank of made-up persons")
    make.add_argument("--persons", type=int, default=SYNTHETIC_PERSONS, metavar="N")
    make.add_argument("--seed", type=int, default=SYNTHETIC_SEED, metavar="S")
    make.add_argument(
        "--variables", metavar="NAME,...", help="only these (all that are simulated otherwise)"
    )
    make.add_argument(
        "--months", metavar="YEARS", help="years of the monthly series: 2018,2021-2023 or none"
    )
    make.add_argument(
        "--all", action="store_true", help="also the rest of the catalogue: shape only, random"
    )
    make.add_argument("directory", metavar="DIR")
    info = kinds.add_parser("info", help="tell what is inside a databank")
    info.add_argument("--language", choices=("en", "nb"), help="language of headings")
    info.add_argument("directory", metavar="DIR")
    add_owner_commands(kinds.add_parser)
