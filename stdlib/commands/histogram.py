"""How the values of a numeric variable are spread."""

from typing import Final

from kohort.command import Option, ShowCommand, selected
from kohort.dataset import Dataset
from kohort.expression_types import condition_typed
from kohort.phrases import Condition, Options, Word, Words
from kohort.results import Chart
from kohort.scope import Scope

from .barchart import check_groups, found, title
from .tabulate import numeric_variable

MEASURES: Final = ("density", "freq", "fraction", "percent")
_MOST: Final = 30


class Histogram(ShowCommand, name="histogram"):
    """Draw how many units have values in each of many equal intervals."""

    group = "charts"
    options_table = {
        "density": Option(
            "share per unit of the variable, so that the areas add up to 1 (the default)",
            excludes=("freq", "fraction", "percent"),
        ),
        "freq": Option("counts of units", excludes=("fraction", "percent")),
        "fraction": Option("share of all units", excludes=("percent",)),
        "percent": Option("per cent of all units"),
        "bin": Option(
            f"how many intervals: 1 to {_MOST} ({_MOST} unless given)", "number",
            excludes=("width", "discrete"), low=0, high=_MOST + 1, whole=True,
        ),
        "width": Option(
            "how wide the intervals are; they begin at its multiples", "number",
            excludes=("discrete",), low=0,
        ),
        "discrete": Option("a bar for each value instead"),
        "normal": Option("also the normal curve of the same mean and standard deviation"),
        "by": Option("variables whose values get charts of their own", "words"),
    }  # fmt: skip

    variable: Word
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The variable must be numeric, those of by() fit for a table."""
        numeric_variable(scope, self.variable, self.name)
        check_groups(scope, self.options, self._words, counted="discrete" in self.options)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)

    @property
    def _words(self) -> Words:
        return Words((self.variable,), self.variable.span)

    def run(self, dataset: Dataset, scope: Scope) -> Chart:
        """Ask for the values, or for the counts of each value."""
        panels, variable = found(scope, self.options, "by"), scope.find(self.variable)
        written = (name for name in MEASURES if name in self.options)
        settings = {
            "title": title(self.name, self._words, self.condition, self.options),
            "measure": next(written, MEASURES[0]),
            "bin": int(self.options.number("bin", _MOST)),
            "width": self.options.number("width", 0),
            "discrete": "discrete" in self.options,
            "normal": "normal" in self.options,
        }
        rows = selected(dataset, self.condition)
        counts = None
        if "discrete" in self.options:
            counts = rows.counts([*panels, variable], False, ("freq",), settings)
            if "normal" not in self.options:
                return Chart("bins", counts, len(panels), options=settings)
        values = rows.magnitudes(panels, [variable], False, ("mean",), settings)
        return Chart("bins", values, len(panels), counts=counts, options=settings)
