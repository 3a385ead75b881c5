"""What a verification found: of each statement, and of the study as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from kohort.archive import exit_words
from kohort.archive.lock import Entry, Lock
from kohort.provenance import BankSource, Provenance

Outcome = Literal["identical", "equivalent", "different", "gone", "new"]
"""`equivalent`: another number behind the printed digits. `gone`, `new`: shown only once."""

Same = Callable[[Entry, Entry], Outcome]

Cause = Literal["script", "data", "policy", "engine"]

Level = Literal["integrity", "static", "re-run"]

_WORST_FIRST: Final[tuple[Outcome, ...]] = ("different", "gone", "new", "equivalent", "identical")

_OF_CAUSE: Final[dict[Cause, int]] = {
    "data": exit_words.DATA,
    "policy": exit_words.POLICY,
    "engine": exit_words.ENGINE,
}


@dataclass(frozen=True)
class Compared:
    """One thing that was shown, then and now."""

    step: int
    statement: str
    outcome: Outcome


@dataclass(frozen=True)
class Reason:
    """Something that is not as it was: `what` names it, `then` and `now` say how."""

    cause: Cause
    what: str
    then: str
    now: str


@dataclass(frozen=True)
class Verdict:
    """The whole finding. `level` is how far the verification went.

    `problems` are about the study itself: damaged files, mistakes that the checker finds today.
    `notes` are worth knowing but change nothing.
    """

    level: Level
    compared: tuple[Compared, ...] = ()
    reasons: tuple[Reason, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """One word: `damaged`, `intact` (not re-run), `identical`, `equivalent` or `different`."""
        if self.problems:
            return "damaged"
        if self.level != "re-run":
            return "intact"
        worst = worst_of(found.outcome for found in self.compared)
        return worst if worst in {"identical", "equivalent"} else "different"

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Why results differ; `engine` where nothing else has changed."""
        if self.outcome != "different":
            return ()
        found: tuple[Cause, ...] = tuple(dict.fromkeys(r.cause for r in self.reasons))
        return found or ("engine",)

    @property
    def exit_code(self) -> int:
        """The exit code of `kohort verify`; of several causes, the first in the order data,
        policy, engine."""
        match self.outcome:
            case "damaged":
                return exit_words.DAMAGED
            case "equivalent":
                return exit_words.EQUIVALENT
            case "different":
                return next(
                    (_OF_CAUSE[c] for c in _OF_CAUSE if c in self.causes), exit_words.ENGINE
                )
        return exit_words.IDENTICAL


def worst_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Give the outcome that matters most; nothing shown is identical to nothing shown."""
    given = set(outcomes)
    for word in _WORST_FIRST:
        if word in given:
            return word
    return "identical"


def reasons(then: Lock, now: Provenance) -> tuple[Reason, ...]:
    """Give what a run rested on then and does not now, most far-reaching first."""
    before = then.made_with
    found = [*_data(before.databanks, now.databanks)]
    if (before.profile, before.profile_hash) != (now.profile, now.profile_hash):
        found.append(Reason("policy", "profile", _profile(before), _profile(now)))
    for name in {**before.packages, **now.packages}:
        old, new = before.packages.get(name, "none"), now.packages.get(name, "none")
        if old != new:
            found.append(Reason("engine", name, old, new))
    return tuple(found)


def _profile(given: Provenance) -> str:
    return f"{given.profile} ({given.profile_hash[:12]})"


def _data(then: Sequence[BankSource], now: Sequence[BankSource]) -> Iterable[Reason]:
    current = {bank.name: bank for bank in now}
    for old in then:
        new = current.pop(old.name, None)
        if new is None:
            yield Reason("data", f"databank {old.name}", old.version, "not connected")
            continue
        if (old.version, old.synthetic) != (new.version, new.synthetic):
            yield Reason("data", f"databank {old.name}", _version(old), _version(new))
        yield from _variables(old, new)
    for bank in current.values():
        yield Reason("data", f"databank {bank.name}", "not connected", bank.version)


def _version(bank: BankSource) -> str:
    return f"{bank.version}, made up from seed {bank.seed}" if bank.synthetic else bank.version


def _variables(old: BankSource, new: BankSource) -> Iterable[Reason]:
    current = {variable.name: variable for variable in new.variables}
    for before in old.variables:
        after = current.get(before.name)
        what = f"{old.name}/{before.name}"
        if after is None:
            yield Reason("data", what, "there", "not asked for")
        elif before.data != after.data:
            yield Reason("data", what, f"files {before.data[:12]}", f"files {after.data[:12]}")
        elif before.metadata != after.metadata:
            yield Reason(
                "data", what, f"metadata {before.metadata[:12]}", f"metadata {after.metadata[:12]}"
            )


def matched(then: Sequence[Entry], now: Sequence[Entry], same: Same) -> tuple[Compared, ...]:
    """Compare what was shown, statement by statement; `same` judges two of one place."""
    places = list(dict.fromkeys([*map(_place, _counted(then)), *map(_place, _counted(now))]))
    old = {_place(item): item[1] for item in _counted(then)}
    new = {_place(item): item[1] for item in _counted(now)}
    made = []
    for place in sorted(places):
        before, after = old.get(place), new.get(place)
        if before is not None and after is not None:
            made.append(Compared(before.step, before.statement, same(before, after)))
        elif before is not None:
            made.append(Compared(before.step, before.statement, "gone"))
        elif after is not None:
            made.append(Compared(after.step, after.statement, "new"))
    return tuple(made)


def _counted(entries: Sequence[Entry]) -> list[tuple[int, Entry]]:
    """Give each entry with its place among those of its statement."""
    seen: dict[int, int] = {}
    made = []
    for entry in entries:
        seen[entry.step] = seen.get(entry.step, -1) + 1
        made.append((seen[entry.step], entry))
    return made


def _place(item: tuple[int, Entry]) -> tuple[int, int]:
    return item[1].step, item[0]


def to_json(verdict: Verdict, study: str) -> dict[str, Any]:
    """Give a verdict as JSON; `study` is the SHA-256 of the lock that it is about."""
    return {
        "format": 1,
        "study": study,
        "outcome": verdict.outcome,
        "causes": list(verdict.causes),
        "level": verdict.level,
        "compared": [dict(vars(found)) for found in verdict.compared],
        "reasons": [dict(vars(reason)) for reason in verdict.reasons],
        "problems": list(verdict.problems),
        "notes": list(verdict.notes),
    }
