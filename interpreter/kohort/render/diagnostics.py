"""Draws a diagnostic: what is wrong, the place in the script, and the hint."""

from __future__ import annotations

from typing import Final

from kohort.diagnostic import NOWHERE, Diagnostic, Severity, Span
from kohort.messages import find, translated
from kohort.render.characters import Style, breadth, clean, painted, wrapped
from kohort.render.look import Look

INDENT: Final = "  "
WIDTH: Final = 100
"""Columns that a source line may take where the reader's width is not known."""

MOST_LINES: Final = 4
TAB: Final = 4

_STYLES: Final[dict[Severity, Style]] = {
    "error": "red",
    "refusal": "yellow",
    "failure": "red",
    "notice": "blue",
}


def place(source: str, offset: int) -> tuple[int, int]:
    """Give line and column of an offset, both from 1, the column in characters."""
    offset = min(max(offset, 0), len(source))
    line_start = source.rfind("\n", 0, offset) + 1
    return source.count("\n", 0, offset) + 1, offset - line_start + 1


def message_text(diagnostic: Diagnostic, look: Look) -> str:
    """Give what is wrong, in the reader's language where the code has a text there."""
    told = translated("diagnostics", diagnostic.code, diagnostic.message, look.language)
    return clean(told)


def hint_text(diagnostic: Diagnostic, look: Look) -> str | None:
    """Give what to do about it, in the reader's language where the hint has a text there."""
    if diagnostic.hint is None:
        return None
    return clean(translated("hints", None, diagnostic.hint, look.language))


def diagnostic_text(diagnostic: Diagnostic, look: Look, source: str = "") -> str:
    """Give a diagnostic as lines of text: head, source lines with carets, hint.

    Without `source`, or where the diagnostic has no place, only head and hint.
    """
    placed = diagnostic.span != NOWHERE and bool(source)
    lines = _head(diagnostic, look, place(source, diagnostic.span.start)[0] if placed else None)
    if placed:
        lines += _source_lines(diagnostic, look, source)
    if hint := hint_text(diagnostic, look):
        lines += _fitting(f"{INDENT}{find('places', 'hint', look.language)}: {hint}", look)
    return "\n".join(lines)


def _head(diagnostic: Diagnostic, look: Look, line: int | None) -> list[str]:
    severity = find("severity", diagnostic.severity, look.language)
    style = _STYLES[diagnostic.severity]
    marked = [part for part in (severity or "", clean(diagnostic.code)) if part]
    where = [] if line is None else [f"{find('places', 'line', look.language)} {line}"]
    told = f"{' '.join(marked + where)}: {message_text(diagnostic, look)}"
    first, *rest = _fitting(told, look)
    plain = " ".join(marked)
    if first.startswith(plain):
        first = " ".join(painted(part, style, look.color) for part in marked) + first[len(plain) :]
    return [first, *rest]


def _fitting(text: str, look: Look) -> list[str]:
    """Give a line, broken between words where the reader's screen is narrower than it."""
    if look.width is None or breadth(text) <= look.width:
        return [text]
    indent = INDENT if text.startswith(INDENT) else ""
    lines = wrapped(text.strip(), max(look.width - len(indent) - len(INDENT), 20))
    return [indent + lines[0], *(indent + INDENT + line for line in lines[1:])]


def _source_lines(diagnostic: Diagnostic, look: Look, source: str) -> list[str]:
    """Draw the lines that the span touches, the first `MOST_LINES` of them; no blank ones."""
    style = _STYLES[diagnostic.severity]
    room = (look.width or WIDTH) - len(INDENT)
    touched = _touched(source, diagnostic.span)
    told = [(line, inside) for line, inside in touched if line.strip()] or touched[:1]
    lines: list[str] = []
    for line, inside in told[:MOST_LINES]:
        text, carets = _drawn(line, inside, room)
        lines += [INDENT + text, INDENT + painted_carets(carets, style, look.color)]
    if len(told) > MOST_LINES:
        lines.append(f"{INDENT}…")
    return [line.rstrip() for line in lines if line.strip()]


def _touched(source: str, span: Span) -> list[tuple[str, Span]]:
    """Give each line that a span touches and the range within it; at least one line."""
    start = min(max(span.start, 0), len(source))
    end = min(max(span.end, start), len(source))
    line_start = source.rfind("\n", 0, start) + 1
    lines = []
    while True:
        line_end = source.find("\n", line_start)
        line_end = len(source) if line_end < 0 else line_end
        line = source[line_start:line_end].removesuffix("\r")
        low, high = max(start - line_start, 0), min(end - line_start, len(line))
        lines.append((line, Span(low, max(low, high))))
        line_start = line_end + 1
        if line_start >= end:
            return lines


def painted_carets(carets: str, style: Style, color: bool) -> str:
    """Colour carets, not the blanks before them."""
    marks = carets.lstrip()
    return carets[: len(carets) - len(marks)] + painted(marks, style, color)


def _drawn(line: str, inside: Span, room: int) -> tuple[str, str]:
    """Give a source line as it is shown and the carets under the range, both cut to `room`."""
    pieces = _pieces(line)
    low, high = _trimmed(line, inside)
    first, last = _window(pieces, low, high, room)
    before = "…" if first > 0 else ""
    after = "…" if last < len(pieces) else ""
    indent = breadth(before + "".join(pieces[first:low]))
    marked = breadth("".join(pieces[low : min(high, last)]))
    text = before + "".join(pieces[first:last]) + after
    return text, " " * indent + "^" * max(marked, 1)


def _pieces(line: str) -> list[str]:
    """Give what is shown for each character: blanks up to the next stop for a tab."""
    pieces: list[str] = []
    column = 0
    for character in line:
        piece = " " * (TAB - column % TAB) if character == "\t" else clean(character)
        pieces.append(piece)
        column += breadth(piece)
    return pieces


def _trimmed(line: str, inside: Span) -> tuple[int, int]:
    """Give the range without the blanks at its ends, as far as that leaves anything."""
    low, high = min(inside.start, len(line)), max(inside.end, inside.start)
    text = line[low:high]
    if text.strip():
        return low + len(text) - len(text.lstrip()), low + len(text.rstrip())
    return low, low


def _window(pieces: list[str], low: int, high: int, room: int) -> tuple[int, int]:
    """Give which characters to show: all if they fit, else the range and as much around it."""
    widths = [breadth(piece) for piece in pieces]
    if sum(widths) <= room:
        return 0, len(pieces)
    room = max(room - 2, 10)  # an ellipsis at either end
    lead = max(room - sum(widths[low:high]), 0) // 2
    first = low
    while first > 0 and widths[first - 1] <= lead:
        first -= 1
        lead -= widths[first]
    last, used = first, 0
    while last < len(pieces) and used + widths[last] <= room:
        used += widths[last]
        last += 1
    while last == len(pieces) and first > 0 and used + widths[first - 1] <= room:
        first -= 1
        used += widths[first]
    return first, last
