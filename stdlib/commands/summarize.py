"""Describe numeric variables."""

from dataclasses import replace

from kohort.command import Option, ShowCommand, selected
from kohort.dataset import Dataset
from kohort.diagnostic import Span, wrong
from kohort.expression_types import condition_typed
from kohort.phrases import Condition, Options, Words
from kohort.results import Summary
from kohort.scope import Scope, Variable
from kohort.writing import titled

from .tabulate import numeric_variable

FURTHER = {
    "gini": Option("also the Gini coefficient"),
    "iqr": Option("also the interquartile range"),
}


class Summarize(ShowCommand, name="summarize"):
    """Mean, standard deviation, number of units and percentiles of numeric variables."""

    group = "statistics"
    options_table = FURTHER

    variables: Words | None
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The variables must be numeric; without any, all numeric ones of the dataset are taken."""
        check_described(scope, self.name, self.variables, self.condition, self.span)

    def run(self, dataset: Dataset, scope: Scope) -> Summary:
        """Ask for the values."""
        further = tuple(name for name in FURTHER if name in self.options)
        of = described(scope, self.variables, self.span)
        found = selected(dataset, self.condition).summary(of, further)
        return replace(found, title=titled(self.name, self.variables or (), self.condition))


def check_described(
    scope: Scope, command: str, variables: Words | None, condition: Condition | None, span: Span
) -> None:
    """Check variables that are described, none standing for all numeric ones."""
    for word in variables or ():
        numeric_variable(scope, word, command)
    if condition is not None:
        condition_typed(condition.expression, scope)
    if not described(scope, variables, span):
        wrong("no-numeric-variable", "the dataset has no numeric variable", span)


def described(scope: Scope, variables: Words | None, span: Span) -> list[Variable]:
    """Give the variables that are described: those named, or all numeric ones."""
    if variables is not None:
        return [scope.find(word) for word in variables]
    return [v for v in scope.shape(span).variables.values() if v.type.numeric]
