"""Published counts of every cell and margin of a table, and which categories are shown."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kohort import wording
from kohort.disclosure.counts import published_counts, unprotected
from kohort.disclosure.keys import Master
from kohort.disclosure.limits import CountLimits
from kohort.results import Axis, Cells, Frequencies

if TYPE_CHECKING:
    from numpy.typing import NDArray

Subset = tuple[int, ...]
Place = Mapping[int, int]
"""Axis number to the position of a code of that axis."""


class CellWordings:
    """The canonical wordings of a table's cells: the population's atoms and those of the codes."""

    def __init__(self, raw: Frequencies, *further: wording.Meaning) -> None:
        population = raw.shape.population
        for condition in further:
            population = population.keep(condition)
        self._base = frozenset(atom.digest for atom in population.atoms)
        self._missing = raw.missing
        self._codes = [[_digests(axis, code) for code in axis.codes] for axis in raw.axes]
        self._present = [_atoms(wording.present(axis.variable.meaning)) for axis in raw.axes]

    def of(self, cells: Cells) -> list[str]:
        """Give the wording of each cell; axes added up must not be missing, unless shown."""
        base = self._base
        if not self._missing:
            for axis, atoms in enumerate(self._present):
                if axis not in cells.axes:
                    base |= atoms
        lists = [self._codes[axis] for axis in cells.axes]
        words = []
        for line in cells.index.tolist():
            atoms = base.union(*(codes[i] for codes, i in zip(lists, line, strict=True)))
            words.append(" & ".join(sorted(atoms)) or "all")
        return words


def _atoms(meaning: wording.Meaning) -> frozenset[str]:
    return frozenset(atom.digest for atom in wording.EVERYBODY.keep(meaning).atoms)


def _digests(axis: Axis, code: int | float | str | None) -> frozenset[str]:
    return _atoms(wording.code_cell(axis.variable.meaning, code))


class Counted:
    """The published counts of a table of frequencies."""

    def __init__(self, secret: Master, limits: CountLimits, raw: Frequencies) -> None:
        self.raw = raw
        self.limits = limits
        self.protected = not unprotected(limits)
        words = CellWordings(raw)
        self.published: dict[Subset, NDArray[np.int64]] = {
            subset: published_counts(secret, limits, cells.sums, cells.n, words.of(cells))
            for subset, cells in raw.cells.items()
        }

    @cached_property
    def places(self) -> dict[Subset, dict[tuple[int, ...], int]]:
        """For each subset of axes: the row of each occurring combination of codes."""
        return {
            subset: {tuple(line): row for row, line in enumerate(cells.index.tolist())}
            for subset, cells in self.raw.cells.items()
        }

    def row(self, place: Place) -> tuple[Subset, int | None]:
        """Give the subset of axes that a place fixes, and the row of the combination or None."""
        subset = tuple(sorted(place))
        return subset, self.places[subset].get(tuple(place[axis] for axis in subset))

    def count(self, place: Place) -> int:
        """Give the published count at a place; 0 where nothing occurs."""
        subset, row = self.row(place)
        return 0 if row is None else int(self.published[subset][row])

    def shown_codes(self, axis: int) -> list[int]:
        """Give the codes of an axis (positions) whose published margin is large enough."""
        least = max(1, self.limits.low_cell) if self.protected else 1
        published = self.published[(axis,)]
        index = self.raw.cells[(axis,)].index[:, 0]
        return [int(i) for i, n in zip(index, published, strict=True) if n >= least]

    def shown_combinations(self, axes: Subset) -> list[tuple[int, ...]]:
        """Give the combinations of axes whose published count is large enough."""
        codes = [set(self.shown_codes(axis)) for axis in axes]
        least = max(1, self.limits.low_cell) if self.protected else 1
        lines = self.raw.cells[axes].index.tolist()
        return [
            tuple(line)
            for line, n in zip(lines, self.published[axes], strict=True)
            if n >= least and all(i in known for i, known in zip(line, codes, strict=True))
        ]
