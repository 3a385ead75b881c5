"""The rules that the rows of a register obey: codes, dates and spells (rules 8 and 11 to 15)."""

from __future__ import annotations

from typing import Final

import polars as pl

from kohort.databank.definition import VariableDefinition
from kohort.databank.intake.problems import MOST, Findings
from kohort.databank.intake.table import tell

_OPEN: Final = 1 << 20  # later than any day that can be stored
_SAME: Final = pl.col("code") == pl.col("code").shift(1)
_Rule = tuple[str, pl.Expr, str | None]


def checked(definition: VariableDefinition, rows: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """Give typed rows in the order of units and starts; broken rules are told to `findings`.

    `rows` is what `typed` gives; the result has `code` besides, one integer per unit.
    """
    fixed = definition.temporality == "FIXED"
    for name in () if fixed else ("start", "stop"):
        if rows.height and rows[name].null_count() == rows.height:
            findings.add(f"no row has a {name} date")
    _codes(definition, rows, findings)
    dates = _of_dates(definition.temporality)
    _apply(rows, dates, findings)
    ordered = _ordered(rows)
    match definition.temporality:
        case "FIXED":
            _apply(ordered, [("the unit has a row already", _SAME, None)], findings)
        case "STATUS":
            again = _SAME & (pl.col("start") == pl.col("start").shift(1))
            _apply(ordered, [("the unit has a row of this date already", again, None)], findings)
        case "ACCUMULATED" | "EVENT":
            sound = [expression for _, expression, _ in dates]
            _overlaps(ordered.filter(~pl.any_horizontal(sound).fill_null(False)), findings)
    return ordered


def _of_dates(temporality: str) -> list[_Rule]:
    start, stop = pl.col("start"), pl.col("stop")
    no_start: _Rule = ("the start date is missing", start.is_null(), None)
    no_stop: _Rule = ("the stop date is missing", stop.is_null(), None)
    match temporality:
        case "FIXED":
            # A stop date is what the first generation of the tools asked for.
            return [("a fixed register has no start date", start.is_not_null(), None)]
        case "STATUS":
            differ: _Rule = ("start and stop date differ", start != stop, None)
            return [no_start, no_stop, differ]
        case "ACCUMULATED":
            short: _Rule = ("the period does not end after its start", start >= stop, None)
            return [no_start, no_stop, short]
        case _:
            return [no_start, ("the stop date lies before the start date", start > stop, None)]


def _apply(rows: pl.DataFrame, rules: list[_Rule], findings: Findings) -> None:
    masks = rows.select(
        broken.fill_null(False).alias(str(place)) for place, (_, broken, _) in enumerate(rules)
    )
    for place, (text, _, field) in enumerate(rules):
        mask = masks[str(place)]
        if mask.any():
            tell(findings, rows.filter(mask), text, field)


def _codes(definition: VariableDefinition, rows: pl.DataFrame, findings: Findings) -> None:
    if not definition.categories or definition.data_type == "DATE":
        return
    listed = pl.Series([category.code for category in definition.categories], dtype=pl.String)
    known = listed.cast(rows.schema["value"], strict=False).drop_nulls()
    used = rows["value"].unique()
    unknown = used.filter(~used.is_in(known.implode()))
    if len(unknown):
        broken = rows.filter(pl.col("value").is_in(unknown.implode()))
        tell(findings, broken, "{} is not in the code list", "value")


def _ordered(rows: pl.DataFrame) -> pl.DataFrame:
    unit = pl.col("unit")
    digits = rows.select(
        unit.str.contains("^[0-9]{1,18}$").all() & (unit.str.len_bytes().n_unique() <= 1)
    ).item()
    if digits:
        # Texts of equal length are the same text where they are the same number.
        coded = rows.with_columns(unit.cast(pl.Int64).alias("code"))
    else:
        units = rows.select("unit").unique().with_row_index("code")
        coded = rows.join(units, on="unit", how="left", maintain_order="left")
    return coded.sort("code", "start", "row")


def _overlaps(ordered: pl.DataFrame, findings: Findings) -> None:
    """Tell of spells that begin before an earlier one of the unit has ended, ends included."""
    start, stop = pl.col("start"), pl.col("stop").fill_null(_OPEN)
    found = ordered.filter((_SAME & (start <= stop.shift(1))).fill_null(False))
    if not found.height:
        return
    # Rare: only now look behind the spell before.
    whole = ordered.filter(pl.col("code").is_in(found["code"].unique().implode()))
    before = stop.cum_max().shift(1).over("code")
    neighbour = pl.when(start <= stop.shift(1).over("code")).then(pl.col("row").shift(1))
    broken = whole.with_columns(before.alias("before"), neighbour.alias("earlier"))
    broken = broken.filter((start <= pl.col("before")).fill_null(False)).sort("row")
    for row, earlier in broken.select("row", "earlier").head(MOST).iter_rows():
        other = "an earlier one" if earlier is None else f"that of row {earlier}"
        findings.add(f"the spell overlaps {other} of the same unit", row)
    findings.count += max(0, broken.height - MOST)
