"""Results and diagnostics as HTML elements, every text escaped.

Nothing from a script or a catalogue becomes a tag, an attribute's name or an address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Final, assert_never

from kohort.diagnostic import Diagnostic
from kohort.disclosure.released import (
    Cell,
    Figure,
    Key,
    Lines,
    Listing,
    Model,
    Paragraph,
    Released,
    Several,
    Status,
    Table,
    Text,
)
from kohort.render.characters import clean
from kohort.render.diagnostics import diagnostic_text
from kohort.render.headings import (
    column_headings,
    header,
    heading,
    listed_rows,
    statistic,
    status_line,
    stub_texts,
    word,
)
from kohort.render.look import Look
from kohort.render.markdown import html_of_markdown
from kohort.render.notes import note_lines
from kohort.render.numbers import COUNTS, written

BLANK: Final = "\u202f"
"""Groups thousands: a narrow blank at which lines do not break."""


def fragment(item: Released | Diagnostic, look: Look, source: str = "") -> str:
    """Give one result or diagnostic as an element."""
    if isinstance(item, Diagnostic):
        plain = Look(look.language, look.width, labels=look.labels)
        drawn = escaped_lines(diagnostic_text(item, plain, source))
        return f'<pre class="diagnostic {escaped(item.severity)}">{drawn}</pre>'
    content, zero = item.content, item.context.zero_display
    if isinstance(content, Status):
        return f"<p class=status>{escaped(status_line(content, look, zero, BLANK))}</p>"
    return f"<div class=result>\n{_content(content, look, zero)}\n</div>"


def _content(content: Table | Model | Figure | Text | Several, look: Look, zero: str) -> str:
    match content:
        case Table():
            notes = note_lines(content.notes, content.cells, look, BLANK)
            return _table(content, look, zero) + _notes(notes)
        case Model():
            return _model(content, look, zero)
        case Figure():
            return _figure(content, look, zero)
        case Text():
            return "\n".join(_block(block, look) for block in content.blocks)
        case Several():
            return "\n".join(_content(part, look, zero) for part in content.parts)
        case _:
            assert_never(content)


def escaped(text: str) -> str:
    return escape(clean(text), quote=True)


def escaped_lines(text: str) -> str:
    """Escape a text of several lines."""
    return "\n".join(escaped(line.replace("\t", "    ")) for line in text.split("\n"))


def _model(model: Model, look: Look, zero: str) -> str:
    pairs = header(model, look, zero, BLANK)
    listed = "".join(f"<dt>{escaped(name)}</dt><dd>{escaped(value)}</dd>" for name, value in pairs)
    title = f"<p class=title>{escaped(model.title)}</p>\n" if model.title else ""
    numbers = tuple(value for _, value in model.header if isinstance(value, Cell))
    notes = note_lines(
        (*model.table.notes, *model.notes), (*model.table.cells, numbers), look, BLANK
    )
    table = model.table if model.table.title != model.title else replace(model.table, title="")
    return f"{title}<dl>{listed}</dl>\n{_table(table, look, zero)}{_notes(notes)}"


def _figure(figure: Figure, look: Look, zero: str) -> str:
    """Give a chart as a drawing; its words and numbers were escaped by the drawing's maker."""
    from kohort.render.chart_file import svg

    notes = note_lines(figure.notes, figure.table.cells, look, BLANK)
    return f"<figure>{svg(figure, look.language)}</figure>{_notes(notes)}"


def _table(table: Table, look: Look, zero: str) -> str:
    caption = f"<caption>{escaped(table.title)}</caption>" if table.title else ""
    rows = "\n".join(
        f"<tr>{_stub(row, texts)}{_cells(row, table.columns, cells, zero)}</tr>"
        for row, texts, cells in zip(table.rows, stub_texts(table, look), table.cells, strict=True)
    )
    heads = f"<thead>{_heads(table, look)}</thead>"
    return f"<table>{caption}\n{heads}\n<tbody>\n{rows}\n</tbody></table>"


def _heads(table: Table, look: Look) -> str:
    """Give the heading lines; the stub's headings stand in the last."""
    texts = column_headings(table, look)
    depth = max((len(column) for column in texts), default=1)
    lines = []
    for level in range(depth):
        last = level == depth - 1
        stub = "".join(
            f"<th scope=col class=stub>{escaped(heading(key, look)) if last else ''}</th>"
            for key in table.stub
        )
        body = "".join(f"<th scope=col>{escaped(column[level])}</th>" for column in texts)
        lines.append(f"<tr>{stub}{body}</tr>")
    return "\n".join(lines)


def _stub(row: tuple[Key, ...], texts: Sequence[str]) -> str:
    """Give a row's headings; the title of a variable shows when the reader points at its name."""
    cells = []
    for key, text in zip(row, texts, strict=True):
        hint = f' title="{escaped(key.label)}"' if key.kind == "variable" and key.label else ""
        # blanks at the start of a cell collapse; an em space does not
        shown = escaped(text.replace("  ", "\u2003", 1) if text.startswith("  ") else text)
        cells.append(f"<th scope=row class=stub{hint}>{shown}</th>")
    return "".join(cells)


def _cells(
    row: tuple[Key, ...], columns: Sequence[tuple[Key, ...]], cells: Sequence[Cell], zero: str
) -> str:
    return "".join(
        _cell(cell, statistic(row, column), zero)
        for cell, column in zip(cells, columns, strict=True)
    )


def _cell(cell: Cell, name: str, zero: str) -> str:
    mark = "" if cell.state == "shown" else f" class={cell.state}"
    return f"<td{mark}>{escaped(written(cell, name, zero, BLANK))}</td>"


def _notes(lines: Sequence[str]) -> str:
    return "".join(f"\n<p class=note>{escaped(text)}</p>" for text in lines)


def _block(block: Paragraph | Listing | Lines, look: Look) -> str:
    match block:
        case Paragraph():
            return html_of_markdown(block.text)
        case Lines():
            return f"<pre>{escaped_lines(chr(10).join(block.lines))}</pre>"
        case Listing():
            return _listing(block, look)


def _listing(listing: Listing, look: Look) -> str:
    caption = f"<caption>{escaped(listing.title)}</caption>" if listing.title else ""
    sides = ["" if key in COUNTS else " class=word" for key in listing.headings]
    heads = "".join(
        f"<th scope=col{side}>{escaped(word(key, look))}</th>"
        for side, key in zip(sides, listing.headings, strict=True)
    )
    rows = "\n".join(f"<tr>{_words(row, sides)}</tr>" for row in listed_rows(listing, BLANK))
    return f"<table>{caption}<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>"


def _words(row: tuple[str, ...], sides: Sequence[str]) -> str:
    return "".join(f"<td{side}>{escaped(text)}</td>" for side, text in zip(sides, row, strict=True))
