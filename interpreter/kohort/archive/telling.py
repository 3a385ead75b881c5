"""Verdicts and differences as lines of text."""

from __future__ import annotations

from typing import Final

from kohort.archive.comparison import Difference
from kohort.archive.verdict import Reason, Verdict
from kohort.render import Look
from kohort.render.characters import Style, clean, painted

_COLORS: Final[dict[str, Style]] = {"removed": "red", "added": "blue"}
_NEAR: Final = 1
_LEFT_OUT: Final = "    ..."
_MARKS = {"same": "  ", "removed": "- ", "added": "+ "}


def verdict_lines(verdict: Verdict, study: str, look: Look) -> list[str]:
    """Give a verdict: what was checked, each statement, why, and the outcome last."""
    lines = [f"{clean(study)}: {'damaged' if verdict.problems else 'intact'}"]
    lines += [f"  {clean(problem)}" for problem in verdict.problems]
    if verdict.level in {"static", "re-run"} and not verdict.problems:
        lines.append("script: fits the databank")
    lines += [clean(note) for note in verdict.notes]
    width = max((len(str(found.step)) for found in verdict.compared), default=1)
    for found in verdict.compared:
        word = found.outcome.ljust(10)
        lines.append(f"  {found.step:>{width}}  {word}  {clean(found.statement)}")
    if verdict.reasons:
        lines += ["not as it was then:", *(_reason(reason) for reason in verdict.reasons)]
    said = verdict.outcome
    if verdict.causes:
        said += f" because of {' and '.join(f'the {cause}' for cause in verdict.causes)}"
    lines.append(f"verdict: {said}")
    return lines


def _reason(reason: Reason) -> str:
    return f"  {reason.cause}: {clean(reason.what)}: {clean(reason.then)}, now {clean(reason.now)}"


def difference_lines(found: Difference, look: Look) -> list[str]:
    """Give a difference: statements, then sources, then results that differ."""
    if found.same:
        return ["the studies say the same"]
    lines: list[str] = []
    if any(line.change != "same" for line in found.lines):
        lines += ["script:", *_script(found, look)]
    if found.reasons:
        lines += ["sources:", *(_reason(reason) for reason in found.reasons)]
    for pair in found.pairs:
        lines += [
            f"{clean(pair.statement)}:",
            *_block("- ", pair.first),
            *_block("+ ", pair.second),
        ]
    return lines


def _script(found: Difference, look: Look) -> list[str]:
    """Give the statements that changed, each with its neighbours; the others are left out."""
    changed = [n for n, line in enumerate(found.lines) if line.change != "same"]
    near = {n for place in changed for n in range(place - _NEAR, place + _NEAR + 1)}
    lines: list[str] = []
    for n, line in enumerate(found.lines):
        if n not in near:
            if not lines or lines[-1] != _LEFT_OUT:
                lines.append(_LEFT_OUT)
            continue
        color = _COLORS.get(line.change)
        for text in line.text.split("\n"):
            drawn = f"  {_MARKS[line.change]}{clean(text)}"
            lines.append(painted(drawn, color, look.color) if color else drawn)
    return lines


def _block(mark: str, text: str) -> list[str]:
    return [f"  {mark}{line}" for line in text.split("\n")]
