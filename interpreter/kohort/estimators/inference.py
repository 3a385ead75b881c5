"""Tests and intervals from an estimate and its standard error."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from kohort.estimators.design import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Inference:
    """Per coefficient, float64[k] each: test statistic, two-sided P, and interval limits."""

    t: Floats
    p: Floats
    lower: Floats
    upper: Floats


def infer(estimates: Floats, errors: Floats, df: float | None, level: float = 95.0) -> Inference:
    """t (or, with df None, normal) tests of zero and intervals at `level` per cent."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = estimates / errors
    tail = (1.0 - level / 100.0) / 2.0
    if df is None:
        p, width = 2.0 * special.ndtr(-np.abs(t)), -special.ndtri(tail)
    else:
        p, width = 2.0 * special.stdtr(df, -np.abs(t)), -special.stdtrit(df, tail)
    return Inference(t, p, estimates - width * errors, estimates + width * errors)


def f_tail(f: float, df_model: float, df_residual: float) -> float:
    """P(F > f), missing (NaN) where f is."""
    return float(special.fdtrc(df_model, df_residual, f)) if f == f else float("nan")


def chi2_tail(value: float, df: float) -> float:
    """P(chi2 > value), missing (NaN) where it is."""
    return float(special.chdtrc(df, value)) if value == value else float("nan")
