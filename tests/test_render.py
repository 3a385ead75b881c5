"""Results as text: layouts, number formats, marks of what is not shown, and nothing but results."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort.diagnostic import Diagnostic
from kohort.disclosure import released as module
from kohort.disclosure.released import (
    Cell,
    Content,
    Context,
    Key,
    Lines,
    Listing,
    Model,
    Note,
    Paragraph,
    Released,
    Several,
    State,
    Status,
    Table,
    Text,
)
from kohort.render import Look, render
from kohort.render.characters import breadth, clean
from kohort.render.headings import heading
from kohort.render.numbers import number, written
from kohort.results import Done

SEAL: Any = vars(module)["_SEAL"]


def shown(content: Content, look: Look | None = None, zero: str = "0") -> str:
    """Draw a content as text."""
    return render(Released(SEAL, content, Context(zero_display=zero)), look or Look())


def lines(text: str) -> str:
    """Give an expected text as it stands in a test, without its margin."""
    margin = "    "
    return "\n".join(line.removeprefix(margin) for line in text.strip("\n").split("\n")).rstrip()


def variable(name: str, title: str | None = None) -> Key:
    return Key("variable", name, title)


def statistic(code: str, label: str | None = None) -> Key:
    return Key("statistic", code, label)


def row(*values: float | State) -> tuple[Cell, ...]:
    """Give cells: a number is shown, a word is a state."""
    return tuple(Cell(None, v) if isinstance(v, str) else Cell(v) for v in values)


SINGLE, MARRIED, TOTAL = Key("code", "1", "Ugift"), Key("code", "2", "Gift"), Key("total")

CROSS = Table(
    "",
    (variable("sivstand"), Key("statistic")),
    tuple((key, statistic(s)) for key in (SINGLE, MARRIED, TOTAL) for s in ("rowpct", "freq")),
    ((Key("code", "1", "Mann"),), (Key("code", "2", "Kvinne"),), (TOTAL,)),
    (
        row(53.1, 46.9, 100.0),
        row(5310, 4690, 10000),
        row(50.2, 49.8, 100.0),
        row(4016, 3984, 8000),
        row(51.8, 48.2, 100.0),
        row(9326, 8674, 18000),
    ),
    heads=(variable("kjønn"),),
)


def test_a_cross_table_is_laid_out_as_the_reference_shows() -> None:
    """The sample of analysis.md 1.1, with the headings of the catalogue and grouped counts."""
    assert shown(CROSS) == lines("""
    sivstand |           |  Mann  Kvinne |  Total
    Ugift    | Row %     |  53.1    46.9 |  100.0
             | Frequency | 5 310   4 690 | 10 000
    Gift     | Row %     |  50.2    49.8 |  100.0
             | Frequency | 4 016   3 984 |  8 000
    Total    | Row %     |  51.8    48.2 |  100.0
             | Frequency | 9 326   8 674 | 18 000
    """)


def test_a_wide_table_is_cut_into_blocks_with_the_stub() -> None:
    """Each block fits the width and repeats the row headings; the headings follow the language."""
    text = shown(CROSS, Look("nb", width=32, labels="both"))
    assert text == lines("""
    sivstand |        | 1 Mann
    1 Ugift  | Rad-%  |   53.1
             | Antall |  5 310
    2 Gift   | Rad-%  |   50.2
             | Antall |  4 016
    Total    | Rad-%  |   51.8
             | Antall |  9 326

    sivstand |        | 2 Kvinne
    1 Ugift  | Rad-%  |     46.9
             | Antall |    4 690
    2 Gift   | Rad-%  |     49.8
             | Antall |    3 984
    Total    | Rad-%  |     48.2
             | Antall |    8 674

    sivstand |        |  Total
    1 Ugift  | Rad-%  |  100.0
             | Antall | 10 000
    2 Gift   | Rad-%  |  100.0
             | Antall |  8 000
    Total    | Rad-%  |  100.0
             | Antall | 18 000
    """)


def test_codes_stand_in_for_labels_on_request() -> None:
    """`labels="code"` heads categories by their codes; words of the catalogue stay."""
    first = shown(CROSS, Look(labels="code")).split("\n")[:2]
    assert first == [
        "sivstand |           |     1      2 |  Total",
        "1        | Row %     |  53.1   46.9 |  100.0",
    ]


def test_what_is_not_shown_has_marks_and_a_legend() -> None:
    """Hidden, missing, zero, low and high cells; notes below, each once."""
    table = Table(
        "tabulate a",
        (variable("a"),),
        ((Key("code", 1),), (Key("code", 2.5),), (Key("missing"),), (TOTAL,)),
        ((statistic("freq"),), (statistic("cellpct"),), (statistic("mean"),)),
        (
            row("zero", "missing", "missing"),
            row("hidden", "hidden", 42.155463260696),
            row(12, "low", "folded"),
            row(98412, "high", 407000.0),
        ),
        (
            Note("parts_may_not_add"),
            Note("parts_may_not_add"),
            Note("folded_rows", {"rows": 1234, "limit": 5}),
            Note("folded_columns", {"columns": 1, "limit": 5}),
        ),
    )
    assert shown(table, zero="<5") == lines("""
    tabulate a
    a       | Frequency  Cell %       Mean
    1       |        <5
    2.5     |        ..      ..      42.16
    SYSMISS |        12    <5 %         ..
    Total   |    98 412   >95 %  407000
    parts may not add up to totals
    1 234 rows with fewer than 5 units not shown
    1 column with fewer than 5 units not shown
    .. withheld by disclosure control
    """)
    assert "      0\n" not in shown(table, zero="<5")
    assert shown(table).split("\n")[2] == "1       |         0"


NESTED = Table(
    "",
    (variable("a"), variable("c")),
    tuple((Key("code", a), Key("code", c)) for a in "xy" for c in "pq"),
    ((Key("code", 1, "one"), statistic("freq")), (Key("code", 2, "two"), statistic("p50"))),
    tuple(row(k, k * 1000) for k in range(4)),
    heads=(variable("b"), Key("statistic")),
)


def test_nested_rows_blank_what_repeats_and_a_flat_table_repeats_it() -> None:
    """Two headings above a column; flat: one heading of codes, every key on every line."""
    assert shown(NESTED) == lines(
        """
    a | c |       one   two
      |   | Frequency   50%
    x | p |         0     0
      | q |         1  1000
    y | p |         2  2000
      | q |         3  3000
    """.replace("a | c |       one   two\n      |   |", "  |   |       one   two\n    a | c |")
    )
    flat = Table(NESTED.title, NESTED.stub, NESTED.rows, NESTED.columns, NESTED.cells, (), True)
    assert shown(flat) == lines("""
    a  c  1:freq  2:p50
    x  p       0      0
    x  q       1   1000
    y  p       2   2000
    y  q       3   3000
    """)


MODEL = Model(
    "",
    (
        ("outcome", "lønn"),
        ("nobs", Cell(9812)),
        ("r2", Cell(0.2134)),
        ("r2_adj", Cell(0.21312)),
        ("f", Cell(665.2)),
        ("df", "4, 9807"),
        ("prob_f", Cell(0.0)),
        ("rmse", Cell(181224.7)),
        ("errors", "classical"),
    ),
    Table(
        "",
        (statistic("term"),),
        (
            (Key("term", "mann"),),
            (Key("reference", "utd", "1 Lav"),),
            (Key("term", "utd=2", "utd = 2 (Middels)"),),
            (Key("term", "utd=3", "utd = 3 (Høy)"),),
            (Key("term", "alder"),),
            (Key("term", "constant"),),
        ),
        (
            (statistic("coef"),),
            (statistic("t"),),
            (statistic("p"),),
            (statistic("lower", "90"),),
        ),
        (
            row(140398.92883, 37.73, 0.0002, 134277.8),
            row(*["missing"] * 4),  # type: ignore[arg-type]
            row(21873.44, 1.5, 0.1336, -3.412074),
            row(105521.9, 12.0, 0.0, 0.001129),
            row(5311.799072, 3.0, 0.0027, 5000.0),
            row("hidden", "hidden", "hidden", "hidden"),
        ),
    ),
    (Note("left_out", {"rows": 188}),),
)


def test_a_model_has_a_header_and_coefficients() -> None:
    """The sample of analysis.md 3.0.5: header in two columns, levels under their reference."""
    assert shown(MODEL) == lines("""
    Dependent variable  lønn        N                   9 812
    R²                  0.2134      Adjusted R²         0.2131
    F(4, 9807)          665.2       Prob > F            <0.001
    Root MSE            181224.7    Std. errors         classical

    Term                             Coef.       t   P>|t|     lower 90 %
    mann                     140398.92883   37.730  <0.001  134277.8
    utd  (reference: 1 Lav)
      utd = 2 (Middels)       21873.44       1.500   0.134      -3.412074
      utd = 3 (Høy)          105521.9       12.000  <0.001       0.001129
    alder                      5311.799072   3.000   0.003    5000
    Constant                            ..      ..      ..             ..
    188 rows with missing values left out
    .. withheld by disclosure control
    """)


def test_several_results_stand_below_one_another() -> None:
    assert shown(Several((MODEL, CROSS))) == f"{shown(MODEL)}\n\n{shown(CROSS)}"


def test_a_title_is_said_once() -> None:
    """A model and its table may have the same title."""
    titled = replace(MODEL, title="regress y", table=replace(MODEL.table, title="regress y"))
    assert shown(titled).count("regress y") == 1
    titled = replace(MODEL, title="regress y", table=replace(MODEL.table, title="group 1"))
    assert "group 1" in shown(titled)


def test_a_model_speaks_norwegian() -> None:
    """Headings, words and notes come from the catalogue of the language."""
    text = shown(MODEL, Look("nb"))
    for word in (
        "Justert R²",
        "Koeffisient",
        "nedre 90 %",
        "Konstantledd",
        "klassiske",
        "188 rader",
    ):
        assert word in text


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (statistic("p25"), "25%"),
        (statistic("p2"), "2%"),
        (statistic("upper"), "upper 95 %"),
        (statistic("upper", "99.5"), "upper 99.5 %"),
        (statistic("something-new"), "something-new"),
        (Key("statistic"), ""),
        (Key("term", "_cons"), "Constant"),
        (Key("term", "constant", "constant"), "constant"),
        (Key("code", 3.0), "3"),
        (Key("code", "0301", "Oslo"), "Oslo"),
        (Key("variable", "income", "Income after tax"), "income"),
        (Key("missing"), "SYSMISS"),
    ],
)
def test_headings(key: Key, text: str) -> None:
    """Statistics by the catalogue, percentiles by their number, categories by their label."""
    assert heading(key, Look()) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (98412, "freq", "98 412"),
        (1234567.0, "n", "1 234 567"),
        (0, "nobs", "0"),
        (53.14, "rowpct", "53.1"),
        (100, "colpct", "100.0"),
        (-0.04, "cellpct", "0.0"),
        (42.155463260696, "mean", "42.16"),
        (407000.0, "mean", "407000"),
        (42.5, "std", "42.5"),
        (0.3421, "mean", "0.3421"),
        (0.34215678, "mean", "0.3422"),
        (-0.00012345678, "mean", "-0.0001235"),
        (0.99999, "mean", "1"),
        (1.5e18, "sum", "1.5e+18"),
        (123456, "p50", "123000"),
        (0.012345, "iqr", "0.0123"),
        (123456, "p10", "123000"),
        (0.9996, "p25", "1"),
        (-18.0, "p1", "-18"),
        (0, "p99", "0"),
        (140398.92883, "coef", "140398.92883"),
        (232295.0227741, "coef", "232295.022774"),
        (5.10, "se", "5.1"),
        (3.2e-9, "coef", "3.2e-09"),
        (0, "coef", "0"),
        (37.73, "t", "37.730"),
        (-0.0004, "z", "0.000"),
        (0.00099, "p", "<0.001"),
        (0.001, "p", "0.001"),
        (0.9999, "prob_f", "1.000"),
        (0.2134, "r2", "0.2134"),
        (0.25, "gini", "0.2500"),
        (181224.7, "rmse", "181224.7"),
        (2.5, "something-new", "2.5"),
    ],
)
def test_each_statistic_has_its_format(value: float, code: str, text: str) -> None:
    """Formats of analysis.md 0.4, worked out by hand."""
    assert number(value, code) == text


@given(
    st.floats(-1e300, 1e300) | st.integers(-(2**63), 2**63),
    st.sampled_from(("freq", "rowpct", "mean", "sum", "p50", "coef", "t", "p", "gini", "other")),
)
def test_a_written_number_is_near_the_published_one(value: float, code: str) -> None:
    """Whatever the size, the text is a number as near as the format's digits allow."""
    text = number(value, code)
    if text == "<0.001":
        assert 0 <= value < 0.001
        return
    told = float(text.replace(" ", ""))
    fixed = {"rowpct": 0.05, "t": 0.0005, "p": 0.0005, "r2": 0.00005, "gini": 0.00005}
    near = 0.0051 * abs(value) + 1e-6
    allowed = fixed.get(code, near) if abs(value) < 1e15 else near
    assert abs(told - value) <= allowed * (1 + 1e-9) + abs(value) * 1e-15


