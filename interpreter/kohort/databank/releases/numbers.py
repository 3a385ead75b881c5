"""Numbers of units: identifiers become pseudonyms under the owner's key, pseudonyms small numbers.

Numbers belong to a key and a kind of identifier, not to a databank or a version, and are only ever
added: banks of one owner and all versions of a bank can be joined. Record keys derive from the
pseudonym, so that noise does not change with a release.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from kohort.configuration import numbers_folder
from kohort.databank import recordkeys, stamp
from kohort.databank.releases import steps
from kohort.databank.releases.owned import BankError
from kohort.disclosure import keys

_DIGEST: Final = np.dtype([("pseudonym", ">u8"), ("check", ">u4")])
_SCHEMA: Final = pl.Schema({"pseudonym": pl.Int64, "check": pl.UInt32, "unit_id": pl.Int64})
_CHECKED: Final = 1000
_KEYS: Final = pl.Schema({"unit_id": pl.Int64, "record_key": pl.UInt64})


class NumberRegister:
    """Gives units their numbers under one key, and remembers them in an owner-only folder."""

    def __init__(self, key_file: Path, key_id: str, secret: keys.Secret) -> None:
        self.folder = numbers_folder(key_file)
        self.key_id = key_id
        self.secret = secret

    def numbered(self, domain: str, units: pl.Series) -> pl.DataFrame:
        """Give `unit` (String), `pseudonym` and `unit_id` (Int64) of distinct identifiers.

        `domain` is the kind of identifier (`FNR`). New units get the numbers after the highest one,
        in the order of their pseudonyms, which tells nothing. Raises `BankError` where two units
        have one pseudonym, or the numbers belong to another key.
        """
        made = self._pseudonyms(domain, units)
        if not self.folder.is_dir():
            steps.folder(self.folder, 0o700)
        # Other databanks of this key give numbers too.
        with steps.held(self.folder, wait=True):
            self._check_stamp()
            return self._with_numbers(domain, made)

    def _with_numbers(self, domain: str, made: pl.DataFrame) -> pl.DataFrame:
        known = self._known(domain)
        found = made.join(known, on="pseudonym", how="left", suffix="_known")
        collided = found.filter(pl.col("check") != pl.col("check_known")).height
        if collided or made["pseudonym"].n_unique() != made.height:
            raise BankError(f"two units of {domain} have the same pseudonym: use another key")
        new = found.filter(pl.col("unit_id").is_null()).select("pseudonym", "check")
        if new.height:
            new = new.sort("pseudonym").with_row_index("unit_id", offset=known.height + 1)
            grown = pl.concat([known, new.select(_SCHEMA.names()).cast(_SCHEMA)])
            self._write(domain, grown)
            found = made.join(grown.drop("check"), on="pseudonym", how="left")
        return found.select("unit", "pseudonym", "unit_id")

    def _pseudonyms(self, domain: str, units: pl.Series) -> pl.DataFrame:
        digest = self.secret.prf(f"pseudonym/v1/{domain}").digest
        size = _DIGEST.itemsize
        content = b"".join([digest(unit.encode())[:size] for unit in units.to_list()])
        parts = np.frombuffer(content, dtype=_DIGEST)
        pseudonyms = (parts["pseudonym"].astype(np.uint64) >> np.uint64(1)).astype(np.int64)
        return pl.DataFrame({
            "unit": units, "pseudonym": pseudonyms, "check": parts["check"].astype(np.uint32),
        })  # fmt: skip

    def _known(self, domain: str) -> pl.DataFrame:
        path = self.folder / f"{domain}.parquet"
        return pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=_SCHEMA)

    def _write(self, domain: str, grown: pl.DataFrame) -> None:
        _write_private(self.folder / f"{domain}.parquet", grown)

    def _check_stamp(self) -> None:
        path = self.folder / stamp.FILE_NAME
        mine = stamp.Stamp(self.key_id, keys.proof(self.secret, self.key_id)).text()
        if not path.is_file():
            steps.write(path, mine, 0o600)
        elif path.read_text(encoding="utf-8") != mine:
            raise BankError(f"the numbers in {self.folder} belong to another key")


def remember_keys(
    root: Path, key_id: str, secret: keys.Secret, units: Iterable[tuple[str, pl.DataFrame]]
) -> None:
    """Add the record keys of units to those beside a root: pairs of unit type and numbered units.

    Keys that are there stay as they are. Formula of the keys: disclosure reference, 4.1, with the
    pseudonym as the id. Raises `BankError` where the keys that are there belong to another key.
    """
    place = recordkeys.folder(root)
    mine = stamp.Stamp(key_id, keys.proof(secret, key_id))
    written = place / stamp.FILE_NAME
    if not written.is_file():
        steps.folder(place, 0o700)
        steps.write(written, mine.text(), 0o600)
    elif stamp.read(root) != mine:
        raise BankError(f"the record keys in {place} belong to another key")
    for unit_type, numbered in units:
        path = place / f"{unit_type}.parquet"
        known = pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=_KEYS)
        _check_numbers(secret, unit_type, numbered, known, place)
        new = numbered.unique("unit_id").join(known, on="unit_id", how="anti")
        if not new.height and path.is_file():
            continue
        made = keys.record_keys(secret, unit_type, new["pseudonym"].to_list())
        added = pl.DataFrame({"unit_id": new["unit_id"], "record_key": pl.Series(made)})
        _write_private(path, pl.concat([known, added.cast(_KEYS)]).sort("unit_id"))


def _check_numbers(
    secret: keys.Secret, unit_type: str, numbered: pl.DataFrame, known: pl.DataFrame, place: Path
) -> None:
    """Check on some units that they still have the number that their record key was made for.

    Numbers that were lost and begun anew would give one person's rows and noise to another.
    """
    both = numbered.join(known, on="unit_id", how="inner").head(_CHECKED)
    made = keys.record_keys(secret, unit_type, both["pseudonym"].to_list())
    if both["record_key"].to_list() != made.tolist():
        raise BankError(
            f"the numbers of units are not those that {place} was made with: "
            "put the folder beside the key back as it was"
        )


def _write_private(path: Path, frame: pl.DataFrame) -> None:
    steps.fill(
        path,
        lambda place: frame.write_parquet(place, compression_level=3, row_group_size=262_144),
        0o600,
    )
