"""What a command is, and all commands: each subclass in stdlib/commands registers itself."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal, dataclass_transform

from kohort import wording
from kohort.diagnostic import Span, suggestion, wrong
from kohort.expression import Unary
from kohort.history import quoted
from kohort.phrases import Condition, Number, OptionCall, Options, Term, Text
from kohort.scope import BindingValue, Scope, Shape

if TYPE_CHECKING:
    from kohort.bank import Databank
    from kohort.dataset import Dataset
    from kohort.disclosure.release import Gate
    from kohort.register import RegisterVariable
    from kohort.results import Done, Raw, Size
    from kohort.session import Session

Argument = Literal[
    "none",
    "word",
    "words",
    "number",
    "text",
    "terms",
    "codes",
    "optional-code",
    "optional-codes",
    "optional-word",
]


@dataclass(frozen=True)
class Option:
    """One option of a command: its help, its parentheses, and what it cannot be combined with.

    `argument`: `none` takes no parentheses; `word` one name; `words` one or more names; `number` a
    number; `text` a text or bare word; `terms` model terms; `codes` one or more codes;
    `optional-...` the same or nothing (empty parentheses or none).
    `low`/`high`: bounds of a number, exclusive when `strict`.
    """

    help: str
    argument: Argument = "none"
    excludes: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = False

    def written(self, name: str) -> str:
        """Give an option as it is written, with what stands in its parentheses."""
        kind = self.argument.removeprefix("optional-")
        if kind == "none":
            return name
        inside = f"({kind.removesuffix('s').upper()}{' ...' if kind.endswith('s') else ''})"
        inside = inside.replace("WORD", "NAME")
        return f"{name}[{inside}]" if kind != self.argument else f"{name}{inside}"


@dataclass_transform(frozen_default=True)
@dataclass(frozen=True)
class Command:
    """A statement of the language: syntax node, check, meaning and help in one class.

    Fields after `span` are the phrases of the sentence in grammar/commands.lark, in order; the
    rule's name is the command's word with `-` as `_`. `name` is the command's word. The class
    docstring's first line is the one-line help. `offers` are the words that completion proposes
    for a terminal of the grammar.
    """

    span: Span

    name: ClassVar[str] = ""
    group: ClassVar[str] = ""
    options_table: ClassVar[Mapping[str, Option]] = {}
    offers: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    opens_block: ClassVar[bool] = False
    closes_block: ClassVar[bool] = False
    raw_until: ClassVar[str | None] = None

    def __init_subclass__(cls, name: str | None = None) -> None:
        super().__init_subclass__()
        if name is None:
            # What several commands share is no statement; its phrases become fields of theirs.
            return
        shared, own = _phrases(cls.__mro__[1:]), _phrases([cls])
        # A command that names all shared phrases again has a sentence of another order.
        cls.__annotations__ = own if shared.keys() <= own.keys() else {**shared, **own}
        dataclass(frozen=True)(cls)
        cls.name = name
        _registry[name] = cls

    def check(self, scope: Scope) -> None:
        """Check names, types and options against the scope, and move it on. Reads no data.

        Raises `ScriptError` for the first mistake; further ones go to `scope.report`.
        """

    def recover(self, scope: Scope) -> None:
        """After a failed check: put what would have been made into the scope, of unknown type."""

    def rounds(self) -> Iterator[Mapping[str, BindingValue]]:
        """Give the bindings of each round of the block that this statement opens.

        Raises `ScriptError`.
        """
        yield {}


class DataCommand(Command):
    """Changes the active dataset."""

    edits_values: ClassVar[bool] = False

    @abstractmethod
    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Give the changed dataset; `scope` is the state before the statement."""

    def change(self, dataset: Dataset, scope: Scope, gate: Gate) -> Dataset:
        """Give the changed dataset; `gate` is for what must be protected to become a column."""
        return self.run(dataset, scope)

    def registers(self, scope: Scope) -> tuple[tuple[Databank, RegisterVariable], ...]:
        """Give the registers that are read, so that what protects each of them comes into force."""
        return ()

    def edited(self, dataset: Dataset) -> tuple[Size, Size] | None:
        """Count the units whose values an `if` clause changes, and the others.

        None where no clause does.
        """
        condition: Condition | None = getattr(self, "condition", None)
        if condition is None or not self.edits_values:
            return None
        touched = selected(dataset, condition)
        spared = selected(dataset, opposite(condition))
        return touched.size("", {}, change=False), spared.size("", {}, change=False)

    def status(self, dataset: Dataset, before: Shape) -> Size | Done | None:
        """Give the request for the status line of the changed dataset, or None for no line.

        A request with `change` makes the session apply the population floor first.
        """
        return None


class ShowCommand(Command):
    """Computes something to be shown."""

    @abstractmethod
    def run(self, dataset: Dataset, scope: Scope) -> Raw:
        """Give the unreleased result; `scope` is the state before the statement."""


class TellCommand(Command):
    """Shows metadata, help or the user's own words; needs no dataset."""

    @abstractmethod
    def run(self, scope: Scope, history: tuple[str, ...]) -> Raw:
        """Give the document; `history` holds the statements of the session so far."""


class SteerCommand(Command):
    """Steers the session: datasets, bindings, blocks."""

    def run(self, session: Session) -> Raw | None:
        """Change the session's datasets; the scope has been moved on by `check` already."""
        return None


