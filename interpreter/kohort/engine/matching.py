"""Finding the rows of one set of units in another."""

from __future__ import annotations

import numpy as np
import polars as pl

from kohort.engine.numbers import extent

# A position array may be this many times longer than the ids that it holds.
_SPARSEST = 8
_ALWAYS = 1 << 16


def places(known: pl.Series, wanted: pl.Series) -> pl.Series | None:
    """Give for each wanted id its place among the known ones, null where it is not there.

    `known` holds distinct ids. None means that both are the same, row by row.
    """
    if known.dtype != wanted.dtype:
        known, wanted = known.cast(pl.String), wanted.cast(pl.String)
    if len(known) == len(wanted) and bool((known == wanted).fill_null(False).all()):
        return None
    found = extent(known) if known.dtype == pl.Int64 else None
    if found is not None and found[1] - found[0] < max(_SPARSEST * len(known), _ALWAYS):
        return _by_position(known, wanted, *found)
    frame = pl.DataFrame({"id": known, "place": np.arange(len(known), dtype=np.uint32)})
    joined = wanted.to_frame("id").join(frame, on="id", how="left", maintain_order="left")
    return joined["place"]


def _by_position(known: pl.Series, wanted: pl.Series, low: int, high: int) -> pl.Series:
    table = np.full(high - low + 2, -1, dtype=np.int32)
    table[known.to_numpy() - low] = np.arange(len(known), dtype=np.int32)
    nowhere = high - low + 1
    inside = wanted.is_between(low, high).fill_null(False)
    if inside.all():
        spots = wanted.to_numpy() - low
    else:
        spots = np.where(inside.to_numpy(), wanted.fill_null(low).to_numpy() - low, nowhere)
    found = pl.Series(table[spots])
    return pl.select(pl.when(found >= 0).then(found).cast(pl.UInt32).alias("")).to_series()
