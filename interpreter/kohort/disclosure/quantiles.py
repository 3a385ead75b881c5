"""Published percentiles of all cells: means of windows around a moved rank, with keyed noise.

Source: the disclosure reference, 4.7, and 6.5: where exactly a window lies is a decision on true
data. Were it at the rank itself, eleven known equal values would fill it to the last place, and
print exactly, unless one person is on the other side. So the rank moves by a keyed normal number
too, whose spread in ranks is that of the noise: `noise` times twice the least reach.

Ranks are whole-number arithmetic; one sort per variable serves all cells and percentiles. Without
protection: linear interpolation at (n - 1) p.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.content import content_fingerprints
from kohort.disclosure.contributors import Contributors, interpolated, neighbours
from kohort.disclosure.jitter import blended, cut_normal, farthest
from kohort.disclosure.keys import Master, packed, sealed
from kohort.disclosure.limits import MagnitudeLimits, QuantileLimits
from kohort.disclosure.magnitudes import shown_cells
from kohort.disclosure.published import Published, judged, significant


@dataclass(frozen=True)
class Quantiles:
    """`percents`: what was asked for; `figures`: values and states, shape (k, percents)."""

    percents: tuple[int, ...]
    figures: Published

    def column(self, percent: int) -> Published:
        """Give one percentile of all cells, shape (k)."""
        place = self.percents.index(percent)
        return Published(self.figures.values[:, place], self.figures.state[:, place])


def unprotected(limits: QuantileLimits) -> bool:
    """Tell whether percentiles are published as they are (made-up data only)."""
    return not (limits.window_min or limits.window_frac or limits.noise)


def rank(n: NDArray[np.int64], percent: int) -> NDArray[np.int64]:
    """Give ceil(p n), the rank of the percentile among n values counted from 1: int64."""
    return -(-percent * n // 100)


def half_width(limits: QuantileLimits, n: NDArray[np.int64], percent: int) -> NDArray[np.int64]:
    """Give how many ranks the window reaches to each side: int64."""
    # Rounded first, so that a share of n that is whole in decimals stays whole.
    wanted = np.ceil(np.round(limits.window_frac * n, 6)).astype(np.int64)
    most = -(-min(percent, 100 - percent) * n // 1000)
    return np.maximum(limits.window_min, np.minimum(wanted, most))


def shown_quantiles(
    limits: QuantileLimits,
    magnitudes: MagnitudeLimits,
    published_n: NDArray[np.int64],
    percent: int,
) -> NDArray[np.bool_]:
    """Tell for each cell whether its published number of units suffices: bool (k)."""
    if percent not in limits.allowed and not (percent in {0, 100} and limits.extremes == "minmax"):
        return np.zeros(len(published_n), dtype=np.bool_)
    enough = shown_cells(magnitudes, published_n)
    if unprotected(limits):
        return enough
    place, reach = rank(published_n, percent), half_width(limits, published_n, percent)
    below = place - reach > limits.each_side
    above = published_n - (place + reach) >= limits.each_side
    return enough & below & above


def extreme_percents(limits: QuantileLimits, published_n: int) -> tuple[int, int] | None:
    """Give the percentiles that stand for the smallest and largest value, or None for neither."""
    if limits.extremes == "none":
        return None
    if limits.extremes == "minmax":
        return 0, 100
    if limits.extremes == "p1p99" and published_n >= limits.p1p99_min_n:
        return 1, 99
    return 5, 95


def published_quantiles(
    secret: Master,
    limits: QuantileLimits,
    magnitudes: MagnitudeLimits,
    group: Contributors,
    wordings: Sequence[str] | None,
    published_n: NDArray[np.int64],
    percents: Sequence[int],
    arranged: NDArray[np.float64] | None = None,
) -> Quantiles:
    """Give percentiles of each cell.

    `group`: the contributors, unclipped; `wordings`: k canonical wordings of set and variable;
    `published_n`: int64 (k), published counts of the contributing units; `percents`: whole numbers;
    `arranged`: the values with the `ranks_needed` where sorting would put them. A percentile that
    the profile does not allow is hidden.
    """
    asked = tuple(percents)
    chain = _chain(limits, asked)
    ordered = group.ordered if arranged is None else arranged
    there = published_n > 0
    shown = np.column_stack([
        shown_quantiles(limits, magnitudes, published_n, percent) for percent in chain
    ])
    # The floor on the true number of units, as for magnitudes.
    shown &= (group.n >= magnitudes.hard_floor)[:, None]
    with np.errstate(all="ignore"):
        if unprotected(limits):
            parts = [interpolated(group, percent / 100, ordered) for percent in chain]
            raw = np.column_stack(parts)
        else:
            raw = _moved(secret, limits, magnitudes, group, wordings, chain, shown, ordered)
        values = significant(raw, limits.sig)
    if not unprotected(limits):
        values = np.fmax.accumulate(np.where(shown, values, np.nan), axis=1)
    result = judged(values, shown, there[:, None])
    places = [chain.index(percent) for percent in asked]
    return Quantiles(asked, Published(result.values[:, places], result.state[:, places]))


def published_iqr(limits: QuantileLimits, quantiles: Quantiles) -> Published:
    """Give the interquartile range of each cell from its published quartiles alone."""
    low, high = quantiles.column(25), quantiles.column(75)
    values = significant(high.values - low.values, limits.sig)
    return Published(values, np.maximum(low.state, high.state))


def _moved(
    secret: Master,
    limits: QuantileLimits,
    magnitudes: MagnitudeLimits,
    group: Contributors,
    wordings: Sequence[str] | None,
    chain: Sequence[int],
    shown: NDArray[np.bool_],
    ordered: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give window mean plus noise for the cells that are shown, NaN elsewhere: (k, chain)."""
    values = np.full(shown.shape, np.nan)
    content = content_fingerprints(group, magnitudes.content_bits) if limits.noise else None
    words = wordings if magnitudes.wording_share > 0 else None
    for place, percent in enumerate(chain):
        cells = np.flatnonzero(shown[:, place])
        if not len(cells):
            continue
        texts = None if words is None else [words[cell] for cell in cells.tolist()]

        def normal(
            label: str,
            cells: NDArray[np.int64] = cells,
            texts: Sequence[str] | None = texts,
            percent: int = percent,
        ) -> NDArray[np.float64]:
            if content is None:
                return np.zeros(len(cells))
            return _normals(
                secret, label, magnitudes.wording_share, group, content, cells, texts, percent
            )

        moved = np.rint(rank_moves(limits) * group.most[cells] * normal("quantrank"))
        mean, spread = _windows(limits, group, cells, percent, ordered, moved.astype(np.int64))
        values[cells, place] = mean + limits.noise * spread * normal("quant")
    return values


