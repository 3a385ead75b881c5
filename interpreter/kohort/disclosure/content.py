"""Content keys: what a statistic's contributors and their values hash to (reference 4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.contributors import (
    Contributors,
    gathered,
    interpolated,
    neighbours,
    summed,
)
from kohort.disclosure.keys import Master, packed, sealed
from kohort.stretches import BLOCK, on_stretches

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


@dataclass(frozen=True)
class _Scales:
    """Each cell's median and spread, float64 (k), and whether no value is too far for 63 bits."""

    median: NDArray[np.float64]
    spread: NDArray[np.float64]
    near: bool


def _scales(group: Contributors, bits: int, ordered: NDArray[np.float64] | None) -> _Scales:
    """Give how values are scaled: by the interquartile range, else P99 - P1, else the range.

    The spread is infinite where all values are alike, so that they hash alike. `ordered`: as for
    `interpolated`, for all of `LANDMARKS`.
    """
    if ordered is None:
        ranks = np.column_stack([
            rank for share in LANDMARKS for rank in neighbours(group.rows, share)[:2]
        ])
        if group.k == 1:
            # All at once, for all the passes that single ones would take.
            group.at(ranks[0])
        else:
            ordered = group.arranged(ranks)
    least, low, first, median, third, high, most = (
        interpolated(group, p, ordered) for p in LANDMARKS
    )
    with np.errstate(over="ignore", invalid="ignore"):
        spread = np.where(third - first > 0, third - first, high - low)
        spread = np.where(spread > 0, spread, most - least)
        spread = np.where(spread > 0, spread, np.inf)
        farthest = np.maximum(most - median, median - least) / spread * float(1 << bits)
        near = bool((farthest < _FARTHEST).all())
    return _Scales(median, spread, near)


def content_fingerprints(
    group: Contributors, bits: int = 20, ordered: NDArray[np.float64] | None = None
) -> NDArray[np.uint64]:
    """Give each cell's C: uint64 (k). `ordered`: the values, `LANDMARKS` where sorting puts them.

    Unchanged by x -> a + b x with b > 0 and by the order of rows; changed by any value that moves
    by more than 2^-bits interquartile ranges. Sums of whole numbers wrap, so that it does not
    matter in which order stretches of rows are added.
    """
    if bits in group.contents:
        return group.contents[bits]
    scales = _scales(group, bits, ordered)
    parts: list[NDArray[np.uint64]] = []

    def hash_rows(first: int, behind: int) -> None:
        totals, buffers = np.zeros(group.k, dtype=np.uint64), _Buffers()
        with np.errstate(over="ignore", invalid="ignore"):
            for low in range(first, behind, BLOCK):
                _add_hashes(
                    totals, group, scales, bits, slice(low, min(low + BLOCK, behind)), buffers
                )
        parts.append(totals)

    on_stretches(hash_rows, len(group.x))
    group.contents[bits] = np.asarray(np.add.reduce(parts, axis=0), dtype=np.uint64)
    return group.contents[bits]


class _Buffers:
    """Room for one block."""

    def __init__(self) -> None:
        self.position = np.empty(BLOCK)
        self.hashed = np.empty(BLOCK, dtype=np.uint64)
        self.spare = np.empty(BLOCK, dtype=np.uint64)


def _add_hashes(
    totals: NDArray[np.uint64],
    group: Contributors,
    scales: _Scales,
    bits: int,
    rows: slice,
    buffers: _Buffers,
) -> None:
    """Add the hashes of a block of rows to the totals of their cells."""
    size = rows.stop - rows.start
    position, z, spare = buffers.position[:size], buffers.hashed[:size], buffers.spare[:size]
    cells, counts = group.overlap(rows)
    median, spread = scales.median[cells], scales.spread[cells]
    if len(counts) > 1:
        median, spread = np.repeat(median, counts), np.repeat(spread, counts)
    np.subtract(group.x[rows], median, out=position)
    position /= spread
    position *= float(1 << bits)
    np.rint(position, out=position)
    if not scales.near:
        np.clip(position, -_FARTHEST, _FARTHEST, out=position)
    np.copyto(z.view(np.int64), position, casting="unsafe")
    z += _OFFSET
    mix(z, spare)
    z ^= group.keys[rows]
    mix(z, spare)
    if len(counts) > 1:
        totals[cells] += summed(z, np.concatenate(([0], np.cumsum(counts))))
    else:
        totals[cells] += np.add.reduce(z)


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
