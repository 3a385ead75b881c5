"""Record keys on disk: one owner-only file per unit type beside a databank's root."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from kohort.databank import stamp
from kohort.databank.stamp import folder
from kohort.disclosure import keys

__all__ = ["folder", "write"]


def write(root: Path, key_id: str, ids: Mapping[str, pl.Series], master: keys.Master) -> None:
    """Write `<root>_keys/UNIT_TYPE.parquet` for each unit type, and `key.toml` with the key's id.

    `ids` holds each unit type's distinct ids (Int64, or String where they are no pseudonyms). Each
    file has the columns `unit_id` and `record_key` (UInt64), sorted by `unit_id`. Folder 0700,
    files 0600. Formula of the keys: disclosure reference, 4.1.
    """
    place = folder(root)
    place.mkdir(mode=0o700)
    secret = keys.sealed(master)
    for unit_type in sorted(ids):
        units = ids[unit_type].sort()
        record_keys = keys.record_keys(secret, unit_type, units.to_list())
        file = place / f"{unit_type}.parquet"
        # Created with its final mode: no moment in which others could open it.
        file.touch(mode=0o600, exist_ok=False)
        pl.DataFrame({"unit_id": units, "record_key": pl.Series(record_keys)}).write_parquet(
            file, compression="zstd", compression_level=3, row_group_size=262_144
        )
    written = place / stamp.FILE_NAME
    written.touch(mode=0o600, exist_ok=False)
    text = stamp.Stamp(key_id, keys.proof(secret, key_id)).text()
    written.write_text(text, encoding="utf-8")
