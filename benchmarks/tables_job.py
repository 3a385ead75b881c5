"""Measures a large volume table: mean, deviation and median in 712 cells and all their margins.

    python benchmarks/tables_job.py [--persons N] [--repeats R]

In kohort with protection and without (profiles `default` and `open`), and by hand in polars. Prints
a table. The databank is made once, in `benchmarks/data/`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from people import municipalities
from sides import asked, best, ratios, run_side
from stopwatch import Stopwatch

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.databank.definition import catalogued, epoch_day
from kohort.databank.manifest import Manifest
from kohort.databank.writer import DatabankWriter
from kohort.disclosure.released import Table
from kohort.event import Result, Told
from kohort.worker_environment import set_engine_environment

HERE = Path(__file__).resolve().parent
DAY, YEAR = "2022-01-01", ("2021-01-01", "2021-12-31")
HEAD = f"""\
require no.test.tables:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/BEFOLKNING_KOMMNR_FORMELL {DAY} as municipality
import db/INNTEKT_WLONN {YEAR[1]} as wage
tabulate sex, summarize(wage) freq mean
"""
STEPS = {
    "counts of 712 cells": "tabulate municipality sex\n",
    "mean, std, median of 712 cells": ("tabulate municipality sex, summarize(wage) mean std p50\n"),
}


def databank(persons: int) -> Path:
    """Give a databank of so many persons, written now if it is not there."""
    root = HERE / "data" / f"tables-{persons}"
    if (root / "kohort.toml").exists():
        return root
    draw = np.random.default_rng(5)
    ids = np.arange(1, persons + 1)
    codes = municipalities()
    shares = 1 / (np.arange(len(codes)) + 4.0)
    bounds = np.cumsum(shares / shares.sum())
    home = np.searchsorted(bounds, draw.random(persons) * bounds[-1])
    wage = np.rint(np.exp(12.9 + 0.5 * draw.standard_normal(persons))).astype(np.int64)
    manifest = Manifest(
        name="no.test.tables", synthetic=True, seed=3, profiles=("default", "open"),
        profile="default", key_id="tables-3",
    )  # fmt: skip
    writer = DatabankWriter(root, manifest)
    words = {"description": "Laget", "population": "Laget"}
    columns = {
        "BEFOLKNING_KJOENN": _texts(["1", "2"], draw.integers(0, 2, persons)),
        "BEFOLKNING_KOMMNR_FORMELL": _texts(codes, home),
        "INNTEKT_WLONN": pl.Series(wage),
    }
    days = {"BEFOLKNING_KOMMNR_FORMELL": (DAY, DAY), "INNTEKT_WLONN": YEAR}
    for name, values in columns.items():
        frame = pl.DataFrame({"unit_id": ids, "value": values})
        if name in days:
            start, stop = (epoch_day(day) for day in days[name])
            frame = frame.with_columns(
                start_epoch_days=pl.lit(start, pl.Int64), stop_epoch_days=pl.lit(stop, pl.Int64)
            )
        writer.add(catalogued(name, coverage=None, **words), frame)
    writer.release()
    return root


def _texts(words: list[str], places: np.ndarray) -> pl.Series:
    return pl.Series(words).gather(pl.Series(places).cast(pl.UInt32))


def in_kohort(profile: str, root: Path, watch: Stopwatch) -> list[Table]:
    """Run the steps in one session. Raises `RuntimeError` where one is refused or fails."""
    session = new_session(Catalogue([(None, root)]), profile)
    tables = []
    for name, script in {"": HEAD, **STEPS}.items():
        if name:
            with watch.step(name):
                events = list(session.run(script, batch=False))
        else:
            events = list(session.run(script, batch=False))
        for event in events:
            if isinstance(event, Told) and event.diagnostic.severity != "notice":
                raise RuntimeError(f"{name}: {event.diagnostic.message}")
            if isinstance(event, Result) and isinstance(event.released.content, Table):
                tables.append(event.released.content)
    return tables


def in_polars(root: Path, watch: Stopwatch) -> list[pl.DataFrame]:
    """Do the same by hand, all margins included; the columns are in memory in both cases."""
    data = root / "data"
    scans = [
        pl.scan_parquet(data / name / "**/*.parquet", hive_partitioning=False).select(
            "unit_id", pl.col("value").alias(alias)
        )
        for name, alias in (
            ("BEFOLKNING_KJOENN", "sex"), ("BEFOLKNING_KOMMNR_FORMELL", "municipality"),
            ("INNTEKT_WLONN", "wage"),
        )
    ]  # fmt: skip
    units, *others = scans
    for other in others:
        units = units.join(other, on="unit_id", how="left")
    people = units.collect()
    margins: tuple[list[str], ...] = (["municipality", "sex"], ["municipality"], ["sex"], [])
    counts, volumes = STEPS
    with watch.step(counts):
        for by in margins:
            people.group_by(by).len() if by else people.select(pl.len())
    wage = pl.col("wage")
    figures = (wage.mean().alias("mean"), wage.std().alias("std"), wage.median().alias("p50"))
    found = []
    with watch.step(volumes):
        for by in margins:
            found.append(people.group_by(by).agg(figures) if by else people.select(figures))
    return found


SIDES: dict[str, Callable[[Path, Stopwatch], object]] = {
    "default": partial(in_kohort, "default"),
    "open": partial(in_kohort, "open"),
    "polars": in_polars,
}


def main() -> None:
    """Measure all sides and print the table, or run one side and report its times."""
    given = asked("measure a large volume table", "--persons", 1_000_000, 3, SIDES)
    if given.side:
        run_side(SIDES, given)
        return
    root = databank(given.size)
    set_engine_environment(os.environ)
    times = {side: best(__file__, side, root, given.repeats) for side in SIDES}
    print(
        "| step | profile | kohort wall | polars wall | ratio | kohort CPU | polars CPU | ratio |"
    )
    print("|:--|:--|--:|--:|--:|--:|--:|--:|")
    for step in STEPS:
        for side in ("open", "default"):
            cells = ratios(times[side][step], times["polars"][step])
            print(f"| {step} | {side} | {cells} |")


if __name__ == "__main__":
    main()
