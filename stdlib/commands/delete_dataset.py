"""Remove a dataset."""

from kohort.command import SteerCommand
from kohort.phrases import Word
from kohort.results import Done, Raw
from kohort.scope import Scope
from kohort.session import Session


class DeleteDataset(SteerCommand, name="delete-dataset"):
    """Remove a dataset; if it was active, none is active afterwards."""

    group = "datasets"

    dataset: Word

    def check(self, scope: Scope) -> None:
        """The dataset must exist."""
        name = scope.dataset(self.dataset).name
        del scope.datasets[name]
        if scope.active == name:
            scope.active = None

    def run(self, session: Session) -> Raw:
        """Let go of the rows."""
        del session.datasets[self.dataset.text]
        return Done("deleted", {"dataset": self.dataset.text})
