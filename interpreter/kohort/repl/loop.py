"""The prompt's loop: read, run, show, until the user leaves."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from kohort import exit_code
from kohort.binding import bind
from kohort.catalogue import Catalogue, Databank
from kohort.client import Client
from kohort.command import PromptCommand, TellCommand, check_options, commands
from kohort.completion.register import connectable
from kohort.diagnostic import ScriptError
from kohort.event import Started, Told
from kohort.messages import sentence
from kohort.opening import Opening
from kohort.output import TextOutput, look_at, write
from kohort.package_version import version_of
from kohort.phrases import Options, Text
from kohort.progress import Steps
from kohort.repl.desk import Desk
from kohort.repl.editor import edit, editor
from kohort.repl.pager import Pages, pager
from kohort.repl.prompt import prompt_session
from kohort.scope import Shape
from kohort.script_file import dated_name, read_script, script_name, write_script
from kohort.syntax import Statement, parse
from kohort.trouble import Trouble

_LEAVE = frozenset({"exit", "quit"})


class Loop:
    """One user at one terminal."""

    def __init__(self, client: Client, catalogue: Catalogue, opening: Opening) -> None:
        self.desk = Desk(client, catalogue)
        self.opening = opening
        self.steps = Steps(sys.stderr, opening.language)
        self.profile = ""

    def run(self) -> int:
        """Read and run until the user leaves. Gives the exit code."""
        session = prompt_session(lambda: self.desk.scope, self.toolbar, self.opening.language)
        self._say("greeting", version=version_of("kohort"))
        if names := connectable(self.desk.scope):
            self._say("begin", bank=names[0], others=", ".join(names[1:]))
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
        except Exception as error:
            # A mistake of ours must not cost the session.
            self._say("mistake", name=type(error).__name__)
        except KeyboardInterrupt:
            with _undisturbed():
                self.steps.clear()
                self.desk.stop()
                self._say("stopped")

    def _do(self, text: str) -> None:
        found = parse(text)
        statement = found[0] if len(found) == 1 else None
        if isinstance(statement, Statement) and issubclass(
            commands()[statement.command], PromptCommand
        ):
            try:
                self._own(statement)
            except ScriptError as error:
                self._output(text).put(Told(error.diagnostic))
        else:
            self._show(text, pages=statement is not None)

    def _own(self, statement: Statement) -> None:
        """Do what only the prompt can: the engine has no part in the user's files."""
        command = bind(statement, self.desk.scope.bindings)
        options: Options = getattr(command, "options", Options((), statement.span))
        check_options(type(command), options)
        given = getattr(command, "file", None)
        name = given.value if isinstance(given, Text) else str(given or "")
        match command.name:
            case "run":
                self._show(read_script(script_name(name)).text)
            case "load":
                self._load(script_name(name))
            case _:
                wanted = command.name == "edit" or bool(options.calls)
                self._save(name, editor() if wanted else None)

    def _save(self, name: str, opened_by: list[str] | None) -> None:
        """Write the session to a file, named by the time where the user gave no name."""
        statements = lasting(self.desk.client.statements)
        path = write_script(name or dated_name(datetime.now()), statements)
        self._say("saved", n=str(len(statements)), file=str(path))
        if opened_by is not None:
            edit(path, opened_by)
            self._say("edited", file=str(path))

    def _load(self, name: str) -> None:
        """Keep the session in a file, and put that of a script in its place."""
        script = read_script(name)
        if lasting(self.desk.client.statements):
            self._save("", None)
        for _ in self.desk.run("clear", self.steps.waiting):
            self.steps.clear()
        self._show(script.text)

    def _show(self, text: str, pages: bool = False) -> None:
        """Run and show; with `pages`, what does not fit the screen is left to the pager."""
        output = self._output(text)
        command = pager() if pages and sys.stdin.isatty() and sys.stdout.isatty() else []
        shown = Pages(output, command, _undisturbed) if command else output
        self.steps.started(1, 1)
        for event in self.desk.run(text, self.steps.waiting):
            self.steps.clear()
            if isinstance(event, Started):
                self.steps.started(event.step, event.total)
            shown.put(event)
            self.profile = output.profile

    def _output(self, text: str) -> TextOutput:
        look = look_at(sys.stdout, self.opening.language, self.opening.notes)
        output = TextOutput(sys.stdout, sys.stdout, look, text)
        output.profile = self.profile
        return output

    def toolbar(self) -> str:
        """Give databanks, profile and active dataset in one line."""
        scope = self.desk.scope
        banks = ", ".join(
            f"{alias}: {bank.name} {bank.version}{self._mark(bank)}"
            for alias, bank in scope.banks.items()
        )
        chosen = self.opening.profile
        profiles = {chosen or bank.manifest.profile for bank in scope.banks.values()}
        profile = ", ".join(sorted(profiles)) or chosen
        told = self._text("profile", profile=profile) if profile else self._text("bank_profile")
        shape = scope.datasets.get(scope.active or "")
        dataset = self._text("no_dataset") if shape is None else self._dataset(shape)
        return f" {banks or self._text('no_databank')} | {told} | {dataset}"

    def _mark(self, bank: Databank) -> str:
        return f" ({self._text('synthetic')})" if bank.synthetic else ""

    def _dataset(self, shape: Shape) -> str:
        unit = f" ({shape.unit_type})" if shape.unit_type else ""
        return f"{shape.name}{unit}, {self._text('variables', n=str(len(shape.variables)))}"

    def _say(self, key: str, **words: str) -> None:
        write(sys.stdout, self._text(key, **words) + "\n")

    def _text(self, key: str, **words: str) -> str:
        return sentence("prompt", key, words, self.opening.language)


def lasting(statements: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out what only looked something up: `help`, `history`, `datasets` and the like."""
    return tuple(text for text in statements if not _looks_up(text))


def _looks_up(text: str) -> bool:
    command = commands().get(text.split()[0]) if text.split() else None
    return command is not None and issubclass(command, TellCommand) and command.raw_until is None


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let a second Ctrl-C wait for nothing: it would leave the engine half replaced."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
