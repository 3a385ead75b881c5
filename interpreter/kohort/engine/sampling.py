"""Keyed random samples: which units stay depends on their record keys and the bucket alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_U64 = np.uint64


def drawn(keys: NDArray[np.uint64], bucket_key: int, fraction: float) -> NDArray[np.bool_]:
    """Tell which units a sample of a share keeps.

    A unit stays iff a hash of its record key and the bucket's key, as a number in [0, 1), is below
    the share; so samples of one bucket are nested. The mixer is the finaliser of splitmix64
    (Steele, Lea and Flood 2014), applied to the sum of both keys.
    """
    with np.errstate(over="ignore"):
        z = keys + _U64(bucket_key)
        z = (z ^ (z >> _U64(30))) * _U64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> _U64(27))) * _U64(0x94D049BB133111EB)
        z ^= z >> _U64(31)
    shares = (z >> _U64(11)).astype(np.float64) * 2.0**-53
    return shares < fraction
