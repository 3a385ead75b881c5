"""Sums of a design's columns by groups of rows: dense for columns, sparse for factors."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from kohort.estimators.cross_products import Columns
from kohort.estimators.design import Block, Codes, Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Groups of rows whose errors may be related: int[N] in 0..size-1."""

    row: Integers | Codes
    size: int


@dataclass(frozen=True, slots=True, eq=False)
class GroupSums:
    """For each of G groups the sums of k columns.

    `dense`: float64[d, G], of the columns `places` (int64[d]). `coded`: per factor the place of its
    first column and a sparse matrix (G, levels).
    """

    dense: Floats
    places: Integers
    coded: tuple[tuple[int, Any], ...]
    width: int

    @property
    def groups(self) -> int:
        return int(self.dense.shape[1])

    def gram(self, weights: Floats | None = None) -> Floats:
        """sum(w s s') over groups, float64[k, k]; weights float64[G]."""
        result = np.zeros((self.width, self.width))
        weighted = self.dense if weights is None else self.dense * weights
        for a, place in enumerate(self.places):
            result[self.places[a:], place] = np.einsum("ag,g->a", self.dense[a:], weighted[a])
        for b, (first, sums) in enumerate(self.coded):
            rows = slice(first, first + sums.shape[1])
            result[rows, self.places] = sums.T @ weighted.T
            scaled = sums if weights is None else sums.multiply(weights[:, None]).tocsr()
            for other, right in self.coded[:b]:
                result[rows, other : other + right.shape[1]] = (scaled.T @ right).toarray()
            result[rows, rows] = np.tril((scaled.T @ sums).toarray())
        # Each pair of columns was filled once, on one side of the diagonal or the other.
        return result + result.T - np.diag(np.diagonal(result))

    def combine(self, coefficients: Floats) -> Floats:
        """The sums of the linear combination of the columns, float64[G]."""
        total = np.einsum("a,ag->g", coefficients[self.places], self.dense)
        for first, sums in self.coded:
            total = total + sums @ coefficients[first : first + sums.shape[1]]
        return np.asarray(total, dtype=np.float64)

    def against(self, values: Floats) -> Floats:
        """sum(s v) over groups, float64[k]; values float64[G]."""
        result = np.zeros(self.width)
        result[self.places] = np.einsum("ag,g->a", self.dense, values)
        for first, sums in self.coded:
            result[first : first + sums.shape[1]] = sums.T @ values
        return result

    def joined(self, pairs: Any, others: "GroupSums", dense: Floats, coded: Floats) -> "GroupSums":
        """These sums plus `pairs` (sparse, G by H) times the sums of H other groups.

        The others are multiplied by `dense` or `coded` (float64[H]) first, by kind of column.
        """
        added = self.dense + (pairs @ (others.dense * dense).T).T
        both = tuple(
            (first, (sums + pairs @ (sparse.diags_array(coded) @ right)).tocsr())
            for (first, sums), (_, right) in zip(self.coded, others.coded, strict=True)
        )
        return GroupSums(added, self.places, both, self.width)

    def extended(self, values: Floats) -> "GroupSums":
        """These sums and one more column's, float64[G]."""
        places = np.append(self.places, self.width)
        return GroupSums(np.vstack([self.dense, values]), places, self.coded, self.width + 1)


def counted(group: Integers | Codes, size: int, values: Floats | None = None) -> Floats:
    """Sums of values (or ones) by group, float64[size]."""
    return np.bincount(group, weights=values, minlength=size).astype(np.float64)


def by_group(
    columns: Columns, group: Integers | Codes, size: int, multiplier: Floats | None = None
) -> GroupSums:
    """Sums of the columns, times `multiplier` (float64[N]), by `group` (int[N], 0..size-1).

    The weights of the columns are not used.
    """
    dense: list[Floats] = []
    places: list[int] = []
    coded: list[tuple[int, Any]] = []
    first = 0
    for block, centre in zip(columns.blocks, columns.centres, strict=True):
        if block.codes is None:
            x = None if block.x is None else block.x - centre if centre else block.x
            values = multiplier if x is None else x if multiplier is None else x * multiplier
            dense.append(counted(group, size, values))
            places.append(first)
        else:
            coded.append((first, _levels(block, group, size, multiplier)))
        first += block.width
    matrix = np.array(dense) if dense else np.empty((0, size))
    return GroupSums(matrix, np.array(places, dtype=np.int64), tuple(coded), first)


def _levels(block: Block, group: Integers | Codes, size: int, multiplier: Floats | None) -> Any:
    """Sums of a factor's columns by group, sparse (size, levels)."""
    assert block.codes is not None
    there = block.codes >= 0
    codes = block.codes[there]
    values = np.ones(len(codes))
    for part in (block.x, multiplier):
        if part is not None:
            values *= part[there]
    return sparse.csr_array((values, (group[there], codes)), shape=(size, block.width))


def pairs_of(group: Integers | Codes, size: int, unit: Integers, units: int, values: Floats) -> Any:
    """Sums of values by pair of group and unit, sparse (size, units)."""
    return sparse.csr_array((values, (group, unit)), shape=(size, units))
