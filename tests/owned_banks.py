"""Databanks of an owner for tests: a key, a bank, and its registers through the real intake."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from owner_files import Json, register

from kohort.databank.intake.registers import read
from kohort.databank.intake.source import found
from kohort.databank.manifest import Manifest
from kohort.databank.releases import drafts, founding
from kohort.databank.releases.numbers import NumberRegister
from kohort.databank.releases.owned import OwnedBank, Pending
from kohort.databank.releases.releasing import release
from kohort.disclosure.keys import Secret

NOW = 1_767_225_600  # 2026-01-01T00:00:00Z
KEY = bytes(range(1, 33))


def key_file(folder: Path, content: bytes = KEY) -> Path:
    """Write a key file."""
    path = folder / "own.key"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(content)
    return path


class Owner:
    """An owner at work on one databank; files are written to a folder of their own."""

    def __init__(
        self, folder: Path, name: str = "my.bank", key_id: str = "own", key: bytes = KEY
    ) -> None:
        self.folder = folder
        self.files = folder / "files"
        self.bank = OwnedBank(folder / name)
        self.name = name
        self.key_id = key_id
        self.key = key_file(folder, key)

    @property
    def numbers(self) -> NumberRegister:
        return NumberRegister(self.key, self.key_id, Secret(self.key.read_bytes()))

    def found(self, **more: bool | None) -> None:
        manifest = Manifest(name=self.name, key_id=self.key_id, **more)  # type: ignore[arg-type]
        founding.found(self.bank, manifest, "", NOW)

    def put(self, name: str, description: Json, rows: Iterable[str] | None,
            governance: Json | None = None) -> Pending:  # fmt: skip
        """Make a register a draft; without rows a patch."""
        place = register(self.files, name, description, rows, governance)
        if rows is None:
            (place / f"{name}.csv").unlink(missing_ok=True)
        (source,) = found([place], rows is not None)
        return drafts.put(self.bank, read(source), self.numbers, NOW)

    def release(self, *names: str) -> tuple[int, int, int]:
        return release(self.bank, "ny utgave", NOW, names)
