"""What every model tells under `default`: few digits, tests that follow from them, one refusal."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from replies import Reply, asked, form, number, session_of
from scipy import special

from kohort.disclosure.released import Cell, Figure, Model, Released, Several, Table
from kohort.estimators.inference import chi2_tail, f_tail, infer
from kohort.session import Session

HEAD = """require no.ssb.fdb:45 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/BEFOLKNING_FOEDSELS_AAR_MND as born
import db/INNTEKT_WLONN 2015-12-31 as wage
import db/SIVSTANDFDT_SIVSTAND 2015-01-01 as civil
generate age = 2015 - int(born / 100)
keep if age > 20 & age < 70
generate rich = wage > 400000
generate spells = int(age / 10)
generate years = abs(age - 50) / 2
generate part = int(age / 2)
generate kroner = wage
"""
MODELS = [
    "regress wage age i.sex", "regress wage age i.sex, robust level(90)",
    "regress wage age, noconstant", "regress wage age i.sex, cluster(part)",
    "regress wage i.sex##c.age", "logit rich age i.sex", "logit rich age i.sex, or robust",
    "probit rich age i.sex, level(99)", "mlogit civil age i.sex", "mlogit civil age",
    "poisson spells i.sex wage", "poisson spells i.sex, irr", "negative-binomial spells i.sex",
    "cox rich years age i.sex", "cox rich years age, hazard level(90)",
    "ivregress wage i.sex (age = spells)", "ivregress wage (age = spells), liml robust",
    "regress-mml wage age i.sex by civil",
]  # fmt: skip
"""A statement of each model and of each way to print it."""

PANEL_HEAD = """clone-units people panel
use panel
import-panel db/INNTEKT_WLONN db/SIVSTANDFDT_SIVSTAND 2013-12-31 2014-12-31 2015-12-31
generate pay = INNTEKT_WLONN
generate late = date@panel > date(2015, 1, 1)
generate wed = SIVSTANDFDT_SIVSTAND == '2'
"""
PANELS = [
    "regress-panel pay late wed", "regress-panel pay late wed, re level(90)",
    "regress-panel pay late wed, be", "regress-panel pay late, pooled robust",
    "regress-panel-diff pay wed late",
]  # fmt: skip
ALL = MODELS + PANELS

RATIOS = ("odds_ratio", "rate_ratio", "hazard_ratio")
TINY = ("born == 197003", "born < 0", "born == 197003 & sex == '1'", "wage > 99999999")


@pytest.fixture(scope="module")
def session(norway_root: Path) -> Session:
    return session_of(norway_root, "default", HEAD)


@pytest.fixture(scope="module")
def panel(norway_root: Path) -> Session:
    return session_of(norway_root, "default", HEAD + PANEL_HEAD)


@pytest.fixture(scope="module")
def replies(session: Session, panel: Session) -> dict[str, Reply]:
    found = {statement: asked(session, statement) for statement in MODELS}
    return found | {statement: asked(panel, statement) for statement in PANELS}


@dataclass(frozen=True)
class Row:
    """One line of the table of coefficients, by the codes of its columns."""

    name: str
    numbers: dict[str, float]


def model_of(reply: Reply) -> Model:
    assert reply.codes == [], reply.told
    (released,) = reply.released
    content = released.content
    found = content.parts[0] if isinstance(content, Several) else content
    assert isinstance(found, Model)
    return found


def value(cell: Cell) -> float:
    return math.nan if cell.v is None else float(cell.v)


def rows(model: Model) -> list[Row]:
    codes = [str(column[0].code) for column in model.table.columns]
    return [
        Row(str(key.code), dict(zip(codes, map(value, cells), strict=True)))
        for (key,), cells in zip(model.table.rows, model.table.cells, strict=True)
        if key.kind == "term" and cells[0].state == "shown"
    ]


def header(model: Model) -> dict[str, float]:
    return {name: value(cell) for name, cell in model.header if isinstance(cell, Cell)}


def digits(number: float) -> int:
    """How many significant digits a number has as it is written."""
    written = f"{number:.15g}".lower().split("e")[0].replace(".", "").lstrip("-0")
    return len(written.rstrip("0"))


def level_of(model: Model) -> float:
    (label,) = {column[0].label for column in model.table.columns if column[0].code == "lower"}
    return float(label or 95)


def freedom(model: Model) -> float | None:
    """The degrees of freedom of t, None for z: those that the header's F prints."""
    told = dict(model.header)
    if not any(column[0].code == "t" for column in model.table.columns):
        return None
    return float(str(told["df"]).rpartition(",")[2])


