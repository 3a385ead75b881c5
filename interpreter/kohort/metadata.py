"""Reads a databank's metadata as the platform stores them: releases, variables, files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kohort.databank import governance
from kohort.register import (
    TEMPORALITIES,
    CodePeriod,
    DataType,
    RegisterVariable,
    Temporality,
)
from kohort.scope import Code
from kohort.stored import FIRST_DAY, CatalogueError, Node, read_json
from kohort.structures import Piece, read_structures
from kohort.unit_type import english_titles, unit_type

_NAME = re.compile(r"[A-Z][A-Z0-9_]*\Z", re.ASCII)
_PLACE = re.compile(r"[A-Z][A-Z0-9_]*__(DRAFT|[0-9]+_[0-9]+)(\.parquet)?\Z", re.ASCII)
_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){3}\Z", re.ASCII)
_STORED_TYPES: Mapping[str, DataType] = {
    "STRING": "STRING",
    "LONG": "LONG",
    "DOUBLE": "DOUBLE",
    "INSTANT": "DATE",
    "DATE": "DATE",
}


Version = tuple[int, int, int]
"""Major, minor, patch; the platform's fourth part counts drafts and is 0 in releases."""

DRAFT: Version = (0, 0, 0)
"""What the next release would be; only its owner may look at it."""


# ---- releases


@dataclass(frozen=True)
class Releases:
    """Name and root of a databank and its released versions, newest first."""

    root: Path
    name: str
    label: str
    versions: tuple[Version, ...]


def read_releases(root: Path) -> Releases:
    """Read `datastore_versions.json`; there may be no release yet.

    A databank in the middle of a change (its `tmp` holds backups) is refused.
    """
    backup = root / "datastore" / "tmp"
    if backup.is_dir() and any(backup.iterdir()):
        raise CatalogueError(f"databank {root} is being changed by its owner", "try again later")
    top = read_json(root / "datastore" / "datastore_versions.json")
    found: set[Version] = set()
    for release in top.nodes("versions"):
        text = release.text("version")
        if _VERSION.match(text) is None:
            release.damaged("has a version that is not four numbers")
        major, minor, patch, _ = map(int, text.split("."))
        found.add((major, minor, patch))
    versions = tuple(sorted(found, reverse=True))
    return Releases(root, top.text("name"), top.text("label", ""), versions)


def places(root: Path, version: Version) -> dict[str, str]:
    """Read `data_versions__X_Y.json`: file or folder of each data set, in `data/NAME`."""
    major, minor, _ = version
    top = read_json(root / "datastore" / f"data_versions__{major}_{minor}.json")
    found: dict[str, str] = {}
    for name, place in top.texts():
        if _NAME.match(name) is None or _PLACE.match(place) is None:
            top.damaged("names a file outside the databank")
        found[name] = place
    return found


