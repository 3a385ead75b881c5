"""Add statistics of groups to the rows of the groups."""

from kohort import wording
from kohort.command import DataCommand, Option
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.phrases import Aggregates, Options, Word
from kohort.results import Done
from kohort.scope import Scope, Shape, Type, Variable

from .collapse import STATISTICS, group_statistic, grouping_variable


class AggregateRows(DataCommand, name="aggregate"):
    """Add variables that hold, in each row, a statistic of the row's group."""

    group = "data preparation"
    offers = {"STATISTIC": STATISTICS}
    options_table = {"by": Option("the variable whose values form the groups", "words")}

    aggregates: Aggregates
    options: Options

    def check(self, scope: Scope) -> None:
        """Statistics and variables must be right; every result needs a new name."""
        shape = scope.filled(self.span)
        by = scope.find(self._by(), shape)
        for item in self.aggregates:
            if item.new is None:
                wrong(
                    "no-new-name",
                    f"the result for '{item.variable}' has no name",
                    item.span,
                    f"write '{item.variable} -> NAME'",
                )
            made = group_statistic(scope, shape, by, item)
            scope.new_variable(item.new, scope.shape(self.span))
            scope.update(scope.shape(self.span).with_variables(made))

    def _by(self) -> Word:
        return grouping_variable(self.options, self.name, self.span, "form the groups")

    def recover(self, scope: Scope) -> None:
        """Go on with results of unknown type."""
        shape = scope.datasets.get(scope.active or "")
        for item in self.aggregates:
            if shape is not None and item.new is not None and shape.find(item.new.text) is None:
                unknown = Variable(item.new.text, Type.UNKNOWN, wording.UNKNOWN)
                shape = shape.with_variables(unknown)
                scope.update(shape)

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Group the rows and give each its group's value."""
        by = scope.find(self._by()).name
        statistics = [
            (a.statistic.text, scope.find(a.variable).name, a.new.text)
            for a in self.aggregates
            if a.new is not None
        ]
        return dataset.aggregated(by, statistics)

    def status(self, dataset: Dataset, before: Shape) -> Done:
        """Name the new variables."""
        names = " ".join(item.new.text for item in self.aggregates if item.new is not None)
        by = self._by().text
        return Done("aggregated", {"names": names, "by": by, "dataset": dataset.shape.name})
