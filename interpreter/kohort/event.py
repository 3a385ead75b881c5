"""What running a script yields, one at a time: where it is, what was released, what was said, how it ended."""

from __future__ import annotations

from dataclasses import dataclass

from kohort.diagnostic import NOWHERE, Diagnostic, Span
from kohort.disclosure.released import Released


@dataclass(frozen=True)
class Started:
    """A statement begins; `step` counts from 1, `total` is the number of steps with loops unrolled."""

    step: int
    total: int
    span: Span = NOWHERE


@dataclass(frozen=True)
class Result:
    """A released result of the statement at `span`."""

    released: Released
    span: Span = NOWHERE


@dataclass(frozen=True)
class Told:
    """An error, refusal, failure or notice."""

    diagnostic: Diagnostic


@dataclass(frozen=True)
class Finished:
    """The run is over; nothing follows. `exit_code` as in `kohort.exit_code`."""

    exit_code: int


Event = Started | Result | Told | Finished
