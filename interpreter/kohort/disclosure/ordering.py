"""The order of a table's rows and which are displayed: `rowsort`, `top`, `bottom`, limits."""

from __future__ import annotations

from dataclasses import replace

from kohort.diagnostic import Span, wrong
from kohort.disclosure.layout import CellOf, Layout
from kohort.disclosure.released import Cell, Note
from kohort.results import Frequencies

_MOST_ROWS = 2000


def chosen_rows(
    layout: Layout, raw: Frequencies, cell: CellOf, statistic: tuple[str, str], span: Span
) -> tuple[Layout, list[Note]]:
    """Sort rows by displayed values and keep the first or last of them; the total row stays.

    `statistic` is the (variable, statistic) whose displayed values sort the rows. Raises
    `ScriptError`.
    """
    rows = [line for line in layout.rows if not line.total]
    totals = [line for line in layout.rows if line.total]
    everything = len(rows)
    sort = raw.options.get("rowsort")
    if sort is not None:
        column = _column(layout, raw, sort, span)
        rows.sort(key=lambda row: _value(cell(*statistic, {**row.place, **column})))
    top, bottom = int(raw.options.get("top", 0)), int(raw.options.get("bottom", 0))
    if top:
        rows = rows[:top]
    elif bottom:
        rows = rows[-bottom:]
    rows = rows[:_MOST_ROWS]
    notes = []
    if len(rows) < everything:
        notes.append(Note("shown_rows", {"shown": len(rows), "rows": everything}))
    return replace(layout, rows=(*rows, *totals)), notes


def _column(
    layout: Layout, raw: Frequencies, sort: tuple[int | float | str, ...], span: Span
) -> dict[int, int]:
    if not sort or layout.head is None:
        return {}
    wanted = {str(code) for code in sort}
    for line in layout.columns:
        if not line.total and str(line.keys[0].code) in wanted:
            return dict(line.place)
    known = [str(code) for code in raw.axes[1].variable.codes or ()]
    if wanted & set(known):
        return {}
    return wrong("unknown-code", f"no column has the code {sort[0]}", span)


def _value(cell: Cell) -> tuple[bool, float]:
    return (True, 0.0) if cell.v is None else (False, float(cell.v))
