"""Flows between stages: published counts of codes and of the links between neighbouring stages."""

from __future__ import annotations

from kohort.diagnostic import Span
from kohort.disclosure import tables
from kohort.disclosure.alike import Spot, spot, withheld
from kohort.disclosure.charted import least_drawn
from kohort.disclosure.counted import Counted
from kohort.disclosure.keys import Master
from kohort.disclosure.layout import Layout, Line, key_of_code, key_of_variable
from kohort.disclosure.profile import Profile
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released_figure import Figure, Role
from kohort.disclosure.released_table import Cell, Key, Note, Table
from kohort.results import Chart, Frequencies

MOST_CODES = 50
_COUNT = Key("statistic", "freq")


def flows(secret: Master, profile: Profile, raw: Chart, span: Span) -> Figure:
    """Give the links of each pair of neighbouring stages, and the codes of each stage.

    Raises `RefusedError`.
    """
    assert isinstance(raw.of, Frequencies)
    counted = Counted(secret, profile, raw.of)
    if max(map(len, counted.shown)) > MOST_CODES:
        raise RefusedError("chart-too-large", span)
    gone: set[Spot] = set()
    found = [
        link for stage in range(len(raw.of.axes) - 1) for link in _links(counted, stage, span, gone)
    ]
    if not found:
        raise RefusedError("too-few-units", span)
    axes = raw.of.axes
    notes = []
    if counted.protected:
        notes = [Note("folded_links", {"limit": least_drawn(profile)}), Note("parts_may_not_add")]
    stub = (Key("statistic"), Key("statistic", "from"), Key("statistic", "to"))
    rows = tuple(
        (
            key_of_variable(axes[stage]),
            key_of_code(axes[stage], code, False),
            key_of_code(axes[stage + 1], following, False),
        )
        for stage, code, following, _ in found
    )
    cells = tuple((Cell(count),) for *_, count in found)
    links = Table("", stub, rows, ((_COUNT,),), cells, tuple(notes), flatten=True)
    title = str(raw.options["title"])
    roles: tuple[Role, ...] = ("panel", "category", "series")
    return Figure("flow", title, links, roles, (), (_COUNT,), (_codes(counted, gone),))


def _links(
    counted: Counted, stage: int, span: Span, gone: set[Spot]
) -> list[tuple[int, int, int, int]]:
    """Give (stage, code, next code, count) of the links that are drawn.

    Adds to `gone` what the rule of groups that are alike withholds. Raises `RefusedError`.
    """
    before = [Line((), {stage: code}) for code in counted.shown[stage]]
    after = [Line((), {stage + 1: code}) for code in counted.shown[stage + 1]]
    counts = counted.counts([line.place for line in before], [line.place for line in after])
    if counted.protected and tables.judged_table(counted.limits, counts, ()).sparse:
        raise RefusedError("table-too-sparse", span)
    total = Line((), {}, total=True)
    gone |= withheld(counted, Layout((), (*before, total), None, (*after, total), ()))
    least = least_drawn(counted.profile)
    made = []
    for row, code in zip(counts.tolist(), counted.shown[stage], strict=True):
        for count, following in zip(row, counted.shown[stage + 1], strict=True):
            place = {stage: code, stage + 1: following}
            if count >= least and spot(place) not in gone:
                made.append((stage, code, following, count))
    return made


def _codes(counted: Counted, gone: set[Spot]) -> Table:
    """Give the codes of each stage with their own published counts."""
    axes, rows, cells = counted.raw.axes, [], []
    for stage, codes in enumerate(counted.shown):
        for code in codes:
            rows.append((key_of_variable(axes[stage]), key_of_code(axes[stage], code, False)))
            count, hidden = counted.count({stage: code}), spot({stage: code}) in gone
            cells.append((Cell(None, "hidden") if hidden else Cell(count),))
    stub = (Key("statistic"), Key("statistic", "code"))
    return Table("", stub, tuple(rows), ((_COUNT,),), tuple(cells), flatten=True)
