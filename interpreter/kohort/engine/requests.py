"""Answers to the statistics requests: raw results made from columns and rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from kohort import wording
from kohort.engine.cells import Grid
from kohort.engine.rows import Rows
from kohort.engine.vector import Vector
from kohort.results import Column, Frequencies, Magnitudes
from kohort.scope import Shape, Variable


def measured(variable: Variable, vector: Vector) -> pl.Series:
    """Give a numeric column as Float64; codes that the labels flag as missing are missing."""
    vector = unmarked(variable, vector)
    series = vector.series.cast(pl.Float64)
    return series if vector.codes is None else series.gather(vector.codes)


def unmarked(variable: Variable, vector: Vector) -> Vector:
    """Give a numeric column in which codes that the labels flag as missing are missing."""
    flagged = variable.labels.missing if variable.labels is not None else frozenset()
    if not flagged:
        return vector
    series = vector.series.cast(pl.Float64)
    listed = pl.Series([float(code) for code in flagged if not isinstance(code, str)])
    hidden = series.is_in(listed.implode()).fill_null(False)
    series = pl.select(pl.when(~hidden).then(series).alias("")).to_series()
    return Vector(series, vector.codes)


def column(
    variable: Variable,
    rows: Rows,
    vector: Vector,
    known: dict[Any, Any],
    base: Column | None = None,
    base_population: wording.Population | None = None,
) -> Column:
    """Give the values of a numeric variable that are there.

    `known`: what is known of the vector's values, by the codes that count as missing.
    """
    x = measured(variable, vector)
    row = units = None
    if x.null_count():
        row = x.is_not_null().arg_true().cast(pl.Int64).to_numpy()
    if rows.units is not None:
        units = rows.units if row is None else rows.units[row]
    keys = rows.key_series if row is None else rows.key_series.filter(x.is_not_null())
    return Column(
        variable, x.drop_nulls().to_numpy(), keys.to_numpy(), row, units, base, base_population,
        known_of(variable, known),
    )  # fmt: skip


def known_of(variable: Variable, known: dict[Any, Any]) -> dict[Any, Any]:
    """Give what is known of a column's values under the codes that count as missing."""
    flagged = frozenset() if variable.labels is None else variable.labels.missing
    found: dict[Any, Any] = known.setdefault(flagged, {})
    return found


def frequencies(
    shape: Shape,
    counted: Grid,
    missing: bool,
    statistics: tuple[str, ...],
    options: Mapping[str, Any],
) -> Frequencies:
    """Give the counts of a grid as a result."""
    return Frequencies(shape, counted.axes, counted.cells, missing, statistics, options)


def magnitudes(
    counts: Frequencies, counted: Grid, columns: Sequence[Column], statistics: tuple[str, ...]
) -> Magnitudes:
    """Give columns with each row's cell in every margin."""
    positions = {subset: counted.positions_in(subset) for subset in counted.cells}
    return Magnitudes(counts, positions, tuple(columns), statistics)
