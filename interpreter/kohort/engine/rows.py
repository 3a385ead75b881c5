"""The unit set of a dataset: one id and one record key per row."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort.engine.parting import Parting
from kohort.engine.values import Selection


class Keys(Protocol):
    """Where record keys come from (disclosure 4.1), and keys of files."""

    def record_keys(self, root: Path | None, unit_type: str, ids: pl.Series) -> pl.Series:
        """Give the UInt64 record key of each id of a unit type in the key domain of a databank."""
        ...

    @property
    def parted(self) -> Parting:
        """What says where values are parted into groups."""
        ...

    def sample_key(self, root: Path | None, bucket: int) -> int:
        """Give the 64-bit key of a bucket of random samples."""
        ...

    def opening(self, root: Path, name: str) -> pl.ParquetDecryptionProperties:
        """Give what the encrypted rows of a register of a databank are read with."""
        ...


@dataclass(frozen=True, eq=False)
class Rows:
    """Units in ascending order of id; those with several rows have them next to each other.

    `ids`: Int64 or String, one per row, none missing. `repeated`: whether units may have several
    rows. `unit_type` None: public units, whose keys are all 0.
    """

    ids: pl.Series
    unit_type: str | None
    root: Path | None
    ring: Keys
    repeated: bool = False
    known: pl.Series | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return "<rows>"

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def key_series(self) -> pl.Series:
        """Record keys as a UInt64 series."""
        if self.known is not None:
            return self.known
        if self.unit_type is None:
            return pl.Series(np.zeros(len(self.ids), dtype=np.uint64))
        return self.ring.record_keys(self.root, self.unit_type, self.ids).rechunk()

    @property
    def keys(self) -> NDArray[np.uint64]:
        """Record keys, uint64, one per row."""
        return self.key_series.to_numpy()

    @cached_property
    def firsts(self) -> NDArray[np.bool_] | None:
        """Which rows are the first of their unit; None where every row is."""
        if not self.repeated:
            return None
        starts = np.ones(len(self.ids), dtype=np.bool_)
        if len(self.ids) > 1:
            starts[1:] = (self.ids.slice(1) != self.ids.slice(0, len(self.ids) - 1)).to_numpy()
        return starts

    @cached_property
    def units(self) -> NDArray[np.int64] | None:
        """Unit numbers from 0, int64, one per row; None where every row is a unit of its own."""
        return None if self.firsts is None else np.cumsum(self.firsts, dtype=np.int64) - 1

    @property
    def public(self) -> bool:
        """Whether the units need no protection."""
        return self.unit_type is None

    @property
    def unit_keys(self) -> NDArray[np.uint64]:
        """Record keys, uint64, one per unit."""
        return self.keys if self.firsts is None else self.keys[self.firsts]

    def narrowed(self, selection: Selection) -> Rows:
        """Give the rows that stay."""
        return Rows(
            self.ids.filter(selection.mask),
            self.unit_type,
            self.root,
            self.ring,
            self.repeated,
            self.key_series.filter(selection.mask),
        )

    def size(self) -> tuple[int, int]:
        """Give the number of distinct units and the wrapping sum of their record keys."""
        keys = self.unit_keys
        return len(keys), int(np.sum(keys, dtype=np.uint64))
