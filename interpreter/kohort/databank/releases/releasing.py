"""Releases drafts as a new version, in an order that may break off anywhere, and mends what did.

A version exists from the moment in which `datastore_versions.json` lists it. Everything that it
needs is there before; drafts are taken away after. `change.json` stands in between: what it names
is finished where the version is listed, and undone where it is not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from kohort.databank.releases import drafts, steps
from kohort.databank.releases.owned import (
    DRAFT,
    BankError,
    Json,
    OwnedBank,
    Pending,
    Version,
    metadata_name,
    places_name,
    plain,
    version_of,
)

_CHANGE: Final = "change"
_LANGUAGE: Final = "no"
UpdateType = Literal["MAJOR", "MINOR", "PATCH"]


def update_type(items: Iterable[Pending]) -> UpdateType:
    """Give what kind of version some operations make."""
    operations = {item.operation for item in items}
    if operations & {"CHANGE", "REMOVE"}:
        return "MAJOR"
    return "MINOR" if "ADD" in operations else "PATCH"


def next_version(newest: Version | None, items: Iterable[Pending]) -> Version:
    """Give the version that some operations lead to; the first one is 1.0.0."""
    if newest is None:
        return 1, 0, 0
    major, minor, patch = newest
    match update_type(items):
        case "MAJOR":
            return major + 1, 0, 0
        case "MINOR":
            return major, minor + 1, 0
        case _:
            return major, minor, patch + 1


def approval(bank: OwnedBank, items: Sequence[Pending]) -> str:
    """Give a code of exactly these operations with these metadata and rows: 12 hexadecimal digits.

    It stands for the list that an owner has approved.
    """
    found = hashlib.sha256()
    structures = bank.draft_structures()
    for item in sorted(items, key=lambda item: item.name):
        told = [item.update(), structures.get(item.name)]
        found.update(json.dumps(told, sort_keys=True, ensure_ascii=False).encode())
        place = bank.draft_place(item.name)
        files = [] if place is None else sorted([place] if place.is_file() else place.rglob("*"))
        for file in (*files, drafts.governance_of(bank, item.name, DRAFT)):
            if file.is_file():
                with file.open("rb") as content:
                    found.update(hashlib.file_digest(content, "sha256").digest())
    return found.hexdigest()[:12]


def chosen(bank: OwnedBank, names: Sequence[str]) -> list[Pending]:
    """Give the pending operations of some names, of all where none is named.

    Raises `BankError` for a name without one, and where there is none at all.
    """
    pending = bank.pending()
    for name in names:
        if name not in pending:
            raise BankError(f"nothing is pending for {name}")
    found = [item for item in pending.values() if not names or item.name in names]
    if not found:
        raise BankError(f"nothing is pending in {bank.root}")
    return found


def release(
    bank: OwnedBank, note: str, now: int, names: Sequence[str] = (), approved: str | None = None
) -> Version:
    """Release pending operations as the next version and give it.

    `now` is seconds since 1970; `approved` is the code that `approval` gave. Raises `BankError`,
    and nothing happens, where there is another state of things than the approved one.
    """
    items = chosen(bank, names)
    if approved is not None and approval(bank, items) != approved:
        raise BankError("what is pending is not what was approved; nothing is released")
    newest = bank.newest()
    version = next_version(newest, items)
    kind = "MAJOR" if newest is None else update_type(items)
    _check_rows(bank, items)
    bank.write(_CHANGE, {
        "version": f"{plain(version)}.0", "updateType": kind,
        "names": [item.name for item in items],
    })  # fmt: skip
    _prepare(bank, items, newest, version)
    told = {
        "version": f"{plain(version)}.0", "description": note, "releaseTime": now,
        "languageCode": _LANGUAGE, "updateType": kind,
        "dataStructureUpdates": [{**item.update(), "releaseStatus": _status(item)}
                                 for item in items],
    }  # fmt: skip
    about = bank.about()
    bank.write("datastore_versions", {**about, "versions": [told, *bank.releases()]})
    _finish(bank, now)
    return version


def _status(item: Pending) -> str:
    return "DELETED" if item.operation == "REMOVE" else "RELEASED"


def _check_rows(bank: OwnedBank, items: Iterable[Pending]) -> None:
    structures = bank.draft_structures()
    for item in items:
        rows = item.operation in {"ADD", "CHANGE"}
        lost = rows and bank.draft_place(item.name) is None
        if lost or (item.operation != "REMOVE" and item.name not in structures):
            raise BankError(f"the draft of {item.name} is damaged; add it again")


def _prepare(
    bank: OwnedBank, items: Iterable[Pending], newest: Version | None, version: Version
) -> None:
    """Put there what the version needs; nothing refers to it yet."""
    structures, places = bank.structures(newest), dict(bank.places(newest))
    written = bank.draft_structures()
    for item in items:
        if item.operation == "REMOVE":
            structures.pop(item.name)
            places.pop(item.name)
            continue
        structures[item.name] = written[item.name]
        draft = bank.draft_place(item.name)
        if item.operation != "PATCH_METADATA" and draft is not None:
            name = f"{item.name}__{version[0]}_{version[1]}{draft.suffix}"
            steps.link(draft, draft.with_name(name))
            places[item.name] = name
    bank.write(metadata_name(version), bank.metadata(structures))
    if version[2] == 0:
        bank.write(places_name(version), places)


def _finish(bank: OwnedBank, now: int) -> None:
    """Take away the drafts of a version that is released."""
    names = bank.read(_CHANGE)["names"]
    for name in names:
        draft = drafts.governance_of(bank, name, DRAFT)
        if draft.is_file():
            steps.rename(draft, drafts.governance_of(bank, name))
    pending = {n: item for n, item in bank.pending().items() if n not in names}
    bank.write_pending(pending, now)
    for name in names:
        for left in drafts.draft_files(bank, name):
            steps.remove(left)
    bank.write_draft_structures(bank.as_if_released())
    steps.remove(bank.store / f"{_CHANGE}.json")


def _undo(bank: OwnedBank, change: Json) -> None:
    """Take away what a version that never came had made ready."""
    version = version_of(change["version"])
    steps.remove(bank.store / f"{metadata_name(version)}.json")
    if version[2] == 0:
        steps.remove(bank.store / f"{places_name(version)}.json")
        for name in change["names"]:
            folder = bank.root / "data" / name
            made = f"{name}__{version[0]}_{version[1]}"
            steps.remove(folder / f"{made}.parquet")
            steps.remove(folder / made)
    steps.remove(bank.store / f"{_CHANGE}.json")


def mend(bank: OwnedBank, now: int) -> list[str]:
    """Bring a databank in order after a command that broke off; gives what there was to do.

    `now` is seconds since 1970. Released versions are never touched.
    """
    if not bank.there:
        return []
    done: list[str] = []
    for place in (bank.store, bank.root / "data", bank.root / "governance"):
        for left in steps.unfinished(place):
            steps.remove(left)
    if (bank.store / f"{_CHANGE}.json").is_file():
        change = bank.read(_CHANGE)
        version = version_of(change["version"])
        if version in [version_of(found["version"]) for found in bank.releases()]:
            _finish(bank, now)
            done.append(f"the release of {plain(version)} had broken off; it is complete now")
        else:
            _undo(bank, change)
            done.append(f"the release of {plain(version)} had broken off and is undone; "
                        "the drafts are as they were")  # fmt: skip
    done += _mend_drafts(bank, now)
    return done


def _mend_drafts(bank: OwnedBank, now: int) -> list[str]:
    done: list[str] = []
    pending = bank.pending()
    for name in _names_on_disk(bank):
        if name in pending:
            continue
        lost = list(drafts.draft_files(bank, name))
        for left in lost:
            steps.remove(left)
        if lost:
            done.append(f"a draft of {name} was not complete and is gone; add it again")
    damaged = [item.name for item in pending.values() if item.operation in {"ADD", "CHANGE"}
               and bank.draft_place(item.name) is None]  # fmt: skip
    if damaged:
        drafts.withdraw(bank, damaged, now)
        done += [f"the rows of the draft of {name} are lost; add it again" for name in damaged]
    if bank.draft_structures() != bank.as_if_released():
        bank.write_draft_structures(bank.as_if_released())
    return done


def _names_on_disk(bank: OwnedBank) -> list[str]:
    names = {folder.name for folder in (bank.root / "data").glob("*") if folder.is_dir()}
    ending = f"__{DRAFT}"
    governed = (bank.root / "governance").glob(f"*{ending}.json")
    return sorted(names | {file.stem.removesuffix(ending) for file in governed})
