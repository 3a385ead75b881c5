"""The filter from end to end: what is released under protection, whatever is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import canary_bank
import numpy as np
import pytest
import random_scripts
from hypothesis import given
from replies import Reply, asked, cells_of, counts_of, number, session_of
from scipy import stats
from test_canaries import THOROUGH, Restart

from kohort.disclosure.released import Status, Table
from kohort.session import Session

PROTECTED = ("PERSON", "FAMILIE")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("disclosure"))


@pytest.fixture(scope="module", params=["default", "danish-5"])
def start(root: Path, request: pytest.FixtureRequest) -> Restart:
    return Restart(root, str(request.param))


@pytest.fixture
def people(start: Restart) -> Session:
    """The bank's people under each profile, everything imported."""
    list(start.run([]))
    return start.session


@pytest.fixture
def default(root: Path) -> Session:
    return session_of(root, "default")


# ---- whatever is asked


@given(random_scripts.scripts())
@THOROUGH
def test_counts_are_never_small_and_numbers_never_exact(start: Restart, script: list[str]) -> None:
    for piece, events in start.run(script):
        for released in Reply(events).released:
            if released.context.unit_type not in PROTECTED:
                continue
            for cell in counts_of(released):
                assert cell.v is None or cell.v == 0 or cell.v >= 5, piece
                assert (cell.v == 0) <= (cell.state == "zero")
            if isinstance(released.content, Table):
                for (row, column), cell in cells_of(released.content).items():
                    digits = [DIGITS[w] for w in (*row, *column) if w in DIGITS]
                    if digits and cell.v is not None:
                        assert cell.v == float(f"{cell.v:.{digits[-1] - 1}e}"), (piece, row)


DIGITS = dict.fromkeys(("mean", "std", "sum", "gini"), 4) | dict.fromkeys(
    ("p1", "p5", "p25", "p50", "p75", "p95", "p99", "iqr"), 3
)
"""Significant digits of what is printed."""


# ---- parts and totals


def test_totals_are_not_the_sums_of_their_parts(default: Session) -> None:
    gaps = []
    for script in ("tabulate home", "tabulate home sex", "tabulate born", "tabulate sex ill"):
        for code in ("0101", "0102", "0103", "0104"):
            table = asked(default, f"{script} if home == '{code}' | exact > 400").table
            parts = sum(
                cell.v or 0
                for (row, column), cell in cells_of(table).items()
                if "total" not in row and column[-1] in ("freq", "total")
            )
            gaps.append(number(table, "total", table_total(table)) - parts)
    assert len(set(gaps)) > 5


def table_total(table: Table) -> str:
    """Give the word over the column of totals."""
    return "freq" if not table.heads else "total"


def test_margins_have_their_own_noise(default: Session) -> None:
    """The gap between a row's total and its cells varies as independent noise does."""
    table = asked(default, "tabulate home sex").table
    cells = cells_of(table)
    gaps = [
        (cells[row, ("total",)].v or 0) - (cells[row, ("1",)].v or 0) - (cells[row, ("2",)].v or 0)
        for row in {labels for labels, _ in cells}
        if row[0] not in ("0128", "0129", "0130", "total")
    ]
    # Three independent numbers of variance 5 each: 15; far from 0, far from one table's fluke.
    assert 5 < np.var(gaps) < 40


# ---- one number for one question


def test_one_question_has_one_number_wherever_it_is_asked(root: Path) -> None:
    table = asked(session_of(root), "tabulate sex ill if !sysmiss(wage) & !sysmiss(exact)").table
    cell = number(table, "1", "0")
    kept = asked(
        session_of(root), "keep if !sysmiss(exact)\nkeep if ill == '0' & sex == '1'\n"
        "drop if sysmiss(wage)",
    )  # fmt: skip
    assert kept.sizes[-1] == cell
    condition = "if sex == '1' & ill == '0'"
    summary = asked(session_of(root), f"keep if !sysmiss(exact)\nsummarize wage {condition}").table
    assert number(summary, "wage", "n") == cell
    model = asked(session_of(root), f"regress wage exact {condition}").models[-1]
    assert dict(model.header)["nobs"].v == cell  # type: ignore[union-attr]
    volume = asked(
        session_of(root),
        "keep if !sysmiss(exact)\ntabulate ill sex, summarize(wage) freq",
    ).table
    assert cells_of(volume)[("0", "freq"), ("1",)].v == cell


def test_a_flags_mean_and_its_table_agree(default: Session) -> None:
    script = "generate rich = wage > 1500000\n"
    ones = number(asked(default, script + "tabulate rich").table, 1)
    table = asked(default, "tabulate sex, summarize(rich) mean sum freq").table
    total = number(table, "total", "freq")
    assert number(table, "total", "sum") == ones
    assert number(table, "total", "mean") == float(f"{ones / total:.3e}")


def test_sums_are_means_times_counts(default: Session) -> None:
    table = asked(default, "tabulate home, summarize(wage) mean sum freq").table
    for row in ("0101", "0110", "0120", "total"):
        mean, count = number(table, row, "mean"), number(table, row, "freq")
        assert number(table, row, "sum") == float(f"{mean * count:.3e}")


# ---- percentages and tests


