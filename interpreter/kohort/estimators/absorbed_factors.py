"""The levels of absorbed factors: sums by level, and the normal equations in them.

Source of the rank: Abowd, Creecy and Kramarz, Computing Person and Firm Effects Using Linked
Longitudinal Employer-Employee Data (2002): two factors are as many columns as they have levels,
less the number of groups of levels that no row connects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from kohort import iterations
from kohort.estimators.design import Absorbed, Codes, Floats
from kohort.estimators.group_sums import counted
from kohort.estimators.problem import NotEstimableError

_TOLERANCE = 1e-13
# Levels in long chains need thousands of steps, of few pairs each: about a minute in all.
_FEWEST_STEPS, _MOST_SUMS = 1_000, 1 << 35


@dataclass(frozen=True, eq=False)
class Factors:
    """All absorbed factors: `codes` int32[N] each, 0..; `sizes`: their levels; `weights` as given.

    Levels of all factors are numbered through, in the order of the factors.
    """

    codes: tuple[Codes, ...]
    sizes: tuple[int, ...]
    weights: Floats | None

    @classmethod
    def of(cls, absorbed: tuple[Absorbed, ...], weights: Floats | None) -> Factors:
        """The factors of blocks, the one with most levels first."""
        ordered = sorted(absorbed, key=lambda one: -one.block.width)
        codes = []
        for one in ordered:
            assert one.block.codes is not None
            codes.append(one.block.codes + np.int32(1))
        return cls(tuple(codes), tuple(one.block.width + 1 for one in ordered), weights)

    @property
    def size(self) -> int:
        """The number of levels of all factors, reference levels included."""
        return sum(self.sizes)

    @property
    def single(self) -> Codes:
        """The levels of the rows of the only factor. Raises `NotEstimableError` for several."""
        if len(self.codes) != 1:
            raise NotEstimableError("too many categories")
        return self.codes[0]

    def at(self, rows: Any) -> Factors:
        """The factors at some rows, without weights."""
        return Factors(tuple(code[rows] for code in self.codes), self.sizes, None)

    def by_factor(self, rows: slice) -> Iterator[tuple[Codes, slice]]:
        """The levels of some rows, and which levels are a factor's, factor by factor."""
        first = 0
        for code, size in zip(self.codes, self.sizes, strict=True):
            yield code[rows], slice(first, first + size)
            first += size

    def totals(self, x: Floats | None, weights: Floats | None) -> Floats:
        """Weighted sums of a row variable (or of ones) by level, float64[G]."""
        values = weights if x is None else x if weights is None else x * weights
        parts = [counted(c, n, values) for c, n in zip(self.codes, self.sizes, strict=True)]
        return np.concatenate(parts)

    def spread(self, effects: Floats) -> Floats:
        """The sum of the effects of each row's levels, float64[N]; `effects` float64[G]."""
        total = np.zeros(len(self.codes[0]))
        for code, own in self.by_factor(slice(0, len(total))):
            total += effects[own][code]
        return total

    def among(self, weights: Floats | None) -> Any:
        """Weighted numbers of rows by pair of levels, sparse (G, G)."""
        blocks: list[list[Any]] = []
        for a, n in zip(self.codes, self.sizes, strict=True):
            line = []
            for b, m in zip(self.codes, self.sizes, strict=True):
                if a is b:
                    line.append(sparse.diags_array(counted(a, n, weights)))
                else:
                    values = np.ones(len(a)) if weights is None else weights
                    line.append(sparse.csr_array((values, (a, b)), shape=(n, m)))
            blocks.append(line)
        return sparse.block_array(blocks, format="csr")

    @cached_property
    def rank(self) -> int:
        """How many independent columns the factors are; for three or more, at most so many.

        Weights play no part: levels without weight count as those of rows.
        """
        there = [int(np.count_nonzero(np.bincount(code))) for code in self.codes]
        total = there[0]
        for place in range(1, len(self.codes)):
            total += there[place] - max(self._groups(place, other) for other in range(place))
        return total

    @property
    def connected(self) -> bool:
        """Whether the factors have no more in common than the constant."""
        there = sum(int(np.count_nonzero(np.bincount(code))) for code in self.codes)
        return self.rank == there - len(self.codes) + 1

    def _groups(self, a: int, b: int) -> int:
        """How many groups of levels of two factors there are that no row connects."""
        size = self.sizes[a] + self.sizes[b]
        row, column = self.codes[a], self.codes[b] + np.int32(self.sizes[a])
        graph = sparse.csr_array((np.ones(len(row)), (row, column)), shape=(size, size))
        found, label = sparse.csgraph.connected_components(graph, directed=False)
        return len(np.unique(label[row])) if found else 0

    # ---- normal equations

    @cached_property
    def _mass(self) -> Floats:
        return self.totals(None, self.weights)

    @cached_property
    def _inverse(self) -> Floats:
        """One over each level's mass, 0 where it has none."""
        mass = self._mass
        return np.divide(1.0, mass, out=np.zeros_like(mass), where=mass > 0)

    def solved(self, sums: Floats) -> Floats:
        """The gammas of columns from their sums by level, both float64[k, G]."""
        if len(self.codes) == 1:
            return sums * self._inverse
        return _Iteration(self.among(self.weights), self.sizes[0], self._inverse).solved(sums)

    def solved_table(self, sums: Any) -> Any:
        """The same for the columns of a factor, sparse (G, w); dense for several factors."""
        if len(self.codes) == 1:
            return (sparse.diags_array(self._inverse) @ sums).tocsr()
        return np.ascontiguousarray(self.solved(sums.toarray().T).T)


