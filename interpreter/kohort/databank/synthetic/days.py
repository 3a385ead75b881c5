"""Days since 1970-01-01 and the calendar, for single years and for arrays."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int32]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

_EPOCH: Final = date(1970, 1, 1).toordinal()
# Later than any day of the bank: not dead, not ended.
NEVER: Final = 2_000_000


def day(year: int, month: int = 1, of_month: int = 1) -> int:
    """Give a date as days since 1970-01-01."""
    return date(year, month, of_month).toordinal() - _EPOCH


def in_year(rng: np.random.Generator, year: int, count: int) -> Days:
    """Draw `count` days of the year, int32; never 1 January, which shows the year before."""
    return rng.integers(day(year, 1, 2), day(year + 1), count, dtype=np.int32)


def not_new_year(days: Days) -> Days:
    """Move 1 January to 2 January, so that age on a 1 January follows from the year of birth."""
    return np.asarray(days + ((month_of(days) == 1) & (of_month(days) == 1)), dtype=np.int32)


def year_of(days: NDArray[np.integer]) -> NDArray[np.int32]:
    """Give the calendar year of each day."""
    years: Days = _dates(days).astype("datetime64[Y]").astype(np.int32) + 1970
    return years


def month_of(days: NDArray[np.integer]) -> NDArray[np.int32]:
    """Give the month, 1 to 12, of each day."""
    months: Days = _dates(days).astype("datetime64[M]").astype(np.int32) % 12 + 1
    return months


def of_month(days: NDArray[np.integer]) -> NDArray[np.int32]:
    """Give the day of the month of each day."""
    dates = _dates(days)
    since = dates - dates.astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(since.astype(np.int32) + 1)


def birthday(birth: NDArray[np.integer], years: NDArray[np.integer] | int) -> Days:
    """Give the day on which each person has lived `years` years (29 February counts as 1 March)."""
    months = _dates(birth).astype("datetime64[M]") + 12 * np.asarray(years)
    days = months.astype("datetime64[D]").astype(np.int64) + of_month(birth) - 1
    return np.asarray(days.astype(np.int32))


def age_at(birth: NDArray[np.integer], at: int) -> NDArray[np.int32]:
    """Give completed years of life at the day `at` (born 29 February: older on 1 March)."""
    return Birthdays(birth).age_at(at)


class Birthdays:
    """Dates of birth, taken apart once to give ages on many days."""

    def __init__(self, birth: NDArray[np.integer]) -> None:
        self.year = year_of(birth)
        self._in_year = month_of(birth) * 100 + of_month(birth)

    def age_at(self, at: int) -> NDArray[np.int32]:
        """Give completed years of life at the day `at`."""
        moment = np.array([at])
        in_year = int(month_of(moment)[0]) * 100 + int(of_month(moment)[0])
        return np.asarray(int(year_of(moment)[0]) - self.year - (self._in_year > in_year), np.int32)


def _dates(days: NDArray[np.integer]) -> NDArray[np.datetime64]:
    return days.astype("datetime64[D]")
