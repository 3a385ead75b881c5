"""Correlate numeric variables with one another."""

from kohort.command import Option, ShowCommand, selected
from kohort.dataset import Dataset
from kohort.described import Correlations
from kohort.phrases import Condition, Options, Words
from kohort.scope import Scope
from kohort.writing import titled

from .summarize import check_described, described


class Correlate(ShowCommand, name="correlate"):
    """Correlations of numeric variables, two by two."""

    group = "statistics"
    options_table = {
        "covariance": Option("covariances instead of correlations", excludes=("sig",)),
        "pairwise": Option("each pair over all units that have both variables"),
        "obs": Option("also the number of units behind each coefficient"),
        "sig": Option("also P of each coefficient"),
    }

    variables: Words | None
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The variables must be numeric; without any, all numeric ones of the dataset are taken."""
        check_described(scope, self.name, self.variables, self.condition, self.span)

    def run(self, dataset: Dataset, scope: Scope) -> Correlations:
        """Ask for the values."""
        of = described(scope, self.variables, self.span)
        found = selected(dataset, self.condition).summary(of, ())
        covariance, pairwise, obs, sig = (name in self.options for name in self.options_table)
        title = titled(self.name, self.variables or (), self.condition)
        return Correlations(found, covariance, pairwise, obs, sig, title)
