"""Add a variable."""

from kohort import wording
from kohort.command import DataCommand, narrowed
from kohort.dataset import Dataset
from kohort.expression import Expression
from kohort.expression_types import condition_typed, typed
from kohort.phrases import Condition, Word
from kohort.results import Done
from kohort.scope import Scope, Shape, Type, Variable

from .replace import used_names


class Generate(DataCommand, name="generate"):
    """Add a variable with the values of an expression; missing where the `if` clause is not 1."""

    group = "data preparation"
    edits_values = True

    target: Word
    expression: Expression
    condition: Condition | None

    def check(self, scope: Scope) -> None:
        """The name must be new, expression and condition must fit their types."""
        shape = scope.filled(self.span)
        scope.new_variable(self.target, shape)
        found = typed(self.expression, scope)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)
        # A function that looks at other rows looks at those of the clause.
        meaning = wording.of_expression(self.expression, narrowed(shape, self.condition))
        if self.condition is not None:
            clause = wording.of_condition(self.condition.expression, shape)
            meaning = wording.conditional(clause, meaning, wording.MISSING)
        variable = Variable(
            self.target.text, found.type, meaning, binary=found.binary,
            sensitive=shape.sensitive(used_names(self.expression, self.condition)),
        )  # fmt: skip
        scope.update(shape.with_variables(variable))

    def recover(self, scope: Scope) -> None:
        """Go on with a variable of unknown type."""
        shape = scope.datasets.get(scope.active or "")
        if shape is not None and shape.find(self.target.text) is None:
            unknown = Variable(self.target.text, Type.UNKNOWN, wording.UNKNOWN)
            scope.update(shape.with_variables(unknown))

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Add the column."""
        type_ = typed(self.expression, scope).type
        condition = None if self.condition is None else self.condition.expression
        return dataset.with_column(self.target.text, self.expression, type_, condition)

    def status(self, dataset: Dataset, before: Shape) -> Done:
        """Name the new variable."""
        return Done("generated", {"name": self.target.text, "dataset": dataset.shape.name})
