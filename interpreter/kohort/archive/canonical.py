"""One form of JSON for one content, so that equal results have equal bytes and equal hashes.

Keys sorted by code point, no blanks, UTF-8, numbers as Python writes them (the shortest text that
reads back as the same double): the rules of RFC 8785 for everything that a released result holds,
except that whole numbers keep all their digits.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from kohort.disclosure.released import Released, to_wire


def canonical(value: Any) -> bytes:
    """Give the canonical JSON of a JSON value. Raises `ValueError` for NaN and infinity."""
    written = json.dumps(
        value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return written.encode("utf-8", "replace")


def readable(value: Any) -> bytes:
    """Give the JSON of a value for files that people open: indented, keys in their order."""
    return (json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode(
        "utf-8", "replace"
    )


def sha256(raw: bytes) -> str:
    """Give the SHA-256 in hex."""
    return hashlib.sha256(raw).hexdigest()


def swhid(raw: bytes) -> str:
    """Give the Software Heritage identifier of a file's content (that of git for a blob).

    Source: SWHID specification 1.2, core identifiers; the hash is SHA-1 by definition.
    """
    header = f"blob {len(raw)}\0".encode()
    return f"swh:1:cnt:{hashlib.sha1(header + raw, usedforsecurity=False).hexdigest()}"


def result_digest(released: Released) -> str:
    """Give the SHA-256 of what a result shows; profile and databank stand apart, in the lock."""
    wire = to_wire(released)
    return sha256(canonical({"kind": wire["kind"], "content": wire["content"]}))
