"""Marginal effects of binary models: how much P(y = 1) moves with each regressor.

Averages over the rows or values at one point, with errors by the delta method. With F the mean and
f its slope: `dydx` b f, `eyex` b x f / F, `dyex` b x f, `eydx` b f / F. Dummies count as
continuous.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from kohort.estimators.cross_products import Columns
from kohort.estimators.design import CONSTANT, Floats
from kohort.estimators.families import Family
from kohort.estimators.margins import places, user_columns
from kohort.estimators.problem import TableOfEffects
from kohort.estimators.single_index import IndexFit

Kind: TypeAlias = Literal["dydx", "eyex", "dyex", "eydx"]
At: TypeAlias = Literal["overall", "mean", "median", "zero"]


def marginal_effects(found: IndexFit, family: Family, kind: Kind, at: At) -> TableOfEffects:
    """Effects of every column but the constant."""
    names = found.names
    ground = found.ground
    design, weights = ground.patterns.design, ground.weights
    columns = user_columns(design, ground.constant)
    order = places(names, columns)
    if at == "overall":
        level, cross = _averaged(columns, order, weights / weights.sum(), found.eta, family, kind)
    else:
        point = point_of(columns, order, names, weights, at)
        eta = float(point @ found.coefficients)
        level, cross = _pointed(point, eta, family, kind)
    b = found.coefficients
    # Effect j is b_j level_j; level_j moves with b_l by cross_jl.
    gradient = np.diag(level) + b[:, None] * cross
    covariance = gradient @ found.covariance @ gradient.T
    errors = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    shown = [j for j, name in enumerate(names) if name != CONSTANT]
    kept = tuple(names[j] for j in shown)
    return TableOfEffects(kind, kept, (b * level)[shown], errors[shown], True, "effect")


def _ratio(eta: Floats, family: Family, kind: Kind) -> tuple[Floats, Floats]:
    """What b_j (x_j) is multiplied with, and its derivative by the linear predictor."""
    first, second = family.slope(eta)
    if kind in {"dydx", "dyex"}:
        return first, second
    mean = family.mean(eta)
    return first / mean, second / mean - (first / mean) ** 2


def _averaged(
    columns: Columns, order: list[int], weights: Floats, eta: Floats, family: Family, kind: Kind
) -> tuple[Floats, Floats]:
    ratio, bend = _ratio(eta, family, kind)
    k = len(order)
    if kind in {"dydx", "eydx"}:
        level = np.full(k, float(weights @ ratio))
        moved = columns.against(weights * bend)[order]
        return level, np.tile(moved, (k, 1))
    level = columns.against(weights * ratio)[order]
    return level, columns.weighted(weights * bend).gram()[np.ix_(order, order)]


def _pointed(point: Floats, eta: float, family: Family, kind: Kind) -> tuple[Floats, Floats]:
    ratio, bend = (float(part[0]) for part in _ratio(np.array([eta]), family, kind))
    own = np.ones(len(point)) if kind in {"dydx", "eydx"} else point
    return own * ratio, np.outer(own, point) * bend


def point_of(
    columns: Columns, order: list[int], names: Sequence[str], weights: Floats, at: At
) -> Floats:
    """One point: means, medians or zeros of the columns, the constant 1."""
    if at == "mean":
        return np.asarray(columns.against(weights)[order] / weights.sum())
    point = np.zeros(len(order))
    for i, (j, name) in enumerate(zip(order, names, strict=True)):
        if name == CONSTANT:
            point[i] = 1.0
        elif at == "median":
            chosen = np.zeros(columns.width)
            chosen[j] = 1.0
            point[i] = _median(columns.combine(chosen), weights)
    return point


def _median(x: Floats, weights: Floats) -> float:
    """The weighted median; the mean of two values where half of the weight lies at each side."""
    order = np.argsort(x, kind="stable")
    below = np.cumsum(weights[order])
    half = below[-1] / 2
    place = int(np.searchsorted(below, half))
    if abs(below[place] - half) <= 1e-9 * half and place + 1 < len(x):
        return float((x[order[place]] + x[order[place + 1]]) / 2)
    return float(x[order[place]])
