"""The canonical wording: what is asked, freed from how it was written (disclosure 4.2).

Every variable stands for its normalised definition on register variables, every population for a
set of atomic conditions. Names, order, repetition, `drop if` against `keep if`, double negation and
constants are normalised away. What this module does not recognise as the same counts as another
wording; it never gives two different conditions one wording, since a wording is built from SHA-256
digests of whole definitions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kohort import expression as tree

if TYPE_CHECKING:
    from kohort.scope import Shape

_LOGIC = frozenset({
    "eq",
    "lt",
    "le",
    "not",
    "and",
    "or",
    "missing",
    "truth",
    "true",
    "false",
    "flag",
})
_FLAG_FUNCTIONS = frozenset({"startswith", "endswith", "inlabels", "labelcontains"})


@dataclass(frozen=True, eq=False)
class Meaning:
    """A normalised definition.

    Two are equal when their digests are: equal definitions, however written.
    """

    kind: str
    text: str = ""
    parts: tuple[Meaning, ...] = ()

    @cached_property
    def digest(self) -> str:
        """128 bits of SHA-256 over kind, text and the digests of the parts, as hex."""
        body = "\x1f".join((self.kind, self.text, *(p.digest for p in self.parts)))
        return hashlib.sha256(body.encode()).hexdigest()[:32]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Meaning) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def logical(self) -> bool:
        """Whether this is 1 or 0 and never missing."""
        return self.kind in _LOGIC

    @cached_property
    def negated(self) -> Meaning:
        """The opposite condition, with the negation pushed down."""
        opposite = _negation(self)
        opposite.__dict__["negated"] = self
        return opposite


TRUE = Meaning("true")
FALSE = Meaning("false")
MISSING = Meaning("nothing")
UNKNOWN = Meaning("unknown")


def _negation(meaning: Meaning) -> Meaning:
    match meaning.kind:
        case "true":
            return FALSE
        case "false":
            return TRUE
        case "not":
            return meaning.parts[0]
        case "and":
            return either(p.negated for p in meaning.parts)
        case "or":
            return both(p.negated for p in meaning.parts)
        case _:
            return Meaning("not", "", (meaning,))


def _ordered(parts: Iterable[Meaning]) -> tuple[Meaning, ...]:
    return tuple(sorted(set(parts), key=lambda p: p.digest))


def both(conditions: Iterable[Meaning]) -> Meaning:
    """Give the conjunction: flattened, sorted, without repetition."""
    return _joined("and", conditions, neutral=TRUE, absorbing=FALSE)


def either(conditions: Iterable[Meaning]) -> Meaning:
    """Give the disjunction: flattened, sorted, without repetition."""
    return _joined("or", conditions, neutral=FALSE, absorbing=TRUE)


def _joined(
    kind: str, conditions: Iterable[Meaning], neutral: Meaning, absorbing: Meaning
) -> Meaning:
    flat: list[Meaning] = []
    for condition in conditions:
        flat.extend(condition.parts if condition.kind == kind else (condition,))
    parts = tuple(p for p in _ordered(flat) if p != neutral)
    if absorbing in parts or any(p.negated in parts for p in parts if p.kind == "not"):
        return absorbing
    if len(parts) == 1:
        return parts[0]
    return Meaning(kind, "", parts) if parts else neutral


# ---- values


def number(value: float) -> Meaning:
    """Give a numeric constant; 1 and 1.0 are one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return Meaning("num", repr(value))


def constant(value: float | str) -> Meaning:
    """Give a constant of a script or a code."""
    return Meaning("txt", value) if isinstance(value, str) else number(value)


def source(databank: str, variable: str, date: str | None) -> Meaning:
    """Give a register variable at a date. The databank's version is not part of the wording."""
    return Meaning("source", f"{databank}\x1e{variable}\x1e{date or ''}")


def key(unit_type: str) -> Meaning:
    """Give the unit identifier of a dataset."""
    return Meaning("key", unit_type)


def conditional(condition: Meaning, new: Meaning, old: Meaning) -> Meaning:
    """Give `new` where the condition holds and `old` elsewhere (`generate ...

    if`, `replace ... if`).
    """
    if condition == TRUE or new == old:
        return new
    if condition == FALSE:
        return old
    return Meaning("where", "", (condition, new, old))


