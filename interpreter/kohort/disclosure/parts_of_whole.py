"""Pie charts: the cells of a table of one variable, and what per cent of all they are."""

from __future__ import annotations

from kohort.diagnostic import Span
from kohort.disclosure.charted import Charted
from kohort.disclosure.frequencies import count_cell
from kohort.disclosure.keys import Master
from kohort.disclosure.profile import Profile
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released_figure import Figure
from kohort.disclosure.released_table import Key, Note, Table
from kohort.results import Chart, Frequencies

MOST_SECTORS = 30


def sectors(secret: Master, profile: Profile, raw: Chart, span: Span) -> Figure:
    """Give a sector for each code that is published. Raises `RefusedError`."""
    assert isinstance(raw.of, Frequencies)
    charted = Charted(secret, profile, raw.of, span)
    charted.few([0], MOST_SECTORS)
    places = [
        place
        for place in charted.places()
        if charted.counted.count(place) and not charted.hidden(place)
    ]
    if not places:
        raise RefusedError("too-few-units", span)
    names = ("freq", "cellpct")
    cells = tuple(
        tuple(count_cell(profile, charted.counted, name, place) for name in names)
        for place in places
    )
    notes = charted.notes
    if charted.counted.protected:
        notes.append(Note("parts_may_not_add"))
    rows = tuple(charted.keys(place) for place in places)
    columns = ((Key("statistic", "freq"),), (Key("statistic", "percent"),))
    stub = charted.stub()
    marks = Table("", stub, rows, columns, cells, tuple(notes), flatten=True)
    title = str(raw.options["title"])
    return Figure("pie", title, marks, ("category",), stub, (Key("statistic", "percent"),))
