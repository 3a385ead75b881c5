"""Reads the synthetic country of 20 000 people from its files alone, nothing of the generator."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from kohort import databank

PERSONS = 20_000
SEED = 7
MONTHS = (2018, 2021, 2022, 2023)


def day(text: str) -> int:
    """Give a date as days since 1970-01-01."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def months(column: str) -> pl.Expr:
    """Months since year 0 of a number written YYYYMM."""
    return (pl.col(column) // 100) * 12 + pl.col(column) % 100


def build(folder: Path) -> Path:
    """Build it, with the monthly series of the years that published scripts ask for."""
    root = folder / "country"
    databank.make(root, PERSONS, SEED, months=MONTHS)
    return root


class Bank:
    """The data sets of a bank as data frames."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def fixed(self, name: str, column: str = "value") -> pl.DataFrame:
        """Give a constant: `unit_id` and the value under the column's name."""
        frame = pl.read_parquet(self.root / "data" / name / f"{name}__1_0.parquet")
        return frame.select("unit_id", pl.col("value").alias(column))

    def spells(self, name: str) -> pl.DataFrame:
        """Give spells: `unit_id`, `value`, `start`, `stop`."""
        return pl.read_parquet(self.root / "data" / name / f"{name}__1_0.parquet").rename({
            "start_epoch_days": "start",
            "stop_epoch_days": "stop",
        })

    def at(self, name: str, on: str, column: str = "value") -> pl.DataFrame:
        """Give the state of spells on a day."""
        at = day(on)
        live = (pl.col("start") <= at) & (pl.col("stop").is_null() | (pl.col("stop") >= at))
        return self.spells(name).filter(live).select("unit_id", pl.col("value").alias(column))

    def year(self, name: str, year: int, column: str = "value") -> pl.DataFrame:
        """Give a yearly measurement or sum."""
        return self._year(name, year).select("unit_id", pl.col("value").alias(column))

    def monthly(self, name: str, year: int, column: str = "value") -> pl.DataFrame:
        """Give a monthly series of a year: `unit_id`, the value, `month` (1 to 12)."""
        month = pl.from_epoch("start_epoch_days", time_unit="d").dt.month().alias("month")
        frame = self._year(name, year)
        return frame.select("unit_id", pl.col("value").alias(column), month)

    def _year(self, name: str, year: int) -> pl.DataFrame:
        path = self.root / "data" / name / f"{name}__1_0" / f"start_year={year}" / "0.parquet"
        return pl.read_parquet(path)

    def born(self) -> pl.DataFrame:
        """Give the month of birth, YYYYMM."""
        return self.fixed("BEFOLKNING_FOEDSELS_AAR_MND", "born")

    def ages(self, year: int) -> pl.DataFrame:
        """Completed years on 1 January: the month of birth does not matter then."""
        return self.born().select("unit_id", (year - 1 - pl.col("born") // 100).alias("age"))
