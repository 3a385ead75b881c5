"""Record keys of units: read from beside the databank where they were stored, else calculated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from kohort.databank import atrest, recordkeys
from kohort.disclosure.keys import Master, record_keys, sealed
from kohort.engine.matching import places
from kohort.engine.parting import Parting


class KeyRing:
    """Gives record keys in the key domain of a databank, and the keys of random samples.

    `master` gives the master key that belongs to a databank's root, `parted` where values of its
    units are parted into groups. Stored keys lie in
    `<root>_keys/<UNIT_TYPE>.parquet`, columns `unit_id` and `record_key`, ascending by unit_id.
    """

    def __init__(self, master: Callable[[Path], Master], parted: Parting) -> None:
        self._master = master
        self.parted = parted

    def record_keys(self, root: Path | None, unit_type: str, ids: pl.Series) -> pl.Series:
        """Give the UInt64 record key of each id (distinct or not) of a unit type."""
        assert root is not None
        stored = recordkeys.folder(root) / f"{unit_type}.parquet"
        if not stored.is_file():
            return self._calculated(root, unit_type, ids)
        frame = pl.read_parquet(stored, columns=["unit_id", "record_key"])
        spots = places(frame["unit_id"], ids)
        if spots is None:
            return frame["record_key"].alias("")
        found = frame["record_key"].gather(spots).alias("")
        unknown = found.is_null()
        if not unknown.any():
            return found
        calculated = self._calculated(root, unit_type, ids.filter(unknown))
        return found.scatter(unknown.arg_true(), calculated)

    def opening(self, root: Path, name: str) -> pl.ParquetDecryptionProperties:
        """Give what the encrypted rows of a register of a databank are read with."""
        return atrest.opening(sealed(self._master(root)), name)

    def sample_key(self, root: Path | None, bucket: int) -> int:
        """Give the 64-bit key of a bucket of random samples."""
        assert root is not None
        return sealed(self._master(root)).prf("sample/v1").h64(str(bucket).encode())

    def _calculated(self, root: Path, unit_type: str, ids: pl.Series) -> pl.Series:
        distinct = ids.unique()
        given = distinct.to_list()
        keys = pl.Series(record_keys(self._master(root), unit_type, given))
        frame = pl.DataFrame({"id": distinct, "key": keys})
        return ids.to_frame("id").join(frame, on="id", how="left", maintain_order="left")["key"]
