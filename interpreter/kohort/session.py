"""Runs programs: holds the datasets, moves the scope on, lets results out through the filter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from kohort import iterations, program
from kohort.command import Command, DataCommand, ShowCommand, SteerCommand, TellCommand
from kohort.dataset import Dataset
from kohort.diagnostic import Diagnostic, ScriptError, Span
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released import Released
from kohort.event import Event, Finished, Result, Started, Told
from kohort.exit_code import DONE, WRONG, most_serious, of
from kohort.package_version import version_of
from kohort.provenance import (
    PACKAGES,
    BankSource,
    Provenance,
    VariableSource,
    metadata_digest,
)
from kohort.results import Raw, Size
from kohort.scope import Scope, Shape

if TYPE_CHECKING:
    from kohort.bank import Databank
    from kohort.disclosure.release import Gate
    from kohort.register import RegisterVariable


class Engine(Protocol):
    """Makes datasets."""

    def empty(self, shape: Shape) -> Dataset:
        """Give a dataset without units."""
        ...


class Session:
    """Datasets and scope of one user. `statements` holds the text of what took effect, in order."""

    def __init__(self, scope: Scope, engine: Engine, gate: Gate) -> None:
        self.scope = scope
        self.engine = engine
        self.gate = gate
        self.datasets: dict[str, Dataset] = {}
        self.statements: tuple[str, ...] = ()
        self.replaying = False
        self._forgot = False

    def run(self, text: str, batch: bool = True) -> Iterator[Event]:
        """Run a script. In batch any mistake found by checking stops it before it starts.

        Otherwise the statements before the first mistake take effect. A statement that fails leaves
        the session just as it was before it (a loop counts as one statement). Yields events;
        closing the generator stops the run.
        """
        written = program.read(text)
        report = program.check(written, self.scope.copy())
        if batch and report.wrong:
            for diagnostic in report.diagnostics:
                yield Told(diagnostic)
            yield Finished(WRONG)
            return
        codes = [DONE]
        run = _Run(self, text, report.steps)
        for node in written.nodes:
            saved_scope, saved_datasets = self.scope.copy(), dict(self.datasets)
            failed = False
            for event in run.node(node):
                if isinstance(event, Told):
                    codes.append(of(event.diagnostic))
                    failed = failed or run.stopped
                yield event
            if failed:
                self.scope.restore(saved_scope)
                self.datasets = saved_datasets
                break
            self._remember(text, node)
        yield Finished(most_serious(codes))

    def replay(self, statements: tuple[str, ...]) -> int:
        """Make the session as it was after these statements; nothing is shown or counted.

        Gives the exit code; anything but 0 means that it holds only a part of them.
        """
        self.replaying = True
        try:
            events = list(self.run("\n".join(statements), batch=False))
        finally:
            self.replaying = False
        last = events[-1]
        assert isinstance(last, Finished)
        return last.exit_code

    def provenance(self) -> Provenance:
        """Tell what the results rest on: the variables asked for so far, profile and packages."""
        banks: dict[Databank, list[RegisterVariable]] = {b: [] for b in self.scope.banks.values()}
        for (bank, _), variable in sorted(self.scope.sources.items(), key=lambda item: item[0][1]):
            banks.setdefault(bank, []).append(variable)
        profile = self.gate.policy.profile
        sources = sorted(
            (_source(bank, variables, self.gate) for bank, variables in banks.items()),
            key=lambda source: (source.name, source.version),
        )
        packages = {name: version_of(name) for name in PACKAGES}
        return Provenance(tuple(sources), profile.name, profile.hash, packages)

    def put(self, dataset: Dataset, status: Raw | None, span: Span) -> None:
        """Put a changed dataset in place, unless its units have become too few.

        Raises `RefusedError`.
        """
        if isinstance(status, Size) and status.change:
            self.gate.permit(status, span)
        self.datasets[dataset.shape.name] = dataset.rebased()

    def forget(self) -> None:
        """Let go of all datasets and of the statements so far, the present one included.

        What protection remembers of earlier questions stays.
        """
        self.datasets.clear()
        self.statements = ()
        self._forgot = True

    def _remember(self, text: str, node: program.Node) -> None:
        if self._forgot:
            self._forgot = False
        elif not isinstance(node, Diagnostic):
            self.statements = (*self.statements, text[node.span.start : node.span.end])


class _Run:
    """One run of a program: counts steps, knows what was noticed and whether it must stop."""

    def __init__(self, session: Session, text: str, total: int) -> None:
        self.session = session
        self.text = text
        self.total = total
        self.step = 0
        self.stopped = False
        self.noticed: set[tuple[str, Span]] = set()

    def node(self, node: program.Node) -> Iterator[Event]:
        """Run one statement, or one block with all its rounds."""
        for item in program.unroll((node,), self.session.scope):
            if isinstance(item, Diagnostic):
                self.stopped = item.severity != "notice"
                yield Told(item)
            else:
                yield from self._command(item)
            if self.stopped:
                return

    def _command(self, command: Command) -> Iterator[Event]:
        self.step += 1
        yield Started(self.step, max(self.total, self.step), command.span)
        scope = self.session.scope
        before = scope.copy()
        try:
            program.check_command(command, scope)
            notices, scope.diagnostics = list(scope.diagnostics), []
            for notice in notices:
                # Said once, however often a loop comes by.
                if (notice.code, notice.span) not in self.noticed:
                    self.noticed.add((notice.code, notice.span))
                    yield Told(notice)
            released = self._perform(command, before)
            if released is not None:
                yield Result(released, command.span)
        except ScriptError as error:
            self.stopped = True
            yield Told(error.diagnostic)
        except RefusedError as refused:
            # A refused output is said in its place and the script goes on; a refused change of
            # the population stops it, since what follows would describe other people.
            self.stopped = not isinstance(command, ShowCommand)
            yield Told(self._noted(refused).diagnostic)
        except Exception:
            self.stopped = True
            message = f"'{command.name}' failed"
            yield Told(Diagnostic("internal", message, command.span, severity="failure"))

    def _noted(self, refused: RefusedError) -> RefusedError:
        """Let the audit count a refusal; where it cannot, that is what is told."""
        try:
            self.session.gate.refused(refused.diagnostic.code, refused.diagnostic.span)
        except RefusedError as unavailable:
            return unavailable
        return refused

    def _perform(self, command: Command, before: Scope) -> Released | None:
        session = self.session
        session.gate.asking(self.text[command.span.start : command.span.end], session.replaying)
        session.gate.permit_words(command, command.span)
        if session.replaying and isinstance(command, ShowCommand | TellCommand):
            return None
        with iterations.counted(told=not (session.gate.protected or session.replaying)):
            return self._result(command, before)

    def _result(self, command: Command, before: Scope) -> Released | None:
        session, scope = self.session, self.session.scope
        raw: Raw | None = None
        match command:
            case DataCommand():
                raw = self._change(command, before)
            case ShowCommand():
                raw = command.run(session.datasets[_active(before)], before)
            case TellCommand():
                raw = command.run(scope, session.statements)
            case SteerCommand():
                raw = command.run(session)
        if raw is None or session.replaying:
            return None
        return session.gate.release(raw, scope, command.span)

    def _change(self, command: DataCommand, before: Scope) -> Raw | None:
        session = self.session
        name = _active(before)
        dataset = session.datasets[name]
        for bank, entry in command.registers(before):
            if entry.protection is not None:
                session.gate.tighten(bank, entry.protection, command.span)
                session.scope.sample_buckets = session.gate.sample_buckets
                session.scope.sample_rounded = session.gate.sample_rounded
        edited = command.edited(dataset) if session.gate.guards_edits else None
        if edited is not None:
            session.gate.permit_edit(*edited, command.span)
        changed = command.change(dataset, before, session.gate)
        changed = changed.described(session.scope.datasets[name])
        status = command.status(changed, before.datasets[name])
        session.put(changed, status, command.span)
        return status


def _source(bank: Databank, variables: list[RegisterVariable], gate: Gate) -> BankSource:
    found = tuple(
        VariableSource(v.name, metadata_digest(v), gate.data_digest(bank, v)) for v in variables
    )
    return BankSource(bank.name, bank.version, bank.synthetic, bank.manifest.seed, found)


def _active(scope: Scope) -> str:
    assert scope.active is not None
    return scope.active
