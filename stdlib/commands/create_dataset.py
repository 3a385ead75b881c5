"""Make an empty dataset."""

from kohort.command import SteerCommand
from kohort.phrases import Word
from kohort.results import Done, Raw
from kohort.scope import Scope, Shape
from kohort.session import Session


class CreateDataset(SteerCommand, name="create-dataset"):
    """Make an empty dataset and make it the active one."""

    group = "datasets"

    dataset: Word

    def check(self, scope: Scope) -> None:
        """The name must be new."""
        scope.new_dataset(self.dataset)
        scope.update(Shape(self.dataset.text))
        scope.active = self.dataset.text

    def recover(self, scope: Scope) -> None:
        """Go on with an empty dataset of this name."""
        scope.update(Shape(self.dataset.text))
        scope.active = self.dataset.text

    def run(self, session: Session) -> Raw:
        """Give the engine's empty dataset its place."""
        name = self.dataset.text
        session.datasets[name] = session.engine.empty(session.scope.datasets[name])
        return Done("created", {"dataset": name})
