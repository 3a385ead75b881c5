"""How the program says what became of a script: one number, the most serious thing wins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from kohort.diagnostic import Diagnostic, Severity

DONE: Final = 0
WRONG: Final = 1
REFUSED: Final = 2
FAILED: Final = 3
UNSTARTED: Final = 4
INTERRUPTED: Final = 130

_MOST_SERIOUS_FIRST: Final = (INTERRUPTED, FAILED, WRONG, UNSTARTED, REFUSED)
_OF_SEVERITY: Final[dict[Severity, int]] = {
    "error": WRONG, "refusal": REFUSED, "failure": FAILED, "notice": DONE,
}  # fmt: skip


_NO_START: Final = frozenset({
    "no-key", "wrong-key", "profile-not-allowed", "profile-unusable", "unreadable-databank",
})  # fmt: skip
"""Codes of what is wrong with the surroundings, not with the script or the program."""


def of(diagnostic: Diagnostic) -> int:
    """Give the exit code that a diagnostic asks for."""
    if diagnostic.code in _NO_START:
        return UNSTARTED
    return _OF_SEVERITY[diagnostic.severity]


def most_serious(codes: Iterable[int]) -> int:
    """Give the code that wins: interrupted, our fault, wrong script, no start, refusal, done."""
    given = set(codes)
    unknown = given - {DONE, *_MOST_SERIOUS_FIRST}
    if unknown:
        return FAILED
    return next((code for code in _MOST_SERIOUS_FIRST if code in given), DONE)
