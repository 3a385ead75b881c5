"""Limits of sets: how far each is used, which is passed, and how soon that shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from kohort.audit import sealed
from kohort.audit.comparison import Compared
from kohort.audit.ledger import Project
from kohort.disclosure.keys import Secret
from kohort.disclosure.limits import AuditLimits

_FLAGGED: Final = ("near_dup_per_day", "tables_per_unit")
"""Limits that only tell the owner something, unless the profile says that they block."""


@dataclass(frozen=True)
class Use:
    """How much of a limit is used after an output that uses more of it."""

    reason: str
    used: int
    limit: int

    @property
    def percent(self) -> int:
        """The used part, per cent."""
        return 100 * self.used // max(1, self.limit)


def uses(
    limits: AuditLimits, project: Project, record: dict[str, Any], compared: Compared, close: int
) -> Iterator[Use]:
    """Give the limits of sets that an output uses more of, before it is counted.

    `close`: what was asked today of close sets before.
    """
    counts = project.of(record["set"])
    most = limits.contents_per_set
    contents = counts.contents.union(record["contents"])
    if len(contents) > len(counts.contents):
        yield Use("contents_per_set", len(contents - counts.granted), most)
    if record["wording"] not in counts.wordings:
        yield Use("wordings_per_set", len(counts.wordings - counts.granted) + 1, most)
    yield from _of_divisions(limits, compared)
    if compared.tables:
        yield Use("tables_per_unit", compared.tables, limits.tables_per_unit)
    if compared.close:
        yield Use("near_dup_per_day", close + compared.close, limits.near_dup_per_day)
    if "drawn" in record:
        whole, sample = record["drawn"]
        yield Use(
            "samples_per_set", len(_samples(project, whole) | {sample}), limits.samples_per_set
        )


def _of_divisions(limits: AuditLimits, compared: Compared) -> Iterator[Use]:
    """Give the uses of the sets that are furthest: of each number of ways the smallest set."""
    smallest: dict[int, int] = {}
    for division in compared.divisions:
        least = smallest.get(division.ways, division.published)
        smallest[division.ways] = min(least, division.published)
    smallest.pop(0, None)
    for ways, published in smallest.items():
        yield Use("partitions_per_set", ways, most_partitions(limits, published))
    if compared.divisions:
        wordings = max(division.wordings for division in compared.divisions)
        yield Use("wordings_per_set", wordings, limits.contents_per_set)


def _samples(project: Project, whole: str) -> set[str]:
    """Give the samples that were drawn of a set, or of sets that are close to it."""
    near = project.sets.near.get(int(whole, 16), set())
    found = [project.of(f"{n:016x}") for n in (int(whole, 16), *near)]
    return set().union(*(counts.samples - counts.granted for counts in found))


def most_partitions(limits: AuditLimits, published: int) -> int:
    """Give how many partitions a set may have: the smaller it is, the sooner it is solved."""
    given = limits.partitions_per_set
    return min(max(published // max(1, given.units_per_partition), given.min), given.cap)


def passed(limits: AuditLimits, found: list[Use]) -> Use | None:
    """Give the limit that is passed furthest and ends in a pause; None where none is."""
    stopping = [
        use
        for use in found
        if use.used > use.limit
        and (use.reason not in _FLAGGED or limits.near_dup_action == "block")
    ]
    return max(stopping, key=lambda use: use.percent, default=None)


def delay(secret: Secret, use: Use, *parts: str | int) -> int:
    """Give how many outputs are still answered after a limit is passed.

    One at least, and a geometric number with a mean of a third of the limit, at most the limit: a
    pause at the very question would tell that two sets are the same, or close; a long one would
    undo a small limit.
    """
    return 1 + min(sealed.geometric(secret, use.limit / 3, *parts), use.limit)
