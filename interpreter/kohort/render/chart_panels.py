"""Axes, legends and panels that all charts share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from kohort.render.chart_marks import Marks

Spec = dict[str, Any]

_COLUMNS: Final = 3
_LETTER: Final = 6.2
"""How wide a letter of a label is, in pixels, on average."""
_WIDEST: Final = 104
MOST_LABELLED: Final = 14
"""So many bars can have their numbers written on them."""


def panelled(marks: Marks, chart: Callable[[str], Spec]) -> Spec:
    """Give one chart, or one for each panel beside one another with common scales."""
    if marks.panels == [""]:
        return chart("")
    charts = [{"title": panel_title(panel), **chart(panel)} for panel in marks.panels]
    shared = {"x": "shared", "y": "shared", "color": "shared"}
    return {
        "concat": charts,
        "columns": min(_COLUMNS, len(charts)),
        "spacing": 28,
        "resolve": {"scale": shared},
    }


def panel_title(panel: str) -> Spec:
    """Give the heading of a panel."""
    return {"text": panel, "fontSize": 12, "offset": 6, "anchor": "middle"}


def size(marks: Marks, wide: int = 480, high: int = 280) -> Spec:
    """Give width and height of a chart; panels are smaller."""
    small = len(marks.panels) > 1
    return {"width": wide * 3 // 5 if small else wide, "height": high * 7 // 10 if small else high}


def band(marks: Marks, field: str, categories: Sequence[str], across: float, lying: bool) -> Spec:
    """Give an axis of categories that take `across` pixels each."""
    axis: Spec = {
        "title": marks.axis("x") or None,
        "grid": False,
        "ticks": False,
        "labelPadding": 6,
        "labelOverlap": len(categories) > MOST_LABELLED,
    }
    longest = max(map(len, categories), default=0) * _LETTER
    if lying:
        axis["labelOverlap"] = False
    elif longest <= across - 4:
        axis["labelAngle"] = 0
    else:
        axis.update({"labelAngle": -40, "labelAlign": "right", "labelBaseline": "middle"})
    return {
        "field": field,
        "type": "nominal",
        "sort": None,
        "scale": {"domain": list(categories), "paddingInner": 0.25, "paddingOuter": 0.15},
        "axis": axis,
    }


def roomy(categories: Sequence[str], least: int) -> int:
    """Give how many pixels a category takes so that its label stands upright, up to a limit."""
    longest = max(map(len, categories), default=0) * _LETTER + 8
    return max(least, round(longest)) if longest <= _WIDEST else least


def amount(title: str, field: str, zero: bool = True, **further: Any) -> Spec:
    """Give an axis of numbers."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"zero": zero, "nice": True},
        "axis": {"title": title or None, "domain": False, "ticks": False, "tickCount": 6},
        **further,
    }


def colours(marks: Marks, series: Sequence[str]) -> Spec:
    """Give the colours of the series, with their legend."""
    return {
        "field": "series",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": list(series)},
        "legend": {"title": marks.role("series") or None},
    }


def offset(series: Sequence[str]) -> Spec:
    """Give the places of the series within a category."""
    return {"field": "series", "type": "nominal", "sort": None, "scale": {"domain": list(series)}}


def told(marks: Marks, several: bool, *fields: tuple[str, str]) -> list[Spec]:
    """Give what a reader is told who points at a mark: no more than is drawn."""
    given = [("category", marks.role("category"))] if any(marks.distinct("category")) else []
    given += [("series", marks.role("series"))] if several else []
    return [
        {"field": field, "type": "nominal", "title": title or " "} for field, title in given
    ] + [{"field": field, "type": "nominal", "title": title or " "} for field, title in fields]
