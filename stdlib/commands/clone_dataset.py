"""Copy a dataset."""

from dataclasses import replace

from kohort.command import SteerCommand
from kohort.phrases import Word
from kohort.results import Raw
from kohort.scope import Scope
from kohort.session import Session


class CloneDataset(SteerCommand, name="clone-dataset"):
    """Copy a dataset with rows, variables and labels; the active dataset stays the same."""

    group = "datasets"

    source: Word
    new: Word

    def check(self, scope: Scope) -> None:
        """The source must exist, the new name must be free."""
        shape = scope.dataset(self.source)
        scope.new_dataset(self.new)
        scope.update(replace(shape, name=self.new.text))

    def recover(self, scope: Scope) -> None:
        """Go on with the copy where the source exists."""
        shape = scope.datasets.get(self.source.text)
        if shape is not None and self.new.text not in scope.datasets:
            scope.update(replace(shape, name=self.new.text))

    def run(self, session: Session) -> Raw:
        """Share the columns under the new name."""
        copy = session.datasets[self.source.text].described(session.scope.datasets[self.new.text])
        session.datasets[self.new.text] = copy.rebased()
        words = {"source": self.source.text, "new": self.new.text}
        return copy.size("cloned", words, change=False)
