"""Instrumental variables: two-stage least squares, limited information, two-step moments.

Everything but sandwiches comes from the cross products of regressors, instruments and outcome; what
needs residuals is a second pass over the rows. Source of the formulas: Davidson and MacKinnon,
Econometric Theory and Methods, chapters 8, 9 and 12; small-sample factors as in linearmodels.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import linalg

from kohort.estimators.cross_products import Columns
from kohort.estimators.design import CONSTANT, Block, Design, Floats, Integers
from kohort.estimators.elimination import Elimination, eliminate
from kohort.estimators.group_sums import Clusters
from kohort.estimators.least_squares import columns_of, norms_of
from kohort.estimators.linear_figures import LinearFigures
from kohort.estimators.moments import Moments, Roles, turned
from kohort.estimators.problem import Covariance, NotEstimableError

Method: TypeAlias = Literal["tsls", "liml", "gmm"]

_OUTCOME = "outcome"


@dataclass(frozen=True, eq=False)
class InstrumentFit(LinearFigures):
    """A fitted model with instruments.

    `names`, `coefficients` float64[k], `covariance` float64[k, k]: endogenous columns, exogenous
    ones, the constant last. `b` float64[K] are the residuals as a combination of the moments'
    columns (one for the outcome, -b for regressors). `kappa`: of limited information.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    dropped: tuple[str, ...]
    constant: bool
    method: Method
    kind: Covariance
    clusters: Clusters | None
    moments: Moments
    roles: Roles
    b: Floats
    kappa: float
    rss: float
    tss: float
    f: float
    endogenous: tuple[str, ...]

    @property
    def n(self) -> int:
        return self.moments.n


def fit_instruments(
    exogenous: Design,
    endogenous: Design,
    instruments: Design,
    y: Floats,
    *,
    method: Method = "tsls",
    weights: Floats | None = None,
    constant: bool = True,
    covariance: Covariance = "classical",
    clusters: Clusters | None = None,
) -> InstrumentFit:
    """Fit y (float64[N]) on exogenous and endogenous columns with instruments for the latter.

    Moments use weights of a robust (or clustered) covariance, whatever is asked of the errors.
    Raises `NotEstimableError`.
    """
    if exogenous.rows == 0 or float(y.min()) == float(y.max()):
        raise NotEstimableError("constant outcome" if exogenous.rows else "too few rows")
    if clusters is not None and clusters.size < 2:
        raise NotEstimableError("too few groups")
    prepared = _prepared(exogenous, endogenous, instruments, y, weights, constant)
    moments, roles = prepared.moments, prepared.roles
    k = len(roles.regressors)
    if len(roles.instruments) < len(roles.endogenous):
        raise NotEstimableError("under-identified")
    if moments.n <= max(k, len(roles.allowed)):
        raise NotEstimableError("too few rows")
    kappa = _kappa(moments, roles) if method == "liml" else 1.0
    if method == "gmm":
        b, v = _by_moments(moments, roles, clusters)
    else:
        b, v = _by_class(moments, roles, kappa, covariance, clusters)
    return _finished(prepared, b, v, kappa, method, covariance, clusters)


@dataclass(frozen=True, eq=False)
class _Prepared:
    """`elimination` and `centres` (float64[k]) are of the regressors, `names` their ids."""

    moments: Moments
    roles: Roles
    elimination: Elimination
    dropped: tuple[str, ...]
    constant: bool
    centres: Floats
    names: tuple[str, ...]
    endogenous: tuple[str, ...]


