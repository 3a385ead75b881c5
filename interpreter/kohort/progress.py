"""Shows how far something long has come: a bar with the remaining time, on terminals only."""

from __future__ import annotations

import shutil
import time
from typing import Final, TextIO

from kohort.messages import sentence

_WIDTH: Final = 28
_PAUSE: Final = 0.1
_FIRST_GUESS: Final = 0.5
"""Seconds before a remaining time is shown; earlier guesses jump about."""

ERASE: Final = "\r\x1b[K"


def bar(fraction: float, elapsed: float, text: str, columns: int) -> str:
    """Give one line: bar, per cent, what is being done, seconds that are left.

    `fraction` lies between 0 and 1; `elapsed` is in seconds.
    """
    done = min(max(fraction, 0.0), 1.0)
    filled = int(done * _WIDTH)
    left = ""
    if elapsed >= _FIRST_GUESS and 0 < done < 1:
        left = f", {duration(elapsed * (1 - done) / done)} left"
    line = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {int(done * 100):3d} % {text}{left}"
    return line[: max(columns - 1, 10)]


def duration(seconds: float) -> str:
    """Give a time as a reader says it: `12 s`, `3 min 5 s`, `2 h 4 min`."""
    whole = int(seconds + 0.999)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


class Progress:
    """A bar that is redrawn in place; silent where the stream is no terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._started = time.monotonic()
        self._drawn = 0.0

    def __call__(self, fraction: float, text: str) -> None:
        """Show that `fraction` (0 to 1) is done, and what is being done now."""
        now = time.monotonic()
        if not self._shown or (now - self._drawn < _PAUSE and fraction < 1):
            return
        self._drawn = now
        columns = shutil.get_terminal_size().columns
        self._stream.write(ERASE + bar(fraction, now - self._started, text, columns))
        self._stream.flush()

    def end(self) -> None:
        """Remove the bar."""
        if self._shown:
            self._stream.write(ERASE)
            self._stream.flush()


class Steps:
    """Says which step runs and for how long, once it takes more than a second; terminals only."""

    def __init__(self, stream: TextIO, language: str) -> None:
        self._stream = stream
        self._language = language
        self._on_terminal = stream.isatty()
        self._step: dict[str, str] = {}
        self._started = time.monotonic()
        self._drawn = False

    def started(self, step: int, total: int) -> None:
        """Note that a step begins."""
        self._step = {"step": str(step), "total": str(total)} if total > 1 else {}
        self._started = time.monotonic()

    def waiting(self, iteration: int = 0) -> None:
        """Draw the line again, if it is time for one. `iteration`: of a fit, 0 for none."""
        elapsed = time.monotonic() - self._started
        if self._on_terminal and elapsed >= 1:
            words = {**self._step, "seconds": str(int(elapsed))}
            if iteration:
                words["iteration"] = str(iteration)
            self._stream.write(ERASE + sentence("prompt", "waiting", words, self._language))
            self._stream.flush()
            self._drawn = True

    def clear(self) -> None:
        """Remove the line, before anything else is written."""
        if self._drawn:
            self._stream.write(ERASE)
            self._stream.flush()
            self._drawn = False
