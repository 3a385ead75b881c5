"""Figures as text: charts of letters in the width of the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from kohort.disclosure.released_figure import Figure
from kohort.render.characters import (
    Style,
    breadth,
    clean,
    left,
    painted,
    right,
    shortened,
    wrapped,
)
from kohort.render.chart_letters import bar, boxed, ending, plane, stair
from kohort.render.chart_marks import NARROW, Mark, Marks, values_by_panel
from kohort.render.look import Look
from kohort.render.notes import note_lines

_UNLIMITED: Final = 80
"""Characters of a line where no terminal says how many there are."""
_DASH: Final = "\u2013"


def figure_lines(figure: Figure, look: Look, zero: str = "0") -> list[str]:
    """Give the lines of a chart: title, what is measured, marks by panel, notes."""
    marks = Marks(figure, look, zero)
    width = look.width or _UNLIMITED
    lines = [painted(clean(figure.title), "bold", look.color)] if figure.title else []
    shown = marks.look_up("median") if figure.kind == "box" else ""
    axes = [text for text in (marks.axis("y"), shown, marks.axis("x")) if text]
    lines += [painted(shortened(" / ".join(axes), width), "dim", look.color)] if axes else []
    for panel in marks.panels:
        if panel:
            lines += ["", painted(panel, "bold", look.color)]
        lines += _PARTS[figure.kind](marks, panel, width)
    notes = note_lines(figure.notes, figure.table.cells, look)
    lines += [painted(line, "dim", look.color) for note in notes for line in wrapped(note, width)]
    return lines


@dataclass(frozen=True)
class _Line:
    """A line of a chart: what names it, its number as text, and what is drawn between."""

    stub: tuple[str, ...]
    told: str
    drawn: Callable[[int], str]
    style: Style = "1st"


def _laid(lines: Sequence[_Line], width: int, look: Look, numbers_right: bool = False) -> list[str]:
    """Put the lines under one another: names, drawing in the room that is left, number."""
    if not lines:
        return []
    columns = len(lines[0].stub)
    most = max(width // 2 // max(columns, 1), 8)
    stubs = [[shortened(text, most) for text in line.stub] for line in lines]
    widths = [max(map(breadth, column)) for column in zip(*stubs, strict=True)]
    numbers = max(breadth(line.told) for line in lines)
    room = max(width - sum(w + 2 for w in widths) - numbers - 2, 8)
    made = []
    for line, stub in zip(lines, _merged(stubs), strict=True):
        names = "".join(left(t, w) + "  " for t, w in zip(stub, widths, strict=True))
        told = right(line.told, numbers) if numbers_right else line.told
        drawn = line.drawn(room)
        drawn = left(drawn, room) if numbers_right else drawn
        shown = f"{painted(drawn, line.style, look.color)} " if drawn else ""
        made.append(f"{names}{shown}{told}".rstrip())
    return made


def _merged(stubs: list[list[str]]) -> list[list[str]]:
    """Leave out a name that the line before has too, except in the last column."""
    made, before = [], [""]
    for stub in stubs:
        same = len(stub) > 1 and stub[0] == before[0]
        made.append(["", *stub[1:]] if same else stub)
        before = stub
    return made


def _part(marks: Marks, panel: str) -> list[Mark]:
    return [mark for mark in marks.every if mark.panel == panel]


def _told(mark: Mark, place: int) -> str:
    return mark.told[place].replace(NARROW, " ")


def _stub(marks: Marks, mark: Mark) -> tuple[str, ...]:
    several = any(marks.distinct("series"))
    return (mark.category, mark.series) if several else (mark.category,)


_STYLES: Final[tuple[Style, ...]] = ("1st", "2nd", "3rd", "4th", "5th", "6th")


def _style(marks: Marks, mark: Mark) -> Style:
    """Give the colour of a mark's series."""
    return _STYLES[marks.distinct("series").index(mark.series) % len(_STYLES)]


def _ends(marks: Marks, *places: int) -> tuple[float, float]:
    """Give the least and greatest number of all marks, so that panels have one scale."""
    found = [mark.numbers[place] for mark in marks.every for place in places]
    known = [number for number in found if number is not None]
    return min(known, default=0.0), max(known, default=0.0)


