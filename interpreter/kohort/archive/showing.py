"""`kohort show`: script and results of a study, without any databank."""

from __future__ import annotations

from collections.abc import Iterator

from kohort.archive.comparison import Study
from kohort.diagnostic import Diagnostic, Span
from kohort.event import Event, Finished, Result, Started, Told
from kohort.syntax import parse


def events(study: Study) -> Iterator[Event]:
    """Give what a run of the script gave, as the study holds it. Raises `Trouble`.

    Places of statements are those of the script where its statements ran once and in order; the
    rounds of a loop are shown at the place of the loop.
    """
    spans = _spans(study)
    last = 0
    for entry in study.lock.entries:
        span = spans.get(entry.step, Span(0, 0))
        if entry.step != last:
            yield Started(entry.step, len(spans), span)
            last = entry.step
        item = study.item(entry)
        yield Told(item) if isinstance(item, Diagnostic) else Result(item, span)
    yield Finished(study.lock.exit_code)


def _spans(study: Study) -> dict[int, Span]:
    """Find the statement of each step: the next one, or the one before, that begins alike."""
    written = [s.span for s in parse(study.script)]
    texts = [" ".join(study.script[s.start : s.end].split("\n", 1)[0].split()) for s in written]
    found: dict[int, Span] = {}
    place = 0
    for entry in study.lock.entries:
        if entry.step in found:
            continue
        ahead = [n for n in range(place, len(texts)) if texts[n] == entry.statement]
        behind = [n for n in range(place) if texts[n] == entry.statement]
        if ahead or behind:
            place = ahead[0] if ahead else behind[-1]
            found[entry.step] = written[place]
    return found
