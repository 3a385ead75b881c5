"""Rows at rest: parquet files encrypted under a key that follows from the owner's.

Parquet's own modular encryption with AES-256 in GCM mode, footer and all columns, as polars writes
and reads it. The name of the register is authenticated with every file, so that no file can take
the place of another register's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from kohort.disclosure.keys import Secret

_SEALED: Final = b"PARE"
_LABEL: Final = "rest/v1"


def is_sealed(path: Path) -> bool:
    """Whether a parquet file is encrypted, by the four bytes at its beginning."""
    with path.open("rb") as file:
        return file.read(len(_SEALED)) == _SEALED


def sealing(secret: Secret, name: str) -> pl.ParquetEncryptionProperties:
    """Give what the rows of a register are written with."""
    return pl.ParquetEncryptionProperties(
        footer_key=secret.subkey(_LABEL), aad_prefix=name.encode()
    )


def opening(secret: Secret, name: str) -> pl.ParquetDecryptionProperties:
    """Give what the rows of a register are read with."""
    return pl.ParquetDecryptionProperties(
        footer_key=secret.subkey(_LABEL), aad_prefix=name.encode()
    )
