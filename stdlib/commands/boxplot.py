"""Boxes of quartiles."""

from kohort.command import Option, ShowCommand, selected
from kohort.dataset import Dataset
from kohort.expression_types import condition_typed
from kohort.phrases import Condition, Options, Words
from kohort.results import Chart
from kohort.scope import Scope

from .barchart import check_groups, found, title
from .tabulate import numeric_variable


class Boxplot(ShowCommand, name="boxplot"):
    """Draw the quartiles of numeric variables as boxes, with whiskers and means."""

    group = "charts"
    options_table = {
        "over": Option("variables whose values get boxes of their own", "words"),
        "by": Option("variables whose values get charts of their own", "words"),
        "horizontal": Option("lying boxes"),
    }

    variables: Words
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The variables must be numeric, those of over() and by() fit for a table."""
        for word in self.variables:
            numeric_variable(scope, word, self.name)
        check_groups(scope, self.options, self.variables, counted=False)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)

    def run(self, dataset: Dataset, scope: Scope) -> Chart:
        """Ask for the values in each group."""
        panels, groups = found(scope, self.options, "by"), found(scope, self.options, "over")
        settings = {
            "title": title(self.name, self.variables, self.condition, self.options),
            "horizontal": "horizontal" in self.options,
        }
        of = [scope.find(word) for word in self.variables]
        rows = selected(dataset, self.condition)
        values = rows.magnitudes([*panels, *groups], of, False, ("p50",), settings)
        return Chart("box", values, len(panels), len(groups), options=settings)
