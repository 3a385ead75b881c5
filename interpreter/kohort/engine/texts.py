"""Text operations on series of String: by characters, and capital letters by ASCII only."""

from __future__ import annotations

import string

import polars as pl

from kohort import limits
from kohort.engine import numbers
from kohort.vocabulary import NUMBER

_WHOLE = 1e15
_LONGEST = 2**32


def text(series: pl.Series) -> pl.Series:
    """Give the text of numbers: whole ones without decimals, others in the shortest exact form."""
    if series.dtype == pl.String:
        return series
    if series.dtype != pl.Float64:
        return numbers.integer(series).cast(pl.String)
    whole = (series == series.floor()) & (series.abs() < _WHOLE)
    digits = series.cast(pl.Int64, strict=False).cast(pl.String)
    written = pl.when(whole).then(digits).otherwise(series.cast(pl.String))
    return pl.select(written.alias("")).to_series()


def number(series: pl.Series) -> pl.Series:
    """Give the decimals that texts say, missing where they say none."""
    if series.dtype != pl.String:
        return numbers.decimal(series)
    bare = series.str.strip_chars(" ")
    sound = bare.str.contains(f"^({NUMBER})$")
    parsed = pl.when(sound).then(bare).alias("")
    return numbers.finite(pl.select(parsed).to_series().cast(pl.Float64, strict=False))


def whole(series: pl.Series) -> pl.Series:
    """Give the integers that texts say, exactly; missing where they say none or have decimals."""
    digits = series.str.strip_chars(" ").cast(pl.Int64, strict=False)
    other = number(series)
    integral = numbers.integer(pl.select(pl.when(other == other.floor()).then(other)).to_series())
    return pl.select(pl.coalesce(digits, integral).alias("")).to_series()


def lower(series: pl.Series) -> pl.Series:
    """Make A to Z small."""
    small = list(string.ascii_lowercase)
    return series.str.replace_many(list(string.ascii_uppercase), small)


def upper(series: pl.Series) -> pl.Series:
    """Make a to z capital."""
    capital = list(string.ascii_uppercase)
    return series.str.replace_many(list(string.ascii_lowercase), capital)


def part(series: pl.Series, position: pl.Series, length: pl.Series) -> pl.Series:
    """Cut a piece; positions count from 1, or from the end where negative."""
    # A comparison may serve as a number, and is stored as a flag.
    whole = {"position": position.cast(pl.Int64), "length": length.cast(pl.Int64)}
    frame = numbers.together(text=series, **whole)
    text, place, length_ = pl.col("text"), pl.col("position"), pl.col("length")
    size = text.str.len_chars().cast(pl.Int64)
    frame = frame.with_columns(
        pl.when((place != 0) & (length_ >= 0)).then(text).alias("text"),
        pl.when(place > 0).then(place - 1).otherwise(size + place).alias("begin"),
        # No text is so long, and sums stay within 64 bits.
        length_.clip(0, _LONGEST).alias("length"),
    )
    start = pl.max_horizontal(pl.col("begin"), 0)
    end = pl.max_horizontal(pl.col("begin") + length_, 0)
    return frame.select(
        text.str.slice(start, pl.max_horizontal(end - start, 0)).alias("")
    ).to_series()


def strip(series: pl.Series, start: bool, end: bool) -> pl.Series:
    """Remove blanks at the start and the end."""
    cut = series.str.strip_chars_start(" ") if start else series
    return cut.str.strip_chars_end(" ") if end else cut


def without(series: pl.Series, characters: str) -> pl.Series:
    """Remove every occurrence of some characters."""
    for character in dict.fromkeys(characters):
        series = series.str.replace_all(character, "", literal=True)
    return series


def at_edge(series: pl.Series, edge: pl.Series, start: bool) -> pl.Series:
    """Tell whether texts begin or end with others."""
    if len(series) != len(edge) and len(series) == 1:
        series = series.new_from_index(0, len(edge))
    found = series.str.starts_with(_given(edge)) if start else series.str.ends_with(_given(edge))
    return found.fill_null(False)


def _given(edge: pl.Series) -> pl.Expr:
    return pl.lit(edge) if len(edge) != 1 else pl.lit(edge.item(), dtype=pl.String)


def join(*series: pl.Series) -> pl.Series:
    """Write texts one after another; missing ones contribute nothing.

    One that grows too long is missing: doubled again and again for one person, it would exhaust
    the machine, and that would tell.
    """
    joined = pl.select(pl.concat_str([s.fill_null("") for s in series]).alias("")).to_series()
    short = pl.when(joined.str.len_chars() <= limits.TEXT).then(joined)
    return pl.select(short.alias("")).to_series()
