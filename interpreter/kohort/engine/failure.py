"""The one error that leaves the engine, and the guard that turns every other into it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class EngineError(Exception):
    """Something went wrong in the engine. `code` is a fixed word; nothing of the data is in it.

    Codes: `register-file-missing`, `register-file-damaged`, `out-of-memory`, `engine-failure`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def failing_as(code: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let nothing but `EngineError` out of an operation; what fails in it gets the code.

    The texts of polars, numpy and the operating system can quote cell values, so neither they
    nor the errors that carried them stay attached.
    """

    def decorated(operation: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(operation)
        def guard(*args: P.args, **kwargs: P.kwargs) -> R:
            failure = code
            try:
                return operation(*args, **kwargs)
            except (EngineError, KeyboardInterrupt, SystemExit, GeneratorExit):
                raise
            except MemoryError:
                failure = "out-of-memory"
            # A panic inside polars is not an Exception but a BaseException.
            except BaseException:
                pass
            # Raised outside the handlers, so that the first error does not stay as its context.
            raise EngineError(failure)

        return guard

    return decorated


guarded = failing_as("engine-failure")
