"""What a run of a script gave, statement by statement, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kohort import exit_code
from kohort.diagnostic import NOWHERE, Diagnostic, Span
from kohort.disclosure.released import Released
from kohort.event import Event, Finished, Result, Started, Told
from kohort.provenance import Provenance

Item = Released | Diagnostic


@dataclass
class Step:
    """One statement as it ran: in a loop, one round of it. `number` counts from 1."""

    number: int
    span: Span
    command: str
    text: str
    items: list[Item] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The statement as it is named in lists: its first line."""
        return " ".join(self.text.split("\n", 1)[0].split())


@dataclass(frozen=True)
class Record:
    """A whole run. `events` are kept for rendering; `provenance` None where it is not known."""

    script: str
    steps: tuple[Step, ...]
    events: tuple[Event, ...]
    exit_code: int
    provenance: Provenance | None


def recorded(
    script: str,
    events: Iterable[Event],
    provenance: Callable[[], Provenance | None],
    seen: Callable[[Event], None] = lambda event: None,
) -> Record:
    """Collect the events of a run; `seen` is called with each as it comes."""
    kept: list[Event] = []
    steps: list[Step] = []
    code = exit_code.FAILED
    for event in events:
        seen(event)
        kept.append(event)
        match event:
            case Started(number, _, span):
                steps.append(_step(number, span, script))
            case Result(released, _):
                _at(steps).items.append(released)
            case Told(diagnostic):
                _at(steps).items.append(diagnostic)
            case Finished(code):
                pass
    return Record(script, tuple(steps), tuple(kept), code, provenance())


def _at(steps: list[Step]) -> Step:
    if not steps:
        # What is said before the first statement: the session could not be opened.
        steps.append(Step(0, NOWHERE, "", ""))
    return steps[-1]


def _step(number: int, span: Span, script: str) -> Step:
    text = script[span.start : span.end]
    return Step(number, span, (text.split(maxsplit=1) or [""])[0], text)
