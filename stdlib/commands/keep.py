"""Keep rows or variables."""

from dataclasses import replace

from kohort import wording
from kohort.command import DataCommand
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.expression_types import condition_typed
from kohort.history import quoted
from kohort.phrases import Condition, Word, Words
from kohort.results import Done, Size
from kohort.scope import Scope, Shape


class Selection(DataCommand):
    """What `keep` and `drop` share: variables or a condition, not both."""

    group = "data preparation"

    def check_selection(
        self, scope: Scope, variables: Words | None, condition: Condition | None
    ) -> Shape:
        """Give the active dataset after checking that names or the condition are right."""
        shape = scope.shape(self.span)
        if variables is not None and condition is not None:
            wrong(
                "variables-and-condition",
                f"'{self.name}' takes variables or an 'if' clause, not both",
                condition.span,
                f"write 'keep if ...' and '{self.name} {variables.items[0]}' as two statements",
            )
        if variables is None and condition is None:
            wrong("nothing-named", f"'{self.name}' needs variables or an 'if' clause", self.span)
        for word in variables or ():
            self.check_named(scope, shape, word)
        if condition is not None:
            scope.filled(self.span)
            condition_typed(condition.expression, scope)
        return shape

    def check_named(self, scope: Scope, shape: Shape, word: Word) -> None:
        """The word must name a variable that can go."""
        check_droppable(scope, shape, word)


def check_droppable(scope: Scope, shape: Shape, word: Word) -> None:
    """Raise unless the word names a variable other than the unit key."""
    variable = scope.find(word, shape)
    if shape.key is not None and variable.name == shape.key.name:
        wrong("key-stays", f"'{word.text}' is the unit key and always stays", word.span)


class Keep(Selection, name="keep"):
    """Keep the rows where a condition is 1, or the variables named."""

    variables: Words | None
    condition: Condition | None

    def check(self, scope: Scope) -> None:
        """Narrow the population, or the list of variables."""
        shape = self.check_selection(scope, self.variables, self.condition)
        if self.condition is not None:
            clause = wording.of_condition(self.condition.expression, shape)
            kept = replace(shape, population=shape.population.keep(clause))
            said = quoted(self.condition.expression)
            scope.update(kept.after("kept", condition=said))
        else:
            scope.update(shape.without(self._gone(shape)))

    def check_named(self, scope: Scope, shape: Shape, word: Word) -> None:
        """The word must name a variable; the unit key stays anyway, and may be named."""
        scope.find(word, shape)

    def _gone(self, shape: Shape) -> list[str]:
        kept = {word.text for word in self.variables or ()}
        return [name for name in shape.variables if name not in kept and "@" not in name]

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Keep the rows or columns."""
        if self.condition is not None:
            return dataset.narrowed(self.condition.expression)
        return dataset.without(self._gone(dataset.shape))

    def status(self, dataset: Dataset, before: Shape) -> Size | Done:
        """Count the units left, or name the variables kept."""
        if self.condition is not None:
            return dataset.size("kept", {"dataset": dataset.shape.name})
        names = " ".join(word.text for word in self.variables or ())
        return Done("kept_variables", {"names": names, "dataset": dataset.shape.name})
