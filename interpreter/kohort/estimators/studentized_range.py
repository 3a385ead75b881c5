"""The distribution of the studentized range, by quadrature: what Tukey's comparisons are held to.

P(Q > q) = E_s k integral phi(z) (Phi(z)^(k-1) - (Phi(z) - Phi(z - q s))^(k-1)) dz, where df s^2 is
chi-square with df degrees of freedom. (Tukey 1953; scipy's own takes 25 ms for each number.)
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv, gammaln, log_ndtr

from kohort.estimators.design import Floats

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_FARTHEST = 9.0
_TAIL = 1e-18
_HALVINGS = 55


def range_tail(q: Floats, groups: int, df: float) -> Floats:
    """Give P(Q > q), float64 like q, for a number of groups and df > 0 of the variance."""
    spreads, masses = _spread(df)
    z = _FARTHEST * _NODES
    inner = groups * _FARTHEST * _WEIGHTS * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    below, whole = log_ndtr(z), groups - 1
    result = np.empty(len(q))
    for place, one in enumerate(np.asarray(q, dtype=np.float64).tolist()):
        ratio = np.exp(log_ndtr(z[None, :] - one * spreads[:, None]) - below[None, :])
        lost = -np.expm1(whole * np.log1p(-np.minimum(ratio, 1 - 1e-16)))
        result[place] = masses @ (lost * np.exp(whole * below)[None, :] @ inner)
    return np.clip(result, 0.0, 1.0)


def range_limit(share: float, groups: int, df: float) -> float:
    """Give q with P(Q > q) = share."""

    low, high = 0.0, 10.0
    while range_tail(np.array([high]), groups, df)[0] > share:
        low, high = high, 2 * high
    # Halved until no double lies between.
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if range_tail(np.array([middle]), groups, df)[0] > share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _spread(df: float) -> tuple[Floats, Floats]:
    """Give values of s and the probability mass that each stands for."""
    low, high = (np.sqrt(2 * gammaincinv(df / 2, p) / df) for p in (_TAIL, 1 - 1e-16))
    s = low + (high - low) * (_NODES + 1) / 2
    log_density = (
        np.log(2)
        + df / 2 * np.log(df / 2)
        - gammaln(df / 2)
        + (df - 1) * np.log(s)
        - df * s * s / 2
    )
    masses = np.exp(log_density) * _WEIGHTS * (high - low) / 2
    return s, masses / masses.sum()
