"""Reads and writes script files: UTF-8, with or without a byte order mark."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from kohort.trouble import Trouble

STANDARD_INPUT: Final = "-"
ENDING: Final = ".mdscript"


@dataclass(frozen=True)
class ScriptFile:
    """A script, the name that messages use for it, and its bytes as they were read."""

    name: str
    text: str
    raw: bytes = b""


def read_script(given: str) -> ScriptFile:
    """Read a file, or standard input for `-`. Raises `Trouble` naming the file and the reason."""
    name = "standard input" if given == STANDARD_INPUT else given
    try:
        raw = (
            sys.stdin.buffer.read()
            if given == STANDARD_INPUT
            else Path(given).expanduser().read_bytes()
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise Trouble(f"{name} cannot be read: {reason(error)}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Trouble(f"{name} is not text in UTF-8: line {line}; save it as UTF-8") from None
    if "\0" in text:
        raise Trouble(f"{name} is not a script: it holds zero bytes")
    return ScriptFile(name, text, raw)


def check_present(given: Iterable[str]) -> None:
    """Raise `Trouble` for the first that is no file; what is in it is not looked at."""
    for name in given:
        try:
            if name != STANDARD_INPUT:
                Path(name).expanduser().stat()
        except (OSError, ValueError, RuntimeError) as error:
            raise Trouble(f"{name} cannot be read: {reason(error)}") from None


def script_name(given: str) -> str:
    """Give the name of an existing file, with the ending that `save` adds where it has none."""
    path = Path(given)
    with_ending = path.with_suffix(ENDING) if path.name and not path.suffix else path
    try:
        found = not path.expanduser().exists() and with_ending.expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return given
    return str(with_ending) if found else given


def dated_name(now: datetime) -> str:
    """Give a name for a session that was given none; nothing of that name is there."""
    name = f"session-{now:%Y-%m-%d-%H%M%S}"
    names = (f"{name}{mark}{ENDING}" for mark in ("", *(f"-{n}" for n in range(2, 100))))
    return next((free for free in names if not Path(free).exists()), name + ENDING)


def write_script(given: str, statements: tuple[str, ...]) -> Path:
    """Write statements as a script that must not exist yet. Raises `Trouble`."""
    path = Path(given)
    try:
        path = path.expanduser()
        if not path.suffix:
            path = path.with_suffix(ENDING)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{statement.rstrip()}\n" for statement in statements)
    except FileExistsError:
        raise Trouble(f"{path} exists already; choose another name") from None
    except (OSError, ValueError, RuntimeError) as error:
        raise Trouble(f"{path} cannot be written: {reason(error)}") from None
    return path


def rewrite_script(given: str, text: str) -> None:
    """Put a text in the place of a script file's own. Raises `Trouble`."""
    try:
        Path(given).expanduser().write_bytes(text.encode("utf-8"))
    except (OSError, ValueError, RuntimeError) as error:
        raise Trouble(f"{given} cannot be written: {reason(error)}") from None


def reason(error: Exception) -> str:
    """Give the system's words for what went wrong, without the file's name."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "the name cannot be used"
