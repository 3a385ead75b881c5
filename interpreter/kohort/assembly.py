"""Puts a session together: catalogue, engine and filter.

Imports the engine; only the worker and library users do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kohort.audit.auditor import Who
from kohort.catalogue import Catalogue
from kohort.diagnostic import NOWHERE, Diagnostic, ScriptError, nearest
from kohort.disclosure.keys import Secret
from kohort.disclosure.parting import cuts
from kohort.disclosure.policy import Policy
from kohort.disclosure.profile import ProfileError, names
from kohort.disclosure.release import Gate
from kohort.disclosure.watch import Watch
from kohort.engine.keyring import KeyRing
from kohort.engine.parting import Floats
from kohort.engine.store import Engine
from kohort.opening import Opening
from kohort.scope import Scope
from kohort.session import Session


def new_session(
    catalogue: Catalogue, profile: str | None = None, watch: Watch | None = None
) -> Session:
    """Give an empty session over the databanks of a catalogue.

    `profile` is the user's choice, None for the databanks' own. `watch` counts and logs what is
    asked, where a databank has an audit log; without it nothing is counted. Raises `ScriptError`
    (`unknown-profile`, `profile-unusable`).
    """
    if profile is not None and profile not in names():
        near = nearest(profile, names())
        hint = f"did you mean '{near}'?" if near else f"there are: {', '.join(names())}"
        message = f"there is no disclosure profile '{profile}'"
        raise ScriptError(Diagnostic("unknown-profile", message, NOWHERE, hint))
    try:
        policy = Policy(profile)
    except ProfileError as error:
        unusable = Diagnostic("profile-unusable", str(error), NOWHERE, severity="failure")
        raise ScriptError(unusable) from None

    def master(root: Path) -> Secret:
        return policy.master(root)

    def parted(root: Path | None, *values: Any) -> Floats | None:
        return cuts(policy.secret(root), policy.profile, *values)

    return Session(Scope(catalogue), Engine(KeyRing(master, parted)), Gate(policy, watch))


def open_session(opening: Opening) -> Session:
    """Give the session that an opening asks for, watched by the audit. Raises `ScriptError`."""
    catalogue = Catalogue.configured(opening.databanks)
    return new_session(catalogue, opening.profile, Watch(Who.here()))
