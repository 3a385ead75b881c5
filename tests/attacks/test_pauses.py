"""How much of a block is solved by the time that the audit pauses whoever divides it.

The attacker knows the people of a block and lacks a bit of each; divides the block by coins, counts
the bit on both sides, and takes the best linear guess (the reference's simulation, 6.2), with the
real noise of counts. The number of divisions is what the audit allows: its limit for the block's
size, the one that passes it, and its delay. Measure: the share of right bits, half of them by
chance. Bound: the table of `tests/language/audit.md`, within two points.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from guesses import LARGE, Floats
from numpy.typing import NDArray

from kohort import HOME
from kohort.audit import excess
from kohort.audit.excess import Use, most_partitions
from kohort.disclosure.counts import published_counts
from kohort.disclosure.keys import Secret
from kohort.disclosure.profile import load

SECRET = Secret(bytes(range(32)))
PROFILE = load("default")
BLOCKS = (20, 60, 200, 1000)
TRIALS = {20: 400, 60: 200, 200: 60, 1000: 15} if LARGE else {20: 200, 60: 100, 200: 20, 1000: 2}
UNSEEN, VARIANCE = (3.0, 6.0), 5.0
PAGE: Path = HOME / "tests" / "language" / "audit.md"


def pause(block: int, trial: int) -> int:
    """Give the number of divisions that are answered until the pause."""
    limit = most_partitions(PROFILE.audit, block)
    use = Use("partitions_per_set", limit + 1, limit)
    return limit + 1 + excess.delay(SECRET, use, block, trial)


def right(block: int, divisions: int, rng: np.random.Generator) -> float:
    """Give the share of bits that so many divisions of a block tell."""
    bits = rng.random(block) < 0.5
    sides = rng.random((divisions, block)) < 0.5
    rows = np.concatenate([sides, ~sides]).astype(np.float64)
    (with_bit, v), (without, w) = (told(rows @ part, rng) for part in (bits, ~bits))
    here = rows.sum(axis=1)
    value = (with_bit * w + (here - without) * v) / (v + w)
    joint = rows @ rows.T / 4 + np.diag(v * w / (v + w))
    guess = 0.5 + rows.T @ np.linalg.solve(joint, value - here / 2) / 4
    return float(np.mean((guess > 0.5) == bits))


def told(true: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Give what is known of counts, and the variance of it."""
    n: NDArray[np.int64] = np.rint(true).astype(np.int64)
    sums = rng.integers(0, 2**64, len(n), dtype=np.uint64)
    words = [str(word) for word in rng.integers(0, 2**62, len(n))]
    shown = published_counts(SECRET, PROFILE.counts, sums, n, words)
    mean, variance = UNSEEN
    return np.where(shown > 0, shown, mean), np.where(shown > 0, VARIANCE, variance)


def solved(block: int, rng: np.random.Generator) -> tuple[float, float]:
    """Give the divisions until the pause and the share of right bits, on average."""
    answered = [pause(block, trial) for trial in range(TRIALS[block])]
    rates = [right(block, divisions, rng) for divisions in answered]
    return float(np.mean(answered)), float(np.mean(rates))


def on_the_page() -> dict[int, float]:
    """Give the table of the page: by block the share that is right at the pause, per cent."""
    rows = [line.split("|") for line in PAGE.read_text("utf-8").splitlines() if " % at " in line]
    return {int(row[1]): float(row[4].split("%")[0]) for row in rows}


@pytest.mark.parametrize("block", BLOCKS)
def test_at_the_pause_a_block_is_solved_as_far_as_the_page_says(block: int) -> None:
    _, rate = solved(block, np.random.default_rng(block))
    error = 50 / np.sqrt(block * TRIALS[block])
    assert 100 * rate < on_the_page()[block] + 2 + 3 * error


def test_without_a_limit_it_is_solved_further() -> None:
    rng = np.random.default_rng(3)
    many = np.mean([right(60, 80, rng) for _ in range(20)])
    assert 100 * float(many) > on_the_page()[60] + 15


def test_the_simulation_gives_the_table_of_the_reference() -> None:
    """Of the reference, 6.2: blocks of 60 and 200 after 10, 20 and 40 divisions."""
    rng = np.random.default_rng(4)
    for block, divisions, share in ((60, 10, 0.65), (60, 40, 0.80), (200, 20, 0.63)):
        rate = np.mean([right(block, divisions, rng) for _ in range(40)])
        assert abs(float(rate) - share) < 0.05, (block, divisions)
