"""Boxes of quartiles with whiskers, and estimates with their intervals."""

from __future__ import annotations

from typing import Any

from kohort.render.chart_marks import Mark, Marks
from kohort.render.chart_panels import Spec, amount, band, colours, offset, panelled, roomy, told
from kohort.render.chart_style import SERIES

_BOX = 46
_MEAN: Spec = {
    "type": "point", "shape": "diamond", "filled": True, "color": "#ffd23f", "size": 34,
    "stroke": "#1c1c1c", "strokeWidth": 0.5, "opacity": 1,
}  # fmt: skip
_NAMES = ("low", "p25", "p50", "p75", "high", "mean")


def boxes(marks: Marks) -> Spec:
    """Give the part of a specification that draws boxes."""
    return panelled(marks, lambda panel: _boxes(marks, panel))


def _rows(marks: Marks, panel: str, *wanted: int) -> list[dict[str, Any]]:
    """Give the marks of a panel that have all the numbers wanted, with everything to be told."""
    several = any(marks.distinct("series"))
    return [
        {
            "category": mark.category,
            **({"series": mark.series} if several else {}),
            **{_NAMES[place]: mark.numbers[place] for place in wanted},
            "label": _label(marks, mark),
        }
        for mark in marks.every
        if mark.panel == panel and all(mark.numbers[place] is not None for place in wanted)
    ]


def _label(marks: Marks, mark: Mark) -> str:
    """Give all that is drawn of a box as text."""
    parts = zip(marks.names, mark.told, mark.numbers, _NAMES, strict=False)
    return ", ".join(
        f"{marks.look_up(name)} {told}" for name, told, number, _ in parts if number is not None
    )


def _boxes(marks: Marks, panel: str) -> Spec:
    lying = "horizontal" in marks.figure.drawn
    series = [name for name in marks.distinct("series") if name]
    categories = marks.distinct("category")
    beside = max(len(series), 1)
    step = max(roomy(categories, _BOX), beside * 28) if not lying else max(34, beside * 20)
    step = max(min(step, 660 // max(len(categories), 1)), 12 * beside)
    along, across = ("y", "x") if lying else ("x", "y")
    thick = max(6, min(28, step * 6 // 10 // beside))

    def layer(mark: Spec, places: tuple[int, ...], colour: bool = True) -> Spec:
        names = [_NAMES[place] for place in places]
        made: Spec = {
            along: band(marks, "category", categories, step, lying),
            across: amount(marks.axis("y"), names[0], zero=False),
            "tooltip": told(marks, bool(series), ("label", "")),
        }
        if len(names) == 2:
            made[f"{across}2"] = {"field": names[1]}
        if series:
            made[f"{along}Offset"] = offset(series)
            if colour:
                made["color"] = colours(marks, series)
        data = {"values": _rows(marks, panel, *places)}
        return {"data": data, "mark": mark, "encoding": made}

    plain = {} if series else {"color": SERIES[0]}
    line = {"thickness": 2, "size": thick, "opacity": 1}
    size = "height" if lying else "width"
    layers = [
        layer({"type": "rule", **plain, "strokeWidth": 1.5}, (0, 4)),
        layer({"type": "bar", **plain, size: thick, "cornerRadius": 1}, (1, 3)),
        layer({"type": "tick", **plain, **line}, (2,)),
        layer({"type": "tick", "color": "white", **line}, (2, 1, 3), False),
        layer(_MEAN, (5,), False),
    ]
    long, deep = step * len(categories), 420 if lying else 300
    deep = deep * 3 // 5 if len(marks.panels) > 1 else deep
    return {"width": deep if lying else long, "height": long if lying else deep, "layer": layers}


def intervals(marks: Marks) -> Spec:
    """Give the part of a specification that draws estimates with their intervals."""
    return panelled(marks, lambda panel: _intervals(marks, panel))


def _intervals(marks: Marks, panel: str) -> Spec:
    part = [mark for mark in marks.every if mark.panel == panel]
    categories = list(dict.fromkeys(mark.category for mark in part))
    none = 1 if "one" in marks.figure.drawn else 0
    y = band(marks, "category", categories, 20, lying=True)
    y["axis"]["title"] = None
    x = amount(marks.axis("x") or marks.axis("y"), "lower", zero=False)
    x["scale"]["padding"] = 8
    ranges = [_interval(mark) for mark in part if None not in mark.numbers]
    points = [
        {"category": mark.category, "estimate": mark.numbers[0], "label": mark.told[0]}
        for mark in part
        if mark.numbers[0] is not None
    ]
    tooltip = told(marks, False, ("label", marks.axis("y")))
    layers: list[Spec] = [
        {
            "data": {"values": [{"none": none}]},
            "mark": {"type": "rule", "strokeDash": [4, 3], "color": "INK", "opacity": 0.6},
            "encoding": {"x": {"field": "none", "type": "quantitative"}},
        },
        {
            "data": {"values": ranges},
            "mark": {"type": "rule", "color": SERIES[0], "strokeWidth": 2.5},
            "encoding": {"y": y, "x": x, "x2": {"field": "upper"}, "tooltip": tooltip},
        },
        {
            "data": {"values": points},
            "mark": {"type": "point", "filled": True, "color": SERIES[0], "size": 60, "opacity": 1},
            "encoding": {
                "y": y,
                "x": {"field": "estimate", "type": "quantitative"},
                "tooltip": tooltip,
            },
        },
    ]
    return {"width": 420, "height": {"step": 22}, "layer": layers}


def _interval(mark: Mark) -> dict[str, Any]:
    ends = f"{mark.told[1]} \u2013 {mark.told[2]}"
    return {
        "category": mark.category, "lower": mark.numbers[1], "upper": mark.numbers[2],
        "label": ends,
    }  # fmt: skip
