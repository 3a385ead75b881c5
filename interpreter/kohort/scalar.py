"""The vocabulary spoken by single plain values: for `let`, and as the reference for the engine."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any, TypeAlias

from kohort import expression as tree
from kohort import limits
from kohort.vocabulary import FIRST_DAY, LARGEST, LAST_DAY, NUMBER, Plain, evaluated

Value: TypeAlias = "int | float | str | None"
_EPOCH = date(1970, 1, 1).toordinal()
_SMALL = str.maketrans({chr(c): chr(c + 32) for c in range(ord("A"), ord("Z") + 1)})
_CAPITAL = str.maketrans({chr(c): chr(c - 32) for c in range(ord("a"), ord("z") + 1)})


def evaluate(expression: tree.Expression, values: Mapping[str, Value]) -> Value:
    """Give the value of a checked expression for one row; None is missing, flags are 1 and 0."""
    return evaluated(expression, lambda name: Scalar(values[name]), literal).value


def literal(value: Value) -> Scalar:
    """Give a literal of a script: a whole number outside 64 bits is a decimal."""
    if isinstance(value, int) and not -LARGEST - 1 <= value <= LARGEST:
        try:
            return Scalar(float(value))
        except OverflowError:
            return MISSING
    return Scalar(value)


class Scalar:
    """One value, or missing (None).

    Implements `kohort.vocabulary.Column`, which says what the words mean.
    """

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = _sound(value)

    def __repr__(self) -> str:
        return f"Scalar({self.value!r})"

    # ---- arithmetic

    def __add__(self, other: Scalar | Plain) -> Scalar:
        return _calculated(operator.add, self, other)

    def __radd__(self, other: Plain) -> Scalar:
        return _calculated(operator.add, other, self)

    def __sub__(self, other: Scalar | Plain) -> Scalar:
        return _calculated(operator.sub, self, other)

    def __rsub__(self, other: Plain) -> Scalar:
        return _calculated(operator.sub, other, self)

    def __mul__(self, other: Scalar | Plain) -> Scalar:
        return _calculated(operator.mul, self, other)

    def __rmul__(self, other: Plain) -> Scalar:
        return _calculated(operator.mul, other, self)

    def __truediv__(self, other: Scalar | Plain) -> Scalar:
        return _calculated(lambda a, b: float(a) / float(b), self, other)

    def __rtruediv__(self, other: Plain) -> Scalar:
        return _calculated(lambda a, b: float(a) / float(b), other, self)

    def __pow__(self, other: Scalar | Plain) -> Scalar:
        return _calculated(math.pow, self, other)

    def __rpow__(self, other: Plain) -> Scalar:
        return _calculated(math.pow, other, self)

    def __neg__(self) -> Scalar:
        return _calculated(operator.neg, self)

    def absolute(self) -> Scalar:
        return _calculated(abs, self)

    def truncated(self) -> Scalar:
        return _calculated(math.trunc, self)

    def floor(self) -> Scalar:
        return _calculated(math.floor, self)

    def ceiling(self) -> Scalar:
        return _calculated(math.ceil, self)

    def rounded(self, unit: Scalar | Plain = 1) -> Scalar:
        return _calculated(_rounded, self, unit)

    def quotient(self, other: Scalar | Plain) -> Scalar:
        return _calculated(operator.floordiv, self, other)

    def elementwise(self, function: str, *others: Scalar | Plain) -> Scalar:
        module, _, name = function.rpartition(".")
        applied = getattr(import_module(module), name)
        return _calculated(lambda *given: float(applied(*map(float, given))), self, *others)

    def quantile_group(self, count: int) -> Scalar:
        raise TypeError("a single value has no place among others")

    # ---- comparisons and conditions

    def __lt__(self, other: Scalar | Plain) -> Scalar:
        return _compared(operator.lt, self, other)

    def __le__(self, other: Scalar | Plain) -> Scalar:
        return _compared(operator.le, self, other)

    def __gt__(self, other: Scalar | Plain) -> Scalar:
        return _compared(operator.gt, self, other)

    def __ge__(self, other: Scalar | Plain) -> Scalar:
        return _compared(operator.ge, self, other)

    def __and__(self, other: Scalar | Plain) -> Scalar:
        return _flag(_true(self) and _true(other))

    def __or__(self, other: Scalar | Plain) -> Scalar:
        return _flag(_true(self) or _true(other))

    def __invert__(self) -> Scalar:
        return _flag(not _true(self))

    def equals(self, other: Scalar | Plain) -> Scalar:
        return _compared(operator.eq, self, other)

    def differs(self, other: Scalar | Plain) -> Scalar:
        return ~self.equals(other)

    def between(self, low: Scalar | Plain, high: Scalar | Plain) -> Scalar:
        return (self >= low) & (self <= high)

    def among(self, *others: Scalar | Plain) -> Scalar:
        return _flag(any(_true(self.equals(other)) for other in others))

    def truth(self) -> Scalar:
        return _flag(_true(self))

    def is_missing(self) -> Scalar:
        return _flag(self.value is None)

    def where(self, condition: Scalar) -> Scalar:
        return self if _true(condition) else MISSING

    def or_else(self, other: Scalar | Plain) -> Scalar:
        return Scalar(_value(other)) if self.value is None else self

    def choose(self, yes: Scalar | Plain, no: Scalar | Plain) -> Scalar:
        return Scalar(_value(yes if _true(self) else no))

    # ---- text

    def text(self) -> Scalar:
        return Scalar(None if self.value is None else written(self.value))

    def number(self) -> Scalar:
        text = "" if self.value is None else str(self.value).strip(" ")
        return Scalar(float(text)) if re.fullmatch(NUMBER, text) else MISSING

    def padded(self, width: int) -> Scalar:
        return _spelled(lambda text: text.zfill(width), self.text())

    def length(self) -> Scalar:
        return _spelled(len, self)

    def lower(self) -> Scalar:
        return _spelled(lambda text: text.translate(_SMALL), self)

    def upper(self) -> Scalar:
        return _spelled(lambda text: text.translate(_CAPITAL), self)

    def part(self, position: Scalar | Plain, length: Scalar | Plain) -> Scalar:
        start, count = _value(position), _value(length)
        if not (isinstance(start, int) and isinstance(count, int)) or start == 0 or count < 0:
            return MISSING
        return _spelled(lambda text: _piece(text, start, count), self)

    def stripped(self, start: bool = True, end: bool = True) -> Scalar:
        cut = self
        if start:
            cut = _spelled(lambda text: text.lstrip(" "), cut)
        return _spelled(lambda text: text.rstrip(" "), cut) if end else cut

    def without(self, characters: str) -> Scalar:
        gone = str.maketrans("", "", characters)
        return _spelled(lambda text: text.translate(gone), self)

    def with_point(self) -> Scalar:
        return _spelled(lambda text: text.replace(",", "."), self)

    def starts_with(self, beginning: Scalar | Plain) -> Scalar:
        return _compared(str.startswith, self, beginning)

    def ends_with(self, ending: Scalar | Plain) -> Scalar:
        return _compared(str.endswith, self, ending)

    def joined(self, *others: Scalar | Plain) -> Scalar:
        texts = [_value(other) for other in (self, *others)]
        joined = "".join(str(text) for text in texts if text is not None)
        return Scalar(joined if len(joined) <= limits.TEXT else None)

    # ---- dates

    def day_number(self, month: Scalar | Plain, day: Scalar | Plain) -> Scalar:
        return _calculated(_day_number, self, month, day)

    def iso_date(self) -> Scalar:
        return _dated(date.isoformat, self)

    def year(self) -> Scalar:
        return _dated(lambda day: day.year, self)

    def month(self) -> Scalar:
        return _dated(lambda day: day.month, self)

    def day(self) -> Scalar:
        return _dated(lambda day: day.day, self)

    def week(self) -> Scalar:
        return _dated(lambda day: day.isocalendar().week, self)

    # ---- across the values of a row

    def total(self, *others: Scalar | Plain) -> Scalar:
        sums = Scalar(0)
        for value in _present(self, *others):
            sums = sums + value
        return sums

    def lowest(self, *others: Scalar | Plain) -> Scalar:
        return Scalar(min(_present(self, *others), default=None))

    def highest(self, *others: Scalar | Plain) -> Scalar:
        return Scalar(max(_present(self, *others), default=None))

    def middle(self, *others: Scalar | Plain) -> Scalar:
        given = _present(self, *others)
        return Scalar(_middle(given)) if given else MISSING

    def present(self, *others: Scalar | Plain) -> Scalar:
        return Scalar(sum(_value(other) is not None for other in (self, *others)))


def written(value: Plain) -> str:
    """Give the text of a value: whole numbers without decimals, others as short as is exact."""
    if isinstance(value, (str, int)):
        return str(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if 1e-5 <= abs(value) < 1e16:
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else f"{text}.0"
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa}e{int(exponent):+d}"


def _middle(values: list[Any]) -> float:
    ordered = sorted(map(float, values))
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    # Halved before they are added, since the sum of two large numbers may be too large.
    return low if low == high else low / 2 + high / 2


def combinations(n: float, k: float) -> float:
    """Give the number of ways to choose k of n, for whole numbers. Raises `ValueError` below 0."""
    return float(math.comb(int(n), int(k)))


def _sound(value: Value) -> Value:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value if -LARGEST - 1 <= value <= LARGEST else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def _value(operand: Scalar | Plain) -> Value:
    return operand.value if isinstance(operand, Scalar) else _sound(operand)


def _present(*operands: Scalar | Plain) -> list[Any]:
    found = [value for value in map(_value, operands) if value is not None]
    return [float(v) for v in found] if any(isinstance(v, float) for v in found) else found


def _calculated(operation: Callable[..., Any], *operands: Scalar | Plain) -> Scalar:
    values = [_value(operand) for operand in operands]
    if any(value is None for value in values):
        return MISSING
    if any(isinstance(value, float) for value in values):
        values = [float(value) for value in values if value is not None]
    try:
        return Scalar(operation(*values))
    except (ArithmeticError, ValueError):
        return MISSING


def _compared(
    operation: Callable[[Any, Any], bool], a: Scalar | Plain, b: Scalar | Plain
) -> Scalar:
    given = [_value(a), _value(b)]
    if None in given:
        return _flag(False)
    if any(isinstance(value, float) for value in given):
        given = [float(value) for value in given if value is not None]
    return _flag(operation(given[0], given[1]))


def _true(operand: Scalar | Plain) -> bool:
    value = _value(operand)
    return value is not None and value != 0


def _flag(state: bool) -> Scalar:
    return Scalar(int(state))


def _spelled(operation: Callable[[str], Plain], text: Scalar) -> Scalar:
    return MISSING if text.value is None else Scalar(operation(str(text.value)))


def _piece(text: str, position: int, length: int) -> str:
    start = position - 1 if position > 0 else len(text) + position
    # A negative position before the beginning still counts its characters from there.
    return text[max(start, 0) : max(start + length, 0)]


def _day_number(*parts: float) -> int:
    year, month, day = (int(part) for part in parts)
    if (year, month, day) != parts:
        raise ValueError
    return date(year, month, day).toordinal() - _EPOCH


def _dated(operation: Callable[[date], Plain], day: Scalar) -> Scalar:
    value = day.value
    if not isinstance(value, int) or not FIRST_DAY <= value <= LAST_DAY:
        return MISSING
    return Scalar(operation(date.fromordinal(value + _EPOCH)))


def _rounded(value: Any, unit: Any) -> Any:
    if unit <= 0:
        raise ValueError
    if isinstance(value, int):
        doubled = (2 * abs(value) + unit) // (2 * unit) * unit
        return doubled if value >= 0 else -doubled
    # Multiples of 0.01 are found as hundredths, so that 0.3 does not become 0.30000000000000004.
    parts = round(1 / unit)
    exact = parts > 0 and abs(parts * unit - 1) < 1e-12
    scaled = abs(value) * parts if exact else abs(value) / unit
    count = math.trunc(scaled)
    count += scaled - count >= 0.5
    return math.copysign(count / parts if exact else count * unit, value)


MISSING = Scalar(None)
