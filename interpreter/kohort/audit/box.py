"""Sets of one output as the log holds them, in few bytes that only the owner's key opens."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kohort.audit.sketch import Sketch

_HEAD: Final = struct.Struct("<IIIH")
Names = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Box:
    """Sets that were divided, or asked, in one way.

    `names`: uint64 (k), keyed names; `published`: uint32 (k), published sizes, 0 for sets that were
    known; `sketched`: bool (k), of which sets `sketches`, uint8 (s, parts), are, and `persons`,
    uint32 (s), keyed names of one member of each, 0 of large ones; `near`: uint64 (m, 2), names of
    sets of this box, each with an earlier set that differs in few units.
    """

    names: Names
    published: NDArray[np.uint32]
    sketched: NDArray[np.bool_]
    sketches: Sketch
    persons: NDArray[np.uint32]
    near: Names

    def __repr__(self) -> str:
        return "<box>"

    def raw(self) -> bytes:
        """Give the bytes."""
        parts = self.sketches.shape[1]
        head = _HEAD.pack(len(self.names), len(self.sketches), len(self.near), parts)
        arrays = (
            self.names.astype("<u8"),
            self.published.astype("<u4"),
            self.sketched.astype("u1"),
            self.sketches,
            self.persons.astype("<u4"),
            self.near.astype("<u8"),
        )
        return head + b"".join(array.tobytes() for array in arrays)

    @classmethod
    def of(cls, raw: bytes) -> Box:
        """Give the box that these are the bytes of. Raises `ValueError`."""
        try:
            sets, sketched, near, parts = _HEAD.unpack_from(raw)
        except struct.error:
            raise ValueError("too short for a box") from None
        sizes = (8 * sets, 4 * sets, sets, sketched * parts, 4 * sketched, 16 * near)
        if len(raw) != _HEAD.size + sum(sizes):
            raise ValueError("not the size of a box")
        places = np.cumsum((_HEAD.size, *sizes)).tolist()
        pieces = [raw[a:b] for a, b in pairwise(places)]
        return cls(
            np.frombuffer(pieces[0], dtype="<u8").astype(np.uint64),
            np.frombuffer(pieces[1], dtype="<u4").astype(np.uint32),
            np.frombuffer(pieces[2], dtype="u1").astype(np.bool_),
            np.frombuffer(pieces[3], dtype="u1").reshape(sketched, parts),
            np.frombuffer(pieces[4], dtype="<u4").astype(np.uint32),
            np.frombuffer(pieces[5], dtype="<u8").astype(np.uint64).reshape(near, 2),
        )
