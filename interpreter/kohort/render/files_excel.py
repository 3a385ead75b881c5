"""Tables as an Excel workbook: a sheet each, numbers as numbers, no formula and no link."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from kohort.render.characters import breadth
from kohort.render.files_grid import Entry, Grid
from kohort.render.numbers import COUNTS, FIXED

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME: Final = 31
_WIDEST: Final = 40
_MADE: Final = datetime(2000, 1, 1)
"""Written into the file in place of the time, so that the same tables give the same bytes."""


def excel_bytes(grids: Sequence[Grid]) -> bytes:
    """Give a workbook with a sheet for each table; notes stand under the cells."""
    from xlsxwriter import Workbook

    stream = BytesIO()
    told = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(stream, {"in_memory": True, **told})
    book.set_properties({"created": _MADE, "author": "kohort"})
    for number, grid in enumerate(grids, 1):
        _Sheet(book, book.add_worksheet(_name(number, grid))).write(grid)
    book.close()
    return stream.getvalue()


def _name(number: int, grid: Grid) -> str:
    """Give a sheet's name: its number and the first words of the title."""
    words = _FORBIDDEN.sub(" ", grid.title).strip()
    return f"{number} {words}"[:_LONGEST_NAME].strip()


class _Sheet:
    """Writes one table into one sheet."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self._book, self._sheet = book, sheet
        self._row = 0
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def write(self, grid: Grid) -> None:
        """Write title, named numbers, headings, cells, and what stands under them."""
        if grid.title:
            self._text(0, grid.title, bold=True)
            self._row += 2
        for name, entry in grid.pairs:
            self._text(0, name)
            self._entry(1, entry)
            self._row += 1
        self._row += bool(grid.pairs)
        self._table(grid)
        for notes in (grid.notes, grid.origin):
            self._row += 1
            for note in notes:
                self._text(0, note, italic=True, font_color="#595959")
                self._row += 1

    def _table(self, grid: Grid) -> None:
        depth = max(map(len, grid.columns), default=1)
        stub = len(grid.stub)
        for level in range(depth):
            if level == depth - 1:
                for place, text in enumerate(grid.stub):
                    self._text(place, text, bold=True, bottom=1)
            for place, column in enumerate(grid.columns):
                self._text(stub + place, column[level], bold=True, align="right",
                           bottom=int(level == depth - 1))  # fmt: skip
            self._row += 1
        if not grid.notes and not grid.pairs and depth == 1:
            self._sheet.freeze_panes(self._row, stub)
        for words, entries in zip(grid.rows, grid.cells, strict=True):
            for place, text in enumerate(words):
                self._text(place, text)
            for place, entry in enumerate(entries):
                self._entry(stub + place, entry)
            self._row += 1
        self._set_widths(grid)

    def _set_widths(self, grid: Grid) -> None:
        columns = [
            *(zip(*[grid.stub, *grid.rows], strict=True)),
            *(
                [*column, *(line[place].text for line in grid.cells)]
                for place, column in enumerate(grid.columns)
            ),
        ]
        for place, texts in enumerate(columns):
            width = max(map(breadth, texts), default=0) + 2
            self._sheet.set_column(place, place, min(max(width, 8), _WIDEST))

    def _text(self, column: int, text: str, **look: Any) -> None:
        self._sheet.write_string(self._row, column, text, self._format(**look))

    def _entry(self, column: int, entry: Entry) -> None:
        if entry.value is None:
            self._text(column, entry.text, align="right")
        else:
            decimals = self._format(num_format=number_format(entry))
            self._sheet.write_number(self._row, column, entry.value, decimals)

    def _format(self, **look: Any) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]


def number_format(entry: Entry) -> str:
    """Give Excel's format for a number: thousands grouped, the decimals that tables show."""
    if entry.statistic in COUNTS:
        return "#,##0"
    if entry.statistic in FIXED:
        return f"0.{'0' * FIXED[entry.statistic]}"
    _, _, decimals = entry.text.partition(".")
    return f"#,##0.{'0' * len(decimals)}" if decimals.isdigit() else "#,##0"
