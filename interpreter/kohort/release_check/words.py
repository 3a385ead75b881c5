"""`kohort release-check`: its words on the command line, and what it prints."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from kohort import exit_code

if TYPE_CHECKING:
    from kohort.release_check.finding import Finding

_MOST_OF_A_KIND = 5


def add(commands: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command."""
    check = commands("release-check", help="find what must not be taken home, in any file")
    check.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder or a zip")
    check.add_argument("--limit", type=int, default=5, metavar="N", help="smallest count (5)")
    check.add_argument("--output", choices=("text", "json"), default="text")


def do(given: argparse.Namespace) -> int:
    """Check files. Gives 0 where nothing is found, else 2; raises `Trouble`."""
    from kohort.output import write
    from kohort.release_check.finding import RULES
    from kohort.release_check.reading import checked

    found = [
        finding
        for path in given.paths
        for finding in checked(Path(path).expanduser(), max(2, given.limit))
    ]
    if given.output == "json":
        rows = [
            {
                **asdict(f),
                "severity": f.severity,
                "why": RULES[f.rule].why,
                "mend": RULES[f.rule].mend,
            }
            for f in found
        ]
        write(sys.stdout, json.dumps({"findings": rows}, ensure_ascii=False, indent=1) + "\n")
    else:
        write(sys.stdout, "\n".join(_lines(found)) + "\n")
    return exit_code.REFUSED if found else exit_code.DONE


def _lines(found: list[Finding]) -> list[str]:
    """Give the findings file by file, each rule explained once."""
    from kohort.release_check.finding import RULES
    from kohort.render.characters import clean

    if not found:
        return ["nothing found that must not leave"]
    lines: list[str] = []
    for file in dict.fromkeys(finding.file for finding in found):
        lines.append(f"{clean(file)}")
        of_file = [finding for finding in found if finding.file == file]
        for rule in dict.fromkeys(finding.rule for finding in of_file):
            of_rule = [finding for finding in of_file if finding.rule == rule]
            for finding in of_rule[:_MOST_OF_A_KIND]:
                lines.append(
                    f"  {finding.severity} {rule} {clean(finding.place)}: {clean(finding.about)}"
                )
            if len(of_rule) > _MOST_OF_A_KIND:
                lines.append(f"  ... and {len(of_rule) - _MOST_OF_A_KIND} more of {rule}")
            lines += [f"    why: {RULES[rule].why}", f"    mend: {RULES[rule].mend}"]
    breaches = sum(finding.severity == "breach" for finding in found)
    return [*lines, f"{len(found)} findings, {breaches} of them breaches"]
