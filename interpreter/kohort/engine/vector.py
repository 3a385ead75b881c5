"""The vocabulary spoken by polars series: values of a stretch of rows, one operation at a time.

Every word is carried out at once on whole series, so a tree of operations costs what its nodes cost
and never grows. A vector may be *coded*: a short series of distinct values, the last one missing,
and for each row the place of its value. Words are then carried out on the short series alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import polars as pl

from kohort.engine import calendar, numbers, texts
from kohort.scalar import literal
from kohort.vocabulary import Plain

Operand: TypeAlias = "Vector | Plain"


class Vector:
    """Values of one type as a series of Int64, Float64, String or (flags, without nulls) Boolean.

    `codes` is None or an unsigned series without nulls; row i then has value `series[codes[i]]`.
    `constant` marks a series of length 1 that stands for any number of rows.
    Implements `kohort.vocabulary.Column`, which says what the words mean.
    """

    __slots__ = ("codes", "constant", "series")

    def __init__(
        self, series: pl.Series, codes: pl.Series | None = None, constant: bool = False
    ) -> None:
        self.series = series
        self.codes = codes
        self.constant = constant

    def __repr__(self) -> str:
        return "<vector>"

    def spread(self) -> pl.Series:
        """Give the values row by row (length 1 for a constant)."""
        return self.series if self.codes is None else self.series.gather(self.codes)

    def sliced(self, start: int, length: int) -> Vector:
        """Give the values of some rows; a constant stays as it is."""
        if self.constant:
            return self
        if self.codes is None:
            return Vector(self.series.slice(start, length))
        return Vector(self.series, self.codes.slice(start, length))

    # ---- arithmetic

    def __add__(self, other: Operand) -> Vector:
        return _applied(numbers.add, self, other)

    def __radd__(self, other: Plain) -> Vector:
        return _applied(numbers.add, other, self)

    def __sub__(self, other: Operand) -> Vector:
        return _applied(numbers.subtract, self, other)

    def __rsub__(self, other: Plain) -> Vector:
        return _applied(numbers.subtract, other, self)

    def __mul__(self, other: Operand) -> Vector:
        return _applied(numbers.multiply, self, other)

    def __rmul__(self, other: Plain) -> Vector:
        return _applied(numbers.multiply, other, self)

    def __truediv__(self, other: Operand) -> Vector:
        return _applied(numbers.divide, self, other)

    def __rtruediv__(self, other: Plain) -> Vector:
        return _applied(numbers.divide, other, self)

    def __pow__(self, other: Operand) -> Vector:
        return _applied(numbers.power, self, other)

    def __rpow__(self, other: Plain) -> Vector:
        return _applied(numbers.power, other, self)

    def __neg__(self) -> Vector:
        return _applied(numbers.negate, self)

    def absolute(self) -> Vector:
        return _applied(numbers.absolute, self)

    def truncated(self) -> Vector:
        return _applied(numbers.truncate, self)

    def floor(self) -> Vector:
        return _applied(numbers.floor, self)

    def ceiling(self) -> Vector:
        return _applied(numbers.ceiling, self)

    def rounded(self, unit: Operand = 1) -> Vector:
        return _applied(numbers.round_to, self, unit)

    def quotient(self, other: Operand) -> Vector:
        return _applied(numbers.quotient, self, other)

    def elementwise(self, function: str, *others: Operand) -> Vector:
        return _applied(lambda *given: numbers.elementwise(function, *given), self, *others)

    def quantile_group(self, count: int) -> Vector:
        # Row by row, since how often a value occurs decides where the quantiles are.
        if self.constant:
            # All alike: none is larger than a quantile.
            return Vector(
                numbers.multiply(self.series.is_not_null(), pl.Series([0])), constant=True
            )
        return Vector(numbers.quantile_group(self.spread(), count))

    # ---- comparisons and conditions

    def __lt__(self, other: Operand) -> Vector:
        return _applied(lambda a, b: (a < b).fill_null(False), self, other)

    def __le__(self, other: Operand) -> Vector:
        return _applied(lambda a, b: (a <= b).fill_null(False), self, other)

    def __gt__(self, other: Operand) -> Vector:
        return _applied(lambda a, b: (a > b).fill_null(False), self, other)

    def __ge__(self, other: Operand) -> Vector:
        return _applied(lambda a, b: (a >= b).fill_null(False), self, other)

    def __and__(self, other: Operand) -> Vector:
        return _applied(lambda a, b: _true(a) & _true(b), self, other)

    def __or__(self, other: Operand) -> Vector:
        return _applied(lambda a, b: _true(a) | _true(b), self, other)

    def __invert__(self) -> Vector:
        return _applied(lambda a: ~_true(a), self)

    def equals(self, other: Operand) -> Vector:
        return _applied(_equal, self, other)

    def differs(self, other: Operand) -> Vector:
        return _applied(lambda a, b: ~_equal(a, b), self, other)

    def between(self, low: Operand, high: Operand) -> Vector:
        return (self >= low) & (self <= high)

    def among(self, *others: Operand) -> Vector:
        return _applied(_among, self, *others)

    def truth(self) -> Vector:
        return _applied(_true, self)

    def is_missing(self) -> Vector:
        return _applied(lambda a: a.is_null(), self)

    def where(self, condition: Vector) -> Vector:
        return _applied(lambda a, c: _chosen(_true(c), a, None), self, condition)

    def or_else(self, other: Operand) -> Vector:
        return _applied(lambda a, b: _chosen(a.is_not_null(), a, b), self, other)

    def choose(self, yes: Operand, no: Operand) -> Vector:
        return _applied(lambda c, a, b: _chosen(_true(c), a, b), self, yes, no)

    # ---- text

    def text(self) -> Vector:
        return _applied(texts.text, self)

    def number(self) -> Vector:
        return _applied(texts.number, self)

    def padded(self, width: int) -> Vector:
        return _applied(lambda a: texts.text(a).str.zfill(width), self)

    def length(self) -> Vector:
        return _applied(lambda a: a.str.len_chars().cast(pl.Int64), self)

    def lower(self) -> Vector:
        return _applied(texts.lower, self)

    def upper(self) -> Vector:
        return _applied(texts.upper, self)

    def part(self, position: Operand, length: Operand) -> Vector:
        return _applied(texts.part, self, position, length)

    def stripped(self, start: bool = True, end: bool = True) -> Vector:
        return _applied(lambda a: texts.strip(a, start, end), self)

    def without(self, characters: str) -> Vector:
        return _applied(lambda a: texts.without(a, characters), self)

    def with_point(self) -> Vector:
        return _applied(lambda a: a.str.replace_all(",", ".", literal=True), self)

    def starts_with(self, beginning: Operand) -> Vector:
        return _applied(lambda a, b: texts.at_edge(a, b, start=True), self, beginning)

    def ends_with(self, ending: Operand) -> Vector:
        return _applied(lambda a, b: texts.at_edge(a, b, start=False), self, ending)

    def joined(self, *others: Operand) -> Vector:
        return _applied(texts.join, self, *others)

    # ---- dates

    def day_number(self, month: Operand, day: Operand) -> Vector:
        return _applied(calendar.day_number, self, month, day)

    def iso_date(self) -> Vector:
        return _applied(lambda a: calendar.dates(a).dt.strftime("%Y-%m-%d"), self)

    def year(self) -> Vector:
        return _applied(lambda a: calendar.dates(a).dt.year().cast(pl.Int64), self)

    def month(self) -> Vector:
        return _applied(lambda a: calendar.dates(a).dt.month().cast(pl.Int64), self)

    def day(self) -> Vector:
        return _applied(lambda a: calendar.dates(a).dt.day().cast(pl.Int64), self)

    def week(self) -> Vector:
        return _applied(lambda a: calendar.dates(a).dt.week().cast(pl.Int64), self)

    # ---- across the values of a row

    def total(self, *others: Operand) -> Vector:
        return _applied(numbers.total, self, *others)

    def lowest(self, *others: Operand) -> Vector:
        return _applied(numbers.lowest, self, *others)

    def highest(self, *others: Operand) -> Vector:
        return _applied(numbers.highest, self, *others)

    def middle(self, *others: Operand) -> Vector:
        return _applied(numbers.middle, self, *others)

    def present(self, *others: Operand) -> Vector:
        return _applied(numbers.present, self, *others)


def constant(value: Plain | None) -> Vector:
    """Give a plain value of a script as a vector that fits any number of rows."""
    sound = literal(value).value
    # A missing value of unknown type: a decimal fits wherever a number does, and casts to text.
    kinds = {int: pl.Int64, float: pl.Float64, str: pl.String, type(None): pl.Float64}
    return Vector(pl.Series([sound], dtype=kinds[type(sound)]), constant=True)


def _applied(operation: Callable[..., pl.Series], *operands: Operand) -> Vector:
    vectors = [o if isinstance(o, Vector) else constant(o) for o in operands]
    rows = [vector for vector in vectors if not vector.constant]
    if not rows:
        return Vector(operation(*(v.series for v in vectors)), constant=True)
    shared = rows[0].codes
    if shared is not None and all(vector.codes is shared for vector in rows):
        return Vector(operation(*(v.series for v in vectors)), shared)
    return Vector(operation(*(v.spread() for v in vectors)))


def _true(series: pl.Series) -> pl.Series:
    if series.dtype == pl.Boolean:
        return series
    return (series != 0).fill_null(False)


def _equal(a: pl.Series, b: pl.Series) -> pl.Series:
    return (a == b).fill_null(False)


def _among(series: pl.Series, *items: pl.Series) -> pl.Series:
    found = _equal(series, items[0]) if items else series.is_null() & False
    for item in items[1:]:
        found = found | _equal(series, item)
    return found


def _chosen(condition: pl.Series, yes: pl.Series, no: pl.Series | None) -> pl.Series:
    if no is not None and pl.String in (yes.dtype, no.dtype) and yes.dtype != no.dtype:
        # Only a lone missing value has another type than the texts beside it.
        yes, no = yes.cast(pl.String), no.cast(pl.String)
    chosen = pl.when(condition).then(yes)
    given = chosen.otherwise(None) if no is None else chosen.otherwise(no)
    return pl.select(given.alias("")).to_series()


__all__ = ["Operand", "Vector", "constant"]
