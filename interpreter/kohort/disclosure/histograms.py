"""Histograms: published counts of the units between edges that are published numbers themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from kohort.diagnostic import Span
from kohort.disclosure.bins import Bins, conditions, equal, of_width, rounded, sides
from kohort.disclosure.charted import Charted, Numbers, least_drawn, roles
from kohort.disclosure.columns import CellStatistics, narrowed
from kohort.disclosure.contributors import gathered
from kohort.disclosure.counted import Place
from kohort.disclosure.counts import published_counts
from kohort.disclosure.keys import Master
from kohort.disclosure.profile import Profile
from kohort.disclosure.published import significant
from kohort.disclosure.quantiles import extreme_percents
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released_figure import Drawing, Figure
from kohort.disclosure.released_table import Cell, Key, Note, Table
from kohort.disclosure.tables import disclosive_rows
from kohort.results import Chart, Frequencies, Magnitudes
from kohort.scope import Type

MOST_BINS = 1000


def histogram(secret: Master, profile: Profile, raw: Chart, span: Span) -> Figure:
    """Give the bars of a numeric variable. Raises `RefusedError`."""
    if isinstance(raw.of, Frequencies):
        return _discrete(secret, profile, raw, raw.of, span)
    if raw.counts is not None:
        return _discrete(secret, profile, raw, raw.counts, span)
    return _continuous(secret, profile, raw, raw.of, span)


def _drawn(raw: Chart) -> tuple[Drawing, ...]:
    wanted = [name for name in ("normal", "discrete") if raw.options.get(name)]
    return tuple(cast(Drawing, name) for name in wanted)


def _continuous(
    secret: Master, profile: Profile, raw: Chart, table: Magnitudes, span: Span
) -> Figure:
    charted = Charted(secret, profile, table.frequencies, span)
    variable = table.columns[0].variable
    numbers = Numbers(charted, table, table.columns[0])
    notes = charted.notes
    bins = _bins(charted, numbers, raw, notes)
    places = charted.with_enough(numbers, notes)
    made = numbers.made(tuple(range(raw.panels)))
    counts = _counts(charted, made, bins)
    gone = _alike(charted, made, counts)
    measure = str(raw.options["measure"])
    rows: list[tuple[Key, ...]] = []
    cells: list[tuple[Cell, ...]] = []
    for place in places:
        row = numbers.row(place)
        whole = int(made.n[row])
        for bin_ in range(bins.count):
            rows.append(charted.keys(place))
            height = Cell(None, "hidden")
            if not gone[row, bin_]:
                height = _height(profile, int(counts[row, bin_]), whole, bins.width, measure)
            cells.append((Cell(bins.edges[bin_]), Cell(bins.edges[bin_ + 1]), height))
    further = _curve(charted, numbers, places) if raw.options.get("normal") else ()
    return _figure(charted, raw, (charted.stub(), rows, cells), notes, further,
                   Key("variable", variable.name, variable.title))  # fmt: skip


def _bins(charted: Charted, numbers: Numbers, raw: Chart, notes: list[Note]) -> Bins:
    """Choose the edges by the published outer percentiles of all rows. Raises `RefusedError`."""
    low, high = limits_of(charted, numbers, notes)
    if low == high:
        raise RefusedError("single-value", charted.span)
    most = min(MOST_BINS, charted.profile.graphics.hist_max_bins)
    width = float(raw.options["width"])
    if width:
        if (high - low) / width > most:
            raise RefusedError("chart-too-large", charted.span)
        return of_width(low, high, width)
    count = min(int(raw.options["bin"]), most)
    if not charted.counted.protected:
        return equal(low, high, count)
    whole = numbers.column.variable.type is Type.INTEGER
    return rounded(low, high, count, whole)


def limits_of(charted: Charted, numbers: Numbers, notes: list[Note]) -> tuple[float, float]:
    """Give the published numbers between which a variable is drawn: its outer percentiles.

    Raises `RefusedError` where there are too few units for any.
    """
    n = int(numbers.made(()).n[0])
    for low, high in sides(extreme_percents(charted.profile.quantiles, n)):
        ends = numbers.at(f"p{low}", {}), numbers.at(f"p{high}", {})
        if ends[0].v is not None and ends[1].v is not None:
            if low:
                name = numbers.column.variable.name
                notes.append(Note("drawn_between", {"name": name, "low": low, "high": high}))
            return float(ends[0].v), float(ends[1].v)
    raise RefusedError("too-few-units", charted.span)


def _counts(charted: Charted, made: CellStatistics, bins: Bins) -> NDArray[np.int64]:
    """Give the published count of each panel and bar: int64 (panels, bars)."""
    column = made.column
    inner = np.array(bins.edges[1:-1])
    place = np.searchsorted(inner, column.x, side="right")
    cell = np.zeros(len(column.x), np.int64) if made.cell is None else made.cell.astype(np.int64)
    joint = np.where(cell >= 0, cell * bins.count + place, -1)
    group = gathered(joint, made.k * bins.count, column.x, column.keys, column.units)
    words = [
        word
        for population in made.populations
        for condition in conditions(column.variable.meaning, bins)
        for word in narrowed([population], condition)
    ]
    counts = published_counts(charted.secret, charted.profile.counts, group.sums, group.n, words)
    counts = np.where(counts < least_drawn(charted.profile), 0, counts)
    return np.asarray(counts.reshape(made.k, bins.count))


def _alike(charted: Charted, made: CellStatistics, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which bars the group rule withholds: bool, like `counts` (2.1).

    Those of a small panel with nearly all in one bar, if the variable is sensitive; those of small
    bars with nearly all in one panel, if a variable of the panels is.
    """
    limits = charted.profile.group_disclosure
    by = any(axis.variable.sensitive for axis in charted.raw.axes)
    panels = disclosive_rows(limits, counts, made.n, made.column.variable.sensitive)
    bars = np.zeros(counts.shape[1], dtype=np.bool_)
    if len(counts) > 1:
        bars = disclosive_rows(limits, counts.T, counts.sum(axis=0), by)
    return np.asarray(panels[:, None] | bars[None, :])


