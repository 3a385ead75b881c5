"""Perturbed counts: what is published for a number of units, from their keys and the wording.

Source: the disclosure reference, 4.2, 4.3 and 4.10. All functions work on whole arrays of cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from kohort.disclosure import maxent
from kohort.disclosure.keys import Master, packed, sealed
from kohort.disclosure.limits import CountLimits

# Rows of the comparison of uniforms with cumulative probabilities that are in memory at once.
_CHUNK = 16384
_NEVER_ZERO = 1e-4


def unprotected(limits: CountLimits) -> bool:
    """Tell whether counts are published as they are (made-up data only)."""
    return not limits.perturb or limits.table == "none"


def published_counts(
    secret: Master,
    limits: CountLimits,
    sums: NDArray[np.uint64],
    n: NDArray[np.int64],
    wordings: Sequence[str] | None,
) -> NDArray[np.int64]:
    """Give the published counts of k cells: int64 (k).

    `sums`: uint64 (k), wrapping sums of the record keys of the distinct units; `n`: int64 (k),
    how many they are; `wordings`: k canonical wordings, or None for noise keyed by the set alone.
    """
    n = np.asarray(n, dtype=np.int64)
    if unprotected(limits):
        return n.copy()
    if not len(n):
        # A table of nobody takes the time of a table of somebody: one set is drawn all the same.
        nobody = np.zeros(1, dtype=np.int64)
        alone = None if wordings is None else [""]
        return published_counts(secret, limits, nobody.astype(np.uint64), nobody, alone)[:0]
    # Nobody is drawn like somebody, for the same reason; what comes out is 0.
    some = np.maximum(n, 1)
    keyed = sealed(secret)
    messages = [packed(s, m) for s, m in zip(sums.tolist(), some.tolist(), strict=True)]
    by_set = keyed.prf("cell/v1").uniforms(messages)
    share = limits.wording_share if wordings is not None and limits.table == "smooth" else 0.0
    if limits.table == "maxent":
        drawn = _looked_up_maxent(limits, some, by_set)
        return np.where(n > 0, _rounded(drawn, limits), 0)
    zero = keyed.prf("zero/v1").uniforms(messages)
    by_text = None
    if wordings is not None and share > 0:
        words = [wording.encode() for wording in wordings]
        by_text = keyed.prf("text/v1").uniforms(words)
        zero = joint(zero, keyed.prf("zerotext/v1").uniforms(words), share)
    drawn = looked_up(limits, some, by_set, zero, by_text, share)
    return np.where(n > 0, _rounded(drawn, limits), 0)


def published_count(
    secret: Master, limits: CountLimits, total: int, n: int, wording: str | None
) -> int:
    """Give the published count of one set of n units whose record keys add up to `total`."""
    sums = np.array([total], dtype=np.uint64)
    words = None if wording is None else [wording]
    return int(published_counts(secret, limits, sums, np.array([n], dtype=np.int64), words)[0])


@cache
def reach(limits: CountLimits) -> tuple[int, int]:
    """Give how far a published positive count can be from the true one, and what a 0 can stand for.

    The largest differences that the perturbation table and the rounding can make, whatever n is.
    """
    if unprotected(limits):
        return 0, 0
    # Beyond 2 D the table is symmetric about n; a rounding base repeats itself within its length.
    behind = limits.js + 2 * limits.max_noise + max(limits.round_base, 1) + 2
    ns = range(1, behind + 1)
    table = {n: _possible(limits, n) for n in ns}
    drawn = {n: _rounded(values[values > 0], limits) for n, values in table.items()}
    furthest = max(int(np.abs(values - n).max(initial=0)) for n, values in drawn.items())
    if limits.table == "maxent":
        zeros = [n for n, values in table.items() if 0 in values]
    else:
        few = np.arange(1, 10_000)
        zeros = few[zero_probability(limits, few) > 0].tolist()
    return furthest, max(zeros, default=0)


def _possible(limits: CountLimits, n: int) -> NDArray[np.int64]:
    """Give the values that a true count n > 0 may be published as before rounding."""
    if limits.table == "maxent":
        return maxent.support(n, limits).astype(np.int64)
    return _values(limits, n)


def joint(
    by_set: NDArray[np.float64], by_text: NDArray[np.float64], share: float
) -> NDArray[np.float64]:
    """Make one uniform number of two independent ones; `share` of its variance is the wording's."""
    mixed = np.sqrt(1 - share) * ndtri(by_set) + np.sqrt(share) * ndtri(by_text)
    return np.asarray(ndtr(mixed))


