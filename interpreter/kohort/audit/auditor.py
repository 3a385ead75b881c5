"""Counts and logs what a session asks of one databank, before anything of it is shown."""

from __future__ import annotations

import getpass
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from kohort.audit import excess, ledger, sealed
from kohort.audit.chain import Chain, Record
from kohort.audit.comparison import Comparison, Count
from kohort.audit.evidence import Evidence
from kohort.audit.excess import Use
from kohort.audit.ledger import Day, Ledger, Project
from kohort.disclosure.keys import Secret
from kohort.disclosure.limits import AuditLimits

PROJECT: Final = "KOHORT_PROJECT"
SIZE: Final = "Size"
TIMES: Final = (1, 10, 60, 600)
"""Seconds that a statement may take, as the log tells it: the first that is not passed."""


class AuditError(Exception):
    """Nothing may be released; `code` names the refusal."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Who:
    """Who asks: the account, the project that it works for, and this session."""

    user: str
    project: str
    session: str

    @classmethod
    def here(cls) -> Who:
        """Give the account of this process; the project stands in `KOHORT_PROJECT`."""
        try:
            user = getpass.getuser()
        except (KeyError, OSError):
            user = str(os.getuid())
        return cls(user, os.environ.get(PROJECT) or user, secrets.token_hex(6))


@dataclass(frozen=True)
class Asked:
    """What stands in the log of a question besides its numbers: texts and published things only.

    `took`: seconds since the statement began, of which the log gets a coarse class.
    """

    text: str
    databank: str
    profile: str
    dataset: str
    took: float = 0.0


@dataclass(frozen=True)
class Remaining:
    """What is left of today's quotas."""

    outputs: int
    cells: int


class Auditor:
    """The audit of one session at one databank.

    Raises `AuditError`: `audit-unavailable` where the log cannot be written, `quota-used`,
    `access-paused`.
    """

    def __init__(self, folder: Path, secret: Secret, who: Who) -> None:
        self._secret, self._who = secret, who
        self._ledger = Ledger(partial(sealed.opened, secret))
        try:
            self._chain = Chain(folder)
            self._look()
        except OSError:
            raise AuditError("audit-unavailable") from None

    def __repr__(self) -> str:
        return "<auditor>"

    def _look(self) -> None:
        with self._chain.locked() as added:
            for record in added:
                self._ledger.add(record)

    def release(self, limits: AuditLimits, asked: Asked, found: Evidence, count: Count) -> None:
        """Count an output and log it, or refuse it. `count` gives the published sizes of sets."""
        try:
            with self._chain.locked() as added:
                for record in added:
                    self._ledger.add(record)
                project = self._project
                if found.kind == SIZE and self._told(project, found):
                    return
                self._permit(limits, project, found.cells)
                record, found_uses = self._record(limits, asked, found, count, project)
                self._append(record)
                self._judge(limits, project, record, found_uses)
        except OSError:
            raise AuditError("audit-unavailable") from None

    def refuse(self, limits: AuditLimits, asked: Asked, code: str) -> None:
        """Log that something was refused."""
        try:
            with self._chain.locked() as added:
                for record in added:
                    self._ledger.add(record)
                self._append({"kind": ledger.REFUSED, **self._head(asked), "code": code})
        except OSError:
            raise AuditError("audit-unavailable") from None

    def remaining(self, limits: AuditLimits) -> Remaining:
        """Give what is left of today's quotas of requests; those of sets are nobody's business."""
        day = self._project.day(_today())
        return Remaining(
            max(0, limits.outputs_per_day - day.outputs), max(0, limits.cells_per_day - day.cells)
        )

    # ---- inside

    @property
    def _project(self) -> Project:
        return self._ledger.project(self._who.project)

    def _append(self, record: Record) -> None:
        self._chain.append(record)
        self._ledger.add(record)

    def _name(self, found: Evidence) -> str:
        (name,) = sealed.names(self._secret, found.whole.n, found.whole.sums).tolist()
        return f"{name:016x}"

    def _told(self, project: Project, found: Evidence) -> bool:
        """Whether the very same size was told before: each import says it again."""
        counts = project.asked.get(self._name(found))
        wording = sealed.hashed(self._secret, "wording", found.wording)
        return counts is not None and wording in counts.wordings

    def _permit(self, limits: AuditLimits, project: Project, cells: int) -> None:
        """Decide on counters alone."""
        day: Day = project.day(_today())
        if project.paused:
            raise AuditError("access-paused")
        if day.outputs >= limits.outputs_per_day or day.cells + cells > limits.cells_per_day:
            raise AuditError("quota-used")
        if day.refusals > limits.refusals_per_day:
            raise AuditError("quota-used")

    def _head(self, asked: Asked) -> dict[str, Any]:
        return {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "user": self._who.user,
            "project": self._who.project,
            "session": self._who.session,
            "text": asked.text,
            "databank": asked.databank,
            "profile": asked.profile,
            "dataset": asked.dataset,
        }

    def _record(
        self, limits: AuditLimits, asked: Asked, found: Evidence, count: Count, project: Project
    ) -> tuple[Record, list[Use]]:
        secret = self._secret
        compared = Comparison(secret, limits, project.sets, count).of(found)
        whole = found.whole
        record: Record = {
            "kind": ledger.RELEASED,
            **self._head(asked),
            "took": next((most for most in TIMES if asked.took <= most), "more"),
            "result": found.kind,
            "cells": found.cells,
            "published": int(count(whole.n, whole.sums, whole.wording)[0]),
            "set": self._name(found),
            "wording": sealed.hashed(secret, "wording", found.wording),
            "contents": [sealed.hashed(secret, "content", digest) for digest in found.contents],
            "sets": compared.boxes,
            "close": compared.close,
            "near": compared.near,
        }
        if found.drawn is not None:
            drawn = found.drawn
            record["drawn"] = [
                f"{sealed.names(secret, drawn.n, drawn.sums)[0]:016x}",
                sealed.hashed(secret, "sample", drawn.sample),
            ]
        close = project.day(_today()).close
        uses = list(excess.uses(limits, project, record, compared, close))
        record["used"] = _most_used(uses)
        return record, uses

    def _judge(
        self, limits: AuditLimits, project: Project, record: Record, uses: list[Use]
    ) -> None:
        """Pause the project some outputs from now where a limit of sets is passed."""
        use = excess.passed(limits, uses)
        if use is None or project.pause_at is not None:
            return
        more = excess.delay(self._secret, use, record["set"], use.reason, project.outputs)
        head = self._head(Asked("", record["databank"], record["profile"], ""))
        paused = {"at": project.outputs + more, "reason": use.reason}
        self._append({"kind": ledger.PAUSED, **head, **paused})


def _most_used(uses: list[Use]) -> dict[str, int]:
    """Give how much of each limit is used, per cent: of the set that is furthest."""
    found: dict[str, int] = {}
    for use in uses:
        found[use.reason] = max(found.get(use.reason, 0), use.percent)
    return found


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"
