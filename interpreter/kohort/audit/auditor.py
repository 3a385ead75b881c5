"""Counts and logs what a session asks of one databank, before anything of it is shown."""

from __future__ import annotations

import getpass
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from kohort.audit import ledger, sealed
from kohort.audit.chain import Chain, Record
from kohort.audit.evidence import Evidence, PartOfSet
from kohort.audit.ledger import Day, Ledger, Project
from kohort.audit.sketch import distance, size, sketch
from kohort.disclosure.keys import Secret
from kohort.disclosure.limits import AuditLimits

PROJECT: Final = "KOHORT_PROJECT"
Count = Callable[[PartOfSet], int]
SIZE: Final = "Size"
_DELAYS: Final = (3, 20)
"""Outputs that are still answered after a limit of sets is passed: fewest, and how many more at
most. A pause at the very question would tell that two sets are the same, or close."""


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
    """What stands in the log of a question besides its numbers: texts and published things only."""

    text: str
    databank: str
    profile: str
    dataset: str


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
        self._ledger = Ledger()
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
        """Count an output and log it, or refuse it. `count` gives the published size of a set."""
        try:
            with self._chain.locked() as added:
                for record in added:
                    self._ledger.add(record)
                project = self._project
                if found.kind == SIZE and self._told(project, found):
                    return
                self._permit(limits, project, found.cells)
                record = self._record(limits, asked, found, count, project)
                self._append(record)
                self._judge(limits, project, record)
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

    def _told(self, project: Project, found: Evidence) -> bool:
        """Whether the very same size was told before: each import says it again."""
        name = sealed.hashed(self._secret, "set", found.whole.n, found.whole.sums)
        counts = project.sets.get(name)
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
    ) -> Record:
        secret, published = self._secret, count(found.whole)
        name = sealed.hashed(secret, "set", found.whole.n, found.whole.sums)
        new = name not in project.seen
        record: Record = {
            "kind": ledger.RELEASED,
            **self._head(asked),
            "result": found.kind,
            "cells": found.cells,
            "published": published,
            "set": name,
            "wording": sealed.hashed(secret, "wording", found.wording),
            "contents": [sealed.hashed(secret, "content", digest) for digest in found.contents],
            "partitions": [
                [
                    sealed.hashed(secret, "set", part.n, part.sums),
                    sealed.hashed(secret, "partition", part.partition),
                    count(part),
                ]
                for part in found.parts
                if part.n
            ],
        }
        if new:
            plan = sealed.plan(secret, limits.sketch_cells, limits.sketch_hashes)
            cells = sketch(plan, np.unique(found.keys))
            nonce = secrets.token_hex(8)
            record["name"] = nonce
            record["sketch"] = sealed.sealed(secret, nonce, cells)
            record["close"] = self._close(limits, name, cells, published, project)
        return record

    def _close(
        self, limits: AuditLimits, name: str, cells: Any, published: int, project: Project
    ) -> list[str]:
        """Give the earlier sets that differ from this one by few units, but do differ."""
        plan = sealed.plan(self._secret, limits.sketch_cells, limits.sketch_hashes)
        near = []
        for seen in project.seen.values():
            # Published sizes differ by the noise of both besides the true difference.
            if abs(seen.published - published) > 4 * limits.near_dup_diff:
                continue
            try:
                other = sealed.opened(self._secret, seen.name, seen.sketch)
            except ValueError:
                continue
            if other.shape != cells.shape:
                continue  # another profile's sketches have other sizes
            apart = distance(plan, cells, other)
            pair = sorted((name, seen.set))
            margin = sealed.laplace(self._secret, limits.near_dup_margin, *pair)
            if apart and apart < limits.near_dup_diff + margin and size(plan, cells):
                near.append(seen.set)
        return near

    def _judge(self, limits: AuditLimits, project: Project, record: Record) -> None:
        """Pause the project some outputs from now where a limit of sets is passed."""
        if project.pause_at is not None:
            return
        reason = self._excess(limits, project, record)
        if reason is None:
            return
        fewest, more = _DELAYS
        draw = int(sealed.hashed(self._secret, "delay", record["set"], project.outputs), 16)
        at = project.outputs + fewest + draw % more
        head = self._head(Asked("", record["databank"], record["profile"], ""))
        self._append({"kind": ledger.PAUSED, **head, "at": at, "reason": reason})

    def _excess(self, limits: AuditLimits, project: Project, record: Record) -> str | None:
        counts = project.of(record["set"])
        if len(counts.contents) > limits.contents_per_set:
            return "contents_per_set"
        if len(counts.wordings) > limits.contents_per_set:
            return "wordings_per_set"
        for name, _, published in record["partitions"]:
            if len(project.of(name).partitions) > _most_partitions(limits, published):
                return "partitions_per_set"
        close = project.day(_today()).close
        if limits.near_dup_action == "block" and close > limits.near_dup_per_day:
            return "near_dup_per_day"
        return None


def _most_partitions(limits: AuditLimits, published: int) -> int:
    """Give how many partitions a set may have: the smaller it is, the sooner it is solved."""
    given = limits.partitions_per_set
    return min(max(published // max(1, given.units_per_partition), given.min), given.cap)


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"
