"""Keys: the master secret, its subkeys, and the record and wording keys drawn from them.

The formulas are those of the disclosure reference, 4.1 and 4.10. Only the engine's worker opens a
real master key; numpy is imported where arrays are made, so that reading this module stays cheap.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MASK = (1 << 64) - 1
SHORTEST_KEY = 32
FEWEST_DISTINCT_BYTES = 8
_SYNTHETIC_SEEDS = 10_000  # no key file may hold the key that follows from one of these
_INTEGER = re.compile(r"[+-]?[0-9]+")
# SHA-256 of the keys that stand in published worked examples: they protect nothing.
_EXAMPLE_KEYS = frozenset({"f999d7c0e9e483c4921ed0744453b85f8910f419092b31b8c6a4ae44469c1411"})


class KeyFileError(ValueError):
    """The file of a master key cannot be used; the text names the path and why, never the key."""


class Prf:
    """HMAC-SHA256 under one subkey, with both of its padded blocks hashed once.

    Three times as fast as `hmac.digest` for short messages: a table of 100 000 cells needs 400 000.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def __repr__(self) -> str:
        return "<prf>"

    def digest(self, message: bytes) -> bytes:
        """Give the 32 bytes of HMAC-SHA256 of `message`."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()

    def h64(self, message: bytes) -> int:
        """Give the first 64 bits of HMAC-SHA256 of `message`, big-endian."""
        return int.from_bytes(self.digest(message)[:8], "big")

    def uniforms(self, messages: Iterable[bytes]) -> NDArray[np.float64]:
        """Give one number strictly between 0 and 1 for each message, as float64."""
        import numpy as np

        return uniforms(np.frombuffer(self._leading(messages), dtype=">u8").astype(np.uint64))

    def hashes(self, messages: Iterable[bytes]) -> NDArray[np.uint64]:
        """Give the first 64 bits of HMAC-SHA256 of each message, as uint64."""
        import numpy as np

        return np.frombuffer(self._leading(messages), dtype=">u8").astype(np.uint64)

    def _leading(self, messages: Iterable[bytes]) -> bytes:
        digest = self.digest
        return b"".join([digest(message)[:8] for message in messages])


class Secret:
    """A master key and the subkeys made from it; it has no text form and cannot be pickled."""

    __slots__ = ("_master", "_prfs")

    def __init__(self, master: bytes) -> None:
        if len(master) < SHORTEST_KEY:
            raise ValueError(f"a master key has at least {SHORTEST_KEY} bytes")
        self._master = bytes(master)
        self._prfs: dict[str, Prf] = {}

    def __repr__(self) -> str:
        return "<secret>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not copied out of its process")

    def subkey(self, label: str) -> bytes:
        """Give the 32 bytes HMAC-SHA256(master, label)."""
        return Prf(self._master).digest(label.encode())

    def prf(self, label: str) -> Prf:
        """Give the keyed function of the subkey named `label`; it is made once."""
        found = self._prfs.get(label)
        if found is None:
            found = self._prfs[label] = Prf(self.subkey(label))
        return found


Master: TypeAlias = "bytes | Secret"


def sealed(secret: Master) -> Secret:
    """Give the `Secret` for a master key that may still be bytes."""
    return secret if isinstance(secret, Secret) else Secret(secret)


def subkey(secret: Master, label: str) -> bytes:
    """Give HMAC-SHA256(master, label), 32 bytes."""
    return sealed(secret).subkey(label)


def h64(key: bytes, message: bytes) -> int:
    """Give the first 64 bits of HMAC-SHA256(key, message)."""
    return Prf(key).h64(message)


def packed(*parts: int) -> bytes:
    """Give the integers modulo 2^64, eight bytes each, big-endian."""
    return struct.pack(f">{len(parts)}Q", *(part & MASK for part in parts))


def prf64(key: bytes, *parts: int) -> int:
    """Give the first 64 bits of HMAC-SHA256(key, parts), each part an unsigned 64-bit integer."""
    return h64(key, packed(*parts))


def u01(bits: int) -> float:
    """Give 64 bits as a number strictly between 0 and 1, with 53 bits of precision."""
    # The half is lost to rounding at the very top, where 1 would come out.
    return min(((bits >> 11) + 0.5) / 2.0**53, 1 - 2.0**-53)


def uniforms(bits: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Give `u01` of every element: float64, the same shape."""
    import numpy as np

    halves = (bits >> np.uint64(11)).astype(np.float64) + 0.5
    return np.minimum(halves / 2.0**53, 1 - 2.0**-53)


