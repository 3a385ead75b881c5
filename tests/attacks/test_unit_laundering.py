"""One person's value carried to many: by group statistics, other kinds of units, and merges.

A value that is zero (or missing) for all but the target is summed over a group, and then printed as
what all members share, as the group's own, or after a merge. Measure: does any printed number come
within two per cent of the value? Bound: never; the values have six digits, counts and codes three
or four, so that none is near by chance. A yes or no shared by a group: how often its count tells.
Bound 60 % (reference, 8: is anybody added to a set?) and three standard errors, one innocent
measurement in 740. Defence off: groups are what they are, as where units are made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import canary_bank
import numpy as np
import pytest
from distances import balanced, high, prints
from guesses import LARGE, crossed, weakened
from measured import broken, held
from replies import asked, number, session_of

from kohort.session import Session

TARGETS = 40 if LARGE else 3
PAIRS = 200 if LARGE else 40
AWAY = "clone-dataset people others\nuse others\n"
BACK = "\nuse people\ndelete-dataset others"
ONE, IF = "generate y = exact * 1000 * (C)\n", "generate y = exact * 1000 if C\n"
SHARED = {
    "collapse, sum": f"{AWAY}{ONE}collapse (sum) y -> a, by(decade)\nsummarize a if a > 0{BACK}",
    "collapse, alone": (
        f"{AWAY}{IF}collapse (mean) y -> a (max) y -> b, by(man)\nsummarize a b{BACK}"
    ),
    "collapse, own group": (
        f"{AWAY}generate g = C\ngenerate y = exact * 1000\n"
        f"collapse (mean) y -> a (max) y -> b (sum) y -> c, by(g)\nsummarize a b c if g == 1{BACK}"
    ),
    "collapse, merge": (
        f"{AWAY}{ONE}collapse (sum) y -> a, by(home)\nmerge a into people on home\nuse people\n"
        "summarize a if a > 0\ntabulate sex, summarize(a) mean\ndrop a\ndelete-dataset others"
    ),
    "families, merge": (
        f"{AWAY}{ONE}collapse (sum) y -> a, by(family)\nmerge a into people on family\nuse people\n"
        "summarize a if a > 0\nsummarize a if C\ndrop a\ndelete-dataset others"
    ),
    "aggregate, sum": f"{ONE}aggregate (sum) y -> a, by(doctor)\nsummarize a if a > 0\ndrop a y",
    "aggregate, max": f"{IF}aggregate (max) y -> a, by(man)\nsummarize a\ndrop a y",
    "aggregate, text": f"{ONE}aggregate (sum) y -> a, by(text)\nsummarize a if a > 0\ndrop a y",
    "aggregate, twice": (
        f"{ONE}aggregate (max) y -> a, by(family)\naggregate (max) a -> b, by(home)\n"
        "summarize b if b > 0\ndrop a b y"
    ),
}  # fmt: skip
NEVER_SHARED = ("families, merge",)
"""Two people cannot be told of by themselves, whatever became of the groups."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("laundering"))


def started(root: Path) -> Session:
    session = session_of(root, "default")
    made = "generate man = sex == '1'\ngenerate decade = int(born / 1000)"
    assert asked(session, made).codes == []
    return session


@pytest.fixture(scope="module")
def session(root: Path) -> Session:
    return started(root)


@pytest.fixture(scope="module")
def bare(root: Path) -> Session:
    """Groups as they are, and their values not pulled in."""
    off = {"desc_min": 0, "hard_floor": 0, "winsor": (0.0, 1.0), "winsor_min_units": 0}
    plain = {"perturb": False, "table": "none", "js": 0, "wording_share": 0.0, "low_cell": 0}
    quiet = {"kwj_eta": 0.0, "floor_c": 0.0, "wording_share": 0.0}
    return weakened(started(root), counts=plain, magnitudes=off | quiet)


def seen(session: Session, script: str) -> Iterator[bool]:
    """Tell for each target whether a printed number is near their value."""
    for place in balanced(TARGETS + TARGETS % 2, 8):
        condition = f"wage == {canary_bank.wages()[place]}"
        reply = asked(session, script.replace("C", f"({condition})"))
        assert reply.codes == [], reply.told
        value = canary_bank.exact()[place] * 1000
        printed = prints(reply)
        yield printed is not None and bool((np.abs(printed - value) <= 0.02 * value).any())


@pytest.mark.parametrize("way", SHARED)
def test_a_value_is_not_shared(session: Session, way: str) -> None:
    assert not any(seen(session, SHARED[way]))


@pytest.mark.parametrize("way", [way for way in SHARED if way not in NEVER_SHARED])
def test_groups_as_they_are_share_it(bare: Session, way: str) -> None:
    """Two people may have one wage, and then neither is alone."""
    broken(float(np.mean(list(seen(bare, SHARED[way])))), 0.85)


def test_a_dataset_of_few_protected_units_is_not_made(session: Session) -> None:
    """Five doctors, each with a sixth of all people's sums."""
    made = f"{AWAY}{ONE.replace('C', 'man')}collapse (sum) y -> a, by(doctor)\nsummarize a"
    assert asked(session, made).codes == ["population-too-small"]
    asked(session, BACK.strip())


def told_by_shared_bits(session: Session) -> float:
    """A fifth of all people have one doctor: how many have a patient with the secret?"""
    scores, places = [], balanced(PAIRS, 9)
    for place in places:
        made = f"generate y = exact > 500 & wage == {canary_bank.wages()[place]}"
        reply = asked(session, f"{made}\naggregate (max) y -> a, by(doctor)\nsummarize a\ndrop a y")
        shown = reply.table.cells[0][0].v
        scores.append(np.nan if shown is None else number(reply.table, "a", "mean"))
    return crossed(np.array(scores), high(places))


def test_a_bit_is_not_shared(session: Session) -> None:
    held(told_by_shared_bits(session), 0.60, PAIRS)


def test_groups_as_they_are_share_a_bit(bare: Session) -> None:
    broken(told_by_shared_bits(bare), 0.95)
