"""Start over."""

from typing import TYPE_CHECKING

from kohort.command import SteerCommand
from kohort.diagnostic import wrong
from kohort.scope import Scope

if TYPE_CHECKING:
    from kohort.session import Session


class Clear(SteerCommand, name="clear"):
    """Wipe the session: datasets, bindings, code lists, connections and history."""

    group = "support"

    def check(self, scope: Scope) -> None:
        """Leave nothing in sight. A loop could not go on with what it stands on."""
        if scope.loops:
            wrong("clear-in-loop", "'clear' cannot stand in a loop", self.span)
        scope.clear()

    def run(self, session: "Session") -> None:
        """Let go of all rows and of the statements so far."""
        session.forget()
