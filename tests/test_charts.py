"""Charts: what they draw is what tables say, and nothing that is not drawn leaves with them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import canary_bank
import numpy as np
import pytest
import random_scripts
import replies

from kohort.disclosure import hexagons
from kohort.disclosure.bins import equal, of_width, rounded
from kohort.disclosure.released import Cell, Figure, Key, Table, from_wire, to_wire
from kohort.disclosure.released_figure import FigureKind
from kohort.render import Look
from kohort.render.chart_file import drawn, svg
from kohort.render.chart_spec import vega_spec
from kohort.render.chart_text import figure_lines
from kohort.session import Session

COUNTRY = """require no.ssb.fdb:1 as db
create-dataset people
import db/BEFOLKNING_STATUSKODE 2020-01-01 as status
keep if status == '1'
import db/BEFOLKNING_KJOENN as sex
import db/SIVSTANDFDT_SIVSTAND 2020-01-01 as civil
import db/SIVSTANDFDT_SIVSTAND 2010-01-01 as civil10
import db/BEFOLKNING_KOMMNR_FORMELL 2020-01-01 as home
import db/INNTEKT_WLONN 2020-12-31 as wage
import db/INNTEKT_WLONN 2019-12-31 as before
import db/BEFOLKNING_FOEDSELS_AAR_MND as birth
generate age = 2020 - floor(birth / 100)
generate decade = floor(age / 10)
"""
CHARTS = """barchart (count) civil
barchart (percent) civil, over(sex) stack
barchart (count) home
barchart (mean) wage before, over(civil) by(sex) horizontal
barchart (min) wage, over(sex)
barchart (max) wage, over(sex)
barchart (sum) wage, over(sex)
histogram wage, bin(12)
histogram wage, bin(9) freq by(sex) normal
histogram age, width(5) percent
histogram decade, discrete fraction normal
boxplot wage before, over(sex civil)
boxplot wage, by(sex)
hexbin wage age, gridsize(9)
hexbin wage civil, gridsize(8) groups(4)
piechart civil
sankey sex civil decade if age < 60
"""


@pytest.fixture(scope="module")
def country(norway_root: Path) -> Session:
    return replies.session_of(norway_root, "default", COUNTRY)


@pytest.fixture(scope="module")
def figures(country: Session) -> list[Figure]:
    reply = replies.asked(country, CHARTS)
    assert reply.codes == [], reply.told
    found = [r.content for r in reply.released if isinstance(r.content, Figure)]
    assert len(found) == len(CHARTS.splitlines())
    return found


def figure(session: Session, script: str) -> Figure:
    """Give the figure that a statement draws."""
    content = replies.asked(session, script).released[-1].content
    assert isinstance(content, Figure)
    return content


def table(session: Session, script: str) -> Table:
    """Give the table that a statement prints."""
    content = replies.asked(session, script).released[-1].content
    assert isinstance(content, Table)
    return content


def numbers(made: Figure) -> dict[tuple[object, ...], tuple[float | None, ...]]:
    """Give the numbers of each mark by its codes."""
    return {
        tuple(key.code for key in row): tuple(cell.v for cell in cells)
        for row, cells in zip(made.table.rows, made.table.cells, strict=True)
    }


# ---- the same numbers as tables


def test_bars_are_the_cells_of_a_table(country: Session) -> None:
    bars = numbers(figure(country, "barchart (count) civil, over(sex)"))
    cells = replies.cells_of(table(country, "tabulate sex civil"))
    assert len(bars) == 8
    for (sex, civil), (count,) in bars.items():
        assert count == cells[(sex,), (civil,)].v
    bars = numbers(figure(country, "barchart (percent) civil, over(sex) stack"))
    shares = replies.cells_of(table(country, "tabulate sex civil, rowpct"))
    for (sex, civil), (share,) in bars.items():
        assert share == shares[(sex, "rowpct"), (civil,)].v


@pytest.mark.parametrize(
    ("statistic", "option"), [("mean", "mean"), ("sd", "std"), ("sum", "sum"), ("median", "p50")]
)
def test_statistics_are_those_of_a_volume_table(
    country: Session, statistic: str, option: str
) -> None:
    bars = numbers(figure(country, f"barchart ({statistic}) wage, over(sex)"))
    cells = table(country, f"tabulate sex, summarize(wage) {option}")
    for (sex,), (value,) in bars.items():
        assert value == replies.number(cells, sex, option)


def test_a_bar_without_groups_is_what_summarize_says(country: Session) -> None:
    described = table(country, "summarize age")
    for statistic, column in (("mean", "mean"), ("sd", "std"), ("median", "p50"), ("max", "p99")):
        ((value,),) = numbers(figure(country, f"barchart ({statistic}) age")).values()
        assert value == replies.number(described, "age", column)


def test_boxes_are_the_quartiles_of_tables(country: Session) -> None:
    boxes = numbers(figure(country, "boxplot wage, over(sex)"))
    cells = table(country, "tabulate sex, summarize(wage) p25 p50 p75 mean freq")
    assert len(boxes) == 2
    for (sex,), (low, first, middle, third, high, mean, n) in boxes.items():
        told = [replies.number(cells, sex, c) for c in ("p25", "p50", "p75", "mean", "freq")]
        assert [first, middle, third, mean, n] == told
        assert low is not None
        assert high is not None
        assert low < told[0]
        assert told[2] < high


def test_sectors_and_links_are_cells(country: Session) -> None:
    sectors = numbers(figure(country, "piechart civil"))
    cells = table(country, "tabulate civil, freq cellpct")
    for (code,), (count, share) in sectors.items():
        assert (count, share) == (
            replies.number(cells, code), replies.number(cells, code, "cellpct"),
        )  # fmt: skip
    flow = figure(country, "sankey sex civil")
    found = replies.cells_of(table(country, "tabulate sex civil"))
    links = numbers(flow)
    assert len(links) == 8
    for (_, sex, civil), (count,) in links.items():
        assert count == found[(sex,), (civil,)].v
    nodes = flow.further[0]
    for row, cells_ in zip(nodes.rows, nodes.cells, strict=True):
        place = (
            ((row[1].code,), ("total",)) if row[0].code == "sex" else (("total",), (row[1].code,))
        )
        assert cells_[0].v == found[place].v


def test_bars_of_a_histogram_count_what_a_condition_does(country: Session) -> None:
    bars = numbers_of_bins(figure(country, "histogram wage, bin(6) freq"))
    inner = bars[2]
    replies.asked(country, f"generate inside = wage >= {inner[0]:g} & wage < {inner[1]:g}")
    assert replies.number(table(country, "tabulate inside"), 1) == inner[2]
    replies.asked(country, "drop inside")


def numbers_of_bins(made: Figure) -> list[tuple[float, float, float]]:
    return [tuple(cell.v or 0.0 for cell in cells) for cells in made.table.cells]  # type: ignore[misc]


# ---- protection


def test_no_count_below_five_is_drawn(figures: list[Figure]) -> None:
    for made in figures:
        for place, column in enumerate(made.table.columns):
            if column[0].code in {"freq", "n"} or (made.kind == "hexagon" and place > 1):
                counts = [cells[place].v for cells in made.table.cells]
                assert all(v is None or v == 0 or v >= 5 for v in counts), made.title


def test_small_groups_have_no_magnitudes(country: Session) -> None:
    bars = figure(country, "barchart (mean) wage if wage > 900000, over(civil)")
    counts = table(country, "tabulate civil if wage > 900000, summarize(wage) freq")
    hidden = [row[0].code for row, (cell,) in zip(bars.table.rows, bars.table.cells, strict=True)
              if cell.state == "hidden"]  # fmt: skip
    assert hidden
    assert all(replies.number(counts, code) < 10 for code in hidden)
    spec = json.dumps(vega_spec(bars))
    assert f'"value": {replies.number(counts, hidden[0])}' not in spec


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("sankey civil10 civil", "table-too-sparse"),
        ("barchart (count) home civil if wage > 900000", "table-too-sparse"),
        ("piechart home", "chart-too-large"),
        ("histogram wage if wage > 2000000", "too-few-units"),
        ("boxplot wage if wage > 2000000", "too-few-units"),
        ("hexbin wage age if wage > 2000000", "too-few-units"),
        ("piechart sex if wage > 20000000", "too-few-units"),
        ("histogram wage, width(100)", "chart-too-large"),
    ],
)
def test_refused_like_the_table_would_be(country: Session, script: str, code: str) -> None:
    assert replies.asked(country, script).codes == [code]


def test_edges_are_round_and_within_published_limits(country: Session) -> None:
    bars = numbers_of_bins(figure(country, "histogram wage, bin(9) freq"))
    described = table(country, "summarize wage")
    ends = [replies.number(described, "wage", name) for name in ("p5", "p95")]
    width = bars[0][1] - bars[0][0]
    assert bars[0][0] <= ends[0] < bars[0][1]
    assert bars[-1][0] < ends[1] <= bars[-1][1]
    assert len(bars) <= 9
    for low, high, _ in bars:
        assert high - low == pytest.approx(width)
        assert float(f"{low:.2g}") == low or low % 1000 == 0


def test_the_profile_bounds_hexagons(country: Session) -> None:
    made = figure(country, "hexbin wage age, gridsize(25) groups(10)")
    assert len({cells[2].v for cells in made.table.cells}) <= 6
    # The counts themselves stay behind: only the limits of their class are there.
    assert len(made.table.columns) == 4


# ---- nothing that is not drawn


def values(spec: Any) -> Iterator[tuple[str, Any]]:
    """Give every number and word of the data of a specification, with its field."""
    if isinstance(spec, dict):
        for key, part in spec.items():
            if key == "values" and isinstance(part, list):
                for row in part:
                    yield from row.items()
            else:
                yield from values(part)
    if isinstance(spec, list):
        for part in spec:
            yield from values(part)


def keys_of(spec: Any) -> set[str]:
    """Give every key that occurs in a specification."""
    if isinstance(spec, dict):
        return set(spec) | set().union(*map(keys_of, spec.values()), set())
    return set().union(*map(keys_of, spec), set()) if isinstance(spec, list) else set()


GEOMETRY = {"place", "path", "none", "high", "middle"}
"""Fields that say where something stands, not what was counted."""


def test_a_specification_holds_released_numbers_only(figures: list[Figure]) -> None:
    for made in figures:
        known = {
            cell.v for part in (made.table, *made.further) for line in part.cells for cell in line
        }
        spec = vega_spec(made)
        if made.kind == "flow":
            continue  # Its places are pixels; the counts are tested below.
        for field, value in values(spec):
            curve = "normal" in made.drawn and field in {"x", "y"}
            half = "discrete" in made.drawn and field in {"from", "to"}
            if isinstance(value, str) or field in GEOMETRY or curve or half:
                continue
            assert value in known, (made.title, field, value)


def test_a_flow_holds_released_counts_only(figures: list[Figure]) -> None:
    (flow,) = (made for made in figures if made.kind == "flow")
    released = {
        cell.v for part in (flow.table, *flow.further) for line in part.cells for cell in line
    }
    counts = [value for field, value in values(vega_spec(flow)) if field == "count"]
    assert len(counts) == len(flow.table.rows) + len(flow.further[0].rows)
    assert set(counts) == released


def test_a_specification_fetches_and_computes_nothing(figures: list[Figure]) -> None:
    forbidden = {
        "transform", "url", "signals", "signal", "expr", "calculate", "filter", "aggregate", "bin",
        "href", "labelExpr", "formatType", "params",
    }  # fmt: skip
    for made in figures:
        assert not keys_of(vega_spec(made)) & forbidden, made.title


def test_the_same_figure_gives_the_same_text(figures: list[Figure]) -> None:
    for made in figures:
        again = from_wire(json.loads(json.dumps(to_wire(_released(made))))).content
        assert json.dumps(vega_spec(made)) == json.dumps(vega_spec(again))  # type: ignore[arg-type]


def _released(made: Figure) -> Any:
    from kohort.disclosure import released

    return released.Released(vars(released)["_SEAL"], made, released.Context())


def test_languages(figures: list[Figure]) -> None:
    assert "Antall" in json.dumps(vega_spec(figures[0], "nb"))
    assert "Frequency" in json.dumps(vega_spec(figures[0]))


# ---- files


def test_files_are_pictures_and_always_the_same(figures: list[Figure]) -> None:
    made = figures[0]
    assert svg(made) == svg(made)
    assert svg(made).startswith("<svg")
    assert "currentColor" in svg(made)
    for suffix, start in ((".svg", b"<svg"), (".png", b"\x89PNG"), (".pdf", b"%PDF")):
        first = drawn(made, suffix)
        assert first.startswith(start)
        assert drawn(made, suffix) == first
    assert b"http" not in drawn(made, ".svg").replace(b"http://www.w3.org/", b"")


def test_every_kind_can_be_drawn(figures: list[Figure]) -> None:
    for made in {made.kind: made for made in figures}.values():
        text = drawn(made, ".svg", "nb").decode()
        assert "NaN" not in text
        assert "undefined" not in text


# ---- letters


@pytest.mark.parametrize("width", [40, 60, 80, 120, None])
def test_charts_of_letters_fit_the_terminal(figures: list[Figure], width: int | None) -> None:
    for made in figures:
        lines = figure_lines(made, Look(width=width))
        marks = [line for line in lines if any(c in line for c in "█▏▒─")]
        assert marks or made.kind == "hexagon"
        assert max(map(len, marks), default=0) <= max(width or 80, 60), made.title
        assert "\x1b" not in "".join(lines)


def test_colour_only_where_it_is_wanted(figures: list[Figure]) -> None:
    assert "\x1b[" in "".join(figure_lines(figures[0], Look(color=True)))


# ---- formulas, against numpy and matplotlib


def test_bins_are_those_of_numpy() -> None:
    x = np.random.default_rng(3).normal(50, 20, 500)
    made = equal(float(x.min()), float(x.max()), 30)
    assert np.allclose(made.edges, np.histogram_bin_edges(x, 30), rtol=1e-12)
    assert of_width(3, 11, 4).edges == (0, 4, 8, 12)
    assert of_width(0.1, 0.3, 0.1).edges == (0.1, 0.2, 0.3, 0.4)


@pytest.mark.parametrize("count", [1, 2, 7, 30])
@pytest.mark.parametrize(("low", "high"), [(61300.0, 986000.0), (-3.2, 4.51), (1.0, 97.0)])
def test_rounded_bins_cover_their_limits(low: float, high: float, count: int) -> None:
    made = rounded(low, high, count, whole=False)
    assert made.count <= count
    assert made.edges[0] <= low
    assert made.edges[-1] >= high
    assert np.allclose(np.diff(made.edges), made.width)
    assert float(f"{made.width:.2g}") == pytest.approx(made.width)


def test_whole_numbers_have_whole_bins() -> None:
    assert rounded(0, 6, 30, whole=True).edges == (0, 1, 2, 3, 4, 5, 6)
    assert all(float(edge).is_integer() for edge in rounded(1, 97, 30, whole=True).edges)


def test_hexagons_are_those_of_matplotlib() -> None:
    """Each middle holds as many as the one that matplotlib has there."""
    from matplotlib.figure import Figure as Canvas

    generator = np.random.default_rng(5)
    x, y = generator.normal(0, 1, 4000), generator.exponential(3, 4000)
    axes = Canvas().add_subplot()
    made: Any = axes.hexbin(x, y, gridsize=(9, 9), mincnt=1)
    theirs = {
        (float(a), float(b)): int(n)
        for (a, b), n in zip(made.get_offsets(), made.get_array(), strict=True)
    }
    grid = hexagons.Grid(9, (float(x.min()), float(x.max())), (float(y.min()), float(y.max())))
    places, counts = np.unique(grid.place(x, y), return_counts=True)
    ours = {grid.middle(int(place)): int(n) for place, n in zip(places, counts, strict=True)}
    assert sorted(ours.values()) == sorted(theirs.values())
    for (a, b), n in theirs.items():
        near = min(ours, key=lambda point: math.hypot(point[0] - a, point[1] - b))
        assert math.hypot(near[0] - a, near[1] - b) < 1e-3
        assert ours[near] == n


def test_classes_of_counts_are_equally_wide_on_a_log_scale() -> None:
    """From 1 to 1 000 in three: each ends ten times as high as the one before."""
    assert hexagons.count_classes(np.array([1, 7, 50, 1000]), 3) == [1, 11, 101]
    assert hexagons.count_classes(np.array([5, 6]), 6) == [5, 6]
    assert hexagons.count_classes(np.array([8]), 4) == [8]


def test_a_normal_curve_is_scaled_to_its_bars(small_root: Path) -> None:
    """At the mean, density is 1 / (sd sqrt(2 pi)); other measures multiply by width, 100, N."""
    session = replies.session_of(small_root, "open", SMALL)
    peak = 1 / (447213.59549995797 * math.sqrt(2 * math.pi))
    for measure, factor in (
        ("density", 1),
        ("fraction", 280000),
        ("percent", 28e6),
        ("freq", 4.2e6),
    ):
        spec = vega_spec(figure(session, f"histogram wage, bin(5) {measure} normal"))
        line = spec["layer"][1]["data"]["values"]
        assert max(row["y"] for row in line) == pytest.approx(peak * factor, rel=1e-4)
        assert [row["x"] for row in line if row["y"] == max(r["y"] for r in line)] == [800000]


SMALL = """require no.test.small:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/BEFOLKNING_KOMMNR_FORMELL 2021-01-01 as home
import db/INNTEKT_WLONN 2020-12-31 as wage
"""


def test_boxes_without_protection_are_exact(small_root: Path) -> None:
    session = replies.session_of(small_root, "open", SMALL)
    boxes = numbers(figure(session, "boxplot wage, over(home)"))
    for code, people in (("0301", range(1, 11)), ("4601", range(11, 16))):
        x = 100_000 * np.array(people)
        told = [*np.percentile(x, [0, 25, 50, 75, 100]), x.mean(), len(x)]
        assert boxes[(code,)] == pytest.approx(told)


def test_bars_of_several_variables_are_of_those_who_have_all(small_root: Path) -> None:
    session = replies.session_of(small_root, "open", SMALL)
    replies.asked(session, "generate other = wage if wage > 500000")
    bars = numbers(figure(session, "barchart (mean) wage other"))
    # Persons 6 to 15: 100 000 times the mean of 6 to 15.
    assert bars == {("wage",): (1_050_000.0,), ("other",): (1_050_000.0,)}


# ---- kinds that models draw


def mark_table(kind: str, *rows: tuple[Key, ...], cells: list[tuple[float, ...]]) -> Table:
    names = ("x", "y", "lower", "upper") if kind == "curve" else ("coef", "lower", "upper")
    columns = tuple((Key("statistic", name),) for name in names)
    lines = tuple(tuple(Cell(v) for v in line) for line in cells)
    return Table("", (Key("statistic"),), rows, columns, lines)


@pytest.mark.parametrize("kind", ["curve", "interval"])
def test_curves_and_intervals(kind: FigureKind) -> None:
    cells: list[tuple[float, ...]]
    if kind == "curve":
        rows = [(Key("code", "1", "Mann"),)] * 3 + [(Key("code", "2", "Kvinne"),)] * 3
        cells = [(t, 1 - t * k / 10, 0.9 - t * k / 10, 1.0) for k in (1, 2) for t in (0, 1, 2)]
        marks, x = mark_table(kind, *rows, cells=cells), (Key("variable", "time"),)
        made = Figure(kind, "curves", marks, ("series",), x, drawn=("step",))
    else:
        rows = [(Key("term", "age", "age"),), (Key("term", "sex=2", "sex = Kvinne"),)]
        cells = [(1, 0.5, 1.5), (-2, -3, -1)]
        made = Figure(kind, "intervals", mark_table(kind, *rows, cells=cells), ("category",))
    assert b"<svg" in drawn(made, ".svg")
    lines = figure_lines(made, Look(width=70))
    assert len(lines) > 2
    assert all(len(line) <= 72 for line in lines)
    known = {cell.v for line in made.table.cells for cell in line}
    found = [v for f, v in values(vega_spec(made)) if not isinstance(v, str) and f not in GEOMETRY]
    assert found
    assert set(found) <= known


# ---- sensitive variables


@pytest.fixture(scope="module")
def canaries(tmp_path_factory: pytest.TempPathFactory) -> Session:
    root = canary_bank.canary_bank(tmp_path_factory.mktemp("canaries"))
    return replies.session_of(root, "default", random_scripts.HEAD)


NARROW = ["", " if rare > 0", " if home == '0101'", " if wage > 1400000"]


def test_what_a_table_withholds_is_not_drawn(canaries: Session) -> None:
    """`ill` is sensitive: groups in which nearly all are alike are hidden in both."""
    hidden = 0
    for other in ("sex", "home", "text", "other"):
        for clause in NARROW:
            told = replies.asked(canaries, f"tabulate {other} ill{clause}")
            bars = replies.asked(canaries, f"barchart (count) ill{clause}, over({other})")
            if told.codes or bars.codes:
                continue
            cells = replies.cells_of(told.table)
            for row, (cell,) in zip(bars.table.rows, bars.table.cells, strict=True):
                assert cell == cells[(row[0].code,), (row[1].code,)]
                hidden += cell.state == "hidden"
            flow = replies.asked(canaries, f"sankey {other} ill{clause}")
            links, nodes = flow.tables[-2:] if not flow.codes else (bars.table, None)
            for row, (cell,) in zip(links.rows, links.cells, strict=True):
                assert cell == cells[(row[-2].code,), (row[-1].code,)]
            for row, (cell,) in zip(nodes.rows, nodes.cells, strict=True) if nodes else ():
                place = ("total",), (row[1].code,)
                assert row[0].code != "ill" or cell == cells[place]
    assert hidden > 10


def test_a_histogram_hides_panels_and_bars_that_are_alike(canaries: Session) -> None:
    """Of few people nearly all of whom are in one bar of a sensitive variable none is drawn."""
    replies.asked(canaries, "destring ill, prefix(n_) force")
    cells = replies.cells_of(replies.asked(canaries, "tabulate home, summarize(n_ill) freq").table)
    # All lie in one interval, since the highest value of 99 in 100 is 0.
    bars = replies.asked(canaries, "histogram n_ill, bin(2) freq by(home)").table
    assert {cell.state for *_, cell in bars.cells} == {"shown", "hidden"}
    for row, (*_, cell) in zip(bars.rows, bars.cells, strict=True):
        n = cells[(row[0].code,), ("freq",)].v
        assert n is not None
        assert (cell.state == "hidden") == (n < 200)
    by = replies.asked(canaries, "histogram wage, bin(3) freq by(ill)").table
    hidden = [cell.state == "hidden" for *_, cell in by.cells]
    assert any(hidden)
    assert not all(hidden)


def test_hexagons_of_few_that_are_alike_are_refused(canaries: Session) -> None:
    replies.asked(canaries, "destring ill, prefix(m_) force")
    clause = "if home == '0106'"
    assert replies.asked(canaries, f"hexbin wage born {clause}, gridsize(1)").codes == []
    assert replies.asked(canaries, f"hexbin wage m_ill {clause}, gridsize(1)").codes != []
