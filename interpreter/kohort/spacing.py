"""Where blanks stand in a statement as the formatter writes it, and where it may be broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from lark import Token, Tree, UnexpectedInput

from kohort.parser import automaton, parser

WIDTH: Final = 100
_CONTINUED: Final = "    "
_FREE: Final = frozenset({"FILE", "SEARCHED", "TOPIC", "BANK", "PATH"})
"""Terminals that may look like a sign."""


@dataclass(frozen=True)
class Piece:
    """A part of a statement without a blank in it (but in texts).

    `start` and `end` are its place in the line, `depth` counts the parentheses open before it.
    """

    text: str
    start: int
    end: int
    depth: int


def pieces(text: str) -> list[Piece] | None:
    """Split a statement where blanks belong. None where it is not a statement.

    Joined by blanks, the pieces are the same statement: that is looked up, not believed.
    """
    tree = automaton().tree(text)
    if tree is None:
        return None
    try:
        tokens = parser().parse_interactive(text).exhaust_lexer()
    except UnexpectedInput:
        return None
    made = _joined(tokens, *_places(tree))
    return made if automaton().tree(" ".join(piece.text for piece in made)) == tree else None


def _places(tree: Tree[Token]) -> tuple[set[int], set[int]]:
    """Give the places of operators between two operands, and of the names of calls."""
    operators: set[int] = set()
    calls: set[int] = set()
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Tree):
            continue
        if node.data == "binary":
            operators.add(_start(node.children[1]))
        elif node.data == "call":
            calls.add(_start(node.children[0]))
        waiting.extend(node.children)
    return operators, calls


def _start(token: Any) -> int:
    assert isinstance(token, Token)
    assert token.start_pos is not None
    return token.start_pos


def _joined(tokens: Sequence[Token], operators: set[int], calls: set[int]) -> list[Piece]:
    made: list[Piece] = []
    depth, before = 0, None
    for token in tokens:
        start = _start(token)
        sign = "" if token.type in _FREE else token.value
        if before is not None and _glued(before, token, operators, calls):
            last = made.pop()
            made.append(Piece(last.text + token, last.start, start + len(token), last.depth))
        else:
            made.append(Piece(str(token), start, start + len(token), depth))
        depth += (sign == "(") - (sign == ")")
        before = token
    return made


def _glued(before: Token, token: Token, operators: set[int], calls: set[int]) -> bool:
    """Tell whether no blank stands between two tokens."""
    left = "" if before.type in _FREE else before.value
    right = "" if token.type in _FREE else token.value
    if right in {",", ")"} or left == "(" or left == "!":
        return True
    if right == "(":
        return before.type == "OPTION" or _start(before) in calls
    if "INTERACTION" in (before.type, token.type) or before.type == "PREFIX":
        return True
    # the sign of a number, and the `/` of an interval
    if left in {"-", "/"} and _start(before) not in operators:
        return True
    return right == "/" and _start(token) not in operators


def broken(parts: Sequence[Piece], indent: str, kept: Sequence[int]) -> list[str]:
    """Write a statement on as few lines as its width allows.

    One that does not fit on one line keeps the breaks that it has (`kept`: offsets), and is broken
    further where a line is still too wide: outside parentheses where that is possible.
    """
    whole = indent + " ".join(piece.text for piece in parts)
    if len(whole) <= WIDTH:
        return [whole]
    lines: list[list[Piece]] = [[]]
    for piece in parts:
        if lines[-1] and any(lines[-1][-1].end <= place <= piece.start for place in kept):
            lines.append([])
        lines[-1].append(piece)
    rows: list[str] = []
    for number, line in enumerate(lines):
        rest = line
        while rest:
            margin = indent + _CONTINUED if rows else indent
            last = number == len(lines) - 1
            count = _fitting(rest, WIDTH - len(margin), 0 if last else 2)
            rows.append(margin + " ".join(piece.text for piece in rest[:count]))
            rest = rest[count:]
    return [*(f"{row} \\" for row in rows[:-1]), rows[-1]]


def _fitting(line: Sequence[Piece], width: int, tail: int) -> int:
    """Give how many pieces go on one line; `tail` is what must follow the last of them."""
    if sum(len(piece.text) + 1 for piece in line) - 1 + tail <= width:
        return len(line)
    fits, used = [], -1
    for count, piece in enumerate(line[:-1], 1):
        used += len(piece.text) + 1
        if used + 2 <= width:
            fits.append(count)
    lowest = min((line[count].depth for count in fits), default=0)
    return max((count for count in fits if line[count].depth == lowest), default=1)


__all__ = ["WIDTH", "Piece", "broken", "pieces"]
