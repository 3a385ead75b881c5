"""Utility: honest work keeps its results under `default`, and the measures notice otherwise."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import utility

from kohort.session import Session

PERSONS, TARGETS = 20_000, 40


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = utility.built(tmp_path_factory.mktemp("utility"), PERSONS)
    utility.choose_targets(made, TARGETS)
    return made


@pytest.fixture(scope="module")
def plain(root: Path) -> Session:
    return utility.session_of(root, "open")


@pytest.fixture(scope="module")
def found(root: Path, plain: Session) -> dict[str, float]:
    return utility.measured(root, "default", plain)


@pytest.mark.parametrize("gate", utility.GATES, ids=lambda gate: gate.name)
def test_default_keeps_the_gate(gate: utility.Gate, found: dict[str, float]) -> None:
    value = found[gate.name]
    if gate.name.startswith("time "):
        return  # tests never judge time
    if math.isnan(value):
        assert gate.name == "error of means / SE, n >= 1000"  # no such group among so few people
        return
    assert gate.holds(value), value


@pytest.mark.parametrize("risk", utility.RISKS)
def test_attackers_do_little_better_than_guessing(risk: str, found: dict[str, float]) -> None:
    """60 % is what the reference leaves; three standard errors on top."""
    assert found[risk] <= 0.60 + 3 * math.sqrt(0.24 / TARGETS)


def test_more_noise_breaks_the_gates(root: Path, plain: Session) -> None:
    noisy = utility.session_of(root, "strict")
    policy = noisy.gate.policy
    counts = replace(policy.profile.counts, variance=200.0, max_noise=60)
    policy.profile = replace(policy.profile, counts=counts)
    measured = dict(utility.counts(plain, noisy))
    broken = [g.name for g in utility.GATES if g.name in measured and not g.holds(measured[g.name])]
    assert "mean error of counts (units)" in broken
    assert "relative error of counts near 100" in broken


def test_without_protection_nothing_is_lost(root: Path, plain: Session) -> None:
    measured = dict([*utility.counts(plain, plain), *utility.models(plain, plain)])
    assert measured["mean error of counts (units)"] == 0
    assert measured["chi2 decisions that agree"] == 1
    assert measured["overlap of intervals"] == 1


def test_chi2_is_pearsons() -> None:
    """The example of scipy's manual: [[10, 10, 20], [20, 20, 20]] gives 2.7777... on 2."""
    value, freedom = utility._chi2(  # pyright: ignore[reportPrivateUsage]
        np.array([[10.0, 10.0, 20.0], [20.0, 20.0, 20.0]])
    )
    assert (round(value, 6), freedom) == (2.777778, 2)
