"""Bar charts: counts and percentages of a table, or statistics of variables in its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from kohort.diagnostic import Span
from kohort.disclosure.charted import Charted, Numbers, roles
from kohort.disclosure.counted import Place
from kohort.disclosure.keys import Master
from kohort.disclosure.profile import Profile
from kohort.disclosure.quantiles import extreme_percents
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released_figure import Drawing, Figure
from kohort.disclosure.released_table import Cell, Key, Note, Table
from kohort.disclosure.volumes import magnitude_notes
from kohort.results import Chart, Frequencies, Magnitudes

_COUNTED = ("count", "percent")
_NAMES = {"median": "p50", "sd": "std"}


def bars(secret: Master, profile: Profile, raw: Chart, span: Span) -> Figure:
    """Give the bars that the same table would display as cells. Raises `RefusedError`."""
    if isinstance(raw.of, Magnitudes):
        return _of_values(Charted(secret, profile, raw.of.frequencies, span), raw, raw.of)
    return _of_counts(Charted(secret, profile, raw.of, span), raw, raw.of)


def _drawn(raw: Chart) -> tuple[Drawing, ...]:
    wanted = [name for name in ("stack", "horizontal") if raw.options.get(name)]
    return tuple(cast(Drawing, name) for name in wanted)


def _of_counts(charted: Charted, raw: Chart, table: Frequencies) -> Figure:
    axes = range(len(table.axes))
    outer = raw.panels + raw.groups
    counted = len(table.axes) - outer
    given = roles(raw.panels, raw.groups or counted, counted if raw.groups else 0)
    charted.few(axis for axis in axes if given[axis] == "category")
    charted.few(axis for axis in axes if given[axis] == "series")
    percent = raw.options["statistic"] == "percent"
    places = charted.places()
    if counted > 1:
        # Several variables make a bar for each combination that occurs.
        places = [place for place in places if charted.counted.count(place)]
    cells = [(_count(charted, place, outer, percent),) for place in places]
    _refuse_empty(charted, cells)
    statistic = Key("statistic", "percent" if percent else "freq")
    notes = charted.notes
    if charted.counted.protected:
        notes.append(Note("parts_may_not_add"))
    stub = charted.stub()
    marks = Table(
        "", stub, tuple(charted.keys(place) for place in places), ((statistic,),),
        tuple(cells), tuple(notes), flatten=True,
    )  # fmt: skip
    categories = tuple(key for key, role in zip(stub, given, strict=True) if role == "category")
    title = str(raw.options["title"])
    return Figure("bar", title, marks, given, categories, (statistic,), drawn=_drawn(raw))


def _refuse_empty(charted: Charted, cells: Sequence[tuple[Cell]]) -> None:
    """Refuse a chart without a single bar. Raises `RefusedError`."""
    if all(cell.v is None for (cell,) in cells):
        raise RefusedError("too-few-units", charted.span)


def _count(charted: Charted, place: Place, outer: int, percent: bool) -> Cell:
    """Give a count, or what per cent of its group (of everybody in its chart) it is."""
    if charted.hidden(place):
        return Cell(None, "hidden")
    count = charted.counted.count(place)
    if not percent:
        return Cell(count) if count else Cell(0, "zero")
    counts = charted.profile.counts
    whole = charted.counted.count({a: code for a, code in place.items() if a < outer})
    if not whole:
        return Cell(None, "missing")
    if not count:
        return Cell(0, "zero") if counts.zero_display == "0" else Cell(None, "missing")
    return Cell(round(100 * count / whole, counts.percent_decimals))


def _of_values(charted: Charted, raw: Chart, table: Magnitudes) -> Figure:
    axes = charted.raw.axes
    several, found = len(table.columns) > 1, table.columns[0].variable
    charted.few(range(raw.panels, len(axes)))
    wanted = str(raw.options["statistic"])
    statistic, notes = _NAMES.get(wanted, wanted), charted.notes
    if wanted in {"min", "max"}:
        statistic = _extreme(charted, table, wanted, notes)
    numbers = [Numbers(charted, table, column) for column in table.columns]
    rows, cells = [], []
    places = charted.places()
    for place in places:
        for column, made in zip(table.columns, numbers, strict=True):
            name = Key("variable", column.variable.name, column.variable.title)
            rows.append((*charted.keys(place), *((name,) if several or not raw.groups else ())))
            cells.append((made.at(statistic, place),))
    _refuse_empty(charted, cells)
    stub = charted.stub()
    if several or not raw.groups:
        stub = (*stub, Key("statistic"))
    given = roles(raw.panels, raw.groups or 1, int(several and raw.groups > 0))
    notes += magnitude_notes(charted.profile)
    heading = Key("statistic", wanted if wanted in {"min", "max", "median"} else statistic)
    marks = Table("", stub, tuple(rows), ((heading,),), tuple(cells), tuple(notes), flatten=True)
    title = str(raw.options["title"])
    of = () if several else (Key("variable", found.name, found.title),)
    x = stub[raw.panels : raw.panels + raw.groups]
    return Figure("bar", title, marks, given, x, (heading, *of), drawn=_drawn(raw))


def _extreme(charted: Charted, table: Magnitudes, wanted: str, notes: list[Note]) -> str:
    """Give the percentile that stands for the smallest or largest value of every bar."""
    units = [
        charted.counted.count(place) for place in charted.places() if charted.counted.count(place)
    ]
    ends = extreme_percents(charted.profile.quantiles, min(units, default=0))
    if ends is None:
        ends = (5, 95)
    percent = ends[0] if wanted == "min" else ends[1]
    if percent not in {0, 100}:
        notes.append(Note("extremes", {"low": f"P{ends[0]}", "high": f"P{ends[1]}"}))
    return f"p{percent}"
