"""What has been asked so far of one databank, by project: counters, sets, pauses.

Everything is worked out from the log alone, so that every process of a project counts alike.
Counters of a day begin anew at midnight UTC; those of sets never do, since noise does not either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kohort.audit.box import Box
from kohort.audit.chain import Record
from kohort.audit.sets import Question, Sets

RELEASED: Final = "released"
REFUSED: Final = "refused"
PAUSED: Final = "paused"
RESUMED: Final = "resumed"


@dataclass
class Day:
    """Requests of one day. `close`: what was asked of both of two sets that differ by few units."""

    outputs: int = 0
    cells: int = 0
    refusals: int = 0
    close: int = 0


@dataclass
class SetCounts:
    """What was asked of a dataset's units: hashes of wordings, contents of derived columns, and
    samples.

    `granted`: those of them that the owner has seen and let pass.
    """

    wordings: set[str] = field(default_factory=set)
    contents: set[str] = field(default_factory=set)
    samples: set[str] = field(default_factory=set)
    granted: frozenset[str] = frozenset()


@dataclass
class Project:
    """One project; accounts of it share everything.

    `outputs` of all days; `asked` by names of datasets' units. `pause_at`: the number of outputs
    from which on nothing is answered; None while nobody has reason to look.
    """

    outputs: int = 0
    days: dict[str, Day] = field(default_factory=dict)
    asked: dict[str, SetCounts] = field(default_factory=dict)
    sets: Sets = field(default_factory=Sets)
    pause_at: int | None = None
    reason: str = ""

    @property
    def paused(self) -> bool:
        """Whether the data owner must look before anything more is answered."""
        return self.pause_at is not None and self.outputs >= self.pause_at

    def day(self, day: str) -> Day:
        """Give the counters of a day."""
        return self.days.setdefault(day, Day())

    def resume(self) -> None:
        """Let the project go on: the owner has looked, and each limit is there once more."""
        self.pause_at = None
        self.sets.grant()
        for counts in self.asked.values():
            counts.granted = frozenset().union(counts.wordings, counts.contents, counts.samples)

    def of(self, name: str) -> SetCounts:
        """Give the counters of a dataset's units."""
        return self.asked.setdefault(name, SetCounts())


class Ledger:
    """All projects of a log. `opened` gives the bytes of a box by its nonce and its text."""

    def __init__(self, opened: Callable[[str, str], bytes]) -> None:
        self.projects: dict[str, Project] = {}
        self._opened = opened

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
            self._released(project, day, record)
        elif kind == REFUSED:
            day.refusals += 1
        elif kind == PAUSED:
            project.pause_at = int(record["at"])
            project.reason = str(record.get("reason", ""))
        elif kind == RESUMED:
            project.resume()
            day.close = 0

    def _released(self, project: Project, day: Day, record: Mapping[str, Any]) -> None:
        project.outputs += 1
        day.outputs += 1
        day.cells += int(record.get("cells", 0))
        day.close += int(record.get("close", 0))
        name = record.get("set")
        if isinstance(name, str) and name:
            counts = project.of(name)
            counts.wordings.add(str(record.get("wording", "")))
            counts.contents.update(record.get("contents", ()))
        if record.get("drawn"):
            whole, sample = record["drawn"]
            project.of(whole).samples.add(sample)
        for told in record.get("sets", ()):
            try:
                box = Box.of(self._opened(told["nonce"], told["box"]))
            except ValueError:
                continue  # of another key, or not of a box: it tells nothing
            contents = frozenset(told["contents"])
            question = Question(told["partition"], contents, told["wording"], told["table"])
            project.sets.add(question, box)
