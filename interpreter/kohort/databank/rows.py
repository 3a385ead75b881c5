"""The rows of a data set: their column types, order, and the rules of each temporality."""

from __future__ import annotations

from typing import Final, TypeAlias

import polars as pl

from kohort.databank.definition import VariableDefinition, unit_types

_VALUE_TYPES: Final[dict[str, type[pl.DataType]]] = {
    "STRING": pl.String,
    "LONG": pl.Int64,
    "DOUBLE": pl.Float64,
    "DATE": pl.Int64,
}
_DAYS: Final = ("start_epoch_days", "stop_epoch_days")


Part: TypeAlias = tuple[int | None, pl.DataFrame]


class RowError(ValueError):
    """The rows of a data set break a rule; the text names the variable and the rule, no value."""


def arranged(definition: VariableDefinition, frame: pl.DataFrame) -> list[Part]:
    """Give the rows as they are stored: parts by year of start, each by unit and start, checked.

    Constants and spells are one part, of the year None. Raises `RowError` when a column is missing,
    a value does not fit its type, or the rows break a rule of the variable's temporality or codes.
    """
    frame = _typed(definition, frame)
    if definition.temporality in {"FIXED", "EVENT"}:
        parts: list[Part] = [(None, _ordered(frame))]
    else:
        parts = [(year, _ordered(part)) for year, part in _by_year(frame)]
    for _, part in parts:
        _check(definition, part)
    if definition.temporality == "ACCUMULATED" and len(parts) > 1:
        _check_across(definition, parts)
    _check_codes(definition, frame)
    return parts


def nothing(definition: VariableDefinition) -> pl.DataFrame:
    """Give no rows, with the stored columns and types."""
    return _typed(definition, pl.DataFrame({name: [] for name in ("unit_id", "value", *_DAYS)}))


def _typed(definition: VariableDefinition, frame: pl.DataFrame) -> pl.DataFrame:
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
        return frame.select(
            pl.col("unit_id").cast(pl.Int64 if secret else pl.String),
            pl.col("value").cast(value),
            *days,
        )
    except pl.exceptions.PolarsError:
        # The engine's own text would quote the value.
        raise RowError(f"{definition.name}: a value does not fit its type") from None


def _by_year(frame: pl.DataFrame) -> list[tuple[int | None, pl.DataFrame]]:
    """Split rows by the year of their start; a missing start has the year None."""
    day = pl.col("start_epoch_days")
    date = day.cast(pl.Int32).cast(pl.Date)
    ends = frame.select(date.min().dt.year().alias("first"), date.max().dt.year().alias("last"))
    first, last = ends.row(0)
    if first is not None and first == last and not frame["start_epoch_days"].null_count():
        return [(first, frame)]
    if not frame["start_epoch_days"].is_sorted():
        frame = frame.sort("start_epoch_days", maintain_order=True)
    years = frame.select(date.dt.year()).to_series().rle()
    lengths = years.struct.field("len")
    stops = lengths.cum_sum()
    return [
        (year, frame.slice(stop - length, length))
        for year, length, stop in zip(years.struct.field("value"), lengths, stops, strict=True)
    ]


def _ordered(frame: pl.DataFrame) -> pl.DataFrame:
    if _in_order(frame):
        return frame
    # Two stable sorts, either of them mostly needless, are faster than one by both columns.
    start = frame["start_epoch_days"]
    if start.n_unique() > 1 and not start.is_sorted():
        frame = frame.sort("start_epoch_days", maintain_order=True)
    return frame if frame["unit_id"].is_sorted() else frame.sort("unit_id", maintain_order=True)


def _in_order(frame: pl.DataFrame) -> bool:
    """Whether rows are by unit and start already; False also where one of these is missing."""
    unit, start = pl.col("unit_id"), pl.col("start_epoch_days")
    later = (unit == unit.shift(1)) & (start >= start.shift(1))
    steps = frame.select(((unit > unit.shift(1)) | later).slice(1)).to_series()
    return steps.all(ignore_nulls=False) is True


def _check(definition: VariableDefinition, frame: pl.DataFrame) -> None:
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
            rules.append(("a start is missing", start.is_null()))
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


def _check_across(definition: VariableDefinition, parts: list[Part]) -> None:
    """Look for overlaps between years, where a period may reach into the next one at all."""
    latest: int | None = None
    for _, part in parts:
        first, last = part["start_epoch_days"].min(), part["stop_epoch_days"].max()
        if latest is not None and isinstance(first, int) and first <= latest:
            whole = pl.concat([part for _, part in parts])
            _check(definition, _ordered(whole.sort("start_epoch_days", maintain_order=True)))
            return
        latest = last if isinstance(last, int) else latest


def _check_codes(definition: VariableDefinition, frame: pl.DataFrame) -> None:
    if not definition.categories or definition.data_type != "STRING":
        return
    codes = pl.Series([category.code for category in definition.categories], dtype=pl.String)
    if not frame["value"].unique().is_in(codes.implode()).all():
        raise RowError(f"{definition.name}: a code is not in the code list")
