"""Reads the rows of `NAME.csv` or `NAME.parquet` as they stand, each with its place in the file."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import polars as pl

from kohort.databank.intake.problems import MOST, Findings, shown

COLUMNS: Final = ("unit", "value", "start", "stop")
_STORED: Final = {
    "unit_id": "unit", "value": "value", "start_epoch_days": "start", "stop_epoch_days": "stop",
}  # fmt: skip
_SEPARATORS: Final = 4


def read_rows(path: Path, findings: Findings) -> pl.DataFrame:
    """Give the rows of a file: `row` (UInt32, from 1), `unit`, `value`, `start`, `stop`.

    A CSV gives texts, a parquet file the types that it has. Empty fields are null. Rows that have
    not five fields are left out; complaints go to `findings` (rules 5 and 6).
    """
    try:
        rows = _parquet(path, findings) if path.suffix == ".parquet" else _csv(path, findings)
    except OSError as error:
        findings.add(f"{path.name} cannot be read: {(error.strerror or 'not there').lower()}")
        return nothing()
    if not rows.height and not findings.count:
        findings.add(f"{path.name} holds no rows")
    return rows


def nothing() -> pl.DataFrame:
    """Give no rows."""
    return pl.DataFrame(schema={"row": pl.UInt32, **dict.fromkeys(COLUMNS, pl.String)})


def _csv(path: Path, findings: Findings) -> pl.DataFrame:
    if not path.stat().st_size:
        return nothing()
    try:
        lines = pl.read_lines(path, name="line", row_index_name="row", row_index_offset=1)
    except pl.exceptions.PolarsError:
        findings.add(f"{path.name} is not text in UTF-8", _first_undecodable(path))
        return nothing()
    line = pl.col("line")
    lines = lines.with_columns(
        pl.col("row").cast(pl.UInt32), line.str.strip_prefix("\ufeff").str.strip_chars_end("\r")
    ).filter(line.str.strip_chars() != "")
    separators = line.str.count_matches(";", literal=True)
    odd = lines.filter(separators != _SEPARATORS)
    split = line.str.split_exact(";", _SEPARATORS).struct.rename_fields([*COLUMNS, "attribute"])
    if odd.height:
        lines = lines.filter(separators == _SEPARATORS)
    rows = lines.select("row", split.alias("fields")).unnest("fields").select("row", *COLUMNS)
    if bool(lines.select(line.str.contains('"', literal=True).any()).item()):
        rows = rows.with_columns(_unquoted(name) for name in COLUMNS)
    if odd.height:
        rows = pl.concat([rows, _by_quotes(odd, findings)]).sort("row")
    return rows.with_columns(_blank_is_null(name) for name in COLUMNS)


def _first_undecodable(path: Path) -> int | None:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return None


def _unquoted(name: str) -> pl.Expr:
    column = pl.col(name)
    quoted = column.str.contains(r'^\s*".*"\s*$')
    inner = column.str.strip_chars().str.slice(1).str.strip_suffix('"')
    return pl.when(quoted).then(inner.str.replace_all('""', '"', literal=True)).otherwise(column)


def _by_quotes(odd: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """Split the lines in which a separator may stand inside quotes; there are few of them."""
    found: list[tuple[int, str, str, str, str]] = []
    for row, line in odd.iter_rows():
        fields = next(csv.reader([line], delimiter=";"), [])
        if len(fields) == _SEPARATORS + 1:
            found.append((row, fields[0], fields[1], fields[2], fields[3]))
        else:
            findings.add(f"the row has {len(fields)} fields, not {_SEPARATORS + 1}", row)
    return pl.DataFrame(found, schema=nothing().schema, orient="row")


def _blank_is_null(name: str) -> pl.Expr:
    # Dates are not trimmed: the platform's own parser takes none with blanks around it.
    trimmed = pl.col(name) if name in {"start", "stop"} else pl.col(name).str.strip_chars()
    return pl.when(trimmed != "").then(trimmed).alias(name)


def _parquet(path: Path, findings: Findings) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path, hive_partitioning=False)
    except pl.exceptions.PolarsError:
        findings.add(f"{path.name} is not a parquet file")
        return nothing()
    for name in ("unit_id", "value"):
        if name not in frame.columns:
            findings.add(f"{path.name} has no column '{name}'")
    if findings.count:
        return nothing()
    return numbered(frame.select(pl.col(n).alias(_STORED[n]) for n in _STORED if n in frame))


def numbered(frame: pl.DataFrame, first: int = 1) -> pl.DataFrame:
    """Give columns named as in `COLUMNS` with their row's place; dates that lack are null."""
    lacking = [pl.lit(None, pl.Int32).alias(n) for n in COLUMNS if n not in frame.columns]
    numbers = pl.int_range(first, frame.height + first, dtype=pl.UInt32, eager=True)
    return frame.with_columns(*lacking).select(numbers.alias("row"), *COLUMNS)


def tell(findings: Findings, frame: pl.DataFrame, text: str, field: str | None = None) -> None:
    """Add a problem per row of a frame (it has `row`); `{}` in the text is the offending field."""
    columns = ["row"] if field is None else ["row", field]
    listed = frame.select(columns).sort("row").head(MOST)
    for values in listed.iter_rows():
        said = text if field is None else text.replace("{}", shown(values[1]))
        findings.add(said, values[0])
    findings.count += frame.height - listed.height
