"""Asks, before a result goes into a file, whether its profile lets files of that kind leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from kohort import exit_code
from kohort.disclosure.file_kinds import withheld
from kohort.disclosure.released import Context
from kohort.event import Event, Result
from kohort.output import Output
from kohort.render import Form
from kohort.trouble import Trouble


class TakingHome:
    """Passes events on as long as their results may go into all the kinds of files wanted.

    The first result under a databank is that of `require`: nothing is computed for a file that
    may not be written.
    """

    def __init__(self, output: Output, kinds: Sequence[str]) -> None:
        self._output, self._kinds = output, kinds

    def put(self, event: Event) -> None:
        """Take one event. Raises `Trouble` for a result that may not leave in such a file."""
        if isinstance(event, Result):
            ask(event.released.context, self._kinds)
        self._output.put(event)

    def end(self) -> None:
        """Write what waits for the end. Raises `Trouble`."""
        self._output.end()


def ask(context: Context, kinds: Iterable[str]) -> None:
    """Raise `Trouble`, naming what may leave, where a profile withholds one of the kinds.

    What stands apart from every databank (help, text blocks) may go anywhere.
    """
    refused = withheld(kinds, context.formats) if context.databanks else ()
    if refused:
        *first, last = refused
        kinds = f"{', '.join(first)} or {last}" if first else last
        may = f"these may: {', '.join(context.formats)}" if context.formats else "no other may"
        raise Trouble(
            f"under the profile '{context.profile}' no {kinds} file may leave; {may}",
            exit_code.REFUSED,
        )


def kinds_of(form: Form, to: str | None, *others: str) -> tuple[str, ...]:
    """Give the kinds of files that a run writes: its output, then the endings of others.

    Text on the screen is no file; JSON and HTML are meant for one wherever they go.
    """
    main = ("txt" if to is not None else None) if form == "text" else form
    return tuple(kind.lstrip(".") for kind in (main, *others) if kind)


def discard(path: Path) -> None:
    """Remove a file that was opened for results and holds none."""
    if path.is_file() and not path.stat().st_size:
        path.unlink()
