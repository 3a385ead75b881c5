"""Fingerprints of a variable's files, keyed so that nobody can try out rows against them."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Final

from kohort.disclosure.keys import Secret

_LABEL: Final = "archive/v1/data"
_PIECE: Final = 1 << 20


def data_digest(secret: Secret, path: Path) -> str:
    """Give HMAC-SHA256 (hex) of a file, or of all files of a folder in the order of their names.

    Names below the folder and lengths go in too, so that no bytes can move from file to file.
    Empty where nothing is there. Raises `OSError`.
    """
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    if not path.exists():
        return ""
    digest = hmac.new(secret.subkey(_LABEL), digestmod=hashlib.sha256)
    for file in files:
        name = file.relative_to(path).as_posix() if file != path else ""
        digest.update(f"{len(name.encode())}:{name}:{file.stat().st_size}:".encode())
        with file.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    return digest.hexdigest()
