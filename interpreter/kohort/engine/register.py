"""Reading one register variable at a date from its parquet files (datastore reference, 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from kohort.databank.atrest import is_sealed
from kohort.engine import numbers
from kohort.engine.failure import EngineError, failing_as
from kohort.engine.values import DTYPES, Selection, compact, from_texts
from kohort.engine.vector import Vector
from kohort.scope import Type

if TYPE_CHECKING:
    from kohort.catalogue import RegisterVariable
    from kohort.engine.rows import Keys

_EPOCH = date(1970, 1, 1)
_START, _STOP = "start_epoch_days", "stop_epoch_days"


@dataclass(frozen=True, repr=False)
class Records:
    """One record per unit: ids ascending and distinct, and the values beside them."""

    ids: pl.Series
    values: Vector

    def __repr__(self) -> str:
        return "<records>"


@dataclass(frozen=True, repr=False)
class Spells:
    """Spells by unit and first day: id, value, first day, last day (missing where open)."""

    ids: pl.Series
    values: Vector
    starts: Vector
    stops: Vector

    def __repr__(self) -> str:
        return "<spells>"

    def of(self, mask: pl.Series) -> Spells:
        """Give those where the mask is true."""
        selection = Selection(mask)
        return Spells(
            self.ids.filter(mask),
            selection.of(self.values),
            selection.of(self.starts),
            selection.of(self.stops),
        )


def files(entry: RegisterVariable, day: int | None) -> tuple[Path, ...]:
    """Give the files that hold a variable's records at a day.

    Raises `EngineError` (`register-file-missing`) where there is none at all.
    """
    path = entry.path
    if path.is_file():
        return (path,)
    folders = [path]
    if day is not None and entry.temporality in ("STATUS", "ACCUMULATED"):
        year = (_EPOCH + timedelta(days=day)).year
        # A period that began the year before may still run (school years cross January).
        years = (year,) if entry.temporality == "STATUS" else (year - 1, year)
        folders = [folder for y in years if (folder := path / f"start_year={y}").is_dir()]
        if not folders and not any(path.glob("start_year=*")):
            folders = [path]
    found = tuple(file for folder in folders for file in sorted(folder.rglob("*.parquet")))
    if not found:
        raise EngineError("register-file-missing")
    return found


@failing_as("register-file-damaged")
def read(entry: RegisterVariable, day: int | None, found: Sequence[Path], ring: Keys) -> Records:
    """Give the records in force on a day (of a fixed variable: all of them)."""
    rows = _scanned(entry, found, ring)
    if entry.temporality != "FIXED" and day is not None:
        stop = pl.col(_STOP)
        rows = rows.filter((pl.col(_START) <= day) & (stop.is_null() | (stop >= day)))
    categories = pl.Categories.random() if entry.type is Type.TEXT else None
    value = pl.col("value")
    if categories is not None:
        value = value.cast(pl.String).cast(pl.Categorical(categories))
    frame = _one_each(rows.select("unit_id", value).collect())
    return Records(frame["unit_id"], _typed(frame["value"], entry.type, categories))


@failing_as("register-file-damaged")
def read_all(entry: RegisterVariable, days: Sequence[int], ring: Keys) -> list[Records]:
    """Give the records in force on each of several days, ascending; the files are read once."""
    paths = {file: None for day in days for file in files(entry, day)}
    rows = _scanned(entry, list(paths), ring)
    start, stop = pl.col(_START), pl.col(_STOP)
    rows = rows.filter((start <= days[-1]) & (stop.is_null() | (stop >= days[0])))
    categories = pl.Categories.random() if entry.type is Type.TEXT else None
    value = pl.col("value")
    if categories is not None:
        value = value.cast(pl.String).cast(pl.Categorical(categories))
    period = rows.select("unit_id", value, start, stop).collect()
    found = []
    for day in days:
        current = period.filter((start <= day) & (stop.is_null() | (stop >= day)))
        frame = _one_each(current.select("unit_id", "value"))
        found.append(Records(frame["unit_id"], _typed(frame["value"], entry.type, categories)))
    return found


@failing_as("register-file-damaged")
def spells(
    entry: RegisterVariable, first: int, last: int, found: Sequence[Path], ring: Keys
) -> Spells:
    """Give all spells that overlap a period; both its days and those of a spell belong to it."""
    rows = _scanned(entry, found, ring)
    stop = pl.col(_STOP)
    rows = rows.filter((pl.col(_START) <= last) & (stop.is_null() | (stop >= first)))
    categories = pl.Categories.random() if entry.type is Type.TEXT else None
    value = pl.col("value")
    if categories is not None:
        value = value.cast(pl.String).cast(pl.Categorical(categories))
    days = [pl.col(name).cast(pl.Int64) for name in (_START, _STOP)]
    frame = _whole_ids(rows.select("unit_id", value, *days).collect())
    if not _in_order(frame["unit_id"], frame[_START]):
        frame = frame.sort("unit_id", _START, maintain_order=True)
    return Spells(
        frame["unit_id"],
        _typed(frame["value"], entry.type, categories),
        compact(Vector(frame[_START])),
        compact(Vector(frame[_STOP])),
    )


def _scanned(entry: RegisterVariable, found: Sequence[Path], ring: Keys) -> pl.LazyFrame:
    # The files of a register are written together: all of them are encrypted, or none.
    sealed = is_sealed(found[0])
    opening = ring.opening(entry.path.parents[2], entry.name) if sealed else None
    return pl.scan_parquet(
        list(found), hive_partitioning=False, missing_columns="insert", decryption=opening
    )


def _one_each(frame: pl.DataFrame) -> pl.DataFrame:
    frame = _with_values(_whole_ids(frame))
    if _ascends(frame["unit_id"]):
        return frame
    # Some files are sorted by date first; a unit with two records keeps the first one.
    return frame.sort("unit_id", maintain_order=True).unique(
        "unit_id", keep="first", maintain_order=True
    )


def _with_values(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out records without a value, so that units of a register are those that have one.

    The two would have one wording, and equal prints would tell that nobody has an empty record.
    """
    value = frame["value"]
    if value.dtype.is_float() and not bool(value.is_finite().all()):
        value = numbers.finite(value.cast(pl.Float64))
    return frame.filter(value.is_not_null()) if value.null_count() else frame


def _whole_ids(frame: pl.DataFrame) -> pl.DataFrame:
    if frame["unit_id"].dtype.is_integer() and frame["unit_id"].dtype != pl.Int64:
        frame = frame.with_columns(pl.col("unit_id").cast(pl.Int64))
    if frame["unit_id"].null_count():
        frame = frame.filter(pl.col("unit_id").is_not_null())
    return frame


def _ascends(ids: pl.Series) -> bool:
    return len(ids) < 2 or bool((ids.slice(1) > ids.slice(0, len(ids) - 1)).all())


def _in_order(ids: pl.Series, starts: pl.Series) -> bool:
    """Tell whether rows are by unit and first day already, as in most files."""
    last = max(len(ids) - 1, 0)
    before, after = ids.slice(0, last), ids.slice(1)
    later = (after == before) & (starts.slice(1) >= starts.slice(0, last))
    return bool(((after > before) | later).all())


def _typed(series: pl.Series, type_: Type, categories: pl.Categories | None) -> Vector:
    if categories is not None:
        return from_texts(series, categories)
    if type_ is Type.KEY:
        return Vector(series.cast(pl.Int64) if series.dtype.is_integer() else series)
    dtype = DTYPES[type_]
    series = series if series.dtype == dtype else series.cast(dtype, strict=False)
    return compact(Vector(numbers.finite(series) if dtype == pl.Float64 else series))
