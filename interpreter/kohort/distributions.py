"""Probability distributions on numbers or arrays: density, lower and upper tail, their inverses.

Every function takes the value (or the probability) first, then the parameters, in the order of
`scipy.stats`, and gives NaN for parameters or probabilities outside their range. Below the support
density and lower tail are 0 and the upper tail is 1. Formulas: the NIST Digital Library of
Mathematical Functions, chapter 8. `scipy` is imported on first use, `scipy.stats`, which takes a
second, only by what no function of `scipy.special` gives (in `kohort.noncentral`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias

Values: TypeAlias = Any
"""A float, or an array of floats in which NaN is missing."""


def _quietly(calculate: Callable[..., Values]) -> Callable[..., Values]:
    """Calculate on arrays of decimals: where something overflows, the answer says so."""

    @wraps(calculate)
    def quiet(*given: Values) -> Values:
        import numpy as np

        with np.errstate(all="ignore"):
            return calculate(*(np.asarray(values, dtype=np.float64) for values in given))

    return quiet


def _valid(answer: Values, condition: Values) -> Values:
    import numpy as np

    return np.where(condition, answer, np.nan)


def _share(p: Values) -> Values:
    return (p >= 0) & (p <= 1)


# ---- normal


@_quietly
def normal_density(x: Values, mean: Values = 0.0, deviation: Values = 1.0) -> Values:
    """Give the density of the normal distribution."""
    import numpy as np

    deviation = np.asarray(deviation, dtype=np.float64)
    positive = _valid(deviation, deviation > 0)
    z = (x - mean) / positive
    return np.exp(-z * z / 2) / (positive * np.sqrt(2 * np.pi))


# ---- binomial: k successes in n trials, both cut to whole numbers


@_quietly
def binomial_probability(k: Values, n: Values, p: Values) -> Values:
    """Give the probability of exactly k successes."""
    import numpy as np
    from scipy.special import betaln, xlog1py, xlogy

    k, n = np.floor(k), np.floor(n)
    inside = np.clip(k, 0, np.maximum(n, 0))
    logged = xlogy(inside, p) + xlog1py(n - inside, -p)
    found = np.exp(logged - np.log1p(n) - betaln(n - inside + 1, inside + 1))
    possible = np.where((k >= 0) & (k <= n), found, 0.0)
    return _valid(possible, (n >= 0) & _share(p) & ~np.isnan(k))


@_quietly
def binomial_lower(k: Values, n: Values, p: Values) -> Values:
    """Give the probability of at most k successes."""
    return _successes(k, n, p, upper=False)


@_quietly
def binomial_upper(k: Values, n: Values, p: Values) -> Values:
    """Give the probability of at least k successes."""
    return _successes(k, n, p, upper=True)


def _successes(k: Values, n: Values, p: Values, upper: bool) -> Values:
    import numpy as np
    from scipy.special import betainc, betaincc

    k, n = np.floor(k), np.floor(n)
    least = k if upper else k + 1
    # At least `least` successes: the incomplete beta function, which needs 1 <= least <= n.
    inside = np.clip(least, 1, np.maximum(n, 1))
    tail = (betainc if upper else betaincc)(inside, np.maximum(n, 1) - inside + 1, p)
    none, all_ = (1.0, 0.0) if upper else (0.0, 1.0)
    found = np.where(least < 1, none, np.where(least > n, all_, tail))
    return _valid(found, (n >= 0) & _share(p) & ~np.isnan(k))


# ---- chi-squared


@_quietly
def chi2_density(x: Values, v: Values) -> Values:
    """Give the density with v degrees of freedom."""
    import numpy as np
    from scipy.special import gammaln, xlogy

    inside, half = np.maximum(x, 0.0), v / 2
    found = np.exp(xlogy(half - 1, inside / 2) - inside / 2 - gammaln(half)) / 2
    return _valid(np.where(x < 0, 0.0, found), v > 0)


@_quietly
def chi2_lower(x: Values, v: Values) -> Values:
    """Give the probability of at most x."""
    import numpy as np
    from scipy.special import gammainc

    return _valid(gammainc(v / 2, np.maximum(x, 0.0) / 2), v > 0)


@_quietly
def chi2_upper(x: Values, v: Values) -> Values:
    """Give the probability of more than x."""
    import numpy as np
    from scipy.special import gammaincc

    return _valid(gammaincc(v / 2, np.maximum(x, 0.0) / 2), v > 0)


@_quietly
def chi2_lower_inverse(p: Values, v: Values) -> Values:
    """Give the value that is not exceeded with probability p."""
    from scipy.special import gammaincinv

    return _valid(2 * gammaincinv(v / 2, p), (v > 0) & _share(p))


@_quietly
def chi2_upper_inverse(p: Values, v: Values) -> Values:
    """Give the value that is exceeded with probability p."""
    from scipy.special import gammainccinv

    return _valid(2 * gammainccinv(v / 2, p), (v > 0) & _share(p))


# ---- Student's t


@_quietly
def t_density(x: Values, v: Values) -> Values:
    """Give the density with v degrees of freedom."""
    import numpy as np
    from scipy.special import betaln

    logged = -(v + 1) / 2 * np.log1p(x * x / v) - betaln(v / 2, 0.5) - np.log(v) / 2
    return _valid(np.exp(logged), v > 0)


@_quietly
def t_lower(x: Values, v: Values) -> Values:
    """Give the probability of at most x."""
    from scipy.special import stdtr

    return _valid(stdtr(v, x), v > 0)


@_quietly
def t_upper(x: Values, v: Values) -> Values:
    """Give the probability of more than x."""
    return t_lower(-x, v)


@_quietly
def t_lower_inverse(p: Values, v: Values) -> Values:
    """Give the value that is not exceeded with probability p."""
    from scipy.special import stdtrit

    # 0 and 1 belong to no finite value.
    return _valid(stdtrit(v, p), (v > 0) & (p > 0) & (p < 1))


@_quietly
def t_upper_inverse(p: Values, v: Values) -> Values:
    """Give the value that is exceeded with probability p."""
    return -t_lower_inverse(p, v)


# ---- Fisher's F


@_quietly
def f_density(x: Values, v1: Values, v2: Values) -> Values:
    """Give the density with v1 and v2 degrees of freedom."""
    import numpy as np
    from scipy.special import betaln, xlog1py, xlogy

    inside, ratio = np.maximum(x, 0.0), v1 / v2
    logged = xlogy(v1 / 2 - 1, ratio * inside) - xlog1py((v1 + v2) / 2, ratio * inside)
    found = ratio * np.exp(logged - betaln(v1 / 2, v2 / 2))
    return _valid(np.where(x < 0, 0.0, found), (v1 > 0) & (v2 > 0))


@_quietly
def f_lower(x: Values, v1: Values, v2: Values) -> Values:
    """Give the probability of at most x."""
    import numpy as np
    from scipy.special import fdtr

    return _valid(fdtr(v1, v2, np.maximum(x, 0.0)), (v1 > 0) & (v2 > 0))


@_quietly
def f_upper(x: Values, v1: Values, v2: Values) -> Values:
    """Give the probability of more than x."""
    import numpy as np
    from scipy.special import fdtrc

    return _valid(fdtrc(v1, v2, np.maximum(x, 0.0)), (v1 > 0) & (v2 > 0))


@_quietly
def f_lower_inverse(p: Values, v1: Values, v2: Values) -> Values:
    """Give the value that is not exceeded with probability p."""
    from scipy.special import betainccinv, betaincinv

    # v1 F / (v1 F + v2) is distributed as beta; what it lacks to 1 is found as exactly as itself.
    share, rest = betaincinv(v1 / 2, v2 / 2, p), betainccinv(v2 / 2, v1 / 2, p)
    return _valid(v2 * share / (v1 * rest), (v1 > 0) & (v2 > 0) & _share(p))


@_quietly
def f_upper_inverse(p: Values, v1: Values, v2: Values) -> Values:
    """Give the value that is exceeded with probability p."""
    # 1 / F has the degrees of freedom swapped.
    return 1 / f_lower_inverse(p, v2, v1)


# ---- beta


@_quietly
def beta_density(x: Values, a: Values, b: Values) -> Values:
    """Give the density with shapes a and b."""
    import numpy as np
    from scipy.special import betaln, xlog1py, xlogy

    inside = np.clip(x, 0.0, 1.0)
    found = np.exp(xlogy(a - 1, inside) + xlog1py(b - 1, -inside) - betaln(a, b))
    return _valid(np.where((x < 0) | (x > 1), 0.0, found), (a > 0) & (b > 0))


@_quietly
def beta_lower(x: Values, a: Values, b: Values) -> Values:
    """Give the probability of at most x."""
    import numpy as np
    from scipy.special import betainc

    return _valid(betainc(a, b, np.clip(x, 0.0, 1.0)), (a > 0) & (b > 0))


@_quietly
def beta_upper(x: Values, a: Values, b: Values) -> Values:
    """Give the probability of more than x."""
    import numpy as np
    from scipy.special import betaincc

    return _valid(betaincc(a, b, np.clip(x, 0.0, 1.0)), (a > 0) & (b > 0))


@_quietly
def beta_lower_inverse(p: Values, a: Values, b: Values) -> Values:
    """Give the value that is not exceeded with probability p."""
    from scipy.special import betaincinv

    return _valid(betaincinv(a, b, p), (a > 0) & (b > 0) & _share(p))


@_quietly
def beta_upper_inverse(p: Values, a: Values, b: Values) -> Values:
    """Give the value that is exceeded with probability p."""
    from scipy.special import betainccinv

    return _valid(betainccinv(a, b, p), (a > 0) & (b > 0) & _share(p))
