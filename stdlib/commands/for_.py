"""Repeat statements."""

from collections.abc import Iterator, Mapping, Sequence

from kohort import limits
from kohort.command import SteerCommand
from kohort.diagnostic import wrong
from kohort.phrases import Level, Levels, Number, Range, Text, Values
from kohort.scope import BindingValue, Scope


class For(SteerCommand, name="for"):
    """Run the statements up to `end` once for each value, or each combination of values."""

    group = "bindings"
    opens_block = True

    levels: Levels

    def check(self, scope: Scope) -> None:
        """Iterators must be different, and have equally many values."""
        seen: set[str] = set()
        for level in self.levels:
            for word in level.iterators:
                if word.text in seen:
                    message = f"the iterator '{word.text}' is named twice"
                    wrong("duplicate-iterator", message, word.span)
                seen.add(word.text)
            _lists(level)
        if scope.loops:
            scope.notice(
                "nested-loop",
                "loops inside loops do not run everywhere",
                self.span,
                "several levels of one 'for' are written with ';'",
            )

    def rounds(self) -> Iterator[Mapping[str, BindingValue]]:
        """Walk the levels, the last one fastest."""
        yield from _walk(list(self.levels), {})


def _walk(
    levels: Sequence[Level], outer: Mapping[str, BindingValue]
) -> Iterator[Mapping[str, BindingValue]]:
    if not levels:
        yield outer
        return
    first, *rest = levels
    names = [word.text for word in first.iterators]
    for values in zip(*_lists(first), strict=True):
        yield from _walk(rest, {**outer, **dict(zip(names, values, strict=True))})


def _lists(level: Level) -> list[list[BindingValue]]:
    """Give the values of each iterator of a level, equally many. Raises `ScriptError`."""
    if len(level.lists) != len(level.iterators):
        told = f"{len(level.iterators)} iterators need as many lists, not {len(level.lists)}"
        wrong("iterators-and-lists", told, level.span, "lists are separated by commas")
    lists = [_values(values) for values in level.lists]
    if len({len(values) for values in lists}) > 1:
        told = " and ".join(str(len(values)) for values in lists)
        wrong("lists-differ", f"the lists have {told} values", level.span)
    return lists


def _values(values: Values) -> list[BindingValue]:
    found: list[BindingValue] = []
    for item in values:
        match item:
            case Range():
                found.extend(_range(item))
            case Number(value=value) | Text(value=value):
                found.append(value)
            case _:
                found.append(item)
    return found


def _range(item: Range) -> list[BindingValue]:
    low, high = item.low.value, item.high.value
    if not (isinstance(low, int) and isinstance(high, int)):
        wrong("range-of-decimals", "a range needs whole numbers", item.span)
    if low > high:
        wrong("empty-range", f"the range ends at {high}, before {low}", item.span)
    if high - low >= limits.STEPS:
        wrong("too-many-steps", f"the range has more than {limits.STEPS} numbers", item.span)
    return list(range(low, high + 1))
