"""Rename a variable."""

from dataclasses import replace

from kohort.command import DataCommand
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.phrases import Word
from kohort.results import Done
from kohort.scope import Scope, Shape


class Rename(DataCommand, name="rename"):
    """Give a variable another name; values, labels and position stay."""

    group = "data preparation"

    old: Word
    new: Word

    def check(self, scope: Scope) -> None:
        """The old name must exist and not be the key, the new one must be free."""
        shape = scope.shape(self.span)
        variable = scope.find(self.old, shape)
        if shape.key is not None and variable.name == shape.key.name:
            wrong(
                "key-stays", f"'{self.old.text}' is the unit key and keeps its name", self.old.span
            )
        scope.new_variable(self.new, shape)
        renamed = {
            (self.new.text if name == variable.name else name): other
            for name, other in shape.variables.items()
        }
        renamed[self.new.text] = replace(variable, name=self.new.text)
        scope.update(replace(shape, variables=renamed))

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Rename the column."""
        return dataset.renamed(scope.find(self.old).name, self.new.text)

    def status(self, dataset: Dataset, before: Shape) -> Done:
        """Name both."""
        return Done("renamed", {"old": self.old.text, "new": self.new.text})
