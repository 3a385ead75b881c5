"""Tables of counts and percentages from published counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import chdtrc

from kohort.diagnostic import Span
from kohort.disclosure import tables
from kohort.disclosure.counted import Counted, Place
from kohort.disclosure.keys import Master
from kohort.disclosure.layout import Layout, Line, assembled, laid_out
from kohort.disclosure.ordering import chosen_rows
from kohort.disclosure.profile import Profile
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released import Cell, Note, Table
from kohort.results import Frequencies


def table_of_counts(secret: Master, profile: Profile, raw: Frequencies, span: Span) -> Table:
    """Give what may be shown of a table of counts. Raises `RefusedError`."""
    counted = Counted(secret, profile.counts, raw)
    layout = laid_out(counted)
    rows = judged_rows(profile, counted, layout, span)
    hidden = {id(line) for line in _grouped(profile, counted, layout)}

    def cell(variable: str, statistic: str, place: Place) -> Cell:
        return count_cell(profile, counted, statistic, place)

    layout, more = chosen_rows(rows, raw, cell, ("", raw.statistics[0]), span)
    notes = [*more]
    if counted.protected:
        notes.append(Note("parts_may_not_add"))
    if raw.options.get("chi2"):
        notes.extend(_chi_square(profile, counted, rows))
    blanked = _without(layout, hidden)

    def shown(variable: str, statistic: str, place: Place) -> Cell:
        if tuple(sorted(place.items())) in blanked:
            return Cell(None, "hidden")
        return cell(variable, statistic, place)

    flatten = bool(raw.options.get("flatten"))
    title = str(raw.options.get("title", ""))
    return assembled(layout, title, ("",), raw.statistics, shown, flatten, notes)


def judged_rows(profile: Profile, counted: Counted, layout: Layout, span: Span) -> Layout:
    """Refuse a table with too many low published cells. Raises `RefusedError`."""
    if not counted.protected:
        return layout
    inner = [line for line in layout.columns if not line.total]
    counts = [
        counted.count({**row.place, **column.place})
        for row in layout.rows
        if not row.total
        for column in inner
    ]
    verdict = tables.judged_table(profile.counts, np.array(counts, dtype=np.int64), ())
    if verdict.sparse:
        raise RefusedError("table-too-sparse", span)
    return layout


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


def _grouped(profile: Profile, counted: Counted, layout: Layout) -> Sequence[Line]:
    """Give the rows in which nearly everybody shares one category of a sensitive variable."""
    if not counted.protected or layout.head is None:
        return ()
    inner = [line for line in layout.columns if not line.total]
    rows = [line for line in layout.rows if not line.total]
    if not inner or not rows:
        return ()
    cells = [[counted.count({**row.place, **column.place}) for column in inner] for row in rows]
    totals = [counted.count(row.place) for row in rows]
    hide = tables.disclosive_rows(
        profile.group_disclosure,
        np.array(cells, dtype=np.int64),
        np.array(totals, dtype=np.int64),
        counted.raw.axes[1].variable.sensitive,
    )
    return [row for row, gone in zip(rows, hide, strict=True) if gone]


def _without(layout: Layout, hidden: set[int]) -> set[tuple[tuple[int, int], ...]]:
    return {
        tuple(sorted({**row.place, **column.place}.items()))
        for row in layout.rows
        if id(row) in hidden
        for column in layout.columns
        if not column.total
    }


def _chi_square(profile: Profile, counted: Counted, layout: Layout) -> list[Note]:
    """Pearson's test on the published table, less what the noise adds on average (4.3)."""
    rows = [line for line in layout.rows if not line.total]
    columns = [line for line in layout.columns if not line.total]
    observed = np.array(
        [[counted.count({**r.place, **c.place}) for c in columns] for r in rows], dtype=np.float64
    ).reshape(len(rows), len(columns))
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
