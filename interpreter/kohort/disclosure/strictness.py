"""Which of two values of a profile's key is the stricter one, and which values a key may have."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Direction:
    """How a key tightens: a name for manuals, the merge of two values, and a test of one value.

    `fault` gives what is wrong with a value of the right type, or None.
    """

    name: str
    merge: Callable[[Any, Any], Any]
    fault: Callable[[Any], str | None]


def _key(direction: Direction) -> Any:
    return field(metadata={"direction": direction})


def _bounds(low: float | None, high: float | None) -> Callable[[Any], str | None]:
    def fault(value: Any) -> str | None:
        if low is not None and not value >= low:
            return f"must be at least {low:g}"
        if high is not None and not value <= high:
            return f"must be at most {high:g}"
        return None

    return fault


def greatest(low: float | None = 0, high: float | None = None) -> Any:
    """A number that protects more the larger it is: thresholds, noise, what is keyed by wording."""
    return _key(Direction("max", max, _bounds(low, high)))


def least(low: float | None = 0, high: float | None = None) -> Any:
    """A number that protects more the smaller it is: digits, bins, cells, requests."""
    return _key(Direction("min", min, _bounds(low, high)))


def either() -> Any:
    """A switch that protects when on: one profile that has it on is enough."""
    return _key(Direction("or", lambda a, b: a or b, lambda _: None))


def both() -> Any:
    """A switch that permits when on: every profile must have it on."""
    return _key(Direction("and", lambda a, b: a and b, lambda _: None))


def always(value: bool) -> Any:
    """A switch that stands where kohort leaves no choice, and says so."""

    def fault(given: bool) -> str | None:
        only = f"must be {str(value).lower()}: kohort knows no other way"
        return None if given is value else only

    return _key(Direction("fixed", lambda a, _: a, fault))


def ordered(*values: str) -> Any:
    """One of some words, from the loosest to the strictest."""

    def fault(value: str) -> str | None:
        return None if value in values else "must be " + " or ".join(f"'{word}'" for word in values)

    def merge(a: str, b: str) -> str:
        return max(a, b, key=values.index)

    return _key(Direction("order " + " < ".join(values), merge, fault))


def common(known: tuple[str, ...] = ()) -> Any:
    """A list of what is permitted, in any order: only what all profiles permit remains.

    `known`: all that may stand in it, where that is a closed list.
    """

    def merge(a: tuple[Any, ...], b: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(entry for entry in a if entry in b)

    def fault(value: tuple[Any, ...]) -> str | None:
        if known and not set(value) <= set(known):
            return f"must be of {', '.join(known)}"
        return None if value == tuple(sorted(set(value))) else "must ascend without repeats"

    return _key(Direction("common", merge, fault))


def inner() -> Any:
    """A pair of probabilities, low and high: the narrower interval is the stricter one."""

    def merge(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
        return max(a[0], b[0]), min(a[1], b[1])

    def fault(value: tuple[float, float]) -> str | None:
        return None if 0 <= value[0] < 0.5 < value[1] <= 1 else "must lie around 0.5 within 0 and 1"

    return _key(Direction("inner", merge, fault))
