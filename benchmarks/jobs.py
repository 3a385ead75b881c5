"""Measures spells and panels: jobs in kohort with protection, and by hand in polars without.

    python benchmarks/jobs.py [--jobs N] [--repeats R]

Prints a table. The databank is made once, in `benchmarks/data/`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from sides import asked, best, ratios, run_side
from stopwatch import Stopwatch

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.databank.definition import catalogued
from kohort.databank.manifest import Manifest
from kohort.databank.writer import DatabankWriter
from kohort.event import Told

HERE = Path(__file__).resolve().parent
MONTHS = [f"2021-{month:02}-16" for month in range(1, 13)]
SHARE, HOLDER, COURSE = "ARBLONN_ARB_STILLINGSPST", "ARBEIDSFORHOLD_PERSON", "NUDB_KURS_HELDEL"
STEPS = {
    "12 months of jobs, by person": f"""\
require no.test.jobs:1 as db
create-dataset jobs
import-panel db/{SHARE} db/{HOLDER} {" ".join(MONTHS)}
clone-dataset jobs wide
collapse (mean) {SHARE} -> share (count) {SHARE} -> months, by({HOLDER})
summarize share months
""",
    "the same with a variable a month": f"""\
use wide
drop {HOLDER}
reshape-from-panel
summarize {" ".join(f"{SHARE}{date.fromisoformat(m).toordinal() - 719163}" for m in MONTHS)}
""",
    "days of spells, by unit": f"""\
create-dataset courses
import-event db/{COURSE} 2000-01-01 to 2010-12-31 as part
keep if part == '1'
generate days = STOP@part - START@part + 1
collapse (sum) days, by(KURSID_1)
summarize days
""",
}


def day(text: str) -> int:
    """Give the days from 1970 to a date."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def databank(jobs: int) -> Path:
    """Give a databank of so many jobs and courses, written now if it is not there."""
    root = HERE / "data" / f"jobs-{jobs}"
    if (root / "kohort.toml").exists():
        return root
    draw = np.random.default_rng(1)
    ids = np.arange(1, jobs + 1)
    months = []
    for month in MONTHS:
        some = ids[draw.random(jobs) < 0.8]
        held = pl.DataFrame({"unit_id": some, "value": draw.integers(1, 1001, len(some)) / 10})
        days = (
            pl.lit(day(month), pl.Int64).alias(f"{end}_epoch_days") for end in ("start", "stop")
        )
        months.append(held.with_columns(*days))
    begun = np.sort(draw.integers(10_000, 18_000, (jobs, 2)), axis=1)
    ended = np.stack([begun[:, 1] - 1, begun[:, 1] + 500], axis=1)
    courses = pl.DataFrame({
        "unit_id": np.repeat(ids, 2),
        "value": draw.choice(np.array(["1", "2"]), 2 * jobs),
        "start_epoch_days": begun.ravel(),
        "stop_epoch_days": ended.ravel(),
    }).filter(pl.col("stop_epoch_days") >= pl.col("start_epoch_days"))
    holders = pl.DataFrame({"unit_id": ids, "value": draw.integers(1, jobs, jobs)})
    manifest = Manifest(name="no.test.jobs", synthetic=True, seed=3, key_id="jobs-3")
    writer = DatabankWriter(root, manifest)
    for name, rows in ((SHARE, pl.concat(months)), (HOLDER, holders), (COURSE, courses)):
        covered = (0, 20_000) if name == COURSE else None
        words = {"description": "Laget", "population": "Laget"}
        writer.add(catalogued(name, coverage=covered, **words), rows)
    writer.release()
    return root


def in_kohort(root: Path, watch: Stopwatch) -> None:
    """Run the steps in one session. Raises `RuntimeError` where one is refused or fails."""
    session = new_session(Catalogue([(None, root)]))
    for name, script in STEPS.items():
        with watch.step(name):
            events = list(session.run(script, batch=False))
        for event in events:
            if isinstance(event, Told) and event.diagnostic.severity != "notice":
                raise RuntimeError(f"{name}: {event.diagnostic.message}")


def in_polars(root: Path, watch: Stopwatch) -> None:
    """Do the same by hand."""
    by_person, wide, spells = STEPS
    with watch.step(by_person):
        panel = _panel(root)
        grouped = (
            panel
            .drop_nulls("share")
            .group_by("holder")
            .agg(pl.col("share").mean(), pl.len().alias("months"))
        )
        grouped.select(pl.all().mean())
        _quantiles(grouped, ["share", "months"])
    with watch.step(wide):
        spread = panel.pivot("month", index="unit_id", values="share")
        _quantiles(spread, [name for name in spread.columns if name != "unit_id"])
    with watch.step(spells):
        first, last = day("2000-01-01"), day("2010-12-31")
        start, stop = pl.col("start_epoch_days"), pl.col("stop_epoch_days")
        rows = _scan(root, COURSE).filter(
            start <= last, stop.is_null() | (stop >= first), pl.col("value") == "1"
        )
        summed = rows.group_by("unit_id").agg(days=(stop - start + 1).sum()).collect()
        _quantiles(summed, ["days"])


def _panel(root: Path) -> pl.DataFrame:
    shares = _scan(root, SHARE).select("unit_id", "start_epoch_days", share="value").collect()
    months = pl.DataFrame({"month": [day(month) for month in MONTHS]}, schema={"month": pl.Int64})
    grid = shares.select("unit_id").unique().join(months, how="cross")
    holders = _scan(root, HOLDER).select("unit_id", holder="value").collect()
    return grid.join(
        shares, left_on=["unit_id", "month"], right_on=["unit_id", "start_epoch_days"], how="left"
    ).join(holders, on="unit_id", how="left")


def _scan(root: Path, name: str) -> pl.LazyFrame:
    return pl.scan_parquet(root / "data" / name / "**/*.parquet", hive_partitioning=False)


def _quantiles(frame: pl.DataFrame, names: list[str]) -> None:
    for share in (0.01, 0.25, 0.5, 0.75, 0.99):
        frame.select(pl.col(names).quantile(share, "linear"))
    frame.select(pl.col(names).std())


SIDES: dict[str, Callable[[Path, Stopwatch], None]] = {"kohort": in_kohort, "polars": in_polars}


def main() -> None:
    """Measure both sides and print the table, or run one side and report its times."""
    given = asked("measure spells and panels", "--jobs", 1_000_000, 2, SIDES)
    if given.side:
        run_side(SIDES, given)
        return
    root = databank(given.size)
    times = {side: best(__file__, side, root, given.repeats) for side in SIDES}
    print("| step | kohort wall | polars wall | ratio | kohort CPU | polars CPU | ratio |")
    print("|:--|--:|--:|--:|--:|--:|--:|")
    for step in STEPS:
        print(f"| {step} | {ratios(times['kohort'][step], times['polars'][step])} |")


if __name__ == "__main__":
    main()
