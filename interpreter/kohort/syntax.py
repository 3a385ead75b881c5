"""One logical line -> a statement or the one diagnostic that says what is wrong with its form."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from lark import Token, Tree, UnexpectedInput

from kohort import limits
from kohort.command import commands
from kohort.diagnostic import Diagnostic, ScriptError, Span, wrong
from kohort.misreading import explained, unknown_command
from kohort.parser import automaton, parser, sentences
from kohort.phrase_tree import build
from kohort.phrases import Options
from kohort.source import Line, logical_lines

_FIRST: Final = re.compile(r"[\w-]+")
_BOUND: Final = re.compile(r"\$|\+\+|\b(?:bind|to_symbol|to_int|to_str|date_fmt)\s*\(")
_QUOTED: Final = re.compile(r"['\"(]")
_COMPUTED: Final = frozenset({"computed_name", "joined_name"})
_EXPRESSION: Final = frozenset({"binary", "unary", "call", "concatenation", "joined_name"})
_LEAVES: Final = frozenset({"NUMBER", "STRING", "MISSING", "BINDING", "NAME"})
_LONG: Final = 20_000
"""Scripts of more characters than this are parsed without garbage collections."""

_SHORT: Final = 200
"""Lines up to this length cannot hold an expression that is too large or too deep."""


@dataclass(frozen=True)
class Statement:
    """A statement as parsed: the command's word and its phrases, bindings still inside.

    `has_bindings` tells whether something must be worked out before the command can be made.
    """

    command: str
    phrases: tuple[Any, ...]
    span: Span
    has_bindings: bool


def parse(text: str) -> list[Statement | Diagnostic]:
    """Parse a script line by line: each bad line gives one diagnostic, the others are untouched."""
    if len(text) > limits.SCRIPT:
        message = f"the script has more than {limits.SCRIPT} characters"
        return [Diagnostic("script-too-long", message)]
    found: list[Statement | Diagnostic] = []
    with _collector_paused(len(text) > _LONG):
        for line in logical_lines(text, raw_blocks()):
            if len(found) >= limits.STATEMENTS:
                message = f"the script has more than {limits.STATEMENTS} statements"
                found.append(Diagnostic("script-too-long", message, line.span))
                break
            found.append(line if isinstance(line, Diagnostic) else parse_line(line))
    return found


@contextmanager
def _collector_paused(worthwhile: bool) -> Iterator[None]:
    """Pause the garbage collector: trees hold no cycles, and its walks double the time."""
    running = worthwhile and gc.isenabled()
    if running:
        gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def parse_line(line: Line) -> Statement | Diagnostic:
    """Parse one logical line."""
    try:
        return _statement(line)
    except ScriptError as error:
        return error.diagnostic


def raw_blocks() -> Mapping[str, str]:
    """Give the words that open a block of raw text, each with the word that closes it."""
    found = ((name, command.raw_until) for name, command in commands().items())
    return {name: closer for name, closer in found if closer is not None}


def _statement(line: Line) -> Statement:
    text, span = line.text.rstrip(), line.span
    first = _FIRST.match(text, span.start - line.start)
    word = first[0] if first is not None else ""
    known = sentences()
    if word not in known or word not in commands():
        raise ScriptError(unknown_command(text, span, word))
    tree = _tree(text)
    if isinstance(tree, UnexpectedInput):
        raise ScriptError(explained(tree, text, line.start, word))
    if len(text) > _SHORT:
        _check_size(tree, span)
    phrases = [build(child, line.start) for child in tree.children]
    if line.raw is not None:
        phrases.append(line.raw)
        span = span.to(line.raw_span)
    if known[word] and phrases[-1] is None:
        phrases[-1] = Options((), Span(span.end, span.end))
    bound = _BOUND.search(text) is not None or (_QUOTED.search(text) and _computed(tree))
    return Statement(word, tuple(phrases), span, bool(bound))


def _computed(tree: Tree[Token]) -> bool:
    """Tell whether a name or date in the statement is to be worked out."""
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tree):
            if node.data in _COMPUTED:
                return True
            waiting.extend(node.children)
    return False


@lru_cache(maxsize=1024)
def _tree(text: str) -> Tree[Token] | UnexpectedInput:
    # scripts repeat themselves, and a loop's or a prompt's script is parsed again and again
    tree = automaton().tree(text)
    if tree is not None:
        return tree
    try:
        return parser().parse(text)
    except UnexpectedInput as error:
        return error


def _check_size(tree: Tree[Token], span: Span) -> None:
    """Refuse expressions that are too large or too deep, before anything walks them."""
    waiting: list[tuple[Any, int, list[int]]] = [(tree, 0, [0])]
    while waiting:
        node, depth, count = waiting.pop()
        if not isinstance(node, Tree):
            count[0] += node is not None and node.type in _LEAVES
        else:
            inside = node.data in _EXPRESSION
            depth, count[0] = depth + inside, count[0] + inside
            same = inside or node.data == "arguments"
            waiting.extend((child, depth, count if same else [0]) for child in node.children)
        if depth > limits.NESTING or count[0] > limits.NODES:
            _too_large(span, depth > limits.NESTING)


def _too_large(span: Span, deep: bool) -> None:
    what = f"nests more than {limits.NESTING} levels" if deep else "has too many parts"
    hint = "work out a part of it with 'generate' first"
    wrong("expression-too-large", f"an expression in this statement {what}", span, hint)
