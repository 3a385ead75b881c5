"""The files of a study: written as a zip with the same bytes each time, or as a folder.

Reading trusts nothing: names, sizes and kinds of entries are checked before anything is unpacked,
and nothing is ever unpacked to disk.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from kohort.script_file import reason
from kohort.trouble import Trouble

Files = Mapping[str, bytes]
"""Path inside the study (with `/`) -> content."""

MOST_FILES: Final = 5_000
MOST_BYTES: Final = 512 * 1024 * 1024
_PIECE: Final = 1 << 20
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE: Final = stat.S_IFREG | 0o644


def write(target: Path, files: Files) -> None:
    """Write a study: a zip where the name ends in `.zip`, else a new folder. Raises `Trouble`.

    A zip appears whole or not at all, and equal files give equal bytes.
    """
    try:
        if target.suffix.lower() == ".zip":
            _write_zip(target, files)
        else:
            _write_folder(target, files)
    except OSError as error:
        raise Trouble(f"{target} cannot be written: {reason(error)}") from None


def _write_zip(target: Path, files: Files) -> None:
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
            for name in sorted(files):
                entry = zipfile.ZipInfo(name, _EARLIEST)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = _PLAIN_FILE << 16
                entry.create_system = 3
                made.writestr(entry, files[name])
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_folder(target: Path, files: Files) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Trouble(f"{target} exists already and is not an empty folder")
    for name in sorted(files):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[name])


def read(source: Path) -> dict[str, bytes]:
    """Read a study from a zip or a folder.

    Raises `Trouble` for what is damaged, too large, or could reach outside the study.
    """
    try:
        if source.is_dir():
            return _read_folder(source)
        return _read_zip(source)
    except OSError as error:
        raise Trouble(f"{source} cannot be read: {reason(error)}") from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, ValueError):
        raise Trouble(f"{source} is damaged, or is no zip file") from None
    except (NotImplementedError, RuntimeError):
        raise Trouble(f"{source} is encrypted or packed in a way that studies are not") from None


def _read_zip(source: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    with zipfile.ZipFile(source) as opened:
        entries = opened.infolist()
        if len(entries) > MOST_FILES:
            raise Trouble(f"{source} holds more than {MOST_FILES} files")
        for entry in entries:
            kind = stat.S_IFMT(entry.external_attr >> 16)
            if entry.is_dir() and kind in {0, stat.S_IFDIR}:
                _check_name(source, entry.filename.rstrip("/"))
                continue
            if kind not in {0, stat.S_IFREG}:
                raise Trouble(f"{source} holds something that is not a plain file")
            _check_name(source, entry.filename)
            if entry.filename in found:
                raise Trouble(f"{source} holds two files of one name")
            with opened.open(entry) as stream:
                found[entry.filename] = content = _limited(source, stream.read, left)
            left -= len(content)
    return found


def _limited(source: Path, take: Callable[[int], bytes], left: int) -> bytes:
    """Unpack piece by piece: what the directory says of sizes may be a lie."""
    pieces: list[bytes] = []
    while piece := take(_PIECE):
        left -= len(piece)
        if left < 0:
            raise Trouble(f"{source} holds more than {MOST_BYTES >> 20} MB")
        pieces.append(piece)
    return b"".join(pieces)


def _read_folder(source: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    for path in sorted(source.rglob("*")):
        if path.is_symlink():
            raise Trouble(f"{source} holds a link, which may lead anywhere")
        if path.is_dir():
            continue
        if not path.is_file():
            raise Trouble(f"{source} holds something that is not a plain file")
        if len(found) >= MOST_FILES:
            raise Trouble(f"{source} holds more than {MOST_FILES} files")
        with path.open("rb") as stream:
            content = _limited(source, stream.read, left)
        left -= len(content)
        found[path.relative_to(source).as_posix()] = content
    return found


def _check_name(source: Path, name: str) -> None:
    parts = PurePosixPath(name).parts
    plain = (
        bool(parts)
        and not name.startswith("/")
        and ".." not in parts
        and not any(character in name for character in "\\:\0")
        and name.isprintable()
    )
    if not plain:
        raise Trouble(f"{source} holds a file whose name leads out of the study")
