"""Least squares with absorbed factors: what their columns would give, without those columns.

Source: Frisch and Waugh's theorem. Coefficients, errors, residuals, R2, leverage and residual
degrees of freedom are those of a regression on all columns of the absorbed factors as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kohort.estimators.absorption import AbsorbedColumns, absorbed_columns
from kohort.estimators.clusters import cluster_factor
from kohort.estimators.cross_products import Columns, weighted_squares, weighted_sum
from kohort.estimators.design import Absorbed, Block, Codes, Design, Floats
from kohort.estimators.elimination import Elimination, eliminate
from kohort.estimators.least_squares import LinearFit
from kohort.estimators.problem import Covariance, NotEstimableError
from kohort.estimators.wald import wald


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AbsorbedFit(LinearFit):
    """A fitted linear model; `names` are of the columns that are not absorbed, without a constant.

    `f` tests those columns alone. `absorbed`: how many columns the absorbed factors and the
    constant are. `connected`: whether several factors have only the constant in common.
    """

    absorbed: int
    connected: bool

    @property
    def k(self) -> int:
        """The number of coefficients, the absorbed ones and the constant included."""
        return len(self.names) + self.absorbed

    @property
    def df_model(self) -> int:
        """The number of slopes that are tested."""
        return len(self.names)

    @property
    def leading(self) -> int:
        """The constant is absorbed."""
        return 0

    def leverage(self) -> Floats:
        """Leverage of every row, absorbed factors included, float64[N].

        Raises `NotEstimableError` for several absorbed factors.
        """
        return self.own_leverage() + self.absorbed_leverage()

    def own_leverage(self) -> Floats:
        """The part of it by which a row moves the coefficients, float64[N]."""
        part = self.elimination
        h = part.columns.quadratic(part.spread(part.inverse))
        return h if part.columns.weights is None else h * part.columns.weights

    def absorbed_leverage(self) -> Floats:
        """The rest of it, float64[N]. Raises `NotEstimableError` for several absorbed factors."""
        columns = self.elimination.columns
        assert isinstance(columns, AbsorbedColumns)
        factors, weights = columns.factors, columns.weights
        mass = factors.totals(None, factors.weights)[factors.single]
        h = np.divide(1.0, mass, out=np.zeros_like(mass), where=mass > 0)
        return h if weights is None else h * weights


def fit_absorbed(
    design: Design,
    y: Floats,
    absorbed: tuple[Absorbed, ...],
    *,
    weights: Floats | None = None,
    covariance: Covariance = "classical",
    clusters: Codes | None = None,
) -> AbsorbedFit:
    """Fit y (float64[N]) on the design, the absorbed factors and a constant.

    Arguments as for `least_squares.fit`. Raises `NotEstimableError` and `DesignTooWideError`.
    """
    if design.rows == 0 or float(y.min()) == float(y.max()):
        raise NotEstimableError("constant outcome" if design.rows else "too few rows")
    if not design.width:
        raise NotEstimableError("no regressor")
    mass = float(design.rows) if weights is None else weighted_sum(weights, None)
    centre = weighted_sum(y, weights) / mass
    # The outcome is one more column: the factors take their part of it as of the others.
    wider = Design((*design.blocks, Block(("y",), x=y)), design.rows)
    columns, left = _parted(absorbed_columns(wider, absorbed, weights))
    gram = columns.gram()
    elimination = eliminate(columns, gram, _norms(columns, weights, mass))
    if not len(elimination.kept):
        raise NotEstimableError("no regressor")
    outcome = _Outcome(left, weighted_squares(y, weights, centre))
    return _solved(elimination, outcome, columns, covariance, clusters)


@dataclass(frozen=True, slots=True, eq=False)
class _Outcome:
    """What the absorbed factors leave of y, float64[N], and the sum of squares about its mean."""

    left: Floats
    tss: float


def _parted(columns: AbsorbedColumns) -> tuple[AbsorbedColumns, Floats]:
    """The columns without the last one, and that."""
    select = np.zeros(columns.width)
    select[-1] = 1.0
    last = columns.combine(select)
    return AbsorbedColumns(
        columns.blocks[:-1],
        columns.centres[:-1],
        columns.rows,
        columns.weights,
        factors=columns.factors,
        dense=columns.dense[:-1],
        coded=columns.coded,
    ), last


def _norms(columns: AbsorbedColumns, weights: Floats | None, mass: float) -> Floats:
    """Norms of the columns before anything was taken out, float64[k]."""
    squares: list[Floats] = []
    plain = Columns(columns.blocks, columns.centres, columns.rows)
    for block, centre in zip(plain.blocks, plain.centres, strict=True):
        if block.codes is None and block.x is not None:
            own = weighted_squares(block.x, weights, centre) + mass * centre**2
            squares.append(np.array([own]))
            continue
        values = np.ones(plain.rows) if weights is None else weights
        if block.x is not None:
            values = values * block.x**2
        code = np.zeros(plain.rows, np.int32) if block.codes is None else block.codes
        found = np.bincount(code + 1, weights=values, minlength=block.width + 1)
        squares.append(found[1:].astype(np.float64))
    return np.sqrt(np.concatenate(squares))


def _solved(
    elimination: Elimination,
    outcome: _Outcome,
    columns: AbsorbedColumns,
    covariance: Covariance,
    clusters: Codes | None,
) -> AbsorbedFit:
    working, inverse = elimination.columns, elimination.inverse
    places = elimination.slots[elimination.kept]
    b = inverse @ working.against(outcome.left)[places]
    residuals = outcome.left - working.combine(elimination.spread(b))
    # The second round removes what the cross products have lost.
    b = b + inverse @ working.against(residuals)[places]
    residuals = outcome.left - working.combine(elimination.spread(b))
    rss = weighted_squares(residuals, columns.weights)
    taken, q, n = columns.factors.rank, len(places), columns.rows
    if n <= taken + q:
        raise NotEstimableError("too few rows")
    groups = None
    df = n - taken - q
    if covariance == "classical":
        v = inverse * (rss / df)
        before = weighted_squares(outcome.left, columns.weights)
        f = (before - rss) / q / (rss / df) if rss > 0 else float("nan")
    else:
        v, groups = _sandwich(elimination, residuals, taken, clusters)
        f = wald(b, v) / q
    b, v = elimination.restore(b, v)
    names = [name for block in columns.blocks for name in block.names]
    kept = elimination.kept.tolist()
    return AbsorbedFit(
        names=tuple(names[j] for j in kept),
        coefficients=b,
        covariance=v,
        dropped=tuple(name for j, name in enumerate(names) if j not in set(kept)),
        constant=True,
        n=n,
        rss=rss,
        tss=outcome.tss,
        f=f,
        elimination=elimination,
        residuals=residuals,
        clusters=groups,
        absorbed=taken,
        connected=columns.factors.connected,
    )


def _sandwich(
    elimination: Elimination, residuals: Floats, taken: int, clusters: Codes | None
) -> tuple[Floats, int | None]:
    """HC1, or the clustered form with G/(G - 1) (n - 1)/(n - k), and G; k as for all columns."""
    columns, inverse = elimination.columns, elimination.inverse
    assert isinstance(columns, AbsorbedColumns)
    places = elimination.slots[elimination.kept]
    n, k = columns.rows, taken + len(places)
    scores = residuals if columns.weights is None else residuals * columns.weights
    if clusters is None:
        meat = columns.weighted(scores**2).gram()[np.ix_(places, places)]
        return n / (n - k) * (inverse @ meat @ inverse), None
    sums = columns.cluster_sums(clusters, scores)[:, places]
    factor = cluster_factor(len(sums), n, k)
    return factor * (inverse @ (sums.T @ sums) @ inverse), len(sums)
