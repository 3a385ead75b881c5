"""Give a variable the labels of a code list."""

from dataclasses import replace

from kohort.command import DataCommand
from kohort.dataset import Dataset
from kohort.diagnostic import suggestion, wrong
from kohort.phrases import Word
from kohort.results import Done
from kohort.scope import Labels, Scope, Shape, Type, Variable


class AssignLabels(DataCommand, name="assign-labels"):
    """Give a variable a copy of a code list's labels, in place of those it has."""

    group = "data preparation"

    variable: Word
    list_name: Word

    def check(self, scope: Scope) -> None:
        """Variable and list must exist, and the codes must be of the variable's type."""
        shape = scope.shape(self.span)
        variable = scope.find(self.variable, shape)
        labels = scope.code_lists.get(self.list_name.text)
        if labels is None:
            hint = (
                suggestion(self.list_name.text, scope.code_lists) or "make it with 'define-labels'"
            )
            message = f"there is no code list '{self.list_name.text}'"
            wrong("unknown-list", message, self.list_name.span, hint)
        self._check_types(variable, labels)
        scope.update(shape.with_variables(replace(variable, labels=labels)))

    def _check_types(self, variable: Variable, labels: Labels) -> None:
        texts = any(isinstance(code, str) for code, _ in labels.pairs)
        numbers = any(not isinstance(code, str) for code, _ in labels.pairs)
        clash = (variable.type.numeric and texts) or (variable.type is Type.TEXT and numbers)
        if clash and variable.type is not Type.UNKNOWN:
            quotes = "without quotes" if variable.type.numeric else "in quotes"
            wrong(
                "type-clash",
                f"'{variable.name}' is {variable.type.value}, the codes of the list are not",
                self.list_name.span,
                f"define the codes {quotes}, or 'destring' the variable",
            )

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Labels live in the description; the rows stay."""
        return dataset

    def status(self, dataset: Dataset, before: Shape) -> Done:
        """Name variable and list."""
        words = {"variable": self.variable.text, "list": self.list_name.text}
        return Done("labels_assigned", words)
