"""An output that keeps what it gets, for tests."""

from __future__ import annotations

from kohort.event import Event


class Kept:
    """An output that keeps what it gets."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.ended = False

    def put(self, event: Event) -> None:
        self.events.append(event)

    def end(self) -> None:
        self.ended = True
