"""Opens a file in the user's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from kohort.script_file import reason
from kohort.trouble import Trouble


def editor() -> list[str]:
    """Give the command that `VISUAL` or `EDITOR` names. Raises `Trouble` where neither does."""
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        command = shlex.split(chosen)
    except ValueError:
        command = []
    if not command:
        raise Trouble("no editor is chosen: set EDITOR, for example to nano, and start again")
    return command


def edit(path: Path, command: list[str]) -> None:
    """Open a file and wait until the editor is left. Raises `Trouble`."""
    try:
        done = subprocess.run([*command, str(path)], check=False)
    except (OSError, ValueError) as error:
        raise Trouble(f"{command[0]} cannot be started: {reason(error)}") from None
    if done.returncode:
        raise Trouble(f"{command[0]} ended with code {done.returncode}; the script is in {path}")
