"""Copy variables."""

from dataclasses import replace

from kohort.command import DataCommand, Option
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.phrases import Options, Rename, Renames, Word
from kohort.results import Done
from kohort.scope import Scope, Shape


class CloneVariables(DataCommand, name="clone-variables"):
    """Copy variables with type and labels, each to a name of its own."""

    group = "data preparation"
    options_table = {
        "prefix": Option("text put before the name of each copy", "text"),
        "suffix": Option("text put after the name of each copy", "text"),
    }

    variables: Renames
    options: Options

    def check(self, scope: Scope) -> None:
        """Every copy needs a new name: an arrow, a prefix or a suffix."""
        shape = scope.shape(self.span)
        for item in self.variables:
            variable = scope.find(item.old, shape)
            if shape.key is not None and variable.name == shape.key.name:
                message = f"'{item.old.text}' is the unit key and cannot be copied"
                wrong("key-stays", message, item.old.span)
            target = self._target(item)
            scope.new_variable(target, scope.shape(self.span))
            copy = replace(variable, name=target.text)
            scope.update(scope.shape(self.span).with_variables(copy))

    def _target(self, item: Rename) -> Word:
        if item.new is not None:
            return item.new
        prefix, suffix = self.options.text("prefix") or "", self.options.text("suffix") or ""
        if not prefix and not suffix:
            wrong(
                "no-new-name",
                f"the copy of '{item.old.text}' has no name",
                item.old.span,
                f"write '{item.old.text} -> NAME', or use prefix() or suffix()",
            )
        return Word(f"{prefix}{item.old.text}{suffix}", item.old.span)

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Copy the columns."""
        for item in self.variables:
            dataset = dataset.copied(item.old.text, self._target(item).text)
        return dataset

    def status(self, dataset: Dataset, before: Shape) -> Done:
        """Name the copies."""
        names = " ".join(self._target(item).text for item in self.variables)
        return Done("cloned_variables", {"names": names})
