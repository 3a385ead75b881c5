"""Trackers: a set of one asked for as the difference of large sets (Denning and Schlörer 1980).

The individual tracker takes the target out by a condition that everybody else meets. The general
tracker T pads the target's set with half of all people, and with the other half, and takes both
halves off again; it serves for every target, and other halves give further equations. Measure: how
often a yes or no about the target is told, and how often an income is found within ten per cent
from sums. Bounds (reference, 8): 59 % where all others are known, 75 % for five trackers, as many
incomes as a guess finds, and three standard errors; one in 740 innocent measurements exceeds a
bound. Defence off: exact counts, and sums of exact means.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import canary_bank
import numpy as np
import pytest
from guesses import (
    LARGE,
    YEARS,
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

from kohort.session import Session

TURNS = 20 if LARGE else 3
TRACKERS = 5
EXACT: dict[str, dict[str, Any]] = {
    "counts": {"perturb": False},
    "magnitudes": {
        "kwj_eta": 0.0, "floor_c": 0.0, "winsor": (0.0, 1.0), "digits": 12, "wording_share": 0.0,
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("trackers"))


def started(root: Path) -> Session:
    session = session_of(root, "default")
    made = "generate year = int(born/100)\ngenerate income = wage - 1000000\n" + "".join(
        f"generate t{k} = int(exact * {7 + 10 * k}) - 2 * int(exact * {7 + 10 * k} / 2) > 0\n"
        for k in range(TRACKERS)
    )
    assert asked(session, made).codes == []
    return session


@pytest.fixture(scope="module")
def session(root: Path) -> Session:
    return started(root)


@pytest.fixture(scope="module")
def bare(root: Path) -> Session:
    return weakened(started(root), **EXACT)


def counted(session: Session, condition: str) -> Floats:
    reply = asked(session, f"tabulate year if {condition}")
    assert reply.codes == [], reply.told
    return numbers(reply.table)[: len(YEARS), 0]


def others(found: NDArray[np.int64]) -> Floats:
    """Give how many people each year has besides the target: what the attacker knows."""
    born = years()
    return np.array([(born == born[place]).sum() - 1.0 for place in found])


def by_individual(session: Session) -> float:
    """All of the year, less those who are not the target or lack the secret."""
    scores, secret = [], []
    for turn in range(TURNS):
        found = targets(turn)
        own = f"{named(found)} & sex == '2'"
        scores.append(counted(session, "exact > 0") - counted(session, f"exact > 0 & !({own})"))
        secret.append(secrets(found))
    return crossed(np.concatenate(scores), np.concatenate(secret))


def by_general(session: Session, trackers: int) -> float:
    """C or T, and C or not T: both halves once, and the target once more if the secret holds."""
    scores, secret = [], []
    for turn in range(TURNS):
        found = targets(turn)
        asked(session, f"generate target = {named(found)}")
        own, told = "(target & sex == '2')", np.zeros(len(YEARS))
        for k in range(trackers):
            told += counted(session, f"(t{k} & !target) | {own}")
            told += counted(session, f"(!t{k} & !target) | {own}")
        asked(session, "drop target")
        scores.append(told / trackers - others(found))
        secret.append(secrets(found))
    return crossed(np.concatenate(scores), np.concatenate(secret))


def test_the_individual_tracker_tells_no_more_than_noise_allows(session: Session) -> None:
    held(by_individual(session), 0.60, 60 * TURNS)


def test_of_exact_counts_the_individual_tracker_tells_all(bare: Session) -> None:
    broken(by_individual(bare), 0.99)


@pytest.mark.parametrize(("trackers", "bound"), [(1, 0.62), (TRACKERS, 0.75)])
def test_general_trackers_tell_no_more_than_noise_allows(
    session: Session, trackers: int, bound: float
) -> None:
    """Each asks for two sets that the target belongs to or not: with one, 0.62 by 1 / sqrt(5)."""
    held(by_general(session, trackers), bound, 60 * TURNS)


def test_of_exact_counts_a_general_tracker_tells_all(bare: Session) -> None:
    broken(by_general(bare, 1), 0.99)


def incomes_by_sums(session: Session) -> tuple[Floats, Floats, Floats]:
    """Give incomes from sums over C or T, C or not T, and all; the truth; medians of the years."""
    born, earning = years(), np.arange(canary_bank.PERSONS) % 10 != 3
    value = canary_bank.wages() - 1_000_000.0
    shown, true = [], []
    for turn in range(TURNS):
        found = targets(turn)
        parts = [
            by_year(session, f"tabulate year if {c}, summarize(income) sum")[:, 0]
            for c in (f"t0 | {named(found)}", f"!t0 | {named(found)}", "exact > 0")
        ]
        shown.append(parts[0] + parts[1] - parts[2])
        true.append(value[found])
    middles = [float(np.median(value[(born == year) & earning])) for year in YEARS]
    return np.concatenate(shown), np.concatenate(true), np.tile(np.array(middles), TURNS)


def near(found: Floats, true: Floats) -> float:
    return float(np.mean(np.abs(found - true) <= 0.10 * true))


def test_sums_over_a_tracker_do_not_tell_an_income(session: Session) -> None:
    shown, true, middles = incomes_by_sums(session)
    held(near(shown, true), near(middles, true), len(true))


def test_exact_sums_over_a_tracker_do(bare: Session) -> None:
    shown, true, _ = incomes_by_sums(bare)
    broken(near(shown, true), 0.99)