class _Iteration:
    """Conjugate gradients in the levels of all factors but the first, which is eliminated.

    The equations are consistent, though singular: a constant may move between factors. Columns are
    solved at once, each with steps of its own.
    """

    def __init__(self, among: Any, first: int, inverse: Floats) -> None:
        self.cross = among[first:, :first].tocsr()
        self.rest = among[first:, first:].tocsr()
        self.first, self.inverse = first, inverse
        scaled = self.cross.multiply(self.cross).tocsr() @ inverse[:first]
        diagonal = self.rest.diagonal() - scaled
        # Levels that lie in one level of the first factor are free.
        fixed = diagonal > _TOLERANCE * self.rest.diagonal()
        self.scale = np.divide(1.0, diagonal, out=np.zeros_like(diagonal), where=fixed)

    def solved(self, sums: Floats) -> Floats:
        """Gammas of columns from their sums by level, both float64[k, G]."""
        head, tail = sums[:, : self.first].T, sums[:, self.first :].T
        eliminated = head * self.inverse[: self.first, None]
        # What rounding leaves of sums of this size is not worked on.
        level = (tail**2 * self.inverse[self.first :, None]).sum(axis=0)
        gamma = self._iterated(tail - self.cross @ eliminated, level)
        start = eliminated - (self.cross.T @ gamma) * self.inverse[: self.first, None]
        return np.ascontiguousarray(np.vstack([start, gamma]).T)

    def _applied(self, v: Floats) -> Floats:
        inner = (self.cross.T @ v) * self.inverse[: self.first, None]
        return np.asarray(self.rest @ v - self.cross @ inner)

    def _iterated(self, target: Floats, level: Floats) -> Floats:
        """Raises `NotEstimableError` where it does not converge."""
        gamma, left = np.zeros_like(target), target.copy()
        conditioned = left * self.scale[:, None]
        direction = conditioned.copy()
        size = (left * conditioned).sum(axis=0)
        goal = _TOLERANCE**2 * level
        for _ in range(max(_FEWEST_STEPS, _MOST_SUMS // max(self.cross.nnz * target.shape[1], 1))):
            iterations.another()
            if (size <= goal).all():
                return gamma
            image = self._applied(direction)
            curve = (direction * image).sum(axis=0)
            step = np.divide(
                size, curve, out=np.zeros_like(size), where=(curve > 0) & (size > goal)
            )
            gamma += step * direction
            left -= step * image
            conditioned = left * self.scale[:, None]
            before, size = size, (left * conditioned).sum(axis=0)
            again = np.divide(size, before, out=np.zeros_like(size), where=before > 0)
            direction = conditioned + again * direction
        raise NotEstimableError("no convergence")
