"""Equality: a secret put into a filter, and two prints compared for being the same.

The question without the target, against the question with the target if the secret holds: one set
twice, or two sets. Measure: how often the attacker tells the secret, half of all by chance. Bound
(reference, 8): 60 % from one pair of prints, and three standard errors: one in 740 innocent
measurements exceeds it. Defence off: noise keyed by set and content alone, as classical cell keys.
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
    Bools,
    Floats,
    combined,
    crossed,
    named,
    numbers,
    secrets,
    targets,
    weakened,
    years,
)
from measured import broken, held
from replies import asked, session_of

from kohort.session import Session

TURNS = 10 if LARGE else 5
PAIRS = 600 if LARGE else 48
OFF_PAIRS = 20
PRINTS = ("mean", "std", "sum", "p50", "gini", "freq")
COLUMNS = {print_: place for place, print_ in enumerate(PRINTS)}
TABLE = f"tabulate year if C, summarize(exact) {' '.join(PRINTS)}"
ONE_MODEL = {
    "correlate": ("correlate v exact if C", (0, 1)),
    "regress": ("regress v exact born if C", (0, 0)),
    "normaltest": ("normaltest v if C", (0, 0)),
    "predictions": ("regress-predict v exact if C, predicted(p)\nsummarize p\ndrop p", (0, 1)),
}
BARS = "histogram above if C, discrete freq by(year)"
MADE = "generate above = exact > 500\ngenerate year = int(born/100)\ngenerate v = wage - 1000000"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("equality"))


def started(root: Path, off: bool) -> Session:
    session = session_of(root, "default")
    if off:
        weakened(session, **SET_ALONE)
    asked(session, MADE)
    return session


@pytest.fixture(scope="module")
def session(root: Path) -> Session:
    return started(root, off=False)


@pytest.fixture(scope="module")
def bare(root: Path) -> Session:
    return started(root, off=True)


def all_years(session: Session, command: str) -> tuple[list[Floats], list[Floats], Bools]:
    """Give the last table without and with the targets who have the secret, turn by turn."""
    without: list[Floats] = []
    with_: list[Floats] = []
    secret = []
    for turn in range(TURNS):
        found = targets(turn)
        for tables, condition in ((without, "!target"), (with_, "!target | sex == '2'")):
            made = f"generate target = {named(found)}\n{command.replace('C', condition)}"
            reply = asked(session, f"{made}\ndrop target")
            assert reply.codes == []
            tables.append(numbers(reply.table))
        secret.append(secrets(found))
    return without, with_, np.concatenate(secret)


def differences(session: Session, command: str) -> tuple[Floats, Bools]:
    """Give how the prints about each target's group differ, (targets, prints), and the secrets."""
    without, with_, secret = all_years(session, command)
    rows = slice(0, len(YEARS))
    return np.concatenate([b[rows] - a[rows] for a, b in zip(without, with_, strict=True)]), secret


def told_by_table(session: Session) -> dict[str, float]:
    found, secret = differences(session, TABLE)
    return {print_: crossed(np.abs(found[:, at]), secret) for print_, at in COLUMNS.items()}


def test_prints_of_a_table_that_are_alike_do_not_tell(session: Session) -> None:
    for print_, rate in told_by_table(session).items():
        held(rate, 0.60, 60 * TURNS, print_)


def test_with_the_set_alone_in_the_key_every_print_of_a_table_tells(bare: Session) -> None:
    broken(min(told_by_table(bare).values()), 0.90)


def test_five_prints_of_one_pair_tell_no_more_than_five_pairs(session: Session) -> None:
    """Each statistic has noise of its own, so each is a pair: 75 % for five (reference, 8)."""
    found, secret = differences(session, TABLE)
    apart = [COLUMNS[print_] for print_ in PRINTS if print_ != "sum"]
    held(combined(found[:, apart], secret), 0.75, 60 * TURNS)


def test_with_the_set_alone_in_the_key_five_prints_tell_all(bare: Session) -> None:
    found, secret = differences(bare, TABLE)
    broken(combined(found, secret), 0.97)


def told_by_bars(session: Session) -> float:
    found, secret = differences(session, "barchart (mean) exact if C, over(year)")
    return crossed(np.abs(found[:, 0]), secret)


def test_bars_that_are_alike_do_not_tell(session: Session) -> None:
    held(told_by_bars(session), 0.60, 60 * TURNS)


def test_with_the_set_alone_in_the_key_bars_tell(bare: Session) -> None:
    broken(told_by_bars(bare), 0.90)


def told_by_histograms(session: Session) -> float:
    """Compare the bar of the target's own value in the histogram of each year."""
    without, with_, secret = all_years(session, BARS)
    scores = []
    for turn, tables in enumerate(zip(without, with_, strict=True)):
        bands = (canary_bank.exact()[targets(turn)] > 500).astype(int)
        low, high = (table[:, 2].reshape(len(YEARS), 2) for table in tables)
        scores.append(np.abs(high - low)[np.arange(len(YEARS)), bands])
    return crossed(np.concatenate(scores), secret)


def test_histograms_that_are_alike_do_not_tell(session: Session) -> None:
    held(told_by_histograms(session), 0.60, 60 * TURNS)


def test_with_the_set_alone_in_the_key_histograms_tell(bare: Session) -> None:
    broken(told_by_histograms(bare), 0.85)


def told_by_models(session: Session, model: str, pairs: int) -> float:
    """Compare a coefficient for the eleven years around each target."""
    command, place = ONE_MODEL[model]
    born, scores, secret = years(), [], []
    for target in np.concatenate([targets(turn) for turn in range(20)])[:pairs]:
        wage, near = canary_bank.wages()[target], f"abs(year - {born[target]}) < 6"
        prints = []
        for condition in (f"wage != {wage}", f"(wage != {wage} | sex == '2')"):
            reply = asked(session, command.replace("C", f"{near} & {condition}"))
            assert reply.codes == []
            prints.append(numbers(reply.table)[place])
        scores.append(abs(prints[0] - prints[1]))
        secret.append(secrets(target))
    return crossed(np.array(scores), np.array(secret))


@pytest.mark.parametrize("model", ONE_MODEL)
def test_coefficients_that_are_alike_do_not_tell(session: Session, model: str) -> None:
    held(told_by_models(session, model, PAIRS), 0.60, PAIRS)


@pytest.mark.parametrize("model", ONE_MODEL)
def test_with_the_set_alone_in_the_key_coefficients_tell(bare: Session, model: str) -> None:
    broken(told_by_models(bare, model, OFF_PAIRS), 0.80)
