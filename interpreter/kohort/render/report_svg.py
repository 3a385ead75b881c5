"""Drawings in a page: an SVG is let in if it holds shapes and words, and nothing that acts."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree

_SVG: Final = "http://www.w3.org/2000/svg"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ELEMENTS: Final = _words(
    "svg g path rect circle line polygon polyline text tspan title desc defs clipPath "
    "linearGradient radialGradient stop"
)
_ATTRIBUTES: Final = _words(
    "xmlns version class id width height viewBox x y x1 y1 x2 y2 cx cy r rx ry dx dy d points "
    "transform fill fill-opacity stroke stroke-width stroke-opacity stroke-dasharray "
    "stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit opacity clip-path "
    "pointer-events display font-family font-size font-weight font-style text-anchor "
    "dominant-baseline offset stop-color stop-opacity gradientUnits gradientTransform role "
    "aria-label aria-hidden aria-roledescription focusable preserveAspectRatio cursor"
)


class DrawingError(ValueError):
    """A drawing holds something that a page does not let in; names it."""


def safe_svg(drawing: str) -> str:
    """Give an SVG element for a page. Raises `DrawingError` for anything but shapes and words."""
    if "<!" in drawing or "<?" in drawing:
        raise DrawingError("a declaration")
    try:
        root = ElementTree.fromstring(drawing)
    except ElementTree.ParseError:
        raise DrawingError("no SVG") from None
    for element in root.iter():
        _check(element)
    ElementTree.register_namespace("", _SVG)
    return ElementTree.tostring(root, encoding="unicode")


def _check(element: ElementTree.Element) -> None:
    space, _, name = element.tag.rpartition("}")
    if space != f"{{{_SVG}" or name not in _ELEMENTS:
        raise DrawingError(f"the element {name}")
    for attribute, value in element.attrib.items():
        if attribute not in _ATTRIBUTES:
            raise DrawingError(f"the attribute {attribute}")
        # A reference may only lead to another part of the same drawing.
        if "url(" in value.replace("url(#", "") and not attribute.startswith("aria-"):
            raise DrawingError(f"an address in {attribute}")
