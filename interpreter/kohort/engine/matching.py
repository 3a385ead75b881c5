"""Finding the rows of one set of units in another."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

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
    if found is not None and known.is_sorted() and wanted.is_sorted() and not wanted.null_count():
        return _by_order(known.to_numpy(), wanted.to_numpy())
    frame = pl.DataFrame({"id": known, "place": np.arange(len(known), dtype=np.uint32)})
    joined = wanted.to_frame("id").join(frame, on="id", how="left", maintain_order="left")
    return joined["place"]


def _by_position(known: pl.Series, wanted: pl.Series, low: int, high: int) -> pl.Series:
    """Look ids up in an array. Arrays as long as a register cost time to make: few are made."""
    inside = wanted.is_between(low, high).fill_null(False)
    whole = bool(inside.all())
    sought = wanted if whole else wanted.fill_null(low).clip(low, high)
    if high - low + 1 == len(known) and known.is_sorted():
        places = (sought - low if low else sought).cast(pl.UInt32)
        return places if whole else places.set(~inside, None)
    table = np.full(high - low + 1, -1, dtype=np.int32)
    table[_from(known, low)] = np.arange(len(known), dtype=np.int32)
    found = pl.Series(table.take(_from(sought, low)))
    lost = (found < 0) | ~inside
    if not lost.any():
        return found.cast(pl.UInt32)
    return found.cast(pl.UInt32, strict=False).set(lost, None)


def _by_order(known: NDArray[np.int64], wanted: NDArray[np.int64]) -> pl.Series:
    """Look ids up by halving; those in order find the same places in the cache again."""
    spots = np.searchsorted(known, wanted)
    np.minimum(spots, len(known) - 1, out=spots)
    lost = known.take(spots) != wanted
    found = pl.Series(spots.astype(np.uint32))
    return found.set(pl.Series(lost), None) if lost.any() else found


def _from(ids: pl.Series, low: int) -> NDArray[np.int64]:
    return ids.to_numpy() - low if low else ids.to_numpy()
