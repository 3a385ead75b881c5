"""Dates on series of day numbers: the proleptic Gregorian calendar from year 1 to 9999."""

from __future__ import annotations

import polars as pl

from kohort.engine import numbers
from kohort.vocabulary import FIRST_DAY, LAST_DAY

_LAST = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def dates(days: pl.Series) -> pl.Series:
    """Give day numbers as polars dates; missing outside the calendar."""
    if days.dtype == pl.Boolean:
        days = days.cast(pl.Int64)
    known = (days >= FIRST_DAY) & (days <= LAST_DAY)
    if not known.all():
        days = pl.select(pl.when(known).then(days).alias("")).to_series()
    return days.cast(pl.Int32).cast(pl.Date)


def day_number(year: pl.Series, month: pl.Series, day: pl.Series) -> pl.Series:
    """Give the day numbers of years with months and days; impossible dates are missing.

    Counts days with a year that begins in March, so that leap days come last (H. Hinnant,
    "chrono-compatible low-level date algorithms", days_from_civil).
    """
    frame = numbers.together(y=_whole(year), m=_whole(month), d=_whole(day))
    y, m, d = pl.col("y"), pl.col("m"), pl.col("d")
    leap = (y % 4 == 0) & ((y % 100 != 0) | (y % 400 == 0))
    length = m.replace_strict(list(range(1, 13)), _LAST, default=None) + (leap & (m == 2))
    exists = y.is_between(1, 9999) & m.is_between(1, 12) & (d >= 1) & (d <= length)
    frame = frame.select(pl.when(exists).then(c).alias(c.meta.output_name()) for c in (y, m, d))
    late = y - (m <= 2)
    of_year = (153 * ((m + 9) % 12) + 2) // 5 + d - 1
    days = 365 * late + late // 4 - late // 100 + late // 400 + of_year - 719_468
    return frame.select(days.cast(pl.Int64).alias("")).to_series()


def _whole(series: pl.Series) -> pl.Series:
    if series.dtype != pl.Float64:
        return numbers.integer(series)
    fits = series == series.floor()
    return numbers.integer(pl.select(pl.when(fits).then(series).alias("")).to_series())
