"""Bars of counts, percentages and other statistics, beside or on top of one another."""

from __future__ import annotations

from typing import Any

from kohort.render.chart_marks import Marks
from kohort.render.chart_panels import (
    MOST_LABELLED,
    Spec,
    amount,
    band,
    colours,
    offset,
    panelled,
    roomy,
    told,
)
from kohort.render.chart_style import SERIES

_STEP = 56
_BESIDE = 30
_LETTER = 5.4


def bars(marks: Marks) -> Spec:
    """Give the part of a specification that draws bars."""
    return panelled(marks, lambda panel: _bars(marks, panel))


def _values(marks: Marks, panel: str, series: list[str]) -> list[dict[str, Any]]:
    rows = []
    for mark in marks.every:
        if mark.panel == panel and mark.numbers[0] is not None:
            row: dict[str, Any] = {"category": mark.category}
            if series:
                row.update(series=mark.series, place=series.index(mark.series))
            rows.append({**row, "value": mark.numbers[0], "label": mark.told[0]})
    return rows


def _bars(marks: Marks, panel: str) -> Spec:
    drawn = marks.figure.drawn
    stacked, lying = "stack" in drawn, "horizontal" in drawn
    series = [name for name in marks.distinct("series") if name]
    categories = marks.distinct("category")
    beside = 1 if stacked or not series else len(series)
    step = _step(categories, beside, lying, len(marks.panels) > 1)
    along, across = ("y", "x") if lying else ("x", "y")
    height = amount(marks.axis("y"), "value")
    height["stack"] = "zero" if stacked else None
    encoding: Spec = {
        along: band(marks, "category", categories, step, lying), across: height,
        "tooltip": told(marks, bool(series), ("label", marks.axis("y"))),
    }  # fmt: skip
    mark: Spec = {"type": "bar", "color": SERIES[0], "cornerRadiusEnd": 0 if stacked else 2}
    if series:
        encoding["color"] = colours(marks, series)
        mark.pop("color")
    if stacked:
        order = "ascending" if lying else "descending"
        encoding["order"] = {"field": "place", "type": "quantitative", "sort": order}
    elif series:
        encoding[f"{along}Offset"] = offset(series)
    long, deep = step * len(categories), 420 if lying else 280
    if len(marks.panels) > 1:
        deep = deep * 3 // 5
    chart: Spec = {
        "width": deep if lying else long,
        "height": long if lying else deep,
        "data": {"values": _values(marks, panel, series)},
    }
    longest = max((len(mark.told[0]) for mark in marks.every), default=0) * _LETTER
    narrow = not lying and longest > step * 3 / 4 / beside
    if stacked or narrow or len(categories) * beside > MOST_LABELLED:
        return {**chart, "mark": mark, "encoding": encoding}
    return {**chart, "encoding": encoding, "layer": [{"mark": mark}, _numbers(lying, bool(series))]}


def _step(categories: list[str], beside: int, lying: bool, small: bool) -> int:
    """Give how many pixels a category takes."""
    wanted = max(roomy(categories, _STEP), beside * _BESIDE) if not lying else max(30, beside * 16)
    most = 960 if lying else (360 if small else 660)
    return max(min(wanted, most // max(len(categories), 1)), 5 * beside if not lying else 14)


def _numbers(lying: bool, beside: bool) -> Spec:
    """Write the numbers at the ends of the bars."""
    place = {"align": "left", "baseline": "middle", "dx": 4} if lying else {"dy": -7}
    mark = {"type": "text", "fontSize": 9 if beside else 10, "opacity": 0.85, **place}
    return {"mark": mark, "encoding": {"text": {"field": "label"}, "color": {"value": "INK"}}}
