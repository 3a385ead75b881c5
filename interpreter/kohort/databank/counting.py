"""Counts the rows of data sets, from what parquet files say of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl


def rows(files: Iterable[Path]) -> int:
    """Give the number of rows in all files together; their values are not read."""
    counts = (pl.scan_parquet(file).select(pl.len()).collect().item() for file in files)
    return sum(int(count) for count in counts)
