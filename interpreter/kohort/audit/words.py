"""The words of the command line for the audit, and what they do."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from kohort import exit_code


def add(commands: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `kohort audit`."""
    audit = commands("audit", help="for data owners: what was asked, what to look at first")
    audit.add_argument("log", metavar="LOG", help="a log, its folder, or the root of a databank")
    audit.add_argument("--output", choices=("text", "json"), default="text")
    audit.add_argument("--verify", action="store_true", help="only check that nothing was changed")
    audit.add_argument("--resume", metavar="PROJECT", help="let a paused project go on")


def do(given: argparse.Namespace) -> int:
    """Show or verify a log. Gives the exit code, 1 for a broken chain; raises `Trouble`."""
    from kohort.audit import report
    from kohort.output import write

    path = report.log_of(Path(given.log).expanduser())
    if given.resume:
        import getpass

        report.resume(path, given.resume, getpass.getuser())
        write(sys.stdout, f"{given.resume} may go on\n")
        return exit_code.DONE
    found = report.reported(path)
    if given.output == "json":
        write(sys.stdout, report.as_json(found) + "\n")
    else:
        lines = report.text(found)
        write(sys.stdout, "\n".join(lines[:2] if given.verify else lines) + "\n")
    return exit_code.DONE if found.broken is None else exit_code.WRONG
