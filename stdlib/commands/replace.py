"""Change the values of a variable."""

from dataclasses import replace

from kohort import wording
from kohort.command import DataCommand, narrowed
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.expression import Expression
from kohort.expression_types import condition_typed, typed
from kohort.phrases import Condition, Word
from kohort.results import Done
from kohort.scope import Labels, Scope, Shape, Type, Variable
from kohort.vocabulary import names


class Replace(DataCommand, name="replace"):
    """Change a variable's values, only where the `if` clause is 1 if there is one."""

    group = "data preparation"
    edits_values = True

    target: Word
    expression: Expression
    condition: Condition | None

    def check(self, scope: Scope) -> None:
        """The variable must exist, and with `if` the new values must be of its type."""
        shape = scope.shape(self.span)
        old = ordinary_variable(scope, self.target, "replaced")
        found = typed(self.expression, scope)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)
        type_ = self._type(old, found.type)
        # A function that looks at other rows looks at those of the clause.
        meaning = wording.of_expression(self.expression, narrowed(shape, self.condition))
        if self.condition is not None:
            clause = wording.of_condition(self.condition.expression, shape)
            meaning = wording.conditional(clause, meaning, old.meaning)
        binary = found.binary and (old.binary or self.condition is None)
        changed = replace(
            old, type=type_, meaning=meaning, codes=None, binary=binary, source=None,
            domain=None, unit_type=None, times=(), labels=_labels(old, type_),
            sensitive=old.sensitive or shape.sensitive(used_names(self.expression, self.condition)),
        )  # fmt: skip
        scope.update(shape.with_variables(changed))

    def _type(self, old: Variable, new: Type) -> Type:
        if self.condition is None or Type.UNKNOWN in (old.type, new) or old.type is new:
            return new
        if old.type.numeric and new.numeric:
            return Type.DECIMAL
        return wrong(
            "type-clash",
            f"'{old.name}' is {old.type.value}, the new value is {new.value}",
            self.expression.span,
            "without 'if' the type of a variable may change",
        )

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Put the new column in place."""
        old = scope.find(self.target)
        type_ = self._type(old, typed(self.expression, scope).type)
        condition = None if self.condition is None else self.condition.expression
        return dataset.with_column(
            self.target.text, self.expression, type_, condition, keep_old=True
        )

    def status(self, dataset: Dataset, before: Shape) -> Done:
        """Name the changed variable."""
        return Done("replaced", {"name": self.target.text, "dataset": dataset.shape.name})


def _labels(old: Variable, type_: Type) -> Labels | None:
    """Give the labels that stay: those of texts say nothing about numbers, nor the reverse."""
    if Type.UNKNOWN in (old.type, type_) or (old.type is Type.TEXT) == (type_ is Type.TEXT):
        return old.labels
    return None


def used_names(expression: Expression | None, condition: Condition | None) -> frozenset[str]:
    """Give the names of the variables on which a new value depends."""
    parts = (expression, None if condition is None else condition.expression)
    return frozenset[str]().union(*(names(part) for part in parts if part is not None))


def ordinary_variable(scope: Scope, word: Word, done: str) -> Variable:
    """Give a variable whose values may change, or raise: keys and pseudonyms stay."""
    variable = scope.find(word)
    key = scope.shape(word.span).key
    if variable.type is Type.KEY or (key is not None and variable.name == key.name):
        wrong(
            "pseudonym-used",
            f"'{word.text}' identifies units and cannot be {done}",
            word.span,
            "identifiers can be used in 'by' and 'on' only",
        )
    return variable
