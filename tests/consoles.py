"""Command lines in pages are tests: each is run by a shell, and what it prints must stand below."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from kohort import HOME

_FENCE = re.compile(r"(?<=^```console\n).*?(?=^```[ \t]*$)", re.MULTILINE | re.DOTALL)
_PROMPT = "$ "
_WHEN = 1_795_348_800  # 2026-11-22 12:00 UTC


@dataclass(frozen=True)
class Shell:
    """A folder with the examples, and `kohort` on the path over one databank, as a user has it."""

    folder: Path
    environment: dict[str, str]

    @classmethod
    def opened(cls, folder: Path, root: Path) -> Shell:
        """Make the folder ready; `root` is the synthetic country that answers."""
        (folder / "bin").mkdir()
        program = folder / "bin" / "kohort"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kohort "$@"\n', "utf-8")
        program.chmod(0o755)
        (folder / "home").mkdir()
        configured = f"[databanks]\n'no.kohort.syntetisk' = '{root}'\n"
        (folder / "home" / "config.toml").write_text(configured, "utf-8")
        shutil.copytree(HOME / "examples", folder / "work" / "examples")
        environment = {
            **os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}",
            "KOHORT_CONFIG": str(folder / "home"), "KOHORT_CACHE": str(folder / "home" / "cache"),
            "KOHORT_STATE": str(folder / "home" / "state"), "SOURCE_DATE_EPOCH": str(_WHEN),
            "NO_COLOR": "1", "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        return cls(folder / "work", environment)

    def printed(self, line: str) -> str:
        """Give what a command line prints, errors included, without the folder's own name."""
        done = subprocess.run(
            ["bash", "-c", line],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=self.folder,
            env=self.environment, text=True, encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip
        text = done.stdout.replace(f"{self.folder}/", "").replace(str(self.folder), ".")
        # The hash of a profile would change pages with every word of its file.
        text = re.sub(r"\([0-9a-f]{12}\)", "(...)", text)
        return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)


def rewritten(text: str, shell: Shell) -> str:
    """Give a page with what its command lines print now; output cut short by `...` stays cut."""
    return _FENCE.sub(lambda fence: _block(fence[0], shell), text)


def _block(block: str, shell: Shell) -> str:
    made: list[str] = []
    for line, shown in _commands(block):
        now = shell.printed(line)
        made.append(f"{_PROMPT}{line}\n{_cut(now, shown)}")
    return "".join(made)


def _commands(block: str) -> list[tuple[str, str]]:
    """Give each command line with the output that stands below it."""
    found: list[tuple[str, str]] = []
    for line in block.splitlines(keepends=True):
        if line.startswith(_PROMPT):
            found.append((line.removeprefix(_PROMPT).rstrip("\n"), ""))
        elif found:
            command, shown = found[-1]
            found[-1] = (command, shown + line)
    return found


def _cut(now: str, shown: str) -> str:
    """Cut what is printed as the page cuts it: lines before a `...` line, and lines after it."""
    head, dots, tail = shown.partition("...\n")
    if not dots:
        return now
    lines, first, last = now.splitlines(keepends=True), head.count("\n"), tail.count("\n")
    return "".join([*lines[:first], dots, *lines[len(lines) - last :]])
