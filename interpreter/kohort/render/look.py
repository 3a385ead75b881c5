"""How results are to look: language, width, colour, labels or codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Labels = Literal["label", "code", "both"]


@dataclass(frozen=True)
class Look:
    """What the reader has chosen.

    `width`: characters per line, None for as many as the widest table needs. `labels`: what heads a
    category that has a label. `color`: ANSI colours. `context`: a line under each result says where
    it comes from. `scrolls`: tables may be wider than `width`, since the reader can scroll.
    `grouped`: thousands of every number of a table are apart, not of counts alone.
    """

    language: str = "en"
    width: int | None = None
    color: bool = False
    labels: Labels = "label"
    context: bool = False
    scrolls: bool = False
    grouped: bool = False

    @property
    def table_width(self) -> int | None:
        """Characters per line of a table, None for as many as it needs."""
        return None if self.scrolls else self.width
