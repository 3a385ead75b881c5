"""Arithmetic on series of Int64, Float64 and Boolean: what fails is missing, never an error.

Series have equal length or length 1. Results hold no NaN and no infinity, and integers never wrap.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np
import polars as pl

from kohort.engine import parting

# Sums of two and products of two numbers below these bounds fit 64 bits.
_SUMMAND = 2**62
_WIDE = pl.Int128


def together(**columns: pl.Series) -> pl.DataFrame:
    """Give series as one frame, those of length 1 repeated."""
    heights = [len(series) for series in columns.values()]
    # A dataset without rows has series of length 0, beside constants of length 1.
    height = max(heights) if min(heights) else 0
    return pl.DataFrame({
        n: s.head(height) if len(s) >= height else s.new_from_index(0, height)
        for n, s in columns.items()
    })


def finite(series: pl.Series) -> pl.Series:
    """Give decimals with NaN and infinity turned missing."""
    sound = series.is_finite()
    if sound.all():
        return series
    return pl.select(pl.when(sound).then(series).alias("")).to_series()


def integer(series: pl.Series) -> pl.Series:
    """Give numbers as Int64 without their decimals; missing where 64 bits do not hold them."""
    if series.dtype == pl.Int64:
        return series
    return series.cast(pl.Int64, strict=False)


def decimal(series: pl.Series) -> pl.Series:
    """Give numbers as Float64."""
    return series if series.dtype == pl.Float64 else series.cast(pl.Float64)


def _same(*series: pl.Series) -> tuple[list[pl.Series], bool]:
    whole = all(s.dtype != pl.Float64 for s in series)
    return [integer(s) if whole else decimal(s) for s in series], whole


def extent(series: pl.Series) -> tuple[int, int] | None:
    """Give the smallest and the largest value of an Int64 series; None where there are none."""
    low, high = series.min(), series.max()
    return (low, high) if isinstance(low, int) and isinstance(high, int) else None


def _largest(series: pl.Series) -> int:
    found = extent(series)
    return 0 if found is None else max(abs(found[0]), abs(found[1]))


def add(a: pl.Series, b: pl.Series) -> pl.Series:
    """Give a + b."""
    (a, b), whole = _same(a, b)
    if not whole:
        return finite(a + b)
    if _largest(a) < _SUMMAND and _largest(b) < _SUMMAND:
        return a + b
    return integer(a.cast(_WIDE) + b.cast(_WIDE))


def subtract(a: pl.Series, b: pl.Series) -> pl.Series:
    """Give a - b."""
    (a, b), whole = _same(a, b)
    if not whole:
        return finite(a - b)
    if _largest(a) < _SUMMAND and _largest(b) < _SUMMAND:
        return a - b
    return integer(a.cast(_WIDE) - b.cast(_WIDE))


def multiply(a: pl.Series, b: pl.Series) -> pl.Series:
    """Give a * b."""
    (a, b), whole = _same(a, b)
    if not whole:
        return finite(a * b)
    if _largest(a) * _largest(b) < 2**63:
        return a * b
    return integer(a.cast(_WIDE) * b.cast(_WIDE))


def divide(a: pl.Series, b: pl.Series) -> pl.Series:
    """Give a / b, always decimal."""
    if len(b) == 1 < len(a):
        # polars would multiply by 1 / b, which is a digit off: 300 000 / 100 000 above 3.
        return elementwise("numpy.divide", a, b)
    return finite(decimal(a) / decimal(b))


def power(a: pl.Series, b: pl.Series) -> pl.Series:
    """Give a to the power of b, always decimal."""
    return elementwise("numpy.power", a, b)


def negate(a: pl.Series) -> pl.Series:
    """Give -a."""
    if a.dtype == pl.Float64:
        return a * -1.0
    return subtract(pl.Series([0]), a)


def absolute(a: pl.Series) -> pl.Series:
    """Give the distance from zero."""
    if a.dtype == pl.Float64:
        return a.abs()
    whole = integer(a)
    return whole.abs() if _largest(whole) < 2**63 else integer(whole.cast(_WIDE).abs())


def truncate(a: pl.Series) -> pl.Series:
    """Drop the decimals."""
    return integer(a)


def floor(a: pl.Series) -> pl.Series:
    """Give the largest integer that is not larger."""
    return integer(a.floor() if a.dtype == pl.Float64 else a)


def ceiling(a: pl.Series) -> pl.Series:
    """Give the smallest integer that is not smaller."""
    return integer(a.ceil() if a.dtype == pl.Float64 else a)


def quotient(a: pl.Series, b: pl.Series) -> pl.Series:
    """Give the floor of a / b for integers."""
    divisor = pl.select(pl.when(b != 0).then(b).alias("")).to_series()
    wide = integer(a).cast(_WIDE) if _largest(integer(a)) >= 2**63 else integer(a)
    return integer(wide // integer(divisor))


def round_to(a: pl.Series, unit: pl.Series) -> pl.Series:
    """Give the nearest multiple of the unit, halves away from zero."""
    unit = integer(unit) if unit.dtype == pl.Boolean else unit
    positive = pl.select(pl.when(unit > 0).then(unit).alias("")).to_series()
    (a, u), whole = _same(a, positive)
    if whole:
        small = _largest(a) < _SUMMAND // 4 and _largest(u) < _SUMMAND // 4
        size, step = (a.abs(), u) if small else (a.cast(_WIDE).abs(), u.cast(_WIDE))
        size = integer((size + size + step) // (step + step) * step)
        return pl.select(pl.when(a < 0).then(-size).otherwise(size).alias("")).to_series()
    # Multiples of 0.01 are found as hundredths, so that 0.3 does not become 0.30000000000000004.
    parts = (1 / u).round(mode="half_to_even")
    exact = (parts > 0) & ((parts * u - 1).abs() < 1e-12)
    size = a.abs()
    scaled = pl.select(
        pl.when(exact).then(size * parts).otherwise(divide(size, u)).alias("")
    ).to_series()
    count = scaled.floor()
    count = count + ((scaled - count) >= 0.5).cast(pl.Float64)
    near = pl.select(pl.when(exact).then(divide(count, parts)).otherwise(count * u).alias(""))
    return finite(near.to_series() * a.sign())


def elementwise(function: str, *series: pl.Series) -> pl.Series:
    """Apply a function of decimals, named by where it lies, to each row where none is missing."""
    if function in _NATIVE and len(series) == 1:
        return finite(_NATIVE[function](decimal(series[0])))
    module, _, name = _VECTORISED.get(function, function.replace("math.", "numpy.")).rpartition(".")
    applied = getattr(import_module(module), name)
    given = [decimal(s) for s in series]
    with np.errstate(all="ignore"):
        # Missing values travel as NaN.
        values = np.asarray(applied(*(s.to_numpy() for s in given)), dtype=np.float64)
    missing = given[0].is_null()
    for other in given[1:]:
        missing = missing | other.is_null()
    answer = pl.Series(values)
    if missing.any():
        # Some functions give a number for NaN: 1 to the power of anything is 1.
        answer = pl.select(pl.when(~missing).then(answer).alias("")).to_series()
    return finite(answer)


# What polars has itself is faster, since missing values need not travel as NaN.
_NATIVE: dict[str, Callable[[pl.Series], pl.Series]] = {
    "math.log": lambda series: series.log(),
    "math.exp": lambda series: series.exp(),
    "math.sqrt": lambda series: series.sqrt(),
}
_VECTORISED = {
    "math.lgamma": "scipy.special.gammaln",
    "kohort.scalar.combinations": "scipy.special.binom",
}


def quantile_group(series: pl.Series, count: int) -> pl.Series:
    """Give how many of the count - 1 quantiles that part the values are smaller than each."""
    x = decimal(series)
    cuts = parting.cuts(x, count)
    if cuts is None:
        valid = x.drop_nulls().to_numpy()
        if not len(valid):
            return integer(x)
        cuts = np.quantile(valid, np.arange(1, count) / count)
    groups = pl.Series(np.searchsorted(cuts, x.fill_null(0.0).to_numpy(), side="left"))
    return pl.select(pl.when(x.is_not_null()).then(groups).alias("")).to_series()


def total(*series: pl.Series) -> pl.Series:
    """Add up across series what is present, 0 where nothing is."""
    first, *rest = (s.fill_null(0) if s.dtype != pl.Boolean else s for s in series)
    added = add(first, pl.Series([0]))
    for other in rest:
        added = add(added, other)
    return added


def lowest(*series: pl.Series) -> pl.Series:
    """Give the smallest across series."""
    given, _ = _same(*series)
    return pl.select(pl.min_horizontal(*given).alias("")).to_series()


def highest(*series: pl.Series) -> pl.Series:
    """Give the largest across series."""
    given, _ = _same(*series)
    return pl.select(pl.max_horizontal(*given).alias("")).to_series()


def middle(*series: pl.Series) -> pl.Series:
    """Give the median across series, always decimal."""
    columns = np.broadcast_arrays(*(decimal(s).to_numpy() for s in series))
    values = np.sort(np.stack(columns, axis=1), axis=1)
    # NaN, which missing values are here, sorts last.
    n = np.isfinite(values).sum(axis=1)
    rows = np.arange(len(values))
    low = values[rows, np.maximum(n - 1, 0) // 2]
    high = values[rows, np.maximum(n, 1) // 2]
    half = np.where(low == high, low, low / 2 + high / 2)
    return finite(pl.Series(half))


def present(*series: pl.Series) -> pl.Series:
    """Count across series what is present."""
    count = series[0].is_not_null().cast(pl.Int64)
    for other in series[1:]:
        count = count + other.is_not_null().cast(pl.Int64)
    return count