def recoded(rules: Sequence[str], old: Meaning) -> Meaning:
    """Give the result of recode rules, each in a canonical text without its label."""
    return Meaning("recode", "\x1e".join(rules), (old,))


def parsed(options: str, old: Meaning) -> Meaning:
    """Give the number that a text says (`destring`)."""
    return Meaning("parse", options, (old,))


def aggregated(statistic: str, of: Meaning, by: Meaning, population: Population) -> Meaning:
    """Give a group statistic over a population (`collapse`, `aggregate`)."""
    return Meaning("aggregate", f"{statistic}\x1e{population.wording()}", (of, by))


def joined(value: Meaning, on: Meaning, population: Population) -> Meaning:
    """Give a value fetched from another dataset's unit by a key (`merge`)."""
    return Meaning("join", population.wording(), (value, on))


def sampled(fraction: float, bucket: int) -> Meaning:
    """Give the membership in a keyed sample."""
    return Meaning("flag", f"sample\x1e{fraction!r}\x1e{bucket}")


def units_of(by: Meaning, population: Population) -> Meaning:
    """Give the membership in the set of values that `by` takes in a population (`collapse`)."""
    return Meaning("flag", f"units\x1e{population.wording()}", (by,))


def started(first: Meaning) -> Meaning:
    """Give the membership in the population that a first import defines: units with a record of it."""
    return present(first)


# ---- conditions


def missing(value: Meaning) -> Meaning:
    """Give the condition that a value is missing."""
    if value.logical or value.kind in ("num", "txt"):
        return FALSE
    return TRUE if value.kind == "nothing" else Meaning("missing", "", (value,))


def present(value: Meaning) -> Meaning:
    """Give the condition that a value is not missing."""
    return missing(value).negated


def truth(value: Meaning) -> Meaning:
    """Give a value used as a condition: true when it is neither 0 nor missing."""
    if value.logical:
        return value
    if value.kind == "num":
        return FALSE if float(value.text) == 0 else TRUE
    return FALSE if value.kind == "nothing" else Meaning("truth", "", (value,))


def equals(a: Meaning, b: Meaning) -> Meaning:
    """Give the condition that two values are equal (false where one is missing)."""
    if a.kind in ("num", "txt"):
        a, b = b, a
    if "nothing" in (a.kind, b.kind):
        return FALSE
    if a.kind in ("num", "txt"):
        return TRUE if a == b else FALSE
    if a.logical and b.kind == "num":
        return {"1": a, "0": a.negated}.get(b.text, FALSE)
    return Meaning("eq", "", _ordered((a, b)) if a != b else (a, a))


def code_cell(value: Meaning, code: float | str | None) -> Meaning:
    """Give the condition of one cell of a table: the value has this code, or is missing (None)."""
    return missing(value) if code is None else equals(value, constant(code))


def _compared(kind: str, a: Meaning, b: Meaning) -> Meaning:
    if a.kind == "num" == b.kind:
        x, y = float(a.text), float(b.text)
        return TRUE if (x < y if kind == "lt" else x <= y) else FALSE
    return Meaning(kind, "", (a, b))


# ---- arithmetic


def added(parts: Iterable[Meaning]) -> Meaning:
    """Give a sum: flattened, sorted, its constants folded."""
    total: float = 0
    rest: list[Meaning] = []
    for part in parts:
        for piece in part.parts if part.kind == "add" else (part,):
            if piece.kind == "num":
                total += _value(piece)
            else:
                rest.append(piece)
    if total != 0 or not rest:
        rest.append(number(total))
    if len(rest) == 1:
        return rest[0]
    return Meaning("add", "", tuple(sorted(rest, key=lambda p: p.digest)))


def multiplied(parts: Iterable[Meaning]) -> Meaning:
    """Give a product: flattened, sorted, its constants folded."""
    factor: float = 1
    rest: list[Meaning] = []
    for part in parts:
        for piece in part.parts if part.kind == "mul" else (part,):
            if piece.kind == "num":
                factor *= _value(piece)
            else:
                rest.append(piece)
    if factor != 1 or not rest:
        rest.append(number(factor))
    if len(rest) == 1:
        return rest[0]
    return Meaning("mul", "", tuple(sorted(rest, key=lambda p: p.digest)))


def _value(constant_: Meaning) -> float:
    return (
        float(constant_.text)
        if "." in constant_.text or "e" in constant_.text
        else int(constant_.text)
    )