def _chain(limits: QuantileLimits, asked: Sequence[int]) -> tuple[int, ...]:
    """Give the percentiles that are worked out for those asked for.

    All that is allowed below them, so that what stands beside a percentile does not change it: none
    may be less than the one before.
    """
    if unprotected(limits):
        return tuple(asked)
    return tuple(p for p in sorted({*limits.allowed, *asked}) if p <= max(asked, default=0))


def ranks_needed(
    limits: QuantileLimits, group: Contributors, percents: Sequence[int]
) -> NDArray[np.int64]:
    """Give the ranks of each cell, from 0, that its percentiles are worked out from: (k, ranks)."""
    ranks: list[NDArray[np.int64]] = []
    for percent in _chain(limits, percents):
        if unprotected(limits):
            ranks += neighbours(group.rows, percent / 100)[:2]
        else:
            place, reach, room = _window(limits, group.rows, group.most, percent)
            ranks += [place - 1 - reach - room, place - 1 + reach + room]
    return np.column_stack(ranks) if ranks else np.empty((group.k, 0), dtype=np.int64)


def rank_moves(limits: QuantileLimits) -> float:
    """Give the standard deviation of how far a rank moves."""
    return limits.noise * 2 * limits.window_min


def farthest_rank(limits: QuantileLimits) -> int:
    """Give how many ranks a percentile's place can move, for each row that one unit can have."""
    return math.ceil(farthest(0.5) * rank_moves(limits))


def _window(
    limits: QuantileLimits, n: NDArray[np.int64], most: NDArray[np.int64], percent: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Give the rank among n values, from 1, how far the window reaches, and it can move: int64.

    `most`: how many of the values can be one unit's, which moves the rank by as many.
    """
    place = np.clip(rank(n, percent), 1, n)
    # What is shown was decided on published numbers; a true cell can be a little smaller.
    reach = np.minimum(half_width(limits, n, percent), np.minimum(place - 1, n - place))
    farther = farthest_rank(limits) * most
    return place, reach, np.minimum(farther, np.minimum(place - 1, n - place) - reach)


def _windows(
    limits: QuantileLimits,
    group: Contributors,
    cells: NDArray[np.int64],
    percent: int,
    ordered: NDArray[np.float64],
    moved: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give mean and range of the window around the moved rank in each of the cells: float64 each.

    `ordered`: values with all of each window's possible places where sorting would put them as a
    whole; `moved`: int64, how far each cell's rank is to move.
    """
    n = group.rows[cells]
    place, reach, room = _window(limits, n, group.most[cells], percent)
    first = group.starts[cells] + place - 1 - reach - room
    skipped = room + np.clip(moved, -room, room)
    mean, spread = np.empty(len(cells)), np.empty(len(cells))
    for width, around in np.unique(np.column_stack([reach, room]), axis=0).tolist():
        chosen = np.flatnonzero((reach == width) & (room == around))
        whole = ordered[first[chosen, None] + np.arange(2 * (width + around) + 1)]
        # So that the sum does not depend on what else was asked for.
        whole.sort(axis=1)
        window = np.take_along_axis(whole, skipped[chosen, None] + np.arange(2 * width + 1), axis=1)
        lowest = window[:, :1].copy()
        spread[chosen] = window[:, -1] - lowest[:, 0]
        # Taken from the lowest, so that a window of one value gives that very value.
        window -= lowest
        mean[chosen] = lowest[:, 0] + window.sum(axis=1) / (2 * width + 1)
    return mean, spread


def _normals(
    secret: Master,
    label: str,
    share: float,
    group: Contributors,
    content: NDArray[np.uint64],
    cells: NDArray[np.int64],
    texts: Sequence[str] | None,
    percent: int,
) -> NDArray[np.float64]:
    """Give the normal number of each cell for one percentile under a label, of two halves."""
    keyed = sealed(secret)
    parts = zip(
        group.sums[cells].tolist(), group.n[cells].tolist(), content[cells].tolist(), strict=True
    )
    by_set = cut_normal(keyed.prf(f"{label}/v1").uniforms(packed(*part, percent) for part in parts))
    if texts is None:
        return by_set
    # The percentile in eight bytes after the wording: no other pair gives the same message.
    messages = (text.encode() + packed(percent) for text in texts)
    return blended(by_set, cut_normal(keyed.prf(f"{label}text/v1").uniforms(messages)), share)
