"""Describe numeric variables."""

from dataclasses import replace

from kohort.command import Option, ShowCommand, selected
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.expression_types import condition_typed
from kohort.phrases import Condition, Options, Words
from kohort.results import Summary
from kohort.scope import Scope, Variable

from .tabulate import numeric_variable


class Summarize(ShowCommand, name="summarize"):
    """Mean, standard deviation, number of units and percentiles of numeric variables."""

    group = "statistics"
    options_table = {
        "gini": Option("also the Gini coefficient"),
        "iqr": Option("also the interquartile range"),
    }

    variables: Words | None
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The variables must be numeric; without any, all numeric ones of the dataset are taken."""
        for word in self.variables or ():
            numeric_variable(scope, word, "summarize")
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)
        if not self._chosen(scope):
            wrong("no-numeric-variable", "the dataset has no numeric variable", self.span)

    def _chosen(self, scope: Scope) -> list[Variable]:
        if self.variables is not None:
            return [scope.find(word) for word in self.variables]
        return [v for v in scope.shape(self.span).variables.values() if v.type.numeric]

    def run(self, dataset: Dataset, scope: Scope) -> Summary:
        """Ask for the values."""
        further = tuple(name for name in ("gini", "iqr") if name in self.options)
        found = selected(dataset, self.condition).summary(self._chosen(scope), further)
        return replace(found, title=self.name)
