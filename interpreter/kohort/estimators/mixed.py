"""Random intercepts for nested groups, by restricted maximum likelihood from sums over groups.

Source: Laird and Ware (1982); Searle, Casella and McCulloch, Variance Components, chapter 6. With
one intercept a group the inverse of the covariance matrix has a closed form, so that a fit needs
one pass over the rows and then only sums by group. Weights of rows count at the level where they
differ: the mean weight of a group is the weight of its likelihood.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg, optimize

from kohort import iterations
from kohort.estimators.cross_products import Columns
from kohort.estimators.design import Block, Design, DesignTooWideError, Floats, Integers
from kohort.estimators.elimination import Elimination, eliminate
from kohort.estimators.group_sums import counted
from kohort.estimators.least_squares import columns_of, norms_of
from kohort.estimators.problem import NotEstimableError

# Sums by group are held for all columns at once.
_MAX_SUMS = 1 << 28
# Variances (relative to that of the rows) outside are taken as zero, or as a failure.
_SMALL, _LARGE = 1e-10, 1e10
# What the likelihood must gain for a variance to be more than zero.
_NOTHING = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Nesting:
    """Groups of rows: `cell` int[N] in 0..C-1, and the upper group of each cell, int[C].

    With two levels each cell is its own upper group.
    """

    cell: Integers
    upper: Integers

    @property
    def cells(self) -> int:
        return len(self.upper)

    @property
    def groups(self) -> int:
        return int(self.upper.max()) + 1 if len(self.upper) else 0

    @property
    def levels(self) -> int:
        """How many levels of groups there are."""
        return 2 if self.cells > self.groups else 1


@dataclass(frozen=True, slots=True, eq=False)
class MixedFit:
    """A fitted model.

    `names`, `coefficients` float64[k], `covariance` float64[k, k]: the constant last. Variances:
    `upper` (of groups), `lower` (of cells within groups, NaN with two levels), `residual`.
    `likelihood`: restricted log likelihood. `fitted` float64[N]: with the groups' effects.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    dropped: tuple[str, ...]
    constant: bool
    n: int
    nesting: Nesting
    upper: float
    lower: float
    residual: float
    likelihood: float
    fitted: Floats
    r2: float

    @property
    def errors(self) -> Floats:
        """Standard errors, float64[k]."""
        return np.sqrt(np.maximum(np.diagonal(self.covariance), 0.0))


@dataclass(frozen=True, eq=False)
class _Sums:
    """Cross products of [columns, y] and their sums by cell, with the weights of all levels.

    `products` float64[k+1, k+1]; `sums` float64[k+1, C]; `sizes` rows per cell; `cell_weight`
    relative to the upper group's, `group_weight` float64[G].
    """

    products: Floats
    sums: Floats
    sizes: Floats
    cell_weight: Floats
    group_weight: Floats
    upper: Integers
    mass: float

    @cached_property
    def whole(self) -> Floats:
        """The weight of each cell in all."""
        return self.cell_weight * self.group_weight[self.upper]

    def grouped(self, values: Floats) -> Floats:
        """Sums over the cells of each upper group; values float64[C] or float64[m, C]."""
        count = len(self.group_weight)
        if values.ndim == 1:
            return counted(self.upper, count, values)
        return np.array([counted(self.upper, count, one) for one in values])


@dataclass(frozen=True, eq=False)
class _Point:
    """The profiled likelihood at one pair of relative variances, and its slopes there."""

    likelihood: float
    slopes: Floats
    b: Floats
    inverse: Floats
    sigma2: float


