"""Saves the tables of a script as files, beside its other output."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kohort.event import Event, Result
from kohort.output import Output
from kohort.render import Look
from kohort.script_file import reason
from kohort.trouble import Trouble

if TYPE_CHECKING:
    from kohort.render.files_grid import Grid

FORMS: Final = ("csv", "xlsx", "latex", "markdown")
_ENDINGS: Final = {"csv": "csv", "xlsx": "xlsx", "latex": "tex", "markdown": "md"}
WORKBOOK: Final = "tables.xlsx"


@dataclass(frozen=True)
class Wanted:
    """A folder for the tables, and their form: one workbook, or a file for each table."""

    folder: Path
    form: str

    @property
    def ending(self) -> str:
        """The ending of the files."""
        return _ENDINGS[self.form]

    def path(self, number: int, grid: Grid) -> Path:
        """Give the file of the table of this number, counted from 1."""
        word = re.match(r"[a-z-]+", grid.title)
        name = word[0] if word else "table"
        return self.folder / f"{number:02d}-{name}.{self.ending}"


def wanted(tables: str | None, form: str | None) -> Wanted | None:
    """Give what the command line asks for, or None. Raises `Trouble`."""
    if tables is None:
        if form is not None:
            raise Trouble("--tables-as needs --tables DIR")
        return None
    folder = Path(tables)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise Trouble(f"{tables} cannot be made: {reason(error)}") from None
    return Wanted(folder, form or "csv")


class TableFiles:
    """Passes every event on, and saves each table when it comes; a workbook at the end."""

    def __init__(self, beside: Output, files: Wanted, look: Look) -> None:
        self._beside, self._files, self._look = beside, files, look
        self._grids: list[Grid] = []

    def put(self, event: Event) -> None:
        """Take one event. Raises `Trouble` where a file cannot be written."""
        from kohort.render.files_grid import grids

        self._beside.put(event)
        if isinstance(event, Result):
            for grid in grids(event.released.content, event.released.context, self._look):
                self._grids.append(grid)
                self._save(grid)

    def _save(self, grid: Grid) -> None:
        path = self._files.path(len(self._grids), grid)
        match self._files.form:
            case "csv":
                from kohort.render.files_csv import csv_text, notes_text

                _write(path, csv_text(grid, self._look))
                _write(path.with_name(f"{path.stem}-notes.txt"), notes_text(grid))
            case "latex":
                from kohort.render.files_latex import latex_text

                _write(path, latex_text(grid))
            case "markdown":
                from kohort.render.files_markdown import markdown_text

                _write(path, markdown_text(grid, self._look))
            case _:
                pass

    def end(self) -> None:
        """Write what waits for the end. Raises `Trouble`."""
        self._beside.end()
        if self._files.form == "xlsx" and self._grids:
            from kohort.render.files_excel import excel_bytes

            _write(self._files.folder / WORKBOOK, excel_bytes(self._grids))


def beside(output: Output, files: Wanted | None, language: str) -> Output:
    """Give the output that saves tables too, where files are wanted."""
    return output if files is None else TableFiles(output, files, Look(language))


def _write(path: Path, content: str | bytes) -> None:
    try:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise Trouble(f"{path} cannot be written: {reason(error)}") from None
