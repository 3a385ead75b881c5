"""The variables of a dataset."""

from kohort.command import SteerCommand
from kohort.phrases import Word
from kohort.results import Inventory, Raw
from kohort.scope import Scope
from kohort.session import Session


class Describe(SteerCommand, name="describe"):
    """Show the variables of a dataset with types and origin; of the active one unless named."""

    group = "support"

    dataset: Word | None

    def check(self, scope: Scope) -> None:
        """The dataset must exist."""
        if self.dataset is None:
            scope.shape(self.span)
        else:
            scope.dataset(self.dataset)

    def run(self, session: Session) -> Raw:
        """Give the description and ask for the size."""
        scope = session.scope
        shape = scope.shape(self.span) if self.dataset is None else scope.dataset(self.dataset)
        size = session.datasets[shape.name].size("", {}, change=False)
        return Inventory((shape,), (size,), scope.active, variables=True)
