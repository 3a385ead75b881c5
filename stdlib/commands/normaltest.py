"""Test whether numeric variables are normally distributed."""

from kohort.command import ShowCommand, selected
from kohort.dataset import Dataset
from kohort.described import Normality
from kohort.phrases import Condition, Words
from kohort.scope import Scope
from kohort.writing import titled

from .summarize import check_described, described


class Normaltest(ShowCommand, name="normaltest"):
    """Skewness, kurtosis and tests of whether numeric variables are normally distributed."""

    group = "statistics"

    variables: Words | None
    condition: Condition | None

    def check(self, scope: Scope) -> None:
        """The variables must be numeric; without any, all numeric ones of the dataset are taken."""
        check_described(scope, self.name, self.variables, self.condition, self.span)

    def run(self, dataset: Dataset, scope: Scope) -> Normality:
        """Ask for the values."""
        of = described(scope, self.variables, self.span)
        found = selected(dataset, self.condition).summary(of, ())
        return Normality(found, titled(self.name, self.variables or (), self.condition))
