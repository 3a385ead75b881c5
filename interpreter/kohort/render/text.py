"""Released results as plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import assert_never

from kohort.disclosure.released import (
    Content,
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
from kohort.render.characters import breadth, clean, left, painted, right, wrapped
from kohort.render.chart_text import figure_lines
from kohort.render.context import concerns, context_lines
from kohort.render.headings import listed_rows, status_line, word
from kohort.render.look import Look
from kohort.render.numbers import COUNTS
from kohort.render.table import model_lines, table_lines


def result_text(released: Released, look: Look) -> str:
    """Give a result as lines of text, without a line end after the last."""
    lines = _lines(released.content, look, released.context.zero_display)
    told = look.context and concerns(released.content)
    about = context_lines(released.context, look) if told else []
    return "\n".join([*lines, *(painted(line, "dim", look.color) for line in about)])


def _lines(content: Content, look: Look, zero: str) -> list[str]:
    match content:
        case Table():
            return table_lines(content, look, zero)
        case Model():
            return model_lines(content, look, zero)
        case Figure():
            return figure_lines(content, look, zero)
        case Status():
            return [status_line(content, look, zero)]
        case Text():
            return _document(content, look)
        case Several():
            return spaced([_lines(part, look, zero) for part in content.parts])
        case _:
            assert_never(content)


def spaced(blocks: Iterable[list[str]]) -> list[str]:
    """Give the lines of all blocks, a blank line between two."""
    lines: list[str] = []
    for block in blocks:
        lines += ["", *block] if lines else block
    return lines


def _document(text: Text, look: Look) -> list[str]:
    return spaced(_block(block, look) for block in text.blocks)


def _block(block: Paragraph | Listing | Lines, look: Look) -> list[str]:
    match block:
        case Paragraph():
            return [clean(line) for line in block.text.splitlines()]
        case Listing():
            return _listing(block, look)
        case Lines():
            return [clean(line.replace("\t", "    ")) for line in block.lines]


def _listing(listing: Listing, look: Look) -> list[str]:
    """Give a table of words; in a known width, texts break into lines where that makes it fit."""
    title = [painted(clean(listing.title), "bold", look.color)] if listing.title else []
    if not listing.headings:
        return title
    heads = [word(key, look) for key in listing.headings]
    rows = [heads, *([clean(text) for text in row] for row in listed_rows(listing))]
    widths = _widths(rows, look.width)
    puts = [right if key in COUNTS else left for key in listing.headings]
    first, *others = [_listed(row, widths, puts) for row in rows]
    heading = [painted(line, "bold", look.color) for line in first]
    return [*title, *heading, *(line for lines in others for line in lines)]


def _widths(rows: list[list[str]], width: int | None) -> list[int]:
    """Give each column's width: the widest are narrowed until all fit, at most to their words."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(breadth, column)) for column in columns]
    least = [
        max((breadth(word) for text in column for word in text.split()), default=0)
        for column in columns
    ]
    while width is not None and sum(widths) + 2 * (len(widths) - 1) > width:
        spare = [place for place, most in enumerate(widths) if most > max(least[place], 12)]
        if not spare:
            break
        widths[max(spare, key=lambda place: widths[place])] -= 1
    return widths


def _listed(
    row: list[str], widths: list[int], puts: Sequence[Callable[[str, int], str]]
) -> list[str]:
    """Give the lines of one row, each text broken to its column's width and put to its side."""
    texts = [wrapped(text, width) for text, width in zip(row, widths, strict=True)]
    return [
        "  ".join(
            put(lines[i] if i < len(lines) else "", width)
            for lines, width, put in zip(texts, widths, puts, strict=True)
        ).rstrip()
        for i in range(max(map(len, texts)))
    ]