@given(
    st.sampled_from(["hidden", "missing", "folded", "low", "high"]),
    st.sampled_from(["freq", "rowpct", "mean", "p50", "coef", "p"]),
)
def test_a_withheld_cell_has_a_mark_of_its_own(state: State, code: str) -> None:
    """No statistic gives a withheld cell another text than its mark."""
    marks = {"hidden": "..", "folded": "..", "missing": "", "low": "<5 %", "high": ">95 %"}
    assert written(Cell(None, state), code) == marks[state]


def test_what_derives_from_an_untold_count_is_not_told() -> None:
    """Where a zero prints as a limit, its share is blank; where as 0, it has the format's zeros."""
    assert written(Cell(None, "zero"), "freq", "<5") == "<5"
    assert not written(Cell(None, "zero"), "rowpct", "<5")
    assert written(Cell(0, "zero"), "rowpct", "0") == "0.0"


def test_status_lines_are_sentences() -> None:
    """Names and published numbers are put into the message; optional parts fall away."""
    words = {"dataset": "cohort", "variable": "KJOENN", "alias": "sex", "date": ""}
    imported = Status("imported", words, {"units": Cell(98412)})
    assert shown(imported) == "cohort: 98 412 units; sex imported from KJOENN"
    kept = Status("kept", {"dataset": "cohort"}, {"units": Cell(1)})
    assert shown(kept, Look("nb")) == "cohort: 1 enhet beholdt"
    assert shown(Status("kept", {"dataset": "c"}, {"units": Cell(None, "zero")}), zero="<5") == (
        "c: <5 units kept"
    )
    assert shown(Status("new-message", {"name": "x"}, {"units": Cell(5)})) == (
        "new-message: name x, units 5"
    )


