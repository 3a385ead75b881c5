"""Answers to the statistics requests: raw results made from columns and rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from kohort import wording
from kohort.engine.cells import Grid, unflagged
from kohort.engine.rows import Rows
from kohort.engine.values import Codes
from kohort.engine.vector import Vector
from kohort.phrases import Terms
from kohort.results import Column, FactorLevels, Frequencies, LinearModel, Magnitudes
from kohort.scope import Shape, Variable


def measured(variable: Variable, vector: Vector) -> pl.Series:
    """Give a numeric column as Float64; codes that the labels flag as missing are missing."""
    series = vector.series.cast(pl.Float64)
    flagged = variable.labels.missing if variable.labels is not None else frozenset()
    if flagged:
        listed = pl.Series([float(code) for code in flagged if not isinstance(code, str)])
        hidden = series.is_in(listed.implode()).fill_null(False)
        series = pl.select(pl.when(~hidden).then(series).alias("")).to_series()
    return series if vector.codes is None else series.gather(vector.codes)


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
    flagged = frozenset() if variable.labels is None else variable.labels.missing
    return Column(
        variable, x.drop_nulls().to_numpy(), keys.to_numpy(), row, units, base, base_population,
        known.setdefault(flagged, {}),
    )  # fmt: skip


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


def linear_model(
    shape: Shape,
    rows: Rows,
    numeric: Sequence[tuple[Variable, Vector]],
    terms: Terms,
    factors: Sequence[tuple[Variable, Codes]],
    options: Mapping[str, Any],
) -> LinearModel:
    """Give the rows that have every variable of a model; the first numeric one is the outcome."""
    numbers = [(v, measured(v, vector)) for v, vector in numeric]
    levels = [(v, unflagged(v, codes)) for v, codes in factors]
    complete = pl.Series([True]).new_from_index(0, len(rows))
    for _, x in numbers:
        complete = complete & x.is_not_null()
    for _, codes in levels:
        complete = complete & (pl.Series(codes.places) != codes.missing)
    units = rows.units
    (outcome, y), *rest = [(v, x.filter(complete).to_numpy()) for v, x in numbers]
    return LinearModel(
        shape,
        outcome,
        y,
        terms,
        {v.name: (v, x) for v, x in rest},
        {v.name: _levels(v, codes, complete) for v, codes in levels},
        rows.key_series.filter(complete).to_numpy(),
        None if units is None else units[complete.to_numpy()],
        shape.population,
        options,
    )


def _levels(variable: Variable, codes: Codes, complete: pl.Series) -> FactorLevels:
    places = pl.Series(codes.places).filter(complete).to_numpy()
    found = np.flatnonzero(np.bincount(places, minlength=codes.missing))
    table = np.zeros(codes.missing + 1, dtype=np.int32)
    table[found] = np.arange(len(found))
    return FactorLevels(variable, tuple(codes.values.gather(found).to_list()), table[places])
