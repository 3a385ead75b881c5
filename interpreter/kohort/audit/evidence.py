"""What the audit must know of an output: whose numbers, which question, how much is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

import numpy as np
from numpy.typing import NDArray

from kohort.described import (
    Anova,
    Correlations,
    Intervals,
    Normality,
    PanelSummary,
    Transitions,
)
from kohort.disclosure.publication import Publication
from kohort.disclosure.released import Cell
from kohort.results import (
    Chart,
    Column,
    Frequencies,
    Magnitudes,
    ModelCases,
    Raw,
    Size,
    Summary,
    units_of,
)
from kohort.scope import Variable

_MOST_SETS = 100
"""Cells of a table that are counted as sets of their own, at most, the smallest first."""


@dataclass(frozen=True, eq=False)
class PartOfSet:
    """A set of units and how it was divided: its true size stays inside the engine's process."""

    n: int
    sums: int
    wording: str
    partition: str


@dataclass(frozen=True, eq=False)
class Evidence:
    """`whole`: the units asked about, `keys` (uint64, one per unit) theirs; `wording` is the
    canonical wording of the question, `contents` those of its derived columns."""

    kind: str
    whole: PartOfSet
    keys: NDArray[np.uint64]
    wording: str
    contents: tuple[str, ...]
    parts: tuple[PartOfSet, ...]
    cells: int

    def __repr__(self) -> str:
        return "<unreleased>"


def evidence(raw: Raw, content: object) -> Evidence | None:
    """Give the evidence of an output; None where it tells nothing of units."""
    units = units_of(raw)
    if units is None:
        return None
    n, sums = units.size()
    population = _population(raw)
    columns = list(_columns(raw))
    derived = sorted({v.meaning.digest for v in columns if v.meaning.kind not in _REGISTERS})
    asked = sorted(v.meaning.digest for v in (*columns, *_axes(raw)))
    return Evidence(
        kind=type(raw).__name__,
        whole=PartOfSet(n, sums, population, ""),
        keys=units.unit_keys,
        wording="\x1e".join((population, *asked)),
        contents=tuple(derived),
        parts=tuple(_parts(raw, population)),
        cells=shown_cells(content),
    )


_REGISTERS = frozenset({"source", "panel", "spell"})


def shown_cells(content: object) -> int:
    """Give how many numbers are shown; of a publication, how many numbers it has."""
    if isinstance(content, Publication):
        return sum(int(values.size) for values in content.columns.values())
    if isinstance(content, Cell):
        return content.state in {"shown", "zero", "low", "high"}
    if isinstance(content, (tuple, list)):
        return sum(map(shown_cells, content))
    if isinstance(content, Mapping):
        return sum(map(shown_cells, content.values()))
    if is_dataclass(content) and not isinstance(content, type):
        return sum(shown_cells(getattr(content, field.name)) for field in fields(content))
    return 0


def _population(raw: Raw) -> str:
    if isinstance(raw, Size):
        return raw.population.wording()
    for table in _tables(raw):
        return table.shape.population.wording()
    shape = getattr(raw, "shape", None)
    return "" if shape is None else str(shape.population.wording())


def _tables(raw: Raw) -> Iterator[Frequencies]:
    match raw:
        case Frequencies():
            yield raw
        case Magnitudes():
            yield raw.frequencies
        case PanelSummary():
            yield raw.volumes.frequencies
        case Transitions():
            yield from (table.frequencies for table in raw.tables)
        case Chart():
            yield from _tables(raw.of)
        case _:
            return


def _axes(raw: Raw) -> Iterator[Variable]:
    for table in _tables(raw):
        yield from (axis.variable for axis in table.axes)


def _columns(raw: Raw) -> Iterator[Variable]:
    """Give the variables whose values are summarised."""
    columns: tuple[Column, ...] = ()
    match raw:
        case Magnitudes():
            columns = raw.columns
        case Summary():
            columns = tuple(raw.columns)
        case Correlations() | Intervals() | Normality():
            columns = tuple(raw.summary.columns)
        case Anova():
            yield from _columns(raw.cases)
        case PanelSummary():
            columns = raw.volumes.columns
        case Chart() if isinstance(raw.of, Magnitudes):
            columns = raw.of.columns
        case ModelCases():
            yield from (variable for variable, _ in raw.columns.values())
            yield from (variable for variable, _ in raw.continuous.values())
            yield from (levels.variable for levels in raw.factors.values())
        case _:
            pass
    yield from (column.variable for column in columns)


def _parts(raw: Raw, population: str) -> Iterator[PartOfSet]:
    """Give the sets that a table divides: all its units, and each category of each variable."""
    for table in _tables(raw):
        axes = [axis.variable.meaning.digest for axis in table.axes]
        whole = table.cells[()]
        if len(whole.n):
            yield PartOfSet(int(whole.n[0]), int(whole.sums[0]), population, "|".join(sorted(axes)))
        if len(axes) < 2:
            continue
        for place, axis in enumerate(axes):
            rest = "|".join(sorted(a for n, a in enumerate(axes) if n != place))
            cells = table.cells[(place,)]
            order = np.argsort(cells.n, kind="stable")[:_MOST_SETS].tolist()
            for row in order:
                wording = f"{population}\x1e{axis}"
                yield PartOfSet(int(cells.n[row]), int(cells.sums[row]), wording, rest)