def text_key(secret: Master, label: str, wording: str) -> int:
    """Give the 64-bit key of a canonical wording under the subkey named `label`."""
    return sealed(secret).prf(label).h64(wording.encode())


def canonical_id(unit_id: int | str) -> str:
    """Give the one spelling of a unit's id; `7`, `"7"` and `"007"` are one id, `"P7"` another."""
    if isinstance(unit_id, str):
        return str(int(unit_id)) if _INTEGER.fullmatch(unit_id) else unit_id
    return str(int(unit_id))


def record_key(secret: Master, unit_type: str, unit_id: int | str) -> int:
    """Give a unit's record key, 64 bits, from its type as the catalogue spells it and its id."""
    return sealed(secret).prf(f"record/v1/{unit_type}").h64(canonical_id(unit_id).encode())


def record_keys(secret: Master, unit_type: str, ids: Iterable[int | str]) -> NDArray[np.uint64]:
    """Give the record keys of many units, uint64, in the order of `ids` (integers or texts)."""
    prf = sealed(secret).prf(f"record/v1/{unit_type}")
    return prf.hashes(canonical_id(unit_id).encode() for unit_id in ids)


def record_uniform(secret: Master, label: str, keys: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Give one number in (0, 1) per record key under `label`: which units a random sample keeps."""
    prf = sealed(secret).prf(label)
    return prf.uniforms(packed(key) for key in keys.tolist())


def synthetic_master(seed: int) -> bytes:
    """Give the master key of a synthetic bank: no secret, so that examples print the same."""
    return hashlib.sha256(b"kohort/synthetic/v1/" + str(seed).encode()).digest()


def proof(secret: Master, key_id: str) -> str:
    """Give what only this key gives for its id, 32 hexadecimal digits: to tell keys apart."""
    return sealed(secret).prf("proof/v1").digest(key_id.encode())[:16].hex()


def load_master(path: Path) -> Secret:
    """Read a master key: the whole content, at least 32 random bytes, of a file with mode 0600.

    Raises `KeyFileError` when the file is not there, is a link or not a plain file, can be read by
    others, belongs to another user, is too short, or holds a published example, the key of a
    synthetic databank or hardly any different bytes.
    """
    try:
        # O_NONBLOCK: opening a named pipe must fail below, not wait for a writer.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise KeyFileError(f"{path}: {(error.strerror or 'not readable').lower()}") from None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise KeyFileError(f"{path}: not a plain file")
        if stat.S_IMODE(status.st_mode) != 0o600:
            raise KeyFileError(f"{path}: the mode of a key file must be 0600")
        if status.st_uid != os.geteuid():
            raise KeyFileError(f"{path}: the key file belongs to another user")
        content = file.read()
    return _judged(content, path)


def _judged(content: bytes, path: Path) -> Secret:
    if len(content) < SHORTEST_KEY:
        raise KeyFileError(f"{path}: a master key has at least {SHORTEST_KEY} bytes")
    if hashlib.sha256(content.strip()).hexdigest() in _EXAMPLE_KEYS:
        raise KeyFileError(f"{path}: this key stands in a published example")
    if any(content == synthetic_master(seed) for seed in range(_SYNTHETIC_SEEDS)):
        raise KeyFileError(f"{path}: this key belongs to a synthetic databank")
    if len(set(content)) < FEWEST_DISTINCT_BYTES:
        raise KeyFileError(f"{path}: this key is not random")
    return Secret(content)
