"""The canonical wording: what is asked, freed from how it was written (disclosure 4.2).

Every variable stands for its normalised definition on register variables, every population for a
set of atomic conditions. Names, order, repetition, `drop if` against `keep if` and double negation
are normalised away (see `kohort.meaning`, whose definitions this module re-exports). Two different
conditions never have one wording: it is built from SHA-256 digests of whole definitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kohort import expression as tree
from kohort.meaning import (
    FALSE,
    MISSING,
    TRUE,
    UNKNOWN,
    Meaning,
    added,
    at_most,
    both,
    conditional,
    conjuncts,
    constant,
    either,
    equals,
    less,
    missing,
    multiplied,
    number,
    opposite,
    present,
    standardised,
    subtracted,
    truth,
)

if TYPE_CHECKING:
    from kohort.scope import Shape, Variable

__all__ = [
    "EVERYBODY", "FALSE", "MISSING", "TRUE", "UNKNOWN", "Meaning", "Population", "added",
    "aggregated", "both", "by_time", "cell_of", "code_cell", "conditional", "constant",
    "either", "equals", "grid", "in_panel", "joined", "key", "magnitude", "missing",
    "multiplied", "number", "observed", "of_condition", "of_expression", "parsed", "passed",
    "present", "recoded", "sampled", "source", "spell", "spells", "standardised", "time", "truth",
    "units_of", "when",
]  # fmt: skip


# ---- populations


@dataclass(frozen=True)
class Population:
    """The normalised history of a unit set: a conjunction of atomic conditions."""

    atoms: frozenset[Meaning] = frozenset()

    def keep(self, condition: Meaning) -> Population:
        """Give the population where a condition holds too."""
        # Without a conjunction of its own: it would be digested, and tables have many cells.
        atoms = conjuncts((*self.atoms, truth(condition)))
        return Population(frozenset(atoms)) if atoms else self

    def drop(self, condition: Meaning) -> Population:
        """Give the population where a condition does not hold."""
        return self.keep(truth(condition).negated)

    @property
    def of_units(self) -> Population | None:
        """The population of units behind a panel, or None where single rows were taken away.

        All that concerns units alone holds for every row of a unit; as long as nothing else was
        asked, each of them is still there.
        """
        units = Population(frozenset(atom for atom in self.atoms if atom.kind != "grid"))
        return None if any(atom.rowwise for atom in units.atoms) else units

    def wording(self, *further: Meaning) -> str:
        """Give the canonical wording of counting this population, narrowed by conditions."""
        population = self
        for condition in further:
            population = population.keep(condition)
        return " & ".join(sorted(atom.digest for atom in population.atoms)) or "all"


EVERYBODY = Population()


def magnitude(population_wording: str, *values: Meaning) -> str:
    """Give the wording of a magnitude or model: the population's, and the standardised columns'."""
    columns = sorted(standardised(value).digest for value in values)
    return " | ".join((population_wording, *columns))


# ---- values that commands make


def source(databank: str, variable: str, date: str | None) -> Meaning:
    """Give a register variable at a date. The databank's version is not part of the wording."""
    return Meaning("source", f"{databank}\x1e{variable}\x1e{date or ''}")


def spell(databank: str, variable: str, part: str) -> Meaning:
    """Give what a row of event data holds: its `value`, `start` or `stop`."""
    return Meaning("spell", f"{databank}\x1e{variable}\x1e{part}")


def spells(databank: str, variable: str, first: str, last: str) -> Meaning:
    """Give the condition that rows are the spells of a variable in a period."""
    return Meaning("spells", f"{databank}\x1e{variable}\x1e{first}\x1e{last}")


def in_panel(databank: str, variable: str) -> Meaning:
    """Give a register variable at the date of a panel's row."""
    return Meaning("panel", f"{databank}\x1e{variable}")


def time(kind: str) -> Meaning:
    """Give the time of a panel's row: a day of `import-panel` or a suffix of names."""
    return Meaning("time", kind)


def grid(times: Sequence[str]) -> Meaning:
    """Give the condition that rows are units at these times.

    What is asked of a panel's rows is another question than the same asked of its units.
    """
    return Meaning("grid", "\x1e".join(times))


def by_time(times: Sequence[str], values: Sequence[Meaning]) -> Meaning:
    """Give the value of a panel's row that was one variable for each time."""
    return Meaning("long", "\x1e".join(times), tuple(values))


