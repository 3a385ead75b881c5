"""The lines that the user typed, kept for the next session in a file that only the owner reads."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import Final

import platformdirs
from prompt_toolkit.history import FileHistory, History, InMemoryHistory, ThreadedHistory

STATE_VARIABLE: Final = "KOHORT_STATE"

_IDENTITY: Final = re.compile(r"(?<!\d)(?:\d{11}|\d{6}[ +-]?\d{4,5}|\d{8}-?\d{4}|\d{9})(?!\d)")


def holds_identity(text: str) -> bool:
    """Tell whether a text holds a number of the form of a Nordic person or organisation number."""
    return _IDENTITY.search(text) is not None


def state_folder() -> Path:
    """Give the folder for the history (`KOHORT_STATE` overrides it)."""
    chosen = os.environ.get(STATE_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_state_path("kohort", appauthor=False)


class OwnHistory(FileHistory):
    """A history file that never receives a line with what looks like an identity number."""

    def store_string(self, string: str) -> None:
        """Write one entry; what cannot be written is remembered for this session only."""
        if not holds_identity(string):
            with contextlib.suppress(OSError):
                super().store_string(string)


def history() -> History:
    """Give the history, in memory only where its file cannot be made private."""
    path = state_folder() / "history"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)
    except OSError:
        return InMemoryHistory()
    return ThreadedHistory(OwnHistory(str(path)))
