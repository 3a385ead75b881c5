"""Writes the databank of the data half: incomes of five years, families, parents, monthly jobs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from kohort.databank.definition import catalogued, epoch_day
from kohort.databank.manifest import Manifest
from kohort.databank.writer import DatabankWriter

SEED = 2
YEARS = tuple(range(2017, 2022))
# Share of persons who have such an income in a year.
INCOMES = {
    "INNTEKT_WLONN": 0.6,
    "INNTEKT_WYRKINNT": 0.65,
    "INNTEKT_BRUTTOFORM": 0.85,
    "INNTEKT_BANKINNSK": 0.8,
    "INNTEKT_BARNETRYGD": 0.2,
    "INNTEKT_ALDERSP_FOLKETR": 0.2,
}
FAMILIES_ON = "2021-01-01"
CHILDREN_SINCE = 1990
PARENTS_BEFORE = 1970
MONTHS = tuple(f"2021-{month:02}" for month in range(1, 13))
MOST_JOBS = 1_000_000
_KNOWN_PARENT = 0.95
_MONTH_AT_WORK = 0.8


class _Households:
    """Everybody's values; a person's id is a number from 1, a job's too."""

    def __init__(self, persons: int) -> None:
        self.draw = np.random.default_rng(SEED)
        self.ids = np.arange(1, persons + 1, dtype=np.int64)
        self.birth_year = self.draw.integers(1932, 2022, persons)
        self.jobs = np.arange(1, min(persons, MOST_JOBS) + 1, dtype=np.int64)

    def birth(self) -> pl.DataFrame:
        month = self.draw.integers(1, 13, len(self.ids))
        return pl.DataFrame({"unit_id": self.ids, "value": self.birth_year * 100 + month})

    def income(self, share: float) -> pl.DataFrame:
        """Sums of five years, of other people each year."""
        amounts = np.exp(12 + 0.6 * self.draw.standard_normal(len(self.ids))).astype(np.int64)
        parts = []
        for year in YEARS:
            has = self.draw.random(len(self.ids), dtype=np.float32) < share
            part = pl.DataFrame({"unit_id": self.ids[has], "value": amounts[has] + year})
            parts.append(_during(part, f"{year}-01-01", f"{year}-12-31"))
        return pl.concat(parts)

    def family(self) -> pl.DataFrame:
        """Number of the head of the family; every second person is one, on average."""
        heads = self.ids[self.draw.random(len(self.ids)) < 0.5]
        family = heads[self.draw.integers(0, len(heads), len(self.ids))]
        family[heads - 1] = heads
        rows = pl.DataFrame({"unit_id": self.ids, "value": family})
        return _during(rows, FAMILIES_ON, FAMILIES_ON)

    def parent(self) -> pl.DataFrame:
        """One parent of those born lately, drawn from all who are old enough."""
        known = self.draw.random(len(self.ids)) < _KNOWN_PARENT
        children = self.ids[(self.birth_year >= CHILDREN_SINCE) & known]
        grown = self.ids[self.birth_year < PARENTS_BEFORE]
        return pl.DataFrame({"unit_id": children, "value": self.draw.choice(grown, len(children))})

    def holder(self) -> pl.DataFrame:
        persons = self.draw.integers(1, len(self.ids) + 1, len(self.jobs))
        return pl.DataFrame({"unit_id": self.jobs, "value": persons})

    def hours(self) -> pl.DataFrame:
        """Hours a week in the middle of each month in which the job lasts."""
        parts = []
        for month in MONTHS:
            jobs = self._lasting()
            hours = self.draw.integers(8, 76, len(jobs)) / 2
            part = pl.DataFrame({"unit_id": jobs, "value": hours})
            parts.append(_during(part, f"{month}-16", f"{month}-16"))
        return pl.concat(parts)

    def pay(self) -> pl.DataFrame:
        """Pay of a month."""
        parts = []
        for month in MONTHS:
            jobs = self._lasting()
            pay = np.rint(np.exp(10.6 + 0.4 * self.draw.standard_normal(len(jobs))))
            part = pl.DataFrame({"unit_id": jobs, "value": pay})
            parts.append(_during(part, f"{month}-01", f"{month}-28"))
        return pl.concat(parts)

    def _lasting(self) -> np.typing.NDArray[np.int64]:
        return self.jobs[self.draw.random(len(self.jobs)) < _MONTH_AT_WORK]


def _during(rows: pl.DataFrame, start: str, stop: str) -> pl.DataFrame:
    return rows.with_columns(
        start_epoch_days=pl.lit(epoch_day(start), pl.Int16),
        stop_epoch_days=pl.lit(epoch_day(stop), pl.Int16),
    )


def write(root: Path, persons: int) -> None:
    """Write the databank of so many persons, and the record keys beside it."""
    manifest = Manifest(
        name="no.kohort.bench.data",
        synthetic=True,
        seed=SEED,
        answers_to=("no.ssb.fdb",),
        profiles=("default", "open"),
        profile="default",
        key_id="bench",
    )
    writer = DatabankWriter(root, manifest)
    made = _Households(persons)
    _add(writer, "BEFOLKNING_FOEDSELS_AAR_MND", made.birth())
    for name, share in INCOMES.items():
        _add(writer, name, made.income(share))
    _add(writer, "BEFOLKNING_REGSTAT_FAMNR", made.family())
    _add(writer, "BEFOLKNING_MOR_FNR", made.parent())
    _add(writer, "BEFOLKNING_FAR_FNR", made.parent())
    _add(writer, "ARBEIDSFORHOLD_PERSON", made.holder())
    _add(writer, "ARBLONN_ARB_ARBEIDSTID", made.hours())
    _add(writer, "ARBLONN_LONN_EKV_IALT", made.pay())
    writer.release()


def _add(writer: DatabankWriter, name: str, rows: pl.DataFrame) -> None:
    about = catalogued(name, description="Laget for målinger", population="Oppdiktede enheter")
    writer.add(about, rows)
