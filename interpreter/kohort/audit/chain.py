"""A file that only grows: JSON lines, each with the hash of the one before it.

A line is on disk before the number that it speaks of leaves the program. Whoever changes, removes
or reorders lines breaks the chain; only cutting off its end goes unseen, which the owner prevents
by keeping the last hash elsewhere (`kohort audit verify` prints it).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FILE_NAME: Final = "log.jsonl"
FIRST: Final = "0" * 64
REPAIR: Final = "repair"
Record = dict[str, Any]


@dataclass(frozen=True)
class Broken:
    """Where a chain breaks: the line, counted from 1, and what is wrong with it."""

    line: int
    why: str


class Chain:
    """The log of one databank. Several processes may write to it at once.

    Raises `OSError` where it cannot be opened, read, locked or written.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / FILE_NAME
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        # Sessions are not closed; a descriptor that nobody holds must be.
        self.close = weakref.finalize(self, os.close, self._file)
        self._read = 0
        self._last = FIRST

    @contextmanager
    def locked(self) -> Iterator[list[Record]]:
        """Hold the log alone; gives the records that were added since it was last held.

        A line that a crash left unfinished is closed first, with a record that says so.
        """
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield self._caught_up()
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _caught_up(self) -> list[Record]:
        raw = _from(self._file, self._read)
        whole, _, torn = raw.rpartition(b"\n")
        lines = whole.split(b"\n") if whole else []
        records = [_record(line) for line in lines]
        if lines:
            self._last = _hash(lines[-1])
        self._read += len(raw) - len(torn)
        if torn:
            # What was torn has released nothing: its number had not left the program yet.
            self._put(b"\n")
            self._read += len(torn) + 1
            self._last = _hash(torn)
            self.append({"kind": REPAIR, "bytes": len(torn)})
        return [record for record in records if record is not None]

    def append(self, record: Record) -> None:
        """Add a record and wait until it is on disk. The log must be held."""
        line = _line({**record, "before": self._last})
        self._put(line + b"\n")
        os.fsync(self._file)
        self._read += len(line) + 1
        self._last = _hash(line)

    def _put(self, raw: bytes) -> None:
        if os.write(self._file, raw) != len(raw):
            raise OSError("the log could not be written")


def verify(path: Path) -> tuple[int, str, Broken | None]:
    """Give the number of lines, the hash of the last, and where the chain breaks first, if it does.

    Raises `OSError`.
    """
    before, count = FIRST, 0
    torn = False
    with path.open("rb") as file:
        for line in file:
            count += 1
            body = line.rstrip(b"\n")
            record = _record(body)
            if record is None:
                torn, before = True, _hash(body)
                continue
            if torn and record.get("kind") != REPAIR:
                return count, before, Broken(count - 1, "is not a record, and no repair follows")
            if record.get("before") != before:
                return count, before, Broken(count, "does not follow the line before it")
            torn, before = False, _hash(body)
    if torn:
        return count, before, Broken(count, "is not a record, and no repair follows")
    return count, before, None


def records(path: Path) -> Iterator[Record]:
    """Give the records of a log. Raises `OSError`."""
    with path.open("rb") as file:
        for line in file:
            record = _record(line)
            if record is not None:
                yield record


def _from(file: int, place: int) -> bytes:
    pieces: list[bytes] = []
    while piece := os.pread(file, 1 << 20, place):
        pieces.append(piece)
        place += len(piece)
    return b"".join(pieces)


def _line(record: Record) -> bytes:
    written = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return written.encode("utf-8", "replace")


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _record(line: bytes) -> Record | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
