"""Which databanks, registers and variables exist, and where their data lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kohort import phrases
from kohort.diagnostic import Diagnostic, ScriptError
from kohort.register import CodePeriod, RegisterVariable

__all__ = ["Catalogue", "CatalogueError", "CodePeriod", "Databank", "RegisterVariable"]


class CatalogueError(ScriptError):
    """A databank or the configuration cannot be read; the diagnostic says which file and why."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(Diagnostic("unreadable-databank", message, hint=hint, severity="failure"))


@dataclass(frozen=True)
class Databank:
    """One version of a databank: its metadata and the places of its data."""

    name: str
    version: str
    root: Path
    variables: Mapping[str, RegisterVariable]

    def find(self, name: str) -> RegisterVariable | None:
        """Give the variable of this name, or None."""
        return self.variables.get(name)

    def suggest(self, name: str) -> str | None:
        """Give a hint that names the nearest variable, or None."""
        raise NotImplementedError


class Catalogue:
    """The databanks that a session may connect to."""

    def __init__(self, roots: Iterable[tuple[str | None, Path]]) -> None:
        self.roots = tuple(roots)

    def require(self, bank: phrases.Bank) -> tuple[Databank, str | None]:
        """Give the databank in the version asked for and the text of a notice, or raise ScriptError."""
        raise NotImplementedError
