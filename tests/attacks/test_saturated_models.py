"""Models made about one person: dummies, planted leverage, small groups known but for one.

Measures. (1) Is a model with a dummy for one person answered? Never; the defence off, its
coefficient is the person's value. (2) A giant value is planted on the target if the secret holds,
alone or beside those of known people: how often do the numbers, or a refusal, tell? Bound 66 % a
model (reference, 8: the guard of effective support), and three standard errors: one innocent
measurement in 740 exceeds it. (3) A dummy of a few people, all but one known: how often is the
value found within ten per cent? No more than by guessing. How often is a yes or no? As often as the
floor and the jitter say. (4) The same where all others are known to be alike, so that nothing is
jittered, and where dummy and outcome are numbers by another name.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import canary_bank
import numpy as np
import pytest
from distances import apart, balanced, high, pooled, prints, told
from guesses import LARGE, Bools, Floats, numbers, weakened, within
from measured import broken, held
from numpy.typing import NDArray
from replies import asked, session_of

from kohort.disclosure.model_trimming import Trimmed, trimmed
from kohort.session import Session

EACH = 40 if LARGE else 4
GROUPS = 200 if LARGE else 24
MADE = """generate one = exact > 500
generate count = int(exact / 50)
generate three = int(born / 2500)
generate man = sex == '1'
generate decade = int(born / 1000)
generate odd = born > 197001
"""
WITH_DUMMY = [
    "regress exact d born", "regress exact d c.d#c.born", "logit one d", "probit one d born",
    "mlogit three d", "poisson count d", "negative-binomial count d", "ivregress exact (born = d)",
    "ivregress exact d (born = rare)", "regress-mml exact d by decade", "oaxaca exact d by sex",
    "rdd exact born d, cutoff(197001)", "cox one born d", "anova exact c.d sex", "regress d exact",
]  # fmt: skip
PLANTED = {
    "regress": "regress exact z born", "regress, outcome": "regress z born i.sex",
    "logit": "logit man z", "probit": "probit man z", "mlogit": "mlogit three z",
    "poisson": "poisson count z", "poisson, outcome": "poisson z born",
    "negative-binomial, outcome": "negative-binomial z born",
    "rdd": "rdd z born, cutoff(197001)", "oaxaca": "oaxaca exact z by sex",
    "cox": "cox man z born", "cox, term": "cox man born z", "weibull": "weibull man z",
    "anova": "anova z sex", "correlate": "correlate z born", "ci": "ci z",
}  # fmt: skip
if LARGE:
    PLANTED["regress-mml"] = "regress-mml exact z by decade"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("saturated"))


def started(root: Path, profile: str) -> Session:
    session = session_of(root, profile)
    assert asked(session, MADE).codes == []
    return session


@pytest.fixture(scope="module")
def session(root: Path) -> Session:
    return started(root, "default")


@pytest.fixture(scope="module")
def bare(root: Path) -> Session:
    """The measures of the platform alone: exact models and no guards; its constants too."""
    return weakened(started(root, "microdata-no"), models={"intercept_k": 0})


@pytest.mark.parametrize("model", WITH_DUMMY)
def test_a_dummy_for_one_person_gives_no_model(session: Session, model: str) -> None:
    """One is published as ten or more in fewer than one case of a thousand."""
    for target in balanced(2, 1):
        made = f"generate d = wage == {canary_bank.wages()[target]}\n{model}\ndrop d"
        assert asked(session, made).codes == ["SDC-M1"]


def test_without_guards_a_dummy_shows_the_value(bare: Session) -> None:
    people = balanced(10, 1)
    found = [mean_of(bare, np.array([target])) for target in people]
    broken(within(found, canary_bank.exact()[people], 0.02), 0.99)


def mean_of(
    session: Session, people: NDArray[np.int64], outcome: str = "exact", model: str = "regress"
) -> float:
    """Give the mean of people by a model with a dummy for them; NaN where it is refused."""
    named = ", ".join(f"{wage}" for wage in canary_bank.wages()[people])
    reply = asked(session, f"generate d = inlist(wage, {named})\n{model} {outcome} d\ndrop d")
    if reply.codes:
        return math.nan
    coefficients = numbers(reply.table)[:, 0]
    total = float(coefficients[0] + coefficients[-1])
    return total if model == "regress" else 1 / (1 + math.exp(-total))


def planted(session: Session, model: str, each: int, seed: int) -> list[float]:
    """Give how far the reply is from that of nobody planted, by target."""
    wages, found = canary_bank.wages(), []
    for where in [
        "exact > 1e9",
        *(f"wage == {wages[p]} & exact > 500" for p in balanced(each, seed)),
    ]:
        made = f"generate z = int((wage - 1000000) / 20000) + 1000000 * ({where})\n"
        found.append(prints(asked(session, f"{made}{model}\ndrop z")))
    assert found[0] is not None, model
    return [apart(one, found[0]) for one in found[1:]]


def told_by_planting(session: Session, each: int) -> tuple[float, int]:
    parts = []
    for seed, model in enumerate(PLANTED.values()):
        parts.append(told(planted(session, model, each, seed), high(balanced(each, seed))))
    return pooled(parts)


def test_a_planted_giant_does_not_tell(session: Session) -> None:
    rate, trials = told_by_planting(session, EACH)
    held(rate, 0.66, trials)


def test_without_clipping_and_weights_a_planted_giant_tells(bare: Session) -> None:
    rate, _ = told_by_planting(bare, 4)
    broken(rate, 0.85)


def small_groups(size: int, seed: int) -> list[tuple[NDArray[np.int64], int]]:
    """Give groups of known people and the target of each, known ones half and half."""
    targets, groups = balanced(GROUPS, seed), []
    for place, target in enumerate(targets):
        known = balanced(size, 1000 * seed + place)
        groups.append((known[known != target][: size - 1], int(target)))
    return groups


def test_a_value_is_not_found_by_a_small_dummy(session: Session) -> None:
    exact, found, true = canary_bank.exact(), [], []
    for known, target in small_groups(20, 2):
        mean = mean_of(session, np.append(known, target))
        found.append(mean * (len(known) + 1) - exact[known].sum())
        true.append(exact[target])
    guessed = within([float(np.median(exact))] * len(true), true, 0.1)
    held(within(found, true, 0.1), guessed, len(true))


def test_without_jitter_a_value_is_found_by_a_small_dummy(bare: Session) -> None:
    exact = canary_bank.exact()
    for known, target in small_groups(20, 2)[:10]:
        mean = mean_of(bare, np.append(known, target))
        assert mean * (len(known) + 1) - exact[known].sum() == pytest.approx(exact[target], rel=0.1)


def bits_by_dummy(session: Session, model: str = "regress", size: int = 20) -> tuple[float, int]:
    exact, right = canary_bank.exact(), []
    for known, target in small_groups(size, 3):
        mean = mean_of(session, np.append(known, target), "one", model)
        if not math.isnan(mean):
            middle = (exact[known] > 500).sum() + 0.5
            right.append((mean * (len(known) + 1) > middle) == (exact[target] > 500))
    return float(np.mean(right)), len(right)


def normal(x: float) -> float:
    """Phi of x."""
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def test_a_bit_by_a_small_dummy_is_as_safe_as_in_a_mean(session: Session) -> None:
    """One of n people moves their sum by 1; the floor has spread 1, the jitter 0.3 sqrt(n / 4).

    For n = 20 the better guess is right with probability Phi(0.5 / 1.20), 66 %.
    """
    rate, trials = bits_by_dummy(session)
    held(rate, normal(0.5 / math.sqrt(1 + 0.3**2 * 20 / 4)), trials)


def test_a_bit_by_a_logit_is_as_safe_as_the_jitter(session: Session) -> None:
    """Models of likelihood have no floor: Phi(0.5 / 0.67), 77 %."""
    rate, trials = bits_by_dummy(session, "logit")
    held(rate, normal(0.5 / math.sqrt(0.3**2 * 20 / 4)), trials)


def test_without_jitter_a_small_dummy_tells_the_bit(bare: Session) -> None:
    broken(bits_by_dummy(bare)[0], 0.90)


ALIKE = ["regress number d", "regress number twice", "regress one twice"]
"""Linear models of an outcome, and of an indicator, that are no yes or no by their definition."""
UNBOUNDED = ["logit one twice", "logit number twice", "probit one twice", "poisson number twice",
    "negative-binomial number twice", "cox one born twice", "mlogit one twice"]  # fmt: skip


def groups_alike(session: Session, model: str, count: int, size: int) -> list[tuple[float, bool]]:
    """Give the sum of a group in which all known ones lack the secret, and if the target has it.

    NaN where the model is refused.
    """
    exact, wages, found = canary_bank.exact(), canary_bank.wages(), []
    places = np.arange(200, canary_bank.PERSONS)
    lacking = places[(exact[places] <= 500) & (places % 10 != 3)]
    chance = np.random.default_rng(9)
    for target in balanced(count, 9):
        known = chance.choice(lacking[lacking != target], size - 1, replace=False)
        named = ", ".join(f"{wages[place]}" for place in [*known, target])
        made = (
            f"generate d = inlist(wage, {named})\ngenerate twice = d * 2\ngenerate number = one * 1"
        )
        reply = asked(session, f"{made}\n{model}\ndrop d twice number")
        total = math.nan
        if not reply.codes:
            coefficients = numbers(reply.table)[:, 0]
            total = size * (coefficients[0] * (2 if "twice" in model else 1) + coefficients[-1])
        found.append((total, bool(exact[target] > 500)))
    return found


def told_by_alike(session: Session, count: int) -> tuple[float, int]:
    found = [one for model in ALIKE for one in groups_alike(session, model, count, 50)]
    right = [(total > 0.5) == secret for total, secret in found if not math.isnan(total)]
    return float(np.mean(right)), len(right)


def test_a_group_known_to_be_alike_but_for_one_does_not_tell(session: Session) -> None:
    """No residual, no jitter: the floor alone, Phi(0.5), 69 %."""
    rate, trials = told_by_alike(session, 400 if LARGE else 30)
    held(rate, normal(0.5), trials)


def test_without_a_floor_a_group_known_to_be_alike_tells(root: Path) -> None:
    unfloored = weakened(started(root, "default"), magnitudes={"floor_c": 0.0})
    rate, _ = told_by_alike(unfloored, 8)
    broken(rate, 0.9)


@pytest.mark.parametrize("model", UNBOUNDED)
def test_an_indicator_by_another_name_is_none_the_less(session: Session, model: str) -> None:
    """One, or nobody, of a class where a measure is not at rest: no model, as for an indicator."""
    assert all(math.isnan(total) for total, _ in groups_alike(session, model, 2, 50))


def test_without_its_guard_an_indicator_by_another_name_tells(root: Path) -> None:
    unguarded = weakened(started(root, "default"), models={"outcome_support": 0})
    found = groups_alike(unguarded, "logit one twice", 8, 50)
    told_of = [(total > -50 * 5) == secret for total, secret in found if not math.isnan(total)]
    broken(float(np.mean(told_of)), 0.8)


BASE = "generate z = wage - int(wage / 100000) * 100000\n"
GIANTS = {
    # In the women's column nobody else is one: the measure itself is clipped at the men's.
    "group": f"{BASE}replace z = 10000000 if KNOWN | TARGET",
    # Two columns that differ by little, and by a giant for one person.
    "difference": f"{BASE}generate z2 = z + wage - int(wage / 700) * 700\n"
    "replace z = 10000000 if KNOWN | TARGET\nreplace z2 = 10000000 if KNOWN",
    # Giants that hide lesser ones: as many rounds as there are sizes, and one more for the target.
    "sizes": f"{BASE}replace z = 100000000000000 if KNOWN\n"
    + "".join(f"replace z = {10**power} if WOMAN{14 - power}\n" for power in (13, 12, 11, 10, 9))
    + "replace z = 100000000 if TARGET",
    # Too many of the first size to stand out, and known others below them.
    "padded": f"{BASE}replace z = 10000000 if KNOWN | TARGET"
    + "".join(f" | WOMAN{place}" for place in range(1, 6)),
    # An outcome of its own in a place where nobody else has one.
    "outcome": f"{BASE}replace z = 5 * wage if KNOWN\nreplace z = 10000000 if TARGET",
}
STANDING_OUT = {
    "regress": ("group", "regress born i.sex##c.z"),
    "regress, robust": ("group", "regress born i.sex##c.z, robust"),
    "regress, difference": ("difference", "regress born z z2"),
    "regress, sizes": ("sizes", "regress born i.sex##c.z"),
    "regress, padded": ("padded", "regress born i.sex##c.z"),
    "regress, outcome": ("outcome", "regress z known exact"),
    "logit": ("group", "logit odd i.sex##c.z"),
    "logit, sizes": ("sizes", "logit odd i.sex##c.z"),
    "probit": ("difference", "probit odd z z2"),
    "mlogit": ("group", "mlogit three i.sex##c.z"),
    "poisson": ("group", "poisson count i.sex##c.z"),
    "poisson, sizes": ("sizes", "poisson count i.sex##c.z"),
    "negative-binomial": ("group", "negative-binomial count i.sex##c.z"),
    "cox": ("group", "cox odd born i.sex##c.z"),
    "ivregress": ("group", "ivregress exact i.sex##c.z (born = decade)"),
    "regress-mml": ("difference", "regress-mml exact z z2 by decade"),
    "oaxaca": ("group", "oaxaca exact z by sex"),
}


def standing_out(session: Session, name: str, each: int, seed: int) -> tuple[Floats, Bools]:
    """Give how far replies are from nobody's, by target, where she is a giant with the secret."""
    giants, model = STANDING_OUT[name]
    wages, chance = canary_bank.wages(), np.random.default_rng(seed)
    places = np.arange(200, canary_bank.PERSONS)
    places = places[places % 10 != 3]
    women = chance.permutation(places[places % 2 == 1])
    men = [f"{w}" for w in wages[chance.choice(places[places % 2 == 0], 40, replace=False)]]
    made = GIANTS[giants].replace("KNOWN", "known")
    for place, woman in enumerate(women[-9:]):
        made = made.replace(f"WOMAN{place + 1}", f"wage == {wages[woman]}")
    found, bits = [], high(women)
    free, half = slice(None, -9), slice(None, each // 2)
    targets = np.concatenate([women[free][bits[free]][half], women[free][~bits[free]][half]])
    for where in ["exact > 1e9", *(f"wage == {wages[p]} & exact > 500" for p in targets)]:
        script = f"generate known = inlist(wage, {', '.join(men)})\n{made.replace('TARGET', where)}"
        found.append(prints(asked(session, f"{script}\n{model}\ndrop z known")))
        asked(session, "drop z2")
    return told([apart(one, found[0]) for one in found[1:]], high(targets))


def told_by_standing_out(session: Session, each: int) -> tuple[float, int]:
    names = list(STANDING_OUT)
    return pooled([standing_out(session, name, each, seed) for seed, name in enumerate(names)])


def test_who_stands_out_alone_does_not_tell(session: Session) -> None:
    """Left out or never there: one person more or less, whatever the model and however hidden."""
    rate, trials = told_by_standing_out(session, EACH)
    held(rate, 0.66, trials)


def test_a_refusal_of_who_stands_out_would_tell(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence off: a model in which somebody stands out is refused."""

    def refused(*asked_with: Any) -> Trimmed:
        found = trimmed(*asked_with)
        return replace(found, sound=found.sound and found.rows is None)

    monkeypatch.setattr("kohort.disclosure.models.trimmed", refused)
    names = ["regress", "regress, difference", "logit", "cox"]
    rate, _ = pooled([standing_out(session, name, 4, seed) for seed, name in enumerate(names)])
    broken(rate, 0.9)
