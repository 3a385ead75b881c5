"""Estimate the means of numeric variables with confidence intervals."""

from kohort.command import Option, ShowCommand, selected
from kohort.dataset import Dataset
from kohort.described import Intervals
from kohort.phrases import Condition, Options, Words
from kohort.scope import Scope
from kohort.writing import titled

from .summarize import check_described, described


class ConfidenceInterval(ShowCommand, name="ci"):
    """Means of numeric variables with standard errors and confidence intervals."""

    group = "statistics"
    options_table = {
        "level": Option("confidence level in per cent, 95 unless given", "number", low=0, high=100),
    }

    variables: Words | None
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The variables must be numeric; without any, all numeric ones of the dataset are taken."""
        check_described(scope, self.name, self.variables, self.condition, self.span)

    def run(self, dataset: Dataset, scope: Scope) -> Intervals:
        """Ask for the values."""
        of = described(scope, self.variables, self.span)
        found = selected(dataset, self.condition).summary(of, ())
        title = titled(self.name, self.variables or (), self.condition)
        return Intervals(found, self.options.number("level", 95.0), title)
