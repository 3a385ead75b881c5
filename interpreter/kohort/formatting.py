"""Formats scripts: blanks, indents and breaks as the manual writes them; never what they mean."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final

from kohort import exit_code
from kohort.command import commands
from kohort.diagnostic import Diagnostic, Span
from kohort.output import write
from kohort.script_file import STANDARD_INPUT, read_script, rewrite_script
from kohort.source import Line, logical_lines, physical_lines
from kohort.spacing import broken, pieces
from kohort.syntax import parse, parse_line, raw_blocks

_INDENT: Final = "  "
_GAP: Final = 2
"""The least number of blanks before a comment after a statement."""


def format_files(files: Sequence[str], check: bool) -> int:
    """Rewrite script files, or only name those that would change. `-` is standard input to output.

    Gives the exit code: with `check` 1 where a file would change. Raises `Trouble`.
    """
    codes = [exit_code.DONE]
    for given in files:
        script = read_script(given)
        text = formatted(script.text)
        changes = text != script.text
        if check:
            if changes:
                write(sys.stdout, f"{script.name}\n")
                codes.append(exit_code.WRONG)
        elif given == STANDARD_INPUT:
            write(sys.stdout, text)
        elif changes:
            rewrite_script(given, text)
    return exit_code.most_serious(codes)


def formatted(text: str) -> str:
    """Give the script formatted; lines that are not statements stay exactly as they are."""
    made = _Script(text).formatted()
    # No mistake of the formatter may ever cost somebody a script.
    return made if placeless(parse(made)) == placeless(parse(text)) else text


def placeless(node: Any) -> Any:
    """Give parsed statements without their places, for comparing what two scripts say."""
    if isinstance(node, Span):
        return None
    if isinstance(node, Diagnostic):
        return None if node.severity == "notice" else node.code
    if is_dataclass(node):
        parts = (placeless(getattr(node, field.name)) for field in fields(node))
        return (type(node).__name__, *parts)
    if isinstance(node, (tuple, list)):
        found = (placeless(item) for item in node)
        # That curly quotes were straightened is no part of what a script says.
        return tuple(item for item, given in zip(found, node, strict=True) if not _notice(given))
    return node


def _notice(node: Any) -> bool:
    return isinstance(node, Diagnostic) and node.severity == "notice"


class _Script:
    """One script on its way from physical line to physical line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = list(physical_lines(text))
        self.starts = [start for start, _, _ in self.lines]
        self.ending = next((ending for _, _, ending in self.lines if ending), "\n")
        self.blocks = raw_blocks()
        self.depth = 0
        self.done = 0
        self.made: list[str] = []

    def formatted(self) -> str:
        """Give the whole script."""
        for item in logical_lines(self.text, self.blocks):
            if isinstance(item, Line):
                self._between(self._row(item.start))
                self._statement(item)
            elif item.code == "block-open":
                self._between(self._row(item.span.start))
                self._as_written(len(self.lines))
                return self.ending.join(self.made)
        self._between(len(self.lines))
        while self.made and not self.made[-1]:
            self.made.pop()
        return self.ending.join([*self.made, ""]) if self.made else ""

    def _row(self, offset: int) -> int:
        return bisect_right(self.starts, offset) - 1

    def _between(self, until: int) -> None:
        """Take over the lines before the next statement: comments, blank lines, loose ends."""
        for _, written, _ in self.lines[self.done : until]:
            body = written.strip()
            if body.startswith(("//", "#")):
                self.made.append(_INDENT * self.depth + body)
            elif body:
                self.made.append(written)
            elif self.made and self.made[-1]:
                self.made.append("")
        self.done = max(self.done, until)

    def _as_written(self, until: int) -> None:
        self.made += [written for _, written, _ in self.lines[self.done : until]]
        self.done = until

    def _statement(self, line: Line) -> None:
        until = self._row(line.start + len(line.text)) + 1
        word = line.text.split(maxsplit=1)[0]
        command = commands().get(word)
        if command is not None and command.closes_block:
            self.depth = max(0, self.depth - 1)
        rows = None
        if not isinstance(parse_line(line), Diagnostic):
            rows = self._rows(line, until)
        if rows is None:
            self._as_written(until)
        else:
            self.made += rows
            self.done = until
            if until > 1 and not self.lines[until - 1][1].strip():
                self.made.append("")
        if line.raw is not None:
            self._raw(self.blocks[word])
        if command is not None and command.opens_block:
            self.depth += 1

    def _raw(self, closer: str) -> None:
        """Take over a block of text as it is, and the word that closes it."""
        until = next(
            row for row in range(self.done, len(self.lines)) if self.lines[row][1].strip() == closer
        )
        self._as_written(until)
        self.made.append(_INDENT * self.depth + closer)
        self.done = until + 1

    def _rows(self, line: Line, until: int) -> list[str] | None:
        """Write a statement; None where a comment stands inside it or it cannot be split."""
        breaks: list[int] = []
        comment = ""
        for row in range(self.done, until):
            start, written, _ = self.lines[row]
            if comment:
                return None
            said = line.text[start - line.start :][: len(written)].rstrip()
            after = written[len(said) :].strip()
            if after.startswith(("//", "#")):
                gap = len(written) - len(said) - len(written[len(said) :].lstrip())
                comment = " " * max(_GAP, gap) + after
            breaks.append(start - line.start)
        parts = pieces(line.text.rstrip())
        if parts is None:
            return None
        rows = broken(parts, _INDENT * self.depth, breaks[1:])
        return [*rows[:-1], rows[-1] + comment]
