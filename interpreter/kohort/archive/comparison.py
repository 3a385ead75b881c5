"""`kohort diff`: what changed between two studies in script, sources and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Literal

from kohort.archive import bundle, lock, outputs
from kohort.archive.lock import Entry, Lock
from kohort.archive.verdict import Reason, reasons
from kohort.archive.verification import script_of
from kohort.diagnostic import Diagnostic
from kohort.disclosure.released import Released
from kohort.formatting import placeless
from kohort.render import Look, render
from kohort.syntax import parse

Change = Literal["same", "removed", "added"]


@dataclass(frozen=True)
class Line:
    """A statement of one script or of both."""

    change: Change
    text: str


@dataclass(frozen=True)
class Pair:
    """What one statement of both scripts gave: as text, in the first study and in the second."""

    statement: str
    first: str
    second: str


@dataclass(frozen=True)
class Difference:
    """Two studies side by side; `lines` are all statements, the rest is what differs."""

    lines: tuple[Line, ...]
    reasons: tuple[Reason, ...]
    pairs: tuple[Pair, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        alike = all(line.change == "same" for line in self.lines)
        return alike and not self.reasons and not self.pairs


class Study:
    """A study that is read: its lock, its files, its script. Raises `Trouble`."""

    def __init__(self, source: Path) -> None:
        self.files = bundle.read(source)
        self.lock: Lock = lock.from_files(self.files)
        self.script = script_of(self.lock, self.files)

    def item(self, entry: Entry) -> Released | Diagnostic:
        """Read what an entry of the lock names. Raises `Trouble`."""
        return outputs.item_of(self.files.get(entry.file, b""))


def difference(first: Study, second: Study, look: Look) -> Difference:
    """Compare two studies statement by statement; layout and comments make no difference."""
    return Difference(
        _lines(first.script, second.script),
        reasons(first.lock, second.lock.made_with),
        tuple(_pairs(first, second, look)),
    )


def _lines(first: str, second: str) -> tuple[Line, ...]:
    old, new = _statements(first), _statements(second)
    made: list[Line] = []
    matcher = SequenceMatcher(None, [s for s, _ in old], [s for s, _ in new], autojunk=False)
    for word, i, j, k, n in matcher.get_opcodes():
        if word == "equal":
            made += [Line("same", text) for _, text in new[k:n]]
        else:
            made += [Line("removed", text) for _, text in old[i:j]]
            made += [Line("added", text) for _, text in new[k:n]]
    return tuple(made)


def _statements(text: str) -> list[tuple[object, str]]:
    """Give each statement as parsed, without its place, and as it stands."""
    found = parse(text)
    return [(placeless(s), text[s.span.start : s.span.end]) for s in found]


def _pairs(first: Study, second: Study, look: Look) -> list[Pair]:
    """Pair the results of equal statements, in order; those that differ are given."""
    old, new = _shown(first), _shown(second)
    matcher = SequenceMatcher(None, [n for n, _ in old], [n for n, _ in new], autojunk=False)
    made: list[Pair] = []
    for i, k, size in matcher.get_matching_blocks():
        for (name, before), (_, after) in zip(old[i : i + size], new[k : k + size], strict=True):
            if [e.digest for e in before] != [e.digest for e in after]:
                made.append(Pair(name, _text(first, before, look), _text(second, after, look)))
    return made


def _shown(study: Study) -> list[tuple[str, list[Entry]]]:
    steps: dict[int, tuple[str, list[Entry]]] = {}
    for entry in study.lock.entries:
        steps.setdefault(entry.step, (entry.statement, []))[1].append(entry)
    return list(steps.values())


def _text(study: Study, entries: Sequence[Entry], look: Look) -> str:
    return "\n".join(render(study.item(entry), look) for entry in entries)
