"""The prompt's loop: read, run, show, until the user leaves."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kohort import exit_code
from kohort.arguments import release
from kohort.catalogue import Catalogue
from kohort.client import Client
from kohort.command import PromptCommand, commands
from kohort.event import Started
from kohort.opening import Opening
from kohort.output import TextOutput, look_at, write
from kohort.phrases import Text, Word
from kohort.progress import Steps
from kohort.repl.desk import Desk
from kohort.repl.prompt import prompt_session
from kohort.script_file import read_script, write_script
from kohort.syntax import Statement, parse
from kohort.trouble import Trouble

_LEAVE = frozenset({"exit", "quit"})


class Loop:
    """One user at one terminal."""

    def __init__(self, client: Client, catalogue: Catalogue, opening: Opening) -> None:
        self.desk = Desk(client, catalogue)
        self.opening = opening
        self.steps = Steps(sys.stderr)

    def run(self) -> int:
        """Read and run until the user leaves. Gives the exit code."""
        session = prompt_session(lambda: self.desk.scope, self.toolbar)
        write(sys.stdout, self.greeting())
        while True:
            try:
                text = session.prompt()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return exit_code.DONE
            if text.strip() in _LEAVE:
                return exit_code.DONE
            if text.strip():
                self.answer(text)

    def answer(self, text: str) -> None:
        """Do what was typed; Ctrl-C stops it and keeps the session."""
        try:
            self._do(text)
        except Trouble as trouble:
            write(sys.stdout, f"{trouble.message}\n")
        except KeyboardInterrupt:
            with _undisturbed():
                self.steps.clear()
                self.desk.stop()
                write(sys.stdout, "stopped; the session is as it was before this statement\n")

    def _do(self, text: str) -> None:
        found = parse(text)
        statement = found[0] if len(found) == 1 else None
        if isinstance(statement, Statement) and issubclass(
            commands()[statement.command], PromptCommand
        ):
            self._own(statement)
        else:
            self._show(text)

    def _own(self, statement: Statement) -> None:
        """Do what only the prompt can: the engine has no part in the user's files."""
        given = statement.phrases[0]
        name = given.value if isinstance(given, Text) else str(given)
        assert isinstance(given, Text | Word)
        if statement.command == "run":
            self._show(read_script(name).text)
        else:
            statements = self.desk.client.statements
            path = write_script(name, statements)
            write(sys.stdout, f"{len(statements)} statements saved in {path}\n")

    def _show(self, text: str) -> None:
        look = look_at(sys.stdout, self.opening.language)
        output = TextOutput(sys.stdout, sys.stdout, look, text)
        self.steps.started(1, 1)
        for event in self.desk.run(text, self.steps.waiting):
            self.steps.clear()
            if isinstance(event, Started):
                self.steps.started(event.step, event.total)
            output.put(event)

    def greeting(self) -> str:
        """Give the lines above the first prompt."""
        return f"kohort {release()}. F1 helps, Ctrl-D leaves.\n"

    def toolbar(self) -> str:
        """Give databanks, profile and active dataset in one line."""
        scope = self.desk.scope
        banks = ", ".join(
            f"{alias}: {bank.name} {bank.version}{' (synthetic)' if bank.synthetic else ''}"
            for alias, bank in scope.banks.items()
        )
        chosen = self.opening.profile
        profiles = {chosen or bank.manifest.profile for bank in scope.banks.values()}
        shape = scope.datasets.get(scope.active or "")
        dataset = "no dataset"
        if shape is not None:
            unit = f" ({shape.unit_type})" if shape.unit_type else ""
            dataset = f"{shape.name}{unit}, {len(shape.variables)} variables"
        profile = ", ".join(sorted(profiles)) or chosen or "of the databank"
        return f" {banks or 'no databank'} | profile {profile} | {dataset}"


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let a second Ctrl-C wait for nothing: it would leave the engine half replaced."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
