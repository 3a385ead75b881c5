"""A panel's design with unit means taken out in part, wholly or not at all: one set of columns.

Every row x of unit i is replaced by `x - xbar_i + keep_i xbar_i`, or by `keep_i xbar_i` alone
where nothing inside units is used. keep = 0 gives fixed effects, 1 a pooled model, 1 - theta_i
random effects, and sqrt(1/T_i) without the inside a regression of unit means. Cross products are
those within units plus those of the unit means, so that neither loses digits to the other.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from kohort.estimators.cross_products import Columns, weighted_sum
from kohort.estimators.design import CONSTANT, Block, Codes, Floats, Integers
from kohort.estimators.group_sums import GroupSums, by_group, counted, pairs_of
from kohort.estimators.panel_units import PanelRows, Units

_ROUNDING = 1e-13
# So many numbers of units by columns are held at once.
_CELLS = 1 << 22


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PanelColumns(Columns):
    """The transformed columns. Fields of `Columns` are those within units, factors as they are.

    `within`: the same columns without appended ones; `sums` are of the (centred) columns by unit;
    `shift` float64[k] are the centres. `appended` columns are transformed ones already.
    """

    within: Columns
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
        return self.within.weighted(self.weights)

    @property
    def _plain(self) -> int:
        return self.within.width

    @property
    def _fixed(self) -> bool:
        """Whether nothing of the unit means is kept."""
        return self.inside and not self.keep.any()

    @property
    def _numbers(self) -> bool:
        """Whether all columns are numbers: within units they add up to zero."""
        return not self.sums.coded

    def transformed(self, values: Floats, own: Floats | None = None) -> Floats:
        """A row variable transformed like the columns, or with another share to keep."""
        share = self.keep if own is None else own
        if self.inside and not share.any():
            return self.units.within(values)
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
        if not self._fixed:
            part += self.sums.gram(units.weight * self.keep**2 / units.times)
        for place, x in enumerate(self.extra, start=inner):
            steady = self._fixed and self._is_constant(place)
            result[:, place] = self._against_extra(x) if steady else self.against(x)
            result[place, :] = result[:, place]
        return result

    def _is_constant(self, place: int) -> bool:
        """Whether an appended column is the constant."""
        return self.blocks[place - self.width].names == (CONSTANT,)

    def _against_extra(self, x: Floats) -> Floats:
        """Cross products with an appended column that is orthogonal to those that are not."""
        result = np.zeros(self.width)
        result[self._plain :] = [weighted_sum(x * z, self.weights) for z in self.extra]
        return result

    def _within_gram(self) -> Floats:
        """Cross products of what varies within units."""
        units = self.units
        part = self._inner.gram()
        if self._numbers:
            return part
        before = np.diagonal(part).copy()
        coded = GroupSums(np.empty((0, units.count)), _NONE, self.sums.coded, self._plain)
        part -= coded.gram(units.weight / units.times)
        # What rounding leaves of a category that no unit changes.
        absorbed = np.diagonal(part) < _ROUNDING * before
        part[absorbed, :] = part[:, absorbed] = 0.0
        return part

    def quadratic(self, matrix: Floats) -> Floats:
        """The form x' M x of every transformed row for a positive (semi)definite M, float64[N]."""
        if self._fixed and self._numbers and not matrix[self._plain :, : self._plain].any():
            return self._quadratic_within(matrix)
        # Columns may be of very unequal size.
        scale = np.sqrt(np.diagonal(matrix))
        unit = np.where(scale > 0, scale, 1.0)
        values, vectors = np.linalg.eigh(matrix / np.outer(unit, unit))
        total = np.zeros(self.rows)
        for value, vector in zip(values, vectors.T, strict=True):
            if value > 0:
                total += value * self.combine(vector * scale) ** 2
        return total

    def _quadratic_within(self, matrix: Floats) -> Floats:
        """The form of rows within units; appended columns are orthogonal to the others."""
        inner = self._plain
        total = self.within.quadratic(matrix[:inner, :inner])
        for place, x in enumerate(self.extra, start=inner):
            for other, z in enumerate(self.extra, start=inner):
                total += matrix[place, other] * x * z
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
        if self._fixed and self._numbers:
            return total
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
        result = np.zeros(self.width)
        inner = result[: self._plain]
        if self._fixed and self._numbers:
            inner += self._inner.against(z)
        else:
            totals = counted(units.row, units.count, z)
            if self.inside:
                inner += self._inner.against(z - (totals / units.times)[units.row])
            inner += self.sums.against(units.weight * self.keep / units.times * totals)
        for place, x in enumerate(self.extra, start=self._plain):
            result[place] = weighted_sum(x * z, self.weights)
        return result

    def combine(self, coefficients: Floats) -> Floats:
        """The linear combination of the transformed columns, float64[N]."""
        units, b = self.units, coefficients[: self._plain]
        if self._fixed and self._numbers:
            result = self.within.combine(b)
        else:
            result = (self.keep * self.sums.combine(b) / units.times)[units.row]
            if self.inside:
                result += units.within(self.within.combine(b))
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
            # Nothing of a constant varies within units.
            steady = [b.codes is None and b.x is None for b in inner.blocks if b.codes is None]
            sums.dense[np.array(steady, dtype=bool)] = 0.0
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


def panel_columns(rows: PanelRows, units: Units, weighted: bool) -> PanelColumns:
    """The columns of a design over a panel, nothing taken out yet."""
    return PanelColumns(
        rows.inner.blocks,
        rows.inner.centres,
        rows.inner.rows,
        units.constant_within(units.weight) if weighted else None,
        within=rows.inner,
        units=units,
        sums=rows.sums,
        shift=rows.shift,
        keep=np.ones(units.count),
    )
