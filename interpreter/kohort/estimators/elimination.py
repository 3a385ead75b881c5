"""Left-to-right elimination on cross products: collinear columns found, the rest inverted."""

from dataclasses import dataclass

import numpy as np

from kohort.estimators.cross_products import Columns, weighted_squares
from kohort.estimators.design import Floats, Integers

# A column is collinear if what the kept ones leave of it is below this share of its norm.
COLLINEAR = 1e-9
# Cross products in doubles cannot tell shares of a squared norm below about 1e-13; from here
# down a column's residual is worked out from the rows themselves.
_DOUBTFUL = 1e-7
_HOPELESS = 1e-13
# One column of floats is held for each doubtful one.
_MAX_RESIDUALS = 16


@dataclass(frozen=True, slots=True, eq=False)
class _Replacement:
    """Column `column` became its residual `x - X[kept] coefficients`."""

    column: int
    kept: Integers
    coefficients: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Elimination:
    """Which columns are independent, and the inverse of their cross products.

    `columns` are the working columns (residual columns appended), `slots[j]` the working column
    that stands for design column j; `kept` are design columns in order; `inverse` is
    float64[len(kept), len(kept)], of the working columns.
    """

    columns: Columns
    slots: Integers
    kept: Integers
    inverse: Floats
    replaced: tuple[_Replacement, ...]

    def spread(self, values: Floats) -> Floats:
        """Values of the kept columns (a vector or a square matrix) at the working columns."""
        places = self.slots[self.kept]
        result = np.zeros((self.columns.width,) * values.ndim)
        result[np.ix_(*[places] * values.ndim)] = values
        return result

    def restore(self, coefficients: Floats, covariance: Floats) -> tuple[Floats, Floats]:
        """Coefficients and covariance of the kept design columns from the working ones."""
        b, v = coefficients.copy(), covariance.copy()
        place = {int(column): i for i, column in enumerate(self.kept)}
        for step in reversed(self.replaced):
            source = place[step.column]
            for target, share in zip(step.kept, step.coefficients, strict=True):
                i = place[int(target)]
                b[i] -= share * b[source]
                v[i, :] -= share * v[source, :]
                v[:, i] -= share * v[:, source]
        return b, v

    def uncentred(
        self, coefficients: Floats, covariance: Floats, centres: Floats, centre: float
    ) -> tuple[Floats, Floats]:
        """The same as `restore`, the means moved into the first of the kept columns, the constant.

        `centres` float64[k] of the kept design columns, 0 of the constant; `centre` of the outcome.
        The constant's own combination is made before the nearly collinear columns come back, whose
        covariances are too large for a difference of them.
        """
        place = {int(column): i for i, column in enumerate(self.kept)}
        row = -centres
        row[0] += 1.0
        for step in self.replaced:
            targets = [place[int(target)] for target in step.kept]
            row[place[step.column]] -= step.coefficients @ row[targets]
        column = covariance @ row
        b, v = self.restore(coefficients, covariance)
        b[0] = centre + float(row @ coefficients)
        v[0, :] = v[:, 0] = self.restore(column, np.zeros_like(covariance))[0]
        v[0, 0] = float(row @ column)
        return b, v


