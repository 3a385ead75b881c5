"""Databanks on disk: manifest, writer of a datastore root, record keys, the synthetic country.

Importing this package imports neither polars nor numpy, so that the front end may read manifests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from kohort.databank.manifest import Manifest, ManifestError

__all__ = ["Manifest", "ManifestError", "make"]


def make(
    root: Path,
    persons: int,
    seed: int,
    progress: Callable[[float, str], None] | None = None,
    *,
    variables: Iterable[str] | None = None,
    months: Sequence[int] | None = None,
) -> None:
    """Build the synthetic bank at `root`; see `kohort.databank.synthetic.make`."""
    from kohort.databank import synthetic

    synthetic.make(root, persons, seed, progress, variables=variables, months=months)
