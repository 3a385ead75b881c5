"""The maximum-entropy table for counts: unbiased noise of given variance around each true count.

Source: the disclosure reference, 4.3, after Marley and Leaver. Support of the row for a true count
n: 0 and the integers above `js`, all within `max_noise` of n. Among the distributions on it with
mean n and variance V_n, the one of largest entropy has p(v) proportional to exp(a v + b v^2).
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.limits import CountLimits

# How far a row near the gap spreads, from the least to the greatest possible variance: at most, and
# where even the least one exceeds what is wanted.
_SPREAD = 0.35
_FORCED_SPREAD = 0.1
_STEPS = 200
_TOLERANCE = 1e-13


def support(n: int, limits: CountLimits) -> NDArray[np.float64]:
    """Give the values that a true count n > 0 may be published as, ascending, float64."""
    low = max(limits.js + 1, n - limits.max_noise)
    positive = np.arange(low, n + limits.max_noise + 1, dtype=np.float64)
    return np.concatenate(([0.0], positive)) if n <= limits.max_noise else positive


def row_variance(n: int, limits: CountLimits) -> float:
    """Give V_n: the wanted variance where it is possible, else a little above the least."""
    values = support(n, limits)
    below, above = values[values <= n].max(), values[values >= n].min()
    least = (n - below) * (above - n)
    most = (n - values[0]) * (values[-1] - n)
    if limits.variance <= least:
        return float(least + _FORCED_SPREAD * (most - least))
    return float(min(limits.variance, least + _SPREAD * (most - least)))


@cache
def row(n: int, limits: CountLimits) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the values and probabilities for a true count n > 0: float64 arrays of one length.

    Newton's method on the convex dual, sum of p(v) kept at 1, with steps halved until it falls.
    """
    values = support(n, limits)
    scale = float(limits.max_noise)
    shifted = (values - n) / scale
    features = np.vstack((shifted, shifted**2))
    target = np.array([0.0, row_variance(n, limits) / scale**2])
    weights = np.zeros(2)
    best = _dual(weights, features, target)
    for _ in range(_STEPS):
        chances = _chances(weights, features)
        gradient = features @ chances - target
        if np.abs(gradient).max() < _TOLERANCE:
            break
        centred = features - (features @ chances)[:, None]
        step = np.linalg.lstsq((centred * chances) @ centred.T, gradient, rcond=None)[0]
        length = 1.0
        while length > 1e-10:
            trial = _dual(weights - length * step, features, target)
            if trial <= best:
                weights, best = weights - length * step, trial
                break
            length /= 2
        else:
            break
    return values, _chances(weights, features)


def _chances(weights: NDArray[np.float64], features: NDArray[np.float64]) -> NDArray[np.float64]:
    exponents = weights @ features
    raised = np.exp(exponents - exponents.max())
    return np.asarray(raised / raised.sum())


def _dual(
    weights: NDArray[np.float64], features: NDArray[np.float64], target: NDArray[np.float64]
) -> float:
    exponents = weights @ features
    top = exponents.max()
    return float(top + np.log(np.exp(exponents - top).sum()) - weights @ target)
