"""Charts as released figures: each kind by its own rules, all from published numbers (2.4)."""

from __future__ import annotations

from typing import Final

from kohort.diagnostic import Span
from kohort.disclosure.bars import bars
from kohort.disclosure.boxes import boxes
from kohort.disclosure.flows import flows
from kohort.disclosure.hexagons import hexagons
from kohort.disclosure.histograms import histogram
from kohort.disclosure.keys import Master
from kohort.disclosure.parts_of_whole import sectors
from kohort.disclosure.profile import Profile
from kohort.disclosure.released_figure import Figure
from kohort.results import Chart

_RULES: Final = {
    "bar": bars,
    "bins": histogram,
    "box": boxes,
    "hexagon": hexagons,
    "pie": sectors,
    "flow": flows,
}


def figure(secret: Master, profile: Profile, raw: Chart, span: Span) -> Figure:
    """Give what may be drawn of a chart. Raises `RefusedError`."""
    return _RULES[raw.kind](secret, profile, raw, span)
