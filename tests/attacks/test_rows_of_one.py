"""One unit with many rows: thresholds, panels, steps between categories, events, survival curves.

In a panel of twelve times a person is twelve rows, more than any threshold asks for. Measure: does
a reply about the target differ in kind from one about nobody, or print a number near the value?
Bound: never (a unit is published as ten or more in fewer than one case of a thousand). A step or an
event that only the target may have: how often do the numbers tell whether it happened? Bound 66 %
(reference, 8: the smallest counts) and three standard errors, one innocent measurement in 740.
Defence off: rows counted as if they were units, or survival curves of exact counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import canary_bank
import numpy as np
import pytest
from distances import apart, balanced, high, prints
from guesses import LARGE, crossed, weakened
from measured import broken, held
from replies import Reply, asked, form, session_of

from kohort.disclosure.contributors import Contributors
from kohort.disclosure.model_trimming import Trimmed, trimmed
from kohort.estimators.problem import NotEstimableError
from kohort.session import Session

TIMES = 12
TARGETS = 20 if LARGE else 2
PAIRS = 200 if LARGE else 30
NOBODY = "wage == 1"
PANEL = (
    "clone-dataset people long\nuse long\nkeep wage exact sex home born\n"
    + "".join(f"generate v{time} = exact + {time} / 1000\n" for time in range(1, TIMES + 1))
    + "reshape-to-panel v\ngenerate late = date@panel > 6\n"
    "generate part = int(date@panel / 4)\ngenerate odd = date@panel - 2 * int(date@panel / 2)\n"
)
LOOKS = [
    "summarize v if C", "summarize-panel v if C", "tabulate sex if C", "tabulate sex odd if C",
    "tabulate-panel sex if C", "tabulate-panel sex if C, summarize(v) mean freq",
    "tabulate odd if C, summarize(v) mean p50 freq", "transitions-panel odd if C",
    "transitions-panel part if C", "regress v late if C", "regress-panel v late if C, fe",
    "regress-panel v late part if C, pooled", "correlate v part if C", "ci v if C",
    "normaltest v if C", "histogram v if C, bin(5) freq", "boxplot v if C",
    "hexbin v part if C, gridsize(5)", "barchart (mean) v if C, over(odd)", "anova v odd if C",
    "kaplan-meier odd part if C", "weibull odd part if C", "cox odd part late if C",
    "regress-mml v part by odd if C", "piechart odd if C",
    "logit odd part if C", "poisson part late if C", "keep if C",
]  # fmt: skip
BY_ROWS = ["summarize v if C", "ci v if C"]
"""Commands whose counts are all taken in one place, where a test can put rows for units."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="module")
def panel(root: Path) -> Session:
    session = session_of(root, "default")
    reply = asked(session, PANEL)
    assert reply.codes == [], reply.told
    return session


def replied(session: Session, script: str, condition: str) -> Reply:
    return asked(session, script.replace("C", condition))


def telling(session: Session, script: str) -> Iterator[bool]:
    """Tell for each target whether the reply differs from nobody's, or shows the value."""
    nobody = form(replied(session, script, NOBODY))
    for place in balanced(TARGETS, 11):
        reply = replied(session, script, f"wage == {canary_bank.wages()[place]}")
        value, printed = canary_bank.exact()[place], prints(reply)
        near = printed is not None and bool((np.abs(printed - value) < 0.5).any())
        yield near or form(reply) != nobody


@pytest.mark.parametrize("script", LOOKS)
def test_the_rows_of_one_are_one(panel: Session, script: str) -> None:
    assert not any(telling(panel, script))


@pytest.mark.parametrize("script", BY_ROWS)
def test_rows_counted_as_units_would_tell(
    panel: Session, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Contributors, "n", property(lambda self: self.rows))
    assert all(telling(panel, script))


def told_by_steps(session: Session) -> float:
    """Nobody is ever in category 9 but the target, who goes there and back if the secret holds."""
    base, scores, places = None, [], balanced(PAIRS, 12)
    for condition in ["exact > 1e9", *(f"wage == {canary_bank.wages()[p]}" for p in places)]:
        where = f"({condition} & exact > 500 & late)"
        made = f"generate state = odd + 9 * {where}\ntransitions-panel state if home == '0101'"
        reply = asked(session, f"{made}\ndrop state")
        if base is None:
            base = prints(reply)
        else:
            scores.append(apart(prints(reply), base))
    return crossed(np.array(scores), high(places))


def test_steps_of_one_do_not_tell(panel: Session) -> None:
    held(told_by_steps(panel), 0.66, PAIRS)


def told_by_curves(session: Session, curve: str) -> float:
    """Those known not to have left, and the target, who leaves first of all if the secret holds."""
    base, scores, places = None, [], balanced(PAIRS, 13)
    for condition in ["exact > 1e9", *(f"wage == {canary_bank.wages()[p]}" for p in places)]:
        made = (
            f"generate mine = {condition}\n"
            "generate gone = !mine & born > 199001 | mine & exact > 500\n"
            f"generate stay = (born - 194000) * (1 - mine) + mine\n{curve}\ndrop mine gone stay"
        )
        reply = asked(session, made)
        if base is None:
            base = prints(reply)
        else:
            scores.append(apart(prints(reply), base))
    return crossed(np.array(scores), high(places))


def test_an_event_of_one_does_not_tell(people: Session) -> None:
    held(told_by_curves(people, "kaplan-meier gone stay"), 0.66, PAIRS)


def test_a_fit_does_not_tell_of_an_event(people: Session) -> None:
    """The one early event stands out, and is left out: the fit is not refused for it."""
    held(told_by_curves(people, "weibull gone stay"), 0.66, PAIRS)


def test_a_refused_fit_would_tell_of_an_event(
    people: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*asked_with: Any) -> Trimmed:
        found = trimmed(*asked_with)
        if found.rows is not None:
            raise NotEstimableError("separation")
        return found

    monkeypatch.setattr("kohort.disclosure.survival_fit.trimmed", refused)
    broken(told_by_curves(people, "weibull gone stay"), 0.9)


@pytest.fixture(scope="module")
def people(root: Path) -> Session:
    return session_of(root, "default")


@pytest.fixture(scope="module")
def bare(root: Path) -> Session:
    """Curves of exact counts, however few are at risk."""
    plain = {"perturb": False, "table": "none", "js": 0, "wording_share": 0.0, "low_cell": 0}
    counts = {"min_risk": 0, "min_events": 0, "max_steps": 200}
    return weakened(session_of(root, "default"), counts=plain, survival=counts)


def test_exact_curves_tell_of_an_event(bare: Session) -> None:
    broken(told_by_curves(bare, "kaplan-meier gone stay"), 0.90)
