"""The order of a table's rows and columns, and which rows are displayed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from kohort.diagnostic import Span, wrong
from kohort.disclosure.layout import CellOf, Layout, Line
from kohort.disclosure.released import Cell, Note
from kohort.results import Axis, Frequencies
from kohort.scope import Code

_MOST_ROWS = 2000


def chosen_rows(
    layout: Layout, raw: Frequencies, cell: CellOf, statistic: tuple[str, str], span: Span
) -> tuple[Layout, list[Note]]:
    """Sort rows and columns by displayed values and keep the first or last rows.

    Totals stay where they are. `statistic` is the (variable, statistic) whose displayed values
    sort. Raises `ScriptError` for a code that no row or column has.
    """
    layout = _sorted(layout, raw, cell, statistic, span)
    rows = [line for line in layout.rows if not line.total]
    totals = [line for line in layout.rows if line.total]
    everything = len(rows)
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


def _sorted(
    layout: Layout, raw: Frequencies, cell: CellOf, statistic: tuple[str, str], span: Span
) -> Layout:
    spans = raw.options.get("spans", {})
    by_column, by_row = raw.options.get("rowsort"), raw.options.get("colsort")
    rows, columns = layout.rows, layout.columns
    if by_column is not None and layout.head is not None:
        place = spans.get("rowsort", span)
        column = _line(columns, raw, (1,), by_column, "column", place)
        if column is not None:
            rows = _ordered(rows, lambda row: cell(*statistic, {**row.place, **column.place}))
    elif by_column is not None:
        rows = _ordered(rows, lambda row: cell(*statistic, row.place))
    if by_row is not None and layout.head is not None:
        down = (0, *range(2, len(raw.axes)))
        row = _line(layout.rows, raw, down, by_row, "row", spans.get("colsort", span))
        if row is not None:
            columns = _ordered(columns, lambda line: cell(*statistic, {**row.place, **line.place}))
    return replace(layout, rows=rows, columns=columns)


def _ordered(lines: Sequence[Line], cell: Callable[[Line], Cell]) -> tuple[Line, ...]:
    """Sort lines ascending, lines of one value in the order of their codes; totals stay last."""
    inner = [line for line in lines if not line.total]
    inner.sort(key=lambda line: _value(cell(line)))
    return (*inner, *(line for line in lines if line.total))


def _value(cell: Cell) -> tuple[bool, float]:
    return (True, 0.0) if cell.v is None else (False, float(cell.v))


def _line(
    lines: Sequence[Line],
    raw: Frequencies,
    axes: Sequence[int],
    codes: Sequence[Code],
    kind: str,
    span: Span,
) -> Line | None:
    """Give the line of some codes, the total without any.

    None where the codes are published ones but their line is not shown.
    """
    if not codes:
        return next(line for line in lines if line.total)
    wanted = [(raw.axes[axis], axis, code) for axis, code in zip(axes, codes, strict=True)]
    for line in lines:
        if not line.total and all(
            _named(found, found.codes[line.place[axis]], code) for found, axis, code in wanted
        ):
            return line
    if all(
        any(_named(found, known, code) for known in found.variable.codes or ())
        for found, _, code in wanted
    ):
        return None
    told = ", ".join(str(code) for code in codes)
    return wrong("unknown-code", f"no {kind} has the code {told}", span)


def _named(axis: Axis, code: Code | None, wanted: Code) -> bool:
    """Whether a code is meant; a time is named by its date too."""
    if str(code) == str(wanted):
        return True
    labels = axis.variable.labels
    if code is None or labels is None or not axis.variable.times:
        return False
    return labels.label(code) == str(wanted)
