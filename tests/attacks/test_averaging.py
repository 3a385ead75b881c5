"""Averaging: one question in many dresses, so that noise would wear off.

Labels, names and trivially different words must give one and the same print. Other wordings wear
off the wording's half of the noise alone; other divisions and samples of a set have noise of their
own and are counted by the audit. Measures: the share of true counts found by rounding an average,
and how often a secret is told from averages of both sides, half of all by chance. Bounds
(reference, 8): 24 % of counts (the set's half has a variance of 2.5); 77 % for ten wordings of each
side, 69 % for sums over divisions, 68 % for sums over samples and 78 % for their likelihoods, 83 %
for ten pairs of other groups around the target; three standard errors each: one in 740 innocent
measurements exceeds a bound.
Defence off: all noise in the wording's half, noise drawn anew, keys of the set alone, or samples
at will.
"""

from __future__ import annotations

from itertools import count
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
    by_year,
    ceiling,
    combined,
    crossed,
    named,
    secrets,
    targets,
    weakened,
    years,
)
from measured import broken, held
from replies import asked, cells_of, session_of

from kohort import sample_shares
from kohort.disclosure.keys import Prf, Secret
from kohort.session import Session

TURNS = 10 if LARGE else 2
WORDINGS, DIVISIONS, SEEDS = 10, 10, 16
ALL_IN_WORDS = {"counts": {"wording_share": 0.98}}
OF_SAMPLES, LIKENESS = 0.68, 0.78
"""What normal noise of a variance of 10 between samples that hold the target, else of 5, lets sums
and the likelihood of two samples each of 0.4, 0.5, 0.6, 0.75, 0.8 and 0.9 tell (40 000 trials of
such noise). Sixteen samples of nine tenths: 0.76 and 0.87; thirty shares of each of sixteen seeds:
0.99 and 1.00. All samples that there are, of one in a hundred and more: 0.61 and 0.82."""
PAIR = ("!target", "!target | sex == '2'")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("averaging"))


@pytest.fixture
def session(root: Path) -> Session:
    session = session_of(root, "default")
    asked(session, "generate year = int(born/100)")
    return session


# ---- the same question


DRESSES = [
    "tabulate year if C",
    "generate born_in = year\ntabulate born_in if C\ndrop born_in",
    "rename year when\ntabulate when if C\nrename when year",
    "define-labels l 1940 'first'\nassign-labels year l\ntabulate year if C\ndrop-labels l",
    "tabulate year if !(!(C))",
    "tabulate year if (C) & (C)",
    "clone-dataset people other\nuse other\nkeep if C\ntabulate year\nuse people\n"
    "delete-dataset other",
    "clone-dataset people other\nuse other\ndrop if !(C)\ntabulate year\nuse people\n"
    "delete-dataset other",
    "generate shift = year + 7\nreplace shift = shift - 7\ntabulate year if C\ndrop shift",
    "textblock\nAnother title\nendblock\ntabulate year if C",
]


def dressed(session: Session) -> list[Floats]:
    return [by_year(session, dress.replace("C", "exact > 400"))[:, 0] for dress in DRESSES]


def test_names_labels_and_double_negations_give_one_print(session: Session) -> None:
    first, *others = dressed(session)
    for dress, print_ in zip(DRESSES[1:], others, strict=True):
        assert np.array_equal(first, print_), dress


