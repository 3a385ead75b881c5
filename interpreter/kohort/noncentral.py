"""Noncentral distributions on numbers or arrays, as `scipy.stats` has them.

Arguments as in `kohort.distributions`; the last parameter is the noncentrality, from 0 for
chi-squared and F, any number for t. Where it is next to 0 the central distribution answers (scipy's
upper tail of F is wrong there). `scipy.stats` is imported on first use: that takes a second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kohort import distributions
from kohort.distributions import Values

_CENTRAL: Final = {
    (noncentral, question): f"{central}_{ours}"
    for noncentral, central in (("ncx2", "chi2"), ("nct", "t"), ("ncf", "f"))
    for question, ours in (
        ("pdf", "density"), ("cdf", "lower"), ("sf", "upper"), ("isf", "upper_inverse"),
    )
}  # fmt: skip
_NONE: Final = 1e-12
_MANY: Final = 40.0
_FARTHEST: Final = 1e4  # largest noncentrality of t that is calculated
_FEWEST: Final = 1e-9  # least degrees of freedom of noncentral t that are calculated
_STEPS: Final = 40
_STEP: Final = 0.25
_ROUNDS: Final = 3


def _asked(distribution: str, question: str, *given: Values) -> Values:
    """Ask a distribution of `scipy.stats`; what it cannot answer is NaN, without a warning."""
    import warnings

    import numpy as np
    from scipy import stats

    arrays = np.broadcast_arrays(*given)
    missing = np.logical_or.reduce([np.isnan(array) for array in arrays])
    central = (arrays[-1] >= 0) & (arrays[-1] < _NONE)
    if distribution == "nct":
        # There boost's sums never end, or end the whole process.
        missing = missing | (np.abs(arrays[-1]) > _FARTHEST) | (arrays[-2] < _FEWEST)
    # Rows answered otherwise get ordinary numbers: some of the algorithms never end for NaN.
    sound = [np.where(missing | central, 0.5, array) for array in arrays]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asked = getattr(getattr(stats, distribution), question)
        try:
            answer = asked(*sound)
        except ArithmeticError:
            answer = np.vectorize(lambda *row: _alone(asked, row), otypes=[float])(*sound)
    plain = getattr(distributions, _CENTRAL[distribution, question])(*arrays[:-1])
    return np.where(missing, np.nan, np.where(central, plain, answer))


def _alone(asked: Callable[..., Values], row: tuple[float, ...]) -> float:
    """Ask for one row, since one that cannot be calculated must not spoil the others."""
    try:
        return float(asked(*row))
    except ArithmeticError:
        return float("nan")


def chi2_density(x: Values, v: Values, noncentrality: Values) -> Values:
    """Give the density of noncentral chi-squared."""
    return _asked("ncx2", "pdf", x, v, noncentrality)


def chi2_lower(x: Values, v: Values, noncentrality: Values) -> Values:
    """Give the probability of at most x."""
    return _asked("ncx2", "cdf", x, v, noncentrality)


def chi2_upper(x: Values, v: Values, noncentrality: Values) -> Values:
    """Give the probability of more than x."""
    return _asked("ncx2", "sf", x, v, noncentrality)


def t_density(x: Values, v: Values, noncentrality: Values) -> Values:
    """Give the density of noncentral t."""
    import numpy as np

    x, v, noncentrality = np.broadcast_arrays(x, v, noncentrality)
    few = v < _MANY
    sparse = _asked("nct", "pdf", x, np.where(few, v, 1.0), noncentrality)
    with np.errstate(all="ignore"):
        dense = _t_density(x, np.where(few, _MANY, v), noncentrality)
    return np.where(few, sparse, dense)


def _t_density(x: Values, v: Values, noncentrality: Values) -> Values:
    """Give the density of noncentral t for many degrees of freedom, where boost overflows.

    The variable is (z + noncentrality) / s with z normal and v s^2 chi-squared, so its density is
    the integral over s of s phi(x s - noncentrality) g(s). That integrand is close to a normal
    curve around its highest point; the trapezoidal rule then converges beyond the last digit.
    """
    import numpy as np
    from scipy.special import gammaln

    slope, bend = noncentrality * x, v + x * x
    top = (slope + np.sqrt(slope * slope + 4 * v * bend)) / (2 * bend)
    width = 1 / np.sqrt(v / (top * top) + bend)
    logged = np.log(2) + v / 2 * np.log(v / 2) - gammaln(v / 2) - np.log(2 * np.pi) / 2
    total: Values = 0.0
    for step in range(-_STEPS, _STEPS + 1):
        s = np.maximum(top + width * step * _STEP, 1e-300)
        miss = x * s - noncentrality
        total = total + np.exp(logged + v * np.log(s) - v * s * s / 2 - miss * miss / 2)
    return total * width * _STEP


def t_lower(x: Values, v: Values, noncentrality: Values) -> Values:
    """Give the probability of at most x."""
    # Seen from the other side, since scipy gives NaN where the lower tail is too small to hold.
    return t_upper(-x, v, -noncentrality)


def t_upper(x: Values, v: Values, noncentrality: Values) -> Values:
    """Give the probability of more than x."""
    return _asked("nct", "sf", x, v, noncentrality)


def t_upper_inverse(p: Values, v: Values, noncentrality: Values) -> Values:
    """Give the value that is exceeded with probability p."""
    return _asked("nct", "isf", p, v, noncentrality)


def f_density(x: Values, v1: Values, v2: Values, noncentrality: Values) -> Values:
    """Give the density of noncentral F."""
    import numpy as np

    inside = _asked("ncf", "pdf", x, v1, v2, noncentrality)
    # At 0, where scipy says 0, only the first term of the sum of central densities is left.
    with np.errstate(all="ignore"):
        thinned = np.exp(-np.maximum(noncentrality, 0) / 2)
        edge = distributions.f_density(x, v1, v2) * thinned
    return np.where((x == 0) & (noncentrality >= 0), edge, inside)


def f_lower(x: Values, v1: Values, v2: Values, noncentrality: Values) -> Values:
    """Give the probability of at most x."""
    return _asked("ncf", "cdf", x, v1, v2, noncentrality)


def f_upper(x: Values, v1: Values, v2: Values, noncentrality: Values) -> Values:
    """Give the probability of more than x."""
    return _asked("ncf", "sf", x, v1, v2, noncentrality)


def f_upper_inverse(p: Values, v1: Values, v2: Values, noncentrality: Values) -> Values:
    """Give the value that is exceeded with probability p."""
    import numpy as np

    x = _asked("ncf", "isf", p, v1, v2, noncentrality)
    # scipy's answer keeps four digits far out; Newton's method on logarithms gives the others.
    with np.errstate(all="ignore"):
        for _ in range(_ROUNDS):
            tail = f_upper(x, v1, v2, noncentrality)
            slope = x * f_density(x, v1, v2, noncentrality) / tail
            better = x * np.exp(np.log(tail / p) / slope)
            x = np.where(np.isfinite(better) & (better > 0), better, x)
    return x
