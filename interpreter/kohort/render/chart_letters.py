"""Bars, boxes, planes and curves drawn with letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kohort.render.chart_hexagons import class_name, step
from kohort.render.chart_marks import NARROW, Mark, Marks, grouped
from kohort.render.headings import heading
from kohort.render.numbers import number

_EIGHTHS: Final = " ▏▎▍▌▋▊▉"
_FULL: Final = "█"
_SHADES: Final = "░▒▓█"
_SERIES: Final = "*o+x#@%&"
_HIGH: Final = 16


def bar(value: float, low: float, high: float, room: int) -> str:
    """Give a bar between zero and a value on an axis from `low` to `high`, `room` letters long."""
    if high <= low or value == 0:
        return ""
    zero = round(-low / (high - low) * room)
    if value < 0:
        size = max(1, round(-value / (high - low) * room))
        return " " * max(zero - size, 0) + _FULL * size
    eighths = max(1, round(value / (high - low) * (room if low == 0 else room - zero) * 8))
    if low < 0:
        eighths = max(1, round(value / high * (room - zero) * 8))
    return " " * zero + _FULL * (eighths // 8) + _EIGHTHS[eighths % 8].rstrip()


def boxed(
    numbers: Sequence[float | None], low: float, high: float, room: int, none: float | None = None
) -> str:
    """Give a box on an axis from `low` to `high`: whiskers, quartiles, median and mean.

    `numbers`: lower whisker, quartiles, upper whisker, mean (others do not count). `none`: where a
    line marks no effect.
    """

    def spot(value: float) -> int:
        share = (value - low) / (high - low) if high > low else 0.5
        return min(max(round(share * (room - 1)), 0), room - 1)

    letters = [" "] * room
    if none is not None:
        letters[spot(none)] = "┊"
    lower, first, middle, third, upper, mean = numbers[:6]
    if lower is not None and upper is not None:
        for place in range(spot(lower), spot(upper) + 1):
            letters[place] = "─"
        letters[spot(lower)], letters[spot(upper)] = "├", "┤"
    if first is not None and third is not None:
        for place in range(spot(first), spot(third) + 1):
            letters[place] = "▒"
    if mean is not None:
        letters[spot(mean)] = "◆"
    if middle is not None:
        letters[spot(middle)] = "●" if none is not None else "┃"
    return "".join(letters).rstrip()


def plane(marks: Marks, width: int) -> list[str]:
    """Give hexagons as shaded places of a plane, with the ends of its axes and a legend."""
    every = [mark.numbers for mark in marks.every]
    xs, ys = ([n[axis] or 0.0 for n in every] for axis in (0, 1))
    half = [step([*values]) for values in (xs, ys)]
    low, high = (min(xs), min(ys)), (max(xs), max(ys))
    classes = sorted({n[2] or 0.0 for n in every})
    columns = round((high[0] - low[0]) / half[0]) + 1
    rows = round((high[1] - low[1]) / half[1]) + 1
    names = [ending(low[1]), ending(high[1])]
    edge = max(map(len, names))
    letters = 2 if 2 * columns + edge + 2 <= width else 1
    grid = [[" "] * columns for _ in range(rows)]
    for numbers in every:
        row = round(((numbers[1] or 0.0) - low[1]) / half[1])
        column = round(((numbers[0] or 0.0) - low[0]) / half[0])
        grid[row][column] = shade(classes.index(numbers[2] or 0.0), len(classes))
    lines = []
    for place in reversed(range(rows)):
        name = names[1] if place == rows - 1 else names[0] if place == 0 else ""
        text = "".join(letter * letters for letter in grid[place])
        lines.append(f"{name.rjust(edge)} │{text}".rstrip())
    ends = [ending(low[0]), ending(high[0])]
    if marks.figure.further:
        codes = [heading(row[0], marks.look) for row in marks.figure.further[0].rows]
        ends = [codes[round(low[0])], codes[round(high[0])]]
    between = max(letters * columns - len(ends[0]) - len(ends[1]), 1)
    lines.append(f"{' ' * edge} └{'─' * letters * columns}")
    lines.append(f"{' ' * edge}  {ends[0]}{' ' * between}{ends[1]}")
    lines.append(_legend(every, len(classes)))
    return lines


def shade(place: int, count: int) -> str:
    """Give the letter of a class, the darker the higher."""
    return _SHADES[place * len(_SHADES) // max(count, 1)]


def _legend(every: Sequence[tuple[float | None, ...]], count: int) -> str:
    """Say which counts a letter stands for; classes that share one are put together."""
    ends = sorted({(n[2] or 0.0, n[3]) for n in every}, key=lambda pair: pair[0])
    merged: dict[str, tuple[float, float | None]] = {}
    for place, (low, high) in enumerate(ends):
        letter = shade(place, count)
        merged[letter] = (merged[letter][0] if letter in merged else low, high)
    return "  ".join(
        f"{letter * 2} {class_name(low, high)}" for letter, (low, high) in merged.items()
    )


def stair(marks: Marks, part: Sequence[Mark], width: int) -> list[str]:
    """Give curves as letters over a plane, one letter for each series."""
    series = list(dict.fromkeys(mark.series for mark in part))
    points = [(m.series, m.numbers[0], m.numbers[1]) for m in part]
    known = [(s, x, y) for s, x, y in points if x is not None and y is not None]
    if not known:
        return []
    right_end = max(x for _, x, _ in known)
    low, high = min(0.0, *(y for *_, y in known)), max(y for *_, y in known)
    edge = max(len(ending(low)), len(ending(high)))
    columns = max(width - edge - 2, 16)
    grid = [[" "] * columns for _ in range(_HIGH)]
    for place, name in enumerate(series):
        mine = [(x, y) for s, x, y in known if s == name]
        before: int | None = None
        for column in range(columns):
            y = _at(mine, right_end * column / (columns - 1), "step" in marks.figure.drawn)
            if y is None or high <= low:
                continue
            row = round((y - low) / (high - low) * (_HIGH - 1))
            first, last = sorted((row, row if before is None else before))
            for between in range(first, last):
                grid[between][column] = _SERIES[place % len(_SERIES)]
            grid[row][column] = _SERIES[place % len(_SERIES)]
            before = row
    lines = []
    for place in reversed(range(_HIGH)):
        name = ending(high) if place == _HIGH - 1 else ending(low) if place == 0 else ""
        lines.append(f"{name.rjust(edge)} │{''.join(grid[place])}".rstrip())
    lines.append(f"{' ' * edge} └{'─' * columns}")
    lines.append(f"{' ' * edge}  0{ending(right_end).rjust(columns - 1)}")
    if any(series):
        keys = (f"{_SERIES[i % len(_SERIES)]} {name}" for i, name in enumerate(series))
        lines.append("  ".join(keys))
    return lines


def _at(points: Sequence[tuple[float, float]], x: float, steps: bool) -> float | None:
    """Give a curve's height at a place, None beyond its last point."""
    before = [point for point in points if point[0] <= x]
    after = [point for point in points if point[0] >= x]
    if not after or not before:
        return None
    (x0, y0), (x1, y1) = before[-1], after[0]
    return y0 if steps or x1 == x0 else y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def ending(value: float) -> str:
    """Give an end of an axis as text."""
    return grouped(number(value, "mean")).replace(NARROW, " ")
