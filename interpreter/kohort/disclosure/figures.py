"""Charts as released figures: each kind by its own rules, all from published numbers (2.4)."""

from __future__ import annotations

from kohort.diagnostic import Span
from kohort.disclosure.bars import bars
from kohort.disclosure.keys import Master
from kohort.disclosure.profile import Profile
from kohort.disclosure.released_figure import Figure
from kohort.results import Chart

_RULES = {"bar": bars}


def figure(secret: Master, profile: Profile, raw: Chart, span: Span) -> Figure:
    """Give what may be drawn of a chart. Raises `RefusedError`."""
    return _RULES[raw.kind](secret, profile, raw, span)
