"""What has been asked so far of one databank, by project: counters, sets, pauses.

Everything is worked out from the log alone, so that every process of a project counts alike.
Counters of a day begin anew at midnight UTC; those of sets never do, since noise does not either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kohort.audit.chain import Record

RELEASED: Final = "released"
REFUSED: Final = "refused"
PAUSED: Final = "paused"
RESUMED: Final = "resumed"


@dataclass
class Day:
    """Requests of one day."""

    outputs: int = 0
    cells: int = 0
    refusals: int = 0
    close: int = 0


@dataclass
class SetCounts:
    """What was asked of one set: hashes of partitions, wordings and contents of derived columns."""

    partitions: set[str] = field(default_factory=set)
    wordings: set[str] = field(default_factory=set)
    contents: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Seen:
    """A set that was released before: its hash, its published size, its sealed sketch by name."""

    set: str
    published: int
    name: str
    sketch: str


@dataclass
class Project:
    """One project; accounts of it share everything.

    `outputs` of all days. `pause_at`: the number of outputs from which on nothing is answered;
    None while nobody has reason to look.
    """

    outputs: int = 0
    days: dict[str, Day] = field(default_factory=dict)
    sets: dict[str, SetCounts] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    pause_at: int | None = None
    reason: str = ""

    @property
    def paused(self) -> bool:
        """Whether the data owner must look before anything more is answered."""
        return self.pause_at is not None and self.outputs >= self.pause_at

    def day(self, day: str) -> Day:
        """Give the counters of a day."""
        return self.days.setdefault(day, Day())

    def of(self, name: str) -> SetCounts:
        """Give the counters of a set."""
        return self.sets.setdefault(name, SetCounts())


class Ledger:
    """All projects of a log."""

    def __init__(self) -> None:
        self.projects: dict[str, Project] = {}

    def project(self, name: str) -> Project:
        """Give a project."""
        return self.projects.setdefault(name, Project())

    def add(self, record: Record) -> None:
        """Take a record of the log into account."""
        kind, name = record.get("kind"), record.get("project")
        if not isinstance(name, str):
            return
        project = self.project(name)
        day = project.day(str(record.get("time", ""))[:10])
        if kind == RELEASED:
            _released(project, day, record)
        elif kind == REFUSED:
            day.refusals += 1
        elif kind == PAUSED:
            project.pause_at = int(record["at"])
            project.reason = str(record.get("reason", ""))
        elif kind == RESUMED:
            project.pause_at = None


def _released(project: Project, day: Day, record: Mapping[str, Any]) -> None:
    project.outputs += 1
    day.outputs += 1
    day.cells += int(record.get("cells", 0))
    day.close += 1 if record.get("close") else 0
    name = record.get("set")
    if isinstance(name, str) and name:
        counts = project.of(name)
        counts.wordings.add(str(record.get("wording", "")))
        counts.contents.update(record.get("contents", ()))
        if record.get("sketch"):
            seen = Seen(name, int(record["published"]), str(record["name"]), str(record["sketch"]))
            project.seen.setdefault(name, seen)
    for found, partition, _ in record.get("partitions", ()):
        project.of(found).partitions.add(partition)
