"""Winsor limits: the values at which a variable is clipped, at a keyed random rank (4.6)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.content import content_fingerprints, content_keys
from kohort.disclosure.contributors import Contributors, gathered
from kohort.disclosure.counts import joint
from kohort.disclosure.keys import Master, sealed, uniforms
from kohort.disclosure.limits import MagnitudeLimits

_WIDEN = 1.5  # a random rank averages this times the wanted share


@dataclass(frozen=True, repr=False)
class WinsorLimits:
    """Between which values a variable is clipped; infinite where it is not. Never shown."""

    low: float
    high: float

    def __repr__(self) -> str:
        return "<winsor limits>"

    @property
    def width(self) -> float:
        """High less low, or 0 where there is no clipping; infinite where doubles end."""
        return 0.0 if self.boundless else self.high - self.low

    @property
    def boundless(self) -> bool:
        """Whether nothing is clipped."""
        return math.isinf(self.low) and math.isinf(self.high)

    def farthest(self, centre: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give how far from each centre one unit can be, 0 where there is no clipping: float64."""
        if self.boundless:
            return np.zeros_like(centre)
        return np.maximum(self.high - centre, centre - self.low)


UNLIMITED = WinsorLimits(-math.inf, math.inf)


def laplace(uniform: float) -> float:
    """Give a Laplace number of scale 1 from a uniform one: tails, no edge."""
    return -math.copysign(math.log(1 - 2 * abs(uniform - 0.5)), 0.5 - uniform)


def laplace_rank(n: int, uniform: float, centre: float, spread: float) -> int:
    """Give a random rank around `centre`, at least 1, at most a quarter of n values."""
    return min(max(1, round(centre * (1 + spread * laplace(uniform)))), n // 4)


def winsor_rank(n: int, uniform: float, share: float, limits: MagnitudeLimits) -> int:
    """Give how many of n values one side clips: random around 1.5 shares, or fixed at one share."""
    wanted = max(math.ceil(round(share * n, 6)), limits.winsor_min_units)
    if limits.winsor_spread > 0:
        return laplace_rank(n, uniform, _WIDEN * wanted, limits.winsor_spread)
    return min(wanted, n // 4)


def expected_ends(limits: MagnitudeLimits) -> tuple[float, int]:
    """Give what share of a large dataset is clipped at each end on average, and the least number.

    (0, 0) where nothing is clipped. Of small datasets at most a quarter is clipped at each end.
    """
    low, high = limits.winsor
    share = max(low, 1 - high)
    if share <= 0:
        return 0.0, 0
    widened = _WIDEN if limits.winsor_spread > 0 else 1.0
    return widened * share, round(widened * limits.winsor_min_units)


def winsor_limits(
    secret: Master, limits: MagnitudeLimits, rk: NDArray[np.uint64], x: NDArray[np.float64]
) -> WinsorLimits:
    """Give the limits of a variable from the whole active dataset.

    `rk`: uint64 (N), `x`: float64 (N), the rows of the active dataset where the variable is not
    missing. One draw per dataset and content: all conditions on one dataset share it.
    """
    return dataset_limits(secret, limits, gathered(None, 1, x, rk))


def drawn_rank(
    secret: Master, label: str, by_set: NDArray[np.uint64], words: str | None, share: float
) -> float:
    """Give the uniform number that a rank is drawn with, of two halves where there are words.

    `by_set`: uint64 (1), the key of units and content. With the first half alone the same set would
    be clipped at the same rank whatever is asked, which shows where the tails are long.
    """
    uniform = uniforms(by_set)
    if words is not None and share > 0:
        by_text = sealed(secret).prf(label).uniforms([words.encode()])
        uniform = joint(uniform, by_text, share)
    return float(uniform[0])


def dataset_limits(
    secret: Master, limits: MagnitudeLimits, group: Contributors, words: str | None = None
) -> WinsorLimits:
    """Give `winsor_limits` for an active dataset that is already gathered, as one cell.

    `words`: the canonical wording of dataset and variable.
    """
    low, high = limits.winsor
    rows = len(group.x)
    if not rows or (low <= 0 and high >= 1):
        return UNLIMITED
    if group.k != 1:
        raise ValueError("an active dataset is one cell")
    uniform = 0.5
    if limits.winsor_spread > 0:
        content = content_fingerprints(group, limits.content_bits)
        key = content_keys(secret, "rank/v1", group.sums, group.n, content)
        uniform = drawn_rank(secret, "ranktext/v1", key, words, limits.wording_share)
    below = winsor_rank(rows, uniform, low, limits)
    above = rows - 1 - winsor_rank(rows, uniform, 1 - high, limits)
    below_value, above_value = group.at(np.array([below, above])).tolist()
    return WinsorLimits(below_value, above_value)
