"""What stops the command line before or beside a script: one clear line and an exit code."""

from __future__ import annotations

from kohort import exit_code


class Trouble(Exception):  # noqa: N818
    """Something outside the script is in the way; the text is the line that the user sees."""

    def __init__(self, message: str, code: int = exit_code.UNSTARTED) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
