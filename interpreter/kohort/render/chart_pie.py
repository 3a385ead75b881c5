"""Sectors of a whole."""

from __future__ import annotations

from kohort.render.chart_marks import Marks
from kohort.render.chart_panels import Spec, told
from kohort.render.chart_style import categories

_RADIUS = 140
_LABELLED = 5.0
"""Per cent from which a sector has room for its number."""


def sectors(marks: Marks) -> Spec:
    """Give the part of a specification that draws sectors; the legend says the per cent of each."""
    names = [f"{mark.category}  {mark.told[1]} %".strip() for mark in marks.every]
    rows = list(zip(marks.every, names, strict=True))
    values = [
        {
            "category": name,
            "place": place,
            "value": mark.numbers[0],
            "label": f"{mark.told[1]} %" if (mark.numbers[1] or 0) >= _LABELLED else "",
        }
        for place, (mark, name) in enumerate(rows)
    ]
    theta = {"field": "value", "type": "quantitative", "stack": True}
    order = {"field": "place", "type": "quantitative", "sort": "ascending"}
    colour = {
        "field": "category", "type": "nominal", "sort": None,
        "scale": {"domain": names, "range": categories(len(names))},
        "legend": {"title": marks.role("category") or None, "columns": 1 + len(names) // 16,
                   "labelLimit": 260, "symbolLimit": 0},
    }  # fmt: skip
    label: Spec = {
        "mark": {"type": "text", "radius": _RADIUS + 26, "fontSize": 11, "fill": "INK"},
        "encoding": {"text": {"field": "label"}},
    }  # fmt: skip
    return {
        "width": 2 * _RADIUS,
        "height": 2 * _RADIUS,
        "data": {"values": values},
        "encoding": {"theta": theta, "order": order},
        "layer": [
            {
                "mark": {"type": "arc", "outerRadius": _RADIUS, "padAngle": 0.008},
                "encoding": {"color": colour, "tooltip": told(marks, False)},
            },
            label,
        ],
    }
