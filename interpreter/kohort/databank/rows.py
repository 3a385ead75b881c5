"""The rows of a data set: their column types, order, and the rules of each temporality."""

from __future__ import annotations

from typing import Final

import polars as pl

from kohort.databank.definition import VariableDefinition, unit_types

_VALUE_TYPES: Final[dict[str, type[pl.DataType]]] = {
    "STRING": pl.String,
    "LONG": pl.Int64,
    "DOUBLE": pl.Float64,
    "DATE": pl.Int64,
}
_DAYS: Final = ("start_epoch_days", "stop_epoch_days")


class RowError(ValueError):
    """The rows of a data set break a rule; the text names the variable and the rule, no value."""


def canonical(definition: VariableDefinition, frame: pl.DataFrame) -> pl.DataFrame:
    """Give the rows with the stored columns and types, in the stored order.

    Order: by unit and start; measurements and sums have their years split off afterwards.
    Raises `RowError` when a column is missing or has values that do not fit its type.
    """
    missing = {"unit_id", "value"} - set(frame.columns)
    if missing or (definition.temporality != "FIXED" and not set(_DAYS) <= set(frame.columns)):
        raise RowError(f"{definition.name}: a column is missing")
    secret = bool(unit_types()[definition.unit_type]["pseudonymised"])
    value = pl.Int64 if definition.pseudonym else _VALUE_TYPES[definition.data_type]
    days = [
        pl.lit(None, pl.Int16).alias(name)
        if definition.temporality == "FIXED"
        else pl.col(name).cast(pl.Int16)
        for name in _DAYS
    ]
    try:
        frame = frame.select(
            pl.col("unit_id").cast(pl.Int64 if secret else pl.String),
            pl.col("value").cast(value),
            *days,
        )
    except pl.exceptions.PolarsError:
        # The engine's own text would quote the value.
        raise RowError(f"{definition.name}: a value does not fit its type") from None
    # Two stable sorts, the first mostly needless, are much faster than one by both columns.
    if not frame["start_epoch_days"].is_sorted():
        frame = frame.sort("start_epoch_days", maintain_order=True)
    return frame.sort("unit_id", maintain_order=True)


def check(definition: VariableDefinition, frame: pl.DataFrame) -> None:
    """Raise `RowError` for the first broken rule of datastore.md, section 2, rows 9 to 15."""
    start, stop = pl.col("start_epoch_days"), pl.col("stop_epoch_days")
    rules: list[tuple[str, pl.Expr]] = [
        ("a unit or value is missing", pl.any_horizontal(pl.col("unit_id", "value").is_null()))
    ]
    again = pl.col("unit_id") == pl.col("unit_id").shift(1)
    match definition.temporality:
        case "FIXED":
            rules.append(("a unit has two rows", again))
        case "STATUS":
            rules.append(("start and stop differ", start.ne_missing(stop)))
            rules.append(("a unit has two rows on a date", again & (start == start.shift(1))))
        case "ACCUMULATED":
            rules.append((
                "a period does not end after its start",
                ~(start < stop).fill_null(False),
            ))
            rules.append(("periods overlap", again & (start <= stop.shift(1))))
        case "EVENT":
            rules.append(("a start is missing", start.is_null()))
            rules.append(("a stop lies before its start", start > stop))
            open_before = stop.shift(1).is_null() | (start <= stop.shift(1))
            rules.append(("spells overlap", again & open_before))
    broken = frame.select(
        expression.fill_null(False).any().alias(str(place))
        for place, (_, expression) in enumerate(rules)
    ).row(0)
    for (text, _), found in zip(rules, broken, strict=True):
        if found:
            raise RowError(f"{definition.name}: {text}")
    _check_codes(definition, frame)


def _check_codes(definition: VariableDefinition, frame: pl.DataFrame) -> None:
    if not definition.categories or definition.data_type != "STRING":
        return
    codes = pl.Series([category.code for category in definition.categories], dtype=pl.String)
    if not frame["value"].unique().is_in(codes.implode()).all():
        raise RowError(f"{definition.name}: a code is not in the code list")
