"""Writes a databank piece by piece: a data set may come in parts, by year and by block of units."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from kohort.databank import rows, stored
from kohort.databank.definition import VariableDefinition, unit_types
from kohort.databank.rows import RowError
from kohort.databank.writer import ROW_GROUP, DatabankError, DatabankWriter, describe, write_parquet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kohort.databank.manifest import Manifest


class PartWriter(DatabankWriter):
    """A writer whose data sets come in parts, so that no data set must fit into memory.

    `add` may be called again for the same variable with other years, or with other units: then
    their ids are higher than all before. Rules are checked within a part; between parts of a
    variable with years it is checked that no earlier year comes again, between parts of constants
    and spells that ids rise. Integer ids must not be negative and should be dense: which of them
    occur is kept as one bit of eight for each number up to the highest.
    """

    def __init__(
        self, root: Path, manifest: Manifest, *, label: str = "", description: str = ""
    ) -> None:
        super().__init__(root, manifest, label=label, description=description)
        self._seen: dict[str, NDArray[np.bool_]] = {}
        self._pieces: dict[str, list[Path]] = {}
        self._highest: dict[tuple[str, int | None], int] = {}
        self._bare: dict[str, VariableDefinition] = {}

    def add(self, definition: VariableDefinition, frame: pl.DataFrame) -> None:
        """Write a part of a data set; see `DatabankWriter.add` for its columns and rules."""
        parts = rows.arranged(definition, frame)
        if not parts:
            self._bare.setdefault(definition.name, definition)
            return
        for year, part in parts:
            self._remember(definition.unit_type, part["unit_id"])
            if definition.pseudonym and definition.value_unit_type is not None:
                self._remember(definition.value_unit_type, part["value"])
            self._rises(definition.name, year, part["unit_id"])
            write_parquet(part, self._next(definition, year))
        file = f"{definition.name}__1_0" + (".parquet" if _whole(definition) else "")
        entry = describe(definition, parts, file)
        known = self._entries.get(definition.name)
        self._entries[definition.name] = entry if known is None else _together(known, entry)

    @property
    def written(self) -> frozenset[str]:
        """The names of the data sets that have come so far."""
        return frozenset(self._entries) | frozenset(self._bare)

    def finish(self) -> None:
        """Put the parts of constants and spells together; `release` does it for what is left."""
        for name, pieces in self._pieces.items():
            target = self.root / "data" / name / f"{name}__1_0.parquet"
            if len(pieces) == 1:
                pieces[0].rename(target)
                continue
            pl.concat([pl.read_parquet(piece) for piece in pieces]).write_parquet(
                target, compression="zstd", compression_level=3, row_group_size=ROW_GROUP
            )
            for piece in pieces:
                piece.unlink()
        self._pieces.clear()
        for name in self._bare.keys() - self._entries.keys():
            super().add(self._bare[name], rows.nothing(self._bare[name]))
        self._bare.clear()
        for unit_type, seen in self._seen.items():
            self._ids[unit_type] = pl.Series("unit_id", np.flatnonzero(seen), dtype=pl.Int64)

    def release(self, *arguments: object, **more: object) -> None:
        """Finish, then write the JSON of the release, the manifest and the record keys."""
        self.finish()
        super().release(*arguments, **more)  # type: ignore[arg-type]

    def _next(self, definition: VariableDefinition, year: int | None) -> Path:
        folder = self.root / "data" / definition.name
        if _whole(definition):
            pieces = self._pieces.setdefault(definition.name, [])
            pieces.append(folder / f"{len(pieces)}.part")
            return pieces[-1]
        place = folder / f"{definition.name}__1_0" / f"start_year={year}"
        # Names that sort as the parts came, so that a reader gets ids in ascending order.
        number = len(list(place.glob("*.parquet"))) if place.is_dir() else 0
        return place / (f"{number:04}.parquet" if number else "0.parquet")

    def _rises(self, name: str, year: int | None, ids: pl.Series) -> None:
        if not ids.dtype.is_integer() or not len(ids):
            return
        highest = self._highest.get((name, year), -1)
        if int(ids[0]) <= highest:
            raise RowError(f"{name}: a part begins with a unit that an earlier part has passed")
        self._highest[name, year] = int(ids[-1])

    def _remember(self, unit_type: str, ids: pl.Series) -> None:
        if not unit_types()[unit_type]["pseudonymised"] or not len(ids):
            return
        if not ids.dtype.is_integer():
            super()._remember(unit_type, ids)
            return
        numbers = ids.to_numpy()
        if int(numbers.min()) < 0:
            raise DatabankError(f"{unit_type}: a part has a negative id")
        top = int(numbers.max()) + 1
        seen = self._seen.get(unit_type, np.zeros(0, dtype=np.bool_))
        if len(seen) < top:
            grown = np.zeros(max(top, 2 * len(seen)), dtype=np.bool_)
            grown[: len(seen)] = seen
            self._seen[unit_type] = seen = grown
        seen[numbers] = True


def _whole(definition: VariableDefinition) -> bool:
    return definition.temporality in {"FIXED", "EVENT"}


def _together(one: stored.Entry, other: stored.Entry) -> stored.Entry:
    """Give the entry that covers the days of both."""
    dates = tuple(sorted({*one.status_dates, *other.status_dates}))
    start, stop = min(one.start, other.start), max(one.stop, other.stop)
    return stored.Entry(one.definition, start, stop, one.file, dates)
