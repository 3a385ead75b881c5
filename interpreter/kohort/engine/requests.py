"""Answers to the statistics requests: raw results made from columns and rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort import wording
from kohort.engine.cells import Grid, grid, unflagged
from kohort.engine.rows import Rows
from kohort.engine.values import Codes, coded
from kohort.engine.vector import Vector
from kohort.phrases import Terms
from kohort.results import Column, FactorLevels, Frequencies, LinearModel, Magnitudes
from kohort.scope import Shape, Variable


def measured(variable: Variable, vector: Vector) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give a numeric column as float64 and which rows have a value (codes flagged missing have none)."""
    series = vector.series.cast(pl.Float64)
    flagged = variable.labels.missing if variable.labels is not None else frozenset()
    if flagged:
        listed = pl.Series([float(code) for code in flagged if not isinstance(code, str)])
        hidden = series.is_in(listed.implode()).fill_null(False)
        series = pl.select(pl.when(~hidden).then(series).alias("")).to_series()
    whole = series if vector.codes is None else series.gather(vector.codes)
    return whole.to_numpy(), whole.is_not_null().to_numpy()


def column(
    variable: Variable,
    rows: Rows,
    vector: Vector,
    base: tuple[Rows, Vector, wording.Population] | None,
) -> Column:
    """Give the values of a numeric variable without missing ones, and those of the whole dataset."""
    x, present = measured(variable, vector)
    every = bool(present.all())
    row = None if every else np.flatnonzero(present)
    units = rows.units
    given: dict[str, Any] = {}
    if base is not None:
        base_x, base_present = measured(variable, base[1])
        given["base_x"] = base_x[base_present]
        given["base_keys"] = base[0].keys[base_present]
        given["base_population"] = base[2]
    return Column(
        variable,
        x if row is None else x[row],
        rows.keys if row is None else rows.keys[row],
        row,
        units=units if units is None or row is None else units[row],
        **given,
    )


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


def table(by: Sequence[Variable], columns: Sequence[Vector], rows: Rows, missing: bool) -> Grid:
    """Count units by the values of columns."""
    return grid(by, [coded(vector) for vector in columns], rows, missing)


def linear_model(
    shape: Shape,
    rows: Rows,
    numeric: Sequence[tuple[Variable, Vector]],
    terms: Terms,
    factors: Sequence[tuple[Variable, Vector]],
    options: Mapping[str, Any],
) -> LinearModel:
    """Give the rows that have every variable of a model; the first numeric one is the outcome."""
    numbers = [(v, *measured(v, vector)) for v, vector in numeric]
    levels = [(v, unflagged(v, coded(vector))) for v, vector in factors]
    complete = np.ones(len(rows), dtype=np.bool_)
    for _, _, present in numbers:
        complete &= present
    for _, codes in levels:
        complete &= codes.places != codes.missing
    units = rows.units
    (outcome, y, _), *rest = numbers
    return LinearModel(
        shape,
        outcome,
        y[complete],
        terms,
        {v.name: (v, x[complete]) for v, x, _ in rest},
        {v.name: _levels(v, codes, complete) for v, codes in levels},
        rows.keys[complete],
        None if units is None else units[complete],
        shape.population,
        options,
    )


def _levels(variable: Variable, codes: Codes, complete: NDArray[np.bool_]) -> FactorLevels:
    places = codes.places[complete]
    found = np.flatnonzero(np.bincount(places, minlength=codes.missing))
    table = np.zeros(codes.missing + 1, dtype=np.int32)
    table[found] = np.arange(len(found))
    return FactorLevels(variable, tuple(codes.values.gather(found).to_list()), table[places])
