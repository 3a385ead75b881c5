"""A mapping file: which columns of a CSV, Stata, SPSS or SAS file are which registers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import polars as pl

from kohort.databank.definition import Category, VariableDefinition, unit_types
from kohort.databank.intake.description import SENSITIVITIES, Description, name_problem
from kohort.databank.intake.files import Column, Columns, read_columns
from kohort.databank.intake.problems import Findings, IntakeError, Problem, shown
from kohort.databank.intake.table import nothing, numbered
from kohort.diagnostic import nearest
from kohort.register import DATA_TYPES, TEMPORALITIES, DataType, Temporality

_SHARED: Final = {
    "file": str, "separator": str, "encoding": str, "catalog": str, "decimal_comma": bool,
    "id": str, "id_width": int, "unit_type": str, "start": str, "stop": str, "year": str,
    "temporality": str, "population": str, "subjects": list, "sensitivity": str, "note": str,
}  # fmt: skip
_OWN: Final = {
    **_SHARED, "value": str, "value_unit_type": str, "type": str, "title": str,
    "description": str, "labels": dict, "missing": list, "unit_of_measure": str,
}  # fmt: skip
_WORDS: Final = {
    str: "a text", bool: "true or false", int: "a whole number", list: "a list", dict: "a table",
}  # fmt: skip
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


@dataclass
class _Entry:
    """The keys of one register, its own before those that all registers share."""

    name: str
    keys: Mapping[str, Any]
    findings: Findings

    def text(self, key: str, default: str = "") -> str:
        """Give a text."""
        return str(self.keys.get(key, default))

    def needed(self, key: str) -> str:
        """Give a text that must be there."""
        if key not in self.keys:
            self.findings.add(f"the mapping has no '{key}'")
        return self.text(key)

    def word(self, key: str, allowed: tuple[str, ...]) -> str:
        """Give one of some words."""
        value = self.needed(key)
        if value and value not in allowed:
            near = nearest(value, allowed)
            more = f"did you mean '{near}'?" if near else f"it is one of {', '.join(allowed)}"
            self.findings.add(f"'{key}' is {shown(value)}, {more}")
        return value if value in allowed else allowed[0]


def registers(path: Path) -> list[str]:
    """Give the names of the registers that a mapping file describes. Raises `IntakeError`."""
    return list(_tables(path)[1])


def read(path: Path, name: str, findings: Findings) -> tuple[Description, pl.DataFrame]:
    """Give description and rows of one register of a mapping file.

    Rows without a value are left out: a register has a row where something is known. Raises
    `IntakeError` where the mapping or the file cannot be read.
    """
    shared, own = _tables(path)
    entry = _Entry(name, {**shared, **own[name]}, findings)
    file = path.parent / entry.needed("file")
    value, unit = entry.needed("value"), entry.needed("id")
    places = {part: entry.text(part) for part in ("start", "stop", "year")}
    wanted = [c for c in (unit, value, *places.values()) if c and not _DATE.match(c)]
    findings.raise_if_any()
    columns = read_columns(
        file, wanted, findings, separator=entry.text("separator", ","),
        encoding=entry.text("encoding") or None,
        catalog=path.parent / entry.text("catalog") if "catalog" in entry.keys else None,
    )  # fmt: skip
    findings.raise_if_any()
    definition = _definition(entry, columns.columns[value])
    findings.raise_if_any()
    described = Description(definition, entry.text("note", f"Importert fra {file.name}"))
    return _noticed(described, columns, entry, places, definition)


def _noticed(
    described: Description, columns: Columns, entry: _Entry, places: Mapping[str, str],
    definition: VariableDefinition,
) -> tuple[Description, pl.DataFrame]:  # fmt: skip
    rows = _rows(columns, entry, places, definition)
    kept = rows.filter(pl.col("value").is_not_null())
    left = rows.height - kept.height
    if left:
        told = f"{entry.name}: rows without a value are left out: {left}"
        described = Description(definition, described.note, None, (told,))
    if not kept.height:
        entry.findings.add("no row has a value")
        return described, nothing()
    return described, kept


def _tables(path: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Give what all registers share, and each register's own keys. Raises `IntakeError`."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise IntakeError((Problem(path.name, (error.strerror or "").lower()),)) from None
    except ValueError as error:
        raise IntakeError((Problem(path.name, f"is not TOML: {error}"),)) from None
    own = tables.pop("registers", None)
    problems = [*_wrong_keys(tables, _SHARED, "")]
    if not isinstance(own, dict) or not own or not all(isinstance(v, dict) for v in own.values()):
        problems.append("has no table [registers.NAME]")
        own = {}
    for name, keys in own.items():
        complaint = name_problem(name)
        problems += [complaint] if complaint else []
        problems += _wrong_keys(keys, _OWN, f"{name}: ")
    if problems:
        raise IntakeError(tuple(Problem(path.name, text) for text in problems))
    return tables, own


def _wrong_keys(keys: Mapping[str, Any], known: Mapping[str, type], place: str) -> list[str]:
    problems = []
    for key, value in keys.items():
        if key not in known:
            near = nearest(key, known)
            more = f", did you mean '{near}'?" if near else ""
            problems.append(f"{place}'{key}' is not known{more}")
        elif type(value) is not known[key]:
            problems.append(f"{place}'{key}' is not {_WORDS[known[key]]}")
    return problems


def _definition(entry: _Entry, column: Column) -> VariableDefinition:
    units = tuple(unit_types())
    value_unit = entry.word("value_unit_type", units) if "value_unit_type" in entry.keys else None
    labels = entry.keys.get("labels")
    codes = {str(k): str(v) for k, v in labels.items()} if labels else dict(column.labels)
    missing = {str(code) for code in entry.keys.get("missing", [])} | column.missing
    kind: str | None = "STRING" if codes or value_unit else column.kind
    if "type" in entry.keys:
        kind = entry.word("type", DATA_TYPES)
    elif kind is None:
        entry.findings.add("the mapping has no 'type', and the file does not tell")
    title = entry.text("title") or column.title or entry.name
    return VariableDefinition(
        name=entry.name,
        title=title,
        unit_type=entry.word("unit_type", ("PERSON", *units)),
        temporality=cast(Temporality, entry.word("temporality", TEMPORALITIES)),
        data_type=cast(DataType, kind or "STRING"),
        value_unit_type=value_unit,
        categories=tuple(Category(c, t, missing=c in missing) for c, t in codes.items()),
        description=entry.text("description") or title,
        population=entry.text("population"),
        subjects=tuple(str(subject) for subject in entry.keys.get("subjects", [])),
        sensitivity=entry.word("sensitivity", SENSITIVITIES),
        domain=title,
        unit_of_measure=entry.text("unit_of_measure"),
    )


def _rows(
    columns: Columns, entry: _Entry, places: Mapping[str, str], definition: VariableDefinition
) -> pl.DataFrame:
    frame = columns.frame
    width = entry.keys.get("id_width")
    unit = columns.text(entry.text("id"))
    value = columns.text(entry.text("value"))
    worded = frame.schema[entry.text("value")] == pl.String
    if definition.value_unit_type is None and definition.data_type != "STRING":
        value = value if worded else pl.col(entry.text("value"))
        if worded and entry.keys.get("decimal_comma"):
            value = value.str.replace(",", ".", literal=True)
    made = {"unit": unit if width is None else unit.str.zfill(width), "value": value}
    if places["year"]:
        year = columns.text(places["year"])
        first, last = (pl.concat_str([year, pl.lit(day)]) for day in ("-01-01", "-12-31"))
        made["start"] = first if definition.temporality == "ACCUMULATED" else last
        made["stop"] = last
    for part in ("start", "stop"):
        if places[part]:
            constant = _DATE.match(places[part])
            made[part] = pl.lit(places[part]) if constant else pl.col(places[part])
    if definition.temporality == "STATUS" and "start" in made:
        made.setdefault("stop", made["start"])
    if definition.temporality == "FIXED":
        made = {part: made[part] for part in ("unit", "value")}
    return numbered(frame.select(e.alias(part) for part, e in made.items()), columns.first_row)
