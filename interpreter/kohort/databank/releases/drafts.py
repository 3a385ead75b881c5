"""Drafts: a register on its way into a databank, seen by nobody before it is released."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from kohort.databank import atrest, governance, rows, stored
from kohort.databank.definition import VariableDefinition, unit_types
from kohort.databank.intake.description import Description
from kohort.databank.intake.registers import Register
from kohort.databank.releases import patches, steps
from kohort.databank.releases.numbers import NumberRegister, remember_keys
from kohort.databank.releases.owned import (
    DRAFT,
    BankError,
    Json,
    Operation,
    OwnedBank,
    Pending,
)
from kohort.disclosure.keys import Secret
from kohort.disclosure.profile import ProfileError, load
from kohort.unit_type import unit_type

ROW_GROUP: Final = 262_144
_STORED: Final = {"unit": "unit_id", "start": "start_epoch_days", "stop": "stop_epoch_days"}


def put(bank: OwnedBank, register: Register, numbers: NumberRegister, now: int) -> Pending:
    """Make a register a draft, in the place of an earlier draft of its name.

    `now` is seconds since 1970. A register that is released already is changed, another one added;
    one without rows is a patch of the metadata. Raises `BankError`.
    """
    definition = register.description.definition
    name = definition.name
    _check_protection(bank, register)
    released = bank.structures(bank.newest())
    item = Pending(name, _operation(name, register, released), register.description.note)
    if item.operation == "PATCH_METADATA":
        structure = patches.patched(released[name], register.description)
    else:
        structure = {}
    withdraw(bank, [name], now)
    if register.rows is not None:
        frame = _with_numbers(bank, definition, register.rows, numbers)
        structure = _written(bank, register.description, frame, numbers.secret, now)
    if register.governance is not None:
        steps.write(governance_of(bank, name, DRAFT), register.governance.text())
    bank.write_draft_structures({**bank.as_if_released(), name: structure})
    bank.write_pending({**bank.pending(), name: item}, now)
    return item


def remove(bank: OwnedBank, names: list[str], note: str, now: int) -> list[Pending]:
    """Have registers removed by the next release; versions before it keep them.

    Raises `BankError` for a name that is not released.
    """
    released = bank.structures(bank.newest())
    for name in names:
        if name not in released:
            raise BankError(f"{name} is not released, there is nothing to remove")
    withdraw(bank, names, now)
    items = [Pending(name, "REMOVE", note) for name in names]
    pending = {**bank.pending(), **{item.name: item for item in items}}
    left = {n: s for n, s in bank.as_if_released().items() if n not in names}
    bank.write_draft_structures(left)
    bank.write_pending(pending, now)
    return items


def withdraw(bank: OwnedBank, names: list[str], now: int) -> list[Pending]:
    """Take back pending operations; gives those that there were."""
    pending = bank.pending()
    gone = [pending[name] for name in names if name in pending]
    if gone:
        bank.write_pending({n: p for n, p in pending.items() if n not in names}, now)
    for name in names:
        for left in draft_files(bank, name):
            steps.remove(left)
    if gone:
        bank.write_draft_structures(bank.as_if_released())
    return gone


def draft_files(bank: OwnedBank, name: str) -> Iterator[Path]:
    """Give what belongs to a draft: rows and governance."""
    folder = bank.root / "data" / name
    places = (folder / f"{name}__{DRAFT}.parquet", folder / f"{name}__{DRAFT}")
    for place in (*places, governance_of(bank, name, DRAFT)):
        if place.exists():
            yield place


def governance_of(bank: OwnedBank, name: str, state: str = "") -> Path:
    """Give the place of a register's governance, or of that of its draft."""
    ending = f"__{state}" if state else ""
    return bank.root / governance.FOLDER / f"{name}{ending}.json"


def _check_protection(bank: OwnedBank, register: Register) -> None:
    """A profile that cannot be used must be told to the owner, not to every user."""
    wanted = None if register.governance is None else register.governance.protection
    if wanted is None:
        return
    where = f"the governance of {register.description.definition.name}"
    try:
        profile = load(wanted, bank.root / "profiles")
    except ProfileError as error:
        raise BankError(f"{where}: {error}") from None
    if profile.synthetic_only:
        raise BankError(f"{where}: profile '{wanted}' protects nothing")


def _operation(name: str, register: Register, released: dict[str, Json]) -> Operation:
    if register.rows is not None:
        return "CHANGE" if name in released else "ADD"
    if name not in released:
        raise BankError(f"{name} is not released, there is nothing to patch")
    return "PATCH_METADATA"


def _with_numbers(
    bank: OwnedBank, definition: VariableDefinition, given: pl.DataFrame, numbers: NumberRegister
) -> pl.DataFrame:
    """Put numbers in the place of identifiers; record keys are remembered before anything else."""
    keyed: list[tuple[str, pl.DataFrame]] = []
    frame = given.rename({
        "unit": "unit_id",
        "start": "start_epoch_days",
        "stop": "stop_epoch_days",
    })
    columns = {"unit_id": definition.unit_type}
    if definition.value_unit_type is not None:
        columns["value"] = definition.value_unit_type
    for column, kind in columns.items():
        if not unit_types()[kind]["pseudonymised"]:
            continue
        units = frame[column].unique()
        numbered = numbers.numbered(unit_type(kind).domain, units)
        keyed.append((kind, numbered))
        known = numbered.select(pl.col("unit").alias(column), pl.col("unit_id").alias("number"))
        joined = frame.join(known, on=column, how="left", maintain_order="left")
        frame = joined.drop(column).rename({"number": column})
    remember_keys(bank.root, numbers.key_id, numbers.secret, keyed)
    return frame.select("unit_id", "value", "start_epoch_days", "stop_epoch_days")


def _written(
    bank: OwnedBank, description: Description, frame: pl.DataFrame, secret: Secret, now: int
) -> Json:
    """Write the rows of a draft; gives its data structure."""
    definition, today = description.definition, now // 86_400
    sealing = atrest.sealing(secret, definition.name) if bank.manifest().encrypted else None
    entry = _covered(definition, frame, today)
    folder = bank.root / "data" / definition.name
    name = f"{definition.name}__{DRAFT}"
    for year, part in rows.arranged(definition, frame):
        inner = Path(f"{name}.parquet") if year is None else Path(name, f"start_year={year}")
        place = folder / inner if year is None else folder / inner / "0.parquet"
        write_rows(part, place, sealing)
    return patches.with_ending(stored.data_structure(entry), description.ending)


def write_rows(
    frame: pl.DataFrame, path: Path, sealing: pl.ParquetEncryptionProperties | None
) -> None:
    """Write rows in the layout of a databank, encrypted where a key is given."""
    steps.fill(
        path,
        lambda place: frame.write_parquet(
            place, compression="zstd", compression_level=3, row_group_size=ROW_GROUP,
            encryption=sealing,
        ),
    )  # fmt: skip


def _covered(definition: VariableDefinition, frame: pl.DataFrame, today: int) -> stored.Entry:
    starts, stops = frame["start_epoch_days"], frame["stop_epoch_days"]
    if definition.temporality == "FIXED":
        first, last = stored.FIXED_START, today
    else:
        days = [day for day in (starts.min(), starts.max(), stops.max()) if isinstance(day, int)]
        first, last = min(days), max(days)
    dates: tuple[int, ...] = ()
    if definition.temporality == "STATUS":
        dates = tuple(starts.unique().sort().to_list())
    covered = replace(definition, coverage=(first, last))
    return stored.Entry(covered, first, last, "", dates)
