"""From statements to a checked program: blocks, loops, every mistake. Reads no data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kohort import limits
from kohort.binding import bind
from kohort.command import Command, check_options, commands
from kohort.diagnostic import Diagnostic, ScriptError, Span
from kohort.phrases import Options
from kohort.rewriting import plain
from kohort.scope import Scope
from kohort.syntax import Statement, parse


@dataclass(frozen=True)
class Block:
    """A statement that opens a block, what stands inside, and the statement that closes it."""

    opening: Statement
    inside: tuple[Node, ...]
    span: Span


Node = Statement | Block | Diagnostic


@dataclass(frozen=True)
class Program:
    """A script as nodes in the order written; mistakes of form stand among them at their place."""

    text: str
    nodes: tuple[Node, ...]


def read(text: str) -> Program:
    """Parse a script and match its blocks."""
    items = list(parse(text))
    nodes, rest = _nodes(items, 0, ())
    assert rest == len(items)
    return Program(text, tuple(nodes))


def _nodes(
    items: Sequence[Statement | Diagnostic], start: int, opening: tuple[Statement, ...]
) -> tuple[list[Node], int]:
    nodes: list[Node] = []
    position = start
    while position < len(items):
        item = items[position]
        position += 1
        if isinstance(item, Diagnostic):
            nodes.append(item)
            continue
        command = commands()[item.command]
        if command.opens_block and len(opening) >= limits.NESTING:
            message = f"blocks are nested more than {limits.NESTING} deep"
            nodes.append(Diagnostic("too-deep", message, item.span))
        elif command.opens_block:
            inside, position = _nodes(items, position, (*opening, item))
            closed = position <= len(items) and bool(inside) and isinstance(inside[-1], Statement)
            last = inside[-1] if closed else None
            if isinstance(last, Statement) and commands()[last.command].closes_block:
                nodes.append(Block(item, tuple(inside[:-1]), item.span.to(last.span)))
            else:
                message = f"'{command.name}' is never closed"
                nodes.append(
                    Diagnostic("block-open", message, item.span, "add 'end' after the block")
                )
                nodes.append(Block(item, tuple(inside), item.span))
        elif command.closes_block:
            nodes.append(item)
            if opening:
                return nodes, position
            message = f"'{command.name}' closes nothing here"
            nodes[-1] = Diagnostic("unmatched-end", message, item.span, "it belongs to a 'for'")
        else:
            nodes.append(item)
    return nodes, position


def unroll(nodes: Sequence[Node], scope: Scope) -> Iterator[Command | Diagnostic]:
    """Give the commands in the order they run, bindings replaced; loops are walked round by round.

    The consumer checks each command against the same scope before it takes the next, since `let`
    decides what later statements say.
    """
    for node in nodes:
        if isinstance(node, Diagnostic):
            yield node
        elif isinstance(node, Block):
            yield from _rounds(node, scope)
        else:
            yield _bound(node, scope)


def _bound(statement: Statement, scope: Scope) -> Command | Diagnostic:
    try:
        return plain(bind(statement, scope.bindings), scope)
    except ScriptError as error:
        return error.diagnostic


def _rounds(block: Block, scope: Scope) -> Iterator[Command | Diagnostic]:
    opening = _bound(block.opening, scope)
    yield opening
    if isinstance(opening, Diagnostic):
        return
    outside = dict(scope.bindings)
    try:
        rounds = list(opening.rounds())
    except ScriptError:
        return
    scope.loops += 1
    for bindings in rounds:
        scope.bindings = {**outside, **bindings}
        yield from unroll(block.inside, scope)
        scope.bindings = dict(outside)
    scope.loops -= 1


def check_command(command: Command, scope: Scope) -> None:
    """Check one command against the scope and move the scope on. Raises `ScriptError`."""
    options = getattr(command, "options", None)
    if isinstance(options, Options):
        check_options(type(command), options)
    command.check(scope)


@dataclass(frozen=True)
class Report:
    """What checking found: every diagnostic once, in order, and the number of steps."""

    diagnostics: tuple[Diagnostic, ...]
    steps: int

    @property
    def wrong(self) -> bool:
        """Whether there is an error among them."""
        return any(d.severity == "error" for d in self.diagnostics)


def check(program: Program, scope: Scope) -> Report:
    """Check a whole program against a scope, which moves on.

    Collects every mistake; reads no data.
    """
    found: dict[tuple[str, Span], Diagnostic] = {}
    steps = 0

    def collect(diagnostic: Diagnostic) -> None:
        found.setdefault((diagnostic.code, diagnostic.span), diagnostic)

    for item in unroll(program.nodes, scope):
        if isinstance(item, Diagnostic):
            collect(item)
            continue
        steps += 1
        if steps > limits.STEPS:
            message = (
                f"the script has more than {limits.STEPS} statements when its loops are unrolled"
            )
            collect(Diagnostic("too-many-steps", message, item.span))
            break
        try:
            check_command(item, scope)
        except ScriptError as error:
            collect(error.diagnostic)
            item.recover(scope)
        for diagnostic in scope.diagnostics:
            collect(diagnostic)
        scope.diagnostics.clear()
    return Report(tuple(sorted(found.values(), key=lambda d: d.span)), steps)
