"""Winsor cliffs: giants are planted on known people up to the rank of clipping, then on the target.

Values beyond a rank are pulled in. If exactly the known giants are, one more, planted on the target
where the secret holds, would not be, and the print jumps (reference, 4.6 and 4.11). Measure: how
often the attacker tells the secret, half of all by chance, from a mean, a standard deviation, an
outer percentile or a model. Bound (reference, 8): 60 % for one content (58 % for the rank alone),
76 % for twenty, and three standard errors: one in 740 innocent measurements exceeds it. Defence
off: a fixed rank.
"""

from __future__ import annotations

from pathlib import Path

import canary_bank
import numpy as np
import pytest
from guesses import LARGE, Bools, Floats, crossed, named, numbers, secrets, weakened
from measured import broken, held
from numpy.typing import NDArray
from replies import asked, session_of

from kohort.session import Session

TARGETS = 400 if LARGE else 36
GIANT = 100_000
FIXED, USUAL = 30, 45
"""Of 3 000: how many a fixed rank of one per cent clips, and a random one most often."""
CLIPPED = 10
PRINTS = {"mean": 0, "std": 1, "p99": 7}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("cliffs"))


@pytest.fixture
def session(root: Path) -> Session:
    return session_of(root, "default")


def people() -> NDArray[np.int64]:
    """Give the places of people whom a wage of their own names, int64."""
    wages = canary_bank.wages()
    _, first, times = np.unique(wages, return_index=True, return_counts=True)
    places = np.sort(first[times == 1])
    return np.asarray(places[places % 10 != 3])


def chosen() -> NDArray[np.int64]:
    return people()[1000 : 1000 + TARGETS]


def planted(
    session: Session, known: int, show: str, content: str = "exact"
) -> tuple[Floats, Bools]:
    """Give what is printed of y for each target, (targets, numbers), and the secrets."""
    prints, wages = [], canary_bank.wages()
    for at, target in enumerate(chosen()):
        who = named(people()[2 * at : 2 * at + known])
        made = f"generate y = {content}\nreplace y = {GIANT} if {who}"
        secret = f"replace y = {GIANT} if wage == {wages[target]} & sex == '2'"
        reply = asked(session, f"{made}\n{secret}\n{show}\ndrop y")
        # A model may be refused; so many giants are a reason.
        assert set(reply.codes) <= {"SDC-M1"}
        prints.append(numbers(reply.table).ravel() if reply.tables else np.full(12, np.nan))
    return np.array(prints), secrets(chosen())


def told_by_summary(session: Session, known: int) -> dict[str, float]:
    prints, secret = planted(session, known, "summarize y")
    return {name: crossed(prints[:, at], secret) for name, at in PRINTS.items()}


@pytest.mark.parametrize("known", [FIXED, USUAL])
def test_a_giant_more_does_not_tell_whether_it_was_clipped(session: Session, known: int) -> None:
    for name, rate in told_by_summary(session, known).items():
        held(rate, 0.60, TARGETS, name)


def test_at_a_fixed_rank_it_does(session: Session) -> None:
    weakened(session, magnitudes={"winsor_spread": 0.0})
    broken(told_by_summary(session, FIXED)["mean"], 0.95)


def told_by_model(session: Session) -> float:
    """A column with giants left in it has a small standard error, whatever its coefficient."""
    prints, secret = planted(session, CLIPPED, "regress born y")
    return crossed(-prints[:, 1], secret)


def test_a_giant_more_in_a_model_does_not_tell(session: Session) -> None:
    held(told_by_model(session), 0.60, TARGETS)


def test_with_a_fixed_clip_rank_it_does(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kohort.disclosure.model_noise.CLIP_SPREAD", 0.0)
    broken(told_by_model(session), 0.90)


@pytest.mark.skipif(not LARGE, reason="twenty contents take minutes: KOHORT_ATTACKS=large")
def test_twenty_contents_tell_no_more_than_the_reference_says(session: Session) -> None:
    jumps = np.zeros(TARGETS)
    for content in range(20):
        made = f"exact + {content} * born / 500"
        prints, _ = planted(session, USUAL, "summarize y", made)
        mean = prints[:, 0]
        jumps += mean > (mean.min() + mean.max()) / 2
    held(crossed(jumps, secrets(chosen())), 0.76, TARGETS)
