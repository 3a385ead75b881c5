"""Named streams of random numbers: each subject and year has its own, so none moves another."""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray


class Streams:
    """Makes the random generators of one bank from its seed, of one block of its persons.

    A bank of several blocks gives each of them other numbers; a bank of one has no block number.
    """

    def __init__(self, seed: int, block: int | None = None) -> None:
        self.seed = seed
        self._name = f"{seed}" if block is None else f"{seed}/block {block}"

    def of(self, subject: str, year: int = 0) -> np.random.Generator:
        """Give the generator of a subject in a year: the same for equal seed, subject and year."""
        digest = hashlib.sha256(f"kohort/stream/v1/{self._name}/{subject}/{year}".encode()).digest()
        entropy = np.frombuffer(digest, dtype="<u4").tolist()
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))

    def lots(self, subject: str, *keys: NDArray[np.integer]) -> NDArray[np.float64]:
        """Give a uniform number for each row of keys: always the same for the same whole numbers.

        SplitMix64 (Steele, Lea, Flood 2014) over the keys. For things that come and go without
        being simulated, as the dwelling of whoever lives at a place.
        """
        digest = hashlib.sha256(f"kohort/lots/v1/{self._name}/{subject}".encode()).digest()
        mixed = np.full(len(keys[0]), int.from_bytes(digest[:8], "little"), dtype=np.uint64)
        for key in keys:
            mixed = _mixed(mixed ^ (key.astype(np.uint64) + _STEP))
        return (_mixed(mixed) >> np.uint64(11)).astype(np.float64) / 2.0**53


_STEP: Final = np.uint64(0x9E3779B97F4A7C15)


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        state = state + _STEP
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return state ^ (state >> np.uint64(31))