def _bars(marks: Marks, panel: str, width: int, place: int = 0) -> list[str]:
    low, high = _ends(marks, place)
    low, high = min(low, 0.0), max(high, 0.0)
    return _laid(
        [
            _Line(
                _stub(marks, mark),
                _told(mark, place),
                lambda room, v=mark.numbers[place] or 0.0: bar(v, low, high, room),  # type: ignore[misc]
                _style(marks, mark),
            )
            for mark in _part(marks, panel)
        ],
        width,
        marks.look,
    )


def _histogram(marks: Marks, panel: str, width: int) -> list[str]:
    part = _part(marks, panel)
    high = max(_ends(marks, 2)[1], 0.0)
    wide = [max((breadth(_told(mark, p)) for mark in part), default=0) for p in (0, 1)]
    lines = []
    for mark in part:
        ends = f"{right(_told(mark, 0), wide[0])} {_DASH} {right(_told(mark, 1), wide[1])}"
        stub = mark.category if "discrete" in marks.figure.drawn else ends
        value = mark.numbers[2] or 0.0
        lines.append(_Line((stub,), _told(mark, 2), lambda room, v=value: bar(v, 0, high, room)))  # type: ignore[misc]
    return [*_laid(lines, width, marks.look), *_normal(marks, panel)]


def _normal(marks: Marks, panel: str) -> list[str]:
    """Say which normal curve a drawing has: letters have no room for it."""
    if "normal" not in marks.figure.drawn or not marks.figure.further:
        return []
    depth = sum(role == "panel" for role in marks.figure.roles)
    known = values_by_panel(marks.figure.further[0], marks.look, depth)
    mean, std, *_ = known.get(panel, [None, None])
    if mean is None or std is None:
        return []
    names = marks.look_up("mean"), marks.look_up("std")
    return [f"{names[0]} {ending(mean)}, {names[1]} {ending(std)}"]


def _pie(marks: Marks, panel: str, width: int) -> list[str]:
    return _bars(marks, panel, width, place=1)


def _boxes(marks: Marks, panel: str, width: int) -> list[str]:
    low, high = _ends(marks, 0, 1, 2, 3, 4)
    lines = [
        _Line(
            _stub(marks, mark),
            _told(mark, 2),
            lambda room, n=mark.numbers: boxed(n, low, high, room),  # type: ignore[misc]
            _style(marks, mark),
        )
        for mark in _part(marks, panel)
    ]
    return _laid(lines, width, marks.look, numbers_right=True)


def _intervals(marks: Marks, panel: str, width: int) -> list[str]:
    none = 1.0 if "one" in marks.figure.drawn else 0.0
    low, high = _ends(marks, 0, 1, 2)
    low, high = min(low, none), max(high, none)
    lines = []
    for mark in _part(marks, panel):
        estimate, lower, upper = mark.numbers
        numbers = (lower, None, estimate, None, upper, None, None)
        drawn = _interval(numbers, low, high, none)
        told = f"{_told(mark, 0)}  ({_told(mark, 1)} {_DASH} {_told(mark, 2)})"
        lines.append(_Line(_stub(marks, mark), told, drawn))
    return _laid(lines, width, marks.look, numbers_right=True)


def _interval(
    numbers: tuple[float | None, ...], low: float, high: float, none: float
) -> Callable[[int], str]:
    return lambda room: boxed(numbers, low, high, room, none)


def _flow(marks: Marks, panel: str, width: int) -> list[str]:
    high = _ends(marks, 0)[1]
    lines = [
        _Line(
            (mark.category, f"\u2192 {mark.series}"),
            _told(mark, 0),
            lambda room, v=mark.numbers[0] or 0.0: bar(v, 0, high, room),  # type: ignore[misc]
        )
        for mark in _part(marks, panel)
    ]
    return _laid(lines, width, marks.look)


def _plane(marks: Marks, panel: str, width: int) -> list[str]:
    return plane(marks, width)


def _curves(marks: Marks, panel: str, width: int) -> list[str]:
    return stair(marks, _part(marks, panel), width)


_PARTS: Final[dict[str, Callable[[Marks, str, int], list[str]]]] = {
    "bar": _bars,
    "bins": _histogram,
    "box": _boxes,
    "hexagon": _plane,
    "pie": _pie,
    "flow": _flow,
    "curve": _curves,
    "interval": _intervals,
}
