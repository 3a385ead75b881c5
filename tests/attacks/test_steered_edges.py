"""Edges: all others of a group are put where the target's place alone decides what is printed.

The attacker gives everybody else of a group one value, and the target the same or one at the other
end of the range, as the secret has it; a statistic that is exact for equal values (a deviation or
a Gini coefficient of 0, a width of 0) would tell for certain. For a median, eleven known people
share the value that fills its window to the last place, and the target is below or above: the
window holds nothing else, or one other value. Where the range is beyond the largest number, noise
in proportion to it would be none. Measure: how often the secret is told from one print. Bound: 69 %
(the floor's noise is as large as what one person can change: Phi(1/2)), and three standard errors;
one in 740 innocent measurements exceeds it. Defence off: no floor, windows at the exact rank.
"""

from __future__ import annotations

from pathlib import Path

import canary_bank
import numpy as np
import pytest
from guesses import (
    LARGE,
    YEARS,
    Bools,
    Floats,
    by_year,
    crossed,
    named,
    numbers,
    secrets,
    targets,
    weakened,
    years,
)
from measured import broken, held
from numpy.typing import NDArray
from replies import asked, session_of

from kohort.disclosure.contributors import Contributors
from kohort.disclosure.released import Table
from kohort.session import Session

TURNS = 20 if LARGE else 3
GROUPED = 400 if LARGE else 40
STATISTICS = ("mean", "std", "gini", "iqr")
LOW, MIDDLE, HIGH = 100_000, 300_000, 600_000
REACH = 5
NAMES = 90
EDGE = 0.69


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("edges"))


def started(root: Path) -> Session:
    """Give a session with a group for each year: its people with a wage."""
    session = session_of(root, "default")
    made = "generate year = int(born/100) if !sysmiss(wage)"
    assert asked(session, made).codes == []
    return session


@pytest.fixture(scope="module")
def session(root: Path) -> Session:
    return started(root)


@pytest.fixture(scope="module")
def bare(root: Path) -> Session:
    """No floor, and percentiles without noise."""
    return weakened(started(root), magnitudes={"floor_c": 0.0}, quantiles={"noise": 0.0})


def told(session: Session, made: str, shown: str) -> dict[int, float]:
    """Give how often each number of a row tells, of one target in each year and turn."""
    prints, secret = [], []
    for turn in range(TURNS):
        found = targets(turn)
        script = made.replace("TARGETS", named(found))
        prints.append(by_year(session, f"{script}\n{shown}\ndrop y"))
        secret.append(secrets(found))
    both, hidden = np.concatenate(prints), np.concatenate(secret)
    return {column: either(both[:, column], hidden) for column in range(both.shape[1])}


def either(printed: Floats, secret: Bools) -> float:
    """Give how often large numbers tell, or small ones; what is not shown is the smallest."""
    known = np.where(np.isfinite(printed), printed, -1e305)
    return max(crossed(known, secret), crossed(-known, secret))


ALIKE = f"""generate y = {HIGH}
replace y = {LOW} if !sysmiss(wage)
replace y = {HIGH} if TARGETS & sex == '2'"""
SHOWN = f"tabulate year, summarize(y) {' '.join(STATISTICS)}"


def test_equal_values_of_all_others_do_not_tell(session: Session) -> None:
    for column, rate in told(session, ALIKE, SHOWN).items():
        held(rate, EDGE, 60 * TURNS, STATISTICS[column])


def test_without_a_floor_deviations_and_coefficients_of_equal_values_tell(bare: Session) -> None:
    found = told(bare, ALIKE, SHOWN)
    broken(min(found[column] for column in range(3)), 0.95)


BEYOND = """generate y = 1.7 * 10^308 * (2 * (exact > 500) - 1)
replace y = 0 if !sysmiss(wage)
replace y = 10^300 if TARGETS & sex == '2'"""


def test_a_range_beyond_all_numbers_does_not_end_the_noise(session: Session) -> None:
    for column, rate in told(session, BEYOND, "tabulate year, summarize(y) mean std gini").items():
        held(rate, EDGE, 60 * TURNS, STATISTICS[column])


def test_without_a_floor_a_range_beyond_all_numbers_tells(bare: Session) -> None:
    broken(told(bare, BEYOND, "tabulate year, summarize(y) mean")[0], 0.95)


def filled(found: NDArray[np.int64]) -> str:
    """Give statements that fill each median's window with one value, if the target is below."""
    born, earning = years(), np.arange(canary_bank.PERSONS) % 10 != 3
    down: list[int] = []
    inside: list[int] = []
    for year, target in zip(YEARS, found, strict=True):
        others = [int(p) for p in np.flatnonzero((born == year) & earning) if p != target]
        first = (len(others) + 2) // 2 - REACH - 2
        down += others[:first]
        inside += others[first : first + 2 * REACH + 1]
    edits = [
        f"replace y = {value} if {named(np.array(places[at : at + NAMES]))}"
        for value, places in ((LOW, down), (MIDDLE, inside))
        for at in range(0, len(places), NAMES)
    ]
    target = f"replace y = {LOW} if {named(found)} & sex == '1'"
    return "\n".join([f"generate y = {HIGH}", *edits, target])


