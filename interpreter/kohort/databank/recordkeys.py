"""Record keys on disk: one owner-only file per unit type beside a databank's root."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from kohort.disclosure import keys

KEY_FILE: Final = "key.toml"


def folder(root: Path) -> Path:
    """Give the folder of a root's record keys: its sibling `<root>_keys`."""
    root = root.resolve()
    return root.with_name(f"{root.name}_keys")


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
    stamp = place / KEY_FILE
    stamp.touch(mode=0o600, exist_ok=False)
    stamp.write_text(f"key_id = {json.dumps(key_id)}\n", encoding="utf-8")
