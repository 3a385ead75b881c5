"""`kohort audit`: what the owner of a databank sees of its log, what to look at first on top."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kohort.audit import chain, ledger
from kohort.audit.chain import Broken, Record
from kohort.audit.suspicion import Suspicion, suspicions
from kohort.databank.manifest import Manifest, ManifestError
from kohort.render.characters import clean
from kohort.script_file import reason
from kohort.trouble import Trouble

_SLOW: Final = (600, "more")


@dataclass(frozen=True)
class ProjectReport:
    """One project of a log. `paused`: why nothing more is answered, or will soon not be.

    `used`: how much of each limit of groups is used, per cent, of the group that is furthest.
    `close`: numbers asked of two groups that differ by few units; `near`: pairs of such groups that
    were seen. `slow`: statements that took more than a minute.
    """

    name: str
    users: tuple[str, ...]
    outputs: int
    cells: int
    refusals: int
    last: str
    paused: str
    used: Mapping[str, int]
    close: int
    near: int
    slow: int
    suspicions: tuple[Suspicion, ...]

    @property
    def score(self) -> int:
        """How soon somebody should look."""
        return sum(found.score for found in self.suspicions) + (1000 if self.paused else 0)


@dataclass(frozen=True)
class Report:
    """A log: its length, the hash of its last line, where the chain breaks, all projects."""

    lines: int
    last_hash: str
    broken: Broken | None
    repairs: int
    projects: tuple[ProjectReport, ...]


def log_of(given: Path) -> Path:
    """Give the log that is meant: a file, its folder, or a databank's root. Raises `Trouble`."""
    if given.is_file():
        return given
    if (given / chain.FILE_NAME).is_file():
        return given / chain.FILE_NAME
    try:
        folder = Manifest.read(given).audit_folder(given)
    except ManifestError as error:
        raise Trouble(str(error)) from None
    if folder is None:
        raise Trouble(f"{given} is a synthetic databank that keeps no log")
    if not (folder / chain.FILE_NAME).is_file():
        raise Trouble(f"there is no log in {folder}: nothing has been asked yet")
    return folder / chain.FILE_NAME


def reported(path: Path) -> Report:
    """Read a log. Raises `Trouble`."""
    try:
        lines, last, broken = chain.verify(path)
        found = list(chain.records(path))
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {reason(error)}") from None
    names = dict.fromkeys(str(r["project"]) for r in found if "project" in r)
    projects = [_project(name, [r for r in found if r.get("project") == name]) for name in names]
    repairs = sum(record.get("kind") == chain.REPAIR for record in found)
    projects.sort(key=lambda project: (-project.score, project.name))
    return Report(lines, last, broken, repairs, tuple(projects))


def _project(name: str, found: Sequence[Record]) -> ProjectReport:
    kinds = Counter(str(record.get("kind")) for record in found)
    paused = ""
    for record in found:
        if record.get("kind") == ledger.PAUSED:
            paused = str(record.get("reason", ""))
        if record.get("kind") == ledger.RESUMED:
            paused = ""
    return ProjectReport(
        name=name,
        users=tuple(sorted({str(record.get("user", "")) for record in found})),
        outputs=kinds[ledger.RELEASED],
        cells=sum(int(record.get("cells", 0)) for record in found),
        refusals=kinds[ledger.REFUSED],
        last=str(found[-1].get("time", "")),
        paused=paused,
        used=_used(found),
        close=sum(int(record.get("close", 0)) for record in found),
        near=sum(int(record.get("near", 0)) for record in found),
        slow=sum(record.get("took") in _SLOW for record in found),
        suspicions=tuple(suspicions(found)),
    )


def _used(found: Sequence[Record]) -> dict[str, int]:
    most: dict[str, int] = {}
    for record in found:
        if record.get("kind") == ledger.RESUMED:
            most.clear()
        for limit, percent in record.get("used", {}).items():
            most[limit] = max(most.get(limit, 0), int(percent))
    return dict(sorted(most.items()))


def resume(path: Path, project: str, user: str) -> None:
    """Let a paused project go on; who said so stands in the log. Raises `Trouble`."""
    try:
        log = chain.Chain(path.parent)
        with log.locked():
            log.append({
                "kind": ledger.RESUMED,
                "time": datetime.now(UTC).isoformat(timespec="seconds"),
                "user": user,
                "project": project,
            })
        log.close()
    except OSError as error:
        raise Trouble(f"{path} cannot be written: {reason(error)}") from None


def text(report: Report) -> list[str]:
    """Give a report as lines."""
    lines = [f"{report.lines} lines, {_whole(report)}", f"last hash {report.last_hash}"]
    if report.repairs:
        lines.append(f"{report.repairs} lines were cut short by a crash and closed")
    for project in report.projects:
        lines += ["", *_project_lines(project)]
    return lines


def _whole(report: Report) -> str:
    if report.broken is None:
        return "the chain is whole"
    return f"CHAIN BROKEN: line {report.broken.line} {report.broken.why}"


def _project_lines(project: ProjectReport) -> list[str]:
    users = ", ".join(map(clean, project.users))
    lines = [f"{clean(project.name)} ({users}), last {project.last}"]
    lines.append(
        f"  {project.outputs} outputs with {project.cells} numbers, {project.refusals} refusals"
    )
    if project.used:
        used = ", ".join(f"{limit} {percent} %" for limit, percent in project.used.items())
        lines.append(f"  most used of a limit of groups: {used}")
    if project.near:
        lines.append(
            f"  {project.near} pairs of close groups, {project.close} numbers asked of both of one"
        )
    if project.slow:
        lines.append(f"  {project.slow} outputs of statements that took more than a minute")
    if project.paused:
        lines.append(f"  PAUSED: {project.paused}; 'kohort audit ... --resume' lets it go on")
    for found in project.suspicions:
        example = clean(" ".join(found.example.split()))
        lines.append(f"  {found.score:>5}  {found.pattern}: {found.times}, last: {example}")
    return lines


def as_json(report: Report) -> str:
    """Give a report as JSON."""
    made: dict[str, Any] = asdict(report)
    for project, plain in zip(report.projects, made["projects"], strict=True):
        plain["score"] = project.score
    return json.dumps(made, ensure_ascii=False, indent=1)
