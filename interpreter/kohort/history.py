"""How a dataset's units came about, step by step, in words of the script: for readers of results.

The canonical wording (`kohort.wording`) decides what is the same question; these words only tell.
They follow from the checked program alone, never from data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kohort.expression import Expression
from kohort.writing import written

MOST: Final = 40
"""Steps that are told; of a longer history the first and the last ones."""

LONGEST: Final = 300
"""Characters of a condition that are told; the script itself has all of it."""


@dataclass(frozen=True)
class Step:
    """One step: a key of the message section `history`, and the words put into it."""

    key: str
    words: Mapping[str, str]


History = tuple[Step, ...]


def told(history: History) -> History:
    """Give the steps that are told: beginning and end, and how many are left out between."""
    if len(history) <= MOST:
        return history
    left = len(history) - MOST + 1
    return (history[0], Step("further", {"n": str(left)}), *history[left + 1 :])


def quoted(condition: Expression) -> str:
    """Give a condition as text on one line, its end replaced by an ellipsis if it is long."""
    text = " ".join(written(condition).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def texts(words: Mapping[str, object]) -> dict[str, str]:
    """Give the words of a step as texts; None becomes an empty one."""
    return {name: "" if word is None else str(word) for name, word in words.items()}
