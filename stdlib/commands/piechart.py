"""A sector for each value of a variable."""

from kohort.command import ShowCommand, selected
from kohort.dataset import Dataset
from kohort.expression_types import condition_typed
from kohort.phrases import Condition, Options, Word, Words
from kohort.results import Chart
from kohort.scope import Scope

from .barchart import title
from .tabulate import table_variable


class Piechart(ShowCommand, name="piechart"):
    """Draw a sector for each value of a variable, with what per cent of the units have it."""

    group = "charts"

    variable: Word
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The variable may be any that can stand in a table."""
        table_variable(scope, self.variable)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)

    def run(self, dataset: Dataset, scope: Scope) -> Chart:
        """Ask for the counts."""
        words = Words((self.variable,), self.variable.span)
        settings = {"title": title(self.name, words, self.condition, self.options)}
        rows = selected(dataset, self.condition)
        counts = rows.counts([scope.find(self.variable)], False, ("freq",), settings)
        return Chart("pie", counts, options=settings)
