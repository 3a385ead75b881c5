"""Published counts of every cell and margin of a table, and which categories are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from kohort import wording
from kohort.disclosure.counts import published_counts, unprotected
from kohort.disclosure.keys import Master
from kohort.disclosure.profile import Profile
from kohort.results import Axis, Cells, Frequencies

if TYPE_CHECKING:
    from numpy.typing import NDArray

Subset = tuple[int, ...]
Place = Mapping[int, int]
"""Axis number to the position of a code of that axis."""


class CellWordings:
    """The canonical wordings of a table's cells: the population's atoms and those of the codes."""

    def __init__(self, raw: Frequencies) -> None:
        self._base = frozenset(atom.digest for atom in raw.shape.population.atoms)
        self._missing = raw.missing
        self._codes: list[list[frozenset[str] | None]] = [[None] * len(a.codes) for a in raw.axes]
        self._axes = raw.axes
        self._present = [_atoms(wording.observed(axis.variable)) for axis in raw.axes]

    def of(self, cells: Cells) -> list[str]:
        """Give the wording of each cell; axes added up must not be missing, unless shown."""
        base = self._base
        if not self._missing:
            for axis, atoms in enumerate(self._present):
                if axis not in cells.axes:
                    base |= atoms
        for place, axis in enumerate(cells.axes):
            for code in np.unique(cells.index[:, place]).tolist():
                self._word(axis, code)
        lists = [self._codes[axis] for axis in cells.axes]
        words = []
        for line in cells.index.tolist():
            atoms = base.union(*(codes[i] or () for codes, i in zip(lists, line, strict=True)))
            words.append(" & ".join(sorted(atoms)) or "all")
        return words

    def _word(self, axis: int, code: int) -> None:
        if self._codes[axis][code] is None:
            found = self._axes[axis]
            self._codes[axis][code] = _atoms(wording.cell_of(found.variable, found.codes[code]))


def _atoms(meaning: wording.Meaning) -> frozenset[str]:
    return frozenset(atom.digest for atom in wording.EVERYBODY.keep(meaning).atoms)


@dataclass(frozen=True, repr=False)
class PublishedCells:
    """The cells of a subset of axes whose codes are all shown.

    `cells`: those that occur; `kept`: their rows among the raw ones; `published`: int64, beside
    them. `table`: int64, one axis per variable over the shown codes, the published count of every
    combination (0 where none occurs); `row`: likewise, the row in `cells` or -1.
    """

    cells: Cells
    kept: NDArray[np.int64]
    published: NDArray[np.int64]
    table: NDArray[np.int64]
    row: NDArray[np.int64]


class Counted:
    """The published counts of a table of frequencies, each worked out when it is asked for.

    Codes are chosen by their published margins first, and only cells of shown codes are counted, so
    that the work, like the output, is bounded by what is shown.
    """

    def __init__(self, secret: Master, profile: Profile, raw: Frequencies) -> None:
        self.raw = raw
        self.profile = profile
        self.limits = profile.counts
        self.protected = not unprotected(self.limits)
        self.words = CellWordings(raw)
        self._secret = secret
        self._made: dict[Subset, PublishedCells] = {}
        self._margins: dict[int, NDArray[np.int64]] = {}

    @cached_property
    def shown(self) -> tuple[tuple[int, ...], ...]:
        """For each axis the codes (positions) whose published margin is large enough."""
        return tuple(self._shown(axis) for axis in range(len(self.raw.axes)))

    @property
    def size(self) -> int:
        """How many cells the shown codes make."""
        return prod(len(codes) for codes in self.shown)

    def _shown(self, axis: int) -> tuple[int, ...]:
        margin = self.raw.cells[(axis,)]
        known = known_codes(self.raw.axes[axis])[margin.index[:, 0]]
        possible = np.flatnonzero(known | (margin.n >= self._floor))
        part = _rows(margin, possible)
        published = np.zeros(len(margin.n), dtype=np.int64)
        published[possible] = self._count(part)
        self._margins[axis] = published
        published = published[possible]
        low = np.where(known[possible], self._least, self._least_of_values)
        return tuple(part.index[published >= low, 0].tolist())

    @property
    def _least(self) -> int:
        return max(1, self.limits.low_cell) if self.protected else 1

    @property
    def _least_of_values(self) -> int:
        """A code that no list and no script names is a value of the data, and shown like one."""
        return max(self._least, self.profile.magnitudes.desc_min) if self.protected else 1

    def least_of(self, axis: int) -> int:
        """Give the published margin from which codes of an axis are shown, as notes tell it."""
        variable = self.raw.axes[axis].variable
        named = variable.codes is not None or variable.labels is not None or variable.binary
        return self._least if named else self._least_of_values

    @property
    def _floor(self) -> int:
        return self.profile.magnitudes.hard_floor if self.protected else 0

    def _count(self, cells: Cells) -> NDArray[np.int64]:
        if not self.protected:
            return cells.n.copy()
        words = self.words.of(cells)
        return published_counts(self._secret, self.limits, cells.sums, cells.n, words)

    def cells(self, subset: Subset) -> PublishedCells:
        """Give the published cells of a subset of axes, ascending."""
        if subset not in self._made:
            self._made[subset] = self._published(subset)
        return self._made[subset]

    def _published(self, subset: Subset) -> PublishedCells:
        raw = self.raw.cells[subset]
        spots = np.empty(raw.index.shape, dtype=np.int64)
        inside = np.ones(len(raw.index), dtype=np.bool_)
        for place, axis in enumerate(subset):
            spots[:, place] = self._spots[axis][raw.index[:, place]]
            inside &= spots[:, place] >= 0
        kept = np.flatnonzero(inside)
        cells = _rows(raw, kept)
        published = self._margins[subset[0]][kept] if len(subset) == 1 else self._count(cells)
        sizes = tuple(len(self.shown[axis]) for axis in subset)
        table, row = np.zeros(sizes, np.int64), np.full(sizes, -1, np.int64)
        where = tuple(spots[kept].T)
        table[where] = published if subset else published[0]
        row[where] = np.arange(len(kept)) if subset else 0
        return PublishedCells(cells, kept, published, table, row)

    @cached_property
    def _spots(self) -> list[NDArray[np.int64]]:
        """For each axis: code to its place among the shown ones, -1 where it is not shown."""
        spots = []
        for axis, codes in zip(self.raw.axes, self.shown, strict=True):
            spot = np.full(len(axis.codes), -1, dtype=np.int64)
            spot[list(codes)] = np.arange(len(codes))
            spots.append(spot)
        return spots

    def at(self, place: Place) -> tuple[Subset, tuple[int, ...]]:
        """Give the subset of axes that a place of shown codes fixes, and where it is in `table`."""
        subset = tuple(sorted(place))
        return subset, tuple(int(self._spots[axis][place[axis]]) for axis in subset)

    def count(self, place: Place) -> int:
        """Give the published count at a place of shown codes; 0 where nothing occurs."""
        subset, where = self.at(place)
        return int(self.cells(subset).table[where])

    def counts(self, rows: Sequence[Place], columns: Sequence[Place]) -> NDArray[np.int64]:
        """Give the published counts where rows and columns cross: int64 (rows, columns).

        All rows fix the same axes, and so do all columns.
        """
        if not rows or not columns:
            return np.zeros((len(rows), len(columns)), dtype=np.int64)
        index: dict[int, NDArray[np.int64]] = {}
        for axis in rows[0]:
            index[axis] = self._spots[axis][[row[axis] for row in rows]][:, None]
        for axis in columns[0]:
            index[axis] = self._spots[axis][[column[axis] for column in columns]][None, :]
        subset = tuple(sorted(index))
        found = self.cells(subset).table[tuple(index[axis] for axis in subset)]
        return np.broadcast_to(found, (len(rows), len(columns)))

    def shown_combinations(self, axes: Subset) -> list[tuple[int, ...]]:
        """Give the combinations of axes whose published count is large enough."""
        found = self.cells(axes)
        return [tuple(line) for line in found.cells.index[found.published >= self._least].tolist()]


def known_codes(axis: Axis) -> NDArray[np.bool_]:
    """Tell for each code of an axis whether a list or the script names it: bool (codes).

    Any other code is a value found in the data.
    """
    variable = axis.variable
    known = {None, *(variable.codes or ())}
    if variable.labels is not None:
        known |= set(variable.labels.mapping)
    if variable.binary:
        known |= {0, 1}
    return np.fromiter((code in known for code in axis.codes), np.bool_, len(axis.codes))


def _rows(cells: Cells, rows: NDArray[np.int64]) -> Cells:
    if len(rows) == len(cells.n):
        return cells
    return Cells(cells.axes, cells.index[rows], cells.n[rows], cells.sums[rows])
