"""The few operations by which a databank changes on disk; each happens as a whole or not at all.

A file appears under its name complete and synced, or not at all; what a broken write leaves has a
name that begins with a dot and ends in `.new`.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

UNFINISHED: Final = ".new"
_NO_LINKS: Final = frozenset({errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS})

Watch = Callable[[str, Path], None]


def _unwatched(operation: str, path: Path) -> None:
    pass


_watch: list[Watch] = [_unwatched]


def watched_by(watch: Watch | None) -> None:
    """Have each operation told before it happens; None ends it. For tests that break them off."""
    _watch[0] = watch or _unwatched


def _step(operation: str, path: Path) -> None:
    _watch[0](operation, path)


def fill(path: Path, put: Callable[[Path], object], mode: int = 0o644) -> None:
    """Make or replace a file: `put` writes a file beside it, which is synced and takes its place.

    The file has its mode from the first moment.
    """
    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
    folder(path.parent)
    _step("write", unfinished)
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_EXCL, mode))
    put(unfinished)
    _sync(unfinished)
    _step("rename", path)
    unfinished.replace(path)
    _sync(path.parent)


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Make or replace a text file in UTF-8."""
    content = text.encode()
    fill(path, lambda place: place.write_bytes(content), mode)


def folder(path: Path, mode: int = 0o755) -> None:
    """Make a folder and those around it, where they are not there."""
    if path.is_dir():
        return
    folder(path.parent)
    _step("folder", path)
    path.mkdir(mode=mode, exist_ok=True)
    _sync(path.parent)


def link(source: Path, target: Path) -> None:
    """Give a file, or each file of a folder, a second name; where there are no links, a copy."""
    if source.is_dir():
        for file in sorted(source.rglob("*")):
            if file.is_file():
                link(file, target / file.relative_to(source))
        return
    folder(target.parent)
    _step("link", target)
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        fill(target, lambda place: shutil.copyfile(source, place))
    _sync(target.parent)


def rename(source: Path, target: Path) -> None:
    """Give a file another name in its folder, in the place of what has that name."""
    _step("rename", target)
    source.replace(target)
    _sync(target.parent)


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it; one that is not there is no matter."""
    if path.is_dir() and not path.is_symlink():
        for inside in sorted(path.iterdir()):
            remove(inside)
        _step("remove", path)
        path.rmdir()
    elif path.exists() or path.is_symlink():
        _step("remove", path)
        path.unlink()


@contextmanager
def held(place: Path, *, wait: bool = False) -> Iterator[bool]:
    """Hold the lock of a folder, which ends with the process at the latest; gives whether it did.

    Another holder is waited for, or the answer is False. Where there are no locks it is True.
    """
    try:
        import fcntl
    except ImportError:
        yield True
        return
    place.mkdir(parents=True, exist_ok=True)
    with (place / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def unfinished(place: Path) -> Iterator[Path]:
    """Give what broken writes have left in a folder and those below."""
    if place.is_dir():
        yield from sorted(place.rglob(f".*{UNFINISHED}"))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        # Some file systems sync no folders.
        if not path.is_dir():
            raise
    finally:
        os.close(handle)
