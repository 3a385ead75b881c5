"""Content keys: what a statistic's contributors and their values hash to (reference 4.4)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.contributors import Contributors, gathered, interpolated, summed
from kohort.disclosure.keys import Master, packed, sealed
from kohort.disclosure.stretches import BLOCK, on_stretches

_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_OFFSET = np.uint64(0x9E3779B97F4A7C15)
_FARTHEST = 2.0**62
LANDMARKS = (0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0)


def mix(z: NDArray[np.uint64], spare: NDArray[np.uint64]) -> None:
    """Apply the finaliser of splitmix64 in place, overwriting `spare`; both uint64, one shape."""
    np.right_shift(z, np.uint64(30), out=spare)
    np.bitwise_xor(z, spare, out=z)
    np.multiply(z, _FIRST, out=z)
    np.right_shift(z, np.uint64(27), out=spare)
    np.bitwise_xor(z, spare, out=z)
    np.multiply(z, _SECOND, out=z)
    np.right_shift(z, np.uint64(31), out=spare)
    np.bitwise_xor(z, spare, out=z)


def scales(
    group: Contributors, ordered: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give each cell's median and spread: the interquartile range, else P99 - P1, else the range.

    Both float64 (k). The spread is infinite where all values are alike, so that they hash alike.
    `ordered`: as for `interpolated`, for all of `LANDMARKS`.
    """
    least, low, first, median, third, high, most = (
        interpolated(group, p, ordered) for p in LANDMARKS
    )
    with np.errstate(over="ignore", invalid="ignore"):
        spread = np.where(third - first > 0, third - first, high - low)
        spread = np.where(spread > 0, spread, most - least)
    return median, np.where(spread > 0, spread, np.inf)


def content_fingerprints(
    group: Contributors, bits: int = 20, ordered: NDArray[np.float64] | None = None
) -> NDArray[np.uint64]:
    """Give each cell's C: uint64 (k). `ordered`: as for `scales`.

    Unchanged by x -> a + b x with b > 0 and by the order of rows; changed by any value that moves
    by more than 2^-bits interquartile ranges.
    """
    if bits in group.contents:
        return group.contents[bits]
    median, spread = scales(group, ordered)
    hashes = np.empty(len(group.x), dtype=np.uint64)
    cells = group.cell

    def hash_rows(first: int, behind: int) -> None:
        spare = np.empty(BLOCK, dtype=np.uint64)
        with np.errstate(over="ignore", invalid="ignore"):
            for low in range(first, behind, BLOCK):
                part = slice(low, min(low + BLOCK, behind))
                cell, z = cells[part], hashes[part]
                position = group.x[part] - median[cell]
                position /= spread[cell]
                position *= float(1 << bits)
                np.rint(position, out=position)
                np.clip(position, -_FARTHEST, _FARTHEST, out=position)
                z[:] = position.astype(np.int64).view(np.uint64)
                z += _OFFSET
                mix(z, spare[: len(z)])
                z ^= group.keys[part]
                mix(z, spare[: len(z)])

    on_stretches(hash_rows, len(hashes))
    group.contents[bits] = summed(hashes, group.starts)
    return group.contents[bits]


def fingerprints(
    cell: NDArray[np.int32] | NDArray[np.int64] | None,
    k: int,
    x: NDArray[np.float64],
    rk: NDArray[np.uint64],
    bits: int = 20,
) -> NDArray[np.uint64]:
    """Give the content fingerprint of each of k cells, uint64 (k); arguments as for `gathered`."""
    return content_fingerprints(gathered(cell, k, x, rk), bits)


def fingerprint(rk: NDArray[np.uint64], x: NDArray[np.float64], bits: int = 20) -> int:
    """Give the content fingerprint of one set of rows, 64 bits."""
    return int(fingerprints(None, 1, x, rk, bits)[0])


def content_keys(
    secret: Master,
    label: str,
    sums: NDArray[np.uint64],
    n: NDArray[np.int64],
    *contents: NDArray[np.uint64],
) -> NDArray[np.uint64]:
    """Give HMAC(subkey(label), S, n, C ...) of each cell, the C ascending: uint64 (k)."""
    ordered = np.sort(np.vstack(contents), axis=0).T.tolist()
    prf = sealed(secret).prf(label)
    return prf.hashes(
        packed(s, m, *row) for s, m, row in zip(sums.tolist(), n.tolist(), ordered, strict=True)
    )


def wording_keys(
    secret: Master, label: str, wordings: Sequence[str] | None
) -> NDArray[np.uint64] | None:
    """Give the key of each canonical wording: uint64 (k), or None without wordings."""
    if wordings is None:
        return None
    return sealed(secret).prf(label).hashes(wording.encode() for wording in wordings)
