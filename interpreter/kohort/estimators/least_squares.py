"""Least squares from cross products: classical and robust covariance, weights, leverage."""

from dataclasses import dataclass, replace

import numpy as np

from kohort.estimators.clusters import cluster_factor, cluster_sums
from kohort.estimators.cross_products import Columns, weighted_squares, weighted_sum
from kohort.estimators.design import Block, Codes, Design, Floats, constant_block
from kohort.estimators.elimination import Elimination, eliminate
from kohort.estimators.inference import f_tail
from kohort.estimators.linear_figures import LinearFigures
from kohort.estimators.problem import Covariance, NotEstimableError
from kohort.estimators.wald import wald

# Below this share of unexplained variation, y'y - b'X'y has lost too many digits.
_CLOSE_FIT = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class LinearFit(LinearFigures):
    """A fitted linear model.

    `names`, `coefficients` float64[k] and `covariance` float64[k, k] are of the kept columns in the
    design's order, the constant last. `dropped` names the collinear columns. `rss`, `tss` are
    weighted sums of squares (tss uncentred without a constant). `df_model` counts the kept columns
    but the constant. `elimination` is the geometry of the regressors, for leverage. `clusters` is
    the number of groups of a clustered covariance.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    dropped: tuple[str, ...]
    constant: bool
    n: int  # pyright: ignore[reportIncompatibleMethodOverride]  a field may stand for a property
    rss: float
    tss: float
    f: float
    elimination: Elimination
    residuals: Floats | None
    clusters: int | None = None

    @property
    def leading(self) -> int:
        """How many working columns come before those of the design: the constant, if any."""
        return int(self.constant)

    @property
    def f_p(self) -> float:
        """P of the overall F test."""
        df = self.df_residual if self.clusters is None else self.clusters - 1
        return f_tail(self.f, self.df_model, df)

    def residuals_of(self, y: Floats) -> Floats:
        """What is left of y, the outcome of this fit, in every row: float64[N].

        Of columns that are not close to collinear only.
        """
        part, known = self.elimination, dict(zip(self.names, self.coefficients, strict=True))
        columns = part.columns
        names = [name for block in columns.blocks for name in block.names]
        b = np.array([known.get(name, 0.0) for name in names])
        shift = sum(
            centre * known.get(block.names[0], 0.0)
            for block, centre in zip(columns.blocks, columns.centres, strict=True)
        )
        left = columns.combine(b)
        left += shift
        return np.subtract(y, left, out=left)

    def leverage(self) -> Floats:
        """Leverage of every row, w x'(X'WX)^-1 x, float64[N]."""
        part = self.elimination
        h = part.columns.quadratic(part.spread(part.inverse))
        return h if part.columns.weights is None else h * part.columns.weights


def columns_of(design: Design, weights: Floats | None, constant: bool) -> Columns:
    """The design's columns, the constant (if any) first and numeric columns less their means.

    Without a constant nothing is centred: that would change the model.
    """
    if not constant:
        return Columns(design.blocks, (0.0,) * len(design.blocks), design.rows, weights)
    mass = float(design.rows) if weights is None else weighted_sum(weights, None)
    means = [_mean(block, weights, mass) for block in design.blocks]
    return Columns((constant_block(), *design.blocks), (0.0, *means), design.rows, weights)


def _mean(block: Block, weights: Floats | None, mass: float) -> float:
    if block.x is None or block.codes is not None:
        return 0.0
    return weighted_sum(block.x, weights) / mass


def norms_of(columns: Columns, gram: Floats) -> Floats:
    """Norms of the columns before centring, float64[k]; `gram` is after centring."""
    mass = gram[0, 0] if any(columns.centres) else 0.0
    shift = np.concatenate([
        np.full(b.width, c) for b, c in zip(columns.blocks, columns.centres, strict=True)
    ])
    return np.sqrt(np.maximum(np.diagonal(gram), 0.0) + mass * shift**2)


def fit(
    design: Design,
    y: Floats,
    *,
    weights: Floats | None = None,
    constant: bool = True,
    covariance: Covariance = "classical",
    keep_residuals: bool = False,
    clusters: Codes | None = None,
) -> LinearFit:
    """Fit y (float64[N]) on the design by least squares with optional weights (float64[N]).

    Covariance: classical s^2 (X'WX)^-1 with s^2 = RSS/(n - k); robust HC1, n/(n - k) times the
    sandwich; or cluster, with `clusters` (int32[N]) and the factor G/(G - 1) (n - 1)/(n - k)
    (analysis.md 3.0.3). Residuals are kept on demand and where they were needed anyway.
    Raises NotEstimableError.
    """
    if design.rows == 0 or float(y.min()) == float(y.max()):
        raise NotEstimableError("constant outcome" if design.rows else "too few rows")
    if not (design.width or constant):
        raise NotEstimableError("no regressor")
    columns = columns_of(design, weights, constant)
    mass = float(design.rows) if weights is None else weighted_sum(weights, None)
    centre = weighted_sum(y, weights) / mass if constant else 0.0
    with_y = Columns(
        (*columns.blocks, Block(("y",), x=y)), (*columns.centres, centre), design.rows, weights
    )
    full = with_y.gram()
    gram, tss = full[:-1, :-1], float(full[-1, -1])
    elimination = eliminate(columns, gram, norms_of(columns, gram))
    if len(elimination.kept) <= constant:
        raise NotEstimableError("no regressor")
    if design.rows <= len(elimination.kept):
        raise NotEstimableError("too few rows")
    outcome = _Outcome(y, centre, full[-1, :-1], tss)
    asked = _Asked(constant, covariance, keep_residuals, clusters)
    return _solved(elimination, outcome, asked)


@dataclass(frozen=True, slots=True, eq=False)
class _Outcome:
    """y before centring, its centre, cross products with the centred columns, and square sum."""

    y: Floats
    centre: float
    cross: Floats
    tss: float


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """How the fit is wanted."""

    constant: bool
    covariance: Covariance
    keep_residuals: bool
    clusters: Codes | None


def _solved(elimination: Elimination, outcome: _Outcome, asked: _Asked) -> LinearFit:
    columns, inverse = elimination.columns, elimination.inverse
    places = elimination.slots[elimination.kept]
    cross = outcome.cross
    if elimination.replaced:
        cross = columns.against(outcome.y - outcome.centre)
    b = inverse @ cross[places]
    rss = outcome.tss - float(b @ cross[places])
    delicate = bool(elimination.replaced) or rss < _CLOSE_FIT * outcome.tss
    residuals = None
    if delicate or asked.keep_residuals or asked.covariance != "classical":
        y = outcome.y - outcome.centre
        residuals = y - columns.combine(elimination.spread(b))
        if delicate:
            b = b + inverse @ columns.against(residuals)[places]
            residuals = y - columns.combine(elimination.spread(b))
        rss = weighted_squares(residuals, columns.weights)
    n, k, constant = columns.rows, len(places), asked.constant
    groups = None
    if asked.covariance == "classical" or residuals is None:
        v = inverse * (rss / (n - k))
        f = _overall(rss, outcome.tss, k - constant, n - k)
    else:
        if asked.clusters is None:
            v = _sandwich(elimination, residuals)
        else:
            v, groups = _clustered(elimination, residuals, asked.clusters)
        f = wald(b[int(constant) :], v[int(constant) :, int(constant) :]) / (k - constant)
    if constant:
        b, v = elimination.uncentred(b, v, _centres(elimination), outcome.centre)
    else:
        b, v = elimination.restore(b, v)
    found = _named(elimination, (b, v), constant, (max(rss, 0.0), outcome.tss), f, residuals)
    return found if groups is None else replace(found, clusters=groups)


def _sandwich(elimination: Elimination, residuals: Floats) -> Floats:
    """HC1: n/(n - k) (X'WX)^-1 sum(w^2 e^2 x x') (X'WX)^-1."""
    columns, inverse = elimination.columns, elimination.inverse
    places = elimination.slots[elimination.kept]
    scores = residuals if columns.weights is None else residuals * columns.weights
    meat = columns.weighted(scores**2).gram()[np.ix_(places, places)]
    n, k = columns.rows, len(places)
    return n / (n - k) * (inverse @ meat @ inverse)


def _clustered(elimination: Elimination, residuals: Floats, clusters: Codes) -> tuple[Floats, int]:
    """G/(G - 1) (n - 1)/(n - k) times the sandwich of scores summed by cluster; and G."""
    columns, inverse = elimination.columns, elimination.inverse
    factor = residuals if columns.weights is None else residuals * columns.weights
    sums = cluster_sums(columns.weighted(None), clusters, factor)
    sums = sums[:, elimination.slots[elimination.kept]]
    scale = cluster_factor(len(sums), columns.rows, len(inverse))
    return scale * (inverse @ (sums.T @ sums) @ inverse), len(sums)


def _overall(rss: float, tss: float, df_model: int, df_residual: int) -> float:
    """F test of all coefficients but the constant, from the sums of squares."""
    if rss <= 0:
        return float("nan")
    return (tss - rss) / df_model / (rss / df_residual)


def _centres(elimination: Elimination) -> Floats:
    """The centres of the kept design columns, 0 of those that have none."""
    columns = elimination.columns
    return np.concatenate([
        np.full(x.width, c) for x, c in zip(columns.blocks, columns.centres, strict=True)
    ])[elimination.kept]


def _named(
    elimination: Elimination,
    estimate: tuple[Floats, Floats],
    constant: bool,
    squares: tuple[float, float],
    f: float,
    residuals: Floats | None,
) -> LinearFit:
    names = [name for block in elimination.columns.blocks for name in block.names]
    names = names[: len(elimination.slots)]
    kept = set(elimination.kept.tolist())
    order = np.arange(len(kept))
    if constant:
        order = np.concatenate([order[1:], order[:1]])
    return LinearFit(
        names=tuple(names[elimination.kept[i]] for i in order),
        coefficients=estimate[0][order],
        covariance=estimate[1][np.ix_(order, order)],
        dropped=tuple(name for j, name in enumerate(names) if j not in kept),
        constant=constant,
        n=elimination.columns.rows,
        rss=squares[0],
        tss=squares[1],
        f=f,
        elimination=elimination,
        residuals=residuals,
    )
