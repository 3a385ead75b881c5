"""The kinds of files that hold results, named by their endings, and what may not leave as one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

FILE_KINDS: Final = (
    "csv", "html", "json", "md", "pdf", "png", "svg", "tex", "txt", "xlsx", "zip",
)  # fmt: skip
"""All that kohort writes, sorted. The notes beside a CSV file are part of it; a study is `zip`."""

STUDY: Final = ("zip", "json", "html", "csv", "svg", "png")
"""A study, and what it holds: a wrapping must not carry what may not leave by itself."""


def withheld(wanted: Iterable[str], allowed: Iterable[str]) -> tuple[str, ...]:
    """Give the kinds that are wanted and not allowed, each once, in the order of wanting."""
    may = set(allowed)
    return tuple(kind for kind in dict.fromkeys(wanted) if kind not in may)
