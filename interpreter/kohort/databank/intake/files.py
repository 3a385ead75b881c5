"""Reads columns of a CSV with a header, or of a Stata, SPSS or SAS file, with their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from kohort.databank.intake.problems import Findings
from kohort.diagnostic import nearest
from kohort.register import DataType

if TYPE_CHECKING:
    from collections.abc import Callable

_READERS: Final = {
    ".dta": "read_dta", ".sav": "read_sav", ".zsav": "read_sav", ".por": "read_por",
    ".sas7bdat": "read_sas7bdat", ".xpt": "read_xport",
}  # fmt: skip
_USER_MISSING: Final = ("read_sav",)
_INSTALL: Final = "pip install 'kohort[owner]'"


@dataclass(frozen=True)
class Column:
    """What a file tells of a column: title, labels of codes, codes that mean missing, type."""

    title: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    kind: DataType | None = None


@dataclass(frozen=True, repr=False)
class Columns:
    """The columns that were asked for; `first_row` is the number of the first row in the file."""

    frame: pl.DataFrame
    columns: Mapping[str, Column]
    first_row: int

    def text(self, name: str) -> pl.Expr:
        """Give a column as texts: whole numbers without a point, blanks and no text as null."""
        column = pl.col(name)
        dtype = self.frame.schema[name]
        if dtype.is_float():
            whole = pl.when(column == column.round()).then(column.cast(pl.Int64, strict=False))
            return pl.coalesce(whole.cast(pl.String), column.cast(pl.String))
        trimmed = column.cast(pl.String).str.strip_chars()
        return pl.when(trimmed != "").then(trimmed)


def read_columns(
    path: Path,
    wanted: Sequence[str],
    findings: Findings,
    *,
    separator: str = ",",
    encoding: str | None = None,
    catalog: Path | None = None,
) -> Columns:
    """Read the columns named; complaints go to `findings`.

    `catalog` is the file in which SAS keeps labels.
    """
    empty = Columns(pl.DataFrame(), {name: Column() for name in wanted}, 1)
    if not path.is_file():
        findings.add(f"there is no file {path}")
        return empty
    names = list(dict.fromkeys(wanted))
    ending = path.suffix.lower()
    if ending in {".csv", ".txt", ".tsv"}:
        return _csv(path, names, findings, separator, encoding) or empty
    if ending == ".parquet":
        return _parquet(path, names, findings) or empty
    if ending in _READERS:
        more: dict[str, Any] = {} if encoding is None else {"encoding": encoding}
        if catalog is not None:
            more["catalog_file"] = str(catalog)
        return _statistical(path, names, findings, _READERS[ending], more) or empty
    known = ", ".join([".csv", ".parquet", *_READERS])
    findings.add(f"{path.name} is of no kind that can be read; these can: {known}")
    return empty


def _parquet(path: Path, names: list[str], findings: Findings) -> Columns | None:
    try:
        frame = pl.read_parquet(path)
    except pl.exceptions.PolarsError:
        findings.add(f"{path.name} is not a parquet file")
        return None
    return _plain(frame.select(names)) if _found(names, frame.columns, findings) else None


def _found(wanted: Sequence[str], there: Sequence[str], findings: Findings) -> bool:
    for name in wanted:
        if name not in there:
            near = nearest(name, there)
            more = f", did you mean '{near}'?" if near else ""
            findings.add(f"the file has no column '{name}'{more}")
    return not findings.count


def _plain(frame: pl.DataFrame, first_row: int = 1) -> Columns:
    kinds = {name: Column(kind=_kind(frame[name])) for name in frame.columns}
    return Columns(frame, kinds, first_row)


def _csv(
    path: Path, names: list[str], findings: Findings, separator: str, encoding: str | None
) -> Columns | None:
    try:
        frame = pl.read_csv(
            path, separator=separator, infer_schema=False, encoding=encoding or "utf8"
        )
    except (pl.exceptions.PolarsError, LookupError, UnicodeError):
        findings.add(f"{path.name} is not a table in UTF-8 with '{separator}' between fields")
        return None
    if not _found(names, frame.columns, findings):
        return None
    # The header is the first line; a CSV tells no types.
    return Columns(frame.select(names), {name: Column() for name in names}, 2)


def _statistical(
    path: Path, names: list[str], findings: Findings, reader: str, more: dict[str, Any]
) -> Columns | None:
    try:
        import pyreadstat
    except ImportError:
        findings.add(f"reading {path.name} needs pyreadstat: {_INSTALL}")
        return None
    call: Callable[..., tuple[pl.DataFrame, Any]] = getattr(pyreadstat, reader)
    if reader in _USER_MISSING:
        more = {**more, "user_missing": True}
    try:
        _, about = call(path, metadataonly=True, output_format="polars", **more)
        if not _found(names, about.column_names, findings):
            return None
        frame, about = call(path, usecols=names, output_format="polars", **more)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError, ValueError):
        findings.add(f"{path.name} cannot be read as a {path.suffix} file")
        return None
    frame = frame.with_columns(pl.col(pl.Float32, pl.Float64).fill_nan(None)).select(names)
    frame = frame.with_columns(_known(name, about) for name in names)
    described = {name: _described(name, frame[name], about) for name in names}
    return Columns(frame, described, 1)


def _described(name: str, values: pl.Series, about: Any) -> Column:
    labels = {_code(k): str(v) for k, v in about.variable_value_labels.get(name, {}).items()}
    ranges = getattr(about, "missing_ranges", {}).get(name, [])
    missing = frozenset(code for code in labels if any(_within(code, r) for r in ranges))
    title = about.column_names_to_labels.get(name) or ""
    return Column(str(title), labels, missing, _kind(values))


def _known(name: str, about: Any) -> pl.Expr:
    """Give a column without the values that its file calls missing, unless they have a label."""
    labelled = list(about.variable_value_labels.get(name, {}))
    column = pl.col(name)
    for limits in getattr(about, "missing_ranges", {}).get(name, []):
        out = column.is_between(limits["lo"], limits["hi"]) & ~column.is_in(labelled)
        column = pl.when(~out).then(column)
    return column.alias(name)


def _code(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _within(code: str, limits: Mapping[str, Any]) -> bool:
    low, high = limits["lo"], limits["hi"]
    if isinstance(low, str):
        return str(low) <= code <= str(high)
    try:
        return bool(low <= float(code) <= high)
    except ValueError:
        return False


def _kind(values: pl.Series) -> DataType:
    if values.dtype in {pl.Date, pl.Datetime}:
        return "DATE"
    if values.dtype.is_integer():
        return "LONG"
    if values.dtype.is_float():
        return "LONG" if bool((values == values.round()).all()) else "DOUBLE"
    return "STRING"
