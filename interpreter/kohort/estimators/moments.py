"""Cross products of all columns of a model with instruments, and what follows from them alone."""

from dataclasses import dataclass

import numpy as np

from kohort.estimators.cross_products import Columns
from kohort.estimators.design import Floats, Integers
from kohort.estimators.group_sums import Clusters, by_group


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Cross products of all columns of a model, each scaled to norm one.

    `columns`: the working columns, the outcome last; `scale` their norms; `gram` float64[K, K].
    Vectors of length K stand for linear combinations of the scaled columns.
    """

    columns: Columns
    gram: Floats
    scale: Floats

    @property
    def n(self) -> int:
        return self.columns.rows

    def unit(self, places: Integers) -> Floats:
        """The columns at some places themselves, float64[K, q]."""
        return np.asarray(np.eye(len(self.scale))[:, places], np.float64)

    def on(self, places: Integers, of: Floats) -> Floats:
        """Coefficients of combinations (K, or K by q) on some columns, in scaled units."""
        inside = self.gram[np.ix_(places, places)]
        return np.asarray(np.linalg.solve(inside, self.gram[places] @ of), dtype=np.float64)

    def projected(self, places: Integers, of: Floats) -> Floats:
        """Projections of combinations on some columns, as combinations."""
        result = np.zeros_like(of)
        if len(places):
            result[places] = self.on(places, of)
        return result

    def rest(self, places: Integers, of: Floats) -> Floats:
        """What some columns leave of combinations."""
        return of - self.projected(places, of)

    def product(self, a: Floats, b: Floats) -> Floats:
        """Cross products of combinations."""
        return np.asarray(a.T @ self.gram @ b)

    def rows(self, combination: Floats) -> Floats:
        """A combination's value in every row, float64[N]."""
        return self.columns.combine(combination / self.scale)

    def meat(self, residuals: Floats, clusters: Clusters | None) -> Floats:
        """sum of (w e)^2 x x', or of the squared cluster sums of w e x, float64[K, K]."""
        weights = self.columns.weights
        scores = residuals if weights is None else residuals * weights
        if clusters is None:
            raw = self.columns.weighted(scores**2).gram()
        else:
            raw = by_group(self.columns, clusters.row, clusters.size, scores).gram()
        return raw / np.outer(self.scale, self.scale)

    def factor(self, k: int, clusters: Clusters | None) -> float:
        """The small-sample factor of a sandwich of k coefficients."""
        if clusters is None:
            return self.n / (self.n - k)
        size = clusters.size
        return (self.n - 1) / (self.n - k) * size / (size - 1)


@dataclass(frozen=True, eq=False)
class Roles:
    """Places of the columns of a model among its moments: int64 each.

    `exogenous` (the constant first), `instruments` (outside the equation), `endogenous`.
    """

    exogenous: Integers
    instruments: Integers
    endogenous: Integers
    outcome: int

    @property
    def regressors(self) -> Integers:
        return np.concatenate([self.exogenous, self.endogenous])

    @property
    def allowed(self) -> Integers:
        """All that is uncorrelated with the errors."""
        return np.concatenate([self.exogenous, self.instruments])