def test_were_noise_drawn_anew_they_would_wear_it_off(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = count()

    def anew(secret: Secret, label: str) -> Prf:
        return Prf(secret.subkey(f"{label}/{next(times)}" if label == "text/v1" else label))

    monkeypatch.setattr(Secret, "prf", anew)
    true = [((years() == y) & (canary_bank.exact() > 400)).sum() for y in YEARS]
    averages = np.mean(dressed(weakened(session, **ALL_IN_WORDS)), axis=0)
    assert np.abs(averages - true).mean() < 1.0


# ---- other wordings


def in_words(session: Session, condition: str) -> Floats:
    """Give the counts of a condition in wordings that hold for everybody: (wordings, years)."""
    always = [f"tabulate year if ({condition}) & exact > -{k}000" for k in range(1, WORDINGS + 1)]
    return np.array([by_year(session, script)[:, 0] for script in always])


def counted(session: Session) -> float:
    """The share of true counts that the average over wordings rounds to."""
    hits = []
    for turn in range(TURNS):
        least = 440 - 20 * turn
        true = [((years() == y) & (canary_bank.exact() > least)).sum() for y in YEARS]
        hits.append(np.rint(in_words(session, f"exact > {least}").mean(axis=0)) == true)
    return float(np.mean(hits))


def test_wordings_do_not_wear_off_the_half_of_the_set(session: Session) -> None:
    held(counted(session), 0.24, 60 * TURNS)


def test_noise_of_wordings_alone_they_do(session: Session) -> None:
    broken(counted(weakened(session, **ALL_IN_WORDS)), 0.40)


def told_by_wordings(session: Session) -> float:
    """Compare the averages of both sides; equal sets leave the rest of the wordings' noise."""
    scores, secret = [], []
    for turn in range(TURNS):
        found = targets(turn)
        asked(session, f"generate target = {named(found)}")
        less, more = (in_words(session, condition).mean(axis=0) for condition in PAIR)
        asked(session, "drop target")
        scores.append(np.abs(more - less))
        secret.append(secrets(found))
    return crossed(np.concatenate(scores), np.concatenate(secret))


def test_ten_wordings_of_each_side_tell_no_more_than_the_reference_says(session: Session) -> None:
    held(told_by_wordings(session), 0.77, 60 * TURNS)


def test_with_the_set_alone_in_the_key_they_tell(session: Session) -> None:
    broken(told_by_wordings(weakened(session, **SET_ALONE)), 0.90)


# ---- divisions


def divided(session: Session) -> tuple[Floats, Floats, Bools]:
    """Give differences of both sides: of sums over parts, and of the target's part alone.

    Shapes (targets, divisions); each division is a coin that the attacker throws for everybody.
    """
    exact, whole, part, secret = canary_bank.exact(), [], [], []
    factors = [7.0 + 10 * k for k in range(DIVISIONS)]
    for factor in factors:
        name = f"coin{factor:.0f}"
        asked(session, f"generate {name} = int(exact * {factor}) - 2 * int(exact * {factor} / 2)")
    for turn in range(TURNS):
        found = targets(turn)
        asked(session, f"generate target = {named(found)}")
        of_sums, of_parts = [], []
        for factor in factors:
            side = (exact[found] * factor).astype(int) % 2
            less, more = (
                by_year(session, f"tabulate year coin{factor:.0f} if {c}")[:, :2] for c in PAIR
            )
            of_sums.append((more - less).sum(axis=1))
            of_parts.append((more - less)[np.arange(len(YEARS)), side])
        asked(session, "drop target")
        whole.append(np.array(of_sums).T)
        part.append(np.array(of_parts).T)
        secret.append(secrets(found))
    return np.concatenate(whole), np.concatenate(part), np.concatenate(secret)


def test_divisions_tell_no_more_than_the_reference_says(session: Session) -> None:
    whole, part, secret = divided(session)
    held(crossed(whole.mean(axis=1), secret), 0.69, 60 * TURNS)
    held(combined(part, secret), 0.83, 60 * TURNS)


def test_with_the_set_alone_in_the_key_divisions_tell(session: Session) -> None:
    _, part, secret = divided(weakened(session, **SET_ALONE))
    broken(combined(part, secret), 0.97)


# ---- samples


ONE_SEED = [(share / 100, 1) for share in range(40, 100, 2)]
MANY_SEEDS = [(0.9, seed) for seed in range(1, 17)]
BOTH = [(share, seed) for share in (0.4, 0.5, 0.6, 0.75, 0.8, 0.9) for seed in (1, 2)]
"""All that samples of two fifths and more can be: six round shares, two seeds each."""

AT_WILL = [(share, seed) for share in (0.9, 0.87, 0.83, 0.79) for seed in range(1, 17)]


def in_years(session: Session, script: str) -> Floats:
    """Give the count of each year, float64; those that are not shown are NaN."""
    cells = cells_of(asked(session, script).table)
    shown = {labels[0]: cell.v for (labels, _), cell in cells.items()}
    return np.array([shown.get(year) or np.nan for year in YEARS], dtype=np.float64)


def sampled(session: Session, drawn: list[tuple[float, int]], scripts: list[str]) -> Floats:
    """Give counts of different samples, by share and seed: (samples, asks, years)."""
    prints: list[list[Floats]] = []
    for share, seed in drawn:
        asked(session, f"clone-dataset people part\nuse part\nsample {share} {seed}")
        first = in_years(session, scripts[0])
        if not any(np.array_equal(first, known[0], equal_nan=True) for known in prints):
            prints.append([first, *(in_years(session, ask) for ask in scripts[1:])])
        asked(session, "use people\ndelete-dataset part")
    return np.array(prints)


def unbounded(session: Session) -> Session:
    """Let there be samples of every share and seed."""
    session.scope.sample_rounded = False
    session.scope.sample_buckets = 1_000_000
    return session


def test_many_shares_and_seeds_give_few_samples(session: Session) -> None:
    assert len(sampled(session, ONE_SEED, ["tabulate year"])) == 6
    assert len(sampled(session, MANY_SEEDS, ["tabulate year"])) == 2
    assert len(sampled(session, BOTH, ["tabulate year"])) == len(BOTH)


def test_without_rounding_they_give_as_many(session: Session) -> None:
    ask = ["tabulate year"]
    assert len(sampled(unbounded(session), ONE_SEED, ask)) == len(ONE_SEED)
    assert len(sampled(session, MANY_SEEDS, ask)) == len(MANY_SEEDS)


def test_samples_of_every_share_together_hold_nobody_more_often_than_before() -> None:
    """Sixteen samples of nine tenths hold a person 14.4 times; so much was reckoned with."""
    shares = {sample_shares.rounded(10 ** (-step / 500)) for step in range(1, 2000)}
    held = sum(share * sample_shares.buckets(share, SEEDS) for share in shares)
    assert max(shares) == 0.9
    assert held < 18
    large = [share for share in shares if share >= 0.4]
    assert sum(share * sample_shares.buckets(share, SEEDS) for share in large) < 8


def told_by_samples(session: Session, drawn: list[tuple[float, int]]) -> tuple[float, float]:
    """Tell secrets from sums of differences over samples, and from how equal the prints are."""
    asked(session, "\n".join(f"generate target{t} = {named(targets(t))}" for t in range(TURNS)))
    asks = [
        f"tabulate year if {condition.replace('target', f'target{turn}')}"
        for turn in range(TURNS)
        for condition in PAIR
    ]
    prints = sampled(session, drawn, asks)
    apart = (prints[:, 1::2] - prints[:, 0::2]).reshape(len(prints), -1).T
    secret = np.concatenate([secrets(targets(turn)) for turn in range(TURNS)])
    return crossed(apart.mean(axis=1), secret), combined(apart, secret)


def test_samples_tell_no_more_than_their_noise_allows(session: Session) -> None:
    by_sums, by_likeness = told_by_samples(session, BOTH)
    held(by_sums, OF_SAMPLES, 60 * TURNS)
    held(by_likeness, LIKENESS, 60 * TURNS)


def test_samples_at_will_would_tell(session: Session) -> None:
    by_sums, by_likeness = told_by_samples(unbounded(session), AT_WILL)
    assert by_sums > ceiling(OF_SAMPLES, 60 * TURNS)
    assert by_likeness > ceiling(LIKENESS, 60 * TURNS)


def test_with_the_set_alone_in_the_key_samples_tell(session: Session) -> None:
    _, by_likeness = told_by_samples(weakened(session, **SET_ALONE), BOTH)
    broken(by_likeness, 0.93)
