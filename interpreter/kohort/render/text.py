"""Released results as plain text."""

from __future__ import annotations

from typing import assert_never

from kohort.disclosure.released import (
    Lines,
    Listing,
    Model,
    Paragraph,
    Released,
    Status,
    Table,
    Text,
)
from kohort.render.characters import breadth, clean, left, painted, wrapped
from kohort.render.headings import status_line, word
from kohort.render.look import Look
from kohort.render.table import model_lines, table_lines


def result_text(released: Released, look: Look) -> str:
    """Give a result as lines of text, without a line end after the last."""
    content, zero = released.content, released.context.zero_display
    match content:
        case Table():
            lines = table_lines(content, look, zero)
        case Model():
            lines = model_lines(content, look, zero)
        case Status():
            lines = [status_line(content, look, zero)]
        case Text():
            lines = _document(content, look)
        case _:
            assert_never(content)
    return "\n".join(lines)


def _document(text: Text, look: Look) -> list[str]:
    """Give the lines of a document, a blank line between its blocks."""
    lines: list[str] = []
    for block in text.blocks:
        made = _block(block, look)
        lines += ["", *made] if lines else made
    return lines


def _block(block: Paragraph | Listing | Lines, look: Look) -> list[str]:
    match block:
        case Paragraph():
            return [clean(line) for line in block.text.splitlines()]
        case Listing():
            return _listing(block, look)
        case Lines():
            return [clean(line.replace("\t", "    ")) for line in block.lines]


def _listing(listing: Listing, look: Look) -> list[str]:
    """Give a table of words; texts of the last column break into lines where the width is known."""
    title = [painted(clean(listing.title), "bold", look.color)] if listing.title else []
    if not listing.headings:
        return title
    heads = [word(key, look) for key in listing.headings]
    rows = [heads, *([clean(text) for text in row] for row in listing.rows)]
    widths = [max(breadth(row[place]) for row in rows) for place in range(len(heads) - 1)]
    indent = sum(widths) + 2 * len(widths)
    room = None if look.width is None else max(look.width - indent, 20)
    lines: list[str] = []
    for row in rows:
        beside = "".join(left(text, width) + "  " for text, width in zip(row, widths, strict=False))
        first, *more = [row[-1]] if room is None else wrapped(row[-1], room)
        lines += [(beside + first).rstrip(), *(" " * indent + line for line in more)]
    return [*title, painted(lines[0], "bold", look.color), *lines[1:]]
