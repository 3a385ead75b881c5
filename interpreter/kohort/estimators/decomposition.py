"""The difference of two groups' means, taken apart by two regressions (Oaxaca and Blinder).

Source: Oaxaca (1973), Blinder (1973); Jann (2008), The Blinder-Oaxaca decomposition for linear
regression models, Stata Journal 8(4). Standard errors by the delta method, regressors being random.
"""

from dataclasses import dataclass

import numpy as np

from kohort.estimators.cross_products import Columns, weighted_sum
from kohort.estimators.design import CONSTANT, Block, Design, Floats, constant_block
from kohort.estimators.least_squares import LinearFit, fit
from kohort.estimators.problem import Covariance, NotEstimableError

INDICATOR = "second group"


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """One group: rows, regression, means float64[k] and covariance of the means, float64[k, k]."""

    n: int
    mean: float
    found: LinearFit
    means: Floats
    spread: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """The components of mean(1) - mean(2), with standard errors, float64[3 or 2] each.

    `names`: `explained`, `unexplained` and, of three, `simultaneous`. `dropped`: columns that one
    group at least cannot estimate. `r2`: the larger share of explained variation.
    """

    sizes: tuple[int, int]
    means: tuple[float, float]
    mean_errors: tuple[float, float]
    names: tuple[str, ...]
    components: Floats
    errors: Floats
    dropped: tuple[str, ...]
    parameters: int
    r2: float

    @property
    def difference(self) -> float:
        return self.means[0] - self.means[1]

    @property
    def difference_error(self) -> float:
        return float(np.hypot(*self.mean_errors))


def decompose(
    design: Design,
    y: Floats,
    second: np.ndarray,
    *,
    pool: bool = False,
    weights: Floats | None = None,
    constant: bool = True,
    covariance: Covariance = "classical",
) -> Decomposition:
    """Decompose the difference of means between the rows of the first group and the second's.

    `second`: bool[N]. Three parts by the two groups' own coefficients, or two by those of a pooled
    regression with an indicator of the group. Raises `NotEstimableError`.
    """
    if second.all() or not second.any():
        raise NotEstimableError("too few groups")
    options = (weights, constant, covariance)
    design, dropped, fits = _estimable(design, y, second, options)
    groups = tuple(
        _group(design, y, rows, found, weights)
        for rows, found in zip((~second, second), fits, strict=True)
    )
    if pool:
        parts = _two(design, y, second, groups, options)
        names: tuple[str, ...] = ("explained", "unexplained")
    else:
        parts = _three(*groups)
        names = ("explained", "unexplained", "simultaneous")
    return Decomposition(
        sizes=(groups[0].n, groups[1].n),
        means=(groups[0].mean, groups[1].mean),
        mean_errors=(_mean_error(y, ~second, weights), _mean_error(y, second, weights)),
        names=names,
        components=parts[0],
        errors=np.sqrt(np.maximum(parts[1], 0.0)),
        dropped=dropped,
        parameters=groups[0].found.k + groups[1].found.k,
        r2=max(group.found.r2 for group in groups),
    )


def _estimable(
    design: Design, y: Floats, second: np.ndarray, options: tuple[Floats | None, bool, Covariance]
) -> tuple[Design, tuple[str, ...], tuple[LinearFit, LinearFit]]:
    """Leave out columns that one of the groups cannot estimate, and fit both."""
    dropped: list[str] = []
    while True:
        fits = (_fitted(design, y, ~second, options), _fitted(design, y, second, options))
        gone = {name for found in fits for name in found.dropped}
        if not gone:
            return design, tuple(dropped), fits
        dropped += [name for name in design.names if name in gone]
        design = _without(design, gone)


def _fitted(
    design: Design, y: Floats, rows: np.ndarray, options: tuple[Floats | None, bool, Covariance]
) -> LinearFit:
    weights, constant, covariance = options
    return fit(
        _picked(design, rows),
        y[rows],
        weights=None if weights is None else weights[rows],
        constant=constant,
        covariance=covariance,
    )


def _picked(design: Design, rows: np.ndarray) -> Design:
    blocks = tuple(
        Block(
            block.names,
            None if block.codes is None else block.codes[rows],
            None if block.x is None else block.x[rows],
        )
        for block in design.blocks
    )
    return Design(blocks, int(rows.sum()))


def _without(design: Design, gone: set[str]) -> Design:
    blocks = []
    for block in design.blocks:
        kept = np.array([name not in gone for name in block.names])
        names = tuple(name for name in block.names if name not in gone)
        if not names:
            continue
        if block.codes is None or kept.all():
            blocks.append(block)
            continue
        # The last place is the reference's, at -1. Rows of dropped levels join it.
        table = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1).astype(np.int32)
        blocks.append(Block(names, table[block.codes], block.x))
    return Design(tuple(blocks), design.rows)