@pytest.mark.parametrize("statement", ALL)
def test_numbers_have_few_digits(replies: dict[str, Reply], statement: str) -> None:
    for row in rows(model_of(replies[statement])):
        for name, told in row.numbers.items():
            if math.isnan(told):
                continue
            most = 3 if name == "se" else 4
            if name in {"t", "z", "p"}:
                assert told == round(told, 3)
            else:
                assert digits(told) <= most, (row.name, name, told)


@pytest.mark.parametrize("statement", ALL)
def test_tests_and_limits_follow_from_the_printed_numbers(
    replies: dict[str, Reply], statement: str
) -> None:
    model = model_of(replies[statement])
    names = [column[0].code for column in model.table.columns]
    ratio = names[0] in RATIOS
    level, df = level_of(model), freedom(model)
    test = "z" if df is None else "t"
    for row in rows(model):
        told = row.numbers
        b = math.log(told[str(names[0])]) if ratio else told[str(names[0])]
        if "se" not in told or (ratio and row.name != "alpha"):
            # The ratio is rounded anew: what z says of it holds to its four digits.
            width = -float(special.ndtri((1 - level / 100) / 2))
            low, high = math.log(told["lower"]), math.log(told["upper"])
            # Four digits of a ratio are 5e-4 of its logarithm.
            assert (low + high) / 2 == pytest.approx(b, abs=1e-3)
            error = (high - low) / (2 * width)
            assert b == pytest.approx(told["z"] * error, abs=1e-3 + 5e-4 * abs(told["z"]) / width)
            continue
        found = infer(np.array([b]), np.array([told["se"]]), df, level)
        assert told[test] == pytest.approx(float(found.t[0]), abs=5.1e-4)
        assert told["p"] == pytest.approx(float(found.p[0]), abs=5.1e-4)
        for name, limit in (("lower", found.lower), ("upper", found.upper)):
            assert told[name] == pytest.approx(float(limit[0]), rel=5.1e-4, abs=1e-12)


@pytest.mark.parametrize("statement", ALL)
def test_tests_of_the_whole_model_follow_from_the_header(
    replies: dict[str, Reply], statement: str
) -> None:
    model = model_of(replies[statement])
    told, words = header(model), dict(model.header)
    df = [float(part) for part in str(words.get("df", "")).split(",") if part.strip()]
    if "f" in told:
        assert told["prob_f"] == pytest.approx(f_tail(told["f"], *df), abs=5.1e-4)
    chi2 = [name for name in told if name.endswith("chi2") and not name.startswith("prob")]
    for name in chi2:
        assert told["prob_chi2"] == pytest.approx(chi2_tail(told[name], int(df[0])), abs=5.1e-4)
    assert chi2 or "f" in told or "ll_restricted" in told
    if "r2_adj" in told:
        n, constant = told["nobs"], "noconstant" not in statement
        k = n - df[1] if "clusters" not in told else df[0] + 1
        expected = 1 - (1 - told["r2"]) * (n - constant) / (n - k)
        assert told["r2_adj"] == pytest.approx(expected, abs=5.1e-4)
    for name in ("r2", "r2_pseudo", "concordance"):
        assert told.get(name, 0.0) == round(told.get(name, 0.0), 3)


@pytest.mark.parametrize("statement", MODELS)
def test_the_number_of_units_is_the_count_of_the_same_question(
    session: Session, replies: dict[str, Reply], statement: str
) -> None:
    """N is what counting prints where the conditions are spelled out."""
    words = re.findall(r"[a-z]+", statement.split(",")[0].split(" ", 1)[1])
    extra = re.findall(r"cluster\((\w+)\)", statement)
    names = sorted({word for word in (*words, *extra) if word not in {"i", "c", "by"}})
    present = " & ".join(f"sysmiss({name}) == 0" for name in names)
    rule = " & years >= 0" if "years" in names else ""
    rule += " & spells >= 0" if "spells" in names else ""
    counted = asked(session, f"tabulate rich if {present}{rule}").table
    n = header(model_of(replies[statement]))["nobs"]
    if "spells" in names:
        # That a value is a whole number cannot be written as a condition.
        assert n == pytest.approx(number(counted, "total"), abs=20)
    else:
        assert n == number(counted, "total")


