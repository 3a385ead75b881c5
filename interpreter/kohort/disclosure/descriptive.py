"""Which module releases which kind of descriptive statistics beyond tables and summaries."""

from __future__ import annotations

from typing import TypeAlias, assert_never

import numpy as np

from kohort.described import Anova, Correlations, Intervals, Normality, PanelSummary, Transitions
from kohort.diagnostic import Span
from kohort.disclosure.correlations import correlation_table
from kohort.disclosure.intervals import interval_table
from kohort.disclosure.keys import Master, sealed
from kohort.disclosure.normality import normality_table
from kohort.disclosure.panels import panel_summary, transition_tables
from kohort.disclosure.profile import Profile
from kohort.disclosure.released import Content
from kohort.disclosure.variance import variance_tables

Descriptive: TypeAlias = PanelSummary | Transitions | Correlations | Intervals | Normality | Anova


def descriptive(secret: Master, profile: Profile, raw: Descriptive, span: Span) -> Content:
    """Give what may be shown of a descriptive statistic. Raises `RefusedError`."""
    # Where numbers overflow depends on the data; no warning may say so.
    with np.errstate(all="ignore"):
        return _content(secret, profile, raw, span)


def _content(secret: Master, profile: Profile, raw: Descriptive, span: Span) -> Content:
    match raw:
        case PanelSummary():
            return panel_summary(secret, profile, raw)
        case Transitions():
            return transition_tables(secret, profile, raw, span)
        case Correlations():
            return correlation_table(secret, profile, raw)
        case Intervals():
            return interval_table(secret, profile, raw)
        case Normality():
            return normality_table(secret, profile, raw)
        case Anova():
            return variance_tables(sealed(secret), profile, raw, span)
        case _:
            assert_never(raw)
