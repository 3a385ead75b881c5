"""Writes the databank of the models' benchmark: adults who all have wages, wealth and interest."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from people import People, write_people

from kohort.databank.definition import epoch_day

DAY = "2021-12-31"


class Adults(People):
    """People of 20 to 69 of whom no value is missing: every person is a row of every model."""

    def __init__(self, persons: int) -> None:
        super().__init__(persons)
        self.birth_year = self.draw.integers(1953, 2002, persons)
        self.wealth = np.exp(13.5 + 1.1 * self.draw.standard_normal(persons))
        self.capital = np.exp(9 + 1.3 * self.draw.standard_normal(persons))

    def variables(self) -> dict[str, Callable[[], pl.DataFrame]]:
        """Give how to make each variable."""
        return {
            **super().variables(),
            "INNTEKT_BER_BRFORM": lambda: self._amounts(self.wealth),
            "INNTEKT_WKAPINNT": lambda: self._amounts(self.capital),
        }

    def wage(self) -> pl.DataFrame:
        """Sums of a year that grow with wealth and capital income, and differ by sex and place."""
        age = 2021 - self.birth_year
        mean = 12.9 + 0.01 * (age - 45) - 0.1 * self.woman + 0.1 * np.sin(self.home)
        wage = np.exp(mean + 0.5 * self.draw.standard_normal(len(self)))
        return self._amounts(wage + 0.02 * self.wealth + 0.5 * self.capital)

    def _amounts(self, values: NDArray[np.float64]) -> pl.DataFrame:
        return self.fixed(pl.Series(np.rint(values).astype(np.int64))).with_columns(
            start_epoch_days=pl.lit(epoch_day("2021-01-01")),
            stop_epoch_days=pl.lit(epoch_day(DAY)),
        )


if __name__ == "__main__":
    write_people(Path(sys.argv[1]), Adults(int(sys.argv[2])))
