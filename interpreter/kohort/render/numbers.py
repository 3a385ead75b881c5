"""Writes published numbers, and what stands for a number that is not shown."""

from __future__ import annotations

import math
import re
from typing import Final

from kohort.disclosure.released import Cell

COUNTS: Final = frozenset({
    "at_least",
    "at_most",
    "freq",
    "n",
    "nobs",
    "events",
    "censored",
    "at_risk",
    "df",
    "df2",
    "iterations",
    "clusters",
    "units",
    "size",
    "variables",
    "groups",
    "cells",
    "t_min",
    "t_max",
    "size_min",
    "size_max",
    "n_effective",
})
FIXED: Final = {
    "rowpct": 1,
    "colpct": 1,
    "cellpct": 1,
    "percent": 1,
    "t": 3,
    "z": 3,
    "p": 3,
    "prob_f": 3,
    "prob_chi2": 3,
    "r2": 4,
    "concordance": 4,
    "r2_adj": 4,
    "r2_within": 4,
    "r2_between": 4,
    "r2_overall": 4,
    "partial_r2": 4,
    "shea_r2": 4,
    "rho": 4,
    "icc": 4,
    "r2_pseudo": 4,
    "gini": 4,
    "r": 4,
}
PROBABILITIES: Final = frozenset({"p", "prob_f", "prob_chi2"})
TRIMMED: Final = {
    "cov": 4,
    "value": 4,
    "coef": 6,
    "se": 6,
    "lower": 6,
    "upper": 6,
    "f": 4,
    "chi2": 4,
    "lr_chi2": 4,
    "wald_chi2": 4,
    "ll": 4,
    "ll_null": 4,
    "ll_restricted": 4,
    "f_effects": 4,
    "vif": 4,
    "tolerance": 4,
    "log_partial": 4,
    "hazard_ratio": 6,
    "scale": 6,
    "shape": 6,
    "loglik": 4,
}
VALUES: Final = frozenset({"iqr", "median", "min", "max"})
AMOUNTS: Final = frozenset({"mean", "std", "sum", "rmse"})
OTHERS: Final = 6
"""Decimals of a number whose statistic is not known, trailing zeros trimmed."""

SMALL: Final = 1e-6
LARGE: Final = 1e15
"""Between these, numbers are written without an exponent."""

PLACES: Final = frozenset({"from", "to", "x", "y"})
"""Places on an axis: six digits, or all before the point."""
THIN: Final = 1e-3
"""Densities below this have an exponent, so that those of one chart can be compared."""

HIDDEN: Final = ".."

_LONG: Final = re.compile(r"(-?)(\d{5,})(\.\d+)?", re.ASCII)
_BY_THREE: Final = re.compile(r"(?<=\d)(?=(?:\d{3})+\Z)")


def is_percentile(statistic: str) -> bool:
    """Tell whether a statistic is a percentile: `p` and a whole number."""
    return statistic[:1] == "p" and statistic[1:].isdecimal() and statistic.isascii()


def written(cell: Cell, statistic: str, zero: str = "0", blank: str = " ") -> str:
    """Give a cell as text.

    `zero`: how the profile prints a published zero. `blank`: what groups the thousands of a count.
    A value that does not exist is an empty text.
    """
    match cell.state:
        case "shown":
            return "" if cell.v is None else number(cell.v, statistic, blank)
        case "zero":
            return _zero(statistic, zero, blank)
        case "missing":
            return ""
        case "low":
            return "<5 %"
        case "high":
            return ">95 %"
        case "hidden" | "folded":
            return HIDDEN


def _zero(statistic: str, zero: str, blank: str) -> str:
    if zero == "0":
        return number(0, statistic, blank)
    # what is derived from a count that is not told is not told either
    return zero if statistic in COUNTS else ""


def number(value: float, statistic: str, blank: str = " ") -> str:
    """Give a published number in the format of its statistic (analysis.md 0.4).

    Never more digits than the number has, except decimals that a format fixes. Numbers too large
    or too small to read as decimals have an exponent.
    """
    if statistic in COUNTS and value == int(value):
        return f"{int(value):,}".replace(",", blank)
    if statistic in PROBABILITIES and 0 <= value < 0.001:
        return "<0.001"
    if statistic in FIXED and abs(value) < LARGE:
        return _positive_zero(f"{value:.{FIXED[statistic]}f}")
    if statistic in VALUES or is_percentile(statistic):
        return _significant(value, 3)
    if statistic in PLACES:
        return _decimals(value, 5 - math.floor(math.log10(abs(value) or 1)))
    if statistic == "density" and 0 < abs(value) < THIN:
        return f"{value:.3e}"
    if statistic in {*AMOUNTS, "density"} and abs(value) < 1:
        return _significant(value, 4)
    return _decimals(value, 2 if statistic in AMOUNTS else TRIMMED.get(statistic, OTHERS))


def grouped(text: str, blank: str = " ") -> str:
    """Give a written number with the thousands of its whole part apart.

    Four digits are left as they are: years are no counts. What is no plain number stays, too.
    """
    long = _LONG.fullmatch(text)
    if long is None:
        return text
    return f"{long[1]}{_BY_THREE.sub(blank, long[2])}{long[3] or ''}"


def _significant(value: float, digits: int) -> str:
    """Give `value` with at most so many significant digits."""
    if value == 0 or not SMALL <= abs(value) < LARGE:
        return _decimals(value, digits, digits)
    kept = float(f"{value:.{digits - 1}e}")
    return _decimals(kept, digits - 1 - math.floor(math.log10(abs(kept))), digits)


def _decimals(value: float, most: int, digits: int = 4) -> str:
    """Give `value` with at most `most` decimals, no trailing zeros; `digits` with an exponent."""
    if value != 0 and not SMALL <= abs(value) < LARGE:
        return f"{value:.{digits}g}"
    text = f"{value:.{max(most, 0)}f}"
    return _positive_zero(text.rstrip("0").rstrip(".") if "." in text else text)


def _positive_zero(text: str) -> str:
    return text.removeprefix("-") if not text.strip("-0.") else text
