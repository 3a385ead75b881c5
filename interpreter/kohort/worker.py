"""The engine's own process: requests in, released results and diagnostics out, nothing else.

Run as `python -m kohort.worker` by the client. Nothing that the engine writes or raises reaches
the user: standard output and error go nowhere, and a failure becomes one fixed sentence.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Final

from kohort import exit_code, iterations, wire, worker_environment
from kohort.diagnostic import NOWHERE, Diagnostic, ScriptError, Span
from kohort.event import Event, Finished, Runs, Started, Told
from kohort.opening import Opening, from_message
from kohort.provenance import to_message

_PAUSE: Final = 0.2
"""Seconds between two messages on iterations, at least."""

Open = Callable[[Opening], Runs]
"""Opens a session. Raises `ScriptError` with the reason why there can be none."""


def serve(requests: IO[bytes], replies: IO[bytes], open_session: Open) -> None:
    """Answer requests until there are no more. Raises `OSError` where nobody listens any longer."""
    worker = _Worker(replies, open_session)
    for message in _arriving(requests):
        worker.answer(message)


def _arriving(requests: IO[bytes]) -> Iterator[wire.Message]:
    """Give the requests as they come; the process ends with its parent, even in mid-query."""
    arrived: queue.SimpleQueue[wire.Message] = queue.SimpleQueue()

    def receive() -> None:
        try:
            while (message := wire.read(requests)) is not None:
                arrived.put(message)
        finally:
            worker_environment.wipe_spilled()
            os._exit(exit_code.DONE)

    threading.Thread(target=receive, daemon=True).start()
    while True:
        yield arrived.get()


class _Worker:
    """Answers one message after the other over one pipe."""

    def __init__(self, replies: IO[bytes], open_session: Open) -> None:
        self.replies = replies
        self.open_session = open_session
        self.session: Runs | None = None
        self.told: tuple[str, ...] = ()
        self.spoken = 0.0

    def answer(self, message: wire.Message) -> None:
        """Answer one message."""
        match message["type"]:
            case "open":
                self._open(from_message(message))
            case "run":
                script, batch = wire.text(message.get("text")), message.get("batch") is True
                self._run(script, batch)
            case "replay":
                self._replay(wire.texts(message.get("statements")))
            case "provenance":
                self._provenance()
            case _:
                raise wire.FrameError("a message of an unknown type")

    def _open(self, opening: Opening) -> None:
        try:
            self.session = self.open_session(opening)
        except ScriptError as error:
            self._refuse(error.diagnostic)
        except Exception:
            message = "the engine could not start"
            self._refuse(Diagnostic("start-failed", message, severity="failure"))
        else:
            wire.write(self.replies, "opened")

    def _refuse(self, diagnostic: Diagnostic) -> None:
        wire.write(self.replies, "unopened", {"diagnostic": wire.of_diagnostic(diagnostic)})

    def _run(self, script: str, batch: bool) -> None:
        for event in self._events(script, batch):
            self._tell_kept()
            wire.send_event(self.replies, event)

    def _tell_kept(self) -> None:
        """Tell what a new session needs to be as this one is now, should this process be killed."""
        kept = () if self.session is None else self.session.statements
        if kept != self.told:
            pairs = zip(kept, self.told, strict=False)
            shared = next((i for i, (new, old) in enumerate(pairs) if new != old), len(self.told))
            shared = min(shared, len(kept))
            wire.write(self.replies, "kept", {"first": shared, "statements": list(kept[shared:])})
            self.told = kept

    def _events(self, script: str, batch: bool) -> Iterator[Event]:
        place = NOWHERE
        try:
            if self.session is None:
                raise RuntimeError("not opened")
            with iterations.heard(self._iterated):
                for event in self.session.run(script, batch):
                    if isinstance(event, Started):
                        place = event.span
                    yield event
        except Exception:
            yield Told(failed(place))
            yield Finished(exit_code.FAILED)

    def _iterated(self, number: int) -> None:
        now = time.monotonic()
        if now - self.spoken >= _PAUSE:
            self.spoken = now
            wire.write(self.replies, "iteration", {"number": number})

    def _replay(self, statements: tuple[str, ...]) -> None:
        code = exit_code.FAILED
        with suppress(Exception):
            if self.session is not None:
                code = self.session.replay(statements)
        self._tell_kept()
        wire.write(self.replies, "finished", {"exit_code": code})

    def _provenance(self) -> None:
        fields: wire.Message = {"known": False}
        with suppress(Exception):
            if self.session is not None:
                fields = {"known": True, **to_message(self.session.provenance())}
        wire.write(self.replies, "provenance", fields)


def failed(place: Span) -> Diagnostic:
    """Give the one sentence for a failure whose cause may quote data."""
    return Diagnostic("internal", "this command failed", place, severity="failure")


def main(open_session: Open) -> None:
    """Serve the parent process over what were standard input and output."""
    requests, replies = worker_environment.settle()
    try:
        serve(requests, replies, open_session)
    except BaseException:
        # A traceback could quote data; the parent sees the end of the pipe.
        os._exit(exit_code.FAILED)


def open_session(opening: Opening) -> Runs:
    """Open a session over the configured databanks; the engine is imported here, not before."""
    from kohort import assembly

    return assembly.open_session(opening)


if __name__ == "__main__":
    main(open_session)
