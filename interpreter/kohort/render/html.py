"""Results and diagnostics as HTML elements, every text escaped.

Nothing from a script or a catalogue becomes a tag, an attribute's name or an address.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from kohort.diagnostic import Diagnostic
from kohort.disclosure.released import (
    Cell,
    Figure,
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
from kohort.messages import find
from kohort.render.diagnostics import diagnostic_text
from kohort.render.headings import header, listed_rows, status_line, word
from kohort.render.html_table import table_element
from kohort.render.html_text import BLANK, escaped, escaped_lines
from kohort.render.look import Look
from kohort.render.markdown import html_of_markdown
from kohort.render.notes import note_lines
from kohort.render.numbers import COUNTS

__all__ = ["BLANK", "escaped", "escaped_lines", "fragment"]


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
            return table_element(content, look, zero) + _notes(notes)
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


def _model(model: Model, look: Look, zero: str) -> str:
    pairs = header(model, look, zero, BLANK)
    listed = "".join(
        f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>" for name, value in pairs
    )
    title = f"<p class=title>{escaped(model.title)}</p>\n" if model.title else ""
    numbers = tuple(value for _, value in model.header if isinstance(value, Cell))
    notes = note_lines(
        (*model.table.notes, *model.notes), (*model.table.cells, numbers), look, BLANK
    )
    table = model.table if model.table.title != model.title else replace(model.table, title="")
    grid = table_element(table, look, zero, name=model.title)
    return f"{title}<dl class=fit>{listed}</dl>\n{grid}{_notes(notes)}"


def _figure(figure: Figure, look: Look, zero: str) -> str:
    """Give a chart as a drawing with its specification, and its numbers as a table to unfold."""
    from kohort.render.chart_file import svg
    from kohort.render.chart_spec import description, vega_spec
    from kohort.render.report_svg import safe_svg

    drawing = safe_svg(svg(figure, look.language))
    told = escaped(description(figure, look.language) or figure.title)
    spec = escaped(json.dumps(vega_spec(figure, look.language), ensure_ascii=False))
    table = table_element(
        replace(figure.table, title="", flatten=False), look, zero, name=figure.title
    )
    numbers = escaped(find("report", "numbers", look.language) or "")
    return (
        f'<figure class=chart data-spec="{spec}">\n'
        f'<div class=drawing role=img aria-label="{told}">{drawing}</div>\n'
        f"<details class=numbers><summary>{numbers}</summary>\n{table}\n</details></figure>"
        f"{_notes(note_lines(figure.notes, figure.table.cells, look, BLANK))}"
    )


def _notes(lines: Sequence[str]) -> str:
    return "".join(f"\n<p class=note>{escaped(text)}</p>" for text in lines)


def _block(block: Paragraph | Listing | Lines, look: Look) -> str:
    match block:
        case Paragraph():
            return f"<div class=prose>\n{html_of_markdown(block.text, 2)}\n</div>"
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
    return (
        f"<div class=grid><table class=words>{caption}<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def _words(row: Sequence[str], sides: Sequence[str]) -> str:
    return "".join(f"<td{side}>{escaped(text)}</td>" for text, side in zip(row, sides, strict=True))
