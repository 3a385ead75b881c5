"""Examines a databank: whether every version has its metadata, its rows and its record keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from kohort.databank import atrest, governance, recordkeys, stamp
from kohort.databank.governance import GovernanceError
from kohort.databank.releases import steps
from kohort.databank.releases.owned import BankError, OwnedBank, Version, plain, version_of
from kohort.disclosure.keys import Secret
from kohort.metadata import Structures, read_releases
from kohort.register import RegisterVariable
from kohort.stored import CatalogueError
from kohort.unit_type import unit_type

_COLUMNS = ("unit_id", "value", "start_epoch_days", "stop_epoch_days")


def examined(bank: OwnedBank, secret: Secret | None = None) -> list[str]:
    """Give what is wrong with a databank, one line each; no line holds a value of the data.

    Encrypted rows are looked into only with the owner's key.
    """
    try:
        return list(_faults(bank, secret))
    except BankError as error:
        return [str(error)]
    except CatalogueError as error:
        return [error.diagnostic.message]


def _faults(bank: OwnedBank, secret: Secret | None) -> Iterator[str]:
    if (bank.store / "change.json").is_file() or any(steps.unfinished(bank.root)):
        yield "a change has broken off; the next owner's command mends it"
    bank.manifest()
    bank.pending()
    if not bank.releases():
        return
    read_releases(bank.root)
    seen: set[Path] = set()
    for release in bank.releases():
        version = version_of(release["version"])
        yield from _of_version(bank, version, seen, secret)
    for path in sorted((bank.root / governance.FOLDER).glob("*.json")):
        try:
            governance.read(path)
        except GovernanceError as error:
            yield f"{path.name}: {error}"


def _of_version(
    bank: OwnedBank, version: Version, seen: set[Path], secret: Secret | None
) -> Iterator[str]:
    structures = Structures(bank.root, version)
    for name in structures:
        try:
            entry = structures[name]
        except CatalogueError as error:
            yield f"version {plain(version)}: {error.diagnostic.message}"
            continue
        if entry.path in seen:
            continue
        seen.add(entry.path)
        for fault in _of_rows(bank, entry, secret):
            yield f"version {plain(version)}, {name}: {fault}"


def _of_rows(bank: OwnedBank, entry: RegisterVariable, secret: Secret | None) -> Iterator[str]:
    files = [entry.path] if entry.path.is_file() else sorted(entry.path.rglob("*.parquet"))
    if not files:
        yield f"there are no rows at {entry.path}"
        return
    opening = None
    if atrest.is_sealed(files[0]):
        if secret is None:
            return
        opening = atrest.opening(secret, entry.name)
    try:
        rows = pl.scan_parquet(
            files, hive_partitioning=False, missing_columns="insert", decryption=opening
        )
        lacking = [name for name in _COLUMNS if name not in rows.collect_schema().names()]
        if lacking:
            yield f"the rows lack {', '.join(lacking)}"
            return
        yield from _unknown_units(bank, entry, rows)
    except pl.exceptions.PolarsError:
        yield f"{entry.path} cannot be read"


def _unknown_units(bank: OwnedBank, entry: RegisterVariable, rows: pl.LazyFrame) -> Iterator[str]:
    """Tell of units without a record key: their noise would depend on their number."""
    if stamp.read(bank.root) is None:
        return
    columns = {"unit_id": entry.unit_type}
    if entry.pseudonym and entry.value_unit_type is not None:
        columns["value"] = entry.value_unit_type
    for column, kind in columns.items():
        if not unit_type(kind).pseudonymised:
            continue
        path = recordkeys.folder(bank.root) / f"{kind}.parquet"
        if not path.is_file():
            yield f"there are no record keys of {kind}"
            continue
        known = pl.scan_parquet(path).select("unit_id")
        used = rows.select(pl.col(column).cast(pl.Int64).alias("unit_id")).unique()
        if used.join(known, on="unit_id", how="anti").limit(1).collect().height:
            yield f"units of {kind} have no record keys"
