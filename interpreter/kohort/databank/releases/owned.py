"""A databank as its owner's commands see it: releases, pending operations, where things lie."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, NoReturn, get_args

from kohort.databank.manifest import Manifest, ManifestError
from kohort.databank.releases import steps

Json = dict[str, Any]
Operation = Literal["ADD", "CHANGE", "PATCH_METADATA", "REMOVE"]
Version = tuple[int, int, int]

DRAFT: Final = "DRAFT"
OPERATIONS: Final[tuple[Operation, ...]] = get_args(Operation)
_LANGUAGE: Final = "no"


class BankError(Exception):
    """Something is not to be had of this databank; the text says it to its owner."""


@dataclass(frozen=True)
class Pending:
    """An operation that the next release would bring."""

    name: str
    operation: Operation
    note: str

    def update(self) -> Json:
        """Give the platform's JSON of it."""
        status = "PENDING_DELETE" if self.operation == "REMOVE" else DRAFT
        return {
            "name": self.name, "description": self.note, "operation": self.operation,
            "releaseStatus": status,
        }  # fmt: skip


class OwnedBank:
    """A databank root and what its JSON says; everything is read when it is asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = root / "datastore"

    @property
    def there(self) -> bool:
        """Whether there is a databank at all."""
        return (self.store / "datastore_versions.json").is_file()

    def manifest(self) -> Manifest:
        """Give the manifest. Raises `BankError`."""
        try:
            return Manifest.read(self.root)
        except ManifestError as error:
            raise BankError(str(error)) from None

    # ---- releases

    def about(self) -> Json:
        """Give `datastore_versions.json`. Raises `BankError`."""
        if not self.there:
            raise BankError(f"{self.root} holds no databank")
        return self.read("datastore_versions")

    def releases(self) -> list[Json]:
        """Give the released versions as the platform writes them, newest first."""
        found: list[Json] = list(self.about().get("versions", []))
        return sorted(found, key=lambda release: version_of(release["version"]), reverse=True)

    def newest(self) -> Version | None:
        """Give the newest released version, or None."""
        found = self.releases()
        return version_of(found[0]["version"]) if found else None

    def structures(self, version: Version | None) -> dict[str, Json]:
        """Give the data structures of a version by name; none where there is no version."""
        if version is None:
            return {}
        return _by_name(self.read(metadata_name(version)))

    def places(self, version: Version | None) -> dict[str, str]:
        """Give file or folder of each register of a version."""
        return {} if version is None else self.read(places_name(version))

    # ---- the draft

    def pending(self) -> dict[str, Pending]:
        """Give the pending operations by name, in the order in which they came."""
        if not (self.store / "draft_version.json").is_file():
            return {}
        found: dict[str, Pending] = {}
        for update in self.read("draft_version").get("dataStructureUpdates", []):
            if update["operation"] not in OPERATIONS:
                raise BankError(f"{self.root} has a pending operation '{update['operation']}'")
            item = Pending(update["name"], update["operation"], update["description"])
            found[item.name] = item
        return found

    def draft_structures(self) -> dict[str, Json]:
        """Give the data structures that there would be if every draft were released."""
        path = self.store / "metadata_all__DRAFT.json"
        return _by_name(self.read(path.stem)) if path.is_file() else {}

    def draft_place(self, name: str) -> Path | None:
        """Give file or folder of a draft's rows, or None where it has none."""
        folder = self.root / "data" / name
        for place in (folder / f"{name}__{DRAFT}.parquet", folder / f"{name}__{DRAFT}"):
            if place.exists():
                return place
        return None

    def write_pending(self, pending: Mapping[str, Pending], time: int) -> None:
        """Write the list of pending operations; `time` is seconds since 1970."""
        draft = {
            "version": f"0.0.0.{time}", "description": "Utkast", "releaseTime": time,
            "languageCode": _LANGUAGE, "updateType": "",
            "dataStructureUpdates": [item.update() for item in pending.values()],
        }  # fmt: skip
        self.write("draft_version", draft)

    def write_draft_structures(self, structures: Mapping[str, Json]) -> None:
        """Write the metadata that there would be if every draft were released."""
        self.write("metadata_all__DRAFT", self.metadata(structures))

    def metadata(self, structures: Mapping[str, Json]) -> Json:
        """Give the complete metadata of a version."""
        about = self.about()
        store = {key: about.get(key, "") for key in ("name", "label", "description")}
        return {
            "dataStore": {**store, "languageCode": _LANGUAGE},
            "languages": [{"code": _LANGUAGE, "label": "Norsk"}],
            "dataStructures": [structures[name] for name in sorted(structures)],
        }

    def as_if_released(self) -> dict[str, Json]:
        """Give the structures of the draft anew from the newest release and what is pending."""
        merged = self.structures(self.newest())
        written = self.draft_structures()
        for item in self.pending().values():
            if item.operation == "REMOVE":
                merged.pop(item.name, None)
            elif item.name in written:
                merged[item.name] = written[item.name]
        return merged

    # ---- files

    def read(self, name: str) -> Json:
        """Read one JSON file of the datastore folder. Raises `BankError`."""
        path = self.store / f"{name}.json"
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise BankError(f"{path} cannot be read: {(error.strerror or '').lower()}") from None
        except (ValueError, RecursionError):
            raise BankError(f"{path} is not JSON in UTF-8") from None
        return content if isinstance(content, dict) else _no_object(path)

    def write(self, name: str, content: Json) -> None:
        """Write one JSON file of the datastore folder."""
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        steps.write(self.store / f"{name}.json", text + "\n")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other owner's commands out. Raises `BankError` where one is at work."""
        with steps.held(self.store) as alone:
            if not alone:
                raise BankError(f"another command is changing {self.root}")
            backup = self.store / "tmp"
            if backup.is_dir() and any(backup.iterdir()):
                raise BankError(f"{backup} holds the backup of another program's change")
            yield


def version_of(text: str) -> Version:
    """Read a version of four numbers; the last one counts drafts."""
    try:
        major, minor, patch, *_ = (int(part) for part in text.split("."))
    except ValueError:
        raise BankError(f"'{text}' is not a version") from None
    return major, minor, patch


def plain(version: Version) -> str:
    """Give a version as users write it: `3.1.2`."""
    return ".".join(map(str, version))


def metadata_name(version: Version) -> str:
    """Give the name of the file with a version's metadata."""
    return f"metadata_all__{'_'.join(map(str, version))}"


def places_name(version: Version) -> str:
    """Give the name of the file that says where the data of a version lie."""
    return f"data_versions__{version[0]}_{version[1]}"


def _by_name(metadata: Json) -> dict[str, Json]:
    return {structure["name"]: structure for structure in metadata.get("dataStructures", [])}


def _no_object(path: Path) -> NoReturn:
    raise BankError(f"{path} is not an object")
