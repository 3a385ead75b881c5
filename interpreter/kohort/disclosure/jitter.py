"""Keyed noise of magnitudes: unit weights and normal numbers, each of two independent halves.

Source: the disclosure reference, 4.5, 4.6 and 4.10. One half is keyed by the contributors and their
content, the other by the canonical wording.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from kohort.disclosure.content import mix
from kohort.disclosure.contributors import Contributors
from kohort.disclosure.keys import Master, packed, sealed
from kohort.stretches import BLOCK, on_stretches

_LOW, _HIGH = 0.2, 0.4  # |d| of a half is uniform between them
_ROOT_MEAN_SQUARE = 0.306  # of d; weights are scaled to the wanted strength by it
_CAP = 4.0
_ONE = np.uint64(0x3FF0000000000000)  # the bits of 1.0


class _Halves:
    """Buffers of one block for drawing d from keys."""

    def __init__(self) -> None:
        self._bits = np.empty(BLOCK, dtype=np.uint64)
        self._spare = np.empty(BLOCK, dtype=np.uint64)

    def drawn(self, keys: NDArray[np.uint64], key: NDArray[np.uint64]) -> NDArray[np.float64]:
        """Give d in +-[0.2, 0.4] for each row: float64, a buffer that the next call overwrites."""
        bits, spare = self._bits[: len(keys)], self._spare[: len(keys)]
        np.bitwise_xor(keys, key, out=bits)
        mix(bits, spare)
        # The upper 52 bits as the fraction of a number in [1, 2): exact and without a conversion.
        np.right_shift(bits, np.uint64(12), out=spare)
        np.bitwise_or(spare, _ONE, out=spare)
        size = spare.view(np.float64)
        size -= 1.0
        size *= _HIGH - _LOW
        size += _LOW
        # The lowest bit is the sign: 1 is positive.
        np.invert(bits, out=bits)
        np.left_shift(bits, np.uint64(63), out=bits)
        np.bitwise_xor(spare, bits, out=spare)
        return size


def half(rk: NDArray[np.uint64], key: int) -> NDArray[np.float64]:
    """Give one half's d, +-0.2 to 0.4, of each row of one question: float64 (N)."""
    drawn, buffers, keys = np.empty(len(rk)), _Halves(), np.array(key, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for low in range(0, len(rk), BLOCK):
            part = slice(low, min(low + BLOCK, len(rk)))
            drawn[part] = buffers.drawn(rk[part], keys)
    return drawn


def cell_weights(
    group: Contributors,
    by_set: NDArray[np.uint64],
    by_text: NDArray[np.uint64] | None,
    eta: float,
    share: float,
) -> NDArray[np.float64]:
    """Give each row's weight 1 + d: float64 (N), in the order of `group`.

    `by_set`, `by_text`: uint64 (k), the keys of the cells; without the latter there is one half.
    """
    return _weights(group.keys, group.cell, by_set, by_text, eta, share)


def jitter_weights(
    rk: NDArray[np.uint64], by_set: int, by_text: int | None, eta: float, share: float
) -> NDArray[np.float64]:
    """Give each row's weight 1 + d for one question: float64 (N). Rows of a unit share theirs."""
    text = None if by_text is None else np.array([by_text], dtype=np.uint64)
    return _weights(rk, None, np.array([by_set], dtype=np.uint64), text, eta, share)


def _weights(
    rk: NDArray[np.uint64],
    cell: NDArray[np.int32] | None,
    by_set: NDArray[np.uint64],
    by_text: NDArray[np.uint64] | None,
    eta: float,
    share: float,
) -> NDArray[np.float64]:
    if eta == 0:
        return np.ones(len(rk))
    weights = np.empty(len(rk))
    scale = eta / _ROOT_MEAN_SQUARE

    def weigh(first: int, behind: int) -> None:
        halves, sums = _Halves(), np.empty(BLOCK)
        with np.errstate(over="ignore"):
            for low in range(first, behind, BLOCK):
                part = slice(low, min(low + BLOCK, behind))
                place = 0 if cell is None else cell[part]
                d = halves.drawn(rk[part], np.asarray(by_set[place]))
                if by_text is not None:
                    first_half = np.multiply(math.sqrt(1 - share), d, out=sums[: len(d)])
                    d = halves.drawn(rk[part], np.asarray(by_text[place]))
                    d *= math.sqrt(share)
                    d += first_half
                d *= scale
                np.add(d, 1.0, out=weights[part])

    on_stretches(weigh, len(rk))
    return weights


def cut_normal(uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give standard normal numbers cut at 4 on both sides, from uniform ones; float64."""
    edge = ndtr(-_CAP)
    return np.asarray(ndtri(edge + uniform * (1 - 2 * edge)))


def farthest(share: float) -> float:
    """Give how far from 0 a `cut_normal` number can be, `blended` where the wording has a share."""
    return _CAP * (math.sqrt(1 - share) + math.sqrt(share))


def blended(
    by_set: NDArray[np.float64], by_text: NDArray[np.float64] | None, share: float
) -> NDArray[np.float64]:
    """Add two independent halves so that `share` of the variance is the wording's."""
    if by_text is None:
        return by_set
    return np.asarray(math.sqrt(1 - share) * by_set + math.sqrt(share) * by_text)


def normals(
    secret: Master,
    label: str,
    by_set: NDArray[np.uint64],
    by_text: NDArray[np.uint64] | None,
    share: float,
) -> NDArray[np.float64]:
    """Give one normal number per cell under `label`, of two halves: float64 (k)."""
    prf = sealed(secret).prf(label)

    def half(keys: NDArray[np.uint64]) -> NDArray[np.float64]:
        return cut_normal(prf.uniforms(packed(key) for key in keys.tolist()))

    return blended(half(by_set), None if by_text is None else half(by_text), share)
