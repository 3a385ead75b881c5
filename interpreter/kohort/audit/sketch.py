"""Sketches of unit sets: small, and enough to find the few units in which two sets differ.

An invertible Bloom lookup table (Eppstein, Goodrich, Uyeda and Varghese 2011, "What's the
difference?"; disclosure reference, 6.3): each unit is entered into one cell of each of several
parts, and a cell keeps a count, a sum of keys and a sum of check values. The difference of two
sketches is the sketch of the symmetric difference, which is taken apart by peeling cells that hold
one unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Cells: TypeAlias = NDArray[np.uint64]
"""uint64 (cells, 3): count, sum of keys, sum of check values; all wrap."""

_MIX = (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53)
_HALF = np.uint64(33)
_WORD = 1 << 64


@dataclass(frozen=True)
class Plan:
    """How sketches are made: `cells` in `parts` equal parts, `salts` (one a part and one for the
    check values) from the owner's key, so that nobody can make units collide."""

    cells: int
    parts: int
    salts: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.cells % self.parts or len(self.salts) != self.parts + 1:
            raise ValueError("a sketch has equal parts and a salt for each")


def sketch(plan: Plan, keys: NDArray[np.uint64]) -> Cells:
    """Give the sketch of a set of units by their record keys, uint64 (N), each once."""
    made = np.zeros((plan.cells, 3), dtype=np.uint64)
    checks = _mixed(keys, plan.salts[-1])
    for place in _places(plan, keys):
        made[:, 0] += np.bincount(place, minlength=plan.cells).astype(np.uint64)
        np.add.at(made[:, 1], place, keys)
        np.add.at(made[:, 2], place, checks)
    return made


def size(plan: Plan, cells: Cells) -> int:
    """Give the number of units in a sketch."""
    return int(cells[:, 0].sum() // np.uint64(plan.parts))


def distance(plan: Plan, first: Cells, second: Cells) -> int | None:
    """Give in how many units two sets differ; None where there are too many to be told apart.

    A number is never wrong, but for a chance of 2^-64 a peeled unit.
    """
    with np.errstate(over="ignore"):
        left = first - second
    found = 0
    while found <= plan.cells:
        pure = _pure(plan, left)
        if pure is None:
            return found if not left.any() else None
        _take(plan, left, *pure)
        found += 1
    return None


def _pure(plan: Plan, left: Cells) -> tuple[int, int] | None:
    """Find a cell that holds one unit; give its key, and of which set it is: 1 or -1."""
    for sign, count in ((1, 1), (-1, _WORD - 1)):
        for place in np.flatnonzero(left[:, 0] == np.uint64(count)).tolist():
            key, check = (sign * int(value) % _WORD for value in left[place, 1:])
            one = np.array([key], dtype=np.uint64)
            within = any(int(p[0]) == place for p in _places(plan, one))
            if within and int(_mixed(one, plan.salts[-1])[0]) == check:
                return key, sign
    return None


def _take(plan: Plan, left: Cells, key: int, sign: int) -> None:
    one = np.array([key], dtype=np.uint64)
    change = np.array([1, key, _mixed(one, plan.salts[-1])[0]], dtype=np.uint64)
    for place in _places(plan, one):
        if sign == 1:
            left[place[0]] -= change
        else:
            left[place[0]] += change


def _places(plan: Plan, keys: NDArray[np.uint64]) -> list[NDArray[np.int64]]:
    """Give the cell of each unit in each part, int64 (N)."""
    width = plan.cells // plan.parts
    return [
        (_mixed(keys, salt) % np.uint64(width)).astype(np.int64) + part * width
        for part, salt in enumerate(plan.salts[:-1])
    ]


def _mixed(keys: NDArray[np.uint64], salt: int) -> NDArray[np.uint64]:
    """Give 64 well-mixed bits of each key (the finaliser of MurmurHash3, after a salt)."""
    mixed = keys ^ np.uint64(salt)
    for factor in _MIX:
        mixed = (mixed ^ (mixed >> _HALF)) * np.uint64(factor)
    return mixed ^ (mixed >> _HALF)
