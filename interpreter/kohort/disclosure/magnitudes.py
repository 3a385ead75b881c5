"""Published means, standard deviations, sums and Gini coefficients of all cells at once.

Source: the disclosure reference, 4.4 to 4.6. Values are clipped at the winsor limits of the active
dataset, weighted by keyed jitter, moved by the influence floor and rounded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.content import (
    content_fingerprints,
    content_keys,
    fingerprint,
    fingerprints,
    wording_keys,
)
from kohort.disclosure.contributors import Contributors, counting_places, gathered, summed
from kohort.disclosure.dominance import extra_noise
from kohort.disclosure.jitter import cell_weights, half, jitter_weights, normals
from kohort.disclosure.keys import Master
from kohort.disclosure.limits import MagnitudeLimits
from kohort.disclosure.published import Published, judged, significant
from kohort.disclosure.winsor import (
    UNLIMITED,
    WinsorLimits,
    dataset_limits,
    laplace_rank,
    winsor_limits,
)
from kohort.stretches import balanced, together

__all__ = [
    "UNLIMITED",
    "Moments",
    "WinsorLimits",
    "dataset_limits",
    "fingerprint",
    "fingerprints",
    "gathered",
    "half",
    "jitter_weights",
    "laplace_rank",
    "published_moments",
    "shown_cells",
    "winsor_limits",
]

STATISTICS = ("mean", "sd", "sum")
_NEGLIGIBLE = 1e-13  # of the mean: standard deviations down there are rounding errors


@dataclass(frozen=True)
class Moments:
    """The statistics that were asked for; the others are None."""

    mean: Published | None = None
    sd: Published | None = None
    sum: Published | None = None
    gini: Published | None = None


@dataclass(frozen=True, repr=False)
class _Noise:
    """The keys of all cells: uint64 (k), by set and content, and by wording or None."""

    secret: Master
    by_set: NDArray[np.uint64]
    by_text: NDArray[np.uint64] | None
    share: float

    def normals(self, label: str) -> NDArray[np.float64]:
        return normals(self.secret, label, self.by_set, self.by_text, self.share)


def shown_cells(limits: MagnitudeLimits, published_n: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell for each cell whether its published number of units suffices: bool (k)."""
    return (published_n >= limits.desc_min) & (published_n > 0)


def published_moments(
    secret: Master,
    limits: MagnitudeLimits,
    group: Contributors,
    winsor: WinsorLimits,
    wordings: Sequence[str] | None,
    published_n: NDArray[np.int64],
    statistics: Collection[str] = STATISTICS,
    business: bool = False,
) -> Moments:
    """Give the published statistics of each cell.

    `group`: the contributors, from `gathered`; `winsor`: the limits of the active dataset;
    `wordings`: k canonical wordings of set and variable; `published_n`: int64 (k), published counts
    of the contributing units; `statistics`: some of mean, sd, sum, gini; `business`: dominant
    contributors get extra noise.
    """
    # The one exception to deciding on published numbers: the floor on the true number of units.
    shown = shown_cells(limits, published_n) & (group.n >= limits.hard_floor)
    with np.errstate(all="ignore"):
        question = _question(limits, group, winsor, _noise(secret, limits, group, wordings))
        mean = significant(_mean(question, business), limits.digits)
        found = {"mean": mean}
        if "sum" in statistics:
            found["sum"] = _sum(question, mean, published_n)
        if "sd" in statistics:
            found["sd"] = _deviation(question)
        if "gini" in statistics:
            found["gini"] = _gini(question)
    return Moments(**{
        name: judged(significant(values, limits.digits), shown, published_n > 0)
        for name, values in found.items()
        if name in statistics
    })


@dataclass(frozen=True, repr=False)
class _Question:
    """Clipped values and weights of all rows, and each cell's total weight and weighted mean.

    `spare`: room for one number per row; making arrays of many rows costs as much as filling them.
    """

    limits: MagnitudeLimits
    group: Contributors
    winsor: WinsorLimits
    noise: _Noise
    x: NDArray[np.float64]
    weights: NDArray[np.float64]
    weight: NDArray[np.float64]
    centre: NDArray[np.float64]
    spare: NDArray[np.float64]


def _question(
    limits: MagnitudeLimits, group: Contributors, winsor: WinsorLimits, noise: _Noise
) -> _Question:
    weights = cell_weights(group, noise.by_set, noise.by_text, limits.kwj_eta, noise.share)
    x = group.x if winsor == UNLIMITED else np.clip(group.x, winsor.low, winsor.high)
    weight = summed(weights, group.starts)
    spare = np.multiply(weights, x)
    centre = summed(spare, group.starts) / weight
    return _Question(limits, group, winsor, noise, x, weights, weight, centre, spare)