def test_documents_keep_their_blocks_apart() -> None:
    """Prose, lists of words in aligned columns, and lines as they are."""
    text = Text((
        Paragraph("# Title\nprose"),
        Listing(("variable", "title"), (("db/a", "First"), ("db/bbb", "Second one")), "Found"),
        Lines(("generate x = 1", "\tend")),
    ))
    assert shown(text) == lines("""
    # Title
    prose

    Found
    Variable  Title
    db/a      First
    db/bbb    Second one

    generate x = 1
        end
    """)
    sizes = Listing(("dataset", "size", "title"), (("a", "98412", "x"), ("b", "", "y")))
    assert shown(Text((sizes,))) == lines("""
    Dataset   Units  Title
    a        98 412  x
    b                y
    """)
    narrow = shown(
        Text((Listing(("name", "title"), (("alpha", "one two three four"),)),)), Look(width=18)
    )
    assert narrow == lines("""
    Name   Title
    alpha  one two
           three four
    """)


def test_colour_is_off_unless_wanted_and_changes_no_character() -> None:
    """With colour, the text is the same between the escape sequences."""
    colored = shown(MODEL, Look(color=True))
    assert "\033" not in shown(MODEL)
    assert re.sub(r"\033\[[\d;]*m", "", colored) == shown(MODEL)
    assert "\033[" in colored


