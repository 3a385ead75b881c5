"""What is published of a model, as numbers: equations, header, further tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from kohort.disclosure.model_support import Grouping
from kohort.estimators.design import Floats

Constant: TypeAlias = Literal["shown", "hidden", "none"]
Figure: TypeAlias = "float | int | str | None"


@dataclass(frozen=True, eq=False)
class Coefficients:
    """Rows of a table of estimates, all numbers published; arrays are float64 in the order of
    names.

    `errors`, `t` (or z), `p` are None where the table does not have them.
    """

    names: tuple[str, ...]
    coefficients: Floats
    errors: Floats | None
    t: Floats | None
    p: Floats | None
    lower: Floats
    upper: Floats
    heading: str | None = None


@dataclass(frozen=True, eq=False)
class FurtherTable:
    """One more table of a model: `title` and column names are heading keys; cells may be missing.

    `rows` are ids of columns (`term`), heading keys (`statistic`).
    """

    title: str
    stub: Literal["term", "statistic"]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[float | None, ...], ...]
    headings: tuple[tuple[str, int], ...] = ()
    hidden: bool = False


@dataclass(frozen=True, eq=False)
class ModelNumbers:
    """The published numbers of a model, all rounded (under an open profile, none).

    `n`: units; `observations`: rows, the same number where each row is a unit. `equations` hold
    what is printed: hidden constants and controls have no row there; `constant` and `controls` (how
    many) say so. `header`: (heading key, number or words) in order. `dropped` are collinear
    columns, `unsupported` products of indicators that too few units have; `groupings` tell
    references and merged categories of factors, `printed` those of roles.
    """

    n: int
    observations: int
    equations: tuple[Coefficients, ...]
    header: tuple[tuple[str, Figure], ...]
    tables: tuple[FurtherTable, ...]
    constant: Constant
    controls: int
    level: float
    tests: Literal["t", "z"]
    dropped: tuple[str, ...]
    unsupported: tuple[str, ...]
    groupings: Mapping[str, Grouping]
    printed: Mapping[str, Grouping]
    notes: tuple[tuple[str, Mapping[str, str | int]], ...]
    exponentiated: bool = False

    def figure(self, name: str) -> float:
        """Give a number of the header."""
        value = dict(self.header)[name]
        return math.nan if value is None else float(value)

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the rows of the first equation."""
        return self.equations[0].names

    @property
    def coefficients(self) -> Floats:
        """Estimates of the first equation."""
        return self.equations[0].coefficients

    @property
    def errors(self) -> Floats:
        """Errors of the first equation."""
        errors = self.equations[0].errors
        assert errors is not None
        return errors
