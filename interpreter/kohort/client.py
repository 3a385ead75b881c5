"""The engine as the front end sees it: scripts go out, released results come back.

`Worker` has the engine in a process of its own; `InProcess` is its twin for tests and library use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final, Protocol

from kohort import exit_code, provenance, wire
from kohort.diagnostic import NOWHERE, Diagnostic, Span
from kohort.disclosure.released import WireError, from_wire
from kohort.event import Event, Finished, Result, Runs, Started, Told
from kohort.opening import Opening, to_message
from kohort.process import COMMAND, GoneError, WorkerProcess
from kohort.provenance import Provenance

_PATIENCE: Final = 0.1
"""Seconds between two calls of `waiting`."""

Waiting = Callable[[int], None]
"""Gets the number of iterations of a fit that are known to have begun, 0 without."""


class Client(Protocol):
    """What runs scripts for the prompt and the command line."""

    @property
    def statements(self) -> tuple[str, ...]:
        """The texts of what took effect, in order."""
        ...

    def run(self, text: str, batch: bool, waiting: Waiting | None = None) -> Iterator[Event]:
        """Run a script; `waiting` is called ten times a second while nothing arrives."""
        ...

    def provenance(self) -> Provenance | None:
        """Tell what the results so far rest on; None where the engine cannot tell."""
        ...

    def interrupt(self) -> None:
        """Stop what is running; the session is as it was before the statement that ran."""
        ...

    def close(self) -> None:
        """End the engine."""
        ...


class Worker:
    """An engine in its own process, started at once and replaced when it is interrupted or dies.

    A new process replays the statements that took effect, never the one that was running; the
    replay shows nothing and goes on while the user types.
    """

    def __init__(self, opening: Opening, command: Sequence[str] = COMMAND) -> None:
        self.statements: tuple[str, ...] = ()
        self._opening = opening
        self._command = tuple(command)
        self._running = False
        self._launch()

    def _launch(self) -> None:
        self._running = False
        self._iteration = 0
        self._opened = False
        self._replaying = bool(self.statements)
        self._refusal: Diagnostic | None = None
        self._process = WorkerProcess(self._command)
        with suppress(GoneError):  # the next run finds out and tells
            self._process.send("open", to_message(self._opening))
            if self._replaying:
                self._process.send("replay", {"statements": list(self.statements)})

    @property
    def pid(self) -> int:
        """The id of the present process."""
        return self._process.pid

    @property
    def spill_folder(self) -> str:
        """The folder of the present process for data that do not fit in memory."""
        return self._process.spill_folder

    def run(self, text: str, batch: bool, waiting: Waiting | None = None) -> Iterator[Event]:
        """Run a script. Yields events, `Finished` last; a dead engine is one failure."""
        if self._running:
            self.interrupt()
        self._running = True
        place = [NOWHERE]
        try:
            yield from self._events(text, batch, waiting or _nothing, place)
        except (GoneError, wire.FrameError, WireError):
            yield from self._lost(place[0])
        self._running = False

    def provenance(self) -> Provenance | None:
        """Ask the engine what the results so far rest on; None where it cannot tell."""
        try:
            self._process.send("provenance", {})
            message = self._next(_nothing)
            if message["type"] != "provenance" or message.get("known") is not True:
                return None
            return provenance.from_message(message)
        except (GoneError, wire.FrameError):
            return None

    def _lost(self, place: Span) -> Iterator[Event]:
        """Tell that the engine died, and go on with a new one."""
        hint: str | None = "the session is as it was before this command"
        if not self._opened or self._replaying:
            # It died of the replay: another one would die of it too.
            hint = "the session is empty now" if self.statements else None
            self.statements = ()
        self._process.kill()
        message = "the engine stopped, perhaps for want of memory"
        yield Told(Diagnostic("engine-stopped", message, place, hint, "failure"))
        self._launch()
        yield Finished(exit_code.FAILED)

    def _events(
        self, text: str, batch: bool, waiting: Waiting, place: list[Span]
    ) -> Iterator[Event]:
        yield from self._readied(waiting)
        if self._refusal is not None:
            yield Told(self._refusal)
            yield Finished(exit_code.UNSTARTED)
            return
        self._process.send("run", {"text": text, "batch": batch})
        while True:
            message = self._next(waiting)
            if message["type"] == "kept":
                self._keep(message)
                continue
            event = _event(message)
            if isinstance(event, Started):
                place[0] = event.span
            yield event
            if isinstance(event, Finished):
                return

    def _readied(self, waiting: Waiting) -> Iterator[Event]:
        """Wait until the process is open and what it replays is done."""
        if not self._opened and self._refusal is None:
            message = self._next(waiting)
            if message["type"] == "unopened":
                self._refusal = wire.to_diagnostic(message.get("diagnostic"))
                return
            if message["type"] != "opened":
                raise wire.FrameError("an answer to nothing")
            self._opened = True
        if self._replaying:
            before = self.statements
            while (message := self._next(waiting))["type"] == "kept":
                self._keep(message)
            event = _event(message)
            self._replaying = False
            if event != Finished(exit_code.DONE) or self.statements != before:
                text = "the session could not be restored completely"
                hint = "'history' shows what it holds now"
                yield Told(Diagnostic("not-restored", text, NOWHERE, hint, "failure"))

    def _next(self, waiting: Waiting) -> wire.Message:
        while True:
            message = self._process.receive(_PATIENCE)
            if message is not None:
                if not _passing(message):
                    self._iteration = 0
                    return message
                self._iteration = wire.whole(message.get("number"))
            waiting(self._iteration)

    def _keep(self, message: wire.Message) -> None:
        first, added = wire.whole(message.get("first")), wire.texts(message.get("statements"))
        self.statements = self.statements[:first] + added

    def interrupt(self) -> None:
        """Kill the process and start another, which replays what took effect in the background."""
        self._process.kill()
        with suppress(GoneError, wire.FrameError):
            # What was shown has taken effect, even if the word of it has not been read yet.
            while (message := self._process.receive(0)) is not None:
                if message["type"] == "kept":
                    self._keep(message)
                elif not _passing(message):
                    break
        self._launch()

    def close(self) -> None:
        """End the process and wait for its end."""
        self._process.close()


def _nothing(_: int) -> None:
    pass


def _passing(message: wire.Message) -> bool:
    """Whether a message says only how far a fit has come, which is no event of a run."""
    return bool(message["type"] == "iteration")


def _event(message: wire.Message) -> Event:
    """Read one event of a run. Raises `wire.FrameError` or `WireError`."""
    match message["type"]:
        case "started":
            step, total = wire.whole(message.get("step")), wire.whole(message.get("total"))
            return Started(step, total, wire.to_span(message.get("span")))
        case "result":
            released = from_wire(wire.mapping(message.get("released")))
            return Result(released, wire.to_span(message.get("span")))
        case "told":
            return Told(wire.to_diagnostic(message.get("diagnostic")))
        case "finished":
            return Finished(wire.whole(message.get("exit_code")))
    raise wire.FrameError("a message of an unknown type")


class InProcess:
    """An engine in this process: for tests and for use as a library. It cannot be interrupted."""

    def __init__(self, session: Runs) -> None:
        self._session = session

    @property
    def statements(self) -> tuple[str, ...]:
        """The texts of what took effect, in order."""
        return self._session.statements

    def run(self, text: str, batch: bool, waiting: Waiting | None = None) -> Iterator[Event]:
        """Run a script."""
        yield from self._session.run(text, batch)

    def provenance(self) -> Provenance | None:
        """Tell what the results so far rest on."""
        return self._session.provenance()

    def interrupt(self) -> None:
        """Do nothing: what runs in this process ends by itself."""

    def close(self) -> None:
        """Do nothing."""


__all__ = ["Client", "InProcess", "Worker"]
