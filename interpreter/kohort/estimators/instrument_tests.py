"""Tests of a model with instruments: endogeneity, overidentification, first stages.

Source: Durbin, Wu and Hausman; Sargan; Basmann; Anderson and Rubin; Wooldridge (1995), Score
diagnostics for linear models estimated by two stage least squares; Shea (1997).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from kohort.estimators.design import Floats, Integers
from kohort.estimators.instruments import InstrumentFit
from kohort.estimators.moments import Moments


@dataclass(frozen=True, slots=True)
class Test:
    """A test statistic: chi-squared with `df`, or F with `df` and `df2` degrees of freedom."""

    name: str
    value: float
    kind: Literal["chi2", "f"]
    df: int
    df2: int = 0

    __test__ = False


@dataclass(frozen=True, slots=True, eq=False)
class FirstStages:
    """How well instruments explain each endogenous column, float64[k2] each.

    `f` tests that all instruments outside the equation have no effect, with `df` and `df2` degrees
    of freedom.
    """

    names: tuple[str, ...]
    r2: Floats
    partial: Floats
    shea: Floats
    f: Floats
    df: int
    df2: int


def endogeneity(fit: InstrumentFit) -> tuple[Test, ...]:
    """Whether the endogenous columns could have been taken as exogenous (two-stage fits)."""
    if fit.kind == "classical":
        return _durbin(fit)
    regression = _wooldridge_regression(fit)
    return (regression,) if fit.clusters is not None else (regression, _wooldridge_score(fit))


def overidentification(fit: InstrumentFit) -> tuple[Test, ...]:
    """Whether the instruments agree with one another; none where they are just enough."""
    moments, roles = fit.moments, fit.roles
    df = len(roles.instruments) - len(roles.endogenous)
    if df == 0:
        return ()
    n, outside = moments.n, moments.n - len(roles.allowed)
    if fit.method == "liml":
        return (
            Test("anderson_rubin", n * float(np.log(fit.kappa)), "chi2", df),
            Test("basmann_f", (fit.kappa - 1.0) * outside / df, "f", df, outside),
        )
    if fit.kind != "classical":
        return (_wooldridge_overid(fit, df),)
    hat = moments.projected(roles.allowed, fit.b)
    share = float(moments.product(hat, hat) / moments.product(fit.b, fit.b))
    sargan = n * share
    return (
        Test("sargan", sargan, "chi2", df),
        Test("basmann", sargan * outside / (n - sargan), "chi2", df),
    )


def first_stages(fit: InstrumentFit) -> FirstStages:
    """R2, partial R2, Shea's R2 and the F of the instruments for each endogenous column."""
    moments, roles = fit.moments, fit.roles
    own = moments.written(roles.written)
    rest, alone = moments.rest(roles.allowed, own), moments.rest(roles.exogenous, own)
    left, without = (np.diagonal(moments.product(a, a)) for a in (rest, alone))
    x = np.hstack([moments.unit(roles.exogenous), own])
    hat = moments.projected(roles.allowed, x)
    direct, staged = (np.linalg.inv(moments.product(a, a)) for a in (x, hat))
    inside = slice(len(roles.exogenous), None)
    q, df2 = len(roles.instruments), moments.n - len(roles.allowed)
    if fit.kind == "classical":
        f = (without - left) / q / (left / df2)
    else:
        f = np.array([_wald(fit, roles.allowed, one, roles.instruments) / q for one in own.T])
    return FirstStages(
        fit.endogenous,
        1.0 - left / np.diagonal(moments.product(own, own)),
        1.0 - left / without,
        np.diagonal(direct)[inside] / np.diagonal(staged)[inside],
        f,
        q,
        df2 if fit.clusters is None else fit.clusters.size - 1,
    )


def _wald(fit: InstrumentFit, on: Integers, of: Floats, tested: Integers) -> float:
    """Wald's chi-squared of some coefficients of a least-squares regression with a sandwich."""
    moments = fit.moments
    b = moments.on(on, of)
    meat = moments.meat(moments.rows(moments.rest(on, of)), fit.clusters)[np.ix_(on, on)]
    bread = np.linalg.inv(moments.gram[np.ix_(on, on)])
    v = moments.factor(len(on), fit.clusters) * (bread @ meat @ bread)
    places = np.flatnonzero(np.isin(on, tested))
    return float(b[places] @ np.linalg.solve(v[np.ix_(places, places)], b[places]))


def _durbin(fit: InstrumentFit) -> tuple[Test, ...]:
    moments, roles = fit.moments, fit.roles
    plain = moments.rest(roles.regressors, moments.unit(np.array([roles.outcome]))[:, 0])
    first = moments.projected(np.concatenate([roles.allowed, roles.endogenous]), plain)
    second = moments.projected(roles.allowed, fit.b)
    delta = float(moments.product(first, first) - moments.product(second, second))
    total = float(moments.product(plain, plain))
    df, n = len(roles.endogenous), moments.n
    df2 = n - len(roles.exogenous) - 2 * df
    return (
        Test("durbin", delta / (total / n), "chi2", df),
        Test("wu_hausman", delta / df / ((total - delta) / df2), "f", df, df2),
    )


def _wooldridge_regression(fit: InstrumentFit) -> Test:
    """Wald's test of first-stage residuals added to the equation."""
    moments, roles = fit.moments, fit.roles
    added = moments.rest(roles.allowed, moments.unit(roles.endogenous))
    x = np.hstack([moments.unit(roles.regressors), added])
    y = moments.unit(np.array([roles.outcome]))[:, 0]
    bread = np.linalg.inv(moments.product(x, x))
    b = bread @ moments.product(x, y)
    meat = x.T @ moments.meat(moments.rows(y - x @ b), fit.clusters) @ x
    v = moments.factor(x.shape[1], fit.clusters) * (bread @ meat @ bread)
    df = len(roles.endogenous)
    value = float(b[-df:] @ np.linalg.solve(v[-df:, -df:], b[-df:]))
    return Test("wooldridge_regression", value, "chi2", df)


def _wooldridge_score(fit: InstrumentFit) -> Test:
    moments, roles = fit.moments, fit.roles
    residual = moments.rest(roles.regressors, moments.unit(np.array([roles.outcome]))[:, 0])
    added = moments.rest(roles.allowed, moments.unit(roles.endogenous))
    added = moments.rest(roles.regressors, added)
    return Test("wooldridge_score", _score(moments, residual, added), "chi2", len(roles.endogenous))


def _wooldridge_overid(fit: InstrumentFit, df: int) -> Test:
    moments, roles = fit.moments, fit.roles
    hat = moments.projected(roles.allowed, moments.unit(roles.endogenous))
    extra = moments.unit(roles.instruments[:df])
    inner = np.hstack([moments.unit(roles.exogenous), hat])
    solved = np.linalg.solve(moments.product(inner, inner), moments.product(inner, extra))
    return Test("wooldridge_overid", _score(moments, fit.b, extra - inner @ solved), "chi2", df)


def _score(moments: Moments, residual: Floats, functions: Floats) -> float:
    """The explained sum of squares of ones on residuals times functions of the rows."""
    e = moments.rows(residual)
    weights = moments.columns.weights
    scores = e if weights is None else e * weights
    products = np.array([scores * moments.rows(one) for one in functions.T])
    totals = products.sum(axis=1)
    inside = np.einsum("ai,bi->ab", products, products)
    return float(totals @ np.linalg.solve(inside, totals))
