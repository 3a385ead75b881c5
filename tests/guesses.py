"""How well an attacker guesses: targets with a secret, one in each of many groups, and bounds.

The targets live in the canary bank. Each year of birth is a group of about fifty, in which one
person at a time is the target: known by the wage, all others known altogether. The secret bit is
the sex, so that it says nothing about any value.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import canary_bank
import numpy as np
from numpy.typing import NDArray
from replies import asked

from kohort.disclosure.released import Table
from kohort.session import Session

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LARGE = bool(os.environ.get("KOHORT_ATTACKS") == "large")
YEARS = range(1940, 2000)
ERRORS = 3
"""Standard errors above a bound: one in 740 innocent measurements would exceed it."""


def years() -> NDArray[np.int64]:
    """Give everybody's year of birth, int64, as the canary bank draws it."""
    return 1940 + np.random.default_rng(4).integers(0, 60, canary_bank.PERSONS)


def targets(turn: int) -> NDArray[np.int64]:
    """Give one person with a wage in each year of birth, other ones each turn: places, int64."""
    born, earning = years(), np.arange(canary_bank.PERSONS) % 10 != 3
    return np.array([np.flatnonzero((born == year) & earning)[turn] for year in YEARS])


def secrets(places: NDArray[np.int64]) -> Bools:
    """Tell which targets are women, bool."""
    return np.asarray(places % 2 == 1)


def named(places: NDArray[np.int64]) -> str:
    """Give the condition that these people meet and nobody else."""
    return f"inlist(wage, {', '.join(str(canary_bank.wages()[place]) for place in places)})"


def by_year(session: Session, script: str, further: int = 0) -> Floats:
    """Give the numbers of the last table that a script prints, a row per year; hidden is NaN."""
    return numbers(asked(session, script).table)[: len(YEARS) + further]


def numbers(table: Table) -> Floats:
    """Give a table's numbers as they stand, float64 (rows, columns); hidden and missing are NaN."""
    return np.array([[np.nan if c.v is None else c.v for c in line] for line in table.cells])


def weakened(session: Session, **tables: dict[str, Any]) -> Session:
    """Switch parts of a session's protection off: values for keys of tables of its profile."""
    policy = session.gate.policy
    changed = {
        name: replace(getattr(policy.profile, name), **keys) for name, keys in tables.items()
    }
    policy.profile = replace(policy.profile, **changed)
    policy._drawn.clear()  # pyright: ignore[reportPrivateUsage]
    return session


SET_ALONE = {"counts": {"wording_share": 0.0}, "magnitudes": {"wording_share": 0.0}}
"""Noise keyed by the set and its content alone, for `weakened`."""


def ceiling(rate: float, trials: int) -> float:
    """Give what a measured rate stays under if the true one is at most `rate`."""
    return rate + ERRORS * float(np.sqrt(rate * (1 - rate) / trials))


def halves(trials: int) -> list[tuple[Bools, Bools]]:
    """Give both ways to learn from every second trial and to be judged on the others."""
    even = np.arange(trials) % 2 == 0
    return [(even, ~even), (~even, even)]


def crossed(scores: Floats, secret: Bools) -> float:
    """Give how often a high score tells the secret, its limit learned on the other half."""
    scores = np.nan_to_num(scores)
    right = np.zeros(len(secret), dtype=bool)
    for learned, judged in halves(len(secret)):
        steps = np.unique(scores[learned])
        limits = (steps + np.append(steps[1:], steps[-1])) / 2
        rates = [np.mean((scores[learned] > limit) == secret[learned]) for limit in limits]
        limit = limits[int(np.argmax(rates))]
        right[judged] = (scores[judged] > limit) == secret[judged]
    return float(right.mean())


def combined(differences: Floats, secret: Bools) -> float:
    """Give how often many differences of prints together tell whether two sets were one.

    Differences (trials, prints) are taken as normal, with spreads learned on the other half: those
    of two sets are wider.
    """
    d = np.nan_to_num(differences)
    right = np.zeros(len(secret), dtype=bool)
    for learned, judged in halves(len(secret)):
        same, other = ((d[learned & part] ** 2).mean(axis=0) + 1e-12 for part in (~secret, secret))
        evidence = d[judged] ** 2 / 2 * (1 / same - 1 / other) - np.log(other / same) / 2
        right[judged] = (evidence.sum(axis=1) > 0) == secret[judged]
    return float(right.mean())


def within(found: Sequence[float] | Floats, true: Sequence[float] | Floats, share: float) -> float:
    """Give how often a value was found within a share of itself."""
    near = np.abs(np.asarray(found) - true) <= share * np.abs(np.asarray(true))
    return float(near.mean())
