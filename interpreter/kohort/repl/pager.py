"""Results taller or wider than the screen, shown in the reader's pager; others at once."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Final

from kohort.event import Event, Result
from kohort.output import TextOutput
from kohort.render import render
from kohort.render.characters import breadth

PAGER: Final = "PAGER"
_LESS: Final = "-SRFX"
"""Long lines scroll sideways; colours; short texts leave at once; what was read stays in sight."""
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;]*m")
_KEPT: Final = 2
"""Lines of the screen that the prompt needs."""


def pager() -> list[str]:
    """Give the command that `PAGER` names, else `less`; nothing where there is neither."""
    given = os.environ.get(PAGER)
    try:
        command = ["less"] if given is None else shlex.split(given)
    except ValueError:
        command = []
    plain = os.environ.get("TERM") == "dumb" or command[:1] == ["cat"]
    return [] if plain or not command or shutil.which(command[0]) is None else command


def fits(lines: Iterable[str], columns: int, rows: int) -> bool:
    """Tell whether lines fit a screen, with room for the prompt. Escapes take no room."""
    widths = [breadth(_ESCAPES.sub("", line)) for line in lines]
    return len(widths) + _KEPT <= rows and max(widths, default=0) <= columns


class Pages:
    """Takes the events of one statement; a result that does not fit the screen is paged.

    `undisturbed`: while the pager runs, Ctrl-C is for the pager.
    """

    def __init__(
        self,
        beside: TextOutput,
        command: list[str],
        undisturbed: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._beside, self._command, self._undisturbed = beside, command, undisturbed

    def put(self, event: Event) -> None:
        """Show one event."""
        if not isinstance(event, Result) or not self._paged(event):
            self._beside.put(event)

    def _paged(self, result: Result) -> bool:
        """Show a result in the pager, if it needs one; tells whether it did."""
        look = self._beside.look
        if look.width is None:
            return False
        text = render(result.released, replace(look, scrolls=True))
        size = shutil.get_terminal_size()
        if fits(text.split("\n"), size.columns, size.lines):
            return False
        # Without the shell and the editor that some pagers offer: results leave no other way.
        own = {**os.environ, "LESS": os.environ.get("LESS", _LESS), "LESSSECURE": "1"}
        try:
            with self._undisturbed():
                done = subprocess.run(
                    self._command, input=f"{text}\n", text=True, env=own, check=False
                )
        except (OSError, ValueError):
            return False
        if done.returncode:
            return False
        self._beside.name_profile(result.released)
        return True
