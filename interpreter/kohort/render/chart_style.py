"""Colours and type of charts: readable in print, on dark pages, and without full colour vision."""

from __future__ import annotations

from typing import Any, Final

SERIES: Final = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999", "#8c6d1f",
)  # fmt: skip
"""For categories: told apart with every kind of colour vision (Okabe and Ito, 2008), without the
yellow and the black that vanish on white and on dark paper; a brown beside them."""

SHADES: Final = (
    "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#08519c", "#08306b", "#041c42",
    "#020f24", "#000812",
)  # fmt: skip
"""For ordered classes: from light to dark."""

FONT: Final = "Liberation Sans, Arial, Helvetica, sans-serif"
INK: Final = "currentColor"
"""Text takes the colour of the page around it, so that charts follow light and dark."""


def config(ink: str = INK) -> dict[str, Any]:
    """Give the `config` of a specification; `ink` is the colour of all text and lines."""
    axis = {
        "labelColor": ink, "titleColor": ink, "domainColor": ink, "tickColor": ink,
        "domainOpacity": 0.5, "tickOpacity": 0.5, "gridColor": ink, "gridOpacity": 0.13,
        "labelFontSize": 11, "titleFontSize": 12, "titleFontWeight": "normal", "titlePadding": 8,
        "labelLimit": 220, "titleLimit": 420, "labelFont": FONT, "titleFont": FONT,
    }  # fmt: skip
    legend = {
        "labelColor": ink, "titleColor": ink, "labelFont": FONT, "titleFont": FONT,
        "labelFontSize": 11, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 200,
        "symbolType": "square", "titleLimit": 200,
    }  # fmt: skip
    title = {
        "color": ink, "font": FONT, "fontSize": 13, "fontWeight": "bold", "anchor": "start",
        "frame": "group", "offset": 12, "limit": 640,
    }  # fmt: skip
    header = {
        "labelColor": ink, "titleColor": ink, "labelFont": FONT, "titleFont": FONT,
        "labelFontSize": 12, "labelFontWeight": "bold", "labelLimit": 320, "title": None,
    }  # fmt: skip
    return {
        "font": FONT,
        "axis": axis,
        "legend": legend,
        "title": title,
        "header": header,
        "view": {"stroke": None},
        "range": {"category": list(SERIES)},
    }
