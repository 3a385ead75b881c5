"""Describe numeric variables at each time of a panel."""

from kohort.command import ShowCommand, selected
from kohort.dataset import Dataset
from kohort.described import PanelSummary
from kohort.diagnostic import wrong
from kohort.phrases import Condition, Options, Words
from kohort.scope import Scope, Variable
from kohort.writing import titled

from .summarize import FURTHER, check_described, described
from .tabulate_panel import panel_time


class SummarizePanel(ShowCommand, name="summarize-panel"):
    """Mean, standard deviation, number of units and percentiles at each time of a panel."""

    group = "statistics"
    options_table = FURTHER

    variables: Words | None
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The dataset must be a panel, the variables numeric; without any, all are taken."""
        time = panel_time(scope, self.span)
        check_described(scope, self.name, self.variables, self.condition, self.span)
        if not self._chosen(scope, time):
            wrong("no-numeric-variable", "the dataset has no numeric variable", self.span)

    def _chosen(self, scope: Scope, time: Variable) -> list[Variable]:
        found = described(scope, self.variables, self.span)
        return found if self.variables else [v for v in found if v.name != time.name]

    def run(self, dataset: Dataset, scope: Scope) -> PanelSummary:
        """Ask for the values at each time."""
        further = tuple(name for name in FURTHER if name in self.options)
        time = panel_time(scope, self.span)
        rows = selected(dataset, self.condition)
        volumes = rows.magnitudes([time], self._chosen(scope, time), False, further, {})
        return PanelSummary(volumes, titled(self.name, self.variables or (), self.condition))
