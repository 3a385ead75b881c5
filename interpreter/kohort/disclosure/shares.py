"""Published shares: percentages, means of binary variables, and means of rarely non-zero ones.

Source: the disclosure reference, 2.1 and 4.6. Everything here is worked out from published counts
and published magnitudes alone.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure import counts as count_rules
from kohort.disclosure.limits import CountLimits, MagnitudeLimits
from kohort.disclosure.magnitudes import Moments, shown_cells
from kohort.disclosure.published import Published, State, decimals, significant


def percentages(
    limits: CountLimits, numerators: NDArray[np.int64], margins: NDArray[np.int64]
) -> Published:
    """Give 100 numerator / margin from published counts of one shape (or shapes that broadcast).

    Missing where the margin is 0, or where the numerator is a 0 that prints as fewer than five.
    """
    numerators, margins = np.broadcast_arrays(numerators, margins)
    with np.errstate(all="ignore"):
        values = decimals(100 * numerators / margins, limits.percent_decimals)
    unknown = (margins == 0) | ((numerators == 0) & (limits.zero_display != "0"))
    state = np.where(unknown, State.MISSING, np.where(numerators == 0, State.ZERO, State.SHOWN))
    return Published(values, state.astype(np.uint8))


def ratios(
    limits: CountLimits,
    magnitudes: MagnitudeLimits,
    ones: NDArray[np.int64],
    published_n: NDArray[np.int64],
) -> Published:
    """Give the share of units that have the higher of two values, from published counts (k).

    Kept within 0 and 1. Under protection 0 and 1 are told as low and high, never as numbers.
    """
    shown, there = shown_cells(magnitudes, published_n), published_n > 0
    with np.errstate(all="ignore"):
        share = np.clip(ones / published_n, 0.0, 1.0)
    state = np.full(len(share), State.SHOWN)
    if not count_rules.unprotected(limits):
        state[share <= 0] = State.LOW
        state[share >= 1] = State.HIGH
        share = np.where(state == State.SHOWN, share, np.nan)
    state[~shown] = State.HIDDEN
    state[~there] = State.MISSING
    return Published(share, state.astype(np.uint8))


def binary_moments(
    limits: CountLimits,
    magnitudes: MagnitudeLimits,
    ones: NDArray[np.int64],
    published_n: NDArray[np.int64],
    low: float = 0.0,
    high: float = 1.0,
) -> Moments:
    """Give mean, standard deviation and sum of a variable with two values, from published counts.

    `ones`: int64 (k), published counts of the units that have the value `high`. That a variable is
    binary is told by its type or code list, never by the data. The n - 1 standard deviation.
    """
    share = ratios(limits, magnitudes, ones, published_n)
    width, edge = high - low, np.isin(share.state, (State.LOW, State.HIGH))
    with np.errstate(all="ignore"):
        part = share.values
        mean = significant(low + width * part, magnitudes.digits)
        variance = width**2 * part * (1 - part) * published_n / (published_n - 1)
        sd = significant(np.sqrt(variance), magnitudes.digits)
    # From the counts themselves, so that the sum agrees with a table of the same variable.
    total = significant(low * published_n + width * ones, magnitudes.digits)
    withheld = np.where(edge, State.HIDDEN, share.state)
    none = (share.state == State.LOW) & (low == 0)
    undefined = (withheld == State.SHOWN) & ~np.isfinite(sd)
    return Moments(
        mean=Published(mean, share.state),
        sd=Published(sd, np.where(undefined, State.MISSING, withheld).astype(np.uint8)),
        sum=Published(total, np.where(none, State.ZERO, withheld).astype(np.uint8)),
    )


def rare(limits: MagnitudeLimits, nonzero: int, published_n: int) -> bool:
    """Tell whether so few units of the active dataset are non-zero that clipping may wipe them out.

    `nonzero` and `published_n` are published counts in the active dataset. The bound is twice the
    centre of the random winsor rank, which exceeds it with a probability below 0.004.
    """
    share = 1 - limits.winsor[1]
    if share <= 0:
        return False
    wanted = max(math.ceil(round(share * published_n, 6)), limits.winsor_min_units)
    return nonzero < (3 * wanted if limits.winsor_spread > 0 else wanted + 1)


def rare_moments(
    magnitudes: MagnitudeLimits,
    among: Moments,
    nonzero: NDArray[np.int64],
    published_n: NDArray[np.int64],
) -> Moments:
    """Give mean and sum of a rarely non-zero variable: share times the mean among the non-zero.

    `among`: moments among the non-zero; `nonzero`, `published_n`: published counts, int64 (k). No
    standard deviation. A cell without a published non-zero unit is 0; one with too few is hidden.
    """
    if among.mean is None:
        raise ValueError("the mean among the non-zero is needed")
    with np.errstate(all="ignore"):
        share = np.clip(nonzero / published_n, 0.0, 1.0)
        mean = significant(share * among.mean.values, magnitudes.digits)
    state = among.mean.state.copy()
    none = nonzero == 0
    mean = np.where(none, 0.0, mean)
    state[none] = State.ZERO
    state[~shown_cells(magnitudes, published_n)] = State.HIDDEN
    state[published_n == 0] = State.MISSING
    total = significant(mean * published_n.astype(np.float64), magnitudes.digits)
    unknown = np.where(state == State.MISSING, State.MISSING, State.HIDDEN)
    return Moments(
        mean=Published(mean, state),
        sd=Published(np.full(len(mean), np.nan), unknown.astype(np.uint8)),
        sum=Published(total, state),
    )
