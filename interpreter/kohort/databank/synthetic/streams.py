"""Named streams of random numbers: each subject and year has its own, so none moves another."""

from __future__ import annotations

import hashlib

import numpy as np


class Streams:
    """Makes the random generators of one bank from its seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def of(self, subject: str, year: int = 0) -> np.random.Generator:
        """Give the generator of a subject in a year: the same for equal seed, subject and year."""
        digest = hashlib.sha256(f"kohort/stream/v1/{self.seed}/{subject}/{year}".encode()).digest()
        entropy = np.frombuffer(digest, dtype="<u4").tolist()
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
