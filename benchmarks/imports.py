"""Measures single imports: one register variable fetched into a dataset of everybody.

    python benchmarks/imports.py [--persons N] [--repeats R] [--keep]

One variable of each temporality at a date, against a left join written by hand in polars on the
same files. Both sides have everybody's units in memory before. Units are numbered from 1 within a
key domain, so that kohort looks values up by place where polars joins; `joined` tells what the same
import costs without that. Writes a table into `benchmarks/README.md`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import people
import polars as pl
from peer import Register
from run import circumstances
from stopwatch import Stopwatch

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.engine import store

HERE = Path(__file__).resolve().parent
DAY = "2022-01-01"
CASES = {
    "fixed": ("BEFOLKNING_FOEDSELS_AAR_MND", None),
    "event at a date": ("SIVSTANDFDT_SIVSTAND", DAY),
    "status": ("BEFOLKNING_KOMMNR_FORMELL", DAY),
    "accumulated": ("INNTEKT_WLONN", "2021-12-31"),
}
HEAD = """\
require no.kohort.bench:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
"""
BEGIN, END = "<!-- measured: imports -->\n", "<!-- end: imports -->\n"


def kohort(root: Path, watch: Stopwatch) -> None:
    """Import each variable without protection of outputs; values are read, nothing is released."""
    session = new_session(Catalogue([(None, root)]), "open")
    list(session.run(HEAD))
    for case, (name, day) in CASES.items():
        with watch.step(case):
            list(session.run(f"import db/{name} {day or ''} as v", batch=False))
            session.datasets["people"].vector("v").spread()  # type: ignore[attr-defined]
        list(session.run("drop v", batch=False))


def joined(root: Path, watch: Stopwatch) -> None:
    """The same, with places found by a join instead of by number."""

    def by_join(have: pl.Series, want: pl.Series) -> pl.Series | None:
        if len(have) == len(want) and bool((have == want).all()):
            return None
        rows = pl.DataFrame({"id": have}).with_row_index("place")
        return pl.DataFrame({"id": want}).join(rows, on="id", how="left")["place"]

    setattr(store, "places", by_join)  # noqa: B010  the module's own name is typed otherwise
    kohort(root, watch)


def polars(root: Path, watch: Stopwatch) -> None:
    """A left join of a scan, by hand."""
    register = Register(root)
    people = register.variable("BEFOLKNING_KJOENN", "sex").collect()
    for case, (name, day) in CASES.items():
        with watch.step(case):
            people.lazy().join(
                register.variable(name, "v", day), on="unit_id", how="left"
            ).collect()


SIDES = {"kohort": kohort, "joined": joined, "polars": polars}


def side(name: str, persons: int) -> dict[str, tuple[float, float]]:
    """Run one side in a process of its own; gives wall and CPU seconds of each case."""
    command = [sys.executable, str(HERE / "imports.py"), "--side", name, "--persons", str(persons)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds: dict[str, tuple[float, float]] = json.loads(told)["seconds"]
    return seconds


def measured(persons: int, repeats: int) -> str:
    """Give the table of one size, the best of some runs, sides in turn."""
    best: dict[str, dict[str, tuple[float, float]]] = {name: {} for name in SIDES}
    for _ in range(repeats):
        for name in SIDES:
            for case, (wall, cpu) in side(name, persons).items():
                old = best[name].get(case, (wall, cpu))
                best[name][case] = min(wall, old[0]), min(cpu, old[1])
    size = f"{persons:,}".replace(",", " ")
    rows = [
        f"{size} persons, best of {repeats}, seconds (aim: 1.2 times polars):",
        "",
        "| import | kohort wall | polars wall | ratio | kohort CPU | polars CPU | ratio "
        "| CPU by a join |",
        f"|:--|{'--:|' * 7}",
    ]
    for case in CASES:
        mine, other = best["kohort"][case], best["polars"][case]
        pairs = " | ".join(
            f"{mine[n]:.2f} | {other[n]:.2f} | {mine[n] / other[n]:.1f}" for n in (0, 1)
        )
        rows.append(f"| {case} | {pairs} | {best['joined'][case][1]:.2f} |")
    return "\n".join(rows)


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description="measure imports in kohort and polars")
    parser.add_argument("--persons", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="print the table, leave the README")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    root = HERE / "data" / str(given.persons)
    if not (root / "kohort.toml").exists():
        people.write(root, given.persons)
    if given.side:
        watch = Stopwatch()
        SIDES[given.side](root, watch)
        watch.report()
        return
    text = f"{circumstances()}\n\n{measured(given.persons, given.repeats)}"
    if given.keep:
        print(text)
        return
    readme = HERE / "README.md"
    head, _, rest = readme.read_text("utf-8").partition(BEGIN)
    readme.write_text(f"{head}{BEGIN}\n{text}\n\n{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
