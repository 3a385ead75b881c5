"""Writes a databank: data sets as parquet in the platform's layout, then the JSON of a release."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from kohort.databank import recordkeys, rows, stored
from kohort.databank.definition import VariableDefinition, unit_types
from kohort.databank.manifest import Manifest
from kohort.disclosure import keys

ROW_GROUP: Final = 262_144
# 2025-01-01T00:00:00Z: a release says when it was made, and identical input gives identical files.
RELEASE_TIME: Final = 1_735_689_600
RELEASE_DAY: Final = RELEASE_TIME // 86_400
RELEASE_YEAR: Final = 2025


class DatabankError(ValueError):
    """A databank cannot be written there or so."""


class DatabankWriter:
    """Writes one databank root, release 1.0.0: `add` each data set, then `release`.

    The root must be absent or empty. Identical input gives byte-identical files.
    """

    def __init__(
        self, root: Path, manifest: Manifest, *, label: str = "", description: str = ""
    ) -> None:
        if manifest.name is None:
            raise DatabankError("a databank that is written needs a name in its manifest")
        if root.exists() and any(root.iterdir()):
            raise DatabankError(f"{root}: the folder is not empty")
        if recordkeys.folder(root).exists():
            raise DatabankError(f"{recordkeys.folder(root)}: keys of another databank lie there")
        self.root = root
        self.manifest = manifest
        self.name = manifest.name
        self.label = label or manifest.name
        self.description = description
        self._entries: dict[str, stored.Entry] = {}
        self._ids: dict[str, pl.Series] = {}
        (root / "datastore").mkdir(parents=True, exist_ok=True)

    def add(self, definition: VariableDefinition, frame: pl.DataFrame) -> None:
        """Write one data set.

        `frame` has `unit_id`, `value`, `start_epoch_days` and `stop_epoch_days` in any order of
        rows; ids are integers (texts where the unit type has no pseudonyms), days count from
        1970-01-01 and are inclusive, an open stop is null. A fixed variable may leave the days out.
        Raises `RowError` where the rows break the rules of the variable's temporality or codes.
        """
        if definition.name in self._entries:
            raise DatabankError(f"{definition.name}: written twice")
        parts = rows.arranged(definition, frame)
        for _, part in parts:
            self._remember(definition.unit_type, part["unit_id"])
            if definition.pseudonym and definition.value_unit_type is not None:
                self._remember(definition.value_unit_type, part["value"])
        file = self._write(definition, parts)
        self._entries[definition.name] = describe(definition, parts, file)

    def release(
        self,
        note: str = "Første utgave",
        *,
        time: int = RELEASE_TIME,
        master: keys.Master | None = None,
    ) -> None:
        """Write the JSON of release 1.0.0, the manifest, and the record keys.

        `time` is seconds since 1970. A synthetic bank's master key derives from its seed; a real
        bank's keys are written only when its `master` is given.
        """
        entries = [self._entries[name] for name in sorted(self._entries)]
        about = (self.name, self.label, self.description)
        metadata = stored.metadata_all(*about, entries)
        files = {
            "datastore_versions": stored.datastore_versions(*about, entries, note, time),
            "draft_version": stored.draft_version(time),
            "metadata_all__1_0_0": metadata,
            "metadata_all__DRAFT": metadata,
            "data_versions__1_0": {entry.definition.name: entry.file for entry in entries},
        }
        for file, content in files.items():
            _write_json(self.root / "datastore" / f"{file}.json", content)
        self._manifest(entries).write(self.root)
        if self.manifest.synthetic and self.manifest.seed is not None:
            master = keys.synthetic_master(self.manifest.seed)
        if master is not None:
            recordkeys.write(self.root, self.manifest.key_id or "", self._ids, master)

    def _manifest(self, entries: list[stored.Entry]) -> Manifest:
        unofficial = {e.definition.name for e in entries if not e.definition.official_labels}
        return replace(
            self.manifest, unverified=tuple(sorted({*self.manifest.unverified, *unofficial}))
        )

    def _remember(self, unit_type: str, ids: pl.Series) -> None:
        if not unit_types()[unit_type]["pseudonymised"]:
            return
        known = self._ids.get(unit_type)
        new = ids.unique().rename("unit_id")
        self._ids[unit_type] = new if known is None else known.append(new).unique()

    def _write(self, definition: VariableDefinition, parts: list[rows.Part]) -> str:
        folder = self.root / "data" / definition.name
        folder.mkdir(parents=True)
        name = f"{definition.name}__1_0"
        if definition.temporality in {"FIXED", "EVENT"}:
            write_parquet(parts[0][1], folder / f"{name}.parquet")
            return f"{name}.parquet"
        # A folder without files could not be scanned.
        for year, part in parts or [(RELEASE_YEAR, rows.nothing(definition))]:
            write_parquet(part, folder / name / f"start_year={year}" / "0.parquet")
        return name


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a data frame in the layout of a databank: zstd, statistics, row groups."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(
        path,
        compression="zstd",
        compression_level=3,
        row_group_size=ROW_GROUP,
        statistics=True,
    )


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def describe(definition: VariableDefinition, parts: list[rows.Part], file: str) -> stored.Entry:
    """Give what the metadata say of a data set with these rows."""
    days = [part["start_epoch_days"].unique() for _, part in parts]
    starts = pl.concat(days).unique().sort() if days else pl.Series(dtype=pl.Int16)
    dates = tuple(starts.to_list()) if definition.temporality == "STATUS" else ()
    if definition.coverage is not None:
        first, last = definition.coverage
    elif definition.temporality == "FIXED" or not len(starts):
        first, last = stored.FIXED_START, RELEASE_DAY
    else:
        stops = [part["stop_epoch_days"].max() for _, part in parts]
        first, last = starts[0], max(starts[-1], *(s for s in stops if isinstance(s, int)))
    return stored.Entry(definition, first, last, file, dates)