def _height(profile: Profile, count: int, whole: int, width: float, measure: str) -> Cell:
    """Give the height of a bar of so many of all units."""
    if measure == "freq":
        return Cell(count) if count else Cell(0, "zero")
    if not whole:
        return Cell(None, "missing")
    if not count:
        told = profile.counts.zero_display == "0"
        return Cell(0, "zero") if told else Cell(None, "missing")
    share, decimals = count / whole, profile.counts.percent_decimals
    if measure == "percent":
        return Cell(round(100 * share, decimals))
    if measure == "fraction":
        return Cell(round(share, min(decimals + 2, 15)))
    dense = significant(np.array([share / width]), profile.magnitudes.digits)
    return Cell(float(dense[0]))


def _discrete(
    secret: Master, profile: Profile, raw: Chart, table: Frequencies, span: Span
) -> Figure:
    charted = Charted(secret, profile, table, span)
    axis = len(table.axes) - 1
    charted.few([axis])
    measure, notes = str(raw.options["measure"]), charted.notes
    rows: list[tuple[Key, ...]] = []
    cells: list[tuple[Cell, ...]] = []
    for place in charted.places():
        code = table.axes[axis].codes[place[axis]]
        assert isinstance(code, int | float)
        panel = {a: spot for a, spot in place.items() if a != axis}
        height = Cell(None, "hidden")
        if not charted.hidden(place):
            count = charted.counted.count(place)
            height = _height(profile, count, charted.counted.count(panel), 1.0, measure)
        rows.append(charted.keys(place))
        cells.append((Cell(code), Cell(code), height))
    if charted.counted.protected:
        notes.append(Note("parts_may_not_add"))
    if not rows:
        raise RefusedError("too-few-units", span)
    further: tuple[Table, ...] = ()
    if isinstance(raw.of, Magnitudes):
        values = Charted(secret, profile, raw.of.frequencies, span)
        numbers = Numbers(values, raw.of, raw.of.columns[0])
        further = _curve(values, numbers, values.places())
    variable = table.axes[axis].variable
    return _figure(charted, raw, (charted.stub(), rows, cells), notes, further,
                   Key("variable", variable.name, variable.title))  # fmt: skip


def _curve(charted: Charted, numbers: Numbers, places: Sequence[Place]) -> tuple[Table, ...]:
    """Give mean and standard deviation of each panel: all that a normal curve needs."""
    names = ("mean", "std", "n")
    cells = [tuple(numbers.at(name, place) for name in names) for place in places]
    columns = tuple((Key("statistic", name),) for name in names)
    rows = tuple(charted.keys(place) for place in places)
    return (Table("", charted.stub(), rows, columns, tuple(cells), flatten=True),)


def _figure(
    charted: Charted,
    raw: Chart,
    marks: tuple[tuple[Key, ...], list[tuple[Key, ...]], list[tuple[Cell, ...]]],
    notes: list[Note],
    further: tuple[Table, ...],
    x: Key,
) -> Figure:
    stub, rows, cells = marks
    measure = Key("statistic", str(raw.options["measure"]))
    columns = tuple((key,) for key in (Key("statistic", "from"), Key("statistic", "to"), measure))
    given = roles(raw.panels, len(stub) - raw.panels)
    table = Table("", stub, tuple(rows), columns, tuple(cells), tuple(notes), flatten=True)
    title = str(raw.options["title"])
    return Figure("bins", title, table, given, (x,), (measure,), further, _drawn(raw))
