"""The words of the owner's commands: `kohort databank add`, `release`, `status` and the others."""

from __future__ import annotations

import argparse
from collections.abc import Callable

_Add = Callable[..., argparse.ArgumentParser]


def add_owner_commands(add: _Add) -> None:
    """Add the owner's commands to those of `kohort databank`."""
    _add_intake(add)
    status = add("status", help="tell what the next release would bring")
    _directory(status)
    status.add_argument("names", nargs="*", metavar="NAME", help="these registers only")
    release = add("release", help="release drafts as a new version")
    _directory(release)
    release.add_argument("note", metavar="NOTE", help="what is new in this version")
    release.add_argument("names", nargs="*", metavar="NAME", help="these drafts only")
    release.add_argument("--approved", metavar="CODE", help="only if status still gives this code")
    remove = add("remove", help="leave registers out of the next release")
    _directory(remove)
    remove.add_argument("names", nargs="+", metavar="NAME")
    remove.add_argument("--note", default="Fjernet", help="why")
    rollback = add("rollback", help="take back what is pending, all of it or some registers")
    _directory(rollback)
    rollback.add_argument("names", nargs="*", metavar="NAME")
    versions = add("versions", help="list the released versions")
    _directory(versions)
    export = add("export", help="write the catalogue for publication: DCAT-AP and DDI-Codebook")
    _directory(export)
    export.add_argument("to", metavar="FOLDER", help="where the files are written")
    export.add_argument("--version", dest="released", metavar="X.Y.Z", help="not the newest one")
    export.add_argument("--base", metavar="URI", help="where the catalogue will be published")


def _add_intake(add: _Add) -> None:
    check = add("check", help="validate files before they are added, or examine a databank")
    check.add_argument("sources", nargs="+", metavar="SOURCE", help=_SOURCE)
    intake = add("add", help="make registers drafts; the databank is founded where there is none")
    _directory(intake)
    intake.add_argument("sources", nargs="+", metavar="SOURCE", help=_SOURCE)
    intake.add_argument("--patch", action="store_true", help="change the words only, no rows")
    intake.add_argument("--name", help="name of a new databank, such as no.my.bank")
    intake.add_argument("--label", default="", help="title of a new databank")
    intake.add_argument("--key", metavar="FILE", help="the key file; made for a new databank")
    intake.add_argument("--key-id", metavar="ID", help="name of the key of a new databank")
    intake.add_argument("--profile", default="default", help="protection of a new databank")
    intake.add_argument("--encrypt", action="store_true", help="keep rows of a new one encrypted")


_SOURCE = "a folder NAME with NAME.json and NAME.csv, a folder of these, or a mapping file .toml"


def _directory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", metavar="DIR", help="the databank's folder")
