"""Script text -> logical lines: continuations, comments, raw blocks. Offsets are those of the text.

A logical line's text has as many characters as the part of the script that it covers: what does not
belong to the statement (comments, the backslash and line break of a continuation) becomes blanks,
curly quotes become straight ones. So a place in a line is a place in the script.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kohort.diagnostic import NOWHERE, Diagnostic, Span

_BREAK: Final = re.compile(r"\r\n|\n|\r")
_DOUBLE: Final = '"“”„‟'
_SINGLE: Final = "'‘’‚‛"
_CURLY: Final = frozenset((_DOUBLE + _SINGLE).replace('"', "").replace("'", ""))
_INVISIBLE: Final = re.compile("[\ufeff\u200b\u2060]")
_PART: Final = re.compile(
    rf"""'[^']*'|"[^"]*"|[{_DOUBLE[1:]}][^{_DOUBLE}]*[{_DOUBLE}]|[{_SINGLE[1:]}][^{_SINGLE}]*[{_SINGLE}]"""
    rf"""|//|[{_DOUBLE}{_SINGLE}]"""
)


@dataclass(frozen=True)
class Line:
    """One logical line: a statement's text and its offset in the script.

    `raw` is the text of a raw block that the line opens (None elsewhere), at `raw_span`.
    """

    text: str
    start: int
    raw: str | None = None
    raw_span: Span = NOWHERE

    @property
    def span(self) -> Span:
        """The range of the text without blanks at both ends."""
        left = len(self.text) - len(self.text.lstrip())
        return Span(self.start + left, self.start + max(left, len(self.text.rstrip())))


def logical_lines(text: str, blocks: Mapping[str, str]) -> Iterator[Line | Diagnostic]:
    """Give the statements of a script in order, and a diagnostic where its form is wrong.

    `blocks` maps the word that opens a raw block to the word that closes it, each alone on its
    line. Curly quotes outside texts give one notice for the whole script.
    """
    physical = list(physical_lines(text))
    closers = {closer: opener for opener, closer in blocks.items()}
    position, told = 0, False
    while position < len(physical):
        first = position
        parts, position, curly = _continued(physical, position)
        if curly is not None and not told:
            told = True
            yield _curly_notice(curly)
        line = Line("".join(parts), physical[first][0])
        word = line.text.strip()
        if word in blocks:
            line, position, problem = _raw_block(line, blocks[word], physical, position)
            if problem is not None:
                yield problem
            else:
                yield line
        elif word in closers:
            yield Diagnostic(
                "unmatched-end",
                f"'{word}' closes nothing here",
                line.span,
                f"it belongs to a '{closers[word]}'",
            )
        elif word:
            yield line


def physical_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Give each line of a text: its offset, what it says, and the line break that ends it."""
    start = 0
    for found in _BREAK.finditer(text):
        yield start, text[start : found.start()], found[0]
        start = found.end()
    yield start, text[start:], ""


def _continued(
    physical: list[tuple[int, str, str]], position: int
) -> tuple[list[str], int, int | None]:
    """Join a line with those that continue it; give also the place of the first curly quote."""
    parts: list[str] = []
    curly = None
    while position < len(physical):
        start, written, ending = physical[position]
        position += 1
        text, at = _cleaned(written, not parts)
        if at is not None and curly is None:
            curly = start + at
        body = text.rstrip()
        open_ended = body.endswith("\\") and position < len(physical)
        if body.endswith("\\"):
            text = body[:-1].ljust(len(text))
        # a line of nothing but a comment between continued lines does not end the statement
        between = bool(parts) and not body and bool(written.strip())
        if not open_ended and not (between and position < len(physical)):
            parts.append(text)
            break
        parts.append(text + " " * len(ending))
    return parts, position, curly


def _cleaned(written: str, opens: bool) -> tuple[str, int | None]:
    """Blank out comments, straighten curly quotes; give also the place of the first of these."""
    text = written
    if not text.isascii():
        text = _INVISIBLE.sub(" ", text)
    # a continued line may begin with the `#` of an interaction
    if opens and text.lstrip().startswith("#"):
        return " " * len(text), None
    curly = not text.isascii() and not _CURLY.isdisjoint(text)
    if not curly and "//" not in text:
        return text, None
    first, done, parts = None, 0, []
    for found in _PART.finditer(text):
        part = found[0]
        if part == "//":
            parts += [text[done : found.start()], " " * (len(text) - found.start())]
            done = len(text)
            break
        if part[0] in _CURLY:
            first = found.start() if first is None else first
            parts += [text[done : found.start()], _straight(part)]
            done = found.end()
        elif len(part) == 1:
            break
    return "".join([*parts, text[done:]]), first


def _straight(part: str) -> str:
    plain = '"' if part[0] in _DOUBLE else "'"
    return plain if len(part) == 1 else plain + part[1:-1] + plain


def _raw_block(
    line: Line, closer: str, physical: list[tuple[int, str, str]], position: int
) -> tuple[Line, int, Diagnostic | None]:
    begin = physical[position][0] if position < len(physical) else line.start + len(line.text)
    for index in range(position, len(physical)):
        if physical[index][1].strip() == closer:
            inside = physical[position:index]
            raw = "\n".join(written for _, written, _ in inside)
            end = max(begin, physical[index][0] - len(physical[index - 1][2]))
            return Line(line.text, line.start, raw, Span(begin, end)), index + 1, None
    word = line.text.strip()
    message = f"'{word}' is never closed"
    hint = f"add a line '{closer}' after the text"
    return line, len(physical), Diagnostic("block-open", message, line.span, hint)


def _curly_notice(offset: int) -> Diagnostic:
    return Diagnostic(
        "curly-quotes",
        "curly quotes are read as straight quotes",
        Span(offset, offset + 1),
        "write ' or \" to be safe in other programs",
        "notice",
    )


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Give line and column of an offset, both counted from 1."""
    starts = _line_starts(text)
    line = bisect_right(starts, min(max(offset, 0), len(text)))
    return line, offset - starts[line - 1] + 1


@lru_cache(maxsize=8)
def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in _BREAK.finditer(text))]
