"""Where the values of two variables lie together."""

from kohort.command import Option, ShowCommand, selected
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.expression_types import condition_typed
from kohort.phrases import Condition, Options, Words
from kohort.results import Chart
from kohort.scope import Scope, Type

from .barchart import complete, title
from .tabulate import numeric_variable, table_variable


class Hexbin(ShowCommand, name="hexbin"):
    """Draw where units lie by two variables, as hexagons coloured by how many they hold."""

    group = "charts"
    options_table = {
        "gridsize": Option(
            "how many hexagons along each axis: 1 to 25 (20 unless given)", "number",
            low=0, high=26, whole=True,
        ),
        "groups": Option(
            "how many colours: 1 to 10 (10 unless given)", "number", low=0, high=11, whole=True
        ),
    }  # fmt: skip

    variables: Words
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The first variable goes up and must be numeric; the second, along, may be any."""
        words = list(self.variables)
        if len(words) != 2:
            message = f"{self.name} needs two variables"
            hint = "first the one that goes up, then the one along"
            wrong("needs-two-variables", message, self.variables.span, hint)
        numeric_variable(scope, words[0], self.name)
        table_variable(scope, words[1])
        if words[0].text == words[1].text:
            wrong("duplicate-variable", "a variable is named twice", self.variables.span)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)

    def run(self, dataset: Dataset, scope: Scope) -> Chart:
        """Ask for the values of both; those of a text, and the times of a panel, are codes."""
        up, along = (scope.find(word) for word in self.variables)
        settings = {
            "title": title(self.name, self.variables, self.condition, self.options),
            "gridsize": int(self.options.number("gridsize", 20)),
            "groups": int(self.options.number("groups", 10)),
        }
        rows = complete(selected(dataset, self.condition), self.variables)
        if along.type is Type.TEXT or along.times:
            values = rows.magnitudes([along], [up], False, ("mean",), settings)
        else:
            values = rows.magnitudes([], [up, along], False, ("mean",), settings)
        return Chart("hexagon", values, options=settings)