def _at(sums: _Sums, lower: float, upper: float) -> _Point:
    """The likelihood with cell and group variances `lower` and `upper` times the residual one."""
    iterations.another()
    k, inside = len(sums.products) - 1, 1.0 + sums.sizes * lower
    share = lower / inside
    pull = sums.cell_weight / inside
    mass = sums.grouped(pull * sums.sizes)
    towards = sums.grouped(pull * sums.sums)
    spread = 1.0 + upper * mass
    a = sums.products - _gram(sums.sums, sums.whole * share)
    a -= _gram(towards, sums.group_weight * upper / spread)
    scale = np.sqrt(np.maximum(np.diagonal(a)[:k], 1e-300))
    factor = linalg.cho_factor(a[:k, :k] / np.outer(scale, scale), lower=True)
    inverse = linalg.cho_solve(factor, np.eye(k)) / np.outer(scale, scale)
    b = inverse @ a[:k, k]
    df = sums.mass - k
    sigma2 = float(a[k, k] - b @ a[:k, k]) / df
    if not sigma2 > 0:
        raise NotEstimableError("no convergence")
    logs = float(sums.whole @ np.log(inside)) + float(sums.group_weight @ np.log(spread))
    determinant = 2.0 * float(np.log(np.diagonal(factor[0])).sum() + np.log(scale).sum())
    likelihood = -0.5 * (logs + determinant + df * (np.log(2 * np.pi * sigma2) + 1.0))
    slopes = _slopes(sums, inverse, b, sigma2, inside, (mass, towards, spread), upper)
    return _Point(likelihood, slopes, b, inverse, sigma2)


def _gram(sums: Floats, weights: Floats) -> Floats:
    return np.asarray(np.einsum("ag,bg->ab", sums * weights, sums))


def _slopes(
    sums: _Sums, inverse: Floats, b: Floats, sigma2: float, inside: Floats,
    groups: tuple[Floats, Floats, Floats], upper: float,
) -> Floats:  # fmt: skip
    """Derivatives of the profiled likelihood by the two relative variances, float64[2]."""
    mass, towards, spread = groups
    # trace(A^-1 M) + (e' M e)/sigma^2 is one quadratic form in the columns of `root`.
    residual = np.append(-b, 1.0) / np.sqrt(sigma2)
    root = np.zeros((len(b) + 1, len(b) + 1))
    root[:-1, :-1] = np.linalg.cholesky(inverse)
    root[:, -1] = residual
    own, group = root.T @ sums.sums, root.T @ towards
    moved_mass = -sums.grouped(sums.cell_weight * (sums.sizes / inside) ** 2)
    pulled = sums.cell_weight * sums.sizes / inside**2
    moved = -sums.grouped(pulled * own)
    d = upper / spread
    square, cross = (group**2).sum(axis=0), (group * moved).sum(axis=0)
    w = sums.group_weight
    by_lower = (
        float(sums.whole @ (sums.sizes / inside))
        + float(w @ (upper * moved_mass / spread))
        - float((sums.whole / inside**2) @ (own**2).sum(axis=0))
        - float(w @ (-(d**2) * moved_mass * square + 2.0 * d * cross))
    )
    by_upper = float(w @ (mass / spread)) - float(w @ (square / spread**2))
    return np.array([-0.5 * by_lower, -0.5 * by_upper])


def fit_mixed(
    design: Design, y: Floats, nesting: Nesting, *,
    weights: Floats | None = None, constant: bool = True,
) -> MixedFit:  # fmt: skip
    """Fit y (float64[N]) with a random intercept for each group (and each cell within groups).

    Raises `NotEstimableError`, and `DesignTooWideError` where columns times groups are too many.
    """
    if design.rows == 0 or float(y.min()) == float(y.max()):
        raise NotEstimableError("constant outcome" if design.rows else "too few rows")
    _check_groups(nesting, design.rows)
    columns = columns_of(design, weights, constant)
    gram = columns.gram()
    found = eliminate(columns, gram, norms_of(columns, gram))
    k = len(found.kept)
    if k <= constant - (design.width == 0):
        raise NotEstimableError("no regressor")
    if design.rows <= k + nesting.levels:
        raise NotEstimableError("too few rows")
    if (k + 1) * nesting.cells > _MAX_SUMS:
        raise DesignTooWideError("too many groups for so many columns")
    sums, centre = _summed(found, y, nesting, weights, constant)
    lower, upper = _maximised(sums, nesting.levels)
    point = _at(sums, lower, upper)
    return _finished(found, point, (lower, upper), y, centre, sums, nesting, constant)


