"""What a function is, and all functions: each decorated one in stdlib/functions registers itself.

    from kohort.function import Flag, Number, function

    @function
    def inrange(x: Number, low: Number, high: Number) -> Flag:
        "Whether x lies between low and high, both included."
        return x.between(low, high)

The signature is the function's signature in the language. A trailing underscore of the Python name
is dropped (`abs_` is `abs`); `@function(name="F")` gives any other name. A parameter with a default
may be left out (the body then gets the default), `*rest` takes any number of further arguments.
Arguments annotated with a `Constant...` alias must be constants and reach the body as plain Python
values; all others reach it as columns of the vocabulary.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar, cast, get_args, overload

if TYPE_CHECKING:
    from kohort.expression import Expression
    from kohort.meaning import Meaning
    from kohort.rewriting import Coded, Words
    from kohort.vocabulary import Column

Kind = Literal["number", "integer", "decimal", "text", "flag", "any", "alike", "first", "widest"]
"""What an argument must be, or what a result is.

As an argument: `number` an integer or decimal; `integer`; `text`; `flag` a condition; `any` any
type but a key; `alike` any type, the same (all numbers or all texts) for all `alike` arguments of
a call. As a result: `integer`, `decimal` (also `number`), `text`, `flag` (the integers 1 and 0),
`first` the type of the first argument, `widest` integer when every numeric argument is, else
decimal.
"""


@dataclass(frozen=True)
class Takes:
    """What one parameter takes: its kind, and whether a constant or a bare variable is needed.

    `low` and `high` bound the value of a constant (both inclusive).
    """

    kind: Kind
    constant: bool = False
    variable: bool = False
    low: float | None = None
    high: float | None = None


Number = Annotated["Column", Takes("number")]
Integer = Annotated["Column", Takes("integer")]
Decimal = Annotated["Column", Takes("decimal")]
Text = Annotated["Column", Takes("text")]
Flag = Annotated["Column", Takes("flag")]
Any = Annotated["Column", Takes("any")]
Alike = Annotated["Column", Takes("alike")]
Labelled = Annotated["Column", Takes("any", variable=True)]
WithLabels = Annotated["Coded", Takes("any", variable=True)]
"""A bare variable, which reaches the body of a rewritten function with its labels."""
Label = Annotated["Words", Takes("text", constant=True)]
"""A constant text, which reaches the body of a rewritten function with its place."""
First = Annotated["Column", Takes("first")]
Widest = Annotated["Column", Takes("widest")]
ConstantNumber = Annotated[float, Takes("number", constant=True)]
ConstantInteger = Annotated[int, Takes("integer", constant=True)]
ConstantDecimal = Annotated[float, Takes("decimal", constant=True)]
ConstantText = Annotated[str, Takes("text", constant=True)]


@dataclass(frozen=True)
class Parameter:
    """One parameter of a function: name, what it takes, whether it may be left out."""

    name: str
    takes: Takes
    optional: bool = False


@dataclass(frozen=True)
class Function:
    """A function of the language.

    `rest` takes any number of further arguments. `body` gets columns (and plain values for
    constants) and gives a column, or a plain number or text. `elementwise` is false where a row's
    value depends on other rows; such a function cannot stand in `let`. `subject` is the file of
    stdlib/functions that holds it. `meaning` makes the canonical wording of a call from its
    arguments' where operators can say the same (None: the call is a wording of its own).
    `rewritten` marks a function whose body gives an expression, which takes the place of the call
    before a statement is checked (`kohort.rewriting`).
    """

    name: str
    parameters: tuple[Parameter, ...]
    rest: Parameter | None
    result: Kind
    doc: str
    body: Callable[..., Column | Expression | float | str]
    elementwise: bool
    subject: str
    meaning: Callable[..., Meaning] | None = None
    rewritten: bool = False

    @property
    def least(self) -> int:
        """Smallest number of arguments."""
        return sum(not parameter.optional for parameter in self.parameters)

    @property
    def most(self) -> int | None:
        """Largest number of arguments, or None where there is no limit."""
        return None if self.rest is not None else len(self.parameters)

    @property
    def signature(self) -> str:
        """The call as help shows it: `round(x [, unit])`."""
        parts = [p.name for p in self.parameters if not p.optional]
        optional = "".join(f" [, {p.name}]" for p in self.parameters if p.optional)
        more = "" if self.rest is None else f", {self.rest.name} ..." if parts else "..."
        return f"{self.name}({', '.join(parts)}{optional}{more})"

    def parameter(self, position: int) -> Parameter | None:
        """Give the parameter that takes the argument at this position (from 0), or None."""
        return self.parameters[position] if position < len(self.parameters) else self.rest


_Body = TypeVar("_Body", bound=Callable[..., object])

_registry: dict[str, Function] = {}
_loaded = False


@overload
def function(body: _Body, /) -> _Body: ...
@overload
def function(
    *,
    name: str = "",
    elementwise: bool = True,
    meaning: Callable[..., Meaning] | None = None,
    rewritten: bool = False,
) -> Callable[[_Body], _Body]: ...
def function(
    body: _Body | None = None,
    /,
    *,
    name: str = "",
    elementwise: bool = True,
    meaning: Callable[..., Meaning] | None = None,
    rewritten: bool = False,
) -> _Body | Callable[[_Body], _Body]:
    """Register a function of the language; its signature, docstring and module describe it.

    Raises `TypeError` where the signature or docstring leaves something out, so that a wrong file
    fails when it is loaded.
    """

    def register(written: _Body) -> _Body:
        made = _described(written, name, elementwise)
        made = replace(made, meaning=meaning, rewritten=rewritten)
        if made.name in _registry:
            raise TypeError(f"function '{made.name}' is defined twice")
        _registry[made.name] = made
        return written

    return register if body is None else register(body)


def functions() -> Mapping[str, Function]:
    """Give all functions by name, loading stdlib/functions on first use."""
    global _loaded
    if not _loaded:
        package = importlib.import_module("kohort.stdlib.functions")
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
        _loaded = True
    return _registry


def _described(body: Callable[..., object], name: str, elementwise: bool) -> Function:
    python_name = body.__name__
    name = name or python_name.removesuffix("_")
    signature = inspect.signature(body, eval_str=True)
    doc = (inspect.getdoc(body) or "").strip()
    if not doc:
        raise TypeError(f"function '{name}' has no docstring")
    parameters, rest = [], None
    for given in signature.parameters.values():
        takes = _takes(name, given.annotation)
        optional = given.default is not inspect.Parameter.empty
        parameter = Parameter(given.name.removesuffix("_"), takes, optional)
        if given.kind is inspect.Parameter.VAR_POSITIONAL:
            rest = parameter
        else:
            parameters.append(parameter)
    result = _takes(name, signature.return_annotation).kind
    subject = body.__module__.rpartition(".")[2]
    # The annotations are all the checking there is: a body is called with what they promise.
    checked = cast("Callable[..., Column | Expression | float | str]", body)
    return Function(name, tuple(parameters), rest, result, doc, checked, elementwise, subject)


def _takes(name: str, annotation: object) -> Takes:
    for item in get_args(annotation):
        if isinstance(item, Takes):
            return item
    raise TypeError(f"function '{name}': {annotation!r} is not an annotation of kohort.function")


__all__ = [
    "Alike", "Any", "ConstantDecimal", "ConstantInteger", "ConstantNumber", "ConstantText",
    "Decimal", "First", "Flag", "Function", "Integer", "Kind", "Label", "Labelled", "Number",
    "Parameter", "Takes", "Text", "Widest", "WithLabels", "function", "functions",
]  # fmt: skip
