"""Count units, or describe numeric variables, by categories at each time of a panel."""

from kohort.command import ShowCommand, selected
from kohort.dataset import Dataset
from kohort.diagnostic import Span, wrong
from kohort.phrases import Condition, Options, Words
from kohort.results import Frequencies, Magnitudes
from kohort.scope import Kind, Scope, Variable

from .import_panel import TIME
from .reshape_from_panel import time_of
from .tabulate import asked, check_statistics, check_table, table_options, table_title


class TabulatePanel(ShowCommand, name="tabulate-panel"):
    """Count units by the values of variables at each time of a panel, or describe others there."""

    group = "statistics"
    options_table = table_options()

    variables: Words
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """As for tables whose second variable is the time."""
        time = panel_time(scope, self.span)
        for word in self.variables:
            if word.text == time.name:
                message = f"the times go across already; '{word.text}' need not be named"
                wrong("duplicate-variable", message, word.span)
        axes = check_table(scope, self.variables, self.condition, self.options, most=7)
        check_statistics(self.options, axes + 1)

    def run(self, dataset: Dataset, scope: Scope) -> Frequencies | Magnitudes:
        """Ask for the counts, or for the values in each cell."""
        first, *others = (scope.find(word) for word in self.variables)
        axes = [first, panel_time(scope, self.span), *others]
        title = table_title(self.name, self.variables, self.condition, self.options)
        rows = selected(dataset, self.condition)
        return asked(rows, axes, scope, self.options, {"title": title})


def panel_time(scope: Scope, span: Span) -> Variable:
    """Give the time of the active panel.

    Raises `not-a-panel`, and `times-unknown` where its values have been changed.
    """
    shape = scope.filled(span)
    if shape.kind is not Kind.PANEL:
        wrong(
            "not-a-panel",
            f"'{shape.name}' holds {shape.kind} data, not a panel",
            span,
            "'import-panel' and 'reshape-to-panel' make panels",
        )
    time = time_of(shape)
    if time is None:
        wrong(
            "times-unknown",
            f"the times of the panel '{shape.name}' are not in it any more",
            span,
            f"leave '{TIME}' as it is, and change a copy of it",
        )
    return time
