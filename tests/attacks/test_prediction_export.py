"""Predictions of a fit about one person, summarised afterwards.

An outcome that is zero for all but the target makes everybody's prediction out of the target's
value: thousands of equal numbers, whose mean is theirs. Measure: how often the value is found
within two per cent. Bound: no more than by guessing the median, and three standard errors (one
innocent measurement in 740 exceeds it). Defence off: predictions of the plain fit, whose means
carry no noise but that of counts.
"""

from __future__ import annotations

import math
from pathlib import Path

import canary_bank
import numpy as np
import pytest
from distances import balanced
from guesses import LARGE, within
from measured import broken, held
from replies import asked, number, session_of

from kohort.session import Session

TARGETS = 60 if LARGE else 8
OFF = 4
SPREAD = {
    "regress": ("regress-predict y born, predicted(p)", 1.0),
    "regress, factor": ("regress-predict y i.sex, predicted(p)", 1.0),
    "ivregress": ("ivregress-predict y (born = man rare), predicted(p)", 1.0),
    "poisson": ("poisson-predict y born, predicted(p)", 1.0),
    "negative-binomial": ("negative-binomial-predict y born, predicted(p)", 1.0),
    "regress-mml": ("regress-mml-predict y born by decade, predicted(p)", 1.0),
}
EXACT_WHEN_PLAIN = ("regress", "regress, factor", "poisson")
"""The mean of their predictions is the mean of the outcome."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("predictions"))


def started(root: Path, profile: str) -> Session:
    session = session_of(root, profile)
    made = "generate man = sex == '1'\ngenerate decade = int(born / 1000)"
    assert asked(session, made).codes == []
    return session


@pytest.fixture(scope="module")
def session(root: Path) -> Session:
    return started(root, "default")


@pytest.fixture(scope="module")
def bare(root: Path) -> Session:
    """The platform's own measures: models without clipping, guards and weights."""
    return started(root, "microdata-no")


def mean_prediction(session: Session, outcome: str, command: str) -> float:
    """Give the mean of predictions times everybody; NaN where nothing is shown."""
    reply = asked(session, f"generate y = {outcome}\n{command}\nsummarize p\ndrop y p")
    assert reply.codes == [], reply.told
    cells = reply.table.cells[0]
    return math.nan if cells[0].v is None else number(reply.table, "p", "mean")


def found_by(session: Session, command: str, targets: int) -> tuple[float, list[float]]:
    """Give how often the value is found, and the values."""
    people = balanced(targets, 5)
    whole = np.floor(canary_bank.exact()[people])
    found = [
        mean_prediction(
            session,
            f"int(exact) * {canary_bank.PERSONS} * (wage == {canary_bank.wages()[place]})",
            command,
        )
        for place in people
    ]
    return within(found, whole, 0.02), list(whole)


@pytest.mark.parametrize("model", SPREAD)
def test_predictions_do_not_spread_the_value_of_one(session: Session, model: str) -> None:
    rate, true = found_by(session, SPREAD[model][0], TARGETS)
    guessed = within([float(np.median(canary_bank.exact()))] * len(true), true, 0.02)
    held(rate, max(guessed, 0.05), len(true))


@pytest.mark.parametrize("model", EXACT_WHEN_PLAIN)
def test_predictions_of_a_plain_fit_spread_it(bare: Session, model: str) -> None:
    broken(found_by(bare, SPREAD[model][0], OFF)[0], 0.99)


def remainders(session: Session, targets: int) -> float:
    """Forty known people share a value, and the target has their own: what is left of the sum."""
    people, wages = balanced(targets, 6), canary_bank.wages()
    found = []
    for place in people:
        known = [p for p in balanced(60, 100 + int(place)) if p != place][:40]
        listed = ", ".join(f"{wages[p]}" for p in known)
        outcome = f"1000 * inlist(wage, {listed}) + exact * (wage == {wages[place]})"
        mean = mean_prediction(session, outcome, "regress-predict y man, predicted(p)")
        found.append(mean * canary_bank.PERSONS - 40 * 1000)
    # Four digits of a sum of about 40 500 leave five on either side.
    return within(found, canary_bank.exact()[people], 0.02)


def test_a_value_among_forty_known_ones_is_not_left_over(session: Session) -> None:
    held(remainders(session, TARGETS), 0.09, TARGETS)


def test_of_a_plain_fit_it_is(bare: Session) -> None:
    """Not always: four digits of the sum are rounded, and two people may have one wage."""
    broken(remainders(bare, TARGETS), 0.6)


@pytest.mark.parametrize("kind", ["predicted", "residuals", "cooksd"])
def test_a_fit_that_singles_somebody_out_gives_nothing(session: Session, kind: str) -> None:
    """Nor does one that singles out nobody: all are missing, and the reply is the same."""
    for place in balanced(4, 7):
        for wage in (canary_bank.wages()[place], 1):
            made = f"generate d = wage == {wage}\nregress-predict exact d born, {kind}(p)"
            reply = asked(session, f"{made}\nsummarize p\ndrop d p")
            assert reply.codes == []
            assert [cell.v for cell in reply.table.cells[0]][:2] == [None, None]


def test_of_a_plain_fit_it_gives_what_tells(bare: Session) -> None:
    """Everybody but the target has a distance: their number is one less, and the mean is shown."""
    place = balanced(4, 7)[0]
    made = (
        f"generate d = wage == {canary_bank.wages()[place]}\nregress-predict exact d, predicted(p)"
    )
    assert asked(bare, f"{made}\nsummarize p\ndrop d p").table.cells[0][0].v is not None
