"""The prompt: reads statements, completes them, runs them in the worker, shows what is released."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kohort.catalogue import Catalogue
    from kohort.opening import Opening


def start(opening: Opening, catalogue: Catalogue) -> int:
    """Run the prompt until the user leaves. Gives the exit code."""
    # The engine's process first: it loads while the prompt is being drawn.
    from kohort.client import Worker

    worker = Worker(opening)
    try:
        from kohort.repl.loop import Loop

        return Loop(worker, catalogue, opening).run()
    finally:
        worker.close()
