"""Which random samples there are: round shares, and the fewer of each the larger it is.

Somebody's secret shows in each sample that holds that person, with noise of its own: an average
over many samples wears the noise off. So the samples that a person can be in, times the share of
people in them, are bounded (disclosure reference, 2.5, and `tests/attacks/test_averaging.py`).
"""

from __future__ import annotations

import math
from typing import Final

_ROUND: Final = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_LARGE: Final = (0.75, 0.9)
_FEWEST: Final = 2
_HALVING: Final = 20
"""All the buckets that a profile has are there for shares up to one in so many."""


def rounded(share: float) -> float:
    """Give the nearest round share, by ratio: 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6 or
    0.8, these with zeros after the point, 0.75 or 0.9.
    """
    power = 10.0 ** math.floor(math.log10(share))
    steps = (*(float(f"{step * power:.6g}") for step in _ROUND), *_LARGE)
    return min((s for s in steps if s < 1), key=lambda s: (abs(math.log(s / share)), s))


def buckets(share: float, most: int) -> int:
    """Give how many samples of a share there are; `most` of small ones."""
    return max(min(_FEWEST, most), min(most, int(most / _HALVING / share)))
