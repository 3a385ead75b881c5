"""Hexagons over two variables, darker where more units are."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from kohort.render.chart_marks import Marks, value_of
from kohort.render.chart_panels import Spec
from kohort.render.chart_style import shades
from kohort.render.headings import heading
from kohort.render.numbers import number

_WIDTH, _HEIGHT = 420, 440


def hexagons(marks: Marks) -> Spec:
    """Give the part of a specification that draws hexagons."""
    classes = sorted({(m.numbers[2] or 0, m.numbers[3]) for m in marks.every}, key=lambda c: c[0])
    names = {low: class_name(low, high) for low, high in classes}
    values = [
        {"x": mark.numbers[0], "y": mark.numbers[1], "class": names[mark.numbers[2] or 0]}
        for mark in marks.every
    ]
    steps = [step([mark.numbers[axis] for mark in marks.every]) for axis in (0, 1)]
    ends = [_domain([mark.numbers[axis] for mark in marks.every], steps[axis]) for axis in (0, 1)]
    wide = _WIDTH * 2 * steps[0] / (ends[0][1] - ends[0][0])
    high = _HEIGHT * 2 * steps[1] / (ends[1][1] - ends[1][0])
    scales = [{"domain": end, "nice": False, "zero": False} for end in ends]
    domain = [names[low] for low, _ in classes]
    layers: list[Spec] = [
        {
            "data": {"values": values},
            "mark": {
                "type": "point", "shape": _outline(wide, high), "size": 4, "filled": True,
                "opacity": 1, "strokeWidth": 0,
            },
            "encoding": {
                "x": _axis(marks.axis("x"), "x", scales[0]),
                "y": _axis(marks.axis("y"), "y", scales[1]),
                "color": {
                    "field": "class", "type": "ordinal", "sort": None,
                    "scale": {"domain": domain, "range": shades(len(domain))},
                    "legend": {"title": marks.look_up("freq"), "symbolOpacity": 1},
                },
            },
        }
    ]  # fmt: skip
    if marks.figure.further:
        layers[0]["encoding"]["x"]["axis"].update({
            "labels": False,
            "ticks": False,
            "titlePadding": 26,
        })
        layers.append(_codes(marks))
    return {"width": _WIDTH, "height": _HEIGHT, "layer": layers}


def class_name(low: float, high: float | None) -> str:
    """Give the limits of a class of counts; the last has no upper one."""
    start = number(low, "freq")
    if high is None:
        return f"{start}+"
    return start if low == high else f"{start}\u2013{number(high, 'freq')}"


def step(places: list[float | None]) -> float:
    """Give half the distance of two hexagons in a row: the smallest between two middles."""
    found = sorted({place for place in places if place is not None})
    gaps = [b - a for a, b in pairwise(found)]
    least = max(gaps, default=1.0) * 1e-3
    return min((gap for gap in gaps if gap > least), default=0.5)


def _domain(places: list[float | None], half: float) -> list[float]:
    known = [place for place in places if place is not None]
    return [min(known) - 1.2 * half, max(known) + 1.2 * half]


def _outline(wide: float, high: float) -> str:
    """Give a hexagon with its points up and down, in pixels around its middle."""
    x, y = round(wide / 2, 2), round(high / 6, 2)
    top = round(high / 3, 2)
    return f"M0,{-top}L{x},{-y}L{x},{y}L0,{top}L{-x},{y}L{-x},{-y}Z"


def _axis(title: str, field: str, scale: dict[str, Any]) -> Spec:
    axis = {"title": title or None, "grid": False, "tickCount": 6}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def _codes(marks: Marks) -> Spec:
    """Write the codes of a text under their places."""
    table = marks.figure.further[0]
    values = [
        {"x": value_of(cells[0]), "label": heading(row[0], marks.look)}
        for row, cells in zip(table.rows, table.cells, strict=True)
    ]
    return {
        "data": {"values": values},
        "mark": {"type": "text", "baseline": "top", "color": "INK", "fontSize": 11, "limit": 90},
        "encoding": {
            "x": {"field": "x", "type": "quantitative"},
            "y": {"value": _HEIGHT + 8},
            "text": {"field": "label"},
        },
    }
