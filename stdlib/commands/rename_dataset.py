"""Rename a dataset."""

from dataclasses import replace

from kohort.command import SteerCommand
from kohort.phrases import Word
from kohort.results import Done, Raw
from kohort.scope import Scope
from kohort.session import Session


class RenameDataset(SteerCommand, name="rename-dataset"):
    """Give a dataset another name; it stays active if it was."""

    group = "datasets"

    old: Word
    new: Word

    def check(self, scope: Scope) -> None:
        """The old name must exist, the new one must be free."""
        shape = scope.dataset(self.old)
        scope.new_dataset(self.new)
        scope.datasets = {
            (self.new.text if name == shape.name else name): other
            for name, other in scope.datasets.items()
        }
        scope.update(replace(shape, name=self.new.text))
        if scope.active == self.old.text:
            scope.active = self.new.text

    def run(self, session: Session) -> Raw:
        """Move the rows to the new name."""
        shape = session.scope.datasets[self.new.text]
        moved = session.datasets.pop(self.old.text).described(shape)
        session.datasets[self.new.text] = moved.rebased()
        return Done("renamed_dataset", {"old": self.old.text, "new": self.new.text})
