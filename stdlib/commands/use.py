"""Choose the active dataset."""

from kohort.command import SteerCommand
from kohort.phrases import Word
from kohort.results import Done, Raw
from kohort.scope import Scope
from kohort.session import Session


class Use(SteerCommand, name="use"):
    """Make an existing dataset the active one."""

    group = "datasets"

    dataset: Word

    def check(self, scope: Scope) -> None:
        """The dataset must exist."""
        scope.active = scope.dataset(self.dataset).name

    def run(self, session: Session) -> Raw:
        """Say which dataset is active."""
        return Done("active", {"dataset": self.dataset.text})
