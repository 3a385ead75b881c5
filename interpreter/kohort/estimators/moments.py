"""Cross products of all columns of a model with instruments, and what follows from them alone."""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from kohort.estimators.cross_products import Columns
from kohort.estimators.design import Floats, Integers
from kohort.estimators.group_sums import Clusters, by_group
from kohort.estimators.problem import NotEstimableError


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Cross products of all columns of a model, turned so that most are orthogonal.

    `columns`: the working columns, the outcome last; `scale` float64[K] their norms. `turn`
    float64[K, K] makes the turned columns of the scaled ones: exogenous ones orthonormal; what they
    leave of instruments, and of endogenous columns, orthonormal within each kind. Sandwiches of
    nearly collinear columns would otherwise lose twice the digits that the columns lose. `gram`
    float64[K, K] and all vectors of length K are of turned columns.
    """

    columns: Columns
    gram: Floats
    scale: Floats
    turn: Floats

    @property
    def n(self) -> int:
        return self.columns.rows

    def unit(self, places: Integers) -> Floats:
        """The columns at some places themselves, float64[K, q]."""
        return np.asarray(np.eye(len(self.scale))[:, places], np.float64)

    def written(self, places: Integers) -> Floats:
        """The columns at some places as they were before they were turned, float64[K, q]."""
        return np.asarray(linalg.solve(self.turn, np.eye(len(self.scale))[:, places]), np.float64)

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
        return self.columns.combine(self.turn @ combination / self.scale)

    def meat(self, residuals: Floats, clusters: Clusters | None) -> Floats:
        """sum of (w e)^2 x x', or of the squared cluster sums of w e x, float64[K, K]."""
        weights = self.columns.weights
        scores = residuals if weights is None else residuals * weights
        if clusters is None:
            raw = self.columns.weighted(scores**2).gram()
        else:
            raw = by_group(self.columns, clusters.row, clusters.size, scores).gram()
        return np.asarray(self.turn.T @ (raw / np.outer(self.scale, self.scale)) @ self.turn)

    def factor(self, k: int, clusters: Clusters | None) -> float:
        """The small-sample factor of a sandwich of k coefficients."""
        if clusters is None:
            return self.n / (self.n - k)
        size = clusters.size
        return (self.n - 1) / (self.n - k) * size / (size - 1)


@dataclass(frozen=True, eq=False)
class Roles:
    """Places of the columns of a model among its moments: int64 each.

    `exogenous` (the constant first), `instruments` (outside the equation), `endogenous`: of nearly
    collinear ones, the columns that stand for them. `written`: endogenous columns as they are.
    """

    exogenous: Integers
    instruments: Integers
    endogenous: Integers
    outcome: int
    written: Integers

    @property
    def regressors(self) -> Integers:
        return np.concatenate([self.exogenous, self.endogenous])

    @property
    def allowed(self) -> Integers:
        """All that is uncorrelated with the errors."""
        return np.concatenate([self.exogenous, self.instruments])


def turned(columns: Columns, gram: Floats, roles: Roles) -> Moments:
    """Give the moments of columns with these cross products, float64[K, K] (unscaled).

    Raises `NotEstimableError` where the columns of one kind are collinear.
    """
    scale = np.sqrt(np.where(np.diagonal(gram) > 0, np.diagonal(gram), 1.0))
    gram = gram / np.outer(scale, scale)
    turn = np.eye(len(scale))
    for places, before in (
        (roles.exogenous, roles.exogenous[:0]),
        (roles.instruments, roles.exogenous),
        (roles.endogenous, roles.exogenous),
    ):
        shares = turn[:, before].T @ gram[:, places]
        try:
            lower = np.linalg.cholesky(gram[np.ix_(places, places)] - shares.T @ shares)
        except np.linalg.LinAlgError:
            raise NotEstimableError("collinear") from None
        inverse = linalg.solve_triangular(lower, np.eye(len(places)), lower=True).T
        turn[:, places] = turn[:, places] @ inverse - turn[:, before] @ (shares @ inverse)
    return Moments(columns, np.asarray(turn.T @ gram @ turn), scale, turn)
