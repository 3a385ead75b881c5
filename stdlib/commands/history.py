"""The statements of the session."""

from kohort.command import TellCommand
from kohort.disclosure.released import Lines
from kohort.results import Document
from kohort.scope import Scope


class History(TellCommand, name="history"):
    """List the statements of the session, ready to be copied."""

    group = "support"

    def run(self, scope: Scope, history: tuple[str, ...]) -> Document:
        """Give the statements as they were written."""
        lines = [line for statement in history for line in statement.splitlines()]
        return Document((Lines(tuple(lines)),))
