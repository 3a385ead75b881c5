"""The words of the command line that have to do with studies."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final

from kohort.archive.exit_words import EXIT_CODES

COMMANDS: Final = ("archive", "verify", "show", "diff", "cite", "new", "signing-key")
FLAGS: Final = (
    "title",
    "author",
    "licence",
    "abstract",
    "keywords",
    "funding",
    "publisher",
    "date",
)

_Add = Callable[..., argparse.ArgumentParser]


def add(commands: _Add, shared: argparse.ArgumentParser) -> None:
    """Add the commands. They are carried out by `kohort.archive.doing`."""
    archive = commands("archive", parents=[shared], help="run a script and make a study of it")
    archive.add_argument("file", metavar="FILE", help="the script; - is standard input")
    archive.add_argument("-o", dest="to", metavar="STUDY", help="a .zip, or a folder")
    for flag in FLAGS:
        archive.add_argument(
            f"--{flag}",
            action="append",
            default=[],
            metavar="TEXT",
            help=argparse.SUPPRESS
            if flag != "title"
            else "and --author, --licence, --abstract, --keywords, --funding, "
            "--publisher, --date: instead of the script's front matter",
        )
    _add_verify(commands, shared)
    show = commands("show", parents=[shared], help="show a study's script and results")
    show.add_argument("study", metavar="STUDY")
    show.add_argument("--files", action="store_true", help="only list what the study holds")
    show.add_argument("--output", choices=("text", "json", "html"), help="form of the results")
    show.add_argument("-o", dest="to", metavar="FILE", help="write them to a file")
    diff = commands("diff", parents=[shared], help="compare two studies")
    diff.add_argument("first", metavar="STUDY")
    diff.add_argument("second", metavar="STUDY")
    cite = commands("cite", help="say how a study is cited")
    cite.add_argument("study", metavar="STUDY")
    cite.add_argument("--form", choices=("plain", "bibtex", "cff", "datacite"), default="plain")
    new = commands("new", help="start a folder for a study")
    new.add_argument("name", metavar="NAME")
    key = commands("signing-key", help="make a key pair for signing verdicts")
    key.add_argument("file", metavar="FILE", help="the private key; FILE.pub will be the public")


def _add_verify(commands: _Add, shared: argparse.ArgumentParser) -> None:
    verify = commands(
        "verify", parents=[shared], help="check a study; with a databank, by running it again",
        epilog=EXIT_CODES,
    )  # fmt: skip
    verify.add_argument("study", metavar="STUDY")
    verify.add_argument(
        "--run", action="store_true", help="run it again on the configured databanks"
    )
    verify.add_argument("--output", choices=("text", "json"), default="text")
    verify.add_argument("-o", dest="to", metavar="FILE", help="write the verdict as JSON")
    verify.add_argument("--sign", metavar="KEY", help="sign the verdict with a private key")
    verify.add_argument(
        "--verdict", metavar="FILE", help="check that FILE is a verdict on this study ..."
    )
    verify.add_argument("--signed-by", metavar="KEY", help="... signed by the owner of this key")