def when(value: Meaning, at: str, population: Population) -> Meaning:
    """Give a unit's value at one time of a panel; missing where that row is not in it."""
    return Meaning("when", f"{at}\x1e{population.wording()}", (value,))


def passed(value: Meaning, side: str) -> Meaning:
    """Give what a unit's row of a panel holds `from` which, or `to` which, it passes to the next.

    Only rows that the next time follows have it.
    """
    return Meaning("step", side, (value,))


def key(unit_type: str) -> Meaning:
    """Give the unit identifier of a dataset."""
    return Meaning("key", unit_type)


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


def sampled(amount: float, bucket: int, of: Population) -> Meaning:
    """Give the membership in a keyed sample: a share, or a number of the units of a population.

    A share draws each unit on its own, whoever else is there; a number depends on the population.
    """
    among = "" if 0 < amount < 1 else of.wording()
    return Meaning("flag", f"sample\x1e{amount!r}\x1e{bucket}\x1e{among}")


def units_of(by: Meaning, population: Population) -> Meaning:
    """Give the membership in the set of values that `by` takes in a population (`collapse`)."""
    return Meaning("flag", f"units\x1e{population.wording()}", (by,))


def code_cell(value: Meaning, code: float | str | None) -> Meaning:
    """Give the condition of one cell of a table: the value has this code, or is missing (None)."""
    return missing(value) if code is None else equals(value, constant(code))


def observed(variable: Variable) -> Meaning:
    """Give the condition that a variable counts in statistics: not missing, nor flagged so."""
    flagged = () if variable.labels is None else variable.labels.missing
    value = variable.meaning
    return both((present(value), *(equals(value, constant(code)).negated for code in flagged)))


def cell_of(variable: Variable, code: float | str | None) -> Meaning:
    """Give the condition of one cell of a table of a variable; None is the cell of the missing."""
    return observed(variable).negated if code is None else code_cell(variable.meaning, code)


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
            return opposite(of_expression(operand, shape))
        case tree.Binary(operator=operator, left=left, right=right):
            return _binary(operator, of_expression(left, shape), of_expression(right, shape))
        case tree.Call():
            return _called(
                expression, [of_expression(a, shape) for a in expression.arguments], shape
            )
        case _:
            return UNKNOWN


def of_condition(expression: tree.Expression, shape: Shape) -> Meaning:
    """Give the meaning of an expression that serves as a condition."""
    return truth(of_expression(expression, shape))


def _binary(operator: tree.BinaryOperator, a: Meaning, b: Meaning) -> Meaning:
    match operator:
        case "==":
            return equals(a, b)
        case "!=":
            return equals(a, b).negated
        case "<":
            return less(a, b)
        case "<=":
            return at_most(a, b)
        case ">":
            return less(b, a)
        case ">=":
            return at_most(b, a)
        case "&":
            return both((truth(a), truth(b)))
        case "|":
            return either((truth(a), truth(b)))
        case "+":
            return added((a, b))
        case "-":
            return subtracted(a, b)
        case "*":
            return multiplied((a, b))
        case "/":
            return Meaning("div", "", (a, b))
        case "^":
            return Meaning("power", "", (a, b))


def _called(call: tree.Call, arguments: Sequence[Meaning], shape: Shape) -> Meaning:
    """Give the meaning of a call: the function's own where it declares one.

    What else decides its value is part of it: other rows, and the labels of a variable.
    """
    from kohort.function import functions

    function = functions().get(call.function)
    if function is None:
        return UNKNOWN
    if function.meaning is not None:
        return function.meaning(*arguments)
    kind = "flag" if function.result == "flag" else "call"
    others = "" if function.elementwise else shape.population.wording()
    told = ["function", call.function, others]
    for position, argument in enumerate(call.arguments):
        parameter = function.parameter(position)
        if parameter is not None and parameter.takes.variable and isinstance(argument, tree.Name):
            told.append(_labelled(shape.find(argument.text)))
    return Meaning(kind, "\x1e".join(told), tuple(arguments))


def _labelled(variable: Variable | None) -> str:
    """Write down the labels that functions of labels read."""
    if variable is None or variable.labels is None:
        return ""
    return f"{variable.labels.pairs!r} {sorted(map(repr, variable.labels.missing))!r}"