class PromptCommand(Command):
    """Belongs to the prompt, which carries it out itself; an error in a script."""

    def check(self, scope: Scope) -> None:
        """Refuse the statement outside the prompt."""
        wrong("only-at-the-prompt", f"'{self.name}' works at the prompt only", self.span)


def _phrases(classes: Iterable[type]) -> dict[str, object]:
    """Give the annotated phrases of some classes up to the command, those of bases first."""
    found: dict[str, object] = {}
    for one in reversed([c for c in classes if issubclass(c, Command) and c is not Command]):
        annotated = inspect.get_annotations(one)
        found |= {n: kind for n, kind in annotated.items() if "ClassVar" not in str(kind)}
    return found


_registry: dict[str, type[Command]] = {}
_loaded = False


def commands() -> Mapping[str, type[Command]]:
    """Give all commands by name, loading stdlib/commands on first use."""
    global _loaded
    if not _loaded:
        package = importlib.import_module("kohort.stdlib.commands")
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
        # By name, whichever of them another one has imported first.
        found = sorted(_registry.items())
        _registry.clear()
        _registry.update(found)
        # Only now: another thread (completion) must not take a part for the whole.
        _loaded = True
    return _registry


def narrowed(shape: Shape, condition: Condition | None) -> Shape:
    """Give the shape with the `if` clause added to the history of its population."""
    if condition is None:
        return shape
    meaning = wording.of_expression(condition.expression, shape)
    narrower = replace(shape, population=shape.population.keep(meaning))
    return narrower.after("where", condition=quoted(condition.expression))


def selected(dataset: Dataset, condition: Condition | None) -> Dataset:
    """Give the rows that an `if` clause leaves, described so that the wording knows the clause."""
    if condition is None:
        return dataset
    shape = narrowed(dataset.shape, condition)
    return dataset.narrowed(condition.expression).described(shape)


def opposite(condition: Condition) -> Condition:
    """Give the `if` clause of the rows that this one leaves out."""
    return Condition(Unary("!", condition.expression, condition.span), condition.span)


def _offered(command: type[Command]) -> str:
    """Name the options of a command, or where they are named when there are many."""
    table = command.options_table
    if len(table) > 6:
        return f"'help {command.name}' lists its options"
    return f"{command.name} takes: {', '.join(table) if table else 'no options'}"


def check_options(command: type[Command], options: Options) -> None:
    """Check names, duplicates, arguments and exclusions of options against the command's table.

    Raises `ScriptError`: `unknown-option`, `duplicate-option`, `option-argument`,
    `options-exclude`.
    """
    table = command.options_table
    seen: set[str] = set()
    for call in options:
        name = call.name.text
        if name not in table:
            hint = suggestion(name, table) or _offered(command)
            wrong("unknown-option", f"{command.name} has no option '{name}'", call.name.span, hint)
        if name in seen:
            wrong("duplicate-option", f"option '{name}' is given twice", call.name.span)
        seen.add(name)
        _check_argument(command.name, call, table[name])
    for call in options:
        for other in table[call.name.text].excludes:
            if other in seen:
                message = f"'{call.name.text}' and '{other}' cannot be combined"
                wrong("options-exclude", message, call.span)


def _check_argument(command: str, call: OptionCall, option: Option) -> None:
    name, given = call.name.text, call.arguments or ()
    kind = option.argument.removeprefix("optional-")
    if option.argument == "none":
        if call.arguments:
            wrong("option-argument", f"'{name}' takes nothing in parentheses", call.span)
        return
    if not given:
        if option.argument.startswith("optional-"):
            return
        wrong("option-argument", f"'{name}' needs something in parentheses", call.span, option.help)
    if kind in ("word", "number", "text", "code") and len(given) > 1:
        wrong("option-argument", f"'{name}' takes one item in parentheses", call.span)
    for item in given:
        if not _fits(kind, item):
            wrong("option-argument", f"'{name}' needs {_WANTED[kind]} here", item.span, option.help)
        if kind == "number" and isinstance(item, Number):
            _check_bounds(name, item, option)


_WANTED = {
    "word": "a name", "words": "names", "number": "a number", "text": "a text", "terms": "terms",
    "codes": "codes", "code": "a code",
}  # fmt: skip


def _fits(kind: str, item: Number | Text | Term) -> bool:
    plain = isinstance(item, Term) and len(item.factors) == 1 and not item.factors[0].prefix
    match kind:
        case "word" | "words":
            return plain
        case "number":
            return isinstance(item, Number)
        case "text":
            return plain or isinstance(item, Text)
        case "terms":
            return isinstance(item, Term)
        case _:
            return plain or not isinstance(item, Term)


def _check_bounds(name: str, item: Number, option: Option) -> None:
    low, high = option.low, option.high
    if option.whole and not isinstance(item.value, int):
        wrong("option-argument", f"'{name}' needs a whole number", item.span)
    if (low is not None and item.value <= low) or (high is not None and item.value >= high):
        bounds = (
            f"between {low:g} and {high:g} (exclusive)"
            if low is not None and high is not None
            else f"above {low:g}"
            if low is not None
            else f"below {high:g}"
        )
        wrong("option-argument", f"'{name}' must be {bounds}", item.span)


__all__ = [
    "Command", "DataCommand", "Option", "PromptCommand", "ShowCommand", "SteerCommand",
    "TellCommand",
    "check_options", "commands", "narrowed", "opposite", "selected",
]  # fmt: skip
