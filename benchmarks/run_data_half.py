"""Measures the data half: imports, families, parents and a panel, in kohort and in polars.

    python benchmarks/run_data_half.py [--persons N ...] [--repeats R] [--keep]

Writes the second table in `benchmarks/README.md` unless told to `--keep` it. Every case runs in a
process of its own, so that memory at the peak is that of the case.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from comparison import Measured
from data_half import CASES
from run import HERE, circumstances

from kohort.worker_environment import set_engine_environment

SIDES = {"kohort": "data_half.py", "polars": "data_half_peer.py"}
# More persons than this are not measured with the panel: it has a million jobs at most.
MOST_WITH_PANEL = 1_000_000
AIM = 1.5


def databank(persons: int) -> Path:
    """Give the databank of so many persons, written now if it is not there."""
    root = HERE / "data" / f"households_{persons}"
    if not (root / "kohort.toml").exists():
        print(f"writing households of {persons} persons")
        making = "import sys, households as h; h.write(h.Path(sys.argv[1]), int(sys.argv[2]))"
        command = [sys.executable, "-c", making, str(root), str(persons)]
        subprocess.run(command, check=True, cwd=HERE)
    return root


def measured(side: str, case: str, root: Path) -> Measured:
    """Run one case of one side once, in a process of its own."""
    environment = dict(os.environ)
    set_engine_environment(environment)
    command = [sys.executable, str(HERE / SIDES[side]), str(root), case]
    run = subprocess.run(command, check=True, capture_output=True, env=environment)
    told = json.loads(run.stdout)
    seconds = {step: (wall, cpu) for step, (wall, cpu) in told["seconds"].items()}
    return Measured(seconds, told["memory"])


def compared(case: str, root: Path, repeats: int) -> tuple[Measured, Measured]:
    """Run both sides in turns, beginning with the other one each time, and give the best."""
    found: dict[str, list[Measured]] = {side: [] for side in SIDES}
    order = list(SIDES)
    for _ in range(repeats):
        for side in order:
            found[side].append(measured(side, case, root))
            print(f"{root.name}: {case}: {side}: {found[side][-1]}", flush=True)
        order.reverse()
    return Measured.best(found["kohort"]), Measured.best(found["polars"])


def table(persons: int, repeats: int, found: dict[str, tuple[Measured, Measured]]) -> str:
    """Give the cases of one size as a Markdown table, a case a line."""
    rows = [
        "| case | kohort wall | polars wall | ratio | kohort CPU | polars CPU | ratio "
        "| kohort GB | polars GB | ratio |",
        f"|:--|{'--:|' * 9}",
    ]
    for case, (mine, other) in found.items():
        times = [(mine.seconds[case][i], other.seconds[case][i]) for i in (0, 1)]
        pairs = [*times, (mine.memory / 1e9, other.memory / 1e9)]
        told = " | ".join(f"{a:.2f} | {b:.2f} | {a / b:.1f}" for a, b in pairs)
        rows.append(f"| {case} | {told} |")
    runs = "one run" if repeats == 1 else f"best of {repeats} runs"
    size = f"{persons:,}".replace(",", " ")
    return "\n".join([f"{size} persons, {runs}, seconds (aim: a ratio of {AIM}):", "", *rows])


def measure(persons: int, repeats: int) -> str:
    """Measure all cases of one size."""
    root = databank(persons)
    for file in root.parent.glob(f"{root.name}*/**/*.parquet"):
        file.read_bytes()  # so that neither side pays for the disk
    cases = [case for case in CASES if persons <= MOST_WITH_PANEL or "panel" not in case]
    return table(persons, repeats, {case: compared(case, root, repeats) for case in cases})


def between(page: str, text: str) -> str:
    """Put the text between the markers of the page's second table."""
    begin, end = "<!-- measured: data half -->\n", "<!-- end: data half -->\n"
    head, rest = page.split(begin, 1)
    return f"{head}{begin}\n{text}\n\n{end}{rest.split(end, 1)[1]}"


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description="measure the data half in kohort and polars")
    parser.add_argument("--persons", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--repeats", type=int, default=3, help="runs of each side, one above 1M")
    parser.add_argument("--keep", action="store_true", help="print the table, leave the README")
    given = parser.parse_args()
    tables = [
        measure(persons, given.repeats if persons <= MOST_WITH_PANEL else 1)
        for persons in given.persons
    ]
    text = "\n\n".join([circumstances(), *tables])
    if given.keep:
        print(text)
        return
    readme = HERE / "README.md"
    readme.write_text(between(readme.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
