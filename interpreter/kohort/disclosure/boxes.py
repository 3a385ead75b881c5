"""Box plots: published quartiles and whiskers, never a single value (2.4)."""

from __future__ import annotations

from kohort.diagnostic import Span
from kohort.disclosure.charted import Charted, Numbers, roles
from kohort.disclosure.keys import Master
from kohort.disclosure.profile import Profile
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released_figure import Drawing, Figure
from kohort.disclosure.released_table import Key, Note, Table
from kohort.disclosure.volumes import magnitude_notes
from kohort.results import Chart, Magnitudes

_WHISKERS = {"minmax": (("p0", "min"), ("p100", "max")), "p5p95": (("p5", "p5"), ("p95", "p95"))}
_INNER = ("p25", "p50", "p75")


def boxes(secret: Master, profile: Profile, raw: Chart, span: Span) -> Figure:
    """Give a box for each variable and group that has a published median.

    Raises `RefusedError` where there is none.
    """
    table = raw.of
    assert isinstance(table, Magnitudes)
    charted = Charted(secret, profile, table.frequencies, span)
    charted.few(range(raw.panels, len(charted.raw.axes)))
    low, high = _WHISKERS[profile.graphics.box_whiskers]
    names = (low[0], *_INNER, high[0], "mean", "n")
    numbers = [Numbers(charted, table, column) for column in table.columns]
    named = len(table.columns) > 1 or not raw.groups
    rows, cells, empty = [], [], 0
    for place in charted.places():
        for column, made in zip(table.columns, numbers, strict=True):
            line = tuple(made.at(name, place) for name in names)
            if line[2].v is None:
                empty += 1
                continue
            key = Key("variable", column.variable.name, column.variable.title)
            rows.append((*charted.keys(place), key) if named else charted.keys(place))
            cells.append(line)
    if not rows:
        raise RefusedError("too-few-units", span)
    notes = _notes(charted, empty, low[1], high[1])
    stub = charted.stub()
    if named:
        stub = (*stub, Key("statistic"))
    given = roles(raw.panels, raw.groups or 1, int(named and raw.groups > 0))
    headings = (low[1], *_INNER, high[1], "mean", "n")
    columns = tuple((Key("statistic", name),) for name in headings)
    marks = Table("", stub, tuple(rows), columns, tuple(cells), tuple(notes), flatten=True)
    found = next(iter(table.columns)).variable
    y = () if len(table.columns) > 1 else (Key("variable", found.name, found.title),)
    x = charted.stub()[raw.panels :]
    drawn: tuple[Drawing, ...] = ("horizontal",) if raw.options.get("horizontal") else ()
    return Figure("box", str(raw.options["title"]), marks, given, x, y, (), drawn)


def _notes(charted: Charted, empty: int, low: str, high: str) -> list[Note]:
    """Say what is left out, and what the whiskers are."""
    notes = [*charted.notes, *magnitude_notes(charted.profile)]
    if empty and charted.counted.protected:
        notes.append(Note("groups_left_out", {"groups": empty}))
    if low == "min":
        return [*notes, Note("whiskers_ends")]
    return [*notes, Note("whiskers", {"low": low.upper(), "high": high.upper()})]
