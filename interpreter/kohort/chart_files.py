"""Saves the charts of a script as picture files, beside its other output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kohort.disclosure.released import Content, Figure, Several
from kohort.event import Event, Result
from kohort.output import Output
from kohort.script_file import reason
from kohort.trouble import Trouble

SUFFIXES: Final = (".svg", ".png", ".pdf")


@dataclass(frozen=True)
class Wanted:
    """Which files: a folder for every chart, or a file for the first (further ones numbered)."""

    folder: Path | None = None
    suffix: str = ".svg"
    file: Path | None = None

    @property
    def ending(self) -> str:
        """The ending of the files."""
        return self.suffix if self.file is None else self.file.suffix.lower()

    def path(self, number: int, figure: Figure) -> Path:
        """Give the file of the chart of this number, counted from 1."""
        if self.file is not None:
            more = f"-{number}" if number > 1 else ""
            return self.file.with_name(f"{self.file.stem}{more}{self.ending}")
        assert self.folder is not None
        word = re.match(r"[a-z-]+", figure.title)
        return self.folder / f"{number:02d}-{word[0] if word else figure.kind}{self.suffix}"


def wanted(charts: str | None, form: str | None, to: str | None) -> Wanted | None:
    """Give the files that the command line asks for, or None. Raises `Trouble`."""
    picture = Path(to or "").suffix.lower() in SUFFIXES
    if charts is None:
        if form is not None:
            raise Trouble("--charts-as needs --charts DIR")
        return Wanted(file=Path(to)) if picture and to is not None else None
    if picture:
        raise Trouble("a picture file and --charts do not go together; choose one")
    folder = Path(charts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(f"{charts} cannot be made: {reason(error)}") from None
    return Wanted(folder, f".{form or 'svg'}")


class ChartFiles:
    """Passes every event on, and saves each chart when it comes."""

    def __init__(self, beside: Output, files: Wanted, language: str) -> None:
        self._beside, self._files, self._language = beside, files, language
        self._saved = 0

    def put(self, event: Event) -> None:
        """Take one event. Raises `Trouble` where a file cannot be written."""
        self._beside.put(event)
        if isinstance(event, Result):
            for figure in _figures(event.released.content):
                self._save(figure)

    def _save(self, figure: Figure) -> None:
        from kohort.render.chart_file import drawn

        self._saved += 1
        path = self._files.path(self._saved, figure)
        try:
            path.write_bytes(drawn(figure, path.suffix, self._language))
        except OSError as error:
            raise Trouble(f"{path} cannot be written: {reason(error)}") from None

    def end(self) -> None:
        """Write what waits for the end. Raises `Trouble`, also where no chart came for a file."""
        self._beside.end()
        if self._files.file is not None and not self._saved:
            raise Trouble(f"the script draws no chart; {self._files.file} is not written")


def beside(output: Output, files: Wanted | None, language: str) -> Output:
    """Give the output that saves charts too, where files are wanted."""
    return output if files is None else ChartFiles(output, files, language)


def _figures(content: Content) -> Iterator[Figure]:
    if isinstance(content, Figure):
        yield content
    elif isinstance(content, Several):
        yield from (part for part in content.parts if isinstance(part, Figure))