def _group(
    design: Design, y: Floats, rows: np.ndarray, found: LinearFit, weights: Floats | None
) -> _Group:
    """Means of the columns in the order of the coefficients, and the covariance of those means."""
    inside = _picked(design, rows)
    own = None if weights is None else weights[rows]
    n = inside.rows
    mass = float(n) if own is None else weighted_sum(own, None)
    constant = found.constant
    centres = tuple(
        weighted_sum(b.x, own) / mass if b.continuous and b.x is not None else 0.0
        for b in inside.blocks
    )
    # Centred here to keep digits, with or without a constant in the model.
    columns = Columns((constant_block(), *inside.blocks), (0.0, *centres), n, own)
    gram = columns.gram()
    means = gram[0, 1:] / mass
    spread = (gram[1:, 1:] / mass - np.outer(means, means)) / (n - 1)
    shift = np.concatenate([
        np.full(b.width, c) for b, c in zip(inside.blocks, centres, strict=True)
    ])
    means = means + shift
    if constant:
        means = np.append(means, 1.0)
        spread = np.pad(spread, ((0, 1), (0, 1)))
    return _Group(n, weighted_sum(y[rows], own) / mass, found, means, spread)


def _mean_error(y: Floats, rows: np.ndarray, weights: Floats | None) -> float:
    own = y[rows]
    w = np.ones(len(own)) if weights is None else weights[rows]
    centre = float(w @ own) / float(w.sum())
    return float(np.sqrt(float(w @ (own - centre) ** 2) / float(w.sum()) / (len(own) - 1)))


def _three(first: _Group, second: _Group) -> tuple[Floats, Floats]:
    delta, gap = first.means - second.means, first.found.coefficients - second.found.coefficients
    b, both = second.found.coefficients, first.found.covariance + second.found.covariance
    spread = first.spread + second.spread
    parts = np.array([delta @ b, second.means @ gap, delta @ gap])
    variances = np.array([
        delta @ second.found.covariance @ delta + b @ spread @ b,
        second.means @ both @ second.means + gap @ second.spread @ gap,
        delta @ both @ delta + gap @ spread @ gap,
    ])
    return parts, variances


def _two(
    design: Design, y: Floats, second: np.ndarray, groups: tuple[_Group, ...],
    options: tuple[Floats | None, bool, Covariance],
) -> tuple[Floats, Floats]:  # fmt: skip
    """By the slopes of a pooled regression with an indicator of the group."""
    weights, constant, covariance = options
    first, other = groups
    blocks = (*design.blocks, Block((INDICATOR,), x=second.astype(np.float64)))
    found = fit(
        Design(blocks, design.rows), y, weights=weights, constant=constant,
        covariance=covariance, keep_residuals=True,
    )  # fmt: skip
    place = {name: j for j, name in enumerate(found.names)}
    own = [name for name in first.found.names if name != CONSTANT]
    slopes = np.array([place[name] for name in own if name in place])
    kept = np.array([
        j for j, name in enumerate(first.found.names) if name in place and name != CONSTANT
    ])
    delta = (first.means - other.means)[kept]
    b, v = found.coefficients[slopes], found.covariance[np.ix_(slopes, slopes)]
    spread = (first.spread + other.spread)[np.ix_(kept, kept)]
    explained = float(delta @ b)
    parts = np.array([explained, first.mean - other.mean - explained])
    variances = np.array([
        float(delta @ v @ delta + b @ spread @ b),
        _unexplained(found, slopes, delta, second, weights, covariance),
    ])
    return parts, variances


def _unexplained(
    found: LinearFit, slopes: np.ndarray, delta: Floats, second: np.ndarray,
    weights: Floats | None, covariance: Covariance,
) -> float:  # fmt: skip
    """The variance of mean(1) - mean(2) - delta'b as a linear form c'y of the outcomes."""
    w = np.ones(len(second)) if weights is None else weights
    mass = float(w[~second].sum()), float(w[second].sum())
    # The working columns have the constant first, the coefficients last.
    order = np.arange(found.k)
    if found.constant:
        order = np.concatenate([order[1:], order[:1]])
    direction = np.zeros(found.k)
    direction[order[slopes]] = delta
    part = found.elimination
    pull = part.columns.combine(part.spread(part.inverse @ direction))
    c = w * (np.where(second, -1.0 / mass[1], 1.0 / mass[0]) - pull)
    assert found.residuals is not None
    if covariance == "classical":
        return found.rss / found.df_residual * float((c**2 / w).sum())
    return found.n / found.df_residual * float((c**2 * found.residuals**2).sum())
