"""The influence floor of linear models: outcomes blurred by as much as their unit could change.

Source: the disclosure reference, 4.6. Jitter of weights blurs a unit by a share of its residual.
Where residuals are small, that is nothing: in a group that is known to be all zeros but for one
member, the coefficient of the group is zero, or is not. So the outcome of each unit is moved by the
range of outcomes times the root of its leverage, either way. Where all n units count alike, as in a
mean, leverage is 1 / n and the mean has noise of the range over n, as `summarize` gives it. Since
the data are blurred, and not what is printed of them, everything that follows from them agrees:
coefficients, tests, R2, predictions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kohort.disclosure.jitter import jitter_weights
from kohort.disclosure.keys import Secret, packed
from kohort.disclosure.model_noise import ModelKeys
from kohort.estimators.design import Floats
from kohort.estimators.elimination import Elimination
from kohort.estimators.least_squares import LinearFit
from kohort.estimators.problem import Problem
from kohort.estimators.sums import Keys
from kohort.estimators.unit_shares import UnitShares


@dataclass(frozen=True, slots=True, eq=False)
class Blur:
    """What is added to the outcome of each row, float64 (N).

    `variances`: by column, what the error of its coefficient does not hold of it yet.
    """

    shift: Floats
    variances: Mapping[str, float]


def blur(
    secret: Secret, keys: ModelKeys, problem: Problem, rk: Keys, shares: UnitShares, strength: float
) -> Blur:
    """Draw the blur of a linear model. `rk`: uint64 (N), record keys of the problem's rows."""
    shares = shares.known()
    y = problem.outcome
    scale = strength * float(y.max() - y.min())
    by_set = secret.prf("modelfloor/v1").h64(packed(keys.by_set))
    by_text = None
    if keys.by_text is not None:
        by_text = secret.prf("modelfloortext/v1").h64(packed(keys.by_text))
    z = jitter_weights(rk, by_set, by_text, 1.0, keys.share)
    z -= 1.0
    # Those of absorbed categories are not printed.
    moving = shares.leverage if shares.own is None else shares.own
    units = moving if shares.place is None else moving[shares.place]
    leverage = units if problem.unit is None else units[problem.unit]
    variances: Mapping[str, float] = {}
    if shares.fit is not None and problem.unit is None:
        variances = _variances(shares.fit, moving, scale)
    # In place: room for one number of each of many rows costs more than the number.
    shift = np.maximum(leverage, 0.0)
    np.sqrt(shift, out=shift)
    shift *= scale
    shift *= z
    return Blur(shift, variances)


def _variances(found: LinearFit, leverage: Floats, scale: float) -> dict[str, float]:
    """By column: the variance that the blur gives a coefficient, less what residuals show of it.

    A classical error takes the mean of all blurs for each of them.
    """
    part = found.elimination
    columns, inverse = part.columns, part.inverse
    places = part.slots[part.kept]
    mass = leverage if columns.weights is None else leverage * columns.weights
    meat = columns.weighted(mass).gram()[np.ix_(places, places)]
    rows = float(columns.rows if columns.weights is None else columns.weights.sum())
    mean = float(mass.sum()) / rows
    own = _diagonal(part, inverse @ meat @ inverse, bool(found.leading))
    usual = _diagonal(part, mean * inverse, bool(found.leading))
    names = [name for block in columns.blocks for name in block.names]
    excess = scale**2 * np.maximum(own - usual, 0.0)
    return dict(zip((names[j] for j in part.kept.tolist()), excess.tolist(), strict=True))


def _diagonal(part: Elimination, v: Floats, constant: bool) -> Floats:
    """Variances of the coefficients of the columns as they were before they were centred."""
    _, v = part.restore(np.zeros(len(v)), v)
    if constant:
        shift = np.concatenate([
            np.full(x.width, c)
            for x, c in zip(part.columns.blocks, part.columns.centres, strict=True)
        ])[part.kept]
        v[0, :] -= shift @ v
        v[:, 0] -= v @ shift
    return np.asarray(np.diagonal(v))
