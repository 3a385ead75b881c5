"""Where the numbers of a session come from: databanks, variables, profile, packages. No data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from kohort import wire
from kohort.register import RegisterVariable

PACKAGES: Final = ("kohort", "polars", "numpy", "scipy")
"""What decides numbers: the interpreter and the libraries that it computes with."""

_LOCAL: Final = ("path",)
"""Fields of a variable that say where it lies on one machine, not what it is."""


@dataclass(frozen=True)
class VariableSource:
    """A register variable that was asked for.

    `metadata`: SHA-256 (hex) of its public description. `data`: SHA-256 (hex) of its files, keyed
    with the databank's key: a plain one would let anybody who knows all rows but one try out that
    row.
    """

    name: str
    metadata: str
    data: str


@dataclass(frozen=True)
class BankSource:
    """One version of a databank that a session was connected with, variables by name.

    `seed`: what a synthetic one was made from, else None.
    """

    name: str
    version: str
    synthetic: bool
    seed: int | None
    variables: tuple[VariableSource, ...]


@dataclass(frozen=True)
class Provenance:
    """What the results of a session rest on besides the script.

    `packages`: name -> version of what `PACKAGES` names, in the engine's process.
    """

    databanks: tuple[BankSource, ...]
    profile: str
    profile_hash: str
    packages: Mapping[str, str]


def metadata_digest(variable: RegisterVariable) -> str:
    """Give the SHA-256 (hex) of what the register says of a variable."""
    fields = {name: value for name, value in asdict(variable).items() if name not in _LOCAL}
    written = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()


def to_message(provenance: Provenance) -> wire.Message:
    """Give the fields of a `provenance` message, which is also its form in files."""
    return asdict(provenance)


def from_message(message: Mapping[str, Any]) -> Provenance:
    """Read what `to_message` gave; other fields are left alone. Raises `wire.FrameError`."""
    packages = wire.mapping(message.get("packages"))
    return Provenance(
        tuple(_bank(wire.mapping(bank)) for bank in _listed(message.get("databanks"))),
        wire.text(message.get("profile")),
        wire.text(message.get("profile_hash")),
        {wire.text(name): wire.text(version) for name, version in packages.items()},
    )


def _bank(given: Mapping[str, Any]) -> BankSource:
    variables = (wire.mapping(found) for found in _listed(given.get("variables")))
    return BankSource(
        wire.text(given.get("name")),
        wire.text(given.get("version")),
        given.get("synthetic") is True,
        _seed(given.get("seed")),
        tuple(VariableSource(*(wire.text(v.get(key)) for key in _KEYS)) for v in variables),
    )


def _seed(value: object) -> int | None:
    if value is not None and type(value) is not int:
        raise wire.FrameError("a seed in a message is not well formed")
    return value


_KEYS: Final = ("name", "metadata", "data")


def _listed(value: object) -> list[object]:
    if not isinstance(value, (list, tuple)):
        raise wire.FrameError("a list is missing in a message")
    return list(value)
