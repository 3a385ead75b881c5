"""Writes the databank of the benchmarks: made-up people with six register variables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort.databank.definition import VariableDefinition, catalogued, epoch_day, facts
from kohort.databank.manifest import Manifest
from kohort.databank.writer import DatabankWriter

NAME = "no.kohort.bench"
SEED = 1
SNAPSHOTS = ("2021-01-01", "2022-01-01")
YEARS = (2020, 2021)
_COUNTIES = ("03", "11", "15", "18", "30", "34", "38", "42", "46", "50", "54")
_ELSEWHERE = ("00", "99")  # ends of codes for a county and for no known place in it
_MARRIED_SHARE = 0.4
_MOVED_SHARE = 0.05
_WAGE_SHARE = 0.85


class People:
    """Everybody's values, drawn once; a person's id is a number from 1."""

    def __init__(self, persons: int) -> None:
        self.draw = np.random.default_rng(SEED)
        self.ids = np.arange(1, persons + 1, dtype=np.int64)
        self.birth_year = self.draw.integers(1932, 2022, persons)
        self.woman = self.draw.random(persons) < 0.5
        self.home = self._homes()

    def __len__(self) -> int:
        return len(self.ids)

    def variables(self) -> dict[str, Callable[[], pl.DataFrame]]:
        """Give how to make each variable, in the order in which they are drawn."""
        return {
            "BEFOLKNING_KJOENN": self.sex,
            "BEFOLKNING_FOEDSELS_AAR_MND": self.birth,
            "BEFOLKNING_STATUSKODE": self.status,
            "BEFOLKNING_KOMMNR_FORMELL": self.municipality,
            "SIVSTANDFDT_SIVSTAND": self.civil,
            "INNTEKT_WLONN": self.wage,
        }

    def _homes(self) -> NDArray[np.int64]:
        """Places in the list of municipalities, of which some have ninety times as many people."""
        share = 1 / (np.arange(len(municipalities())) + 4.0)
        bounds = np.cumsum(share / share.sum())
        return np.asarray(np.searchsorted(bounds, self.draw.random(len(self)) * bounds[-1]))

    def fixed(self, values: pl.Series) -> pl.DataFrame:
        return pl.DataFrame({"unit_id": self.ids, "value": values})

    def sex(self) -> pl.DataFrame:
        return self.fixed(_texts(["1", "2"], self.woman))

    def birth(self) -> pl.DataFrame:
        month = self.draw.integers(1, 13, len(self))
        return self.fixed(pl.Series(self.birth_year * 100 + month))

    def status(self) -> pl.DataFrame:
        """Snapshots: resident, emigrated or dead."""
        values = [
            _texts(["1", "3", "5"], self.draw.choice(3, len(self), p=[0.94, 0.05, 0.01]))
            for _ in SNAPSHOTS
        ]
        return self._snapshots(values)

    def municipality(self) -> pl.DataFrame:
        """Snapshots of the place of residence; few move from one to the next."""
        codes = municipalities()
        old = np.where(
            self.draw.random(len(self)) < _MOVED_SHARE,
            self.draw.integers(0, len(codes), len(self)),
            self.home,
        )
        return self._snapshots([_texts(codes, old), _texts(codes, self.home)])

    def _snapshots(self, values: list[pl.Series]) -> pl.DataFrame:
        return pl.concat([
            self.fixed(column).with_columns(
                start_epoch_days=pl.lit(epoch_day(day)), stop_epoch_days=pl.lit(epoch_day(day))
            )
            for day, column in zip(SNAPSHOTS, values, strict=True)
        ])

    def civil(self) -> pl.DataFrame:
        """Spells: everybody begins unmarried, some marry."""
        birth = pl.Series(self.birth_year - 1970) * 365.25
        everybody = pl.DataFrame({
            "unit_id": self.ids,
            "wedding": self.draw.integers(20 * 365, 40 * 365, len(self)),
            "marries": self.draw.random(len(self)) < _MARRIED_SHARE,
            "birth": birth.cast(pl.Int64),
        }).with_columns(day=pl.col("birth") + pl.col("wedding"))
        everybody = everybody.with_columns(
            marries=pl.col("marries") & (pl.col("day") < epoch_day("2023-12-31"))
        )
        unmarried = everybody.select(
            "unit_id",
            value=pl.lit("1"),
            start_epoch_days="birth",
            stop_epoch_days=pl.when("marries").then(pl.col("day") - 1),
        )
        married = everybody.filter("marries").select(
            "unit_id", value=pl.lit("2"), start_epoch_days="day", stop_epoch_days=None
        )
        return pl.concat([unmarried, married], how="vertical_relaxed")

    def wage(self) -> pl.DataFrame:
        """Sums of a year, of those who were at work in it."""
        age = 2021 - self.birth_year
        able = (age >= 18) & (age <= 70)
        mean = 12.9 + 0.01 * (age - 45) - 0.1 * self.woman + 0.1 * np.sin(self.home)
        parts = []
        for year in YEARS:
            works = able & (self.draw.random(len(self)) < _WAGE_SHARE)
            wages = np.exp(mean[works] + 0.5 * self.draw.standard_normal(int(works.sum())))
            part = {"unit_id": self.ids[works], "value": np.rint(wages).astype(np.int64)}
            parts.append(
                pl.DataFrame(part).with_columns(
                    start_epoch_days=pl.lit(epoch_day(f"{year}-01-01")),
                    stop_epoch_days=pl.lit(epoch_day(f"{year}-12-31")),
                )
            )
        return pl.concat(parts)


def municipalities() -> list[str]:
    """Give the codes of the 356 municipalities of 2022."""
    codes = facts()["code_systems"]["KOMMUNE"]["codes"]
    day = SNAPSHOTS[-1]
    return [
        code
        for code, title, start, stop in codes
        if code[:2] in _COUNTIES and code[2:] not in _ELSEWHERE
        if "utgått" not in title and start <= day and (stop is None or stop >= day)
    ]


def _texts(words: list[str], places: NDArray[np.int64] | NDArray[np.bool_]) -> pl.Series:
    return pl.Series(words).gather(pl.Series(places).cast(pl.UInt32))


def write(root: Path, persons: int) -> None:
    """Write the databank of so many persons, and the record keys beside it."""
    write_people(root, People(persons))


def write_people(root: Path, people: People) -> None:
    """Write the databank of some people, and the record keys beside it."""
    manifest = Manifest(
        name=NAME,
        synthetic=True,
        seed=SEED,
        answers_to=("no.ssb.fdb",),
        profiles=("default", "open"),
        profile="default",
        key_id="bench",
    )
    writer = DatabankWriter(root, manifest)
    for name, made in people.variables().items():
        writer.add(_defined(name), made())
    writer.release()


def _defined(name: str) -> VariableDefinition:
    coverage = None
    if name == "SIVSTANDFDT_SIVSTAND":
        coverage = (epoch_day("1991-01-01"), epoch_day("2023-12-31"))
    return catalogued(
        name, description="Laget for målinger", population="Oppdiktede personer", coverage=coverage
    )
