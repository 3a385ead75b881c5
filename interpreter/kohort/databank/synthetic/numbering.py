"""Gives the finished country its published numbers: index becomes published id - 1."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from kohort.databank.synthetic.days import Index
from kohort.databank.synthetic.families import Snapshot
from kohort.databank.synthetic.population import NOBODY, Population
from kohort.databank.synthetic.spells import Spells

_PERSONS: Final = ("mother", "father", "custodian", "partner", "spouse")
_SEEN_PERSONS: Final = ("partner", "family", "household")
_SEEN: Final = (
    "state", "place", "marital", "married", "union_day", "moved_in_together", "child",
)  # fmt: skip


class Numbering:
    """A new order of all persons: `new_of_old` maps an index to its new one."""

    def __init__(self, new_of_old: Index) -> None:
        self.new_of_old = new_of_old
        self.old_of_new = np.argsort(new_of_old, kind="stable")

    def population(self, people: Population) -> None:
        """Reorder the arrays of the people in place, and who they point at."""
        for name, value in vars(people).items():
            if name != "people" and isinstance(value, np.ndarray):
                pointed = self._pointed(value) if name in _PERSONS else value
                setattr(people, name, pointed[self.old_of_new])

    def snapshot(self, seen: Snapshot) -> Snapshot:
        """Give a snapshot in the new order."""
        moved = {name: getattr(seen, name)[self.old_of_new] for name in _SEEN}
        moved |= {
            name: self._pointed(getattr(seen, name))[self.old_of_new] for name in _SEEN_PERSONS
        }
        return replace(seen, **moved)

    def spells(self, spells: Spells) -> Spells:
        """Give spells by new person and start."""
        persons = self.new_of_old[spells.persons]
        order = np.lexsort((spells.start, persons))
        return Spells(persons[order], spells.start[order], spells.stop[order], spells.value[order])

    def _pointed(self, persons: np.ndarray) -> np.ndarray:
        return np.where(persons >= 0, self.new_of_old[persons], NOBODY).astype(persons.dtype)
