"""Tables of counts and percentages from published counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from kohort.diagnostic import Span
from kohort.disclosure import tables
from kohort.disclosure.alike import spot, withheld
from kohort.disclosure.counted import Counted, Place
from kohort.disclosure.keys import Master
from kohort.disclosure.layout import Layout, assembled, laid_out
from kohort.disclosure.ordering import chosen_rows
from kohort.disclosure.profile import Profile
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released import Cell, Note, Table
from kohort.results import Frequencies

MOST_CELLS = 200_000
"""Cells that are worked out for one table; a profile limits what of them is displayed."""


def table_of_counts(secret: Master, profile: Profile, raw: Frequencies, span: Span) -> Table:
    """Give what may be shown of a table of counts. Raises `RefusedError`."""
    counted = Counted(secret, profile, raw)
    whole = judged(counted, span)
    gone = withheld(counted, whole)

    def cell(variable: str, statistic: str, place: Place) -> Cell:
        if gone and spot(place) in gone:
            return Cell(None, "hidden")
        return count_cell(profile, counted, statistic, place)

    layout, notes = chosen_rows(whole, raw, cell, ("", raw.statistics[0]), span)
    refuse_large(counted, layout, span)
    if counted.protected:
        notes.append(Note("parts_may_not_add"))
    # A test over withheld cells would tell of them.
    if raw.options.get("chi2") and not gone:
        notes.extend(_chi_square(profile, counted, whole))
    flatten = bool(raw.options.get("flatten"))
    title = str(raw.options.get("title", ""))
    return assembled(layout, title, ("",), raw.statistics, cell, flatten, notes)


def judged(counted: Counted, span: Span) -> Layout:
    """Lay a table out, or refuse one with too many cells or too many low ones.

    Raises `RefusedError`.
    """
    options = counted.raw.options
    widest = max(map(len, counted.shown), default=0)
    # With `top` or `bottom` it is decided later, on what is left to be displayed.
    cut = bool(options.get("top") or options.get("bottom"))
    if counted.size > MOST_CELLS or (not cut and widest > counted.limits.max_categories):
        raise RefusedError("table-too-large", span)
    layout = laid_out(counted)
    if counted.protected:
        cells = _inner(counted, layout)
        if tables.judged_table(counted.limits, cells, ()).sparse:
            raise RefusedError("table-too-sparse", span)
    return layout


def refuse_large(counted: Counted, layout: Layout, span: Span) -> None:
    """Refuse a table of which too much would be displayed. Raises `RefusedError`."""
    rows = [line.place for line in layout.rows if not line.total]
    down = {axis for place in rows for axis in place}
    levels = [len({place[axis] for place in rows}) for axis in sorted(down)]
    columns = sum(not line.total for line in layout.columns)
    if layout.head is not None:
        levels.append(columns)
    if tables.too_large(counted.limits, levels, len(rows) * columns):
        raise RefusedError("table-too-large", span)


def _inner(counted: Counted, layout: Layout) -> NDArray[np.int64]:
    """Give the published counts of the cells that are no totals: int64 (rows, columns)."""
    rows = [line.place for line in layout.rows if not line.total]
    columns = [line.place for line in layout.columns if not line.total]
    return counted.counts(rows, columns)


def count_cell(profile: Profile, counted: Counted, statistic: str, place: Place) -> Cell:
    """Give a count, or a percentage of published counts, at a place of the table."""
    count = counted.count(place)
    if statistic == "freq":
        return Cell(count) if count else Cell(0, "zero")
    base = {
        "rowpct": {axis: code for axis, code in place.items() if axis != 1},
        "colpct": {axis: code for axis, code in place.items() if axis == 1},
        "cellpct": {},
    }[statistic]
    margin = counted.count(base)
    if not margin:
        return Cell(None, "missing")
    if not count:
        told = profile.counts.zero_display == "0"
        return Cell(0, "zero") if told else Cell(None, "missing")
    return Cell(round(100 * count / margin, profile.counts.percent_decimals))


def _chi_square(profile: Profile, counted: Counted, layout: Layout) -> list[Note]:
    """Pearson's test on the published table, less what the noise adds on average (4.3)."""
    observed = _inner(counted, layout).astype(np.float64)
    observed = observed[observed.sum(axis=1) > 0][:, observed.sum(axis=0) > 0]
    if min(observed.shape, default=0) < 2:
        return []
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()
    statistic = float(((observed - expected) ** 2 / expected).sum())
    statistic = max(0.0, statistic - tables.noise_chi_square(profile.counts, expected))
    df = (observed.shape[0] - 1) * (observed.shape[1] - 1)
    p = float(chdtrc(df, statistic))
    told = "<0.001" if p < 0.001 else f"{p:.3f}"
    notes = [Note("chi2", {"df": df, "value": f"{statistic:.3f}", "p": told})]
    if (expected < 5).mean() > 0.2:
        notes.append(Note("expected_below_five"))
    return notes