def standardised(value: Meaning) -> Meaning:
    """Strip outer shifts and positive scalings by constants, as the magnitude key does (disclosure 4.4)."""
    while True:
        if value.kind == "add":
            rest = [p for p in value.parts if p.kind != "num"]
            stripped = added(rest)
        elif value.kind == "mul":
            factors = [p for p in value.parts if p.kind == "num"]
            rest = [p for p in value.parts if p.kind != "num"]
            if not factors or not rest or _value(factors[0]) <= 0:
                return value
            stripped = multiplied(rest)
        elif value.kind == "div" and value.parts[1].kind == "num" and _value(value.parts[1]) > 0:
            stripped = value.parts[0]
        else:
            return value
        if stripped == value:
            return value
        value = stripped


# ---- expressions


def of_expression(expression: tree.Expression, shape: Shape) -> Meaning:
    """Give the meaning of a checked expression over the variables of a dataset."""
    match expression:
        case tree.Literal(value=value):
            return constant(value)
        case tree.Missing():
            return MISSING
        case tree.Name(text=text):
            variable = shape.find(text)
            return UNKNOWN if variable is None else variable.meaning
        case tree.Unary(operator="!", operand=operand):
            return truth(of_expression(operand, shape)).negated
        case tree.Unary(operand=operand):
            return multiplied((number(-1), of_expression(operand, shape)))
        case tree.Binary():
            left, right = (
                of_expression(expression.left, shape),
                of_expression(expression.right, shape),
            )
            return _binary(expression.operator, left, right)
        case tree.Call():
            return _called(
                expression.function, [of_expression(a, shape) for a in expression.arguments]
            )
        case _:
            return UNKNOWN


def of_condition(expression: tree.Expression, shape: Shape) -> Meaning:
    """Give the meaning of an expression that serves as a condition."""
    return truth(of_expression(expression, shape))


def _binary(operator: str, a: Meaning, b: Meaning) -> Meaning:
    match operator:
        case "==":
            return equals(a, b)
        case "!=":
            return equals(a, b).negated
        case "<":
            return _compared("lt", a, b)
        case "<=":
            return _compared("le", a, b)
        case ">":
            return _compared("lt", b, a)
        case ">=":
            return _compared("le", b, a)
        case "&":
            return both((truth(a), truth(b)))
        case "|":
            return either((truth(a), truth(b)))
        case "+":
            return added((a, b))
        case "-":
            return added((a, multiplied((number(-1), b))))
        case "*":
            return multiplied((a, b))
        case "/":
            return Meaning("div", "", (a, b))
        case _:
            return Meaning("power", "", (a, b))


def _called(function: str, arguments: list[Meaning]) -> Meaning:
    match function:
        case "sysmiss":
            return missing(arguments[0])
        case "inlist":
            return either(equals(arguments[0], item) for item in arguments[1:])
        case "inrange":
            value, low, high = arguments
            return both((_compared("le", low, value), _compared("le", value, high)))
        case _:
            kind = "flag" if function in _FLAG_FUNCTIONS else "call"
            return Meaning(kind, f"function\x1e{function}", tuple(arguments))


# ---- populations


@dataclass(frozen=True)
class Population:
    """The normalised history of a unit set: a conjunction of atomic conditions."""

    atoms: frozenset[Meaning] = frozenset()

    def keep(self, condition: Meaning) -> Population:
        """Give the population where a condition holds too."""
        meaning = truth(condition)
        if meaning == TRUE:
            return self
        parts = meaning.parts if meaning.kind == "and" else (meaning,)
        return Population(self.atoms | frozenset(parts))

    def drop(self, condition: Meaning) -> Population:
        """Give the population where a condition does not hold."""
        return self.keep(truth(condition).negated)

    def wording(self, *further: Meaning) -> str:
        """Give the canonical wording W of counting this population, narrowed by further conditions."""
        population = self
        for condition in further:
            population = population.keep(condition)
        return " & ".join(sorted(atom.digest for atom in population.atoms)) or "all"


EVERYBODY = Population()


def magnitude(population_wording: str, *values: Meaning) -> str:
    """Give the canonical wording of a magnitude or model: the population's, and the sorted standardised columns."""
    columns = sorted(standardised(value).digest for value in values)
    return " | ".join((population_wording, *columns))
