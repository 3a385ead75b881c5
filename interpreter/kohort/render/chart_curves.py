"""Curves with bands around them: survival and the like."""

from __future__ import annotations

from typing import Any

from kohort.render.chart_marks import Marks
from kohort.render.chart_panels import Spec, amount, colours, panelled, size
from kohort.render.chart_style import SERIES


def curves(marks: Marks) -> Spec:
    """Give the part of a specification that draws curves."""
    return panelled(marks, lambda panel: _curves(marks, panel))


def _curves(marks: Marks, panel: str) -> Spec:
    series = [name for name in marks.distinct("series") if name]
    lines: list[dict[str, Any]] = []
    bands: list[dict[str, Any]] = []
    for mark in marks.every:
        x, y, lower, upper = mark.numbers
        if mark.panel != panel or x is None or y is None:
            continue
        name = {"series": mark.series} if series else {}
        lines.append({**name, "x": x, "y": y})
        if lower is not None and upper is not None:
            bands.append({**name, "x": x, "lower": lower, "upper": upper})
    shape = {"interpolate": "step-after"} if "step" in marks.figure.drawn else {}
    plain = {} if series else {"color": SERIES[0]}
    x_axis = amount(marks.axis("x"), "x")
    x_axis["axis"]["grid"] = False
    y_axis = amount(marks.axis("y"), "y")
    colour = {"color": colours(marks, series)} if series else {}
    if series:
        colour["color"]["legend"].update({"symbolType": "stroke", "symbolOpacity": 1})
    layers: list[Spec] = [
        {
            "data": {"values": bands},
            "mark": {"type": "area", **shape, **plain, "opacity": 0.18},
            "encoding": {
                "x": x_axis, "y": {**y_axis, "field": "lower"}, "y2": {"field": "upper"}, **colour,
            },
        },
        {
            "data": {"values": lines},
            "mark": {"type": "line", **shape, **plain, "strokeWidth": 2},
            "encoding": {"x": x_axis, "y": y_axis, **colour},
        },
    ]  # fmt: skip
    return {**size(marks, 520, 320), "layer": layers if bands else layers[1:]}
