"""Local polynomials at one side of a cutoff: kernel weights, coefficients, neighbour residuals.

Source: Fan and Gijbels (1996), Local Polynomial Modelling; nearest-neighbour variances after Abadie
and Imbens (2006) as used by Calonico, Cattaneo and Titiunik (2014), Econometrica 82(6).
"""

from dataclasses import dataclass

import numpy as np

from kohort.estimators.design import Codes, Floats, Integers
from kohort.estimators.group_sums import counted
from kohort.estimators.problem import NotEstimableError

NEIGHBOURS = 3
_SAME = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The rows of one side of the cutoff, sorted by the running variable.

    `x` float64[n], less the cutoff; `columns` float64[m, n]: the outcome, then the treatment of a
    fuzzy design (if any), then covariates; `weights` float64[n]; `cluster` int[n] or None.
    """

    x: Floats
    columns: Floats
    weights: Floats
    cluster: Integers | Codes | None = None

    @property
    def n(self) -> int:
        return len(self.x)

    def within(self, h: float) -> "Side":
        """The rows closer to the cutoff than h."""
        near = slice(*np.searchsorted(self.x, (-h, h), side="left"))
        first, last = near.start, near.stop
        # Those exactly at -h have weight zero.
        while first < last and self.x[first] <= -h:
            first += 1
        part = slice(first, last)
        return Side(
            self.x[part], self.columns[:, part], self.weights[part],
            None if self.cluster is None else self.cluster[part],
        )  # fmt: skip


def triangular(x: Floats, h: float) -> Floats:
    """The triangular kernel (1 - |x|/h)/h, zero from h on."""
    return np.maximum(1.0 - np.abs(x) / h, 0.0) / h


@dataclass(frozen=True, slots=True, eq=False)
class LocalFit:
    """A kernel-weighted polynomial of one order on one side.

    `powers` float64[order+1, n]; `kernel` float64[n], weights included; `inverse` of the powers'
    weighted cross products; `b` float64[order+1, m], one column a column of the side.
    """

    side: Side
    powers: Floats
    kernel: Floats
    inverse: Floats
    b: Floats

    def residuals(self) -> Floats:
        """Of each column, float64[m, n]: from neighbours, or with clusters from the polynomial."""
        if self.side.cluster is None:
            return neighbour_residuals(self.side.x, self.side.columns)
        return np.asarray(self.side.columns - np.einsum("am,ai->mi", self.b, self.powers))

    def variance(self, form: Floats, residuals: Floats, place: int, parameters: int = 0) -> float:
        """The variance of a coefficient whose pseudo-scores are `form` (order+1 by n) times e.

        `parameters`: of the polynomial that the residuals are of, where it is another one.
        """
        meat = _meat(form * residuals, self.side.cluster, parameters or len(form))
        row = self.inverse[place]
        return float(row @ meat @ row)


def _meat(scores: Floats, cluster: Integers | Codes | None, k: int) -> Floats:
    if cluster is None:
        return np.asarray(np.einsum("ai,bi->ab", scores, scores))
    groups, index = np.unique(cluster, return_inverse=True)
    sums = np.array([counted(index, len(groups), one) for one in scores])
    n, g = scores.shape[1], len(groups)
    if g < 2 or n <= k:
        raise NotEstimableError("too few groups")
    factor = (n - 1) / (n - k) * g / (g - 1)
    return np.asarray(factor * np.einsum("ag,bg->ab", sums, sums))


def fit_side(side: Side, h: float, order: int) -> LocalFit:
    """Fit a polynomial with bandwidth h. Raises `NotEstimableError`."""
    kernel = triangular(side.x, h) * side.weights
    # In units of the bandwidth first: powers of kroner would not fit a double's digits.
    scaled = np.vander(side.x / h, order + 1, increasing=True).T
    gram = np.einsum("ai,bi->ab", scaled * kernel, scaled)
    unit = h ** -np.arange(order + 1.0)
    try:
        inverse = np.linalg.inv(gram) * np.outer(unit, unit)
    except np.linalg.LinAlgError:
        raise NotEstimableError("outside the cutoff") from None
    powers = scaled / unit[:, None]
    cross = np.einsum("ai,mi->am", powers * kernel, side.columns)
    return LocalFit(side, powers, kernel, inverse, inverse @ cross)


def covariate_slopes(fits: list[LocalFit], first: int) -> Floats:
    """Slopes of the first columns on the covariates, common to all fits, float64[first, m - first].

    The local polynomials of each side are projected out. Columns without variation get zero.
    """
    total = 0.0
    for fit in fits:
        kept = fit.side.columns * fit.kernel
        cross = np.einsum("mi,ai->ma", kept, fit.powers)
        whole = np.einsum("mi,ci->mc", kept, fit.side.columns)
        total = total + (whole - cross @ fit.inverse @ cross.T)
    inside = np.asarray(total)[first:, first:]
    right = np.asarray(total)[first:, :first]
    scale = np.sqrt(np.maximum(np.diagonal(inside), 0.0))
    scale = np.where(scale > 0, scale, 1.0)
    solved = np.linalg.pinv(inside / np.outer(scale, scale), rcond=1e-10, hermitian=True)
    return np.asarray((solved @ (right / scale[:, None]) / scale[:, None]).T)


def neighbour_residuals(x: Floats, values: Floats) -> Floats:
    """sqrt(J/(J+1)) times the distance to the mean of the nearest rows, J of them, float64[m, n].

    `x` float64[n] ascending, `values` float64[m, n]. J is 3, or more where rows are equally near:
    nearer to one another than a share of 1e-10 of the spread of x, since years less a cutoff, as
    doubles, are not as evenly spaced as they are meant to be.
    """
    n = len(x)
    if n < 2:
        raise NotEstimableError("outside the cutoff")
    same = _SAME * float(x[-1] - x[0])
    first = np.diff(x, prepend=-np.inf) > same
    points, index = x[first], np.cumsum(first) - 1
    counts = np.bincount(index)
    tables = np.array([counted(index, len(points), one) for one in values])
    found, totals = _nearest(points, counts, tables, min(NEIGHBOURS, n - 1), same)
    own = totals[:, index] - values
    j = found[index]
    return np.asarray(np.sqrt(j / (j + 1.0)) * (values - own / j))


def _nearest(
    points: Floats, counts: Integers, tables: Floats, wanted: int, same: float
) -> tuple[Floats, Floats]:
    """For each different value: how many other rows are taken in, and sums with its own rows."""
    size = len(points)
    low = np.arange(size)
    high = low.copy()
    found = counts.astype(np.float64) - 1.0
    totals = tables.copy()
    edges = np.concatenate([[-np.inf], points, [np.inf]])
    padded = np.concatenate([[0], counts, [0]])
    tables = np.pad(tables, ((0, 0), (1, 1)))
    for _ in range(wanted):
        left, right = points - edges[low], edges[high + 2] - points
        more = found < wanted
        take_left, take_right = more & (left <= right + same), more & (right <= left + same)
        found += np.where(take_left, padded[low], 0) + np.where(take_right, padded[high + 2], 0)
        totals += np.where(take_left, tables[:, low], 0.0)
        totals += np.where(take_right, tables[:, high + 2], 0.0)
        low, high = low - take_left, high + take_right
    return found, totals
