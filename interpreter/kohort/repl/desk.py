"""The prompt's own view of the session: a checked scope that follows what took effect."""

from __future__ import annotations

from collections.abc import Iterator

from kohort import program
from kohort.catalogue import Catalogue
from kohort.client import Client, Waiting
from kohort.diagnostic import Diagnostic
from kohort.event import Event, Finished, Told
from kohort.exit_code import DONE, WRONG
from kohort.scope import Scope


class Desk:
    """Checks what is typed at once, runs it in the engine, and keeps the scope in step."""

    def __init__(self, client: Client, catalogue: Catalogue) -> None:
        self.client = client
        self.catalogue = catalogue
        self.scope = Scope(catalogue)

    def run(self, text: str, waiting: Waiting | None = None) -> Iterator[Event]:
        """Run what was typed. One wrong statement is told at once and never sent.

        Of several statements those before the first mistake take effect.
        """
        ahead = self.scope.copy()
        written = program.read(text)
        report = program.check(written, ahead)
        if report.wrong and len(written.nodes) <= 1:
            yield from _told(report.diagnostics)
            return
        code = None
        for event in self.client.run(text, batch=False, waiting=waiting):
            if isinstance(event, Finished):
                code = event.exit_code
            yield event
        if code == DONE:
            self.scope = ahead
        else:
            self.follow()

    def stop(self) -> None:
        """Stop what runs; the session is as it was before that statement."""
        self.client.interrupt()
        self.follow()

    def follow(self) -> None:
        """Make the scope anew from what took effect."""
        scope = Scope(self.catalogue)
        program.check(program.read("\n".join(self.client.statements)), scope)
        self.scope = scope


def _told(diagnostics: tuple[Diagnostic, ...]) -> Iterator[Event]:
    for diagnostic in diagnostics:
        yield Told(diagnostic)
    yield Finished(WRONG)
