"""From arrays to the rows of a data set: one data frame shape for every temporality."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort.databank.definition import VariableDefinition, catalogued, validity
from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic.days import NEVER, day

Values: TypeAlias = "NDArray[Any] | pl.Series"
Table: TypeAlias = tuple[VariableDefinition, pl.DataFrame]
Tables: TypeAlias = Iterator[Table]

POPULATION: Final = "Oppdiktede personer i et syntetisk Norge"
# The last day on which anything happens in the bank.
LAST_DAY: Final = day(c.HORIZON) - 1


@dataclass(frozen=True)
class Part:
    """Rows that share their dates: whose they are (published ids), values, first and last day."""

    ids: NDArray[np.int64]
    values: Values
    start: int
    stop: int


@cache
def define(name: str, description: str, **more: Any) -> VariableDefinition:
    """Give the catalogue's definition of a variable, described as made up.

    Codes of a system without a list here are said to be the bank's own: they carry no labels.
    """
    made = catalogued(name, description=f"{description} Syntetisk.", population=POPULATION, **more)
    if made.data_type != "STRING" or made.categories:
        return made
    return replace(made, domain=f"{made.domain}; syntetisk utvalg av koder, uten etiketter")


def fixed(name: str, description: str, ids: Values, values: Values) -> Table:
    """Give a table of constants."""
    return define(name, description), pl.DataFrame({"unit_id": ids, "value": values})


def dated(name: str, description: str, parts: Sequence[Part], **more: Any) -> Table:
    """Give a table of measurements or yearly sums."""
    frames = [
        pl.DataFrame({"unit_id": part.ids, "value": part.values}).with_columns(
            pl.lit(part.start, pl.Int16).alias("start_epoch_days"),
            pl.lit(part.stop, pl.Int16).alias("stop_epoch_days"),
        )
        for part in parts
    ]
    return define(name, description, **more), pl.concat(frames)


def at(
    name: str,
    description: str,
    ids: Values,
    values: Values,
    start: NDArray[np.integer] | int,
    stop: NDArray[np.integer] | int | None = None,
    **more: Any,
) -> Table:
    """Give a table, or a part of one, whose rows have dates of their own; no stop: the start."""
    stop = start if stop is None else stop
    days = [
        pl.lit(day, pl.Int16).alias(name)
        if isinstance(day, int)
        else pl.Series(name, day, dtype=pl.Int16)
        for name, day in (("start_epoch_days", start), ("stop_epoch_days", stop))
    ]
    frame = pl.DataFrame({"unit_id": ids, "value": values}).with_columns(days)
    return define(name, description, **more), frame


def spells(
    name: str,
    description: str,
    ids: NDArray[np.int64],
    values: Values,
    start: NDArray[np.integer],
    stop: NDArray[np.integer],
    first_day: int | None = None,
) -> Table:
    """Give a table of spells; a stop after the bank's last day is open."""
    begins = day(c.DATA) if first_day is None else first_day
    frame = pl.DataFrame({
        "unit_id": ids,
        "value": values,
        "start_epoch_days": start.astype(np.int32),
        "stop_epoch_days": np.minimum(stop, NEVER).astype(np.int32),
    }).with_columns(
        pl.when(pl.col("stop_epoch_days") <= LAST_DAY).then("stop_epoch_days").cast(pl.Int16)
    )
    return define(name, description, coverage=(begins, LAST_DAY)), frame


def years(name: str, month: int = 1, of_month: int = 1) -> list[int]:
    """Give the years, from the bank's first on, whose day of measurement the variable covers."""
    first, last = validity(name)
    return [
        year
        for year in range(c.STATUS_FIRST, c.HORIZON + 1)
        if (first is None or first <= day(year, month, of_month))
        and (last is None or day(year, month, of_month) <= last)
        and day(year, month, of_month) <= LAST_DAY + 1
    ]


def coded(codes: Sequence[str], which: NDArray[np.integer]) -> pl.Series:
    """Give texts by their place in a list of codes."""
    return pl.Series(codes, dtype=pl.String).gather(which)