def _prepared(
    exogenous: Design, endogenous: Design, instruments: Design, y: Floats,
    weights: Floats | None, constant: bool,
) -> _Prepared:  # fmt: skip
    """Take collinear exogenous columns away, and gather the cross products of the rest."""
    first, rows = exogenous.width + constant, exogenous.rows
    blocks = (*exogenous.blocks, *instruments.blocks, *endogenous.blocks, Block((_OUTCOME,), x=y))
    every = columns_of(Design(blocks, rows), weights, constant)
    gram = every.gram()
    if constant and gram[-1, -1] <= 0:
        raise NotEstimableError("constant outcome")
    norms, last = norms_of(every, gram), every.width - 1
    # What is allowed as an instrument, and what is regressed on: both begin with the exogenous.
    chosen = (
        np.arange(first + instruments.width),
        np.concatenate([np.arange(first), np.arange(first + instruments.width, last)]),
    )
    allowed, regressors = (
        eliminate(_picked(every, places), gram[np.ix_(places, places)], norms[places])
        for places in chosen
    )
    for part, width in ((allowed, instruments.width), (regressors, endogenous.width)):
        if (part.kept >= first).sum() < width:
            raise NotEstimableError("collinear")
    columns, (inside, outside) = _joined(every, (allowed, regressors), chosen)
    roles = Roles(
        outside[regressors.kept < first],
        inside[allowed.kept >= first],
        outside[regressors.kept >= first],
        columns.width - 1,
        chosen[1][first:],
    )
    if columns is not every:
        gram = columns.gram()
    names = [name for block in every.blocks for name in block.names]
    centres = np.concatenate([
        np.full(b.width, c) for b, c in zip(every.blocks, every.centres, strict=True)
    ])
    kept = chosen[1][regressors.kept]
    return _Prepared(
        turned(columns, gram, roles), roles, regressors,
        tuple(name for j, name in enumerate(names[:first]) if j not in set(kept)),
        constant, centres[kept], tuple(names[j] for j in kept),
        tuple(names[j] for j in roles.written),
    )  # fmt: skip


def _picked(every: Columns, places: Integers) -> Columns:
    """The blocks of some columns, all of a block or none."""
    wanted, blocks, centres, start = set(places.tolist()), [], [], 0
    for block, centre in zip(every.blocks, every.centres, strict=True):
        if start in wanted:
            blocks.append(block)
            centres.append(centre)
        start += block.width
    return Columns(tuple(blocks), tuple(centres), every.rows, every.weights)


def _joined(
    every: Columns, parts: tuple[Elimination, ...], chosen: tuple[Integers, ...]
) -> tuple[Columns, list[Integers]]:
    """All columns with the residuals that stand for nearly collinear ones, the outcome last.

    Also where the working columns of each part's kept ones stand among them.
    """
    last = every.width - 1
    blocks, centres, places = list(every.blocks[:-1]), list(every.centres[:-1]), []
    for part, own in zip(parts, chosen, strict=True):
        added = last + np.arange(len(part.replaced))
        places.append(np.concatenate([own, added])[part.slots[part.kept]])
        blocks += part.columns.blocks[len(part.columns.blocks) - len(added) :]
        centres += [0.0] * len(added)
        last += len(added)
    if last == every.width - 1:
        return every, places
    blocks, centres = [*blocks, every.blocks[-1]], [*centres, every.centres[-1]]
    return Columns(tuple(blocks), tuple(centres), every.rows, every.weights), places


# ---- estimates, of the turned columns of the moments


def _by_class(
    moments: Moments, roles: Roles, kappa: float, kind: Covariance, clusters: Clusters | None
) -> tuple[Floats, Floats]:
    """The k-class estimator: coefficients and covariance of the regressors."""
    x, y = moments.unit(roles.regressors), moments.unit(np.array([roles.outcome]))
    hat = moments.projected(roles.allowed, x)
    inner = (1.0 - kappa) * moments.product(x, x) + kappa * moments.product(hat, hat)
    right = (1.0 - kappa) * moments.product(x, y) + kappa * moments.product(hat, y)
    inverse = _inverted(inner)
    b = (inverse @ right)[:, 0]
    residual = _residual(moments, roles, b)
    if kind == "classical":
        df = moments.n - len(b)
        return b, inverse * float(moments.product(residual, residual) / df)
    meat = hat.T @ moments.meat(moments.rows(residual), clusters) @ hat
    return b, moments.factor(len(b), clusters) * (inverse @ meat @ inverse)


def _by_moments(moments: Moments, roles: Roles, clusters: Clusters | None) -> tuple[Floats, Floats]:
    """Two steps of the generalised method of moments: coefficients and covariance."""
    z, x = roles.allowed, roles.regressors
    zx, zy = moments.gram[np.ix_(z, x)], moments.gram[z, roles.outcome]
    b, _ = _by_class(moments, roles, 1.0, "classical", None)
    inside = np.ix_(z, z)
    weight = _inverted(moments.meat(moments.rows(_residual(moments, roles, b)), clusters)[inside])
    inverse = _inverted(zx.T @ weight @ zx)
    b = inverse @ (zx.T @ weight @ zy)
    meat = moments.meat(moments.rows(_residual(moments, roles, b)), clusters)[inside]
    bread = inverse @ zx.T @ weight
    return b, moments.factor(len(b), clusters) * (bread @ meat @ bread.T)


