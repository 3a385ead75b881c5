"""What released results are made of: cells, their headings, notes, and grids of them.

This module imports nothing heavy, since the front end reads results with it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Final, Literal, get_args

State = Literal["shown", "zero", "hidden", "missing", "folded", "low", "high"]
STATES: Final = frozenset(get_args(State))
KeyKind = Literal[
    "code", "variable", "statistic", "total", "missing", "term", "reference", "equation"
]


@dataclass(frozen=True)
class Cell:
    """One published number, already rounded.

    `zero`: prints as the context's `zero_display`. `hidden`: withheld. `missing`: no value exists.
    `folded`: part of a note. `low`, `high`: a share printed as `<5 %` or `>95 %`. Only a shown cell
    holds a number, and a zero cell at most 0: raises `ValueError` otherwise, so that no withheld
    number travels.
    """

    v: float | int | None
    state: State = "shown"

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise ValueError("unknown state of a cell")
        # numpy's numbers would not cross the process boundary, and a bool is no number
        if type(self.v) not in {int, float, NoneType}:
            raise ValueError("a cell holds a plain number")
        if self.state == "shown":
            if self.v is None or (isinstance(self.v, float) and not math.isfinite(self.v)):
                raise ValueError("a shown cell holds a finite number")
        elif self.v is not None and not (self.state == "zero" and self.v == 0):
            raise ValueError("a cell that is not shown holds no number")


@dataclass(frozen=True)
class Key:
    """A heading: a code of a variable, or a word of the heading catalogue.

    `kind`: `code` (with `code` and `label`), `variable` (name in `code`, title in `label`),
    `statistic` (`freq`, `mean` ...; for `lower` and `upper` the level in per cent in `label`, 95 if
    none; without a code a blank heading), `total`, `missing`, `term` (stable id in `code`, printed
    name in `label`), `reference` (heads the levels of a factor: its name in `code`, the printed
    reference category in `label`; its cells are missing), `equation` (heads the terms of one
    equation of a model, with its printed name in `label`; without one, a row that is named by a
    heading key and does not decide the number format).
    """

    kind: KeyKind
    code: int | float | str | None = None
    label: str | None = None


@dataclass(frozen=True)
class Note:
    """A line under a result: a message key and the words and released numbers put into it."""

    key: str
    words: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A grid: a row has as many keys as `stub`, a column as many as `heads`.

    `cells[r][c]` belongs to `rows[r]` and `columns[c]`; the statistic that decides the number
    format is the row's or the column's key of kind `statistic` (the row's goes first); without one
    it is `freq`. Empty `heads` leave the columns unnamed. Raises `ValueError` where the sizes
    differ.
    """

    title: str
    stub: tuple[Key, ...]
    rows: tuple[tuple[Key, ...], ...]
    columns: tuple[tuple[Key, ...], ...]
    cells: tuple[tuple[Cell, ...], ...]
    notes: tuple[Note, ...] = ()
    flatten: bool = False
    heads: tuple[Key, ...] = ()

    def __post_init__(self) -> None:
        depth = len(self.heads) or len(self.columns[0] if self.columns else ())
        if any(len(row) != len(self.stub) for row in self.rows):
            raise ValueError("a row has other keys than the stub")
        if any(len(column) != depth for column in self.columns):
            raise ValueError("a column has other keys than the heads")
        if len(self.cells) != len(self.rows):
            raise ValueError("a table has as many lines of cells as rows")
        if any(len(line) != len(self.columns) for line in self.cells):
            raise ValueError("a line has as many cells as there are columns")
