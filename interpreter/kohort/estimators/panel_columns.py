"""A panel's design with unit means taken out in part, wholly or not at all: one set of columns.

Every row x of unit i is replaced by `x - xbar_i + keep_i xbar_i`, or by `keep_i xbar_i` alone
where nothing inside units is used. keep = 0 gives fixed effects, 1 a pooled model, 1 - theta_i
random effects, and sqrt(1/T_i) without the inside a regression of unit means. Cross products are
those within units plus those of the unit means, so that neither loses digits to the other.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from kohort.estimators.cross_products import Columns, weighted_sum
from kohort.estimators.design import Block, Codes, Design, Floats, Integers, constant_block
from kohort.estimators.group_sums import GroupSums, by_group, counted, pairs_of

_ROUNDING = 1e-13
# So many numbers of units by columns are held at once.
_CELLS = 1 << 22


@dataclass(frozen=True, eq=False)
class Units:
    """Which unit each row is of: `row` int64[N] in 0..U-1; `weight` float64[U], one a unit."""

    row: Integers
    weight: Floats

    @cached_property
    def times(self) -> Floats:
        """Rows per unit, float64[U]."""
        return counted(self.row, len(self.weight))

    @property
    def count(self) -> int:
        return len(self.weight)

    @cached_property
    def mass(self) -> float:
        """The sum of weights over rows."""
        return float(self.weight @ self.times)

    def means(self, values: Floats) -> Floats:
        """Means of a row variable by unit, float64[U]."""
        return counted(self.row, self.count, values) / self.times

    def within(self, values: Floats) -> Floats:
        """A row variable less its unit means, float64[N]."""
        return np.asarray(values - self.means(values)[self.row])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PanelColumns(Columns):
    """The transformed columns. Fields of `Columns` are those within units, factors as they are.

    `sums` are of the (centred) columns by unit; `shift` float64[k] are the centres. `appended`
    columns are transformed ones already.
    """

    units: Units
    sums: GroupSums
    shift: Floats
    keep: Floats
    inside: bool = True
    extra: tuple[Floats, ...] = ()
    known: dict[str, Floats] = field(default_factory=dict)
    """Cross products within units, worked out once for all transformations."""

    @property
    def _inner(self) -> Columns:
        blocks = self.blocks[: len(self.blocks) - len(self.extra)]
        return Columns(blocks, (0.0,) * len(blocks), self.rows, self.weights)

    @property
    def _plain(self) -> int:
        return self.width - len(self.extra)

    def transformed(self, values: Floats, own: Floats | None = None) -> Floats:
        """A row variable transformed like the columns, or with another share to keep."""
        share = self.keep if own is None else own
        means = self.units.means(values)
        result = (share * means)[self.units.row]
        return result + (values - means[self.units.row]) if self.inside else result

    def appended(self, x: Floats, name: str) -> "PanelColumns":
        blocks = (*self.blocks, Block((name,), x=x))
        return replace(self, blocks=blocks, centres=(0.0,) * len(blocks), extra=(*self.extra, x))

    def gram(self) -> Floats:
        result = np.zeros((self.width, self.width))
        inner = self._plain
        units, part = self.units, result[:inner, :inner]
        if self.inside:
            if "within" not in self.known:
                self.known["within"] = self._within_gram()
            part += self.known["within"]
        part += self.sums.gram(units.weight * self.keep**2 / units.times)
        for place, x in enumerate(self.extra, start=inner):
            result[:, place] = result[place, :] = self.against(x)
        return result

    def _within_gram(self) -> Floats:
        """Cross products of what varies within units."""
        units = self.units
        part = self._inner.gram()
        before = np.diagonal(part).copy()
        coded = GroupSums(np.empty((0, units.count)), _NONE, self.sums.coded, self._plain)
        part -= coded.gram(units.weight / units.times)
        # What rounding leaves of a category that no unit changes.
        absorbed = np.diagonal(part) < _ROUNDING * before
        part[absorbed, :] = part[:, absorbed] = 0.0
        return part

    def quadratic(self, matrix: Floats) -> Floats:
        """The form x' M x of every transformed row for a positive (semi)definite M, float64[N]."""
        if self.inside and not self.sums.coded and not self.keep.any():
            return Columns(self.blocks, self.centres, self.rows).quadratic(matrix)
        # Columns may be of very unequal size.
        scale = np.sqrt(np.diagonal(matrix))
        unit = np.where(scale > 0, scale, 1.0)
        values, vectors = np.linalg.eigh(matrix / np.outer(unit, unit))
        total = np.zeros(self.rows)
        for value, vector in zip(values, vectors.T, strict=True):
            if value > 0:
                total += value * self.combine(vector * scale) ** 2
        return total

    def unit_quadratic(self, matrix: Floats) -> Floats:
        """The quadratic forms of a unit's rows added up, float64[U].

        A row is its place within the unit and what all rows of the unit share, so that no factor
        need be spread out. Appended columns must be orthogonal to the others.
        """
        units, inner = self.units, self._plain
        own = matrix[:inner, :inner]
        total = np.zeros(units.count)
        if self.inside:
            total += counted(units.row, units.count, self._inner.quadratic(own))
        for place, x in enumerate(self.extra, start=inner):
            total += matrix[place, place] * counted(units.row, units.count, x**2)
        step = max(1, _CELLS // max(inner, 1))
        for first in range(0, units.count, step):
            part = slice(first, min(first + step, units.count))
            shared, sums = self._shared(part)
            pulled = shared @ own
            total[part] += 2.0 * (sums * pulled).sum(axis=1)
            total[part] += units.times[part] * (shared * pulled).sum(axis=1)
        return total

    def _shared(self, part: slice) -> tuple[Floats, Floats]:
        """What all rows of each unit share, and the sums of what they do not, float64[u, k]."""
        times, keep = self.units.times[part, None], self.keep[part, None]
        shared = np.zeros((len(times), self._plain))
        sums = np.zeros_like(shared)
        shared[:, self.sums.places] = keep * self.sums.dense[:, part].T / times
        for first, table in self.sums.coded:
            columns = slice(first, first + table.shape[1])
            own = table[part].toarray()
            shared[:, columns] = (keep - self.inside) * own / times
            if self.inside:
                sums[:, columns] = own
        return shared, sums

    def against(self, z: Floats) -> Floats:
        """Cross products with a transformed row variable, float64[k]."""
        units = self.units
        totals = counted(units.row, units.count, z)
        result = np.zeros(self.width)
        inner = result[: self._plain]
        if self.inside:
            inner += self._inner.against(z - (totals / units.times)[units.row])
        inner += self.sums.against(units.weight * self.keep / units.times * totals)
        for place, x in enumerate(self.extra, start=self._plain):
            result[place] = weighted_sum(x * z, self.weights)
        return result

    def combine(self, coefficients: Floats) -> Floats:
        """The linear combination of the transformed columns, float64[N]."""
        units, b = self.units, coefficients[: self._plain]
        result = (self.keep * self.sums.combine(b) / units.times)[units.row]
        if self.inside:
            result += units.within(self._inner.combine(b))
        for place, x in enumerate(self.extra, start=self._plain):
            result += coefficients[place] * x
        return result

    def scores(self, residuals: Floats, group: Integers | Codes, size: int) -> GroupSums:
        """Sums of w x e by group for transformed residuals (float64[N])."""
        units, inner = self.units, self._inner
        weighted = residuals if self.weights is None else residuals * self.weights
        pairs = pairs_of(group, size, units.row, units.count, weighted)
        share = self.keep / units.times
        if self.inside:
            sums = by_group(inner, group, size, weighted)
            sums = sums.joined(pairs, self.sums, share, share - 1.0 / units.times)
        else:
            empty = by_group(inner, group, size, np.zeros(self.rows))
            sums = empty.joined(pairs, self.sums, share, share)
        for x in self.extra:
            sums = sums.extended(counted(group, size, weighted * x))
        return sums

    def kept(self, keep: Floats | float, inside: bool = True) -> "PanelColumns":
        """The same columns under another transformation."""
        share = np.broadcast_to(np.asarray(keep, dtype=np.float64), (self.units.count,))
        return replace(self, keep=share, inside=inside)


_NONE = np.empty(0, dtype=np.int64)


def panel_columns(design: Design, units: Units, constant: bool, weighted: bool) -> PanelColumns:
    """The columns of a design over a panel, the constant (if any) first, nothing taken out yet.

    Numeric columns are centred where there is a constant.
    """
    blocks = (constant_block(), *design.blocks) if constant else design.blocks
    weights = units.weight[units.row] if weighted else None
    centres = [_centre(block, weights, units.mass) if constant else 0.0 for block in blocks]
    sums = by_group(Columns(blocks, tuple(centres), design.rows), units.row, units.count)
    shift = np.concatenate(
        [np.full(b.width, c) for b, c in zip(blocks, centres, strict=True)] or [np.empty(0)]
    )
    within = tuple(
        _within(block, centre, units) for block, centre in zip(blocks, centres, strict=True)
    )
    return PanelColumns(
        within,
        (0.0,) * len(within),
        design.rows,
        weights,
        units=units,
        sums=sums,
        shift=shift,
        keep=np.ones(units.count),
    )


def _centre(block: Block, weights: Floats | None, mass: float) -> float:
    if block.x is None or block.codes is not None:
        return 0.0
    return weighted_sum(block.x, weights) / mass


def _within(block: Block, centre: float, units: Units) -> Block:
    if block.codes is not None:
        return block
    if block.x is None:
        return Block(block.names, x=np.zeros(len(units.row)))
    return Block(block.names, x=units.within(block.x - centre))
