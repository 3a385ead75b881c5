"""Pages are tests: every script in a page runs, and what it prints must stand below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from kohort import program
from kohort.event import Event, Told
from kohort.output import JsonOutput, TextOutput
from kohort.render import Look
from kohort.session import Session

_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_FRONT = re.compile(r"\A---\n(.*?)^---\n", re.MULTILINE | re.DOTALL)
LOOK = Look(width=100)
WHOLE = Look(width=100, context=True)
"""With the line about where a result comes from, which the pages leave out."""


@dataclass(frozen=True)
class Page:
    """A page: its front matter (`bank`, `profile`) and its text."""

    path: Path
    text: str
    front: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Page:
        """Read a page and its front matter."""
        text = path.read_text(encoding="utf-8")
        front = _FRONT.match(text)
        lines = front[1].splitlines() if front else []
        pairs = (line.split(":", 1) for line in lines if ":" in line)
        return cls(path, text, {key.strip(): value.strip() for key, value in pairs})

    def rewritten(self, run: Callable[[str, str], str]) -> str:
        """Give the page with what its scripts print now in its output blocks.

        `run` gets a script and the tags of its fence. A block fenced `mdscript quiet` runs without
        being shown; every other one has an output block below it, which is added where it is
        missing and something is printed.
        """
        parts: list[str] = []
        place, after = 0, 0
        pending: str | None = None
        for fence in _FENCE.finditer(self.text):
            kind, tags, body = fence[1], fence[2], fence[3]
            if kind == "output":
                if pending is not None:
                    parts += [self.text[place : fence.start()], _output(pending)]
                    place, pending = fence.end(), None
                continue
            if pending:
                parts += [self.text[place:after], "\n", _output(pending)]
                place, pending = after, None
            if kind == "mdscript":
                shown = run(body, tags)
                after = fence.end()
                pending = None if "quiet" in tags else shown
        if pending:
            parts += [self.text[place:after], "\n", _output(pending)]
            place = after
        parts.append(self.text[place:])
        return "".join(parts)


def _output(printed: str) -> str:
    return f"```output\n{printed}```" if printed else "```output\n```"


def run(session: Session, script: str, profile: str = "") -> str:
    """Give what a script prints: results, and mistakes at their place.

    `profile` is the one that the page names at its head, so that no output need name it again.
    """
    return printed(script, session.run(script, batch=False), profile)


def shown(session: Session, script: str, tags: str, profile: str = "") -> str:
    """Give what a fence of a page prints.

    Its tags may say `check`, to check the script only, `json`, for the form that programs read, or
    `context`, to show the line about where results come from.
    """
    if "check" in tags:
        report = program.check(program.read(script), session.scope.copy())
        return printed(script, map(Told, report.diagnostics), profile)
    if "json" in tags:
        stream = StringIO()
        output = JsonOutput(stream, LOOK, script)
        for event in session.run(script, batch=False):
            output.put(event)
        # The hash of the profile would change the page with every edit of the profile.
        return re.sub(r'("profile_hash": )"[^"]*"', r'\1"..."', stream.getvalue())
    if "context" in tags:
        return printed(script, session.run(script, batch=False), profile, WHOLE)
    return run(session, script, profile)


def printed(script: str, events: Iterable[Event], profile: str = "", look: Look = LOOK) -> str:
    """Give what events look like on a page."""
    stream = StringIO()
    output = TextOutput(stream, stream, look, script)
    output.profile = profile
    for event in events:
        output.put(event)
    output.end()
    return stream.getvalue()
