"""Draws a grid of texts as aligned lines, cut into blocks of columns that fit the width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kohort.render.characters import breadth, left, painted, right, shortened, wrapped
from kohort.render.look import Look

HEADING_WIDTH: Final = 18
"""Where headings of columns break into lines; a longer word is kept whole."""

GAP: Final = "  "
BAR: Final = " | "


@dataclass(frozen=True)
class Column:
    """One column of a grid: heading lines above its cells.

    `points`: line up decimal points. `apart`: draw a bar before it.
    """

    headings: tuple[str, ...]
    cells: tuple[str, ...]
    points: bool = False
    apart: bool = False


def drawn(
    stub: Sequence[Column], body: Sequence[Column], look: Look, bars: bool = True
) -> list[str]:
    """Give the lines of a grid: stub columns flush left, the others flush right.

    Too wide a grid is cut into blocks of columns, each with the whole stub, a blank line between;
    stub texts are shortened where they would take more than two thirds of the width. `bars` draws
    them behind stub columns.
    """
    stub = [_shortened(column, look, len(stub)) for column in stub]
    columns = [_aligned(column) for column in body]
    edge = BAR if bars else GAP
    stub_width = sum(_width(column) + len(edge) for column in stub)
    lines: list[str] = []
    for block in _blocks(
        columns, None if look.table_width is None else look.table_width - stub_width
    ):
        made = _block(stub, block, edge, look)
        lines += ["", *made] if lines else made
    return lines


def _shortened(column: Column, look: Look, beside: int) -> Column:
    if look.table_width is None:
        return column
    most = max(look.table_width * 2 // 3 // beside, 8)
    return Column(
        tuple(shortened(text, most) for text in column.headings),
        tuple(shortened(text, most) for text in column.cells),
    )


def _aligned(column: Column) -> Column:
    """Break the headings into lines, and make decimals of a column equally long with blanks."""
    headings = tuple(line for text in column.headings for line in wrapped(text, HEADING_WIDTH))
    decimals = [_decimals(text) if column.points else None for text in column.cells]
    most = max((count for count in decimals if count is not None), default=0)
    cells = tuple(
        text if count is None else text + " " * (most - count)
        for text, count in zip(column.cells, decimals, strict=True)
    )
    return Column(headings, cells, column.points, column.apart)


def _decimals(text: str) -> int | None:
    """Count what stands from the point on, None where the text is not a plain number."""
    whole, point, decimals = text.removeprefix("-").replace(" ", "").partition(".")
    if not (whole.isdigit() and (decimals.isdigit() or not point)):
        return None
    return len(point + decimals)


def _width(column: Column) -> int:
    return max(map(breadth, (*column.headings, *column.cells)), default=0)


def _blocks(columns: Sequence[Column], room: int | None) -> list[list[Column]]:
    blocks: list[list[Column]] = [[]]
    used = 0
    for column in columns:
        needed = _width(column) + len(BAR if column.apart else GAP)
        if room is not None and blocks[-1] and used + needed > room:
            blocks.append([])
            used = 0
        blocks[-1].append(column)
        used += needed
    return blocks


def _block(stub: Sequence[Column], body: Sequence[Column], edge: str, look: Look) -> list[str]:
    deep = max((len(column.headings) for column in (*stub, *body)), default=0)
    heads = [_raised(column, deep) for column in (*stub, *body)]
    count = len((*stub, *body)[0].cells) if (*stub, *body) else 0
    parts = [
        (left if place < len(stub) else right, _width(column), _edge(place, stub, body, edge))
        for place, column in enumerate((*stub, *body))
    ]

    def line(texts: Sequence[str]) -> str:
        placed = zip(texts, parts, strict=True)
        return "".join(before + put(text, width) for text, (put, width, before) in placed).rstrip()

    headings = [painted(line([head[i] for head in heads]), "bold", look.color) for i in range(deep)]
    rows = [line([column.cells[i] for column in (*stub, *body)]) for i in range(count)]
    return [*headings, *rows]


def _raised(column: Column, deep: int) -> tuple[str, ...]:
    return ("",) * (deep - len(column.headings)) + column.headings


def _edge(place: int, stub: Sequence[Column], body: Sequence[Column], edge: str) -> str:
    """Give what stands before a column."""
    if place == 0:
        return ""
    if place <= len(stub):
        return edge
    return BAR if body[place - len(stub)].apart else GAP
