"""Register variables written by hand, row by row, and datasets over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl

from kohort import wording
from kohort.diagnostic import NOWHERE
from kohort.disclosure.keys import record_key, synthetic_master
from kohort.engine.keyring import KeyRing
from kohort.engine.node import Node, value_of
from kohort.engine.rows import Rows
from kohort.engine.store import ColumnStore, Engine
from kohort.engine.values import coded, from_codes
from kohort.engine.vector import Vector
from kohort.phrases import Date
from kohort.register import DataType, RegisterVariable, Temporality
from kohort.scope import Kind, Shape, Type, Variable

MASTER = synthetic_master(7)
Row = tuple[Any, ...]


def days(text: str) -> int:
    """Give an ISO date as days since 1970-01-01."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def day(text: str) -> Date:
    """Give an ISO date as commands have it."""
    return Date(days(text), text, NOWHERE)


@dataclass
class Bank:
    """A databank without metadata files: what the engine needs of one."""

    root: Path
    entries: dict[str, RegisterVariable] = field(default_factory=dict)

    def fixed(self, name: str, values: Mapping[Any, Any], kind: DataType, **more: Any) -> None:
        """Add a fixed variable."""
        self.spells(name, [(i, v, 0, None) for i, v in values.items()], kind, "FIXED", **more)

    def spells(
        self, name: str, rows: Sequence[Row], kind: DataType, temporality: Temporality, **more: Any
    ) -> None:
        """Add a variable from (unit, value, start, stop), the last two as days or ISO dates."""
        path = self.root / name
        dated = [(i, v, _day(a), _day(b)) for i, v, a, b in rows]
        if temporality in ("STATUS", "ACCUMULATED"):
            for year in sorted({_year(row) for row in dated}):
                some = [row for row in dated if _year(row) == year]
                self._write(path / f"start_year={year}" / "0.parquet", some)
        else:
            self._write(path / "0.parquet", dated)
        self.entries[name] = RegisterVariable(
            name=name, title=name, title_en=None, description="", unit_type="PERSON",
            temporality=temporality, data_type=kind, path=path, **more,
        )  # fmt: skip

    def _write(self, file: Path, rows: Sequence[Row]) -> None:
        file.parent.mkdir(parents=True)
        frame = pl.DataFrame(
            rows, orient="row", infer_schema_length=None,
            schema=["unit_id", "value", "start_epoch_days", "stop_epoch_days"],
        ).cast({"start_epoch_days": pl.Int16, "stop_epoch_days": pl.Int16})  # fmt: skip
        frame.write_parquet(file)

    def empty(self) -> ColumnStore:
        """Give a dataset without units."""
        return Engine(KeyRing(lambda _: MASTER, lambda *_: None)).empty(Shape("d"))

    def imported(
        self,
        dataset: ColumnStore,
        name: str,
        at: str | None = None,
        as_: str = "",
        outer: bool = False,
    ) -> ColumnStore:
        """Import a variable and describe the dataset as the checker would."""
        entry = self.entries[name]
        when = None if at is None else day(at)
        bank: Any = SimpleNamespace(root=self.root, name="bank")
        result = dataset.imported(bank, entry, when, as_ or name, outer)
        key = Variable("PERSONID_1", Type.KEY, wording.key("PERSON"))
        shape = dataset.shape.with_variables(variable(as_ or name, entry.type))
        known = Shape("d", Kind.CROSS_SECTION, "PERSON", key, shape.variables)
        return result.described(known).rebased()


def _day(moment: int | str | None) -> int | None:
    return days(moment) if isinstance(moment, str) else moment


def _year(row: Row) -> int:
    return (date(1970, 1, 1) + timedelta(days=row[2])).year


def variable(name: str, type_: Type, **more: Any) -> Variable:
    """Give a variable with a meaning of its own."""
    return Variable(name, type_, wording.source("bank", name, None), **more)


def values(dataset: ColumnStore, name: str) -> list[Any]:
    """Give the values of a column, row by row."""
    return value_of(dataset.columns[name]).spread().to_list()


def ids(dataset: ColumnStore) -> list[Any]:
    """Give the unit ids, row by row."""
    return dataset.rows.ids.to_list()


def key_sum(units: Sequence[Any], unit_type: str = "PERSON") -> int:
    """Give the wrapping sum of the record keys of some units."""
    return sum(record_key(MASTER, unit_type, unit) for unit in units) % 2**64


# ---- datasets without a bank

TYPES = {"a": Type.TEXT, "b": Type.INTEGER, "c": Type.DECIMAL, "x": Type.INTEGER, "y": Type.DECIMAL}
DTYPES = {Type.TEXT: pl.String, Type.INTEGER: pl.Int64, Type.DECIMAL: pl.Float64}
Made = tuple[ColumnStore, list[dict[str, Any]]]


def dataset(rows: list[tuple[Any, ...]], repeated: bool, is_coded: bool) -> Made:
    """Give a dataset of units with one or several rows, and its rows as dictionaries."""
    names = ["unit", *TYPES]
    if not repeated:
        rows = list({row[0]: row for row in rows}.values())
    rows = sorted(rows, key=lambda row: row[0])
    known = [dict(zip(names, row, strict=True)) for row in rows]
    ids = pl.Series([row[0] for row in rows], dtype=pl.Int64)
    where = Rows(
        ids, "PERSON", Path("/nowhere/bank"), KeyRing(lambda _: MASTER, lambda *_: None), repeated
    )
    columns = {}
    for position, (name, type_) in enumerate(TYPES.items(), 1):
        vector = Vector(pl.Series([row[position] for row in rows], dtype=DTYPES[type_]))
        columns[name] = Node(where, values=from_codes(coded(vector)) if is_coded else vector)
    key = Variable("PERSONID_1", Type.KEY, wording.key("PERSON"))
    described = {name: variable(name, type_) for name, type_ in TYPES.items()}
    shape = Shape("d", Kind.CROSS_SECTION, "PERSON", key, described)
    return ColumnStore(shape, where, columns, where.ring), known
