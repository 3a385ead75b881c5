"""Tables and models as text."""

from __future__ import annotations

from collections.abc import Sequence

from kohort.disclosure.released import Cell, Model, Table
from kohort.render.characters import breadth, clean, left, painted, wrapped
from kohort.render.grid import Column, drawn
from kohort.render.headings import column_headings, header, heading, statistic, stub_texts
from kohort.render.look import Look
from kohort.render.notes import note_lines
from kohort.render.numbers import COUNTS, grouped, written


def table_lines(table: Table, look: Look, zero: str) -> list[str]:
    """Give a table's lines: title, grid, notes."""
    notes = note_lines(table.notes, table.cells, look)
    return [*_title(table.title, look), *_grid(table, look, zero), *_dimmed(notes, look)]


def model_lines(model: Model, look: Look, zero: str) -> list[str]:
    """Give a model's lines: title, header in two columns, a blank line, coefficients, notes."""
    table = model.table
    numbers = tuple(value for _, value in model.header if isinstance(value, Cell))
    notes = note_lines((*table.notes, *model.notes), (*table.cells, numbers), look)
    heads = _header_lines(header(model, look, zero), look)
    grid = _grid(table, look, zero, bars=False)
    return [
        *_title(model.title, look),
        *heads,
        *([""] if heads else []),
        *(_title(table.title, look) if table.title != model.title else []),
        *grid,
        *_dimmed(notes, look),
    ]


def _title(title: str, look: Look) -> list[str]:
    return [painted(clean(title), "bold", look.color)] if title else []


def _dimmed(notes: Sequence[str], look: Look) -> list[str]:
    lines = notes if look.width is None else [t for n in notes for t in wrapped(n, look.width)]
    return [painted(line, "dim", look.color) for line in lines]


def _header_lines(pairs: Sequence[tuple[str, str]], look: Look) -> list[str]:
    names = max((breadth(name) for name, _ in pairs), default=0)
    values = max((breadth(value) for _, value in pairs[::2]), default=0)
    lines = [f"{left(name, names)}  {value}" for name, value in pairs]
    beside = [
        f"{left(lines[i], names + 2 + values)}    {lines[i + 1] if i + 1 < len(lines) else ''}"
        for i in range(0, len(lines), 2)
    ]
    fits = look.width is None or all(breadth(line) <= look.width for line in beside)
    return [line.rstrip() for line in (beside if fits else lines)]


def _grid(table: Table, look: Look, zero: str, bars: bool = True) -> list[str]:
    texts = stub_texts(table, look)
    stub = [
        Column((heading(key, look),), tuple(line[place] for line in texts))
        for place, key in enumerate(table.stub)
    ]
    body = []
    for c, (column, headings) in enumerate(
        zip(table.columns, column_headings(table, look), strict=True)
    ):
        statistics = [statistic(row, column) for row in table.rows]
        cells = tuple(
            _number(line[c], name, look, zero)
            for line, name in zip(table.cells, statistics, strict=True)
        )
        points = len({*statistics}) == 1 and statistics[0] not in COUNTS
        apart = bars and not table.flatten and c > 0 and column[0].kind == "total"
        body.append(Column(headings, cells, points, apart))
    return drawn(stub, body, look, bars and not table.flatten)


def _number(cell: Cell, name: str, look: Look, zero: str) -> str:
    text = written(cell, name, zero)
    return grouped(text) if look.grouped else text
