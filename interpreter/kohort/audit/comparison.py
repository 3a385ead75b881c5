"""What of an output's sets a project was not told before, and which are close to earlier ones."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kohort.audit import sealed
from kohort.audit.box import Box
from kohort.audit.evidence import Evidence, PartsOfSet
from kohort.audit.sets import Question, Sets
from kohort.audit.sketch import Sketch, distances, sketch, sketches, witnesses
from kohort.disclosure.keys import Secret
from kohort.disclosure.limits import AuditLimits

_PAIRS: Final = 1 << 20
"""Pairs of sets that are compared at a time."""

Count = Callable[[NDArray[np.int64], NDArray[np.uint64], str], NDArray[np.int64]]
"""Gives the published sizes of sets, from true ones, sums of keys, and the wording of all."""


@dataclass(frozen=True)
class Division:
    """A set of which an output tells something new: its published size, in how many ways it and its
    close sets will then have been divided, and in how many words it was asked about."""

    published: int
    ways: int
    wordings: int


@dataclass
class Compared:
    """`boxes`: what the log is to hold of the sets; `close`: how many numbers were asked of a set
    that had been asked of a close one; `near`: how many pairs of close sets were found; `tables`:
    in how many tables somebody stands who is in a small set.
    """

    boxes: list[dict[str, Any]] = field(default_factory=list)
    divisions: list[Division] = field(default_factory=list)
    close: int = 0
    near: int = 0
    tables: int = 0

    def __repr__(self) -> str:
        return "<unreleased>"


class Comparison:
    """Compares the sets of one output with those that a project knows."""

    def __init__(self, secret: Secret, limits: AuditLimits, sets: Sets, count: Count) -> None:
        self._secret, self._limits, self._sets, self._count = secret, limits, sets, count
        self._fresh: dict[int, int | None] = {}
        self._found = Compared()

    def of(self, found: Evidence) -> Compared:
        """Compare everything."""
        words = found.whole.partition
        self._table = sealed.hashed(self._secret, "table", words) if words else ""
        for part in (found.whole, *found.parts):
            self._look(part, part is found.whole)
        return self._found

    def _look(self, part: PartsOfSet, whole: bool) -> None:
        secret, sets = self._secret, self._sets
        question = self._question(part)
        names = sealed.names(secret, part.n, part.sums)
        novel = np.array([not sets.knows(n, question) for n in names.tolist()], np.bool_)
        at = np.flatnonzero(novel)
        if not len(at):
            return
        published = self._count(part.n[at], part.sums[at], part.wording)
        # Of sets that are shown as nobody nothing is told.
        shown = (published > 0) | whole
        at, published = at[shown], published[shown]
        new = np.array(
            [n not in sets.known and n not in self._fresh for n in names[at].tolist()], np.bool_
        )
        small = published <= self._limits.near_dup_units
        sketched = new & (small | whole) & (part.members is not None)
        made, persons = self._sketches(part, at[sketched])
        persons = np.where(small[sketched], persons, 0).astype(np.uint32)
        self._fresh.update(dict.fromkeys(names[at].tolist()))
        self._fresh.update(zip(names[at[sketched]].tolist(), persons.tolist(), strict=True))
        near = self._near(names[at[sketched]], published[sketched], made)
        box = Box(
            names[at], np.where(new, published, 0).astype(np.uint32), sketched, made, persons,
            np.array(near, dtype=np.uint64).reshape(-1, 2),
        )  # fmt: skip
        nonce = secrets.token_hex(8)
        told = {**asdict(question), "contents": sorted(question.contents), "nonce": nonce}
        self._found.boxes.append({**told, "box": sealed.sealed(secret, nonce, box.raw())})
        self._weigh(names[at].tolist(), published.tolist(), question, near)

    def _question(self, part: PartsOfSet) -> Question:
        secret, partition = self._secret, part.partition
        return Question(
            sealed.hashed(secret, "partition", partition) if partition else "",
            frozenset(sealed.hashed(secret, "asked", partition, q) for q in part.asked),
            sealed.hashed(secret, "words", part.wording, partition),
            self._table,
        )

    def _sketches(
        self, part: PartsOfSet, at: NDArray[np.int64]
    ) -> tuple[Sketch, NDArray[np.uint32]]:
        """Give the sketches of some sets, and keyed names of one member of each."""
        parts = self._limits.sketch_cells
        if not len(at) or part.members is None:
            return np.zeros((0, parts), np.uint8), np.zeros(0, np.uint32)
        wanted = np.zeros(len(part.n), dtype=np.bool_)
        wanted[at] = True
        keys, place = part.members(wanted)
        if place is None:
            first = keys.min(initial=np.iinfo(np.uint64).max)[None]
            return sketch(keys, parts)[None, :], sealed.persons(self._secret, first)
        found = witnesses(keys, place, len(at))
        return sketches(keys, place, len(at), parts), sealed.persons(self._secret, found)

    def _near(
        self, names: NDArray[np.uint64], published: NDArray[np.int64], made: Sketch
    ) -> list[tuple[int, int]]:
        """Give pairs of a set and an earlier one that differ in few units, but do differ."""
        limits, near = self._limits, []
        if not limits.near_dup_diff:
            return []
        # Published sizes differ by the noise of both besides the true difference.
        reach = 4 * limits.near_dup_diff
        for size in np.unique(published).tolist():
            others, sketched = self._sets.about(size, reach, limits.sketch_cells)
            of_size = np.flatnonzero(published == size)
            for some in np.array_split(of_size, 1 + len(of_size) * len(others) // _PAIRS):
                apart = distances(made[some], sketched)
                for one, place in np.argwhere((apart > 0) & (apart <= size / 2)).tolist():
                    name, other = int(names[some[one]]), int(others[place])
                    pair = sorted((name, other))
                    margin = sealed.laplace(self._secret, limits.near_dup_margin, *pair)
                    if other != name and apart[one, place] < limits.near_dup_diff + margin:
                        near.append((name, other))
        return near

    def _weigh(
        self,
        names: Sequence[int],
        published: Sequence[int],
        question: Question,
        near: list[tuple[int, int]],
    ) -> None:
        sets, found = self._sets, self._found
        fresh: dict[int, set[int]] = {}
        for one, other in near:
            fresh.setdefault(one, set()).add(other)
        both: set[str] = set()
        for name, size in zip(names, published, strict=True):
            close = fresh.get(name, set()) | sets.near.get(name, set())
            known = sets.known.get(name)
            own = frozenset() if known is None else known.contents
            for other in close:
                both |= (question.contents - own) & sets.known[other].contents
            ways = 0
            if question.partition and (known is None or question.partition not in known.partitions):
                ways = sets.divisions(name, question.partition, close)
            published_first = size if known is None else known.published
            wordings = sets.wordings(name, question.wording)
            found.divisions.append(Division(published_first, ways, wordings))
        found.near += len(near)
        found.close = max(found.close, len(both))
        if question.table:
            persons = {
                self._fresh.get(n) if n not in sets.known else sets.known[n].person for n in names
            }
            found.tables = max(found.tables, sets.most_tables(persons, question.table))
