"""What the commands that draw survival share: event, time, `if` clause, groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kohort.command import Option, ShowCommand, selected
from kohort.diagnostic import wrong
from kohort.expression_types import condition_typed
from kohort.model_command import model_variable, numeric_variable
from kohort.phrases import Condition, Options, Word
from kohort.question import Question
from kohort.results import SurvivalCases
from kohort.scope import Scope
from kohort.writing import titled

if TYPE_CHECKING:
    from kohort.dataset import Dataset


class SurvivalCommand(ShowCommand):
    """Curves of how many are left as time goes by."""

    group = "survival"
    options_table = {"by": Option("a curve for each code of a variable", "word")}

    event: Word
    time: Word
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """Event and time must be numeric and different; groups are of another variable."""
        for word in (self.event, self.time):
            numeric_variable(scope, word, self.name)
        words = [self.event, self.time]
        for word in self.options.words("by"):
            model_variable(scope, word)
            words.append(word)
        names = [word.text for word in words]
        for place, word in enumerate(words):
            if word.text in names[:place]:
                wrong("duplicate-variable", "a variable is named twice", word.span)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)

    def run(self, dataset: Dataset, scope: Scope) -> SurvivalCases:
        """Ask for the rows that have event, time and group."""
        by = self.options.words("by")
        question = Question(
            columns={"time": scope.find(self.time), "event": scope.find(self.event)},
            groups={"by": scope.find(by[0])} if by else {},
            terms={},
            continuous=(),
            factors=(),
            estimator=None,
            options={"title": titled(self.name, (self.event, self.time), self.condition)},
            rules={"event": "binary", "time": "not negative"},
        )
        return SurvivalCases.of(selected(dataset, self.condition).model_cases(question), self.name)
