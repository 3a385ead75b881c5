"""`kohort databank export`: writes the catalogue of a databank for publication."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from kohort import exit_code
from kohort.owner_commands import say

if TYPE_CHECKING:
    from kohort.databank.releases.owned import OwnedBank

DCAT_FILE: Final = "catalogue.jsonld"
CODEBOOK_FILE: Final = "codebook.xml"
_BASE: Final = "urn:kohort"


def export(bank: OwnedBank, to: Path, wanted: str | None, base: str | None) -> int:
    """Write DCAT-AP and DDI-Codebook of a version into a folder. Raises `BankError`."""
    from kohort.databank.publishing.codebook import codebook
    from kohort.databank.publishing.dcat import catalogue
    from kohort.databank.publishing.listing import listing

    found = listing(bank, wanted)
    to.mkdir(parents=True, exist_ok=True)
    (to / DCAT_FILE).write_text(catalogue(found, base or _BASE), encoding="utf-8")
    (to / CODEBOOK_FILE).write_bytes(codebook(found))
    say([f"{found.name} {found.version}: {len(found.registers)} registers"])
    say(str(to / name) for name in (DCAT_FILE, CODEBOOK_FILE))
    return exit_code.DONE
