"""Runs the sides of a comparison, each in a process of its own, and keeps the best times."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from stopwatch import Stopwatch

Times = dict[str, list[float]]
"""Step -> wall and processor time, seconds."""


def told(program: str, side: str, *arguments: str, **environment: str) -> dict[str, Any]:
    """Run one side of a program and give what it reports (`Stopwatch.report`).

    Raises `RuntimeError` with the end of what it complained of.
    """
    command = [sys.executable, program, "--side", side, *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = {}
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            found |= json.loads(line)
    return found


def by_peer(peer: str, code: str, *arguments: str) -> dict[str, Any] | None:
    """Run a peer's code in an interpreter that has the peer, and give what its last line reports.

    None where it is not installed, or does not end.
    """
    done = subprocess.run(
        [peer, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stderr[-300:])
        return None
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def fits(
    sides: Collection[str], run: Callable[[str], dict[str, Any] | None], repeats: int
) -> list[str]:
    """Give a table of fits: the run of each side with the least processor time, all in turns."""
    best: dict[str, dict[str, Any]] = {}
    for _ in range(repeats):
        for side in sides:
            found = run(side)
            if found is None:
                continue
            before = best.setdefault(side, found)
            if found["seconds"]["fit"][1] < before["seconds"]["fit"][1]:
                best[side] = found
    lines = ["| side | wall, s | CPU, s | peak memory, GB | first coefficient |"]
    lines.append("| :-- | --: | --: | --: | --: |")
    for side, found in best.items():
        wall, cpu = found["seconds"]["fit"]
        numbers = f"{wall:.2f} | {cpu:.2f} | {found['memory'] / 2**30:.2f} | {found['first']:.6f}"
        lines.append(f"| {side} {found.get('version', '')}".rstrip() + f" | {numbers} |")
    return lines


def best(program: str, side: str, root: Path, repeats: int) -> Times:
    """Give the best wall and processor times of each step."""
    found: Times = {}
    for _ in range(repeats):
        report = told(program, side, "--root", str(root))
        for step, times in report["seconds"].items():
            before = found.get(step) or times
            found[step] = [min(a, b) for a, b in zip(times, before, strict=True)]
    return found


def asked(
    about: str, size: str, most: int, repeats: int, sides: Collection[str]
) -> argparse.Namespace:
    """Read a benchmark's arguments: its size, repeats, and, inside, one side and its databank."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument(size, dest="size", type=int, default=most)
    parser.add_argument("--repeats", type=int, default=repeats)
    parser.add_argument("--side", choices=sides, help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def run_side(
    sides: Mapping[str, Callable[[Path, Stopwatch], object]], given: argparse.Namespace
) -> None:
    """Run one side here and report its times."""
    watch = Stopwatch()
    sides[given.side](given.root, watch)
    watch.report()


def ratios(a: list[float], c: list[float]) -> str:
    """Give wall times of two sides and their ratio, then processor times, as cells of a table."""
    return " | ".join(f"{x:.2f} | {y:.2f} | {x / y:.1f}" for x, y in zip(a, c, strict=True))