@pytest.mark.parametrize("clause", TINY)
@pytest.mark.parametrize("statement", MODELS)
def test_too_few_units_have_one_refusal(session: Session, statement: str, clause: str) -> None:
    call, comma, options = statement.partition(",")
    reply = asked(session, f"{call} if {clause}{comma}{options}")
    assert reply.codes == ["SDC-M1"]
    assert not reply.released
    nobody = asked(session, f"{call} if age < 0{comma}{options}")
    assert form(reply) == form(nobody)


@pytest.mark.parametrize("statement", ALL)
def test_the_same_question_has_the_same_answer(
    session: Session, panel: Session, replies: dict[str, Reply], statement: str
) -> None:
    again = model_of(asked(panel if statement in PANELS else session, statement))
    assert again == model_of(replies[statement])


@pytest.mark.parametrize("statement", PANELS)
def test_too_few_units_of_a_panel_have_one_refusal(panel: Session, statement: str) -> None:
    call, comma, options = statement.partition(",")
    for clause in ("pay > 99999999", "pay < 0"):
        reply = asked(panel, f"{call} if {clause}{comma}{options}")
        assert reply.codes == ["SDC-M1"]


def test_errors_hold_the_noise_of_the_weights(session: Session, norway_root: Path) -> None:
    """The printed errors are those of the plain fit, longer by the noise and its own chance."""
    plain = session_of(norway_root, "open", HEAD)
    ratios = []
    for statement in MODELS:
        if any(word in statement for word in ("or ", "irr", "hazard", "cluster", "civil")):
            continue
        told, known = (rows(model_of(asked(s, statement))) for s in (session, plain))
        for mine, his in zip(told, known, strict=True):
            if mine.name != "alpha" and mine.name != "_cons":
                assert mine.name == his.name
                ratios.append(mine.numbers["se"] / his.numbers["se"])
    inflation = math.sqrt(1 + 0.3**2)
    assert np.median(ratios) == pytest.approx(inflation, rel=0.05)
    assert min(ratios) > 0.9
    assert max(ratios) < 1.25


def test_further_tables_have_few_digits_too(session: Session) -> None:
    statements = [
        "regress wage age i.sex, vif ov het_bp het_iid het_fstat",
        "logit rich age i.sex, mfx(dydx)", "probit rich age i.sex, margins()",
        "mlogit civil age, mfx(dydx)",
    ]  # fmt: skip
    for statement in statements:
        reply = asked(session, statement)
        assert reply.codes == [], (statement, reply.told)
        tables = further(reply.released[0])
        assert tables, statement
        for table in tables:
            names = [str(column[0].code) for column in table.columns]
            for cells in table.cells:
                told = zip(names, map(value, cells), strict=True)
                numbers = [n for name, n in told if name not in {"t", "z", "p"} | COUNTS]
                assert all(digits(n) <= 4 for n in numbers if not math.isnan(n)), statement


COUNTS = {"n", "df", "df2"}


def further(released: Released) -> list[Table]:
    assert isinstance(released.content, Several)
    return [part for part in released.content.parts[1:] if isinstance(part, Table)]


def test_a_chart_of_coefficients_holds_the_table_and_no_more(
    session: Session, replies: dict[str, Reply]
) -> None:
    for statement in ("regress wage age i.sex, robust level(90)", "cox rich years age i.sex"):
        reply = asked(session, f"coefplot {statement}")
        (table,) = reply.tables
        drawn = [tuple(map(value, cells)) for cells in table.cells]
        expected = [
            (row.numbers["coef"], row.numbers["lower"], row.numbers["upper"])
            for row in rows(model_of(replies[statement]))
            if row.name != "_cons"
        ]
        assert drawn == expected
    several = asked(session, "coefplot mlogit civil age")
    (figure,) = (released.content for released in several.released)
    assert isinstance(figure, Figure)
    assert figure.roles == ("panel", "category")
    assert len({row[0].code for row in figure.table.rows}) == len(figure.table.rows) > 1
    few = asked(session, "coefplot logit rich age i.sex if born == 197003")
    assert few.codes == ["SDC-M1"]
