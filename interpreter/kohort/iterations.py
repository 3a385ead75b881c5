"""Tells whoever listens how many iterations the fits of a statement have made so far.

How many a fit needs depends on the data, as what it converges to does: under a protected profile
nobody is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import TypeAlias

Listener: TypeAlias = Callable[[int], None]
"""Gets the number of iterations that have begun, from 1."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_numbers: ContextVar[Iterator[int] | None] = ContextVar("numbers", default=None)


@contextmanager
def heard(listener: Listener) -> Iterator[None]:
    """Within, a listener is there; it hears of what is `counted` only."""
    before = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(before)


@contextmanager
def counted(told: bool) -> Iterator[None]:
    """Within is one statement, whose iterations are counted from 1 if they may be `told`."""
    before = _numbers.set(count(1) if told else None)
    try:
        yield
    finally:
        _numbers.reset(before)


def another() -> None:
    """Tell that a fit begins another iteration."""
    numbers, listener = _numbers.get(), _listener.get()
    if numbers is not None and listener is not None:
        listener(next(numbers))
