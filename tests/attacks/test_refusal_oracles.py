"""Refusals as answers: population floor, sparse tables, and what models and curves refuse.

The target belongs to a set if the secret holds, and the set is just as large as a limit asks for.
Measure: how often the refusal tells the secret. Bounds (reference, 8): 60 % for a large set, 66 %
for cells of four or five, and three standard errors: one innocent measurement in 740 exceeds it.
And the kind of a reply about one person, or about three: it must be that of a reply about nobody,
always. Defence off: limits judged on exact counts.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import canary_bank
import numpy as np
import pytest
from distances import balanced, high
from guesses import LARGE, weakened
from measured import broken, held
from numpy.typing import NDArray
from replies import asked, form, session_of

from kohort.session import Session

PAIRS = 200 if LARGE else 24
OFF = 10
EXACT = {
    "variance": 1e-6, "mid": 0.5, "slope": 0.05, "js": 0, "max_noise": 1, "wording_share": 0.0,
}  # fmt: skip
PEOPLE = {
    "one": ("text == 'KANARI-000050'", "text == 'KANARI-000051'"),
    "three": ("home == '98Q7'", "home == '98Q9'"),
}
NEW = [
    "logit other born i.sex if C", "probit other born if C", "mlogit ill born if C",
    "poisson decade exact if C", "negative-binomial decade exact if C",
    "ivregress wage i.sex (born = exact) if C", "ivregress wage (born = i.sex exact) if C, gmm",
    "regress-mml exact born by sex if C", "rdd wage born if C, cutoff(197001)",
    "oaxaca wage born exact by sex if C", "cox other exact born if C",
    "weibull other exact if C", "kaplan-meier other exact if C, by(sex)",
    "anova wage sex c.born if C", "correlate wage exact born if C", "ci wage exact if C",
    "normaltest wage if C", "coefplot logit other born if C", "sankey sex ill if C",
    "hexbin wage exact if C",
]  # fmt: skip
WITH = [
    "logit other flag born", "probit other i.flag", "mlogit decade flag", "poisson decade flag",
    "negative-binomial decade i.flag", "ivregress exact (born = flag i.sex)",
    "ivregress exact flag (born = i.sex)", "regress-mml exact flag by sex",
    "regress-mml exact born by flag", "rdd exact born flag, cutoff(197001)",
    "rdd flag born, cutoff(197001)", "rdd exact born, cutoff(197001) fuzzy(flag)",
    "oaxaca exact born by flag", "oaxaca exact flag by sex", "cox flag exact born",
    "cox other exact flag", "weibull other exact, by(flag)", "kaplan-meier other exact, by(flag)",
    "anova exact flag sex", "correlate flag exact", "ci flag",
]  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("refusals"))


def started(root: Path) -> Session:
    session = session_of(root, "default")
    assert asked(session, "generate decade = int(born / 1000) - 194").codes == []
    return session


@pytest.fixture(scope="module")
def session(root: Path) -> Session:
    return started(root)


@pytest.fixture(scope="module")
def bare(root: Path) -> Session:
    """Limits judged on exact counts."""
    return weakened(started(root), counts=EXACT)


def floor(session: Session, place: int) -> bool:
    """Keep 1009 people known, and the target if the secret holds; the floor is at 1010."""
    wages = canary_bank.wages()
    others = np.arange(canary_bank.PERSONS)
    others = others[(others % 10 != 3) & (others != place)]
    last = np.sort(wages[others])[1008]
    own = f"wage == {wages[place]}"
    reply = asked(
        session,
        "clone-dataset people others\nuse others\n"
        f"keep if wage <= {last} & !({own}) | {own} & exact > 500\n",
    )
    asked(session, "use people\ndelete-dataset others")
    assert reply.codes in ([], ["population-too-small"])
    return not reply.codes


CELLS = (9, 3, 9, 3, 9, 3, 3, 9, 4)


def sparse(session: Session, place: int) -> bool:
    """Nine cells, four of them of three people: sparse if the last is not of five but of four."""
    wages, chance = canary_bank.wages(), np.random.default_rng(place)
    people = chance.permutation(earning()[earning() != place])
    made = "generate spot = 0\n"
    for number, part in enumerate(np.split(people, np.cumsum(CELLS))[:-1], start=1):
        listed = ", ".join(f"{wage}" for wage in wages[part])
        made += f"replace spot = {number} if inlist(wage, {listed})\n"
    made += (
        f"replace spot = 9 if wage == {wages[place]} & exact > 500\n"
        "generate one = int((spot - 1) / 3)\ngenerate two = spot - 3 * one\n"
    )
    reply = asked(session, f"{made}tabulate one two if spot > 0")
    assert reply.codes in ([], ["table-too-sparse"])
    assert asked(session, "drop spot one two").codes == []
    return not reply.codes


def earning() -> NDArray[np.int64]:
    """Give the places of people with a wage that nobody else has, int64."""
    _, first, count = np.unique(canary_bank.wages(), return_index=True, return_counts=True)
    places: NDArray[np.int64] = np.sort(first[count == 1])
    alone: NDArray[np.int64] = places[(places % 10 != 3) & (places > 200)]
    return alone


Limit = Callable[[Session, int], bool]
LIMITS: dict[str, tuple[Limit, float]] = {"floor": (floor, 0.60), "sparse": (sparse, 0.66)}


def told_by_refusal(session: Session, limit: Limit, pairs: int) -> float:
    places = balanced(2 * pairs, 21)
    places = places[np.isin(places, earning())][:pairs]
    passed = np.array([limit(session, int(place)) for place in places])
    return float(np.mean(passed == high(places)))


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_does_not_tell(session: Session, name: str) -> None:
    limit, bound = LIMITS[name]
    held(told_by_refusal(session, limit, PAIRS), bound, PAIRS)


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_on_exact_counts_tells(bare: Session, name: str) -> None:
    broken(told_by_refusal(bare, LIMITS[name][0], OFF), 0.85)


def kinds(session: Session, script: str, condition: str) -> list[object]:
    """Give the form of a reply; the session is afterwards as it was."""
    scope, datasets = session.scope.copy(), dict(session.datasets)
    try:
        return form(asked(session, script.replace("C", f"({condition})")))
    finally:
        session.scope.restore(scope)
        session.datasets = datasets


def differing(session: Session, scripts: list[str], pair: str) -> list[str]:
    some, nobody = PEOPLE[pair]
    return [s for s in scripts if kinds(session, s, some) != kinds(session, s, nobody)]


FLAGGED = [f"generate flag = C\n{script}" for script in WITH]


@pytest.mark.parametrize("pair", PEOPLE)
def test_a_reply_about_few_is_one_about_nobody(session: Session, pair: str) -> None:
    assert differing(session, NEW, pair) == []


@pytest.mark.parametrize("pair", PEOPLE)
def test_a_flag_of_few_is_a_flag_of_nobody(session: Session, pair: str) -> None:
    assert differing(session, FLAGGED, pair) == []


def test_on_exact_counts_replies_about_few_differ(bare: Session) -> None:
    assert differing(bare, NEW, "three") != []
    assert differing(bare, FLAGGED, "three") != []
