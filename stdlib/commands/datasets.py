"""The datasets of the session."""

from kohort.command import SteerCommand
from kohort.disclosure.released import Paragraph
from kohort.results import Document, Inventory, Raw
from kohort.session import Session


class Datasets(SteerCommand, name="datasets"):
    """List the session's datasets with unit type and size."""

    group = "support"

    def run(self, session: Session) -> Raw:
        """Ask for the size of each."""
        shapes = tuple(session.scope.datasets.values())
        if not shapes:
            return Document((Paragraph("There is no dataset; 'create-dataset NAME' makes one."),))
        sizes = tuple(session.datasets[s.name].size("", {}, change=False) for s in shapes)
        return Inventory(shapes, sizes, session.scope.active)
