"""A node for each phrase of the grammar: what commands find in their fields.

The parser builds these with bindings (`$x`, `a ++ b`) still inside, as `Computed` phrases and in
expressions as `Binding` and `Concat`; `binding.py` replaces them before a command is made, so that
a command meets only what the annotations promise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from typing import Literal as OneOf

from kohort.diagnostic import Span
from kohort.expression import Expression


@dataclass(frozen=True)
class Word:
    """A name as written (variable, dataset, alias, code list, statistic), with its place."""

    text: str
    span: Span

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Words:
    """A blank-separated list of names."""

    items: tuple[Word, ...]
    span: Span

    def __iter__(self) -> Iterator[Word]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class Number:
    """An integer or decimal literal; leading zeros are dropped."""

    value: int | float
    span: Span


@dataclass(frozen=True)
class Text:
    """A quoted text without its quotes."""

    value: str
    span: Span


Value = Number | Text | Word
"""A code as it is written in rules and lists: `5`, `'0301'` or a bare word."""


@dataclass(frozen=True)
class Date:
    """A calendar date; `days` counts from 1970-01-01, `text` is `YYYY-MM-DD`."""

    days: int
    text: str
    span: Span


@dataclass(frozen=True)
class Dates:
    """One or more dates."""

    items: tuple[Date, ...]
    span: Span

    def __iter__(self) -> Iterator[Date]:
        return iter(self.items)


@dataclass(frozen=True)
class Path:
    """`alias/NAME`: a register variable of a connected databank."""

    alias: Word
    name: Word
    span: Span


@dataclass(frozen=True)
class Paths:
    """One or more register variables."""

    items: tuple[Path, ...]
    span: Span

    def __iter__(self) -> Iterator[Path]:
        return iter(self.items)


@dataclass(frozen=True)
class Bank:
    """`no.ssb.fdb:45`: a databank and the version asked for."""

    name: str
    version: str
    span: Span


@dataclass(frozen=True)
class Condition:
    """The `if` clause."""

    expression: Expression
    span: Span


@dataclass(frozen=True)
class Rename:
    """`old -> new`; `new` is None where no arrow is written."""

    old: Word
    new: Word | None
    span: Span


@dataclass(frozen=True)
class Renames:
    """A list of names with optional arrows."""

    items: tuple[Rename, ...]
    span: Span

    def __iter__(self) -> Iterator[Rename]:
        return iter(self.items)


@dataclass(frozen=True)
class Aggregate:
    """`(statistic) variable [-> new]`, one variable each."""

    statistic: Word
    variable: Word
    new: Word | None
    span: Span


@dataclass(frozen=True)
class Aggregates:
    """The specification list of `collapse` and `aggregate`, flattened."""

    items: tuple[Aggregate, ...]
    span: Span

    def __iter__(self) -> Iterator[Aggregate]:
        return iter(self.items)


@dataclass(frozen=True)
class Interval:
    """`low/high` on the left of a recode rule; None stands for `min` or `max`."""

    low: Number | None
    high: Number | None
    span: Span


@dataclass(frozen=True)
class Group:
    """`missing`, `nonmissing` or `*` on the left of a recode rule (`.` reads as `missing`)."""

    kind: str
    span: Span


@dataclass(frozen=True)
class Rule:
    """`(left ... = value ['label'] [missing])`."""

    left: tuple[Number | Text | Interval | Group, ...]
    value: Number | Text
    label: str | None
    flagged_missing: bool
    span: Span


@dataclass(frozen=True)
class Rules:
    """The rules of one recode, in the order written."""

    items: tuple[Rule, ...]
    span: Span

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.items)


@dataclass(frozen=True)
class LabelPair:
    """A code and its label in `define-labels`."""

    code: int | float | str
    label: str
    span: Span


@dataclass(frozen=True)
class LabelPairs:
    """The code list of one `define-labels`."""

    items: tuple[LabelPair, ...]
    span: Span

    def __iter__(self) -> Iterator[LabelPair]:
        return iter(self.items)


@dataclass(frozen=True)
class Factor:
    """One operand of a model term: `i.x` ("i"), `c.x` ("c") or a bare name ("")."""

    prefix: str
    name: Word
    span: Span


@dataclass(frozen=True)
class Term:
    """A model term: one factor, or several joined by `#` ("#") or `##` ("##")."""

    factors: tuple[Factor, ...]
    operator: str
    span: Span


@dataclass(frozen=True)
class Terms:
    """The terms of a model, in the order written."""

    items: tuple[Term, ...]
    span: Span

    def __iter__(self) -> Iterator[Term]:
        return iter(self.items)


@dataclass(frozen=True)
class Range:
    """`low : high` in a `for`: whole numbers, both ends included."""

    low: Number
    high: Number
    span: Span


@dataclass(frozen=True)
class Values:
    """One list of a `for`: items and ranges in the order written."""

    items: tuple[Number | Text | Word | Range, ...]
    span: Span

    def __iter__(self) -> Iterator[Number | Text | Word | Range]:
        return iter(self.items)


@dataclass(frozen=True)
class Level:
    """`i, j in 1 : 3, a b c`: iterators and as many lists (one iterator has one list)."""

    iterators: tuple[Word, ...]
    lists: tuple[Values, ...]
    span: Span


@dataclass(frozen=True)
class Levels:
    """The nested levels of a `for`, outermost first."""

    items: tuple[Level, ...]
    span: Span

    def __iter__(self) -> Iterator[Level]:
        return iter(self.items)


@dataclass(frozen=True)
class Computed:
    """A place whose words are worked out from bindings (`wage ++ $y`); a command never meets it.

    `kind` says what must come out: a `name` (`Word`), a `date`, a `number`, or any `value`
    (`Number`, `Text` or `Word`).
    """

    kind: OneOf["name", "date", "number", "value"]
    expression: Expression
    span: Span


@dataclass(frozen=True)
class OptionCall:
    """An option as written. `arguments` is None for a bare name and () for empty parentheses.

    Each argument is a `Number`, a `Text` or a `Term` (a bare name is a term of one plain factor).
    """

    name: Word
    arguments: tuple[Number | Text | Term, ...] | None
    span: Span


@dataclass(frozen=True)
class Options:
    """The options of a statement in the order written; empty where none are written.

    The command's table has checked names, numbers and kinds of arguments before `check` and `run`
    see them, so the readers below only convert.
    """

    calls: tuple[OptionCall, ...]
    span: Span

    def __contains__(self, name: str) -> bool:
        return any(call.name.text == name for call in self.calls)

    def __iter__(self) -> Iterator[OptionCall]:
        return iter(self.calls)

    def call(self, name: str) -> OptionCall | None:
        """Give the option of this name as written, or None."""
        return next((call for call in self.calls if call.name.text == name), None)

    def _arguments(self, name: str) -> tuple[Number | Text | Term, ...]:
        call = self.call(name)
        return () if call is None or call.arguments is None else call.arguments

    def words(self, name: str) -> tuple[Word, ...]:
        """Give the names in the parentheses."""
        return tuple(a.factors[0].name for a in self._arguments(name) if isinstance(a, Term))

    def terms(self, name: str) -> tuple[Term, ...]:
        """Give the model terms in the parentheses."""
        return tuple(a for a in self._arguments(name) if isinstance(a, Term))

    def number(self, name: str, default: float) -> float:
        """Give the number in the parentheses, or the default where the option is absent."""
        found = [a.value for a in self._arguments(name) if isinstance(a, Number)]
        return found[0] if found else default

    def text(self, name: str) -> str | None:
        """Give the text or bare word in the parentheses, or None."""
        for argument in self._arguments(name):
            if isinstance(argument, Text):
                return argument.value
            if isinstance(argument, Term):
                return argument.factors[0].name.text
        return None

    def codes(self, name: str) -> tuple[int | float | str, ...]:
        """Give the codes in the parentheses: numbers, or texts (a bare word counts as text)."""
        return tuple(
            a.factors[0].name.text if isinstance(a, Term) else a.value
            for a in self._arguments(name)
        )


@dataclass(frozen=True)
class Sentence:
    """A whole statement inside another one: its word and its phrases."""

    command: str
    phrases: tuple[Any, ...]
    span: Span
