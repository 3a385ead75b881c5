"""A chart that has passed the filter: a table of its marks, and how they are drawn.

A figure holds no number besides those of its tables, so that it cannot tell more than they do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kohort.disclosure.released_table import Key, Note, Table

FigureKind = Literal["bar", "bins", "box", "hexagon", "pie", "flow", "curve", "interval"]
Role = Literal["panel", "category", "series"]
Drawing = Literal["stack", "horizontal", "normal", "discrete", "step", "one"]

COLUMNS = {
    "bar": 1, "bins": 3, "box": 7, "hexagon": 4, "pie": 2, "flow": 1, "curve": 4,
    "interval": 3,
}  # fmt: skip
"""How many numbers a mark of each kind has."""


@dataclass(frozen=True)
class Figure:
    """A chart of marks, one for each row of `table`; `roles` says what each key of a row is for.

    `panel`: a chart of its own; `category`: a place on the axis; `series`: a colour. The columns
    are, by `kind`: `bar`: the height; `bins`: from, to, height (`discrete`: the value, itself,
    height); `box`: lower whisker, quartiles, upper whisker, mean, number of units; `hexagon`: x, y
    of its middle, least and most of its class of counts; `pie`: count, per cent; `flow`: the count
    of a link (keys: stage, code, code of the next stage); `curve`: x, y, lower, upper; `interval`:
    estimate, lower, upper. `further`: numbers drawn beside the marks (mean and standard deviation
    of a normal curve by panel; codes of the stages of a flow with their counts). `x`, `y`: what
    the axes say. `drawn`: how: `stack`, `horizontal`; `normal`: with a normal curve; `step`: curves
    are stairs; `one`: no effect is 1, not 0. Raises `ValueError` where the sizes differ.
    """

    kind: FigureKind
    title: str
    table: Table
    roles: tuple[Role, ...]
    x: tuple[Key, ...] = ()
    y: tuple[Key, ...] = ()
    further: tuple[Table, ...] = ()
    drawn: tuple[Drawing, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in COLUMNS:
            raise ValueError("unknown kind of figure")
        if len(self.roles) != len(self.table.stub):
            raise ValueError("a figure has as many roles as its marks have keys")
        if len(self.table.columns) != COLUMNS[self.kind]:
            raise ValueError("the marks have other numbers than their kind")

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes under the figure: those of its table."""
        return self.table.notes
