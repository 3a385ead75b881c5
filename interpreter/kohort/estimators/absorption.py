"""Factors of many levels taken out of a design instead of being columns of it.

What a regression on such factors D leaves of every column, `x - D gamma`, gives the coefficients of
the other columns as they are with all of D's beside them (Frisch and Waugh). The `gamma` of one
factor are weighted group means; those of several solve normal equations in their levels
(`absorbed_factors`). The columns of other factors are never spread out: what D takes of them is
a sparse table of levels by levels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from kohort.estimators.absorbed_factors import Factors
from kohort.estimators.clusters import cluster_sums
from kohort.estimators.cross_products import Chunk, Columns, weighted_sum
from kohort.estimators.design import Absorbed, Codes, Design, DesignTooWideError, Floats
from kohort.estimators.group_sums import by_group, pairs_of

_ROUNDING = 1e-13
# So many numbers of levels by columns are held at most, 8 bytes each.
MAX_CELLS = 1 << 25
_BLOCK = 1 << 22

Table: TypeAlias = Any
"""Levels by columns of a factor, float64[G, w], dense or sparse."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AbsorbedColumns(Columns):
    """A design's columns less what absorbed factors explain of them.

    `weights` are those of sums; those of `factors` decided what is taken out. `dense` float64[e, G]
    are the gammas of the columns that a chunk holds as columns, the first ones of it; `coded` those
    of the other factors' columns: place of the first, and a table. Appended columns hold nothing
    of the absorbed factors any more.
    """

    factors: Factors
    dense: Floats
    coded: tuple[tuple[int, Table], ...]

    def appended(self, x: Floats, name: str) -> AbsorbedColumns:
        wider = Columns(self.blocks, self.centres, self.rows).appended(x, name)
        return replace(self, blocks=wider.blocks, centres=wider.centres)

    def weighted(self, weights: Floats | None) -> AbsorbedColumns:
        return replace(self, weights=weights)

    def chunk(self, rows: slice) -> Chunk:
        # A dataclass with slots is another class than the one `super()` would look for.
        found = Columns.chunk(self, rows)
        for code, own in self.factors.by_factor(rows):
            for x, gamma in zip(found.dense, self.dense[:, own], strict=False):
                x -= gamma[code]
        return found

    def gram(self) -> Floats:
        result = Columns.gram(self)
        if not self.coded:
            return result
        before = np.diagonal(result).copy()
        sums = self._sums(self.weights)
        among = self.factors.among(self.weights)
        for b, (first, gamma) in enumerate(self.coded):
            rows = slice(first, first + gamma.shape[1])
            spread = among @ gamma
            for (other, right), (_, counted) in zip(
                self.coded[: b + 1], sums[: b + 1], strict=True
            ):
                columns = slice(other, other + right.shape[1])
                taken = gamma.T @ counted + sums[b][1].T @ right - spread.T @ right
                result[rows, columns] -= _array(taken)
                if other != first:
                    result[columns, rows] = result[rows, columns].T
        self._correct_dense(result)
        # What rounding leaves of a category that the absorbed ones hold.
        gone = np.diagonal(result) < _ROUNDING * before
        gone[[place for place in range(self.width) if not self._is_coded(place)]] = False
        result[gone, :] = result[:, gone] = 0.0
        return result

    def _correct_dense(self, result: Floats) -> None:
        """Columns that are spread out hold nothing of D; the others' share of it is still there.

        With the weights of the factors that share is nothing but rounding.
        """
        if self.weights is self.factors.weights:
            return
        for place, x in self._spread_columns():
            totals = self.factors.totals(x, self.weights)
            for first, gamma in self.coded:
                columns = slice(first, first + gamma.shape[1])
                result[columns, place] -= gamma.T @ totals
                result[place, columns] = result[columns, place]

    def _spread_columns(self) -> list[tuple[int, Floats]]:
        found = []
        for place in range(self.width):
            if not self._is_coded(place):
                select = np.zeros(self.width)
                select[place] = 1.0
                found.append((place, self.combine(select)))
        return found

    def _is_coded(self, place: int) -> bool:
        return any(first <= place < first + t.shape[1] for first, t in self.coded)

    def _sums(self, weights: Floats | None) -> list[tuple[int, Table]]:
        """Sums of the columns of the coded factors by absorbed level, sparse (G, w)."""
        plain = Columns(self.blocks, self.centres, self.rows)
        return _coded_sums(plain, self.factors, weights, {first for first, _ in self.coded})

    def against(self, z: Floats) -> Floats:
        result = Columns.against(self, z)
        if self.coded:
            totals = self.factors.totals(z, self.weights)
            for first, gamma in self.coded:
                result[first : first + gamma.shape[1]] -= gamma.T @ totals
        return result

    def combine(self, coefficients: Floats) -> Floats:
        result = Columns.combine(self, coefficients)
        if self.coded:
            effects = np.zeros(self.factors.size)
            for first, gamma in self.coded:
                effects += gamma @ coefficients[first : first + gamma.shape[1]]
            result -= self.factors.spread(effects)
        return result

    def quadratic(self, matrix: Floats) -> Floats:
        """The form x' M x of every row for a symmetric M, float64[N]; for one absorbed factor."""
        result = Columns.quadratic(self, matrix)
        if not self.coded:
            return result
        code = self.factors.single
        order = np.argsort(code, kind="stable")
        bounds = np.searchsorted(code[order], np.arange(self.factors.size + 1))
        step = max(1, _BLOCK // max(self.width, 1))
        for first in range(0, self.factors.size, step):
            last = min(first + step, self.factors.size)
            rows = order[bounds[first] : bounds[last]]
            taken = np.zeros((last - first, self.width))
            for place, gamma in self.coded:
                taken[:, place : place + gamma.shape[1]] = _array(gamma[first:last])
            pulled = taken @ matrix
            own = (pulled * taken).sum(axis=1)
            group = code[rows] - first
            result[rows] += own[group] - 2.0 * self._along(rows, group, pulled)
        return result

    def _along(self, rows: Any, group: Codes, pulled: Floats) -> Floats:
        """The rows as `chunk` holds them, each times the line of its group: float64[len(rows)]."""
        total = np.zeros(len(rows))
        some = replace(
            self,
            blocks=tuple(
                replace(
                    block,
                    codes=None if block.codes is None else block.codes[rows],
                    x=None if block.x is None else block.x[rows],
                )
                for block in self.blocks
            ),
            rows=len(rows),
            factors=self.factors.at(rows),
        )
        for chunk in some.chunks():
            inside = group[chunk.rows].astype(np.int64)
            part = total[chunk.rows]
            for place, x in zip(chunk.dense_columns, chunk.dense, strict=True):
                part += np.ascontiguousarray(pulled[:, place])[inside] * x
            for one in chunk.coded:
                line = np.zeros((len(pulled), one.size))
                line[:, 1:] = pulled[:, one.columns]
                value = line.ravel()[inside * one.size + one.levels]
                part += value if one.x is None else value * one.x
        return total

    def cluster_sums(self, clusters: Codes, factor: Floats) -> Floats:
        """Sums of the columns times `factor` (float64[N]) by cluster, float64[C, k].

        Clusters without rows are left out.
        """
        result = cluster_sums(Columns(self.blocks, self.centres, self.rows), clusters, factor)
        found = np.flatnonzero(np.bincount(clusters))
        number = np.zeros(int(found[-1]) + 1, dtype=np.int64)
        number[found] = np.arange(len(found))
        places = [place for place in range(self.width) if not self._is_coded(place)]
        for code, own in self.factors.by_factor(slice(0, self.rows)):
            size = own.stop - own.start
            pairs = pairs_of(number[clusters], len(found), code.astype(np.int64), size, factor)
            for place, gamma in zip(places, self.dense, strict=False):
                result[:, place] -= pairs @ gamma[own]
            for first, table in self.coded:
                result[:, first : first + table.shape[1]] -= _array(pairs @ table[own])
        return result


def absorbed_columns(
    design: Design, absorbed: tuple[Absorbed, ...], weights: Floats | None
) -> AbsorbedColumns:
    """The columns of a design, less means, less what the absorbed factors and a constant explain.

    `weights`: float64[N] or None for ones. Raises `DesignTooWideError` where the tables would be
    too large, and `NotEstimableError` where the normal equations of several factors do not
    converge.
    """
    factors = Factors.of(absorbed, weights)
    mass = float(design.rows) if weights is None else weighted_sum(weights, None)
    centres = tuple(
        0.0 if b.x is None or b.codes is not None else weighted_sum(b.x, weights) / mass
        for b in design.blocks
    )
    plain = Columns(design.blocks, centres, design.rows)
    held = plain.chunk(slice(0, min(1, design.rows)))
    wide = {part.columns.start for part in held.coded}
    wanted = len(held.dense) if len(absorbed) == 1 else plain.width
    if factors.size * wanted > MAX_CELLS:
        raise DesignTooWideError("too many categories for so many columns", absorbed[0].operands)
    dense = np.empty((len(held.dense), factors.size))
    for code, own in factors.by_factor(slice(0, design.rows)):
        sums = by_group(plain, code, own.stop - own.start, weights)
        rows = dict(zip(sums.places.tolist(), sums.dense, strict=True))
        for first, levels in sums.coded:
            if first not in wide:
                for place, line in enumerate(levels.toarray().T, start=first):
                    rows[place] = line
        for at, place in enumerate(held.dense_columns.tolist()):
            dense[at, own] = rows[place]
    dense = factors.solved(dense)
    coded = tuple(
        (first, factors.solved_table(sums))
        for first, sums in _coded_sums(plain, factors, weights, wide)
    )
    return AbsorbedColumns(
        design.blocks,
        centres,
        design.rows,
        weights,
        factors=factors,
        dense=dense,
        coded=coded,
    )


def _coded_sums(
    plain: Columns, factors: Factors, weights: Floats | None, wide: set[int]
) -> list[tuple[int, Table]]:
    """Sums of the columns of some factors (by the place of their first) by absorbed level."""
    if not wide:
        return []
    parts: dict[int, list[Any]] = {first: [] for first in sorted(wide)}
    for code, own in factors.by_factor(slice(0, plain.rows)):
        for first, levels in by_group(plain, code, own.stop - own.start, weights).coded:
            if first in parts:
                parts[first].append(levels)
    return [(first, sparse.vstack(tables, format="csr")) for first, tables in parts.items()]


def _array(table: Table) -> Floats:
    return np.asarray(table if isinstance(table, np.ndarray) else table.toarray())
