"""A released table as rows of words and numbers, from which every form of file is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kohort.disclosure.released import (
    Cell,
    Content,
    Context,
    Figure,
    Model,
    Note,
    Several,
    Table,
)
from kohort.messages import sentence
from kohort.render.characters import clean
from kohort.render.context import effect_texts, steps
from kohort.render.headings import column_headings, header, heading, statistic, word
from kohort.render.look import Look
from kohort.render.notes import note_lines
from kohort.render.numbers import written

BETWEEN = " / "
"""Between the levels of a heading where a form has one line of headings only."""


@dataclass(frozen=True)
class Entry:
    """A cell: as it is read, and the released number behind it where one is shown.

    `statistic` decides how many decimals it has.
    """

    text: str
    value: float | int | None = None
    statistic: str = ""


@dataclass(frozen=True)
class Grid:
    """A table for a file.

    `stub` heads the columns of `rows`, which say what a line is about; `columns` holds the levels
    of each heading, outermost first; `pairs` are named numbers above a model's table; `notes` what
    stands under it, `origin` where it comes from.
    """

    title: str
    stub: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[Entry, ...], ...]
    pairs: tuple[tuple[str, Entry], ...] = ()
    notes: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()


def grids(content: Content, context: Context, look: Look) -> Iterator[Grid]:
    """Give a grid for each table, model and chart of a result; other results have none."""
    look = replace(look, context=True)
    parts = content.parts if isinstance(content, Several) else (content,)
    for part in parts:
        match part:
            case Table():
                yield _grid(part, part.title, part.notes, context, look)
            case Figure():
                table = replace(part.table, flatten=False)
                yield _grid(table, part.title, part.notes, context, look)
            case Model():
                yield _model(part, context, look)
            case _:
                pass


def _grid(table: Table, title: str, notes: tuple[Note, ...], context: Context, look: Look) -> Grid:
    zero = context.zero_display
    return Grid(
        clean(title),
        tuple(heading(key, look) for key in table.stub),
        tuple(tuple(heading(key, look) for key in row) for row in table.rows),
        tuple(column_headings(table, look)),
        tuple(
            tuple(
                _entry(cell, statistic(row, column), zero)
                for cell, column in zip(line, table.columns, strict=True)
            )
            for row, line in zip(table.rows, table.cells, strict=True)
        ),
        notes=tuple(note_lines(notes, table.cells, look)),
        origin=tuple(origin(context, look)),
    )


def _model(model: Model, context: Context, look: Look) -> Grid:
    made = _grid(model.table, model.title, (), context, look)
    texts = header(model, look, context.zero_display)
    values = [
        _entry(value, name, context.zero_display)
        if isinstance(value, Cell)
        else Entry(clean(value))
        for name, value in model.header
        if name != "df"
    ]
    numbers = tuple(value for _, value in model.header if isinstance(value, Cell))
    notes = (*model.table.notes, *model.notes)
    return replace(
        made,
        pairs=tuple(
            (name, replace(entry, text=text))
            for (name, text), entry in zip(texts, values, strict=True)
        ),
        notes=tuple(note_lines(notes, (*model.table.cells, numbers), look)),
    )


def _entry(cell: Cell, name: str, zero: str) -> Entry:
    text = written(cell, name, zero)
    value = cell.v if cell.state == "shown" else None
    if cell.state == "zero" and zero == "0" and text:
        value = 0
    # What is printed as a bound (a probability of `<0.001`) is no number in a file either.
    return Entry(text, None if text.startswith("<") else value, name)


def origin(context: Context, look: Look) -> list[str]:
    """Give where a result comes from, a sentence each: units, variables, protection, databanks."""

    def told(key: str, text: str) -> str:
        return f"{clean(sentence('report', key, {}, look.language))}: {text}"

    lines = []
    if context.population:
        lines.append(told("population", "; ".join(steps(context, look))))
    made = [f"{name} ({', '.join(found)})" for name, found in context.sources if found]
    if made:
        lines.append(told("variables", clean("; ".join(made))))
    if context.missing:
        text = sentence("report", f"missing_{context.missing}", {}, look.language)
        lines.append(told("missing", text))
    lines += effect_texts(context, look)
    if context.databanks:
        lines.append(told("databanks", clean(", ".join(context.databanks))))
    if context.profile:
        lines.append(told("profile", clean(f"{context.profile} {context.profile_hash}").strip()))
    return lines


def flat(column: tuple[str, ...], look: Look) -> str:
    """Give the levels of a heading on one line; a heading without words is that of a count."""
    return BETWEEN.join(text for text in column if text) or word("freq", look)