def draft_places(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Give file or folder of each data set as the next release would have them."""
    released = read_releases(root).versions
    found = places(root, released[0]) if released else {}
    for name in names:
        for waiting in (f"{name}__DRAFT.parquet", f"{name}__DRAFT"):
            if (root / "data" / name / waiting).exists():
                found[name] = waiting
    return found


# ---- data structures


class Structures(Mapping[str, RegisterVariable]):
    """The variables of one release by name; files are read, and entries made, on first use."""

    def __init__(self, root: Path, version: Version, unverified: Iterable[str] = ()) -> None:
        self._root = root
        self._version = version
        self._unverified = frozenset(unverified)
        self._pieces: Mapping[str, Piece] | None = None
        self._places: dict[str, str] = {}
        self._made: dict[str, RegisterVariable] = {}

    def __getitem__(self, name: str) -> RegisterVariable:
        made = self._made.get(name)
        if made is None:
            piece = self._read()[name]()
            node = piece.named(f"metadata of '{name}' in databank {self._root}")
            made = self._made[name] = self._variable(name, node)
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __contains__(self, name: object) -> bool:
        return name in self._read()

    def _read(self) -> Mapping[str, Piece]:
        if self._pieces is None:
            folder, words = self._root / "datastore", "_".join(map(str, self._version))
            if self._version == DRAFT:
                words = "DRAFT"
            pieces = read_structures(folder / f"metadata_all__{words}.json")
            if not all(map(_NAME.match, pieces)):
                raise CatalogueError(f"databank {self._root} has a name that no script can write")
            self._places = (
                draft_places(self._root, pieces)
                if self._version == DRAFT
                else places(self._root, self._version)
            )
            self._pieces = pieces
        return self._pieces

    def _variable(self, name: str, node: Node) -> RegisterVariable:
        place = self._places.get(name)
        if place is None:
            node.damaged("names no file: data_versions has no entry")
        measure = node.node("measureVariable")
        data_type = _stored_type(measure)
        periods = tuple(_period(p, data_type) for p in measure.nodes("representedVariables"))
        coverage, ended = node.node("temporalCoverage"), "temporalEnd" in node
        value_unit = _unit(measure) if "keyType" in measure else None
        value_type = None if value_unit is None else unit_type(value_unit)
        return RegisterVariable(
            name=name,
            title=measure.text("label", name),
            title_en=english_titles().get(name),
            description=_description(node, measure),
            unit_type=_identifier(node),
            temporality=_temporality(node),
            data_type=data_type,
            path=self._root / "data" / name / place,
            value_unit_type=value_unit,
            pseudonym=value_type is not None
            and not measure.truth("notPseudonym", not value_type.pseudonymised),
            domain=None if value_type is None else value_type.domain,
            start=coverage.days("start"),
            stop=coverage.days("stop"),
            status_dates=node.day_list("temporalStatusDates"),
            sensitivity=node.text("sensitivityLevel", "") or None,
            official_labels=name not in self._unverified,
            periods=tuple(sorted(periods, key=_first_day)),
            governance=_governance(self._root, name, self._version),
            ended=node.node("temporalEnd").text("description", "") or None if ended else None,
            successors=tuple(node.node("temporalEnd").codes("successors")) if ended else (),
        )


def _governance(root: Path, name: str, version: Version) -> governance.Governance | None:
    """Read what the owner states of a register, in any version of it."""
    path = root / governance.FOLDER / f"{name}.json"
    waiting = path.with_name(f"{name}__DRAFT.json")
    if version == DRAFT and waiting.is_file():
        path = waiting
    try:
        return governance.read(path) if path.is_file() else None
    except governance.GovernanceError as error:
        raise CatalogueError(f"{path}: {error}") from None


def _temporality(node: Node) -> Temporality:
    word = node.text("temporality").upper()
    for known in TEMPORALITIES:
        if word == known:
            return known
    return node.damaged("has an unknown word in 'temporality'")


def _stored_type(measure: Node) -> DataType:
    found = _STORED_TYPES.get(measure.text("dataType").upper())
    return measure.damaged("has an unknown word in 'dataType'") if found is None else found


def _identifier(node: Node) -> str:
    identifiers = list(node.nodes("identifierVariables"))
    if len(identifiers) != 1:
        node.damaged("does not have one identifier")
    return _unit(identifiers[0])


def _unit(variable: Node) -> str:
    name = variable.node("keyType").text("name")
    if _NAME.match(name) is None:
        variable.damaged("has a unit type that no script can write")
    return name


def _description(node: Node, measure: Node) -> str:
    for period in measure.nodes("representedVariables"):
        if "description" in period:
            return period.text("description")
    return node.text("populationDescription", "")


def _first_day(period: CodePeriod) -> int:
    return FIRST_DAY if period.start is None else period.start


def _period(node: Node, data_type: DataType) -> CodePeriod:
    valid = node.node("validPeriod") if "validPeriod" in node else None
    domain = node.node("valueDomain")
    start = None if valid is None else valid.days("start")
    stop = None if valid is None else valid.days("stop")
    if "codeList" not in domain:
        return CodePeriod(start, stop, None)
    pairs: dict[Code, str] = {}
    for item in domain.nodes("codeList"):
        code = _code(item.code("code"), data_type)
        if code is not None:
            pairs[code] = item.text("category")
    written = (_code(text, data_type) for text in domain.codes("missingValues"))
    missing = tuple(code for code in written if code is not None)
    for code in missing:
        pairs.setdefault(code, str(code))
    return CodePeriod(start, stop, tuple(pairs.items()), missing)


def _code(text: str, data_type: DataType) -> Code | None:
    """Give the code as the values of this type are stored; None where no value can have it."""
    if data_type == "STRING":
        return text
    try:
        return float(text) if data_type == "DOUBLE" else int(text)
    except ValueError:
        return None
