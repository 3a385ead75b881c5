"""What running a script yields: where it is, what was released, what was said, how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kohort.diagnostic import NOWHERE, Diagnostic, Span
from kohort.disclosure.released import Released

if TYPE_CHECKING:
    from kohort.provenance import Provenance


@dataclass(frozen=True)
class Started:
    """A statement begins; `step` counts from 1 to `total`, the steps with loops unrolled."""

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


class Runs(Protocol):
    """A session as the worker sees it: what yields these events."""

    @property
    def statements(self) -> tuple[str, ...]:
        """The texts of what took effect, in order."""
        ...

    def run(self, text: str, batch: bool) -> Iterator[Event]:
        """Run a script."""
        ...

    def provenance(self) -> Provenance:
        """Tell what the results so far rest on."""
        ...

    def replay(self, statements: tuple[str, ...]) -> int:
        """Make an empty session as it was after these statements. Gives the exit code."""
        ...
