"""Eight thousand people made with numpy, as a databank and as a plain frame to check against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort.databank.definition import VariableDefinition, catalogued, epoch_day
from kohort.databank.manifest import Manifest
from kohort.databank.writer import DatabankWriter

NAME = "no.test.made"
N = 8000
YEARS = (2019, 2020, 2021)
HOMES = ("0301", "1103", "4601", "5001")
_WEDDING_DAYS = (epoch_day("2000-01-01"), epoch_day("2023-12-31"))
_UNMARRIED, _MARRIED = "1", "2"
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class People:
    """One row per person; null where a register has no record.

    `id`, `sex`, `born` (YYYYMM), `mother`, `father`, `family`, `home`, `wedding` (days since 1970),
    `civil` on 2021-01-01, `wage2019` to `wage2021` (kroner).
    """

    frame: pl.DataFrame

    def column(self, name: str) -> pl.DataFrame:
        """Give one variable as a register holds it: `unit_id` and `value`, no nulls."""
        return self.frame.select(unit_id="id", value=name).drop_nulls()


def people(seed: int = 20210101) -> People:
    """Make the people; the same seed always gives the same ones."""
    draw = np.random.default_rng(seed)
    person = np.arange(1, N + 1)
    year = draw.integers(1935, 2020, N)
    sex = draw.integers(1, 3, N)
    wedding = np.where(draw.random(N) < 0.6, draw.integers(*_WEDDING_DAYS, N), -1)
    frame = pl.DataFrame({
        "id": person,
        "sex": pl.Series(sex).cast(pl.String),
        "born": year * 100 + draw.integers(1, 13, N),
        "mother": _parent(draw, year, person[sex == 2], year[sex == 2]),
        "father": _parent(draw, year, person[sex == 1], year[sex == 1]),
        "family": _families(draw, person),
        "home": draw.choice(np.array(HOMES), N, p=(0.4, 0.2, 0.3, 0.1)),
        "wedding": wedding,
        **{f"wage{y}": _wage(draw, y, year, sex) for y in YEARS},
    })
    nowhere = pl.Series(draw.random(N) < 0.03)
    return People(
        frame.with_columns(
            pl.when(nowhere).then(None).otherwise("home").alias("home"),
            *(_above_zero(name) for name in ("mother", "father", "wedding")),
            *(_above_zero(f"wage{y}") for y in YEARS),
        ).with_columns(
            pl
            .when(pl.col("wedding") <= epoch_day("2021-01-01"))
            .then(pl.lit(_MARRIED))
            .otherwise(pl.lit(_UNMARRIED))
            .alias("civil")
        )
    )


def _above_zero(name: str) -> pl.Expr:
    return pl.when(pl.col(name) > 0).then(pl.col(name)).otherwise(None).alias(name)


def _parent(draw: np.random.Generator, year: Ints, candidates: Ints, born: Ints) -> Ints:
    """Give each person a parent 20 to 40 years older; 0 (unknown) to a tenth and the eldest."""
    order = np.argsort(born, kind="stable")
    wanted = year - draw.integers(20, 41, len(year))
    low = np.searchsorted(born[order], wanted)
    high = np.searchsorted(born[order], wanted, side="right")
    known = (high > low) & (draw.random(len(year)) < 0.9)
    chosen = low + (draw.random(len(year)) * (high - low)).astype(np.int64)
    return np.where(known, candidates[order[np.minimum(chosen, len(order) - 1)]], 0)


def _families(draw: np.random.Generator, person: Ints) -> Ints:
    """Give each person the number of a family of one to four: its member with the lowest id."""
    shuffled = draw.permutation(person)
    starts = np.cumsum(draw.integers(1, 5, len(person)))
    group = np.searchsorted(starts, np.arange(len(person)), side="right")
    lowest = np.full(group.max() + 1, len(person) + 1)
    np.minimum.at(lowest, group, shuffled)
    family = np.empty(len(person), dtype=np.int64)
    family[shuffled - 1] = lowest[group]
    return family


def _wage(draw: np.random.Generator, of: int, year: Ints, sex: Ints) -> Ints:
    """Give wages in kroner: lognormal, rising with age, for most from 18 to 69; else 0."""
    age = of - year
    level = 12.6 + 0.012 * (age - 18) - 0.1 * (sex == 2) + 0.02 * (of - YEARS[0])
    wage = np.exp(level + draw.normal(0, 0.4, len(year))).astype(np.int64)
    employed = (age >= 18) & (age < 70) & (draw.random(len(year)) < 0.85)
    return np.where(employed, wage, 0)


def bank(root: Path, made: People) -> Path:
    """Write the databank of these people, synthetic, which allows every profile."""
    manifest = Manifest(
        name=NAME, synthetic=True, seed=11, answers_to=("no.ssb.fdb",),
        profiles=("default", "microdata-no", "danish-5", "strict", "open"), profile="open",
        key_id="made-11",
    )  # fmt: skip
    writer = DatabankWriter(root, manifest)
    for definition, rows in _data_sets(made):
        writer.add(definition, rows)
    writer.release()
    return root


def _defined(name: str, coverage: tuple[int, int] | None = None) -> VariableDefinition:
    return catalogued(name, coverage=coverage, description="Laget", population="Laget")


def _data_sets(made: People) -> Iterable[tuple[VariableDefinition, pl.DataFrame]]:
    fixed = {
        "sex": "BEFOLKNING_KJOENN",
        "born": "BEFOLKNING_FOEDSELS_AAR_MND",
        "mother": "BEFOLKNING_MOR_FNR",
        "father": "BEFOLKNING_FAR_FNR",
    }
    for name, register in fixed.items():
        yield _defined(register), made.column(name)
    measured = epoch_day("2021-01-01")
    for name, register in {
        "home": "BEFOLKNING_KOMMNR_FORMELL",
        "family": "BEFOLKNING_REGSTAT_FAMNR",
    }.items():
        yield _defined(register), _period(made.column(name), measured, measured)
    wages = [
        _period(made.column(f"wage{y}"), epoch_day(f"{y}-01-01"), epoch_day(f"{y}-12-31"))
        for y in YEARS
    ]
    yield _defined("INNTEKT_WLONN"), pl.concat(wages)
    yield _defined("SIVSTANDFDT_SIVSTAND", _WEDDING_DAYS), _spells(made.frame)


def _period(rows: pl.DataFrame, start: int, stop: int) -> pl.DataFrame:
    return rows.with_columns(
        start_epoch_days=pl.lit(start, pl.Int64), stop_epoch_days=pl.lit(stop, pl.Int64)
    )


def _spells(frame: pl.DataFrame) -> pl.DataFrame:
    """Give everybody a spell of being unmarried from 1990, and the married a second, open one."""
    birth = epoch_day("1990-01-01")
    first = frame.select(
        unit_id="id", value=pl.lit(_UNMARRIED), start_epoch_days=pl.lit(birth, pl.Int64),
        stop_epoch_days=pl.col("wedding") - 1,
    )  # fmt: skip
    second = frame.filter(pl.col("wedding").is_not_null()).select(
        unit_id="id", value=pl.lit(_MARRIED), start_epoch_days="wedding",
        stop_epoch_days=pl.lit(None, pl.Int64),
    )  # fmt: skip
    return pl.concat([first, second])
