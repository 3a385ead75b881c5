"""Remove rows or variables."""

from dataclasses import replace

from kohort import wording
from kohort.command import opposite
from kohort.dataset import Dataset
from kohort.history import quoted
from kohort.phrases import Condition, Words
from kohort.results import Done, Size
from kohort.scope import Scope, Shape

from .keep import Selection


class Drop(Selection, name="drop"):
    """Remove the rows where a condition is 1, or the variables named."""

    variables: Words | None
    condition: Condition | None

    def check(self, scope: Scope) -> None:
        """Narrow the population, or the list of variables."""
        shape = self.check_selection(scope, self.variables, self.condition)
        if self.condition is not None:
            clause = wording.of_condition(self.condition.expression, shape)
            left = replace(shape, population=shape.population.drop(clause))
            said = quoted(self.condition.expression)
            scope.update(left.after("dropped", condition=said))
        else:
            scope.update(shape.without(word.text for word in self.variables or ()))

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Remove the rows or columns."""
        if self.condition is not None:
            return dataset.narrowed(opposite(self.condition).expression)
        return dataset.without([word.text for word in self.variables or ()])

    def status(self, dataset: Dataset, before: Shape) -> Size | Done:
        """Count the units left, or name the variables that are gone."""
        if self.condition is not None:
            return dataset.size("dropped", {"dataset": dataset.shape.name})
        names = " ".join(word.text for word in self.variables or ())
        return Done("dropped_variables", {"names": names, "dataset": dataset.shape.name})
