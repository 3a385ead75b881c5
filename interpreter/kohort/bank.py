"""One version of a databank: its variables and the places of its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from kohort.databank.manifest import Manifest
from kohort.diagnostic import suggestion
from kohort.register import RegisterVariable
from kohort.search import Index
from kohort.unit_type import catalogued

_SURE = 0.85  # likeness from which a name is taken for a slip of the pen


@dataclass(frozen=True)
class Databank:
    """One version of a databank: its metadata and the places of its data.

    `version` has the platform's four parts (`3.1.2.0`), `versions` are all that are released,
    newest first. `variables` are read on first use and raise CatalogueError where a file is
    damaged. Two are equal when they are the same version of the same root.
    """

    name: str
    version: str
    root: Path
    variables: Mapping[str, RegisterVariable] = field(compare=False)
    manifest: Manifest = field(default=Manifest(), compare=False)
    versions: tuple[str, ...] = field(default=(), compare=False)

    @property
    def synthetic(self) -> bool:
        """Whether the data are made up."""
        return self.manifest.synthetic

    def numbered(self, domain: str | None) -> str | None:
        """Give the kind of identifier as this bank's owner numbers it: equal ones can be matched.

        Banks of one key, and all versions of a bank, number units alike.
        """
        return domain and f"{domain} {self.manifest.key_id or self.root}"

    def find(self, name: str) -> RegisterVariable | None:
        """Give the variable of this name, or None."""
        return self.variables.get(name)

    def suggest(self, name: str) -> str | None:
        """Give a hint that names the nearest variable, by name or else by title, or None.

        A synthetic bank may have left out a variable that the catalogue knows.
        """
        if self.synthetic and name in catalogued():
            return "the catalogue has it: 'kohort databank make --all' builds a bank with all of it"
        near = get_close_matches(name.upper(), self.variables, n=1, cutoff=_SURE)
        if near:
            return f"did you mean '{near[0]}'?"
        hits = self.index.search(name.replace("_", " "), limit=1)
        if hits:
            found = hits[0].variable
            return f"did you mean '{found.name}' ({found.title})?"
        return suggestion(name, self.variables)

    @cached_property
    def index(self) -> Index:
        """The index over names, titles and labels, made on first use."""
        return Index(self.variables.values())
