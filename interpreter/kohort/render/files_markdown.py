"""Tables as Markdown: a pipe table with its title above and its notes below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kohort.render.characters import breadth as width_of
from kohort.render.characters import left, right
from kohort.render.files_grid import Grid, flat
from kohort.render.look import Look

_MARKS: Final = re.compile(r"([\\`*_{}\[\]|#~$])")


def markdown_text(grid: Grid, look: Look) -> str:
    """Give a table in Markdown; every text stands for itself, whatever it looks like."""
    rows = [
        [*map(quoted, grid.stub), *(quoted(flat(column, look)) for column in grid.columns)],
        *(
            [*map(quoted, words), *(quoted(entry.text) for entry in entries)]
            for words, entries in zip(grid.rows, grid.cells, strict=True)
        ),
    ]
    lines = [f"**{quoted(grid.title)}**", ""] if grid.title else []
    lines += [f"- {quoted(name)}: {quoted(entry.text)}" for name, entry in grid.pairs]
    lines += [""] if grid.pairs else []
    lines += _table(rows, len(grid.stub))
    for notes in (grid.notes, grid.origin):
        lines += ["", *(f"- {quoted(note)}" for note in notes)] if notes else []
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Give a text with everything escaped that Markdown or HTML would read as a mark."""
    marked = _MARKS.sub(r"\\\1", text)
    return marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _table(rows: Sequence[Sequence[str]], stub: int) -> list[str]:
    widths = [max(3, *map(width_of, column)) for column in zip(*rows, strict=True)]
    rule = [
        "-" * width if place < stub else "-" * (width - 1) + ":"
        for place, width in enumerate(widths)
    ]

    def line(texts: Sequence[str]) -> str:
        put = [
            left(text, width) if place < stub else right(text, width)
            for place, (text, width) in enumerate(zip(texts, widths, strict=True))
        ]
        return f"| {' | '.join(put)} |"

    first, *others = rows
    return [line(first), f"| {' | '.join(rule)} |", *(line(row) for row in others)]
