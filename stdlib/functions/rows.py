"""Across the variables of a row; missing values are skipped."""

from kohort.function import Any, Decimal, Integer, Number, Text, Widest, function


@function
def rowmin(x: Number, y: Number, *others: Number) -> Widest:
    """The smallest value; missing where all are missing."""
    return x.lowest(y, *others)


@function
def rowmax(x: Number, y: Number, *others: Number) -> Widest:
    """The largest value; missing where all are missing."""
    return x.highest(y, *others)


@function
def rowmean(x: Number, y: Number, *others: Number) -> Decimal:
    """The mean; missing where all are missing."""
    first, *rest = [value * 1.0 for value in (x, y, *others)]
    return first.total(*rest) / x.present(y, *others)


@function
def rowmedian(x: Number, y: Number, *others: Number) -> Decimal:
    """The median; missing where all are missing."""
    return x.middle(y, *others)


@function
def rowtotal(x: Number, y: Number, *others: Number) -> Widest:
    """The sum; 0 where all are missing."""
    return x.total(y, *others)


@function
def rowstd(x: Number, y: Number, *others: Number) -> Decimal:
    """The standard deviation (divisor n - 1); missing with fewer than two values."""
    mean = rowmean(x, y, *others)
    first, *rest = [(value - mean) * (value - mean) for value in (x, y, *others)]
    count = x.present(y, *others)
    return (first.total(*rest) / (count - 1)).elementwise("math.sqrt")


@function
def rowmissing(x: Any, y: Any, *others: Any) -> Integer:
    """How many of the values are missing."""
    return 2 + len(others) - x.present(y, *others)


@function
def rowvalid(x: Any, y: Any, *others: Any) -> Integer:
    """How many of the values are not missing."""
    return x.present(y, *others)


@function
def rowconcat(x: Text, y: Text, *others: Text) -> Text:
    """The texts one after another; missing ones add nothing."""
    return x.joined(y, *others)
