"""One worker process as its parent sees it: the pipes, the messages that arrive, its end."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kohort import wire
from kohort.worker_environment import SPILL_FOLDER

# -P: a file `json.py` in the user's folder must not become part of the engine.
COMMAND: Final = (sys.executable, "-P", "-m", "kohort.worker")


class GoneError(Exception):
    """The process has ended, or what it sent is not a message."""


class WorkerProcess:
    """A started process; a thread reads, so that waiting can be interrupted on every system."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self.spill_folder = tempfile.mkdtemp(prefix="kohort-")
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl-C in the terminal is the parent's to handle.
            start_new_session=True,
            env={**os.environ, SPILL_FOLDER: self.spill_folder},
        )
        self._arrived: queue.SimpleQueue[wire.Message | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._receive, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def _receive(self) -> None:
        assert self._process.stdout is not None
        # A process that sends nonsense is treated like one that died.
        with contextlib.suppress(wire.FrameError, OSError, ValueError):
            while (message := wire.read(self._process.stdout)) is not None:
                self._arrived.put(message)
        self._arrived.put(None)
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        shutil.rmtree(self.spill_folder, ignore_errors=True)

    def send(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Send one message. Raises `GoneError`; `wire.FrameError` where it is too large."""
        assert self._process.stdin is not None
        try:
            wire.write(self._process.stdin, kind, fields)
        except (OSError, ValueError):
            raise GoneError from None

    def receive(self, seconds: float) -> wire.Message | None:
        """Give the next message, or None where none comes within `seconds`. Raises `GoneError`."""
        try:
            message = self._arrived.get(timeout=seconds)
        except queue.Empty:
            return None
        if message is None:
            self._arrived.put(None)
            raise GoneError
        return message

    def kill(self) -> None:
        """End the process at once. Returns without waiting: freeing much memory takes a while."""
        self._process.kill()
        with contextlib.suppress(OSError, ValueError):
            if self._process.stdin is not None:
                self._process.stdin.close()

    def close(self) -> None:
        """End the process, wait for it, and wipe what it left."""
        self.kill()
        self._reader.join(timeout=5)
