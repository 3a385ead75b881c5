"""The canary bank under the names that pages use, so that every page runs on canaries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import canary_bank
import numpy as np
import polars as pl

from kohort.databank.definition import VariableDefinition, catalogued, epoch_day, facts
from kohort.databank.manifest import Manifest
from kohort.databank.writer import DatabankWriter

FOLDER = Path(__file__).parent
_SCRIPT = re.compile(r"^```mdscript[^\n]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_IMPORTED = re.compile(r"\b\w+/([A-Z][A-Z0-9_]+)((?: \d{4}-\d\d-\d\d)*)")
_SPELL = ("1990-01-01", "2024-12-31")


def pages() -> list[Path]:
    """Give all pages."""
    return sorted(
        path
        for folder in ("commands", "functions", "language")
        for path in (FOLDER / folder).glob("*.md")
    )


def scripts(page: Path) -> list[str]:
    """Give the scripts of a page."""
    return _SCRIPT.findall(page.read_text(encoding="utf-8"))


def dressed_bank(folder: Path) -> Path:
    """Build a bank that has every variable that a page imports, on the dates that it does."""
    root = folder / "dressed"
    manifest = Manifest(
        name="no.test.small", synthetic=True, seed=78, profile="default", key_id="dressed",
        profiles=("default", "microdata-no", "danish-5", "strict"), answers_to=("no.ssb.fdb",),
    )  # fmt: skip
    writer = DatabankWriter(root, manifest)
    for name, days in sorted(_wanted().items()):
        definition = _definition(name)
        writer.add(definition, _rows(definition, sorted(days)))
    writer.release()
    for file in (root / "data").rglob("*.parquet"):
        if "KOMMNR" in file.as_posix():
            _put_codes_of_no_list(file)
    return root


def _wanted() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for page in pages():
        for script in scripts(page):
            for name, days in _IMPORTED.findall(script):
                if name in facts()["variables"]:
                    found.setdefault(name, set()).update(filter(_possible, days.split()))
    return found


def _possible(day: str) -> bool:
    try:
        return _SPELL[0] <= day <= _SPELL[1] and epoch_day(day) > 0
    except ValueError:
        return False


def _definition(name: str) -> VariableDefinition:
    days = epoch_day(_SPELL[0]), epoch_day(_SPELL[1])
    coverage = None if facts()["variables"][name]["temp"] == "FIXED" else days
    return catalogued(name, description="Kanari", population="Kanari", coverage=coverage)


def _rows(definition: VariableDefinition, days: list[str]) -> pl.DataFrame:
    frame = pl.DataFrame({"unit_id": canary_bank.ids(), "value": list(_values(definition))})
    if definition.temporality == "FIXED":
        return frame
    return pl.concat([
        frame.with_columns(
            pl.lit(start).alias("start_epoch_days"),
            pl.lit(stop, dtype=pl.Int64).alias("stop_epoch_days"),
        )
        for start, stop in _periods(definition, days)
    ])


def _periods(definition: VariableDefinition, days: list[str]) -> list[tuple[int, int | None]]:
    match definition.temporality:
        case "STATUS":
            return [(epoch_day(day), epoch_day(day)) for day in days or ["2021-01-01"]]
        case "ACCUMULATED":
            years = sorted({day[:4] for day in days or ["2021"]})
            return [(epoch_day(year), epoch_day(f"{year}-12-31")) for year in years]
        case _:
            return [(epoch_day(_SPELL[0]), None)]


def _values(definition: VariableDefinition) -> Iterator[object]:
    generator = np.random.default_rng(len(definition.name))
    codes = [c.code for c in definition.categories if not c.missing and c.start is None]
    codes = codes or [c.code for c in definition.categories if c.stop is None and not c.missing]
    for place in range(canary_bank.PERSONS):
        if definition.value_unit_type == "PERSON" and definition.pseudonym:
            yield int(canary_bank.ids()[place - 1])
        elif definition.pseudonym:
            yield canary_bank.FAMILY_ID + place // 2
        elif codes:
            yield codes[min(int(generator.exponential(2)), len(codes) - 1)]
        elif definition.data_type == "STRING":
            yield canary_bank.text_of(place)
        elif "AAR_MND" in definition.name:
            yield 194001 + 100 * (place % 60) + place % 12
        elif definition.data_type == "DOUBLE":
            yield float(canary_bank.exact()[place])
        else:
            yield int(canary_bank.wages()[place])


def _put_codes_of_no_list(file: Path) -> None:
    frame = pl.read_parquet(file).sort("unit_id", maintain_order=True)
    values = frame["value"].to_list()
    outside = [canary_bank.OUTSIDE[0]] + [canary_bank.OUTSIDE[2]] * 4
    values[50 : 50 + len(outside)] = outside
    frame.with_columns(pl.Series("value", values)).write_parquet(file)