labels = st.text(min_size=1, max_size=30)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Draw a table of counts with any labels."""
    rows = draw(st.integers(1, 5))
    columns = draw(st.integers(1, 6))
    cells = st.builds(Cell, st.integers(0, 10**7)) | st.just(Cell(None, "hidden"))
    return Table(
        draw(labels),
        (variable(draw(labels)),),
        tuple((Key("code", place, draw(labels)),) for place in range(rows)),
        tuple((Key("code", place, draw(labels)),) for place in range(columns)),
        tuple(tuple(draw(cells) for _ in range(columns)) for _ in range(rows)),
        (Note("dropped_terms", {"names": draw(labels)}),),
        heads=(variable(draw(labels)),),
    )


@given(tables(), st.none() | st.integers(20, 120))
def test_any_table_is_drawn_whole_and_cannot_steer_a_terminal(
    table: Table, width: int | None
) -> None:
    """Every number is there, and no control character passes."""
    text = shown(table, Look(width=width))
    assert all(character == "\n" or clean(character) == character for character in text)
    for line in table.cells:
        for cell in line:
            assert ".." in text if cell.v is None else f"{cell.v:,}".replace(",", " ") in text
    blocks = text.split("\n\n")
    assert width or len(blocks) == 1


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=3, max_size=3), min_size=1, max_size=5))
def test_columns_are_flush_right(numbers: list[list[int]]) -> None:
    """Every line of a table is equally long, so the last digits stand under each other."""
    table = Table(
        "",
        (variable("a"),),
        tuple((Key("code", place, "å" * place),) for place in range(len(numbers))),
        tuple((Key("code", place, "ø"),) for place in range(3)),
        tuple(row(*line) for line in numbers),
    )
    drawn = shown(table).split("\n")
    assert len({breadth(line) for line in drawn}) == 1
    assert len({line.index("|") for line in drawn}) == 1


@given(st.integers(30, 100), st.integers(1, 12))
def test_blocks_fit_the_width(width: int, columns: int) -> None:
    """No line is wider than the width, and every column is drawn exactly once."""
    names = [f"column{place:02}" for place in range(columns)]
    table = Table(
        "",
        (variable("a"),),
        ((Key("code", 1, "row"),),),
        tuple((Key("code", name),) for name in names),
        (row(*range(101, 101 + columns)),),
    )
    text = shown(table, Look(width=width))
    assert max(map(breadth, text.split("\n"))) <= width
    assert [word for word in text.split() if word.startswith("column")] == names
    found = [word for word in text.split() if word.isdigit()]
    assert found == [str(101 + place) for place in range(columns)]


class Sneaky(Diagnostic):
    """A diagnostic that could carry anything."""


@pytest.mark.parametrize(
    "item",
    [
        Done("created", {"dataset": "d"}),
        Status("created", {"dataset": "d"}),
        "text",
        None,
        Sneaky("code", "message"),
        {"kind": "status"},
    ],
    ids=lambda item: type(item).__name__,
)
@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_nothing_but_results_and_diagnostics_is_drawn(item: Any, form: Any) -> None:
    """Raw results, contents without a seal, words and subclasses are refused in every form."""
    with pytest.raises(TypeError, match="only released results"):
        render(item, form=form)


def test_drawing_loads_no_engine() -> None:
    """The front end draws without polars, numpy and scipy."""
    code = (
        "import sys, kohort.render, kohort.render.text, kohort.render.page, kohort.render.json\n"
        "print(sorted({'polars', 'numpy', 'scipy', 'lark'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
