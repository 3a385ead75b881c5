"""Median steering: known people are moved to either side, so that the target is in the middle.

The attacker knows everybody else of the group, gives half of them a low number and half a high one,
and asks for the median: without protection that is the target's own value. Measures: the share of
targets whose income is found within ten per cent, read off the print, solved from the window of
eleven around it, or by bisection with edits (prints compared by nearness). Bounds (reference, 4.7
and 8): as many as a guess of the median of all finds, 17 % by bisection, and three standard errors
each: one in 740 innocent measurements exceeds a bound. Defence off: the exact rank, and noise keyed
by the set and its content alone.
"""

from __future__ import annotations

from pathlib import Path

import canary_bank
import numpy as np
import pytest
from guesses import (
    LARGE,
    SET_ALONE,
    YEARS,
    Floats,
    by_year,
    named,
    targets,
    weakened,
    within,
    years,
)
from measured import broken, held
from numpy.typing import NDArray
from replies import asked, session_of

from kohort.session import Session

TURNS, BISECTED = (10, 10) if LARGE else (2, 1)
STEPS = 8
GAPS = ((0, 2_000_000), (300_000, 900_000), (400_000, 500_000))
FIRST, LAST = 0.0, 1_400_000.0
REACH = 5
"""Half the least window of a percentile."""
UNLIKELY = 0.29
"""In gaps: a difference that two draws of half the noise seldom make, and two of all rather do."""
NAMES = 90
"""As many people as a list may name, and a few less."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("steering"))


def started(root: Path) -> Session:
    session = session_of(root, "default")
    asked(session, "generate year = int(born/100)\ngenerate income = wage - 1000000")
    return session


@pytest.fixture(scope="module")
def session(root: Path) -> Session:
    return started(root)


def incomes(places: NDArray[np.int64]) -> Floats:
    return canary_bank.wages()[places].astype(np.float64) - 1_000_000


def steered(places: NDArray[np.int64], low: float, high: float) -> str:
    """Give statements that put each target in the middle of a year's people with a wage."""
    born, earning, down = years(), np.arange(canary_bank.PERSONS) % 10 != 3, []
    for year, target in zip(YEARS, places, strict=True):
        others = [p for p in np.flatnonzero((born == year) & earning) if p != target]
        down += others[: (len(others) + 2) // 2 - 1]
    lists = [named(np.array(down[at : at + NAMES])) for at in range(0, len(down), NAMES)]
    made = [
        f"generate y = {high} if !sysmiss(wage)",
        *(f"replace y = {low} if {one}" for one in lists),
    ]
    return "\n".join([*made, f"replace y = income if {named(places)}", ""])


def read(session: Session, low: float, high: float) -> tuple[Floats, Floats]:
    """Give the printed medians of the targets' groups, and the targets' incomes."""
    prints, true = [], []
    for turn in range(TURNS):
        places = targets(turn)
        shown = f"{steered(places, low, high)}tabulate year, summarize(y) p50\ndrop y"
        prints.append(by_year(session, shown)[:, 0])
        true.append(incomes(places))
    return np.concatenate(prints), np.concatenate(true)


def guessed(true: Floats) -> float:
    """Give how many a guess of the median of all finds."""
    everybody = incomes(np.flatnonzero(np.arange(canary_bank.PERSONS) % 10 != 3))
    return within(np.full(len(true), np.median(everybody)), true, 0.10)


@pytest.mark.parametrize(("low", "high"), GAPS)
def test_a_median_steered_onto_a_person_is_not_the_persons(
    session: Session, low: float, high: float
) -> None:
    prints, true = read(session, low, high)
    held(within(prints, true, 0.10), guessed(true), len(true))
    held(within(prints, true, 0.01), 0.025, len(true))
    # The window's mean holds the target's value once, the others' known numbers ten times.
    solved = (2 * REACH + 1) * prints - REACH * (low + high)
    held(within(solved, true, 0.10), guessed(true), len(true))


def test_at_the_exact_rank_it_is(root: Path) -> None:
    exact = weakened(started(root), quantiles={"window_min": 0, "window_frac": 0.0, "noise": 1e-9})
    prints, true = read(exact, *GAPS[0])
    # Two pairs of people share a wage, and both are moved.
    broken(within(prints, true, 0.01), 0.90)


def bisected(session: Session) -> tuple[Floats, Floats]:
    """Find incomes by halving: does the print move when the target goes up beyond a limit?"""
    low, high = GAPS[1]
    found, true = [], []
    for turn in range(BISECTED):
        places = targets(turn)
        made = f"{steered(places, low, high)}generate z = y\ndrop y"
        shown = "tabulate year, summarize(z) p50"
        asked(session, f"{made}\nreplace z = {low} if {named(places)}")
        plain = by_year(session, shown)[:, 0]
        below, above = np.full(len(YEARS), FIRST), np.full(len(YEARS), LAST)
        for _ in range(STEPS):
            middle = (below + above) / 2
            limits = zip(middle, YEARS, strict=True)
            rules = " ".join(f"({year} = {value:.0f})" for value, year in limits)
            set_ = f"clone-variables year -> limit\nrecode limit {rules}"
            edit = f"generate e = z\nreplace e = {high} if {named(places)} & income > limit"
            ask = "\n".join([set_, edit, shown.replace("(z)", "(e)"), "drop e limit"])
            moved = np.abs(by_year(session, ask)[:, 0] - plain) > limit_of(session) * (high - low)
            below, above = np.where(moved, middle, below), np.where(moved, above, middle)
        asked(session, "drop z")
        found.append((below + above) / 2)
        true.append(incomes(places))
    return np.concatenate(found), np.concatenate(true)


def limit_of(session: Session) -> float:
    """Give how far apart, in gaps, prints must be: anything at all where equal sets print alike."""
    return UNLIKELY if session.gate.policy.profile.magnitudes.wording_share else 0.0


def test_bisection_with_medians_does_not_find_incomes(session: Session) -> None:
    found, true = bisected(session)
    held(within(found, true, 0.10), 0.17, len(true))
    held(within(found, true, 0.01), 0.07, len(true))


def test_with_the_set_alone_in_the_key_it_does(root: Path) -> None:
    found, true = bisected(weakened(started(root), **SET_ALONE))
    broken(within(found, true, 0.10), 0.90)
