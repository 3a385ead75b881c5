"""Figures as text: charts of letters in the width of the terminal."""

from __future__ import annotations

from itertools import groupby

from kohort.disclosure.released_figure import Figure
from kohort.render.characters import breadth, clean, left, painted, shortened, wrapped
from kohort.render.chart_marks import Marks
from kohort.render.look import Look
from kohort.render.notes import note_lines
from kohort.render.numbers import written

_UNLIMITED = 80
"""Characters of a line where no terminal says how many there are."""
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL = "█"


def figure_lines(figure: Figure, look: Look, zero: str) -> list[str]:
    """Give the lines of a chart: title, marks by panel, notes."""
    marks = Marks(figure, look)
    lines = [painted(clean(figure.title), "bold", look.color)] if figure.title else []
    head = ", ".join(text for text in (marks.axis("y"),) if text)
    lines += [painted(head, "dim", look.color)] if head else []
    lines += _bars(marks, zero)
    notes = note_lines(figure.notes, figure.table.cells, look)
    width = look.width or _UNLIMITED
    lines += [painted(line, "dim", look.color) for note in notes for line in wrapped(note, width)]
    return lines


def _bars(marks: Marks, zero: str) -> list[str]:
    """Give a line for each bar: its place, its series, a bar from zero, its number."""
    figure, look = marks.figure, marks.look
    width = look.width or _UNLIMITED
    name = marks.names[0]
    told = [written(line[0], name, zero) for line in figure.table.cells]
    several = len(marks.distinct("series")) > 1
    labels = [[mark.category, mark.series] if several else [mark.category] for mark in marks.every]
    most = max(width // 3 // max(len(labels[0]) if labels else 1, 1), 8)
    labels = [[shortened(text, most) for text in line] for line in labels]
    widths = [max(map(breadth, column)) for column in zip(*labels, strict=True)]
    numbers = max(map(breadth, told), default=0)
    room = max(width - sum(widths) - 2 * len(widths) - numbers - 2, 8)
    values = [mark.numbers[0] or 0.0 for mark in marks.every]
    low, high = min(0.0, *values) if values else 0.0, max(0.0, *values) if values else 0.0
    lines: list[str] = []
    rows = zip(marks.every, labels, told, values, strict=True)
    for panel, part in groupby(rows, key=lambda row: row[0].panel):
        lines += [*([""] if lines else []), painted(panel, "bold", look.color)] if panel else []
        before: str | None = None
        for mark, label, text, value in part:
            shown = list(label)
            if several and mark.category == before:
                shown[0] = ""
            before = mark.category
            stub = "  ".join(left(t, w) for t, w in zip(shown, widths, strict=True))
            lines.append(f"{stub}  {bar(value, low, high, room)} {text}".rstrip())
    return lines


def bar(value: float, low: float, high: float, room: int) -> str:
    """Give a bar between zero and a value on an axis from `low` to `high`, `room` letters long."""
    if high <= low or value == 0:
        return ""
    zero = round(-low / (high - low) * room)
    if value < 0:
        size = max(1, round(-value / (high - low) * room))
        return " " * max(zero - size, 0) + _FULL * size
    eighths = max(1, round(value / (high - low) * room * 8))
    return " " * zero + _FULL * (eighths // 8) + _EIGHTHS[eighths % 8].rstrip()
