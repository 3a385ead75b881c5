"""What a published catalogue tells of a version of a databank, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from kohort.databank.releases.owned import BankError, Json, OwnedBank, Version, plain, version_of
from kohort.metadata import Structures
from kohort.register import RegisterVariable, iso

LANGUAGE: Final = "no"


@dataclass(frozen=True)
class Listed:
    """A register: its entry in the catalogue and what only the stored JSON says of it."""

    entry: RegisterVariable
    population: str
    subjects: tuple[str, ...]
    unit_of_measure: str

    @property
    def period(self) -> tuple[str | None, str | None]:
        """First and last day covered, `YYYY-MM-DD`; none of a constant."""
        if self.entry.temporality == "FIXED":
            return None, None
        days = (self.entry.start, self.entry.stop)
        first, last = (None if day is None else iso(day) for day in days)
        return first, last


@dataclass(frozen=True)
class Listing:
    """A version of a databank: names, days `YYYY-MM-DD`, the note of the release, registers."""

    name: str
    label: str
    description: str
    version: str
    note: str
    issued: str
    modified: str
    registers: tuple[Listed, ...]

    @property
    def publisher(self) -> str:
        """Who answers for the bank: the one controller of its registers, else its own title."""
        stated = [listed.entry.governance for listed in self.registers]
        controllers = {governance.controller for governance in stated if governance is not None}
        return controllers.pop() if len(controllers) == 1 else self.label


def listing(bank: OwnedBank, wanted: str | None = None) -> Listing:
    """Give a version, the newest one unless another is wanted. Raises `BankError`."""
    releases = {version_of(release["version"]): release for release in bank.releases()}
    if not releases:
        raise BankError(f"{bank.root} has no released version to publish")
    version = max(releases) if wanted is None else _chosen(wanted, list(releases))
    structures = Structures(bank.root, version)
    stored = bank.structures(version)
    about, told = bank.about(), releases[version]
    return Listing(
        name=about["name"],
        label=about.get("label") or about["name"],
        description=about.get("description") or about.get("label") or about["name"],
        version=plain(version),
        note=told["description"],
        issued=_day(releases[min(releases)]),
        modified=_day(told),
        registers=tuple(_listed(structures[name], stored[name]) for name in sorted(structures)),
    )


def _chosen(wanted: str, versions: list[Version]) -> Version:
    for version in sorted(versions, reverse=True):
        if f"{plain(version)}.".startswith(f"{wanted.removesuffix('.')}."):
            return version
    raise BankError(f"there is no version {wanted}; there are {', '.join(map(plain, versions))}")


def _listed(entry: RegisterVariable, structure: Json) -> Listed:
    domain: Json = structure["measureVariable"]["representedVariables"][0]["valueDomain"]
    unit = domain.get("unitOfMeasure") or ""
    return Listed(
        entry,
        structure.get("populationDescription", ""),
        tuple(structure.get("subjectFields", ())),
        "" if unit == "N/A" else unit,
    )


def _day(release: Json) -> str:
    return datetime.fromtimestamp(release["releaseTime"], UTC).date().isoformat()
