"""Founds an owner's databank: its key, its manifest, and a store without a release."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_bytes
from typing import Final

from kohort.databank import recordkeys
from kohort.databank.manifest import FILE_NAME, Manifest
from kohort.databank.releases import steps
from kohort.databank.releases.owned import BankError, OwnedBank
from kohort.disclosure.keys import KeyFileError, Secret, load_master

_KEY_BYTES: Final = 32
_OURS: Final = frozenset({"datastore", "data", "governance", FILE_NAME})


def found(bank: OwnedBank, manifest: Manifest, label: str, now: int) -> None:
    """Make the databank of a manifest, without a register, in a folder that is absent or empty.

    `now` is seconds since 1970. It is a databank from the last step on; before it can be made
    again. Raises `BankError` for a folder in use.
    """
    root = bank.root
    ours = {*_OURS, *(left.name for left in steps.unfinished(root))}
    others = {place.name for place in root.iterdir()} - ours if root.is_dir() else set()
    if others or (root.exists() and not root.is_dir()):
        raise BankError(f"{root} is in use and no databank")
    if recordkeys.folder(root).exists():
        raise BankError(f"{recordkeys.folder(root)}: keys of another databank lie there")
    steps.folder(bank.store)
    steps.write(root / FILE_NAME, manifest.text())
    bank.write_pending({}, now)
    name = manifest.name or root.name
    about = {"name": name, "label": label or name, "description": "", "versions": []}
    bank.write("datastore_versions", about)


def make_key(path: Path) -> None:
    """Make a key file of random bytes that only its owner can read. Raises `OSError`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(token_bytes(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


def opened_key(path: Path) -> Secret:
    """Open a key file. Raises `BankError`."""
    try:
        return load_master(path)
    except KeyFileError as error:
        raise BankError(str(error)) from None
