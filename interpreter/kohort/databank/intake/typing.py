"""Gives the rows of a register the types that its description declares."""

from __future__ import annotations

from typing import Final

import polars as pl

from kohort.databank.definition import VariableDefinition
from kohort.databank.intake.problems import Findings
from kohort.databank.intake.table import COLUMNS, nothing, tell

FIRST_DAY: Final = -(1 << 15)
LAST_DAY: Final = (1 << 15) - 1
"""Days since 1970-01-01 that can be stored: 1880-04-14 to 2059-09-18."""

_DATE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_WHOLE: Final = "{} is not a whole number"
_NUMBER: Final = "{} is not a number; decimals are written with a point"
_CALENDAR: Final = "{} is not a date YYYY-MM-DD"
_OUTSIDE: Final = "{} lies outside 1880-04-14 to 2059-09-18"
_TYPES: Final[dict[str, type[pl.DataType]]] = {
    "STRING": pl.String, "LONG": pl.Int64, "DOUBLE": pl.Float64, "DATE": pl.Int64,
}  # fmt: skip


def typed(definition: VariableDefinition, rows: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """Give the rows with `unit` as text, the value in its type and days since 1970 as Int32.

    Rows that do not fit are told and left out (rules 6, 7, 9, 10). Values: String, Int64, Float64;
    dates and days of DATE are Int64. A key of another unit is text.
    """
    rows = _plain(rows, findings)
    rows = rows.with_columns(_as_text("unit", rows.schema["unit"]))
    columns = {"value": _value(definition, rows.schema["value"])}
    for name in ("start", "stop"):
        columns[name] = _day(name, rows.schema[name], pl.Int32)
    made = rows.with_columns(column.alias(f"{name}_") for name, column in columns.items())
    left = _checked(definition, rows, made, findings)
    renamed = {f"{name}_": name for name in columns}
    return left.drop(*columns).rename(renamed).select("row", "unit", "value", "start", "stop")


def _plain(rows: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """Give the rows in types that can be read on; a column of another type empties them."""
    for name in COLUMNS:
        dtype = rows.schema[name]
        if dtype in {pl.Categorical, pl.Enum}:
            rows = rows.with_columns(pl.col(name).cast(pl.String))
        elif not (dtype.is_numeric() or dtype in {pl.String, pl.Date, pl.Datetime, pl.Null}):
            findings.add(f"the column '{name}' has the type {dtype.base_type()}, which is none")
            return nothing()
    return rows


def _checked(
    definition: VariableDefinition, rows: pl.DataFrame, made: pl.DataFrame, findings: Findings
) -> pl.DataFrame:
    """Tell of the rows that have lost something on the way, and give the others."""
    pseudonym = definition.value_unit_type is not None
    kind = "STRING" if pseudonym else definition.data_type
    unfit = {"LONG": _WHOLE, "DOUBLE": _NUMBER, "DATE": _CALENDAR, "STRING": "{} is not a text"}
    complaints = [
        ("unit", pl.col("unit").is_null(), "the unit is missing", None),
        ("value", pl.col("value").is_null(), "the value is missing", None),
        ("value", _lost("value"), unfit[kind], "value"),
        ("start", _lost("start"), _CALENDAR, "start"),
        ("stop", _lost("stop"), _CALENDAR, "stop"),
        *(
            (name, ~pl.col(f"{name}_").is_between(FIRST_DAY, LAST_DAY), _OUTSIDE, name)
            for name in ("start", "stop")
        ),
    ]
    masks = made.select(
        mask.fill_null(False).alias(str(place)) for place, (_, mask, *_) in enumerate(complaints)
    )
    for place, (_, _, text, field) in enumerate(complaints):
        mask = masks[str(place)]
        if mask.any():
            tell(findings, rows.filter(mask), text, field)
    spoilt = masks.select(pl.any_horizontal(pl.all())).to_series()
    return made.filter(~spoilt) if spoilt.any() else made


def _lost(name: str) -> pl.Expr:
    return pl.col(name).is_not_null() & pl.col(f"{name}_").is_null()


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """Give identifiers as texts; a whole number that came as a decimal loses its `.0`."""
    column = pl.col(name)
    if dtype.is_float():
        return column.cast(pl.Int64, strict=False).cast(pl.String)
    return column if dtype == pl.String else column.cast(pl.String, strict=False)


def _value(definition: VariableDefinition, dtype: pl.DataType) -> pl.Expr:
    if definition.value_unit_type is not None:
        return _as_text("value", dtype)
    column, kind = pl.col("value"), definition.data_type
    if kind == "DATE":
        return _day("value", dtype, pl.Int64)
    if kind == "STRING":
        return _as_text("value", dtype)
    if kind == "LONG" and dtype.is_float():
        return pl.when(column == column.round()).then(column).cast(pl.Int64, strict=False)
    cast = column.cast(_TYPES[kind], strict=False)
    # An infinite number or none at all cannot be summed.
    return pl.when(cast.is_finite()).then(cast) if kind == "DOUBLE" else cast


def _day(name: str, dtype: pl.DataType, kind: type[pl.DataType]) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.String:
        parsed = column.str.to_date("%Y-%m-%d", strict=False)
        column = pl.when(column.str.contains(_DATE)).then(parsed)
    elif dtype == pl.Datetime:
        column = column.dt.date()
    elif dtype.is_float():
        column = column.cast(pl.Int32, strict=False)
    return column.to_physical().cast(kind, strict=False)
