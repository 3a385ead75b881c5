"""What is wrong with an owner's files: told to the owner, by row, and kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MOST: Final = 50
"""Problems that are told of one register; more are counted only."""

_LONGEST_FIELD: Final = 40


def shown(value: object) -> str:
    """Give the offending field as a message may show it: in quotes, on one line, not too long."""
    text = "".join(c if c.isprintable() else "�" for c in str(value))
    return f"'{text[:_LONGEST_FIELD]}…'" if len(text) > _LONGEST_FIELD else f"'{text}'"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (register or file), which row from 1 on, and what.

    The text holds nothing of the row but the offending field.
    """

    where: str
    text: str
    row: int | None = None

    def __str__(self) -> str:
        place = self.where if self.row is None else f"{self.where}, row {self.row}"
        return f"{place}: {self.text}"


@dataclass
class Findings:
    """The problems of one register as they are found; `count` goes on where the list stops."""

    where: str
    problems: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, text: str, row: int | None = None, times: int = 1) -> None:
        """Note a problem; `times` counts others of its kind that are not listed."""
        if len(self.problems) < MOST:
            self.problems.append(Problem(self.where, text, row))
        self.count += times

    def raise_if_any(self) -> None:
        """Raise `IntakeError` where something is wrong."""
        if self.count:
            raise IntakeError(tuple(self.problems), self.count)


class IntakeError(Exception):
    """An owner's files cannot be taken in; `problems` are for the owner's eyes only.

    The exception's own text tells how many there are and nothing of what they say.
    """

    def __init__(self, problems: tuple[Problem, ...], count: int | None = None) -> None:
        self.problems = problems
        self.count = len(problems) if count is None else count
        super().__init__(f"{self.count} problems")

    def lines(self) -> list[str]:
        """Give one line per problem in the order of rows, and one for those not listed."""
        lines = [str(problem) for problem in sorted(self.problems, key=_place)]
        left = self.count - len(lines)
        return [*lines, f"and {left} more"] if left > 0 else lines


def _place(problem: Problem) -> tuple[bool, int]:
    return problem.row is not None, problem.row or 0
