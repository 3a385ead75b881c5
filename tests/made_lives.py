"""People with histories, jobs and courses made with numpy, as registers and as plain frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from kohort.databank.definition import catalogued, epoch_day
from kohort.databank.manifest import Manifest
from kohort.databank.writer import DatabankWriter

NAME = "no.test.lives"
PEOPLE, JOBS, COURSES = 1500, 2200, 900
YEARS = (2019, 2020, 2021)
MONTHS = tuple(f"2021-{month:02}-16" for month in range(1, 13))
HOMES = ("0301", "1103", "5001")
_COVERAGE = (epoch_day("1990-01-01"), epoch_day("2024-12-31"))

Registers = dict[str, pl.DataFrame]
"""Rows by variable: `unit_id`, `value`, and where the variable has dates `start` and `stop`."""


def registers(seed: int = 31) -> Registers:
    """Make the registers; the same seed always gives the same ones."""
    draw = np.random.default_rng(seed)
    person = np.arange(1, PEOPLE + 1)
    women = person[(person <= 500) & (person % 2 == 0)]
    job = np.arange(10_001, 10_001 + JOBS)
    course = np.arange(20_001, 20_001 + COURSES)
    return {
        "BEFOLKNING_KJOENN": _rows(person, np.where(person % 2 == 0, "2", "1")),
        "BEFOLKNING_MOR_FNR": _rows(person[500:], draw.choice(women, PEOPLE - 500)),
        "BEFOLKNING_REGSTAT_FAMNR": _dated(person, (person + 2) // 3 * 3 - 2, "2021-01-01"),
        "BEFOLKNING_KOMMNR_FORMELL": pl.concat([
            _dated(some, draw.choice(HOMES, len(some)), f"{year}-01-01")
            for year in YEARS
            if len(some := person[draw.random(PEOPLE) < 0.9])
        ]),
        "INNTEKT_WLONN": pl.concat([
            _dated(some, draw.integers(0, 900_000, len(some)), f"{year}-01-01", f"{year}-12-31")
            for year in YEARS
            if len(some := person[draw.random(PEOPLE) < 0.7])
        ]),
        "SIVSTANDFDT_SIVSTAND": _histories(draw, person, ("1", "2", "4")),
        "ARBEIDSFORHOLD_PERSON": _rows(job, draw.integers(1, PEOPLE + 1, JOBS)),
        "ARBLONN_ARB_STILLINGSPST": pl.concat([
            _dated(some, draw.integers(1, 1001, len(some)) / 10, month)
            for month in MONTHS
            if len(some := job[draw.random(JOBS) < 0.7])
        ]),
        "SB12241_KOSTRA_HUSHOLDNINGSAVFALL_AARSINNBYGGER": pl.concat([
            _dated(np.array(HOMES), draw.integers(300, 500, len(HOMES)) / 1, *year_of(year))
            for year in YEARS
        ]),
        "NUDB_KURS_FNR": _rows(course, draw.integers(1, PEOPLE + 1, COURSES)),
        "NUDB_KURS_HELDEL": _histories(draw, course, ("1", "2")),
    }


def year_of(year: int) -> tuple[str, str]:
    """Give the first and the last day of a year."""
    return f"{year}-01-01", f"{year}-12-31"


def bank(root: Path, rows: Registers) -> Path:
    """Write the registers as a synthetic databank."""
    manifest = Manifest(
        name=NAME, synthetic=True, seed=11, profiles=("default", "open"), profile="open",
        key_id="lives-11",
    )  # fmt: skip
    writer = DatabankWriter(root, manifest)
    for name, frame in rows.items():
        event = name in ("SIVSTANDFDT_SIVSTAND", "NUDB_KURS_HELDEL")
        definition = catalogued(
            name, description="Laget", population="Laget", coverage=_COVERAGE if event else None
        )
        days = {"start": "start_epoch_days", "stop": "stop_epoch_days"}
        writer.add(definition, frame.rename({k: v for k, v in days.items() if k in frame.columns}))
    writer.release()
    return root


def _rows(unit: np.ndarray, value: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({"unit_id": unit, "value": value})


def _dated(unit: np.ndarray, value: np.ndarray, start: str, stop: str = "") -> pl.DataFrame:
    first, last = epoch_day(start), epoch_day(stop or start)
    return _rows(unit, value).with_columns(
        start=pl.lit(first, pl.Int64), stop=pl.lit(last, pl.Int64)
    )


def _histories(draw: np.random.Generator, unit: np.ndarray, codes: tuple[str, ...]) -> pl.DataFrame:
    """One to three spells a unit, with or without a gap between them; half of the last are open."""
    rows: list[tuple[int, str, int, int | None]] = []
    for one in unit:
        day = int(draw.integers(epoch_day("1995-01-01"), epoch_day("2020-01-01")))
        spells = int(draw.integers(1, 4))
        for number in range(spells):
            stop = day + int(draw.integers(0, 2000))
            is_open = number == spells - 1 and draw.random() < 0.5
            code = str(draw.choice(codes))
            rows.append((int(one), code, day, None if is_open else min(stop, _COVERAGE[1])))
            day = stop + 1 + int(draw.integers(0, 2)) * int(draw.integers(0, 400))
            if day > _COVERAGE[1]:
                break
    return pl.DataFrame(rows, schema=["unit_id", "value", "start", "stop"], orient="row")
