"""What the log holds of sets: hashes and sketches that nobody reads without the owner's key."""

from __future__ import annotations

import base64
import hashlib
import math
import struct
from typing import Final

import numpy as np

from kohort.audit.sketch import Cells, Plan
from kohort.disclosure.keys import Secret

_HASHES: Final = "audit/v1/hash"
_STREAM: Final = "audit/v1/stream"
_SALTS: Final = "audit/v1/salts"
_SHORT: Final = 16


def plan(secret: Secret, cells: int, parts: int) -> Plan:
    """Give how sketches are made under a key."""
    salts = secret.prf(_SALTS).hashes(struct.pack(">I", n) for n in range(parts + 1))
    return Plan(cells, parts, tuple(int(salt) for salt in salts))


def hashed(secret: Secret, kind: str, *parts: str | int) -> str:
    """Give a keyed hash, 16 hex digits: equal for equal things of a kind, else telling nothing."""
    message = "\x1f".join((kind, *(str(part) for part in parts)))
    return secret.prf(_HASHES).digest(message.encode("utf-8", "replace")).hex()[:_SHORT]


def sealed(secret: Secret, name: str, cells: Cells) -> str:
    """Give a sketch as text that only the key opens; `name` must never be used for another set."""
    raw = cells.astype(">u8").tobytes()
    return base64.b64encode(_crossed(secret, name, raw)).decode("ascii")


def opened(secret: Secret, name: str, text: str) -> Cells:
    """Give the sketch back. Raises `ValueError`."""
    raw = _crossed(secret, name, base64.b64decode(text, validate=True))
    return np.frombuffer(raw, dtype=">u8").astype(np.uint64).reshape(-1, 3)


def _crossed(secret: Secret, name: str, raw: bytes) -> bytes:
    """Cross with a stream of HMAC-SHA256 blocks over a counter (CTR mode)."""
    prf = secret.prf(_STREAM)
    start = hashlib.sha256(name.encode()).digest()
    blocks = (prf.digest(start + struct.pack(">I", n)) for n in range(math.ceil(len(raw) / 32)))
    stream = b"".join(blocks)[: len(raw)]
    return bytes(a ^ b for a, b in zip(raw, stream, strict=True))


def laplace(secret: Secret, scale: float, *parts: str) -> float:
    """Give a keyed margin with tails, the same for the same parts (Laplace, mean 0)."""
    message = "\x1f".join(("margin", *parts)).encode()
    uniform = float(secret.prf(_HASHES).uniforms([message])[0]) - 0.5
    return -scale * math.copysign(math.log1p(-2.0 * min(abs(uniform), 0.5 - 1e-15)), uniform)
