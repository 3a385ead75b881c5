"""The stamp beside stored record keys: with which master key they were made."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE_NAME: Final = "key.toml"


class StampError(ValueError):
    """There are record keys, but it cannot be told with which key they were made."""


@dataclass(frozen=True)
class Stamp:
    """`key_id`: the owner's name of the key, `proof`: what only that key gives for this name."""

    key_id: str
    proof: str | None = None

    def text(self) -> str:
        """Give the stamp as TOML."""
        lines = [f"key_id = {json.dumps(self.key_id)}"]
        if self.proof is not None:
            lines.append(f"proof = {json.dumps(self.proof)}")
        return "\n".join(lines) + "\n"


def folder(root: Path) -> Path:
    """Give the folder of a root's record keys: its sibling `<root>_keys`."""
    root = root.resolve()
    return root.with_name(f"{root.name}_keys")


def read(root: Path) -> Stamp | None:
    """Give the stamp of a root's record keys, or None where none are stored.

    Raises `StampError` for a folder without a stamp and for one that cannot be read.
    """
    place = folder(root)
    if not place.is_dir():
        return None
    try:
        found = tomllib.loads((place / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise StampError(f"{place / FILE_NAME} cannot be read") from None
    key_id, proof = found.get("key_id"), found.get("proof")
    if not isinstance(key_id, str) or not isinstance(proof, str | None):
        raise StampError(f"{place / FILE_NAME} is not a stamp")
    return Stamp(key_id, proof)
