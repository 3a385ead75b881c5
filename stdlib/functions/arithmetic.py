"""Arithmetic on numbers; outside its domain a function gives missing."""

import math

from kohort.function import Decimal, Integer, Number, Widest, function


@function(name="abs")
def absolute(x: Number) -> Widest:
    """Distance from zero."""
    return x.absolute()


@function(name="int")
def truncated(x: Number) -> Integer:
    """The number without its decimals, cut toward zero."""
    return x.truncated()


@function(name="round")
def rounded(x: Number, unit: Number = 1) -> Widest:  # type: ignore[assignment]
    """The nearest multiple of unit (of 1 without it); halves go away from zero."""
    return x.rounded(unit)


@function
def floor(x: Number) -> Integer:
    """The largest whole number that is not larger than x."""
    return x.floor()


@function
def ceil(x: Number) -> Integer:
    """The smallest whole number that is not smaller than x."""
    return x.ceiling()


@function
def sqrt(x: Number) -> Decimal:
    """The square root."""
    return x.elementwise("math.sqrt")


@function
def exp(x: Number) -> Decimal:
    """The number e to the power of x."""
    return x.elementwise("math.exp")


@function
def ln(x: Number) -> Decimal:
    """The natural logarithm."""
    return x.elementwise("math.log")


@function
def log10(x: Number) -> Decimal:
    """The logarithm to base 10."""
    return x.elementwise("math.log10")


@function
def logit(p: Number) -> Decimal:
    """The log odds ln(p/(1-p)) of a probability."""
    return (p / (1 - p)).elementwise("math.log")


@function
def sin(x: Number) -> Decimal:
    """The sine of an angle in radians."""
    return x.elementwise("math.sin")


@function
def cos(x: Number) -> Decimal:
    """The cosine of an angle in radians."""
    return x.elementwise("math.cos")


@function
def tan(x: Number) -> Decimal:
    """The tangent of an angle in radians."""
    return x.elementwise("math.tan")


@function
def asin(x: Number) -> Decimal:
    """The angle in radians whose sine is x."""
    return x.elementwise("math.asin")


@function
def acos(x: Number) -> Decimal:
    """The angle in radians whose cosine is x."""
    return x.elementwise("math.acos")


@function
def atan(x: Number) -> Decimal:
    """The angle in radians whose tangent is x."""
    return x.elementwise("math.atan")


@function(name="pi")
def circle_number() -> Decimal:
    """The ratio of a circle's circumference to its diameter."""
    return math.pi  # type: ignore[return-value]


@function
def lnfactorial(n: Number) -> Decimal:
    """The natural logarithm of n factorial, for whole n from 0."""
    whole = n.where((n >= 0) & n.truncated().equals(n))
    return (whole + 1).elementwise("math.lgamma")


@function
def comb(n: Number, k: Number) -> Decimal:
    """The number of ways to choose k of n, for whole numbers with 0 <= k <= n."""
    whole = n.truncated().equals(n) & k.truncated().equals(k)
    possible = whole & (k >= 0) & (k <= n)
    return n.elementwise("kohort.scalar.combinations", k).where(possible)
