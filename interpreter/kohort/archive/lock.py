"""`kohort.lock`: what a study was made with, and a hash of every single thing that it shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kohort import provenance, wire
from kohort.archive.canonical import readable, sha256
from kohort.provenance import Provenance
from kohort.trouble import Trouble

FILE_NAME: Final = "kohort.lock"
FORMAT: Final = 1
"""Rises when an older kohort could misread a newer lock."""


@dataclass(frozen=True)
class Entry:
    """One thing that was shown.

    `step` counts statements as they ran, from 1. A result has its `kind`, the `file` inside the
    study and the `digest` of what it shows; a refusal, error or notice has its `code` instead.
    """

    step: int
    statement: str
    kind: str
    digest: str = ""
    file: str = ""
    code: str = ""


@dataclass(frozen=True)
class Lock:
    """The content of `kohort.lock`.

    `identity` is the script's, `script` its path in the study. `choice` is the profile that the
    user asked for (empty: the databank's own), `seeds` those that stand in the script. `day` is
    when it ran (ISO 8601), `flags` what was said beside the front matter. `files` are the SHA-256
    of all other files of the study.
    """

    script: str
    identity: str
    language: str
    choice: str
    made_with: Provenance
    seeds: tuple[int, ...]
    entries: tuple[Entry, ...]
    exit_code: int
    day: str = ""
    flags: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


def to_bytes(lock: Lock) -> bytes:
    """Give the file."""
    return readable({
        "format": FORMAT,
        "script": lock.script,
        "identity": lock.identity,
        "language": lock.language,
        "choice": lock.choice,
        "made_with": provenance.to_message(lock.made_with),
        "seeds": list(lock.seeds),
        "exit_code": lock.exit_code,
        "day": lock.day,
        "flags": [list(pair) for pair in lock.flags],
        "entries": [_plain(entry) for entry in lock.entries],
        "files": {name: lock.files[name] for name in sorted(lock.files)},
    })


def _plain(entry: Entry) -> dict[str, Any]:
    return {key: value for key, value in vars(entry).items() if value != ""}


def from_files(files: Mapping[str, bytes]) -> Lock:
    """Read the lock of a study. Raises `Trouble`: not a study, damaged, of a newer format."""
    raw = files.get(FILE_NAME)
    if raw is None:
        raise Trouble(f"this is not a study: it holds no {FILE_NAME}")
    try:
        given = wire.mapping(json.loads(raw))
    except (ValueError, RecursionError, wire.FrameError):
        raise Trouble(f"{FILE_NAME} is damaged") from None
    newer = given.get("format")
    if type(newer) is int and newer > FORMAT:
        raise Trouble(f"the study has format {newer}, this kohort reads up to {FORMAT}: update it")
    try:
        return _lock(given)
    except (wire.FrameError, TypeError, ValueError):
        raise Trouble(f"{FILE_NAME} is damaged") from None


def _lock(given: Mapping[str, Any]) -> Lock:
    entries = given["entries"] if isinstance(given.get("entries"), list) else None
    if given.get("format") != FORMAT or entries is None:
        raise ValueError("entries")
    files = wire.mapping(given.get("files"))
    return Lock(
        script=wire.text(given.get("script")),
        identity=wire.text(given.get("identity")),
        language=wire.text(given.get("language")),
        choice=wire.text(given.get("choice")),
        made_with=provenance.from_message(wire.mapping(given.get("made_with"))),
        seeds=tuple(_integer(seed) for seed in given.get("seeds", [])),
        entries=tuple(_entry(wire.mapping(entry)) for entry in entries),
        exit_code=wire.whole(given.get("exit_code")),
        day=wire.text(given.get("day")),
        flags=tuple(_pair(wire.texts(pair)) for pair in given.get("flags", [])),
        files={wire.text(name): wire.text(digest) for name, digest in files.items()},
    )


def _entry(given: Mapping[str, Any]) -> Entry:
    texts = {key: wire.text(given.get(key, "")) for key in _TEXTS}
    return Entry(wire.whole(given.get("step")), **texts)


_TEXTS: Final = ("statement", "kind", "digest", "file", "code")


def _pair(texts: tuple[str, ...]) -> tuple[str, str]:
    key, text = texts
    return key, text


def _integer(value: object) -> int:
    if type(value) is not int:
        raise ValueError("seed")
    return value


def damaged_files(lock: Lock, files: Mapping[str, bytes]) -> list[str]:
    """Give the files that are gone, changed, or not named in the lock, in order."""
    unnamed = {*files} - {*lock.files} - {FILE_NAME, METADATA}
    changed = {
        name for name, digest in lock.files.items() if sha256(files.get(name, b"")) != digest
    }
    gone = {*lock.files} - {*files}
    return sorted(unnamed | changed | gone)


METADATA: Final = "ro-crate-metadata.json"
"""Describes the lock too, so that the lock cannot hold its hash."""
