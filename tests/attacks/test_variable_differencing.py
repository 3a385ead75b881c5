"""Variable differencing: a variable against itself with the target's value put in or taken out.

`a` is everybody's income, `b` the same with a known number for the target, `c` with another: then
(a - b) / (c - b) of the means tells where the target's income lies between the two (reference,
3.4). Measure: the share of targets whose income is found within ten per cent. Bound: as many as a
guess of the group's median finds, and three standard errors (the reference finds 0.2 % within one
per cent; one in 740 innocent measurements exceeds the bound). Defence off: noise keyed by the set,
without the content of the variable, and numbers printed to the last digit.
"""

from __future__ import annotations

from pathlib import Path

import canary_bank
import numpy as np
import pytest
from guesses import LARGE, YEARS, Floats, by_year, named, targets, weakened, within, years
from measured import broken, held
from numpy.typing import NDArray
from replies import asked, session_of

from kohort.disclosure.contributors import Contributors
from kohort.session import Session

TURNS = 10 if LARGE else 4
LOW, HIGH = 200_000.0, 900_000.0
MADE = "generate year = int(born/100)\ngenerate a = wage - 1000000"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("variables"))


@pytest.fixture
def session(root: Path) -> Session:
    session = session_of(root, "default")
    asked(session, MADE)
    return session


def incomes() -> Floats:
    """Give everybody's income, float64; also of those who have none in the databank."""
    return canary_bank.wages().astype(np.float64) - 1_000_000


def prints(session: Session, places: NDArray[np.int64], statistic: str) -> Floats:
    """Give the statistic of a, b and c in each target's group, float64 (targets, 3)."""
    who = named(places)
    made = (
        f"generate b = a\nreplace b = {LOW} if {who}\ngenerate c = a\nreplace c = {HIGH} if {who}"
    )
    shown = f"tabulate year, summarize(a b c) {statistic}"
    return by_year(session, f"{made}\n{shown}\ndrop b c")


def found(session: Session, statistic: str) -> tuple[Floats, Floats, Floats]:
    """Give what the attacker finds, the truth, and the median of each target's group."""
    value, born = incomes(), years()
    earning = np.arange(canary_bank.PERSONS) % 10 != 3
    middles = [np.median(value[(born == year) & earning]) for year in YEARS]
    all_found, all_true = [], []
    for turn in range(TURNS):
        places = targets(turn)
        a, b, c = prints(session, places, statistic).T
        with np.errstate(divide="ignore", invalid="ignore"):
            all_found.append(LOW + (HIGH - LOW) * (a - b) / (c - b))
        all_true.append(value[places])
    return np.concatenate(all_found), np.concatenate(all_true), np.tile(middles, TURNS)


def without_content(group: Contributors, bits: int = 20, *_: object) -> NDArray[np.uint64]:
    """Stand for the content of every variable."""
    return np.zeros(group.k, dtype=np.uint64)


@pytest.mark.parametrize("statistic", ["mean", "sum"])
def test_two_variables_that_differ_for_one_person_do_not_tell_the_value(
    session: Session, statistic: str
) -> None:
    shown, true, middles = found(session, statistic)
    guessed = within(middles, true, 0.10)
    held(within(shown, true, 0.10), guessed, len(true))
    held(within(shown, true, 0.01), 0.02, len(true))


def test_with_noise_keyed_by_the_set_they_do(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("magnitudes", "winsor"):
        monkeypatch.setattr(f"kohort.disclosure.{module}.content_fingerprints", without_content)
    weakened(session, magnitudes={"wording_share": 0.0, "digits": 12})
    shown, true, _ = found(session, "mean")
    broken(within(shown, true, 0.10), 0.90)


def test_the_median_does_not_tell_either(session: Session) -> None:
    """Sending the target to either end moves the middle by half a rank, not by an amount."""
    shown, true, middles = found(session, "p50")
    held(within(shown, true, 0.10), within(middles, true, 0.10), len(true))
