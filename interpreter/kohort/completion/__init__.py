"""Completion without a terminal: where the cursor stands, then what could stand there."""

from __future__ import annotations

from kohort.completion.candidates import Candidate, candidates
from kohort.completion.spot import Spot, spot
from kohort.scope import Scope

__all__ = ["Candidate", "Spot", "candidates", "complete", "spot"]


def complete(text: str, scope: Scope) -> tuple[Candidate, ...]:
    """Give what could stand at the end of `text` (everything before the cursor), best first."""
    place = spot(text)
    return () if place is None else candidates(place, scope)