def _noise(
    secret: Master, limits: MagnitudeLimits, group: Contributors, wordings: Sequence[str] | None
) -> _Noise:
    silent = limits.kwj_eta == 0 and limits.floor_c == 0 and limits.dominance_action == "none"
    if silent:
        return _Noise(secret, np.zeros(group.k, dtype=np.uint64), None, 0.0)
    content = content_fingerprints(group, limits.content_bits)
    by_set = content_keys(secret, "mag/v1", group.sums, group.n, content)
    share = limits.wording_share
    return _Noise(
        secret, by_set, wording_keys(secret, "magtext/v1", wordings if share else None), share
    )


def _mean(question: _Question, business: bool) -> NDArray[np.float64]:
    """Give weighted mean plus influence floor, and extra noise where few firms dominate."""
    limits, group, winsor, noise = question.limits, question.group, question.winsor, question.noise
    mean = question.centre
    if limits.floor_c:
        floor = limits.floor_c * winsor.width * group.largest_share
        mean = mean + floor * noise.normals("floor/v1")
    if business:
        mean = mean + extra_noise(limits, group, winsor, noise.normals("dominance/v1"))
    return mean


def _deviation(question: _Question) -> NDArray[np.float64]:
    """Give the root of weighted n - 1 variance plus floor; NaN where that is 0 or less."""
    limits, group, winsor = question.limits, question.group, question.winsor
    squares = question.spare
    # Cells are in range by their making; "clip" only spares a copy.
    question.centre.take(group.cell, out=squares, mode="clip")
    np.subtract(question.x, squares, out=squares)
    np.multiply(squares, squares, out=squares)
    np.multiply(squares, question.weights, out=squares)
    variance = summed(squares, group.starts) / question.weight * group.rows / (group.rows - 1)
    if limits.floor_c == 0:
        # Without noise 0 is the honest answer.
        return np.sqrt(variance)
    # As much as one unit can add: where nobody else varies, all of it is one's own.
    far = winsor.farthest(question.centre)
    floor = limits.floor_c * far * far * group.largest_share
    variance = variance + floor * question.noise.normals("floorvar/v1")
    # What rounding leaves of a constant is no variance either.
    least = (_NEGLIGIBLE * question.centre) ** 2
    return np.sqrt(np.where(variance > least, variance, np.nan))


def _sum(
    question: _Question, mean: NDArray[np.float64], published_n: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Give the sums: the printed mean times the printed number, never a third number of its own.

    Where units have several rows the mean is one of rows, and the number is multiplied by the
    weighted mean of rows per unit.
    """
    group = question.group
    if question.limits.sum == "exact":
        return summed(question.x, group.starts)
    if group.units is None:
        return mean * published_n
    of_units = summed(np.where(group.firsts, question.weights, 0.0), group.starts)
    rows = significant(question.weight / of_units, question.limits.digits)
    return mean * published_n * rows


def _gini(question: _Question) -> NDArray[np.float64]:
    """Give the Gini coefficient plus floor: what one unit far from the mean can add, at most 1."""
    limits, group, winsor = question.limits, question.group, question.winsor
    found = gini(group, question.x, question.weights)
    if limits.floor_c == 0:
        return found
    far = winsor.farthest(question.centre) / abs(question.centre)
    most = np.minimum(far * group.largest_share, 1.0)
    found = found + limits.floor_c * most * question.noise.normals("floorgini/v1")
    # Only where some are below 0 can it be more than 1; a 0 has no sign.
    return np.clip(found, 0.0, 1.0 if winsor.low >= 0 else None) + 0.0


def gini(
    group: Contributors, x: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give each cell's weighted Gini coefficient; 0 where all the values add up to 0.

    With weights 1 this is 2 sum(i x_i) / (n sum(x)) - (n + 1) / n, x ascending from i = 1.
    """
    result = np.full(group.k, np.nan)
    starts = group.starts.tolist()

    def work(first: int, behind: int) -> None:
        with np.errstate(all="ignore"):
            for place, (low, high) in enumerate(pairwise(starts[first : behind + 1]), first):
                if low < high:
                    result[place] = _gini_of(x[low:high], weights[low:high])

    together(work, balanced(starts))
    return result


def _gini_of(x: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    places = counting_places(x)
    if places is None:
        order = np.argsort(x, kind="stable")
        values, w = x[order], weights[order]
    else:
        # The weights of equal values may be added up first: their ranks average to the middle.
        w = np.bincount(places, weights=weights).astype(np.float64, copy=False)
        values = np.arange(len(w)) + x.min()
    total, products = w.sum(), w * values
    ranks = np.cumsum(w) - w / 2
    whole = products.sum()
    return 0.0 if whole == 0 else float(2 * (products * ranks).sum() / (total * whole) - 1)