def zero_probability(limits: CountLimits, n: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the probability that n > 0 units are published as 0, float64; tiny ones are 0."""
    # The exponent is kept where exp does not overflow; the result is below the cut there anyway.
    exponent = np.minimum((n - limits.mid) / limits.slope, 700.0)
    chances = 1.0 / (1.0 + np.exp(exponent))
    return np.where(chances < _NEVER_ZERO, 0.0, chances)


def looked_up(
    limits: CountLimits,
    n: NDArray[np.int64],
    by_set: NDArray[np.float64],
    zero: NDArray[np.float64],
    by_text: NDArray[np.float64] | None,
    share: float,
) -> NDArray[np.int64]:
    """Look up n > 0 in the smooth table: int64, like n. Without `by_text` there is one stage."""
    # From js + D + 1 on the rows are symmetric about n: one row serves them all, shifted.
    last = limits.js + limits.max_noise + 1
    row = np.minimum(n, last)
    first, start = _first_stage(limits, limits.variance * (1 - share))
    middle = start[row] + _walked(first, row, by_set)
    if by_text is not None and share > 0:
        second = _second_stage(limits, limits.variance * share)
        width = last + limits.max_noise + 1
        middle = start[row] + _walked(second, row * width + middle, by_text)
    return np.where(zero < zero_probability(limits, n), 0, middle + n - row)


def _walked(
    cumulative: NDArray[np.float64], row: NDArray[np.int64], uniform: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Give the first place in each row whose cumulative probability exceeds the uniform number."""
    places = np.empty(len(row), dtype=np.int64)
    for low in range(0, len(row), _CHUNK):
        part = slice(low, low + _CHUNK)
        places[part] = (cumulative[row[part]] <= uniform[part, None]).sum(axis=1)
    return places


def _cumulated(width: int, chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up a row's probabilities, ending with infinity, so that rounding never walks past it."""
    filled = np.full(width, np.inf)
    filled[: len(chances) - 1] = np.cumsum(chances)[:-1]
    return filled


def _bell(values: NDArray[np.int64], centre: int, variance: float) -> NDArray[np.float64]:
    exponents = -((values - centre) ** 2) / (2 * variance)
    # Below js every value is far away: with a small variance all the weights would vanish.
    weights = np.exp(exponents - exponents.max())
    return np.asarray(weights / weights.sum())


def _values(limits: CountLimits, n: int) -> NDArray[np.int64]:
    low = max(limits.js + 1, n - limits.max_noise)
    return np.arange(low, n + limits.max_noise + 1)


@cache
def _first_stage(
    limits: CountLimits, variance: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give cumulative rows for n = 0 .. js+D+1 and the first value of each row."""
    last, width = limits.js + limits.max_noise + 1, 2 * limits.max_noise + 1
    rows = np.full((last + 1, width), np.inf)
    start = np.zeros(last + 1, dtype=np.int64)
    for n in range(1, last + 1):
        values = _values(limits, n)
        if len(values):
            start[n] = values[0]
            rows[n] = _cumulated(width, _bell(values, n, variance))
    return rows, start


@cache
def _second_stage(limits: CountLimits, variance: float) -> NDArray[np.float64]:
    """Give cumulative rows for each n and outcome of stage one, at n x (js + 2D + 2) + outcome."""
    last, width = limits.js + limits.max_noise + 1, 2 * limits.max_noise + 1
    outcomes = last + limits.max_noise + 1
    rows = np.full(((last + 1) * outcomes, width), np.inf)
    for n in range(1, last + 1):
        values = _values(limits, n)
        for outcome in values.tolist():
            rows[n * outcomes + outcome] = _cumulated(width, _bell(values, outcome, variance))
    return rows


@cache
def _maxent_rows(limits: CountLimits) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    last, width = limits.js + limits.max_noise + 1, 2 * limits.max_noise + 2
    rows, values = np.full((last + 1, width), np.inf), np.zeros((last + 1, width))
    for n in range(1, last + 1):
        support, chances = maxent.row(n, limits)
        rows[n] = _cumulated(width, chances)
        values[n, : len(support)] = support
    return rows, values


def _looked_up_maxent(
    limits: CountLimits, n: NDArray[np.int64], by_set: NDArray[np.float64]
) -> NDArray[np.int64]:
    last = limits.js + limits.max_noise + 1
    row = np.minimum(n, last)
    rows, values = _maxent_rows(limits)
    return values[row, _walked(rows, row, by_set)].astype(np.int64) + n - row


def _rounded(published: NDArray[np.int64], limits: CountLimits) -> NDArray[np.int64]:
    """Round positive counts to the nearest multiple of the base above js; halves go up."""
    base = limits.round_base
    if not base:
        return published
    nearest = (2 * published + base) // (2 * base) * base
    smallest = (limits.js // base + 1) * base
    return np.where(published > 0, np.maximum(nearest, smallest), 0)
