"""A figure as a Vega-Lite specification (Vega for flows): released numbers and words, no more.

All data stand in `data.values`; there is no transform, no address and no expression that could
fetch or reveal anything. Keys have a fixed order, so that the same figure gives the same text.
"""

from __future__ import annotations

from typing import Any, Final

from kohort.disclosure.released_figure import Figure
from kohort.render.characters import clean
from kohort.render.chart_bars import bars
from kohort.render.chart_boxes import boxes, intervals
from kohort.render.chart_curves import curves
from kohort.render.chart_flow import VEGA, flow
from kohort.render.chart_hexagons import hexagons
from kohort.render.chart_histogram import histogram
from kohort.render.chart_marks import Marks
from kohort.render.chart_pie import sectors
from kohort.render.chart_style import INK, config
from kohort.render.look import Look

VEGA_LITE: Final = "https://vega.github.io/schema/vega-lite/v5.json"
"""Names the language of the specification; nothing is fetched from there."""

_COLOURED: Final = frozenset({"color", "fill", "stroke", "value"})
_DRAWN: Final = {
    "bar": bars,
    "bins": histogram,
    "box": boxes,
    "hexagon": hexagons,
    "pie": sectors,
    "curve": curves,
    "interval": intervals,
}


def vega_spec(figure: Figure, language: str = "en", ink: str = INK) -> dict[str, Any]:
    """Give the specification of a chart.

    `language`: of headings. `ink`: the colour of text; unless given, that of the page around an
    inline SVG. `$schema` names the language of the specification.
    """
    marks = Marks(figure, Look(language))
    title = {"text": clean(figure.title)} if figure.title else None
    spec: dict[str, Any] = {
        "$schema": VEGA if figure.kind == "flow" else VEGA_LITE,
        "description": description(figure, language),
        "title": title,
        "background": None,
        "padding": 8,
        "config": config(ink),
    }
    body = flow(marks) if figure.kind == "flow" else _DRAWN[figure.kind](marks)
    inked: dict[str, Any] = _inked({**spec, **body}, ink)
    return inked


def _inked(value: Any, ink: str) -> Any:
    """Put the colour of text wherever a part of a chart asks for it."""
    if isinstance(value, dict):
        return {
            key: ink if part == "INK" and key in _COLOURED else _inked(part, ink)
            for key, part in value.items()
        }
    return [_inked(part, ink) for part in value] if isinstance(value, list) else value


def description(figure: Figure, language: str = "en") -> str:
    """Give a short text for those who cannot see the chart."""
    marks = Marks(figure, Look(language))
    told = [clean(figure.title), marks.axis("x"), marks.axis("y")]
    return ". ".join(text for text in told if text)
