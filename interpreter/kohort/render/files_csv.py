"""Tables as CSV: one line of headings, numbers as they were released, no formula."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Final

from kohort.render.files_grid import Entry, Grid, flat
from kohort.render.headings import word
from kohort.render.look import Look

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_text(grid: Grid, look: Look) -> str:
    """Give a table as CSV (RFC 4180, lines end with a line feed).

    What is withheld or does not exist is the text that tables show. Notes are not in it: a program
    that reads the file would take them for rows.
    """
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    stub = [text or word("statistic", look) for text in grid.stub]
    heads = [*stub, *(flat(column, look) for column in grid.columns)]
    writer.writerow([harmless(text) for text in heads])
    for words, entries in zip(grid.rows, grid.cells, strict=True):
        writer.writerow([*map(harmless, words), *map(_number, entries)])
    return stream.getvalue()


def notes_text(grid: Grid) -> str:
    """Give what belongs to a table besides its cells, a line each."""
    pairs = [f"{name}: {entry.text}" for name, entry in grid.pairs]
    blocks = [[grid.title] if grid.title else [], pairs, list(grid.notes), list(grid.origin)]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def harmless(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula; numbers stay as they are."""
    if not text.startswith(_FORMULA) or _is_number(text):
        return text
    return f"'{text}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and "_" not in text


def _number(entry: Entry) -> str:
    return entry.text if entry.value is None else repr(entry.value).removesuffix(".0")