def test_percentages_follow_from_the_counts_shown(people: Session) -> None:
    counts = cells_of(asked(people, "tabulate home sex").table)
    danish = people.gate.policy.profile.name == "danish-5"
    rows = {row for row, _ in counts}
    for statistic in ("rowpct", "colpct", "cellpct"):
        shares = cells_of(asked(people, f"tabulate home sex, {statistic}").table)
        for row in rows:
            for column in (("1",), ("2",), ("total",)):
                base = {
                    "rowpct": counts[row, ("total",)],
                    "colpct": counts[("total",), column],
                    "cellpct": counts[("total",), ("total",)],
                }[statistic]
                count = counts[row, column]
                cell = shares[(*row, statistic), column]
                if not count.v and danish:
                    assert cell.state == "missing"
                else:
                    assert cell.v == round(100 * (count.v or 0) / (base.v or 1), 1)


def test_chi2_is_worked_out_on_the_published_table(default: Session) -> None:
    reply = asked(default, "tabulate sex text, chi2")
    cells = cells_of(reply.table)
    observed = np.array([[cells[(s,), (t,)].v or 0 for t in "ABC"] for s in "12"])
    plain: Any = stats.chi2_contingency(observed, correction=False)
    noise = (5.0 / plain.expected_freq).sum()
    (note,) = [note for note in reply.table.notes if note.key == "chi2"]
    expected = max(0.0, plain.statistic - noise)
    assert float(note.words["value"]) == pytest.approx(expected, abs=5e-4)
    assert note.words["df"] == plain.dof
    p = stats.chi2.sf(expected, plain.dof)
    told = str(note.words["p"])
    assert told == ("<0.001" if p < 0.001 else f"{p:.3f}")


# ---- groups that are all alike


def alike(sick: float, well: float, total: float) -> bool:
    return 0 < total < 200 and max(sick, well) >= 0.95 * total


@pytest.mark.parametrize("script", ["tabulate home ill", "tabulate home ill sex"])
def test_small_groups_that_are_alike_are_withheld(script: str, default: Session) -> None:
    """A row of healthy people only tells of each of them; one of 200 tells little."""
    cells = cells_of(asked(default, script).table)
    states = set()
    for row in {row for row, _ in cells}:
        well, sick, total = (cells[row, (column,)] for column in ("0", "1", "total"))
        states.add(well.state)
        assert (well.state == "hidden") == (sick.state == "hidden")
        assert total.state in ("shown", "zero")
        if well.state != "hidden":
            assert not alike(sick.v or 0, well.v or 0, total.v or 0), row
    assert {"hidden", "shown"} <= states


def test_it_does_not_help_to_turn_the_table(default: Session) -> None:
    one = cells_of(asked(default, "tabulate home ill").table)
    other = cells_of(asked(default, "tabulate ill home").table)
    for (row, column), cell in one.items():
        assert other[column, row] == cell


def test_one_way_tables_and_derived_flags_are_withheld_too(default: Session) -> None:
    cells = cells_of(asked(default, "tabulate home ill").table)
    home = next(str(row[0]) for (row, c), cell in cells.items() if cell.state == "hidden")
    table = asked(default, f"tabulate ill if home == '{home}'").table
    assert [line[0].state for line in table.cells] == ["hidden"] * (len(table.cells) - 1) + [
        "shown"
    ]
    flag = asked(default, "generate sick = ill == '1'\ntabulate home, summarize(sick) mean sum p50")
    states = [cell.state for (row, _), cell in cells_of(flag.table).items() if row == (home,)]
    assert states == ["hidden"] * 3
    whole = cells_of(asked(default, "summarize sick").table)
    assert whole[("sick",), ("mean",)].state == "shown"


def test_withheld_groups_take_their_test_and_their_order_with_them(default: Session) -> None:
    reply = asked(default, "tabulate home ill, chi2")
    assert not [note for note in reply.table.notes if note.key == "chi2"]
    ordered = asked(default, "tabulate home ill, rowsort('1')").table
    states = [line[1].state for line in ordered.cells[:-1]]
    first = states.index("hidden")
    assert set(states[first:]) == {"hidden"}
    hidden = [
        row[0].code
        for row, line in zip(ordered.rows, ordered.cells, strict=True)
        if line[1].state == "hidden"
    ]
    assert hidden == sorted(hidden, key=str)


def test_other_variables_are_not_withheld(default: Session) -> None:
    table = asked(default, "generate small = exact > 700\ntabulate home small").table
    assert {cell.state for cell in cells_of(table).values()} <= {"shown", "zero"}


# ---- sizes of tables


def test_too_large_a_table_is_refused_and_the_script_goes_on(root: Path) -> None:
    session = session_of(root, "microdata-no")
    head = "generate a = int(wage / 40000)\ngenerate b = int(exact / 3)\n"
    reply = asked(session, head + "tabulate born a\ntabulate sex")
    assert "table-too-large" in reply.codes or "table-too-sparse" in reply.codes
    assert isinstance(reply.released[-1].content, Table)
    assert reply.exit_code == 2


def test_status_lines_hold_no_number_under_danish_5(root: Path) -> None:
    session = session_of(root, "danish-5")
    reply = asked(session, "keep if sex == '1'\nclone-dataset people others\ndatasets")
    for released in reply.released:
        if isinstance(released.content, Status):
            assert not released.content.numbers
    assert reply.exit_code == 0
