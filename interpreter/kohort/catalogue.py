"""Which databanks, registers and variables exist, and where their data lies."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from kohort import phrases
from kohort.bank import Databank
from kohort.configuration import Root, default_root, key_file, numbers_folder, roots
from kohort.databank.manifest import Manifest, ManifestError
from kohort.diagnostic import Diagnostic, ScriptError, suggestion, wrong
from kohort.metadata import DRAFT, Releases, Structures, Version, read_releases
from kohort.register import CodePeriod, RegisterVariable
from kohort.search import Hit, search
from kohort.stored import CatalogueError
from kohort.unit_type import UnitType, unit_type

__all__ = [
    "Catalogue",
    "CatalogueError",
    "CodePeriod",
    "Databank",
    "Hit",
    "RegisterVariable",
    "UnitType",
    "search",
    "unit_type",
]

_MOST_NAMED = 6


class Installation:
    """A databank root that the user named or added; nothing is read before it is asked for."""

    def __init__(self, given: str | None, root: Path) -> None:
        self.given = given
        self.root = root
        self._opened: dict[Version, Databank] = {}

    @cached_property
    def manifest(self) -> Manifest:
        """The owner's manifest. Raises CatalogueError.

        Asked only of a root that is there: an absent folder must not pass for a real bank.
        """
        try:
            return Manifest.read(self.releases.root)
        except ManifestError as error:
            raise CatalogueError(str(error)) from None

    @cached_property
    def releases(self) -> Releases:
        """The released versions. Raises CatalogueError."""
        return read_releases(self.root)

    @property
    def name(self) -> str:
        """The bank's own name: the manifest's, else that of `datastore_versions.json`."""
        return self.manifest.name or self.releases.name

    def answers(self, name: str) -> bool:
        """Whether a script may call the bank by this name. Raises CatalogueError."""
        return name in (self.given, self.name, self.releases.name, *self.manifest.answers_to)

    @cached_property
    def newest(self) -> Version:
        """The newest released version. Raises CatalogueError where there is none."""
        if not self.releases.versions:
            path = self.releases.root / "datastore" / "datastore_versions.json"
            raise CatalogueError(f"{path} lists no released version")
        return self.releases.versions[0]

    @property
    def owned(self) -> bool:
        """Whether the user is the owner: the numbers of the bank's units are at hand."""
        key = key_file(self.manifest.key_id or "")
        return not self.manifest.synthetic and key is not None and numbers_folder(key).is_dir()

    def open(self, version: Version) -> Databank:
        """Give this version; the same object each time, so that it is read once."""
        if version not in self._opened:
            self._opened[version] = Databank(
                name=self.name,
                version=_four(version),
                root=self.root,
                variables=Structures(self.root, version, self.manifest.unverified),
                manifest=self.manifest,
                versions=tuple(map(_four, self.releases.versions)),
            )
        return self._opened[version]


