"""The prompt over a worker that checks statements for real and only pretends to run them.

A dataset called `slow` takes half a minute to create, one called `fatal` kills the process. The
other prompt, `slow_prompt`, is over the real engine, whose fits take a second for each iteration.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing

from engine_double import command, document

from kohort import iterations, program
from kohort.catalogue import Catalogue
from kohort.client import Worker
from kohort.diagnostic import Diagnostic, ScriptError
from kohort.event import Event, Finished, Result, Started, Told
from kohort.exit_code import DONE, WRONG
from kohort.opening import Opening
from kohort.provenance import Provenance
from kohort.repl.loop import Loop
from kohort.scope import Scope
from kohort.worker import main, open_session


class CheckingSession:
    """Moves a scope on and shows the names of what it was given."""

    def __init__(self, databanks: tuple[str, ...]) -> None:
        self.scope = Scope(Catalogue.configured(databanks))
        self.statements: tuple[str, ...] = ()

    def run(self, text: str, batch: bool) -> Iterator[Event]:
        """Check statement by statement, up to the first mistake."""
        for node in program.read(text).nodes:
            for item in program.unroll((node,), self.scope):
                if isinstance(item, Diagnostic):
                    yield Told(item)
                    yield Finished(WRONG)
                    return
                yield Started(1, 1, item.span)
                try:
                    program.check_command(item, self.scope)
                except ScriptError as error:
                    yield Told(error.diagnostic)
                    yield Finished(WRONG)
                    return
                _pretend(str(getattr(item, "dataset", "")))
                yield Result(document(f"ran {item.name}"), item.span)
            if not isinstance(node, Diagnostic):
                self.statements += (text[node.span.start : node.span.end],)
        yield Finished(DONE)

    def provenance(self) -> Provenance:
        """Tell what made-up results rest on."""
        return Provenance((), "open", "0" * 64, {"kohort": "0"})

    def replay(self, statements: tuple[str, ...]) -> int:
        """Run the statements again."""
        *_, last = self.run("\n".join(statements), batch=False)
        assert isinstance(last, Finished)
        return last.exit_code


def _pretend(name: str) -> None:
    if name == "slow":
        time.sleep(30)
    if name == "fatal":
        os.abort()


def serve_checking() -> None:
    """Be the worker."""
    main(lambda given: CheckingSession(given.databanks))


def serve_slowly() -> None:
    """Be the worker of the real engine, on a computer on which iterations are slow."""
    another = iterations.another

    def slow() -> None:
        another()
        time.sleep(1)

    iterations.another = slow
    main(open_session)


def prompt(server: str = "serve_checking") -> None:
    """Be the prompt; the arguments are databanks."""
    databanks = tuple(sys.argv[1:])
    opening = Opening(databanks)
    with closing(Worker(opening, command("prompt_double", server))) as worker:
        sys.exit(Loop(worker, Catalogue.configured(databanks), opening).run())


def slow_prompt() -> None:
    """Be the prompt over the real engine."""
    prompt("serve_slowly")
