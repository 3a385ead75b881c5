"""Flows of units between the values of variables."""

from kohort.command import ShowCommand, selected
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.expression_types import condition_typed
from kohort.phrases import Condition, Options, Words
from kohort.results import Chart
from kohort.scope import Scope

from .barchart import MOST_AXES, title
from .tabulate import table_variable


class Sankey(ShowCommand, name="sankey"):
    """Draw how units flow from the values of one variable to those of the next."""

    group = "charts"

    variables: Words
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """There must be two variables or more, each once."""
        names = [table_variable(scope, word).name for word in self.variables]
        if len(names) < 2:
            hint = "one for each stage"
            wrong("needs-two-variables", "a flow needs two variables", self.variables.span, hint)
        if len(set(names)) < len(names):
            wrong("duplicate-variable", "a variable is named twice", self.variables.span)
        if len(names) > MOST_AXES:
            message = f"a chart takes at most {MOST_AXES} variables"
            wrong("too-many-variables", message, self.variables.span)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)

    def run(self, dataset: Dataset, scope: Scope) -> Chart:
        """Ask for the counts of all combinations."""
        settings = {"title": title(self.name, self.variables, self.condition, self.options)}
        rows = selected(dataset, self.condition)
        axes = [scope.find(word) for word in self.variables]
        return Chart("flow", rows.counts(axes, False, ("freq",), settings), options=settings)
