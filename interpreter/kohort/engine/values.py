"""Whole columns of values: stored, coded, filtered, gathered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort.engine import numbers
from kohort.engine.vector import Vector
from kohort.scope import Type

DTYPES: dict[Type, type[pl.DataType]] = {
    Type.TEXT: pl.String,
    Type.INTEGER: pl.Int64,
    Type.DECIMAL: pl.Float64,
}
# More distinct values than this are not worth a code list.
MOST_CODES = 1 << 20


# Values within a range of this size, or four times the rows, are ticked off in an array.
_DENSE = 1 << 16


class Selection:
    """Which rows stay: a Boolean series without nulls. Shared codes are filtered once."""

    def __init__(self, mask: pl.Series) -> None:
        self.mask = mask
        self._codes: dict[int, tuple[pl.Series, pl.Series]] = {}

    def of(self, vector: Vector) -> Vector:
        """Give the values of the rows that stay."""
        if vector.codes is None:
            return Vector(vector.series.filter(self.mask))
        known = self._codes.get(id(vector.codes))
        if known is None:
            # The unfiltered codes are kept too: an id is only good while its object lives.
            known = self._codes[id(vector.codes)] = (vector.codes, vector.codes.filter(self.mask))
        return Vector(vector.series, known[1])


def gathered(vector: Vector, places: pl.Series | None) -> Vector:
    """Give the values at some places (missing where the place is null; None: the same rows)."""
    if places is None:
        return vector
    if vector.codes is None:
        return Vector(vector.series.gather(places))
    codes = vector.codes.gather(places).fill_null(len(vector.series) - 1)
    return Vector(vector.series, codes)


def missing(type_: Type, height: int) -> Vector:
    """Give a column of missing values."""
    return Vector(pl.Series([None], dtype=DTYPES.get(type_, pl.Int64)), _zeros(height))


def stored(vector: Vector, type_: Type, height: int) -> Vector:
    """Give calculated values in the form that columns are kept in: typed, flags coded."""
    dtype = DTYPES.get(type_)
    series, codes = vector.series, vector.codes
    if vector.constant:
        # Coded values end with the missing one.
        series, codes = series.extend_constant(None, 1), _zeros(height)
    elif series.dtype == pl.Boolean and codes is None and dtype == pl.Int64:
        return Vector(pl.Series([0, 1, None], dtype=pl.Int64), series.cast(pl.UInt8).fill_null(2))
    if series.dtype == pl.Boolean:
        series = series.cast(pl.Int64)
    if dtype is not None and series.dtype != dtype:
        series = series.cast(dtype, strict=False)
    if series.dtype == pl.Float64:
        series = numbers.finite(series)
    return Vector(series, codes)


def _zeros(height: int) -> pl.Series:
    return pl.Series(np.zeros(height, dtype=np.uint8))


@dataclass(frozen=True, repr=False)
class Codes:
    """Distinct values and, row by row, which of them it is.

    `values`: ascending, without missing. `places`: unsigned integers, one per row; the place
    `len(values)` means missing.
    """

    values: pl.Series
    places: NDArray[np.unsignedinteger]

    def __repr__(self) -> str:
        return "<codes>"

    @property
    def missing(self) -> int:
        """The place that means missing."""
        return len(self.values)


def narrow_dtype(count: int) -> type[np.unsignedinteger]:
    """Give the smallest unsigned type for the places of `count` values and one for missing."""
    if count < 2**8:
        return np.uint8
    return np.uint16 if count < 2**16 else np.uint32


def distinct(series: pl.Series) -> pl.Series:
    """Give the values that occur, ascending, without missing."""
    extent = numbers.extent(series) if series.dtype == pl.Int64 else None
    if extent is None or extent[1] - extent[0] > max(_DENSE, 4 * len(series)):
        return series.drop_nulls().unique().sort()
    low, high = extent
    there = np.zeros(high - low + 1, dtype=np.bool_)
    there[series.drop_nulls().to_numpy() - low] = True
    return pl.Series(np.flatnonzero(there) + low)


def coded(vector: Vector) -> Codes:
    """Give the distinct values of a column in ascending order and the place of each row's value."""
    if vector.codes is not None:
        return _of_dictionary(vector.series, vector.codes)
    if vector.series.dtype == pl.Int64:
        compact = _of_integers(vector.series)
        if compact is not None:
            return compact
    values = distinct(vector.series)
    frame = vector.series.to_frame("value")
    known = pl.DataFrame({"value": values, "place": np.arange(len(values), dtype=np.uint32)})
    joined = frame.join(known, on="value", how="left", maintain_order="left")
    places = joined["place"].fill_null(len(values)).to_numpy()
    return Codes(values, places.astype(narrow_dtype(len(values))))


