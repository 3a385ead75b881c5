"""The marks of a figure in words and plain numbers: what every drawing of it is made from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from kohort.disclosure.released_figure import Figure, Role
from kohort.disclosure.released_table import Cell, Key, Table
from kohort.render.headings import heading, word
from kohort.render.look import Look
from kohort.render.numbers import written

_BETWEEN = " · "
_LONG = 5
NARROW: Final = "\u202f"
"""Groups the thousands of numbers in drawings."""


@dataclass(frozen=True)
class Mark:
    """One mark: its panel, its place on the axis, its series, and its published numbers.

    A number that is withheld, does not exist or is a published zero is None: it is not drawn.
    `told` has the numbers as text.
    """

    panel: str
    category: str
    series: str
    numbers: tuple[float | None, ...]
    told: tuple[str, ...]
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Marks:
    """All marks of a figure in the language of a look; `zero` is how a published zero prints."""

    figure: Figure
    look: Look
    zero: str = "0"

    @cached_property
    def every(self) -> tuple[Mark, ...]:
        """The marks in the order of the table."""
        table = self.figure.table
        return tuple(
            Mark(
                self._text(row, "panel"),
                self._text(row, "category"),
                self._text(row, "series"),
                tuple(value_of(cell) for cell in cells),
                tuple(
                    grouped(written(cell, name, self.zero, NARROW))
                    for cell, name in zip(cells, self.names, strict=True)
                ),
                row,
            )
            for row, cells in zip(table.rows, table.cells, strict=True)
        )

    def _text(self, row: Sequence[Key], role: Role) -> str:
        found = zip(row, self.figure.roles, strict=True)
        return _BETWEEN.join(heading(key, self.look) for key, given in found if given == role)

    def distinct(self, role: Role) -> list[str]:
        """Give the texts of a role, each once, in order."""
        return list(dict.fromkeys(getattr(mark, role) for mark in self.every))

    @cached_property
    def panels(self) -> list[str]:
        """The panels; one without a name where the figure is a single chart."""
        return self.distinct("panel") or [""]

    @property
    def names(self) -> tuple[str, ...]:
        """The statistics of the columns: they decide how numbers are written."""
        return tuple(
            next((str(k.code) for k in column if k.kind == "statistic"), "freq")
            for column in self.figure.table.columns
        )

    def role(self, role: Role) -> str:
        """Give what heads a role: the names of its variables."""
        found = zip(self.figure.table.stub, self.figure.roles, strict=True)
        return said([key for key, given in found if given == role], self.look)

    def look_up(self, statistic: str) -> str:
        """Give the heading of a statistic."""
        return word(statistic, self.look)

    def axis(self, name: str) -> str:
        """Give what stands at an axis, `x` or `y`."""
        return said(self.figure.x if name == "x" else self.figure.y, self.look)


def said(keys: Iterable[Key], look: Look) -> str:
    """Give a heading of several keys; variables by title and name."""
    texts = [_said(key, look) for key in keys]
    return ", ".join(text for text in texts if text)


def _said(key: Key, look: Look) -> str:
    if key.kind == "variable" and key.label and look.labels != "code":
        name, title = heading(key, look), heading(Key("term", key.code, key.label), look)
        return f"{title} ({name})" if name != title else name
    return heading(key, look)


def grouped(text: str) -> str:
    """Give a written number with its thousands apart, as the axes have them."""
    whole, point, rest = text.partition(".")
    if not whole.removeprefix("-").isdecimal() or len(whole.removeprefix("-")) < _LONG:
        return text
    return f"{int(whole):,}".replace(",", NARROW) + point + rest


def value_of(cell: Cell) -> float | None:
    """Give the number that a cell is drawn with."""
    return cell.v if cell.state == "shown" else None


def values_by_panel(table: Table, look: Look, panels: int) -> dict[str, list[float | None]]:
    """Give the rows of a table by the text of their first `panels` keys."""
    return {
        _BETWEEN.join(heading(key, look) for key in row[:panels]): [value_of(c) for c in cells]
        for row, cells in zip(table.rows, table.cells, strict=True)
    }