def _check_groups(nesting: Nesting, rows: int) -> None:
    if nesting.groups < 2 or nesting.cells == rows:
        raise NotEstimableError("too few groups")


def _summed(
    found: Elimination, y: Floats, nesting: Nesting, weights: Floats | None, constant: bool
) -> tuple[_Sums, float]:
    """One pass: cross products, and sums by cell of rows weighted within their cell."""
    rows, cell, upper = len(y), nesting.cell, nesting.upper
    sizes = counted(cell, nesting.cells)
    row_weight = np.ones(rows) if weights is None else weights
    of_cells = counted(cell, nesting.cells, row_weight) / sizes
    members = counted(upper, nesting.groups, sizes)
    of_groups = counted(upper, nesting.groups, of_cells * sizes) / members
    mass = float(of_cells @ sizes)
    centre = float(row_weight @ y) / mass if constant else 0.0
    working = found.columns.appended(y - centre, "outcome")
    places = np.append(found.slots[found.kept], working.width - 1)
    within = row_weight / of_cells[cell]
    table = _by_cell(working, cell, nesting.cells, within, places)
    products = working.gram()[np.ix_(places, places)]
    relative = of_cells / of_groups[upper]
    return _Sums(products, table, sizes, relative, of_groups, upper, mass), centre


def _by_cell(
    columns: Columns, cell: Integers, cells: int, weights: Floats, places: Integers
) -> Floats:
    """Sums of the columns at `places` by cell, float64[len(places), C]."""
    wanted = {int(place): i for i, place in enumerate(places)}
    result = np.zeros((len(places), cells))
    first = 0
    for block, centre in zip(columns.blocks, columns.centres, strict=True):
        for level in range(block.width):
            if first + level in wanted:
                x = _column(block, level, centre)
                values = weights if x is None else weights * x
                result[wanted[first + level]] = counted(cell, cells, values)
        first += block.width
    return result


def _column(block: Block, level: int, centre: float) -> Floats | None:
    if block.codes is None:
        return None if block.x is None else block.x - centre
    hit = np.asarray(block.codes == level, dtype=np.float64)
    return hit if block.x is None else hit * block.x


# ---- the maximum


def _maximised(sums: _Sums, levels: int) -> tuple[float, float]:
    """The relative variances (lower, upper) of the largest likelihood, zero at the border."""

    def at(logs: Floats) -> _Point:
        lower, upper = _relative(logs, levels)
        return _at(sums, lower, upper)

    def falling(logs: Floats) -> tuple[float, Floats]:
        point = at(logs)
        return -point.likelihood, -_by_logs(point, logs, levels)

    edge = float(np.log(_SMALL)), float(np.log(_LARGE))
    best: Floats | None = None
    most = -np.inf
    for start in (-1.0, -4.0):
        try:
            found = optimize.minimize(
                falling, np.full(levels, start), jac=True, method="L-BFGS-B",
                bounds=[edge] * levels, options={"maxiter": 200, "ftol": 1e-14, "gtol": 1e-10},
            )  # fmt: skip
        except (linalg.LinAlgError, ValueError):
            continue
        if -found.fun > most and np.all(np.isfinite(found.x)):
            best, most = np.asarray(found.x), -float(found.fun)
    if best is None or best.max() >= edge[1] - 1e-6:
        raise NotEstimableError("no convergence")
    best = _polished(at, best, levels, edge[0])
    return _bordered(sums, _relative(best, levels))


