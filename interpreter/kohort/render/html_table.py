"""A released table as an HTML table: headings with their scope, numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from kohort.disclosure.released import Cell, Key, Table
from kohort.render.headings import column_headings, heading, statistic, stub_texts
from kohort.render.html_text import BLANK, escaped, escaped_number
from kohort.render.look import Look
from kohort.render.numbers import written

LONG: Final = 60
"""Rows above which a table scrolls in its place, under its headings."""


def table_element(table: Table, look: Look, zero: str, name: str = "") -> str:
    """Give a table, in an element that scrolls where it is too wide.

    `name`: what it is called where it has no title. Rows that belong together share a number in
    `data-unit`, so that sorting keeps them together; totals stay last.
    """
    caption = f"<caption>{escaped(table.title)}</caption>" if table.title else ""
    called = f' aria-label="{escaped(name)}"' if name and not table.title else ""
    fixed = any(key.kind in {"reference", "term"} for row in table.rows for key in row)
    texts = stub_texts(table, look)
    lines = zip(table.rows, _units(table), texts, table.cells, strict=True)
    rows = "\n".join(
        f"<tr{_marks(row, unit)}>{_stub(row, text, look)}"
        f"{_cells(row, table.columns, cells, zero)}</tr>"
        for row, unit, text, cells in lines
    )
    kind = " class=fixed" if fixed else ""
    scrolls = "grid" if len(table.rows) <= LONG else '"grid long"'
    return (
        f"<div class={scrolls}><table{kind}{called}>{caption}\n"
        f"<thead>{_heads(table, look)}</thead>\n"
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def _units(table: Table) -> Iterator[int]:
    """Number the rows: those that differ in their statistic only have the same number."""
    unit, before = -1, None
    for row in table.rows:
        named = tuple(key for key in row if key.kind != "statistic")
        unit += named != before or len(named) == len(row)
        before = named
        yield unit


def _marks(row: tuple[Key, ...], unit: int) -> str:
    total = " class=total" if any(key.kind == "total" for key in row) else ""
    return f"{total} data-unit={unit}"


# ---- headings


def _heads(table: Table, look: Look) -> str:
    """Give the heading lines; equal headings above different ones are drawn as one."""
    texts = column_headings(table, look)
    depth = max((len(column) for column in texts), default=1)
    down = f" rowspan={depth}" if depth > 1 else ""
    stub = "".join(
        f"<th scope=col class=stub{down}>{escaped(heading(key, look))}</th>" for key in table.stub
    )
    lines = []
    for level in range(depth):
        body = "".join(
            f"<th scope=colgroup colspan={span}>{escaped(text)}</th>"
            if level < depth - 1
            else f"<th scope=col>{escaped(text)}</th>"
            for text, span in _spans(texts, level, level == depth - 1)
        )
        lines.append(f"<tr>{'' if level else stub}{body}</tr>")
    return "\n".join(lines)


def _spans(texts: Sequence[tuple[str, ...]], level: int, last: bool) -> Iterator[tuple[str, int]]:
    """Give the headings of one level with the number of columns below; the last has one each."""
    if last:
        yield from ((column[level], 1) for column in texts)
        return
    for above, columns in groupby(texts, key=lambda column: column[: level + 1]):
        yield above[level], len(list(columns))


def _stub(row: tuple[Key, ...], texts: Sequence[str], look: Look) -> str:
    """Give a row's headings; the title of a variable shows when the reader points at its name.

    One that the row above has too is there for those who cannot see the row above, or copy it.
    """
    cells = []
    for key, text in zip(row, texts, strict=True):
        hint = f' title="{escaped(key.label)}"' if key.kind == "variable" and key.label else ""
        kind = "stub" if text or not heading(key, look) else '"stub same"'
        told = text or heading(key, look)
        # blanks at the start of a cell collapse; an em space does not
        shown = escaped(told.replace("  ", "\u2003", 1) if told.startswith("  ") else told)
        cells.append(f"<th scope=row class={kind}{hint}>{shown}</th>")
    return "".join(cells)


# ---- cells


def _cells(
    row: tuple[Key, ...], columns: Sequence[tuple[Key, ...]], cells: Sequence[Cell], zero: str
) -> str:
    return "".join(
        _cell(cell, statistic(row, column), zero)
        for cell, column in zip(cells, columns, strict=True)
    )


def _cell(cell: Cell, name: str, zero: str) -> str:
    """Give a cell; `data-v` is the number that is sorted by, where one is shown."""
    text = written(cell, name, zero, BLANK)
    if cell.state == "shown":
        return f"<td data-v={cell.v!r}>{escaped_number(text)}</td>"
    told = " data-v=0" if cell.state == "zero" and zero == "0" and text else ""
    return f"<td class={cell.state}{told}>{escaped_number(text)}</td>"
