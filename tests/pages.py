"""Pages are tests: every script in a page runs, and what it prints must stand below it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from kohort.output import TextOutput
from kohort.render import Look
from kohort.session import Session

_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_FRONT = re.compile(r"\A---\n(.*?)^---\n", re.MULTILINE | re.DOTALL)
LOOK = Look(width=100)


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

    def rewritten(self, session: Session) -> str:
        """Give the page with what its scripts print now in its output blocks.

        A block that is fenced `mdscript quiet` runs without being shown; every other script has an
        output block below it (it is added where it is missing and something is printed).
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
                printed = run(session, body)
                after = fence.end()
                pending = None if "quiet" in tags else printed
        if pending:
            parts += [self.text[place:after], "\n", _output(pending)]
            place = after
        parts.append(self.text[place:])
        return "".join(parts)


def _output(printed: str) -> str:
    return f"```output\n{printed}```" if printed else "```output\n```"


def run(session: Session, script: str) -> str:
    """Give what a script prints: results, and mistakes at their place."""
    stream = StringIO()
    output = TextOutput(stream, stream, LOOK, script)
    for event in session.run(script, batch=False):
        output.put(event)
    output.end()
    return stream.getvalue()
