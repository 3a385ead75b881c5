"""What the log holds of sets: hashes and boxes that nobody reads without the owner's key."""

from __future__ import annotations

import base64
import hashlib
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.keys import Secret, packed

_HASHES: Final = "audit/v1/hash"
_SETS: Final = "audit/v2/set"
_PERSONS: Final = "audit/v2/person"
_STREAM: Final = "audit/v2/stream"
_SHORT: Final = 16


def hashed(secret: Secret, kind: str, *parts: str | int) -> str:
    """Give a keyed hash, 16 hex digits: equal for equal things of a kind, else telling nothing."""
    message = "\x1f".join((kind, *(str(part) for part in parts)))
    return secret.prf(_HASHES).digest(message.encode("utf-8", "replace")).hex()[:_SHORT]


def names(secret: Secret, n: NDArray[np.int64], sums: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Give keyed names of sets of units, uint64 (k): equal for equal sets, else telling nothing.

    `n`: int64 (k), how many units; `sums`: uint64 (k), wrapping sums of their record keys.
    """
    pairs = zip(sums.tolist(), n.tolist(), strict=True)
    return secret.prf(_SETS).hashes(packed(total, units) for total, units in pairs)


def persons(secret: Secret, keys: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Give keyed names of single units, uint32 (k), by their record keys."""
    found = secret.prf(_PERSONS).hashes(packed(key) for key in keys.tolist())
    return (found >> np.uint64(32)).astype(np.uint32)


def sealed(secret: Secret, nonce: str, raw: bytes) -> str:
    """Give bytes as text that only the key opens; a nonce must never be used for other bytes."""
    return base64.b64encode(_crossed(secret, nonce, raw)).decode("ascii")


def opened(secret: Secret, nonce: str, text: str) -> bytes:
    """Give the bytes back. Raises `ValueError`."""
    return _crossed(secret, nonce, base64.b64decode(text, validate=True))


def _crossed(secret: Secret, nonce: str, raw: bytes) -> bytes:
    """Cross with a stream of SHAKE256 over key and nonce."""
    start = secret.subkey(_STREAM) + hashlib.sha256(nonce.encode()).digest()
    stream = np.frombuffer(hashlib.shake_256(start).digest(len(raw)), dtype=np.uint8)
    return (np.frombuffer(raw, dtype=np.uint8) ^ stream).tobytes()


def laplace(secret: Secret, scale: float, *parts: str | int) -> float:
    """Give a keyed margin with tails, the same for the same parts (Laplace, mean 0)."""
    uniform = _uniform(secret, "margin", parts) - 0.5
    return -scale * math.copysign(math.log1p(-2.0 * min(abs(uniform), 0.5 - 1e-15)), uniform)


def geometric(secret: Secret, mean: float, *parts: str | int) -> int:
    """Give a keyed whole number from 0 with a tail (geometric with this mean)."""
    if mean <= 0:
        return 0
    uniform = _uniform(secret, "turns", parts)
    return int(math.log(uniform) / math.log(mean / (1.0 + mean)))


def _uniform(secret: Secret, kind: str, parts: tuple[str | int, ...]) -> float:
    message = "\x1f".join((kind, *map(str, parts))).encode()
    return float(secret.prf(_HASHES).uniforms([message])[0])
