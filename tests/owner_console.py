"""Consoles on pages are tests: every `$ kohort ...` line runs, and what it prints must follow.

A fence `shell` holds commands and what they print. A fence of another kind whose first line names
a file (`toml people.toml`) is that file, written before the commands that come after it.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from kohort import HOME, owner_commands, owner_intake
from kohort.__main__ import main
from kohort.databank.releases import founding

NOW = 1_767_225_600  # 2026-01-01T00:00:00Z
_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)


class Console:
    """Runs command lines in a folder of its own, with settings, clock and keys of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "here"
        self.settings = folder / "settings"
        self.folder.mkdir()
        shutil.copytree(HOME / "examples" / "registers", self.folder / "registers")
        for name in ("KOHORT_CONFIG", "KOHORT_CACHE", "KOHORT_STATE"):
            monkeypatch.setenv(name, str(self.settings))
        monkeypatch.setattr(owner_commands, "now", lambda: NOW)
        monkeypatch.setattr(owner_intake, "now", lambda: NOW)
        # Noise follows from the key: pages need the same one each time.
        monkeypatch.setattr(founding, "token_bytes", lambda n: bytes(range(1, n + 1)))

    def run(self, line: str) -> str:
        """Give what one command line prints, on either stream; the exit code if it is not 0."""
        program, *arguments = shlex.split(line)
        assert program == "kohort", line
        stream = io.StringIO()
        with contextlib.chdir(self.folder), redirect_stdout(stream), redirect_stderr(stream):
            code = main(arguments)
        text = stream.getvalue().replace(f"{self.folder}/", "")
        text = text.replace(str(self.settings), "~/.config/kohort")
        # It depends on the bytes that the version of polars at hand writes.
        text = re.sub(r"(?<=approval code )[0-9a-f]{12}", "4f959e4811a8", text)
        return text + (f"(exit code {code})\n" if code else "")

    def rewritten(self, text: str) -> str:
        """Give a page with what its consoles print now."""
        parts: list[str] = []
        place = 0
        for fence in _FENCE.finditer(text):
            kind, name, body = fence[1], fence[2].strip(), fence[3]
            if kind == "shell":
                parts += [text[place : fence.start(3)], "".join(self._shown(body))]
                place = fence.end(3)
            elif "." in name and "/" not in name.split("/", 1)[0]:
                path = self.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(body, encoding="utf-8")
        return "".join(parts) + text[place:]

    def _shown(self, body: str) -> Iterator[str]:
        for line in body.splitlines():
            if line.startswith("$ "):
                yield f"{line}\n{self.run(line[2:])}"
