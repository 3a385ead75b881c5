"""Colours and type of charts: readable in print, on dark pages, and without full colour vision."""

from __future__ import annotations

from typing import Any, Final

SERIES: Final = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999", "#8c6d1f",
)  # fmt: skip
"""For categories: told apart with every kind of colour vision (Okabe and Ito, 2008), without the
yellow and the black that vanish on white and on dark paper; a brown beside them."""

_TINTED: Final = (
    "#66aad1", "#f0c566", "#66c5ab", "#e0afca", "#9ad2f2", "#e69e66", "#c2c2c2", "#baa779",
)  # fmt: skip
_LIGHT: Final = (0xD6, 0xE8, 0xF5)
_DARK: Final = (0x08, 0x4F, 0x9A)


def categories(count: int) -> list[str]:
    """Give so many colours: the series, then their tints, then over again."""
    every = (*SERIES, *_TINTED)
    return [every[place % len(every)] for place in range(count)]


def shades(count: int) -> list[str]:
    """Give so many blues from light to dark, for ordered classes."""
    made = []
    for place in range(count):
        share = place / max(count - 1, 1)
        parts = (round(a + (b - a) * share) for a, b in zip(_LIGHT, _DARK, strict=True))
        made.append("#" + "".join(f"{part:02x}" for part in parts))
    return made


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
        "range": {"category": categories(16)},
    }
