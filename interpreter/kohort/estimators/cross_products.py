"""Weighted sums over the rows of a coded design: cross products, combinations, quadratic forms.

Every sum runs over chunks of rows in order, with numpy's own loops and without threads, or over
stretches that are added in order (`cell_sums`): no digit depends on the number of cores.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kohort.estimators.cell_sums import CellSums, cell_sums
from kohort.estimators.cell_values import combinations, quadratics
from kohort.estimators.design import Block, Floats, Integers

CHUNK = 1 << 17
# A factor with so few columns is cheaper as separate columns of a chunk than by counting.
_SPREAD = 3
# So many rows are worth sums by cell.
_MANY = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class _Coded:
    """A factor's part of one chunk: level + 1 (0 is the reference), multiplier, columns."""

    levels: Integers
    x: Floats | None
    columns: slice
    source: int

    @property
    def size(self) -> int:
        return int(self.columns.stop - self.columns.start) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """One chunk of rows: dense columns as rows of a matrix, and the factors."""

    rows: slice
    dense: Floats
    dense_columns: Integers
    coded: tuple[_Coded, ...]
    width: int

    def add_gram(self, result: Floats, w: Floats | None) -> None:
        """Add cross products sum(w x x') on one side of the diagonal or the other."""
        weighted = self.dense if w is None else self.dense * w
        for a, column in enumerate(self.dense_columns):
            sums = np.einsum("ai,i->a", self.dense[a:], weighted[a])
            result[self.dense_columns[a:], column] += sums
        for b, part in enumerate(self.coded):
            scaled = weighted if part.x is None else weighted * part.x
            for a, column in enumerate(self.dense_columns):
                result[part.columns, column] += _by_level(part, scaled[a])
            for other in self.coded[: b + 1]:
                _add_pair(result, part, other, w)

    def add_against(self, result: Floats, target: Floats) -> None:
        """Add cross products sum(x target)."""
        if len(self.dense):
            result[self.dense_columns] += np.einsum("ai,i->a", self.dense, target)
        for part in self.coded:
            scaled = target if part.x is None else target * part.x
            result[part.columns] += _by_level(part, scaled)

    def combine(self, coefficients: Floats) -> Floats:
        """X b of the chunk's rows."""
        total: Floats = np.einsum("a,ai->i", coefficients[self.dense_columns], self.dense)
        for part in self.coded:
            value = _with_reference(coefficients[part.columns])[part.levels]
            total += value if part.x is None else value * part.x
        return total

    def by_cell(self, cell: Integers, cells: int, values: Floats) -> Floats:
        """Sums of x times `values` by cell, float64[cells, k]; cells are int64, values float64."""
        result = np.empty((cells, self.width))
        for column, x in zip(self.dense_columns, self.dense, strict=True):
            result[:, column] = np.bincount(cell, weights=x * values, minlength=cells)
        for part in self.coded:
            scaled = values if part.x is None else values * part.x
            joint = cell * part.size + part.levels
            table = np.bincount(joint, weights=scaled, minlength=cells * part.size)
            result[:, part.columns] = table.reshape(cells, part.size)[:, 1:]
        return result

    def add_by_cell(self, result: Floats, cell: Integers, values: Floats) -> None:
        """Add sums of x times `values` by cell to float64[k + 1, cells]; its last line is spare."""
        for column, x in zip(self.dense_columns, self.dense, strict=True):
            np.add.at(result[column], cell, x * values)
        for part in self.coded:
            scaled = values if part.x is None else values * part.x
            line = np.where(part.levels == 0, len(result), part.columns.start + part.levels) - 1
            np.add.at(result.ravel(), line * result.shape[1] + cell, scaled)


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The columns of a design, each plain numeric one less its centre.

    `centres` has one number per block, subtracted from blocks that are one numeric column and
    ignored for others. `weights` is float64[N] or None for ones.
    """

    blocks: tuple[Block, ...]
    centres: tuple[float, ...]
    rows: int
    weights: Floats | None = None

    @property
    def width(self) -> int:
        return sum(block.width for block in self.blocks)

    def appended(self, x: Floats, name: str) -> "Columns":
        """The same columns and one more, not centred."""
        blocks = (*self.blocks, Block((name,), x=x))
        return Columns(blocks, (*self.centres, 0.0), self.rows, self.weights)

    def weighted(self, weights: Floats | None) -> "Columns":
        """The same columns with other weights."""
        return Columns(self.blocks, self.centres, self.rows, weights)

    def chunks(self, size: int = CHUNK) -> Iterator[Chunk]:
        """All rows in order, `size` at a time."""
        for start in range(0, self.rows, size):
            yield self.chunk(slice(start, min(start + size, self.rows)))

    def chunk(self, rows: slice) -> Chunk:
        """Some rows as columns that are ready for sums."""
        size = rows.stop - rows.start
        dense = np.empty((self._spread_width(), size))
        places: list[int] = []
        coded: list[_Coded] = []
        first = 0
        for block, centre in zip(self.blocks, self.centres, strict=True):
            x = None if block.x is None else block.x[rows]
            if block.codes is None:
                if x is None:
                    dense[len(places)] = 1.0
                else:
                    np.subtract(x, centre, out=dense[len(places)])
                places.append(first)
            elif block.width <= _SPREAD:
                codes = block.codes[rows]
                for level in range(block.width):
                    np.equal(codes, level, out=dense[len(places)], casting="unsafe")
                    if x is not None:
                        dense[len(places)] *= x
                    places.append(first + level)
            else:
                levels = block.codes[rows].astype(np.int64) + 1
                columns = slice(first, first + block.width)
                coded.append(_Coded(levels, x, columns, id(block.codes)))
            first += block.width
        return Chunk(rows, dense, np.array(places, dtype=np.int64), tuple(coded), first)

    def _spread_width(self) -> int:
        """How many columns a chunk holds as columns."""
        spread = (b.codes is None or b.width <= _SPREAD for b in self.blocks)
        return sum(b.width for b, dense in zip(self.blocks, spread, strict=True) if dense)

    def _by_cell(self) -> CellSums | None:
        """The columns by the cells of their factors, where that pays."""
        # Columns of another class hold something else than their blocks.
        if self.rows < _MANY or type(self) is not Columns:
            return None
        form = cell_sums(self.blocks, self.centres)
        return form if form.few else None

    def _weights(self, rows: slice) -> Floats | None:
        return None if self.weights is None else self.weights[rows]

    def gram(self) -> Floats:
        """Cross products sum(w x x'), float64[k, k]."""
        sums = self._by_cell()
        if sums is not None:
            return mirrored(sums.gram(self.rows, self.weights))
        result = np.zeros((self.width, self.width))
        for chunk in self.chunks():
            chunk.add_gram(result, self._weights(chunk.rows))
        return mirrored(result)

    def against(self, z: Floats) -> Floats:
        """Cross products sum(w x z) with one more column z (float64[N]), float64[k]."""
        result = np.zeros(self.width)
        for chunk in self.chunks():
            w = self._weights(chunk.rows)
            chunk.add_against(result, z[chunk.rows] if w is None else z[chunk.rows] * w)
        return result

    def combine(self, coefficients: Floats) -> Floats:
        """The linear combination X b of every row, float64[N]."""
        form = self._by_cell()
        if form is not None:
            return combinations(form, coefficients, self.rows)
        result = np.empty(self.rows)
        for chunk in self.chunks():
            result[chunk.rows] = chunk.combine(coefficients)
        return result

    def quadratic(self, matrix: Floats) -> Floats:
        """The quadratic form x' M x of every row for a symmetric M, float64[N]."""
        form = self._by_cell()
        if form is not None:
            return quadratics(form, matrix, self.rows)
        result = np.empty(self.rows)
        for chunk in self.chunks():
            result[chunk.rows] = _quadratic(chunk, matrix)
        return result


def mirrored(half: Floats) -> Floats:
    """A symmetric matrix of which each pair was filled once, on one side of the diagonal."""
    return half + half.T - np.diag(np.diagonal(half))


def weighted_sum(x: Floats, weights: Floats | None) -> float:
    """sum(w x), in row order by chunks."""
    total = 0.0
    for start in range(0, len(x), CHUNK):
        rows = slice(start, start + CHUNK)
        part = x[rows] if weights is None else x[rows] * weights[rows]
        total += float(part.sum())
    return total


def weighted_squares(x: Floats, weights: Floats | None, centre: float = 0.0) -> float:
    """sum(w (x - centre)^2), in row order by chunks."""
    total = 0.0
    for start in range(0, len(x), CHUNK):
        rows = slice(start, start + CHUNK)
        part = x[rows] - centre
        part *= part
        if weights is not None:
            part *= weights[rows]
        total += float(part.sum())
    return total


def _with_reference(values: Floats) -> Floats:
    """Values by level with a zero (row) for the reference in front."""
    return np.concatenate([np.zeros((1, *values.shape[1:])), values])


def _by_level(part: _Coded, values: Floats) -> Floats:
    sums = np.bincount(part.levels, weights=values, minlength=part.size)
    return np.asarray(sums[1:], dtype=np.float64)


def _product(*factors: Floats | None) -> Floats | None:
    result: Floats | None = None
    for factor in factors:
        if factor is not None:
            result = factor if result is None else result * factor
    return result


def _add_pair(result: Floats, part: _Coded, other: _Coded, w: Floats | None) -> None:
    """Add the cross products of two factors of one chunk below the diagonal of blocks."""
    values = _product(w, part.x, other.x)
    if part.source == other.source:
        rows = np.arange(part.columns.start, part.columns.stop)
        columns = np.arange(other.columns.start, other.columns.stop)
        result[rows, columns] += np.bincount(part.levels, weights=values, minlength=part.size)[1:]
        return
    joint = part.levels * other.size + other.levels
    table = np.bincount(joint, weights=values, minlength=part.size * other.size)
    result[part.columns, other.columns] += table.reshape(part.size, other.size)[1:, 1:]


def _quadratic(chunk: Chunk, matrix: Floats) -> Floats:
    places = chunk.dense_columns
    inner = matrix[np.ix_(places, places)]
    total: Floats = np.einsum("ai,ai->i", inner @ chunk.dense, chunk.dense)
    for b, part in enumerate(chunk.coded):
        levels = np.arange(part.columns.start, part.columns.stop)
        cross = _with_reference(matrix[np.ix_(levels, places)])
        value = np.zeros(len(part.levels))
        for a in range(len(places)):
            value += np.ascontiguousarray(cross[:, a])[part.levels] * chunk.dense[a]
        for other in chunk.coded[:b]:
            table = np.zeros((part.size, other.size))
            table[1:, 1:] = matrix[part.columns, other.columns]
            gathered = table.ravel()[part.levels * other.size + other.levels]
            value += gathered if other.x is None else gathered * other.x
        value *= 2.0
        own = _with_reference(np.diagonal(matrix)[part.columns])[part.levels]
        value += own if part.x is None else own * part.x
        total += value if part.x is None else value * part.x
    return total
