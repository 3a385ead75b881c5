"""Bars of counts, percentages and other statistics, beside or on top of one another."""

from __future__ import annotations

from typing import Any

from kohort.render.chart_marks import Marks
from kohort.render.chart_panels import panelled

_STEP = 26
_NARROW = 14


def bar_layers(marks: Marks) -> dict[str, Any]:
    """Give the part of a specification that draws bars."""
    drawn = marks.figure.drawn
    stacked, lying = "stack" in drawn, "horizontal" in drawn
    series = marks.distinct("series")
    several = any(series)
    values = [
        {
            **({"panel": mark.panel} if mark.panel else {}),
            "category": mark.category,
            **({"series": mark.series} if several else {}),
            "value": mark.numbers[0],
        }
        for mark in marks.every
        if mark.numbers[0] is not None
    ]
    along, across = ("y", "x") if lying else ("x", "y")
    categories = marks.distinct("category")
    band: dict[str, Any] = {
        "field": "category",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": categories},
        "axis": {
            "title": marks.axis("x") or None,
            "grid": False,
            "ticks": False,
            "labelPadding": 6,
            "labelOverlap": True,
            **({} if lying else slanted(categories)),
        },
    }
    height: dict[str, Any] = {
        "field": "value",
        "type": "quantitative",
        "stack": "zero" if stacked else None,
        "axis": {"title": marks.axis("y") or None, "domain": False, "ticks": False, "tickCount": 6},
    }
    encoding: dict[str, Any] = {along: band, across: height}
    if several:
        encoding["color"] = {
            "field": "series",
            "type": "nominal",
            "sort": None,
            "scale": {"domain": series},
            "legend": {"title": marks.role("series") or None},
        }
        if not stacked:
            offset = {"field": "series", "type": "nominal", "sort": None}
            encoding[f"{along}Offset"] = {**offset, "scale": {"domain": series}}
    encoding["tooltip"] = tooltip(marks, several)
    bars = len(categories) * (1 if stacked or not several else len(series))
    step = _NARROW if bars > 24 else _STEP
    size = {"step": step, "for": "position"} if not stacked and several else {"step": step + 8}
    unit = {
        "mark": {"type": "bar", "cornerRadiusEnd": 0 if stacked else 2},
        "encoding": encoding,
        "width" if not lying else "height": size,
        "height" if not lying else "width": 280 if not lying else 420,
    }
    return panelled(marks, values, unit)


def slanted(categories: list[str]) -> dict[str, Any]:
    """Turn the labels of an upright chart where they would not stand beside one another."""
    longest = max(map(len, categories), default=0)
    if longest <= 5 and len(categories) < 20:
        return {"labelAngle": 0}
    return {"labelAngle": -40, "labelAlign": "right", "labelBaseline": "middle"}


def tooltip(marks: Marks, several: bool) -> list[dict[str, Any]]:
    """Say what a bar is: no more than is drawn."""
    told = [{"field": "category", "type": "nominal", "title": marks.role("category") or " "}]
    if several:
        told.append({"field": "series", "type": "nominal", "title": marks.role("series") or " "})
    told.append({"field": "value", "type": "quantitative", "title": marks.axis("y") or " "})
    return told