def _of_dictionary(series: pl.Series, codes: pl.Series) -> Codes:
    values = series.drop_nulls().unique().sort()
    if series.dtype == pl.Float64:
        values = values + 0.0
    known = pl.DataFrame({"value": values, "place": np.arange(len(values), dtype=np.uint32)})
    joined = series.to_frame("value").join(known, on="value", how="left", maintain_order="left")
    table = joined["place"].fill_null(len(values)).to_numpy().astype(narrow_dtype(len(values)))
    if len(values) == len(series) - 1 and np.array_equal(table, np.arange(len(series))):
        places = codes.to_numpy()
        return Codes(values, places)
    return Codes(values, table[codes.to_numpy()])


def compact(vector: Vector) -> Vector:
    """Give a column of few different values, close together if integers, in coded form.

    Ages, years and other codes then take one or two bytes a row, and what is calculated from one
    of them alone is calculated once per value.
    """
    if vector.codes is not None or vector.series.dtype != pl.Int64:
        return vector
    codes = _of_integers(vector.series)
    return vector if codes is None else from_codes(codes)


def _of_integers(series: pl.Series) -> Codes | None:
    extent = numbers.extent(series)
    if extent is None:
        return Codes(series.clear(), np.zeros(len(series), dtype=np.uint8))
    low, high = extent
    span = high - low + 1
    if span > 2**16 - 2:
        return None
    shifted = (series - low).fill_null(span).to_numpy()
    found = np.bincount(shifted, minlength=span + 1)[:span] > 0
    values = np.flatnonzero(found)
    table = np.full(span + 1, len(values), dtype=narrow_dtype(len(values)))
    table[values] = np.arange(len(values))
    return Codes(pl.Series(values + low, dtype=pl.Int64), table[shifted])


def from_codes(codes: Codes) -> Vector:
    """Give codes as a coded column."""
    series = codes.values.extend_constant(None, 1)
    return Vector(series, pl.Series(codes.places))


def from_texts(series: pl.Series, categories: pl.Categories) -> Vector:
    """Give a Categorical series as a coded column with its values in ascending order."""
    texts = categories.to_series().alias("").cast(pl.String)
    if len(texts) > MOST_CODES:
        return Vector(series.cast(pl.String))
    order = texts.arg_sort().to_numpy()
    table = np.full(len(texts) + 1, len(texts), dtype=narrow_dtype(len(texts)))
    table[order] = np.arange(len(texts))
    places = table[series.to_physical().fill_null(len(texts)).to_numpy()]
    return Vector(texts.sort().extend_constant(None, 1), pl.Series(places))


def stacked(parts: Sequence[pl.Series]) -> pl.Series:
    """Put stretches of rows after one another."""
    return parts[0] if len(parts) == 1 else pl.concat(parts, rechunk=True)


def concatenated(parts: Sequence[Vector]) -> Vector:
    """Put columns of one type after one another; whole numbers beside decimals become decimals."""
    if any(part.codes is None for part in parts):
        spread = [part.spread() for part in parts]
        if len({series.dtype for series in spread}) > 1:
            spread = [series.cast(pl.Float64) for series in spread]
        return Vector(stacked(spread))
    series = [part.series.slice(0, len(part.series) - 1) for part in parts]
    if len({one.dtype for one in series}) > 1:
        series = [one.cast(pl.Float64) for one in series]
    total = sum(map(len, series))
    codes, offset = [], 0
    for part, one in zip(parts, series, strict=True):
        table = np.append(np.arange(offset, offset + len(one)), total).astype(narrow_dtype(total))
        assert part.codes is not None
        codes.append(table[part.codes.to_numpy()])
        offset += len(one)
    dictionary = pl.concat(series).extend_constant(None, 1)
    return from_codes(_of_dictionary(dictionary, pl.Series(np.concatenate(codes))))