class Catalogue:
    """The databanks that a session may connect to.

    `roots` gives names and folders, later ones going before earlier ones of the same name. A
    synthetic bank answers to a name only where no real bank does.
    """

    def __init__(self, roots: Iterable[Root]) -> None:
        self.roots = tuple(roots)
        self._installed = tuple(Installation(name, root) for name, root in self.roots)

    @classmethod
    def configured(cls, additions: Iterable[str] = ()) -> Catalogue:
        """Give the banks of the user's `config.toml` and of `--databank`, else the synthetic one.

        Raises CatalogueError where the configuration cannot be read.
        """
        return cls(roots(additions) or [(None, default_root())])

    def needs_building(self) -> Path | None:
        """Give the root of the synthetic databank where it is to serve and is not there yet."""
        root = default_root()
        wanted = any(place == root for _, place in self.roots)
        built = (root / "datastore" / "datastore_versions.json").is_file()
        return root if wanted and not built else None

    def databanks(self) -> tuple[Databank, ...]:
        """Give the newest version of every bank that can be read; raise where none can."""
        found: list[Databank] = []
        broken: list[CatalogueError] = []
        for installation in self._installed:
            try:
                found.append(installation.open(installation.newest))
            except CatalogueError as error:
                broken.append(error)
        if broken and not found:
            raise broken[0]
        return tuple(found)

    def require(self, bank: phrases.Bank) -> tuple[Databank, str | None]:
        """Give the databank in the version asked for, and the text of a notice or None.

        Raises ScriptError `unknown-databank`, `unknown-version` or `unreadable-databank`.
        """
        try:
            installation = self._find(bank)
            version = _choose(bank, installation)
            opened = installation.open(version)
        except CatalogueError as error:
            found = error.diagnostic
            raise ScriptError(
                Diagnostic(found.code, found.message, bank.span, found.hint, found.severity)
            ) from None
        if version == DRAFT:
            return opened, f"this is the draft of '{opened.name}', which only its owner sees"
        return opened, _notice(bank, opened, installation.newest, version)

    def _find(self, bank: phrases.Bank) -> Installation:
        answering: list[Installation] = []
        broken: list[CatalogueError] = []
        for installation in self._installed:
            try:
                if installation.answers(bank.name):
                    answering.append(installation)
            except CatalogueError as error:
                if installation.given == bank.name:
                    raise
                broken.append(error)
        real = [found for found in answering if not found.manifest.synthetic]
        # A root that cannot be read may be the real bank of that name: made-up data must not
        # quietly stand in for it.
        if broken and not real:
            raise broken[0]
        if not answering:
            self._unknown(bank)
        named = [found for found in real or answering if found.given == bank.name]
        return (named or real or answering)[-1]

    def _unknown(self, bank: phrases.Bank) -> NoReturn:
        known = list(dict.fromkeys(i.given or i.name for i in self._installed))
        listed = ", ".join(known[:_MOST_NAMED])
        hint = suggestion(bank.name, known) or (
            f"there is: {listed}" if known else "add one with '--databank DIR'"
        )
        wrong("unknown-databank", f"there is no databank '{bank.name}'", bank.span, hint)


def _choose(bank: phrases.Bank, installation: Installation) -> Version:
    """Give the newest version that begins as the one asked for (`38` is the newest 38.x.y)."""
    if bank.version == _four(DRAFT) and installation.owned:
        return DRAFT
    newest, released = installation.newest, installation.releases.versions
    wanted = [version for version in released if _starts(version, bank.version)]
    if not wanted and not installation.manifest.synthetic:
        names = list(dict.fromkeys(_short(version, bank.version) for version in released))
        more = "the newest are" if len(names) > _MOST_NAMED else "there is"
        wrong(
            "unknown-version",
            f"databank '{bank.name}' has no version '{bank.version}'",
            bank.span,
            f"{more}: {', '.join(names[:_MOST_NAMED])}",
        )
    return (wanted or [newest])[0]


def _notice(bank: phrases.Bank, opened: Databank, newest: Version, version: Version) -> str | None:
    if opened.synthetic:
        exact = bank.name == opened.name and _starts(version, bank.version)
        return (
            None
            if exact
            else f"'{bank.name}:{bank.version}' is answered by the synthetic databank "
            f"'{opened.name}' version {_plain(version)}: all data are made up"
        )
    if version != newest:
        return f"version {_plain(version)} is not the newest, which is {_plain(newest)}"
    return None


def _starts(version: Version, asked: str) -> bool:
    return f"{_four(version)}.".startswith(f"{asked}.")


def _short(version: Version, asked: str) -> str:
    """Give the version with as many parts as the one asked for, so that the user can copy it."""
    return ".".join(map(str, version[: max(1, min(3, asked.count(".") + 1))]))


def _plain(version: Version) -> str:
    return ".".join(map(str, version))


def _four(version: Version) -> str:
    return f"{_plain(version)}.0"
