"""Which profile and key are in force: the banks' and the user's choices, the strictest winning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from kohort.bank import Databank
from kohort.configuration import KEY_FILE, key_file
from kohort.databank import stamp
from kohort.disclosure.draws import drawn_for
from kohort.disclosure.keys import (
    SHORTEST_KEY,
    KeyFileError,
    Secret,
    load_master,
    proof,
    synthetic_master,
)
from kohort.disclosure.profile import Profile, load, strictest
from kohort.results import Axis, FactorLevels, Raw

__all__ = ["KEY_FILE", "NoKeyError", "Policy", "ProfileNotAllowedError", "WrongKeyError", "kinds",
           "master_of", "usable"]  # fmt: skip


class NoKeyError(Exception):
    """A databank's key is not to be had."""


class WrongKeyError(Exception):
    """The record keys beside a databank were made with another key than its own."""


class ProfileNotAllowedError(Exception):
    """A databank does not allow the profile that the user chose."""


def usable(name: str, folder: Path | None = None) -> Profile:
    """Give a profile that has a rule for every kind of raw result. Raises `ProfileError`."""
    profile = load(name) if folder is None else load(name, folder)
    profile.require(kind.__name__ for kind in kinds())
    return profile


def kinds() -> Iterator[type]:
    """Give every class of raw results, and of the parts that they are made of."""
    yield from (Axis, FactorLevels)
    waiting = [Raw]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            yield kind


@dataclass(frozen=True, repr=False)
class _Connected:
    profile: Profile
    secret: Secret
    synthetic: bool


@dataclass(repr=False)
class Policy:
    """Profile and secret of a session; connecting a databank can only make it stricter.

    `choice`: the user's profile, or None for the banks' own. Raises `ProfileError` where the
    choice cannot be used.
    """

    choice: str | None = None
    profile: Profile = field(default_factory=lambda: usable("default"))
    _banks: dict[Path, _Connected] = field(default_factory=dict)
    _drawn: dict[Path, Secret] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.choice is not None:
            usable(self.choice)

    def __repr__(self) -> str:
        return "<policy>"

    def connect(self, bank: Databank) -> None:
        """Take a bank into account.

        Raises `NoKeyError`, `WrongKeyError`, `ProfileNotAllowedError`, `ProfileError`.
        """
        if bank.root in self._banks:
            return
        profile, secret = self._profile(bank), master_of(bank)
        _check_stamp(bank, secret)
        self._bring(bank.root, _Connected(profile, secret, bank.manifest.synthetic))

    def tighten(self, bank: Databank, name: str) -> None:
        """Take a profile of one of a connected bank's registers into account, to the end.

        Raises `ProfileNotAllowedError`, `ProfileError`.
        """
        profile, connected = usable(name, bank.root / "profiles"), self._banks[bank.root]
        if profile.synthetic_only:
            raise ProfileNotAllowedError
        tightened = strictest(connected.profile, profile)
        if tightened != connected.profile:
            self._bring(bank.root, replace(connected, profile=tightened))

    def _bring(self, root: Path, connected: _Connected) -> None:
        banks = {**self._banks, root: connected}
        # What somebody made up has no say in how real people are protected.
        real = [found for found in banks.values() if not found.synthetic]
        self.profile = strictest(*(found.profile for found in real or banks.values()))
        self._banks = banks
        self._drawn = {}

    def _profile(self, bank: Databank) -> Profile:
        manifest = bank.manifest
        # An owner's own profiles lie in the root; a user chooses among the library's.
        own = usable(manifest.profile, bank.root / "profiles")
        if own.synthetic_only and not manifest.synthetic:
            raise ProfileNotAllowedError
        if self.choice is None:
            return own
        # Each profile is another look at the same people, so that the owner lists them.
        if self.choice not in manifest.profiles:
            raise ProfileNotAllowedError
        chosen = usable(self.choice)
        if manifest.synthetic:
            return chosen
        if chosen.synthetic_only:
            raise ProfileNotAllowedError
        # A user can only tighten.
        return strictest(own, chosen)

    def master(self, root: Path) -> Secret:
        """Give the master key of a connected databank."""
        return self._banks[root].secret

    def secret(self, root: Path | None) -> Secret:
        """Give the secret of the noise of questions about a databank's units.

        It is the bank's own, whatever other banks are connected: else every further one would be a
        fresh draw. `root` None is a dataset without units. Raises `NoKeyError`.
        """
        if root is None:
            return _NOBODY
        if root not in self._banks:
            raise NoKeyError
        if root not in self._drawn:
            self._drawn[root] = drawn_for(self.profile, self._banks[root].secret)
        return self._drawn[root]


_NOBODY = Secret(bytes(SHORTEST_KEY))


def master_of(bank: Databank) -> Secret:
    """Give the master key of a bank: from a synthetic one's seed, else from the owner's file.

    The file is named by `KOHORT_KEY_FILE`, written `[ID=]PATH`, or under its id in `[keys]` of the
    configuration. An id must be the one in the bank's manifest. Raises `NoKeyError`.
    """
    manifest = bank.manifest
    if manifest.synthetic:
        return Secret(synthetic_master(manifest.seed or 0))
    path = key_file(manifest.key_id or "")
    if path is None:
        raise NoKeyError
    try:
        return load_master(path)
    except (KeyFileError, OSError):
        raise NoKeyError from None


def _check_stamp(bank: Databank, secret: Secret) -> None:
    """Check that stored record keys were made with the bank's key. Raises `WrongKeyError`."""
    try:
        found = stamp.read(bank.root)
    except stamp.StampError:
        raise WrongKeyError from None
    if found is None:
        return
    if found.key_id != (bank.manifest.key_id or ""):
        raise WrongKeyError
    proven = found.proof is None and bank.manifest.synthetic
    if not proven and found.proof != proof(secret, found.key_id):
        raise WrongKeyError
