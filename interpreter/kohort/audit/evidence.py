"""What the audit must know of an output: whose numbers, which question, how much is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kohort.audit.questions import axes_of, columns_of, population_of, questions, tables_of
from kohort.disclosure.publication import Publication
from kohort.disclosure.released import Cell, Table
from kohort.results import Frequencies, Raw, Size, units_of

_MOST_SETS: Final = 5_000
"""Sets of one output that are looked at, of single variables first: as many as a table may show.
Which they are among more than that follows from their keys, so that nobody can crowd others out."""

_SHOWN: Final = frozenset({"shown", "zero", "low", "high"})
_REGISTERS: Final = frozenset({"source", "panel", "spell"})

Members: TypeAlias = Callable[
    [NDArray[np.bool_]], "tuple[NDArray[np.uint64], NDArray[np.int64] | None]"
]
"""Of a choice of sets the record keys, uint64 (N), and the place of each one's set, int64 (N), or
None where there is one set."""


@dataclass(frozen=True, eq=False)
class PartsOfSet:
    """Sets of units that were divided in one way: their true sizes stay inside the process.

    `n`: int64 (k); `sums`: uint64 (k), sums of record keys; `wording`: the canonical wording that
    their published sizes are drawn by; `partition`: by what they were divided, "" if they were not;
    `asked`: what was asked of each, or of each of its parts; `members` is None where nobody knows.
    """

    n: NDArray[np.int64]
    sums: NDArray[np.uint64]
    wording: str
    partition: str
    asked: tuple[str, ...]
    members: Members | None

    def __repr__(self) -> str:
        return "<unreleased>"


@dataclass(frozen=True, eq=False)
class Drawn:
    """A random sample: the set that it was drawn from, as in `PartsOfSet`, and which it is."""

    n: NDArray[np.int64]
    sums: NDArray[np.uint64]
    sample: str

    def __repr__(self) -> str:
        return "<unreleased>"


@dataclass(frozen=True, eq=False)
class Evidence:
    """`whole`: the units asked about; `wording` is the canonical wording of the question,
    `contents` those of its derived columns; `parts`: the sets that it divides."""

    kind: str
    whole: PartsOfSet
    wording: str
    contents: tuple[str, ...]
    parts: tuple[PartsOfSet, ...]
    cells: int
    drawn: Drawn | None

    def __repr__(self) -> str:
        return "<unreleased>"


def evidence(raw: Raw, content: object) -> Evidence | None:
    """Give the evidence of an output; None where it tells nothing of units."""
    units = units_of(raw)
    if units is None:
        return None
    n, sums = units.size()
    population = population_of(raw)
    columns = list(columns_of(raw))
    derived = sorted({v.meaning.digest for v in columns if v.meaning.kind not in _REGISTERS})
    axes = [v.meaning.digest for v in axes_of(raw)]
    words = sorted([*(v.meaning.digest for v in columns), *axes])
    items = tuple(dict.fromkeys(questions(raw, columns)))
    whole = PartsOfSet(
        np.array([n], dtype=np.int64), np.array([sums], dtype=np.uint64), population,
        "|".join(sorted(axes)), items, lambda _: (units.unit_keys, None),
    )  # fmt: skip
    return Evidence(
        kind=type(raw).__name__,
        whole=whole,
        wording="\x1e".join((population, *words)),
        contents=tuple(derived),
        parts=tuple(_parts(raw, population, items, (n, sums))),
        cells=shown_cells(content),
        drawn=_drawn(raw),
    )


def _drawn(raw: Raw) -> Drawn | None:
    if not isinstance(raw, Size) or raw.drawn is None:
        return None
    drawn = raw.drawn
    return Drawn(np.array([drawn.n]), np.array([drawn.sums], dtype=np.uint64), drawn.sample)


def shown_cells(content: object) -> int:
    """Give how many numbers are shown; of a publication, how many numbers it has."""
    if isinstance(content, Publication):
        return sum(int(values.size) for values in content.columns.values())
    if isinstance(content, Cell):
        return content.state in _SHOWN
    if isinstance(content, Table):
        # Headings hold no cells, and there may be thousands of them.
        return sum(cell.state in _SHOWN for line in content.cells for cell in line)
    if isinstance(content, (tuple, list)):
        return sum(map(shown_cells, content))
    if isinstance(content, Mapping):
        return sum(map(shown_cells, content.values()))
    if is_dataclass(content) and not isinstance(content, type):
        return sum(shown_cells(getattr(content, field.name)) for field in fields(content))
    return 0


def _parts(
    raw: Raw, population: str, items: tuple[str, ...], whole: tuple[int, int]
) -> Iterator[PartsOfSet]:
    """Give the sets that tables divide: those of every margin, and the categories of one variable.

    (Of the finest cells nothing is divided; they belong to the sets that they divide.)
    """
    left = _MOST_SETS
    for table in tables_of(raw):
        axes = tuple(range(len(table.axes)))
        subsets = [s for width in range(len(axes)) for s in combinations(axes, width)]
        for subset in [*subsets, axes] if len(axes) == 1 else subsets:
            cells = table.cells[subset]
            there = np.flatnonzero(cells.n > 0)
            if len(there) > left:
                there = np.sort(there[np.argsort(cells.sums[there])[:left]])
            if not len(there):
                continue
            if not subset and (int(cells.n[0]), int(cells.sums[0])) == whole:
                continue  # all units of the dataset, which are evidence already
            left -= len(there)
            digests = [table.axes[axis].variable.meaning.digest for axis in subset]
            rest = [table.axes[a].variable.meaning.digest for a in axes if a not in subset]
            yield PartsOfSet(
                cells.n[there], cells.sums[there], "\x1e".join((population, *digests)),
                "|".join(sorted(rest)), items, _members(table, subset, there),
            )  # fmt: skip


def _members(
    table: Frequencies, subset: tuple[int, ...], there: NDArray[np.int64]
) -> Members | None:
    found = table.members
    if found is None:
        return None

    def members(wanted: NDArray[np.bool_]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        chosen = np.zeros(len(table.cells[subset].n), dtype=np.bool_)
        chosen[there[wanted]] = True
        return found(subset, chosen)

    return members
