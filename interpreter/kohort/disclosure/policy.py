"""Which profile and key are in force: the banks' and the user's choices, the strictest winning."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from kohort.bank import Databank
from kohort.disclosure.keys import KeyFileError, Secret, load_master, synthetic_master
from kohort.disclosure.profile import Profile, load, strictest

KEY_FILE = "KOHORT_KEY_FILE"


class NoKeyError(Exception):
    """A databank's key is not to be had."""


class ProfileNotAllowedError(Exception):
    """A databank does not allow the profile that the user chose."""


@dataclass(repr=False)
class Policy:
    """Profile and secret of a session; connecting a databank can only make it stricter.

    `choice`: the user's profile, or None for the banks' own.
    """

    choice: str | None = None
    profile: Profile = field(default_factory=lambda: load("default"))
    _banks: dict[Path, tuple[Profile, Secret]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "<policy>"

    def connect(self, bank: Databank) -> None:
        """Take a bank into account.

        Raises `NoKeyError`, `ProfileNotAllowedError`, `ProfileError`.
        """
        if bank.root in self._banks:
            return
        profile = self._profile(bank)
        self._banks[bank.root] = (profile, master_of(bank))
        profiles = [found for found, _ in self._banks.values()]
        self.profile = strictest(*profiles)

    def _profile(self, bank: Databank) -> Profile:
        manifest = bank.manifest
        own = load(manifest.profile)
        if self.choice is None:
            return own
        if self.choice == "open" and not (manifest.synthetic and "open" in manifest.profiles):
            raise ProfileNotAllowedError
        chosen = load(self.choice)
        if manifest.synthetic and self.choice in manifest.profiles:
            return chosen
        # A user can only tighten.
        return strictest(own, chosen)

    def master(self, root: Path) -> Secret:
        """Give the master key of a connected databank."""
        return self._banks[root][1]

    @property
    def secret(self) -> Secret:
        """The secret of the connected bank, or one made of all where their keys differ."""
        secrets = {secret.subkey("same/v1"): secret for _, secret in self._banks.values()}
        if len(secrets) == 1:
            return next(iter(secrets.values()))
        if not secrets:
            raise NoKeyError
        joined = b"".join(secrets[name].subkey("banks/v1") for name in sorted(secrets))
        return Secret(hashlib.sha256(joined).digest())


def master_of(bank: Databank) -> Secret:
    """Give the master key of a bank: from a synthetic one's seed, else from the owner's file.

    Raises `NoKeyError`.
    """
    manifest = bank.manifest
    if manifest.synthetic:
        return Secret(synthetic_master(manifest.seed or 0))
    path = os.environ.get(KEY_FILE)
    if not path:
        raise NoKeyError
    try:
        return load_master(Path(path))
    except (KeyFileError, OSError):
        raise NoKeyError from None