def _bordered(sums: _Sums, relative: tuple[float, float]) -> tuple[float, float]:
    """The same with zero for variances that are no better than none."""
    lower, upper = relative
    for border in ((0.0, upper), (lower, 0.0)):
        here, there = _at(sums, lower, upper).likelihood, _at(sums, *border).likelihood
        if there >= here - _NOTHING:
            lower, upper = border
    return lower, upper


def _relative(logs: Floats, levels: int) -> tuple[float, float]:
    values = np.exp(logs)
    return (float(values[0]), float(values[1])) if levels == 2 else (0.0, float(values[0]))


def _by_logs(point: _Point, logs: Floats, levels: int) -> Floats:
    own = point.slopes if levels == 2 else point.slopes[1:]
    return own * np.exp(logs)


def _polished(at: Callable[[Floats], _Point], best: Floats, levels: int, edge: float) -> Floats:
    """A few Newton steps on the slopes, whose zero is sharper than the likelihood's top."""
    step = 1e-4
    for _ in range(6):
        free = np.flatnonzero(best > edge + 1.0)
        if not len(free):
            return best
        here = _by_logs(at(best), best, levels)[free]
        curve = np.empty((len(free), len(free)))
        for i, place in enumerate(free):
            shifted = [best.copy(), best.copy()]
            shifted[0][place] += step
            shifted[1][place] -= step
            high, low = (_by_logs(at(x), x, levels)[free] for x in shifted)
            curve[i] = (high - low) / (2 * step)
        curve = (curve + curve.T) / 2
        if np.linalg.eigvalsh(curve)[-1] >= 0:
            return best
        move = -np.linalg.solve(curve, here)
        if np.abs(move).max() > 1.0:
            return best
        best = best.copy()
        best[free] += move
        if np.abs(move).max() < 1e-11:
            return best
    return best


# ---- results


def _finished(
    found: Elimination, point: _Point, relative: tuple[float, float], y: Floats, centre: float,
    sums: _Sums, nesting: Nesting, constant: bool,
) -> MixedFit:  # fmt: skip
    fitted = found.columns.combine(found.spread(point.b)) + centre
    fitted += _effects(sums, point.b, relative)[nesting.cell]
    b, v = found.restore(point.b, point.inverse * point.sigma2)
    if constant:
        shift = np.concatenate([
            np.full(x.width, c)
            for x, c in zip(found.columns.blocks, found.columns.centres, strict=True)
        ])[found.kept]
        b[0] += centre - float(shift @ b)
        v[0, :] -= shift @ v
        v[:, 0] -= v @ shift
    names = [name for block in found.columns.blocks for name in block.names][: len(found.slots)]
    kept = set(found.kept.tolist())
    order = np.arange(len(kept))
    if constant:
        order = np.concatenate([order[1:], order[:1]])
    explained = 1.0 - point.sigma2 * (sums.mass - len(b)) / float(sums.products[-1, -1])
    return MixedFit(
        names=tuple(names[found.kept[i]] for i in order),
        coefficients=b[order],
        covariance=v[np.ix_(order, order)],
        dropped=tuple(name for j, name in enumerate(names) if j not in kept),
        constant=constant,
        n=len(y),
        nesting=nesting,
        upper=relative[1] * point.sigma2,
        lower=relative[0] * point.sigma2 if nesting.levels == 2 else float("nan"),
        residual=point.sigma2,
        likelihood=point.likelihood,
        fitted=fitted,
        r2=explained,
    )


def _effects(sums: _Sums, b: Floats, relative: tuple[float, float]) -> Floats:
    """The predicted effect of each cell, its upper group's included, float64[C]."""
    lower, upper = relative
    residual = sums.sums[-1] - b @ sums.sums[:-1]
    inside = 1.0 + sums.sizes * lower
    pull = sums.cell_weight / inside
    mass, towards = sums.grouped(pull * sums.sizes), sums.grouped(pull * residual)
    group = (upper * towards / (1.0 + upper * mass))[sums.upper]
    return np.asarray(group + lower / inside * (residual - sums.sizes * group))
