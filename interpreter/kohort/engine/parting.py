"""Whose values are being parted into groups: known while an expression is worked out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Parting: TypeAlias = Callable[
    [Path | None, Floats, NDArray[np.uint64], NDArray[np.int64] | None, int, str], Floats | None
]
"""Gives where to part values into groups, or None at their exact quantiles.

Takes the databank's root, the values, record keys, unit numbers, the number of groups, and the
canonical wording.
"""


class Seats(NamedTuple):
    """The rows that an expression is about: `keys`, `units` one per row; `parted` None: public."""

    parted: Parting | None
    root: Path | None
    keys: pl.Series
    units: pl.Series | None
    words: str


_NOTHING, _NOBODY = np.zeros(1), np.zeros(1, dtype=np.uint64)
_seats: ContextVar[Seats] = ContextVar("seats")


@contextmanager
def among(seats: Seats) -> Iterator[None]:
    """Let functions know whose rows they look at."""
    token = _seats.set(seats)
    try:
        yield
    finally:
        _seats.reset(token)


def cuts(values: pl.Series, count: int) -> Floats | None:
    """Give where values, one per row and some missing, are parted; None at the exact quantiles.

    Raises `LookupError` where nobody said whose they are: there is no way without protection.
    """
    seats = _seats.get()
    if seats.parted is None:
        return None
    there = values.is_not_null()
    if not there.any():
        # As much work as for one, so that nobody takes as long.
        return seats.parted(seats.root, _NOTHING, _NOBODY, None, count, seats.words)
    x = values.filter(there).to_numpy()
    keys = seats.keys.filter(there).to_numpy()
    units = None if seats.units is None else seats.units.filter(there).to_numpy()
    return seats.parted(seats.root, x, keys, units, count, seats.words)
