"""Finds an owner's files: folders of `NAME/NAME.json` with rows, and mapping files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kohort.databank import governance
from kohort.databank.intake.description import name_problem
from kohort.databank.intake.problems import IntakeError, Problem

MAPPING: Final = ".toml"
_ROWS: Final = (".csv", ".parquet")


@dataclass(frozen=True)
class Source:
    """The files of one register. `rows` None: a description alone, to patch a register with.

    `mapping` is the mapping file that names columns of another kind of file, and takes the place
    of the other two.
    """

    name: str
    description: Path | None = None
    rows: Path | None = None
    mapping: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder where the files lie."""
        place = self.mapping or self.description
        assert place is not None
        return place.parent

    @property
    def governance(self) -> Path | None:
        """The governance sidecar, or None where there is none."""
        place = self.folder / f"{self.name}{governance.ENDING}"
        return place if place.is_file() else None


def found(places: Iterable[Path], rows_needed: bool = True) -> list[Source]:
    """Give the sources in the places named: mapping files, registers' folders, folders of these.

    Raises `IntakeError` with everything that is missing (rules 1 and 2).
    """
    sources: list[Source] = []
    problems: list[Problem] = []
    for place in places:
        if place.suffix == MAPPING and place.is_file():
            from kohort.databank.intake.mapping import registers

            sources += [Source(name, mapping=place) for name in registers(place)]
            continue
        folders = _folders(place)
        if not folders:
            problems.append(Problem(str(place), _nothing(place)))
        for folder in folders:
            source = _source(folder, rows_needed, problems)
            if source is not None:
                sources.append(source)
    names = [source.name for source in sources]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems += [Problem(name, "is given twice") for name in twice]
    if problems:
        raise IntakeError(tuple(problems))
    return sources


def _folders(place: Path) -> list[Path]:
    """Give the registers' folders at a place: itself, or those in it."""
    if not place.is_dir():
        return []
    if (place / f"{place.resolve().name}.json").is_file():
        return [place]
    inside = sorted(child for child in place.iterdir() if child.is_dir())
    return [
        child
        for child in inside
        if any((child / f"{child.name}{end}").is_file() for end in (".json", *_ROWS))
    ]


def _nothing(place: Path) -> str:
    if not place.exists():
        return "is not there"
    if not place.is_dir():
        return f"is neither a folder nor a mapping file ({MAPPING})"
    return "holds no folder NAME with NAME.json and NAME.csv or NAME.parquet"


def _source(folder: Path, rows_needed: bool, problems: list[Problem]) -> Source | None:
    name = folder.resolve().name
    complaint = name_problem(name)
    if complaint is not None:
        problems.append(Problem(str(folder), complaint))
        return None
    described = folder / f"{name}.json"
    rows = [file for end in _ROWS if (file := folder / f"{name}{end}").is_file()]
    if not described.is_file():
        problems.append(Problem(name, f"there is no {described.name} in {folder}"))
    if not rows and rows_needed:
        problems.append(Problem(name, f"there is no {name}.csv or {name}.parquet in {folder}"))
    if len(rows) > 1:
        problems.append(Problem(name, f"there are two files of rows in {folder}"))
    return Source(name, described, rows[0] if rows and rows_needed else None)
