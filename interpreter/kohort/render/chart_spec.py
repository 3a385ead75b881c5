"""A figure as a Vega-Lite specification (Vega for flows): released numbers and words, no more.

All data stand in `data.values`; there is no transform, no address and no expression that could
fetch or reveal anything. Keys have a fixed order, so that the same figure gives the same text.
"""

from __future__ import annotations

from typing import Any, Final

from kohort.disclosure.released_figure import Figure
from kohort.render.chart_bars import bar_layers
from kohort.render.chart_marks import Marks
from kohort.render.chart_style import INK, config
from kohort.render.look import Look

VEGA_LITE: Final = "https://vega.github.io/schema/vega-lite/v5.json"
"""Names the language of the specification; nothing is fetched from there."""


def vega_spec(figure: Figure, language: str = "en", ink: str = INK) -> dict[str, Any]:
    """Give the specification of a chart.

    `language`: of headings and number formats. `ink`: the colour of text; unless given, that of the
    page around an inline SVG. The top level names its language in `$schema`.
    """
    marks = Marks(figure, Look(language))
    spec: dict[str, Any] = {
        "$schema": VEGA_LITE,
        "description": description(figure, language),
        "title": {"text": figure.title} if figure.title else None,
        "background": None,
        "padding": 8,
        "config": config(ink),
    }
    return {**spec, **bar_layers(marks)}


def description(figure: Figure, language: str = "en") -> str:
    """Give a short text for those who cannot see the chart."""
    marks = Marks(figure, Look(language))
    told = [figure.title, marks.axis("x"), marks.axis("y")]
    return ". ".join(text for text in told if text)
