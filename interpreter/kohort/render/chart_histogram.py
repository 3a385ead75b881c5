"""Histograms: bars between edges, or at single values, with normal curves."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from kohort.render.chart_marks import Marks, values_by_panel
from kohort.render.chart_panels import Spec, amount, panelled, size
from kohort.render.chart_style import SERIES

_POINTS = 81
_SMALL = 1e-3
"""Below this, an axis has numbers with exponents."""


def histogram(marks: Marks) -> Spec:
    """Give the part of a specification that draws a histogram."""
    return panelled(marks, lambda panel: _histogram(marks, panel))


def _histogram(marks: Marks, panel: str) -> Spec:
    half = gap(marks) / 2 if "discrete" in marks.figure.drawn else 0.0
    ends = [(v["from"], v["to"]) for v in _all(marks, half)]
    domain = [min(low for low, _ in ends), max(high for _, high in ends)] if ends else [0.0, 1.0]
    x: Spec = {
        "field": "from",
        "type": "quantitative",
        "scale": {"domain": domain, "nice": False, "zero": False},
        "axis": {"title": marks.axis("x") or None, "grid": False, "tickCount": 7},
    }
    if half:
        x["axis"].update({"tickMinStep": 1, "format": "d"})
    tooltip = [
        {"field": "range", "type": "nominal", "title": marks.axis("x") or " "},
        {"field": "label", "type": "nominal", "title": marks.axis("y") or " "},
    ]
    bars: Spec = {
        "data": {"values": _values(marks, panel, half)},
        "mark": {"type": "bar", "color": SERIES[0], "binSpacing": 1},
        "encoding": {
            "x": x,
            "x2": {"field": "to"},
            "y": _heights(marks),
            "y2": {"datum": 0},
            "tooltip": tooltip,
        },
    }
    points = curve(marks, panel, domain)
    if not points:
        return {**size(marks), **bars}
    return {**size(marks), "layer": [bars, _line(points)]}


def _line(points: list[dict[str, float]]) -> Spec:
    return {
        "data": {"values": points},
        "mark": {"type": "line", "color": SERIES[5], "strokeWidth": 2, "clip": True},
        "encoding": {
            "x": {"field": "x", "type": "quantitative"},
            "y": {"field": "y", "type": "quantitative"},
        },
    }


def _values(marks: Marks, panel: str, half: float) -> list[dict[str, Any]]:
    """Give a row for each bar; those at single values reach `half` to each side."""
    values: list[dict[str, Any]] = []
    for mark in marks.every:
        low, high, height = mark.numbers
        if mark.panel == panel and low is not None and high is not None and height is not None:
            row = {"from": low - half, "to": high + half, "value": height}
            told = between(mark.told, mark.category)
            values.append({**row, "range": told, "label": mark.told[2]})
    return values


def _heights(marks: Marks) -> Spec:
    axis = amount(marks.axis("y"), "value")
    if max((mark.numbers[2] or 0 for mark in marks.every), default=0) < _SMALL:
        axis["axis"]["format"] = "~g"
    return axis


def _all(marks: Marks, half: float) -> list[dict[str, float]]:
    numbers = [mark.numbers for mark in marks.every]
    return [
        {"from": low - half, "to": high + half}
        for low, high, _ in numbers
        if low is not None and high is not None
    ]


def gap(marks: Marks) -> float:
    """Give the smallest distance between two values of a discrete histogram."""
    found = sorted({mark.numbers[0] for mark in marks.every if mark.numbers[0] is not None})
    return min((b - a for a, b in pairwise(found)), default=1.0)


def between(told: tuple[str, ...], category: str = "") -> str:
    """Give an interval as text; of a discrete histogram its value."""
    return category or (told[0] if told[0] == told[1] else f"{told[0]} \u2013 {told[1]}")


def curve(marks: Marks, panel: str, domain: list[float]) -> list[dict[str, float]]:
    """Give points of the normal curve with the panel's published mean and standard deviation.

    Scaled to the measure: density 1, share the width of a bar, per cent 100 times that, counts the
    number of units times it.
    """
    if "normal" not in marks.figure.drawn or not marks.figure.further:
        return []
    known = values_by_panel(marks.figure.further[0], marks.look, _depth(marks))
    mean, std, n = known.get(panel, [None, None, None])
    if mean is None or std is None or n is None or std <= 0:
        return []
    scale = _scale(marks, n)
    low, high = domain
    made = []
    for place in range(_POINTS):
        x = low + (high - low) * place / (_POINTS - 1)
        y = scale * math.exp(-(((x - mean) / std) ** 2) / 2) / (std * math.sqrt(2 * math.pi))
        made.append({"x": _short(x), "y": _short(y)})
    return made


def _depth(marks: Marks) -> int:
    return sum(role == "panel" for role in marks.figure.roles)


def _scale(marks: Marks, n: float) -> float:
    first = next((m.numbers for m in marks.every if None not in m.numbers[:2]), (0.0, 1.0))
    low, high = first[0] or 0.0, first[1] or 0.0
    width = 1.0 if "discrete" in marks.figure.drawn else high - low
    return {"freq": n * width, "fraction": width, "percent": 100 * width}.get(marks.names[2], 1.0)


def _short(value: float) -> float:
    return float(f"{value:.6g}")
