"""Measures the core job: kohort with protection against polars without, in alternation.

    python benchmarks/run.py [--persons N ...] [--repeats R] [--keep]

Writes the table in `benchmarks/README.md` unless told to `--keep` it. Databanks are made once, in
`benchmarks/data/`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

from comparison import Comparison, Measured, written
from stopwatch import processor_time

from kohort.worker_environment import set_engine_environment

HERE = Path(__file__).resolve().parent
SIDES = {"kohort": "core_job.py", "polars": "peer.py"}
START_PERSONS = 100_000
_BIG = 5_000_000


@dataclass
class _Runs:
    """All runs of one size, side by side."""

    persons: int
    found: dict[str, list[Measured]] = field(default_factory=lambda: {side: [] for side in SIDES})

    def add(self, side: str, root: Path) -> None:
        """Run one side once, in a process of its own."""
        command = [sys.executable, str(HERE / SIDES[side]), str(root)]
        run = subprocess.run(command, check=True, capture_output=True, env=_environment())
        told = json.loads(run.stdout)
        seconds = {step: (wall, cpu) for step, (wall, cpu) in told["seconds"].items()}
        self.found[side].append(Measured(seconds, told["memory"]))

    def compared(self) -> Comparison:
        """Give the best of each step's times, and the most memory that either side had."""
        kohort, polars = (Measured.best(self.found[side]) for side in SIDES)
        return Comparison(self.persons, kohort, polars, len(self.found["kohort"]))


def _environment() -> dict[str, str]:
    """Give both sides what kohort settles for its engine: polars' threads, one for algebra."""
    environment = dict(os.environ)
    set_engine_environment(environment)
    return environment


def databank(persons: int) -> Path:
    """Give the databank of so many persons, written now if it is not there."""
    root = HERE / "data" / f"{persons}"
    if not (root / "kohort.toml").exists():
        print(f"writing a databank of {persons} persons")
        making = "import sys, people; people.write(people.Path(sys.argv[1]), int(sys.argv[2]))"
        command = [sys.executable, "-c", making, str(root), str(persons)]
        subprocess.run(command, check=True, cwd=HERE)
    return root


def compared(persons: int, repeats: int) -> Comparison:
    """Run both sides in turns, beginning with the other one each time."""
    root = databank(persons)
    _warm(root)
    runs, order = _Runs(persons), list(SIDES)
    for _ in range(repeats):
        for side in order:
            print(f"{persons} persons: {side}")
            runs.add(side, root)
        order.reverse()
    return runs.compared()


def _warm(root: Path) -> None:
    """Read every file once, so that neither side pays for the disk."""
    for path in (root, root.with_name(f"{root.name}_keys")):
        for file in path.rglob("*.parquet"):
            file.read_bytes()


def start_to_finish(repeats: int) -> tuple[float, float]:
    """Give the time of `kohort run` with the whole job at 100 000 persons: wall, processor."""
    root = databank(START_PERSONS)
    script = root.with_suffix(".mdscript")
    text = subprocess.run(
        [sys.executable, "-c", "import core_job; print(*core_job.STEPS.values(), sep='')"],
        check=True, capture_output=True, text=True, cwd=HERE,
    ).stdout  # fmt: skip
    script.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "kohort", "run", str(script), "--databank", str(root)]
    seconds = []
    for _ in range(repeats):
        start, before = time.perf_counter(), processor_time(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        used = processor_time(resource.RUSAGE_CHILDREN) - before
        seconds.append((time.perf_counter() - start, used))
    return min(wall for wall, _ in seconds), min(cpu for _, cpu in seconds)


def circumstances() -> str:
    """Say when, on what machine and with which versions this was measured."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("kohort", "polars", "numpy"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{date.today().isoformat()}; {packages}, Python {platform.python_version()}; "
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; "
        f"load average {load:.1f} at the end."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description="measure the core job in kohort and polars")
    parser.add_argument("--persons", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument(
        "--repeats", type=int, default=3, help="runs of each side, two of 10 million"
    )
    parser.add_argument("--keep", action="store_true", help="print the table, leave the README")
    given = parser.parse_args()
    comparisons = [
        compared(persons, min(given.repeats, 2) if persons > _BIG else given.repeats)
        for persons in given.persons
    ]
    whole = start_to_finish(max(given.repeats, 3))
    text = written(comparisons, whole, circumstances())
    if given.keep:
        print(text)
        return
    readme = HERE / "README.md"
    readme.write_text(between(readme.read_text(encoding="utf-8"), text), encoding="utf-8")


def between(page: str, table: str) -> str:
    """Put the table between the markers of the page."""
    begin, end = "<!-- measured -->\n", "<!-- end -->\n"
    head, rest = page.split(begin, 1)
    tail = rest.split(end, 1)[1]
    return f"{head}{begin}\n{table}\n{end}{tail}"


if __name__ == "__main__":
    main()
