"""Figures as SVG, PNG and PDF, drawn without a browser or a network."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final

from kohort.disclosure.released_figure import Figure
from kohort.render.chart_pdf import ordered
from kohort.render.chart_spec import vega_spec
from kohort.render.chart_style import INK

SUFFIXES: Final = (".svg", ".png", ".pdf")
_REFERRED: Final = re.compile(r"(?<=[\"#])((?:clip|gradient|pattern)_?)(\d+)(?=[\")])")
_DARK: Final = "#1c1c1c"
_PAPER: Final = "#ffffff"


def svg(figure: Figure, language: str = "en") -> str:
    """Give a figure as an SVG element for a page: without a background, in the page's colour."""
    return _svg(figure, language, INK, None)


def drawn(figure: Figure, suffix: str, language: str = "en") -> bytes:
    """Give the content of a file of its own, on white: `.svg`, `.png` or `.pdf`."""
    import vl_convert

    picture = _svg(figure, language, _DARK, _PAPER)
    if suffix == ".svg":
        return picture.encode() + b"\n"
    if suffix == ".png":
        return bytes(vl_convert.svg_to_png(picture, scale=2.0))
    return ordered(bytes(vl_convert.svg_to_pdf(picture)))


def _svg(figure: Figure, language: str, ink: str, paper: str | None) -> str:
    import vl_convert

    spec = {**vega_spec(figure, language, ink), "background": paper}
    lite = "vega-lite" in spec["$schema"]
    draw = vl_convert.vegalite_to_svg if lite else vl_convert.vega_to_svg
    text = json.dumps(spec)
    picture = str(draw(text, allowed_base_urls=[], format_locale=_locale()))
    return _numbered(picture, hashlib.sha256(text.encode()).hexdigest()[:8])


def _numbered(picture: str, name: str) -> str:
    """Number the parts that others refer to from 1, under a name that no other picture has.

    The library counts on from picture to picture; a page may hold several.
    """
    known = dict.fromkeys(_REFERRED.findall(picture))
    new = {pair: f"{pair[0]}-{name}-{place}" for place, pair in enumerate(known, 1)}
    return _REFERRED.sub(lambda found: new[found[1], found[2]], picture)


def _locale() -> dict[str, Any]:
    """Give how numbers are written: as tables write them, thousands apart by a narrow blank."""
    return {
        "decimal": ".",
        "thousands": "\u202f",
        "grouping": [3],
        "currency": ["", ""],
        "percent": "\u202f%",
        "minus": "\u2212",
    }