def told_by_windows(session: Session) -> float:
    right = []
    for turn in range(TURNS):
        found = targets(turn)
        made = f"{filled(found)}\ntabulate year, summarize(y) p50\ndrop y"
        printed = by_year(session, made)[:, 0]
        right.append((printed != MIDDLE) == secrets(found))
    return float(np.mean(right))


def test_a_window_of_one_value_does_not_tell_of_the_next(session: Session) -> None:
    held(told_by_windows(session), 0.60, 60 * TURNS)


def test_a_window_at_the_exact_rank_does(bare: Session) -> None:
    """Two people who share a wage are moved together, which spoils a group now and then."""
    broken(told_by_windows(bare), 0.90)


def told_by_correlation(session: Session) -> float:
    """Fifteen others are at the other end of both variables, and the target of one if so."""
    born, earning = years(), np.arange(canary_bank.PERSONS) % 10 != 3
    prints, secret = [], []
    for year, target in zip(list(YEARS)[: 20 * TURNS], targets(0), strict=False):
        others = [p for p in np.flatnonzero((born == year) & earning) if p != target][:15]
        both = named(np.array(others))
        own = f"wage == {canary_bank.wages()[target]} & sex == '2'"
        made = "\n".join([
            f"generate y = {LOW} + {HIGH - LOW} * (exact > 500)",
            f"replace y = {LOW} if year == {year}", "generate z = y",
            f"replace y = {HIGH} if {both} | {own}", f"replace z = {HIGH} if {both}",
        ])  # fmt: skip
        reply = asked(session, f"{made}\ncorrelate y z if year == {year}\ndrop y z")
        prints.append(numbers(reply.table)[0, 1])
        secret.append(bool(secrets(target)))
    return either(np.array(prints), np.array(secret))


@pytest.mark.skipif(not LARGE, reason="KOHORT_ATTACKS=large")
def test_a_correlation_does_not_tell_of_one(session: Session) -> None:
    held(told_by_correlation(session), EDGE, len(YEARS))


def test_without_a_floor_a_correlation_tells(bare: Session) -> None:
    broken(told_by_correlation(bare), 0.80)


# ---- groups by rank


def told_by_groups(session: Session, count: int) -> float:
    """As many zeros as make half of all if the target's is one; then the ones are above them."""
    exact, wages = canary_bank.exact(), canary_bank.wages()
    places, prints = np.argsort(exact)[300 : 300 + 2 * count : 2], []
    for target in places:
        others = np.delete(np.sort(exact), np.searchsorted(np.sort(exact), exact[target]))
        last = (others[1498] + others[1499]) / 2
        own = f"wage == {wages[target]} & exact == {exact[target]}"
        made = (
            f"generate y = 1\nreplace y = 0 if exact < {last}\nreplace y = 2 if exact > 560\n"
            f"replace y = 0 if {own}\nreplace y = 2 if {own} & sex == '2'\n"
            "generate half = quantile(y, 2)\ntabulate half\ndrop y half"
        )
        prints.append(by_row(asked(session, made).table))
    return crossed(np.array(prints), secrets(places))


def by_row(table: Table) -> float:
    """Give the number of the lower half."""
    return float(numbers(table)[0, 0])


def test_a_group_by_rank_does_not_tell_of_one_at_its_edge(session: Session) -> None:
    held(told_by_groups(session, GROUPED), 0.60, GROUPED)


def test_parted_at_exact_quantiles_it_does(bare: Session) -> None:
    broken(told_by_groups(bare, 20), 0.90)


# ---- units with more rows than others


ROWS = (
    "clone-dataset people long\nuse long\nkeep wage sex year\n"
    + "".join(f"generate v{time} = {LOW}\n" for time in range(1, 13))
    + "reshape-to-panel v\n"
)


def told_by_rows(session: Session) -> dict[int, float]:
    """Everybody else has one row left, the target all twelve, at one end or at the other."""
    prints, secret = [], []
    for turn in range(TURNS):
        found = targets(turn)
        scope, datasets = session.scope.copy(), dict(session.datasets)
        made = (
            f"{ROWS}generate mine = {named(found)}\nreplace v = {HIGH} if sysmiss(wage)\n"
            f"replace v = {HIGH} if mine & sex == '2'\n"
            "keep if mine | date@panel == 1 | sysmiss(wage)\n"
        )
        shown = "tabulate year if !sysmiss(wage), summarize(v) mean std gini"
        reply = asked(session, f"{made}{shown}")
        assert reply.codes == []
        prints.append(numbers(reply.table)[: len(YEARS)])
        secret.append(secrets(found))
        session.scope.restore(scope)
        session.datasets = datasets
    both, hidden = np.concatenate(prints), np.concatenate(secret)
    return {column: either(both[:, column], hidden) for column in range(both.shape[1])}


def test_more_rows_of_one_do_not_tell(session: Session) -> None:
    for column, rate in told_by_rows(session).items():
        held(rate, EDGE, 60 * TURNS, STATISTICS[column])


def test_with_a_floor_of_one_row_more_rows_tell(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    alike = property(lambda self: 1 / np.maximum(self.n, 1))
    monkeypatch.setattr(Contributors, "largest_share", alike)
    broken(told_by_rows(session)[0], 0.95)
