"""What in a project's questions deserves a look: patterns that attacks have and research seldom.

Source: the disclosure reference, 6.4. A score says what to look at first, never that somebody did
wrong.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kohort.audit.chain import Record

_LITERAL: Final = re.compile(r"'[^']*'|(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_EQUALITY: Final = re.compile(r"([A-Za-z_]\w*)\s*==\s*(?:'[^']*'|\d)")
# The last digits of a number; `int(age / 10)` alone is a decade.
_DIGITS: Final = re.compile(r"-\s*10+\s*\*\s*(?:int|floor)\s*\([^()]*/\s*10+\s*\)")
_SAMPLE: Final = re.compile(r"^\s*sample\s+(\S+\s+\d+)")
_RUN: Final = 5
_BACKGROUND: Final = 4
_TARGETS: Final = 20


@dataclass(frozen=True)
class Suspicion:
    """One pattern: its key, how often it was seen, its weight in the score, an example's text."""

    pattern: str
    times: int
    weight: int
    example: str

    @property
    def score(self) -> int:
        """How much it matters."""
        return self.times * self.weight


def suspicions(records: Sequence[Record]) -> list[Suspicion]:
    """Give what stands out among the records of one project, the most telling first."""
    asked = [record for record in records if record.get("kind") in {"released", "refused"}]
    texts = [str(record.get("text", "")) for record in asked]
    close = [t for r, t in zip(asked, texts, strict=True) if r.get("close")]
    found = [
        _suspicion("close sets", close, 5),
        _suspicion("literals changed one by one", _runs(texts), 3),
        _suspicion("bisection", _bisections(texts), 10),
        _suspicion("equality with many variables", [t for t in texts if _singled_out(t)], 4),
        _suspicion("digits of numbers as categories", [t for t in texts if _DIGITS.search(t)], 2),
        _suspicion("many shares and seeds of samples", _samples(texts), 3),
        _suspicion("one structure over many targets", _targets(texts), 4),
        _suspicion("one person in many small groups", _crowded(asked), 2),
        _suspicion("refusals", [t for r, t in zip(asked, texts, strict=True) if "code" in r], 1),
    ]
    return sorted((s for s in found if s.times), key=lambda s: -s.score)


def _crowded(asked: Sequence[Record]) -> list[str]:
    """Give the texts by which somebody stood in small groups of more tables than there may be."""
    used = ((record, record.get("used", {}).get("tables_per_unit", 0)) for record in asked)
    return [str(record.get("text", "")) for record, percent in used if percent > 100]


def _suspicion(pattern: str, texts: Sequence[str], weight: int) -> Suspicion:
    return Suspicion(pattern, len(texts), weight, texts[-1] if texts else "")


def _skeleton(text: str) -> str:
    return _LITERAL.sub("#", " ".join(text.split()))


def _runs(texts: Sequence[str]) -> list[str]:
    """Give the texts that go on a run of at least five which differ in one literal each."""
    found: list[str] = []
    run: list[str] = []
    for before, text in zip(("", *texts), texts, strict=False):
        if _skeleton(before) == _skeleton(text) and _changed(before, text) == 1:
            run.append(text)
            continue
        found += run if len(run) >= _RUN else []
        run = []
    return found + (run if len(run) >= _RUN else [])


def _changed(before: str, text: str) -> int:
    pairs = zip(_LITERAL.findall(before), _LITERAL.findall(text), strict=False)
    return sum(a != b for a, b in pairs)


def _bisections(texts: Sequence[str]) -> list[str]:
    """Give the texts that end five steps of one number, each about half as long as the last."""
    found: list[str] = []
    by_skeleton: dict[str, list[list[float]]] = {}
    for text in texts:
        numbers = [float(n) for n in _LITERAL.findall(text) if not n.startswith("'")]
        history = by_skeleton.setdefault(_skeleton(text), [])
        history.append(numbers)
        if len(history) > _RUN and any(
            _halves([h[n] for h in history]) for n in range(len(numbers))
        ):
            found.append(text)
    return found


def _halves(values: Sequence[float]) -> bool:
    last = values[-_RUN - 1 :]
    steps = [abs(b - a) for a, b in itertools.pairwise(last)]
    return all(a > 0 and 0.3 <= b / a <= 0.7 for a, b in itertools.pairwise(steps))


def _singled_out(text: str) -> bool:
    return len({match[1] for match in _EQUALITY.finditer(text)}) >= _BACKGROUND


def _samples(texts: Sequence[str]) -> list[str]:
    drawn = {match[1]: text for text in texts if (match := _SAMPLE.match(text))}
    return list(drawn.values()) if len(drawn) >= _RUN else []


def _targets(texts: Sequence[str]) -> list[str]:
    """Give the texts of structures that were asked of many different literals."""
    by_skeleton: dict[str, set[str]] = {}
    for text in texts:
        by_skeleton.setdefault(_skeleton(text), set()).add(" ".join(text.split()))
    return [t for asked in by_skeleton.values() if len(asked) >= _TARGETS for t in sorted(asked)]
