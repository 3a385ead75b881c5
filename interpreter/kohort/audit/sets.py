"""The sets of units that a project was told of: how divided, what was asked, which are close."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kohort.audit.box import Box, Names
from kohort.audit.sketch import Sketch

Sketched: TypeAlias = "tuple[Names, Sketch]"
"""Names of sets, uint64 (m), and their sketches, uint8 (m, parts)."""

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Question:
    """What an output asked of some sets, all hashes: by what they were divided (or ""), which
    numbers were told, in which words, and by what all units were divided that they belong to."""

    partition: str
    contents: frozenset[str]
    wording: str
    table: str


@dataclass(slots=True)
class Known:
    """A set: its published size, hashes of its divisions, and of what was asked of it.

    `granted`: divisions and wordings that the owner has seen and let pass. `person`: a member of a
    small set.
    """

    published: int
    partitions: frozenset[str] = _NOTHING
    contents: frozenset[str] = _NOTHING
    wordings: frozenset[str] = _NOTHING
    granted: frozenset[str] = _NOTHING
    person: int | None = None


@dataclass
class Sets:
    """All sets of a project by their keyed names; `near`: those that differ in few units.

    `tables`: by members of small sets, in which tables they stood in one.
    """

    known: dict[int, Known] = field(default_factory=dict)
    tables: dict[int, frozenset[str]] = field(default_factory=dict)
    near: dict[int, set[int]] = field(default_factory=dict)
    _index: dict[int, _Index] = field(default_factory=dict)

    def add(self, question: Question, box: Box) -> None:
        """Take into account what was asked of the sets of a box."""
        divided = frozenset((question.partition,) if question.partition else ())
        added = (divided, question.contents, frozenset((question.wording,)))
        # Sets of one table share what was asked of them, so most unions are made only once.
        unions: dict[tuple[frozenset[str], frozenset[str]], frozenset[str]] = {}

        def union(old: frozenset[str], new: frozenset[str]) -> frozenset[str]:
            if (old, new) not in unions:
                unions[old, new] = old | new
            return unions[old, new]

        for name, published in zip(box.names.tolist(), box.published.tolist(), strict=True):
            found = self.known.setdefault(name, Known(published))
            found.partitions = union(found.partitions, added[0])
            found.contents = union(found.contents, added[1])
            found.wordings = union(found.wordings, added[2])
        self._sketched(box)
        if question.table:
            self._note(box.names.tolist(), question.table)

    def _sketched(self, box: Box) -> None:
        names, parts = box.names[box.sketched], box.sketches.shape[1]
        for name, person in zip(names.tolist(), box.persons.tolist(), strict=True):
            self.known[name].person = person or None
        if len(names):
            published = np.array([self.known[name].published for name in names.tolist()])
            self._index.setdefault(parts, _Index()).add(names, published, box.sketches)
        for one, other in box.near.tolist():
            self.near.setdefault(one, set()).add(other)
            self.near.setdefault(other, set()).add(one)

    def _note(self, names: Sequence[int], table: str) -> None:
        unions: dict[frozenset[str], frozenset[str]] = {}
        for person in {self.known[name].person for name in names} - {None}:
            assert person is not None
            old = self.tables.get(person, _NOTHING)
            if old not in unions:
                unions[old] = old | {table}
            self.tables[person] = unions[old]

    def most_tables(self, persons: Iterable[int | None], table: str) -> int:
        """Give in how many tables one of these members of small sets stands, with one more."""
        found = (self.tables.get(person, _NOTHING) | {table} for person in persons if person)
        return max(map(len, found), default=0)

    def knows(self, name: int, question: Question) -> bool:
        """Tell whether all this was asked of a set before."""
        found = self.known.get(name)
        return (
            found is not None
            and (not question.partition or question.partition in found.partitions)
            and question.wording in found.wordings
            and question.contents <= found.contents
        )

    def wordings(self, name: int, wording: str) -> int:
        """Give in how many words a set was asked about, with one more; not what was let pass."""
        found = self.known.get(name)
        return 1 if found is None else len((found.wordings | {wording}) - found.granted)

    def divisions(self, name: int, partition: str, close: set[int]) -> int:
        """Give in how many ways a set or sets close to it are divided, with one more.

        What the owner let pass does not count.
        """
        found = [self.known[n] for n in (name, *close) if n in self.known]
        ways = frozenset((partition,)).union(*(known.partitions for known in found))
        return len(ways.difference(*(known.granted for known in found)))

    def grant(self) -> None:
        """Let everything pass so far: the limits are there once more."""
        for known in self.known.values():
            known.granted = known.partitions | known.wordings
        self.tables.clear()

    def about(self, published: int, reach: int, parts: int) -> Sketched:
        """Give the sets of about this published size that have sketches of so many parts."""
        index = self._index.get(parts)
        if index is None:
            return np.empty(0, dtype=np.uint64), np.empty((0, parts), dtype=np.uint8)
        return index.about(published, reach)


class _Index:
    """Sketches of one width, in the order of published sizes."""

    def __init__(self) -> None:
        self._added: list[tuple[Names, NDArray[np.int64], Sketch]] = []
        self._sorted: tuple[Names, NDArray[np.int64], Sketch] | None = None

    def add(self, names: Names, published: NDArray[np.int64], sketches: Sketch) -> None:
        self._added.append((names, published, sketches))

    def about(self, published: int, reach: int) -> Sketched:
        names, sizes, sketches = self._in_order()
        low, high = np.searchsorted(sizes, (published - reach, published + reach + 1))
        return names[low:high], sketches[low:high]

    def _in_order(self) -> tuple[Names, NDArray[np.int64], Sketch]:
        if self._sorted is not None and not self._added:
            return self._sorted
        pieces = [*self._added] if self._sorted is None else [self._sorted, *self._added]
        names = np.concatenate([piece[0] for piece in pieces])
        sizes = np.concatenate([piece[1] for piece in pieces])
        order = np.argsort(sizes, kind="stable")
        made = names[order], sizes[order], np.concatenate([p[2] for p in pieces])[order]
        self._sorted, self._added = made, []
        return made
