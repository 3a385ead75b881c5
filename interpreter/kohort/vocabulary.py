"""What functions and operators are written in: one vocabulary for plain values and for columns.

Missing goes in and missing comes out, unless a word below says otherwise. NaN, infinity and whole
numbers outside 64 bits are missing. Comparisons and conditions are two-valued (language 1.7): a
missing side makes them 0, only `differs` 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, Self, TypeAlias, TypeVar, cast

from kohort import expression as tree

Plain: TypeAlias = "int | float | str"
LARGEST = 2**63 - 1
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
"""What counts as the text of a number, as a regular expression."""
FIRST_DAY = -719_162
LAST_DAY = 2_932_896
"""Day numbers of 0001-01-01 and 9999-12-31; days and years outside are missing."""


class Column(Protocol):
    """Values of one type: `number` (integer or decimal), `text` or `flag` (the integers 1 and 0).

    An operand is another column or a plain value.
    """

    # ---- arithmetic: integers stay integers under + - * and the minus sign, all else is decimal

    def __add__(self, other: Self | Plain) -> Self: ...
    def __radd__(self, other: Plain) -> Self: ...
    def __sub__(self, other: Self | Plain) -> Self: ...
    def __rsub__(self, other: Plain) -> Self: ...
    def __mul__(self, other: Self | Plain) -> Self: ...
    def __rmul__(self, other: Plain) -> Self: ...
    def __truediv__(self, other: Self | Plain) -> Self: ...
    def __rtruediv__(self, other: Plain) -> Self: ...
    def __pow__(self, other: Self | Plain) -> Self: ...
    def __rpow__(self, other: Plain) -> Self: ...
    def __neg__(self) -> Self: ...

    def absolute(self) -> Self:
        """Give the distance from zero."""
        ...

    def truncated(self) -> Self:
        """Drop the decimals, toward zero; an integer."""
        ...

    def floor(self) -> Self:
        """Give the largest integer that is not larger."""
        ...

    def ceiling(self) -> Self:
        """Give the smallest integer that is not smaller."""
        ...

    def rounded(self, unit: Self | Plain = 1) -> Self:
        """Give the nearest multiple of a positive unit, halves away from zero.

        An integer where both are.
        """
        ...

    def quotient(self, other: Self | Plain) -> Self:
        """Give the floor of the quotient of integers; missing where `other` is 0."""
        ...

    def elementwise(self, function: str, *others: Self | Plain) -> Self:
        """Apply a function of decimals named by where it lies: `math.sin`, `scipy.special.ndtr`."""
        ...

    def quantile_group(self, count: int) -> Self:
        """Number the values 0 to count - 1 by how many of the quantiles between groups they exceed.

        Looks at all rows: quantiles by linear interpolation of what is not missing. Equal values
        share a group. Single values have none (`TypeError`).
        """
        ...

    # ---- comparisons and conditions: flags

    def __lt__(self, other: Self | Plain) -> Self: ...
    def __le__(self, other: Self | Plain) -> Self: ...
    def __gt__(self, other: Self | Plain) -> Self: ...
    def __ge__(self, other: Self | Plain) -> Self: ...
    def __and__(self, other: Self | Plain) -> Self: ...
    def __or__(self, other: Self | Plain) -> Self: ...
    def __invert__(self) -> Self: ...

    def equals(self, other: Self | Plain) -> Self:
        """Tell whether both are present and equal."""
        ...

    def differs(self, other: Self | Plain) -> Self:
        """Tell whether the two are not equal, or one is missing."""
        ...

    def between(self, low: Self | Plain, high: Self | Plain) -> Self:
        """Tell whether the value lies from `low` to `high`, both included."""
        ...

    def among(self, *others: Self | Plain) -> Self:
        """Tell whether the value equals one of the others."""
        ...

    def truth(self) -> Self:
        """Tell whether the value serves as a fulfilled condition: neither 0 nor missing."""
        ...

    def is_missing(self) -> Self:
        """Tell whether the value is missing."""
        ...

    def where(self, condition: Self) -> Self:
        """Give the value where the condition holds, missing elsewhere."""
        ...

    def or_else(self, other: Self | Plain) -> Self:
        """Give the value, or `other` where it is missing."""
        ...

    def choose(self, yes: Self | Plain, no: Self | Plain) -> Self:
        """Give `yes` where this condition holds and `no` elsewhere."""
        ...

    # ---- text

    def text(self) -> Self:
        """Give the text of a number, a whole one without decimals; texts stay."""
        ...

    def number(self) -> Self:
        """Give the decimal that a text says, blanks around it allowed; missing where none."""
        ...

    def padded(self, width: int) -> Self:
        """Give the text of an integer with zeros in front up to a width."""
        ...

    def length(self) -> Self:
        """Count the characters."""
        ...

    def lower(self) -> Self:
        """Make A to Z small."""
        ...

    def upper(self) -> Self:
        """Make a to z capital."""
        ...

    def part(self, position: Self | Plain, length: Self | Plain) -> Self:
        """Cut a piece of a text; positions count from 1, negative ones from the end.

        Missing for position 0 and negative lengths.
        """
        ...

    def stripped(self, start: bool = True, end: bool = True) -> Self:
        """Remove blanks at the start and the end."""
        ...

    def without(self, characters: str) -> Self:
        """Remove every occurrence of some characters."""
        ...

    def with_point(self) -> Self:
        """Turn commas into points."""
        ...

    def starts_with(self, beginning: Self | Plain) -> Self:
        """Tell whether a text begins so."""
        ...

    def ends_with(self, ending: Self | Plain) -> Self:
        """Tell whether a text ends so."""
        ...

    def joined(self, *others: Self | Plain) -> Self:
        """Write texts one after another; missing ones contribute nothing."""
        ...

    # ---- dates: day numbers count from 1970-01-01

    def day_number(self, month: Self | Plain, day: Self | Plain) -> Self:
        """Give the day number of a year with month and day; impossible dates are missing."""
        ...

    def iso_date(self) -> Self:
        """Give a day number as text `YYYY-MM-DD`."""
        ...

    def year(self) -> Self:
        """Give the year of a day number."""
        ...

    def month(self) -> Self:
        """Give the month of a day number, 1 to 12."""
        ...

    def day(self) -> Self:
        """Give the day of the month of a day number, 1 to 31."""
        ...

    def week(self) -> Self:
        """Give the ISO week of a day number, 1 to 53."""
        ...

    # ---- across the values of a row: missing values are skipped

    def total(self, *others: Self | Plain) -> Self:
        """Add up what is present; 0 where nothing is."""
        ...

    def lowest(self, *others: Self | Plain) -> Self:
        """Give the smallest."""
        ...

    def highest(self, *others: Self | Plain) -> Self:
        """Give the largest."""
        ...

    def middle(self, *others: Self | Plain) -> Self:
        """Give the median; decimal."""
        ...

    def present(self, *others: Self | Plain) -> Self:
        """Count the values that are not missing."""
        ...


C = TypeVar("C", bound=Column)


def evaluated(
    expression: tree.Expression, variable: Callable[[str], C], constant: Callable[[Plain | None], C]
) -> C:
    """Give the column that a checked expression over variables stands for.

    `variable` gives the column of a name, `constant` that of a plain value (None: missing). Deep
    trees do not recurse. Raises `KeyError` for a function that does not exist.
    """
    done: list[C] = []
    waiting: list[tuple[tree.Expression, bool]] = [(expression, False)]
    while waiting:
        node, ready = waiting.pop()
        match node:
            case tree.Literal(value=value):
                done.append(constant(value))
            case tree.Missing():
                done.append(constant(None))
            case tree.Name(text=text):
                done.append(variable(text))
            case _ if not ready:
                waiting.append((node, True))
                waiting.extend((part, False) for part in reversed(_parts(node)))
            case tree.Unary(operator=operator):
                operand = done.pop()
                done.append(-operand if operator == "-" else ~operand)
            case tree.Binary(operator=operator):
                right, left = done.pop(), done.pop()
                done.append(_operated(operator, left, right))
            case tree.Call(arguments=arguments):
                first = len(done) - len(arguments)
                given = done[first:]
                del done[first:]
                done.append(_called(node, given, constant))
            case _:
                raise TypeError("bindings are replaced before an expression is evaluated")
    return done.pop()


def whole(expression: tree.Expression) -> bool:
    """Tell whether some function in the expression looks at other rows than its own."""
    from kohort.function import functions

    known = functions()
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tree.Call) and not known[node.function].elementwise:
            return True
        waiting.extend(_parts(node))
    return False


def names(expression: tree.Expression) -> frozenset[str]:
    """Give the names of the variables in an expression."""
    found: set[str] = set()
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tree.Name):
            found.add(node.text)
        waiting.extend(_parts(node))
    return frozenset(found)


def _parts(node: tree.Expression) -> tuple[tree.Expression, ...]:
    match node:
        case tree.Unary(operand=operand):
            return (operand,)
        case tree.Binary(left=left, right=right):
            return (left, right)
        case tree.Call(arguments=arguments):
            return arguments
        case _:
            return ()


def _called(call: tree.Call, given: list[C], constant: Callable[[Plain | None], C]) -> C:
    from kohort.function import functions

    function = functions()[call.function]
    arguments: list[Any] = []
    for position, column in enumerate(given):
        parameter = function.parameter(position)
        fixed = parameter is not None and parameter.takes.constant
        arguments.append(_plain(call.arguments[position]) if fixed else column)
    answer = function.body(*arguments)
    if isinstance(answer, (int, float, str)):
        return constant(answer)
    return cast("C", answer)


def _plain(expression: tree.Expression) -> Plain | None:
    from kohort.scalar import evaluate

    return evaluate(expression, {})


def _operated(operator: str, left: C, right: C) -> C:
    match operator:
        case "^":
            return left**right
        case "*":
            return left * right
        case "/":
            return left / right
        case "+":
            return left + right
        case "-":
            return left - right
        case "==":
            return left.equals(right)
        case "!=":
            return left.differs(right)
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "&":
            return left & right
        case _:
            return left | right
