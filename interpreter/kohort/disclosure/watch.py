"""The audit's place at the exit: what is about units is counted and logged before it leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

from kohort.bank import Databank
from kohort.diagnostic import Span
from kohort.disclosure.keys import Secret
from kohort.disclosure.profile import Profile
from kohort.disclosure.refusal import RefusedError
from kohort.results import Document, Done, Inventory, Raw, units_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kohort.audit.auditor import Asked, Auditor, Remaining, Who

Counted = Callable[
    [Path | None, "NDArray[np.int64]", "NDArray[np.uint64]", str], "NDArray[np.int64]"
]
"""Gives the published sizes of sets: bank, true sizes, sums of keys, the wording of them all."""

_ABOUT_NOBODY: Final = (Done, Document, Inventory)
"""Words, and sizes that were released when they came about."""

_STATIC: Final = frozenset({
    "no-key", "wrong-key", "profile-not-allowed", "profile-unusable", "label-too-long",
    "too-many-values", "audit-unavailable", "quota-used", "access-paused",
})  # fmt: skip
"""Refusals that no data decide."""


class Watch:
    """The auditors of a session, one for each databank whose owner keeps a log.

    `silent` while a session is replayed: what was counted is not counted again.
    """

    def __init__(self, who: Who) -> None:
        self.who = who
        self.silent = False
        self.text = ""
        self._began = monotonic()
        self._auditors: dict[Path, tuple[Auditor, Databank]] = {}

    def __repr__(self) -> str:
        return "<watch>"

    def begins(self, text: str, silent: bool) -> None:
        """Know which statement runs next."""
        self.text, self.silent = text, silent
        self._began = monotonic()

    def connect(self, bank: Databank, secret: Secret, span: Span) -> None:
        """Open the log of a databank that has one. Raises `RefusedError`."""
        folder = bank.manifest.audit_folder(bank.root)
        if folder is None or bank.root in self._auditors:
            return
        from kohort.audit.auditor import AuditError, Auditor

        try:
            self._auditors[bank.root] = (Auditor(folder, secret, self.who), bank)
        except AuditError as error:
            raise RefusedError(error.code, span) from None

    def release(
        self, profile: Profile, raw: Raw, content: object, count: Counted, span: Span, dataset: str
    ) -> None:
        """Count and log an output. Raises `RefusedError`: then it must not leave.

        Raises `TypeError` for a result of which nobody knows whom it is about.
        """
        units = units_of(raw)
        if units is None and not isinstance(raw, _ABOUT_NOBODY):
            raise TypeError("a result about units must say which")
        if units is None or units.public or units.root not in self._auditors or self.silent:
            return
        root = units.root
        from kohort.audit.auditor import AuditError
        from kohort.audit.evidence import evidence

        found = evidence(raw, content)
        if found is None:
            return
        auditor, _ = self._auditors[root]
        try:
            auditor.release(
                profile.audit, self._asked(root, profile, dataset), found,
                lambda n, sums, wording: count(root, n, sums, wording),
            )  # fmt: skip
        except AuditError as error:
            raise RefusedError(error.code, span) from None

    def refuse(self, profile: Profile, code: str, span: Span) -> None:
        """Log a refusal that the data may have decided. Raises `RefusedError`."""
        if code in _STATIC or self.silent:
            return
        from kohort.audit.auditor import AuditError

        for root, (auditor, _) in self._auditors.items():
            try:
                auditor.refuse(profile.audit, self._asked(root, profile, ""), code)
            except AuditError as error:
                raise RefusedError(error.code, span) from None

    def remaining(self, profile: Profile) -> dict[str, Remaining]:
        """Give what is left of today's quotas, by databank."""
        return {
            bank.name: auditor.remaining(profile.audit) for auditor, bank in self._auditors.values()
        }

    def _asked(self, root: Path, profile: Profile, dataset: str) -> Asked:
        from kohort.audit.auditor import Asked

        bank = self._auditors[root][1]
        stamp = f"{profile.name} {profile.hash[:12]}"
        took = monotonic() - self._began
        return Asked(self.text, f"{bank.name}:{bank.version}", stamp, dataset, took)
