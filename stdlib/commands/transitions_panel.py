"""Count changes of categories from one time of a panel to the next."""

from kohort.command import ShowCommand, selected
from kohort.dataset import Dataset
from kohort.described import Transitions
from kohort.diagnostic import wrong
from kohort.phrases import Condition, Options, Words
from kohort.scope import Scope
from kohort.writing import titled

from .tabulate import check_table
from .tabulate_panel import panel_time


class TransitionsPanel(ShowCommand, name="transitions-panel"):
    """Count how units pass from category to category between one time of a panel and the next."""

    group = "statistics"

    variables: Words
    condition: Condition | None

    def check(self, scope: Scope) -> None:
        """The dataset must be a panel; the variables may be any but identifiers and the time."""
        time = panel_time(scope, self.span)
        for word in self.variables:
            if word.text == time.name:
                message = f"'{word.text}' is the time that passes"
                wrong("duplicate-variable", message, word.span, "name what changes with the time")
        check_table(scope, self.variables, self.condition, Options((), self.span))

    def run(self, dataset: Dataset, scope: Scope) -> Transitions:
        """Ask for the pairs of rows that follow one another."""
        time = panel_time(scope, self.span)
        rows = selected(dataset, self.condition)
        titles = [titled(self.name, (word,), self.condition) for word in self.variables]
        found = [scope.find(word) for word in self.variables]
        return rows.transitions(found, time, titles)
