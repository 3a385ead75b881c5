"""What is wrong in a script: one clear sentence, its place, and the nearest right thing."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, NoReturn

Severity = Literal["error", "refusal", "failure", "notice"]


@dataclass(frozen=True, order=True)
class Span:
    """Half-open range of character offsets in the script's text."""

    start: int
    end: int

    def to(self, other: "Span") -> "Span":
        """Give the range from the start of this one to the end of the other."""
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(0, 0)


@dataclass(frozen=True)
class Diagnostic:
    """What is wrong, where, and what to do about it.

    `code` is a stable word such as `unknown-variable`; `message` and `hint` hold words of the
    script and names of the catalogue only, never a data value. `severity` decides the exit code:
    `error` (the script is wrong), `refusal` (disclosure control said no), `failure` (our fault),
    `notice` (nothing is wrong).
    """

    code: str
    message: str
    span: Span = NOWHERE
    hint: str | None = None
    severity: Severity = "error"


class ScriptError(Exception):
    """Carries one diagnostic out of nested checks."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.code)
        self.diagnostic = diagnostic


def wrong(code: str, message: str, span: Span, hint: str | None = None) -> NoReturn:
    """Raise the one error that says what is wrong in the script at `span`."""
    raise ScriptError(Diagnostic(code, message, span, hint))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word closest to `word`, compared without regard to case, or None."""
    by_fold = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """Give the hint that names the nearest known word, or None."""
    name = nearest(word, known)
    return None if name is None else f"did you mean '{name}'?"