def _inverted(matrix: Floats) -> Floats:
    """The inverse of a symmetric positive definite matrix."""
    scale = np.sqrt(np.maximum(np.diagonal(matrix), 0.0))
    if not np.all(scale > 0):
        raise NotEstimableError("collinear")
    try:
        factor = linalg.cho_factor(matrix / np.outer(scale, scale))
    except np.linalg.LinAlgError:
        raise NotEstimableError("collinear") from None
    inverse = linalg.cho_solve(factor, np.eye(len(matrix))) / np.outer(scale, scale)
    return np.asarray((inverse + inverse.T) / 2)


def _residual(moments: Moments, roles: Roles, b: Floats) -> Floats:
    result = np.zeros(len(moments.scale))
    result[roles.outcome] = 1.0
    result[roles.regressors] = -b
    return result


def _kappa(moments: Moments, roles: Roles) -> float:
    """The smallest root of |W1 - kappa W| for limited information."""
    both = moments.unit(np.append(roles.endogenous, roles.outcome))
    inner, outer = moments.rest(roles.allowed, both), moments.rest(roles.exogenous, both)
    w, w1 = moments.product(inner, inner), moments.product(outer, outer)
    scale = np.sqrt(np.maximum(np.diagonal(w), 0.0))
    if not np.all(scale > 0):
        raise NotEstimableError("collinear")
    roots = linalg.eigh(w1 / np.outer(scale, scale), w / np.outer(scale, scale), eigvals_only=True)
    return float(roots[0])


def _finished(
    prepared: _Prepared, b: Floats, v: Floats, kappa: float, method: Method, kind: Covariance,
    clusters: Clusters | None,
) -> InstrumentFit:  # fmt: skip
    """Back to the units of the columns, the means moved into the constant, in printing order."""
    moments, roles, constant = prepared.moments, prepared.roles, prepared.constant
    residual = _residual(moments, roles, b)
    y = moments.scale[roles.outcome]
    rss, f = float(moments.product(residual, residual)) * y**2, _wald(b, v, constant)
    turn = moments.turn[np.ix_(roles.regressors, roles.regressors)]
    own = turn * (y / moments.scale[roles.regressors])[:, None]
    b, v = own @ b, own @ v @ own.T
    if constant:
        centre = moments.columns.centres[-1]
        b, v = prepared.elimination.uncentred(b, v, prepared.centres, centre)
    else:
        b, v = prepared.elimination.restore(b, v)
    count, inside = len(roles.exogenous), len(roles.endogenous)
    order = np.concatenate([
        np.arange(count, count + inside), np.arange(int(constant), count),
        np.arange(int(constant)),
    ])  # fmt: skip
    return InstrumentFit(
        names=tuple(prepared.names[i] for i in order),
        coefficients=b[order],
        covariance=v[np.ix_(order, order)],
        dropped=prepared.dropped,
        constant=constant,
        method=method,
        kind=kind,
        clusters=clusters,
        moments=moments,
        roles=roles,
        b=residual,
        kappa=kappa,
        rss=float(max(rss, 0.0)),
        tss=float(y**2),
        f=f,
        endogenous=prepared.endogenous,
    )


def _wald(b: Floats, v: Floats, constant: bool) -> float:
    """F form of the Wald test of all coefficients but the constant (the first one)."""
    b, v = b[int(constant) :], v[int(constant) :, int(constant) :]
    if not len(b):
        return float("nan")
    scale = np.sqrt(np.maximum(np.diagonal(v), 0.0))
    if not np.all(scale > 0):
        return float("nan")
    try:
        return float(b / scale @ np.linalg.solve(v / np.outer(scale, scale), b / scale)) / len(b)
    except np.linalg.LinAlgError:
        return float("nan")


__all__ = [
    "CONSTANT", "Clusters", "InstrumentFit", "Method", "Moments", "Roles", "fit_instruments",
]  # fmt: skip
