"""Offers completions in the terminal; what they are is decided in `kohort.completion`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from prompt_toolkit.completion import (
    CompleteEvent,
    Completer,
    Completion,
    PathCompleter,
)
from prompt_toolkit.document import Document

from kohort.completion import candidates, spot
from kohort.completion.spot import Spot
from kohort.scope import Scope


class ScopeCompleter(Completer):
    """Completes against the scope of the moment; file names where a file is meant."""

    def __init__(self, scope: Callable[[], Scope], language: str) -> None:
        self._scope, self._language = scope, language
        self._files = PathCompleter(expanduser=True)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Give the completions for the text before the cursor."""
        # Whatever goes wrong here, typing goes on.
        with suppress(Exception):
            place = spot(document.text_before_cursor)
            if place is None or (_idle(place) and not complete_event.completion_requested):
                return
            for found in candidates(replace(place, language=self._language), self._scope()):
                yield Completion(found.text, -found.length, display_meta=found.gloss)
            if "FILE" in place.kinds:
                yield from self._files.get_completions(Document(place.word), complete_event)


def _idle(place: Spot) -> bool:
    """Whether nothing is begun: a menu would only be in the way until Tab asks for it."""
    return not place.word and not place.quote
