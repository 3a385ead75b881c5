"""Questions about a value, answered by 1 or 0 and never missing."""

from kohort import meaning
from kohort.function import Alike, Any, Flag, Number, function


@function(meaning=meaning.among)
def inlist(x: Alike, first: Alike, *others: Alike) -> Flag:
    """Whether x equals one of the others; a missing x equals none."""
    return x.among(first, *others)


@function(meaning=meaning.between)
def inrange(x: Number, low: Number, high: Number) -> Flag:
    """Whether x lies from low to high, both included; 0 where one is missing."""
    return x.between(low, high)


@function(meaning=meaning.missing)
def sysmiss(x: Any) -> Flag:
    """Whether x is missing."""
    return x.is_missing()
