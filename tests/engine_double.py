"""A worker process with a made-up language in place of the engine, to test the client.

`keep WORD` takes effect, `say WORD` shows it, `wait SECONDS` sleeps, `fit TIMES` iterates so often
with a pause of a quarter of a second after each, `spin` holds the interpreter lock, `abort` dies as
polars does for want of memory; further `raise`, `print` (wherever it can), `refuse`, `wrong` and
`mask`.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from kohort import iterations
from kohort.diagnostic import Diagnostic, Span, wrong
from kohort.disclosure.released import Released, from_wire
from kohort.event import Event, Finished, Result, Started, Told
from kohort.exit_code import most_serious, of
from kohort.opening import Opening
from kohort.provenance import Provenance
from kohort.worker import main

CANARY = "canary-7741"


def document(text: str) -> Released:
    """Give a released document of one line."""
    block = {"block": "lines", "lines": [text]}
    context = {
        "profile": "", "profile_hash": "", "databanks": [], "dataset": "", "unit_type": "",
        "population": [], "zero_display": "0",
    }  # fmt: skip
    return from_wire({"kind": "text", "content": {"blocks": [block]}, "context": context})


class DoubleSession:
    """Runs the made-up language."""

    def __init__(self) -> None:
        self.statements: tuple[str, ...] = ()

    def run(self, text: str, batch: bool) -> Iterator[Event]:
        """Run one statement a line, up to the first that fails."""
        lines = text.splitlines(keepends=True)
        codes, offset = [0], 0
        for step, line in enumerate(lines, 1):
            span = Span(offset, offset + len(line.rstrip("\n")))
            offset += len(line)
            yield Started(step, len(lines), span)
            for event in self._statement(line.rstrip("\n"), span):
                yield event
                if isinstance(event, Told):
                    codes.append(of(event.diagnostic))
            if max(codes) > 0:
                break
            if line.startswith("keep"):
                self.statements += (line.rstrip("\n"),)
        yield Finished(most_serious(codes))

    def provenance(self) -> Provenance:
        """Tell what made-up results rest on."""
        return Provenance((), "open", "0" * 64, {"kohort": "0"})

    def replay(self, statements: tuple[str, ...]) -> int:
        """Run the statements again."""
        *_, last = self.run("\n".join(statements), batch=False)
        assert isinstance(last, Finished)
        return last.exit_code

    def _statement(self, line: str, span: Span) -> Iterator[Event]:
        word, _, rest = line.partition(" ")
        match word:
            case "keep" if rest == "unlucky" and "keep unlucky" in self.statements:
                os.abort()
            case "say":
                yield Result(document(rest), span)
            case "wait":
                time.sleep(float(rest))
            case "fit":
                with iterations.counted(told=True):
                    for _ in range(int(rest)):
                        iterations.another()
                        time.sleep(0.25)
            case "spin":
                # PyDLL holds the interpreter lock: nothing in this process can react.
                ctypes.PyDLL(None).sleep(30)
            case "abort":
                os.abort()
            case "raise":
                raise ValueError(CANARY)
            case "print":
                sys.stdout.write(CANARY)
                sys.stdout.flush()
                os.write(1, CANARY.encode())
                os.write(2, CANARY.encode())
            case "refuse":
                message = "too few units"
                yield Told(Diagnostic("SDC-P1", message, span, severity="refusal"))
            case "wrong":
                yield Told(Diagnostic("unknown-variable", f"there is no variable '{rest}'", span))
            case "mask":
                yield Result(
                    document(f"{os.umask(0o077):o} {os.environ.get('POLARS_VERBOSE')}"), span
                )


def open_session(opening: Opening) -> DoubleSession:
    """Open, unless the profile says otherwise."""
    if opening.profile == "nokey":
        wrong("no-key", "the key of this databank cannot be opened", Span(0, 0))
    if opening.profile == "broken":
        raise RuntimeError(CANARY)
    return DoubleSession()


def command(module: str, call: str) -> tuple[str, ...]:
    """Give the command for a process that imports a module of the tests and calls one function."""
    folder = str(Path(__file__).absolute().parent)
    script = f"import sys; sys.path[:0] = [{folder!r}]; from {module} import {call}; {call}()"
    return (sys.executable, "-P", "-c", script)


COMMAND = command("engine_double", "serve_double")


def serve_double() -> None:
    """Be the worker."""
    main(open_session)