class _Eliminator:
    """The state of one elimination; columns are scaled to unit norm throughout."""

    def __init__(self, columns: Columns, gram: Floats, norms: Floats) -> None:
        self.columns = columns
        self.gram = gram.copy()
        self.norms = norms
        self.scale = np.sqrt(np.maximum(np.diagonal(gram), 0.0))
        self.slots = np.arange(columns.width)
        self.kept: list[int] = []
        self.replaced: list[_Replacement] = []

    def run(self) -> Elimination:
        with np.errstate(invalid="ignore", divide="ignore"):
            share = self.scale / self.norms
        candidates = np.flatnonzero((self.norms > 0) & (share >= COLLINEAR))
        if not self._independent(candidates):
            self._sweep(candidates)
        kept = np.array(self.kept, dtype=np.int64)
        scale = self.scale[kept]
        inverse = np.linalg.inv(self.gram[np.ix_(kept, kept)] / np.outer(scale, scale))
        inverse = (inverse + inverse.T) / 2 / np.outer(scale, scale)
        return Elimination(self.columns, self.slots, kept, inverse, tuple(self.replaced))

    def _independent(self, candidates: Integers) -> bool:
        """Keep all candidates if a plain factorisation finds none doubtful."""
        scale = self.scale[candidates]
        try:
            factor = np.linalg.cholesky(
                self.gram[np.ix_(candidates, candidates)] / np.outer(scale, scale)
            )
        except np.linalg.LinAlgError:
            return False
        if len(candidates) and float(np.diagonal(factor).min()) ** 2 < _DOUBTFUL:
            return False
        self.kept = candidates.tolist()
        return True

    def _sweep(self, candidates: Integers) -> None:
        """Column by column, with the remaining columns' Schur complement in `left`."""
        scale = np.where(self.scale > 0, self.scale, 1.0)
        left = self.gram / np.outer(scale, scale)
        for j in candidates.tolist():
            pivot = float(left[j, j])
            if pivot < _DOUBTFUL:
                if not self._residual(j, pivot):
                    continue
                left[j, :] = left[:, j] = self.gram[j, :] / scale / self.scale[j]
                left[j, j] = pivot = 1.0
            row = left[j, :] / np.sqrt(pivot)
            left -= np.outer(row, row)
            self.kept.append(j)

    def _residual(self, j: int, pivot: float) -> bool:
        """Replace doubtful column j by its residual; False if it is collinear."""
        if pivot < _HOPELESS and self._counting(j):
            return False
        if len(self.replaced) >= _MAX_RESIDUALS:
            return pivot >= _HOPELESS
        kept = np.array(self.kept, dtype=np.int64)
        working = self.slots[kept]
        scale = self.scale[kept]
        inside = self.gram[np.ix_(kept, kept)] / np.outer(scale, scale)
        select = np.zeros(self.columns.width)
        select[self.slots[j]] = 1.0
        z = self.columns.combine(select)
        total = np.zeros(len(kept))
        cross = self.gram[kept, j]
        # The second round removes what the limited precision of the first left over.
        for _ in range(2):
            step = np.linalg.solve(inside, cross / scale) / scale
            total += step
            spread = np.zeros(self.columns.width)
            spread[working] = step
            z = z - self.columns.combine(spread)
            cross = self.columns.against(z)[working]
        norm = np.sqrt(weighted_squares(z, self.columns.weights))
        if norm < COLLINEAR * self.norms[j]:
            return False
        self._replace(j, z, _Replacement(j, kept, total))
        return True

    def _counting(self, j: int) -> bool:
        """Whether column j is an indicator alone, whose sums are exact enough to judge it."""
        first = 0
        for block in self.columns.blocks:
            if j < first + block.width:
                return block.codes is not None and block.x is None
            first += block.width
        return False

    def _replace(self, j: int, z: Floats, step: _Replacement) -> None:
        self.columns = self.columns.appended(z, f"residual {j}")
        self.slots[j] = self.columns.width - 1
        cross = self.columns.against(z)[self.slots]
        self.gram[j, :] = self.gram[:, j] = cross
        self.scale[j] = np.sqrt(cross[j])
        self.replaced.append(step)


def eliminate(columns: Columns, gram: Floats, norms: Floats) -> Elimination:
    """Drop columns that the ones before them determine, and invert the rest.

    `gram` are the columns' cross products, float64[k, k]; `norms` the norms of the columns before
    centring, float64[k]. A column goes when its residual norm is below 1e-9 of its own norm
    (analysis.md 3.0.2); residuals that sums cannot resolve are computed from the rows.
    """
    return _Eliminator(columns, gram, norms).run()
