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
from kohort.disclosure.contributors import Contributors, gathered, summed
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
    noise = _noise(secret, limits, group, wordings)
    weights = cell_weights(group, noise.by_set, noise.by_text, limits.kwj_eta, noise.share)
    x = group.x if winsor == UNLIMITED else np.clip(group.x, winsor.low, winsor.high)
    # The one exception to deciding on published numbers: the floor on the true number of units.
    shown = shown_cells(limits, published_n) & (group.n >= limits.hard_floor)
    there = published_n > 0
    found: dict[str, Published] = {}
    with np.errstate(all="ignore"):
        weight = summed(weights, group.starts)
        products = weights * x
        centre = summed(products, group.starts) / weight
        mean = centre + _floor(limits, noise, group, winsor)
        if business:
            mean = mean + extra_noise(limits, group, winsor, noise.normals("dominance/v1"))
        mean = significant(mean, limits.digits)
        if "mean" in statistics:
            found["mean"] = judged(mean, shown, there)
        if "sum" in statistics:
            found["sum"] = judged(_sum(limits, group, x, mean, published_n), shown, there)
        if "sd" in statistics:
            np.subtract(x, centre[group.cell], out=products)
            np.multiply(products, products, out=products)
            np.multiply(products, weights, out=products)
            spread = summed(products, group.starts) / weight * group.rows / (group.rows - 1)
            spread = spread + _variance_floor(limits, noise, group, winsor)
            # A root of 0 or less has no value; without noise 0 is the honest answer.
            known = (spread > 0) | ((spread == 0) & (limits.floor_c == 0))
            sd = np.where(known, np.sqrt(np.where(known, spread, 0)), np.nan)
            found["sd"] = judged(significant(sd, limits.digits), shown, there)
        if "gini" in statistics:
            gini = significant(_gini(group, x, weights), limits.digits)
            found["gini"] = judged(gini, shown, there)
    return Moments(**found)


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


def _floor(
    limits: MagnitudeLimits, noise: _Noise, group: Contributors, winsor: WinsorLimits
) -> NDArray[np.float64]:
    if limits.floor_c == 0:
        return np.zeros(group.k)
    return limits.floor_c * winsor.width / group.n * noise.normals("floor/v1")


def _variance_floor(
    limits: MagnitudeLimits, noise: _Noise, group: Contributors, winsor: WinsorLimits
) -> NDArray[np.float64]:
    if limits.floor_c == 0:
        return np.zeros(group.k)
    return limits.floor_c * winsor.width**2 / (4 * group.n) * noise.normals("floorvar/v1")


def _sum(
    limits: MagnitudeLimits,
    group: Contributors,
    x: NDArray[np.float64],
    mean: NDArray[np.float64],
    published_n: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Give the sums: the printed mean times the printed number, never a third number of its own."""
    sums = summed(x, group.starts) if limits.sum == "exact" else mean * published_n
    return significant(sums, limits.digits)


def _gini(
    group: Contributors, x: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give each cell's weighted Gini coefficient; 0 where all the values add up to 0.

    With weights 1 this is 2 sum(i x_i) / (n sum(x)) - (n + 1) / n, x ascending from i = 1.
    """
    result = np.full(group.k, np.nan)
    bounds = group.starts.tolist()
    for place, (low, high) in enumerate(pairwise(bounds)):
        if low == high:
            continue
        order = np.argsort(x[low:high], kind="stable")
        w, values = weights[low:high][order], x[low:high][order]
        total, products = w.sum(), w * values
        ranks = np.cumsum(w) - w / 2
        whole = products.sum()
        result[place] = 0.0 if whole == 0 else 2 * (products * ranks).sum() / (total * whole) - 1
    return result
