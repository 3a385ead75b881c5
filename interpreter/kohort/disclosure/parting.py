"""Where the function `quantile` parts values: cuts found beside their exact places.

Which group a row belongs to is never printed itself, but hundreds of rows may share a value: at an
exact quantile one person would send all of them to this group or to that, and their count would
tell where the person stands. So a cut is found as a percentile is (4.7): the mean of a window whose
rank is moved, with noise, each of two halves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.content import content_fingerprints
from kohort.disclosure.contributors import gathered
from kohort.disclosure.jitter import blended, cut_normal
from kohort.disclosure.keys import Master, packed, sealed
from kohort.disclosure.profile import Profile
from kohort.disclosure.quantiles import rank_moves

Floats = NDArray[np.float64]


def cuts(
    secret: Master,
    profile: Profile,
    x: Floats,
    keys: NDArray[np.uint64],
    units: NDArray[np.int64] | None,
    count: int,
    words: str,
) -> Floats | None:
    """Give the count - 1 values that part x into groups, ascending; None if they may be exact.

    `x`: float64 (N), at least one; `keys`: uint64 (N), record keys; `units`: int64 (N), or None
    where nobody has two rows; `words`: the canonical wording of what is parted.
    """
    limits, share = profile.quantiles, profile.magnitudes.wording_share
    if limits.noise == 0:
        return None
    group = gathered(None, 1, x, keys, units)
    content = content_fingerprints(group, profile.magnitudes.content_bits)
    about = (int(group.sums[0]), int(group.n[0]), int(content[0]))
    each = range(1, count)

    def normal(label: str) -> Floats:
        keyed = sealed(secret)
        by_set = keyed.prf(f"{label}/v1").uniforms(packed(*about, count, i) for i in each)
        if share == 0:
            return cut_normal(by_set)
        said = (words.encode() + packed(count, i) for i in each)
        by_text = keyed.prf(f"{label}text/v1").uniforms(said)
        return blended(cut_normal(by_set), cut_normal(by_text), share)

    n, most, ordered = len(x), int(group.most[0]), group.ordered
    # Counted from 0; the window is within the values, wherever the rank goes.
    reach = min(limits.window_min * most, (n - 1) // 2)
    exact = np.arange(1, count) / count * (n - 1)
    moved = np.rint(exact + rank_moves(limits) * most * normal("partrank"))
    places = np.clip(moved, reach, n - 1 - reach).astype(np.int64)
    window = ordered[places[:, None] + np.arange(-reach, reach + 1)]
    low, high = window[:, 0], window[:, -1]
    # Taken from the lowest, so that a window of one value gives that very value.
    mean = low + (window - low[:, None]).mean(axis=1)
    # Within the window, so that no group is empty for the noise's sake.
    found = np.clip(mean + limits.noise * (high - low) * normal("part"), low, high)
    return np.maximum.accumulate(found)
