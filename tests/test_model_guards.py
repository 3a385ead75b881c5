"""Guards and noise of released models: what is refused, how often, and what an attack gains."""

from dataclasses import replace

import numpy as np
import pytest
from asked_models import (
    DEFAULT,
    KEYS,
    OPEN,
    SECRET,
    asked,
    category,
    incomes,
    measure,
    release_linear,
    secrets,
    shown,
    source,
    unblurred,
    varied,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from kohort import wording
from kohort.disclosure import profile as profiles
from kohort.disclosure.model_guards import constant_shown, large_enough, published_support
from kohort.disclosure.model_noise import ModelKeys, ModelNoise, clip_rank
from kohort.disclosure.model_numbers import ModelNumbers
from kohort.disclosure.model_patterns import patterned
from kohort.disclosure.model_support import Support, group
from kohort.disclosure.models import Refusal
from kohort.disclosure.profile import Profile
from kohort.wording import Population


def test_refusals_under_no_protection_tell_the_reason() -> None:
    y, age, _ = incomes(50)
    same = measure("same", np.ones(50))
    assert release_linear(SECRET, OPEN, asked("same", y, same)) == Refusal("no regressor")
    assert release_linear(SECRET, OPEN, asked("age", same, age)) == Refusal("constant outcome")
    few = asked("age", measure("y", [1, 2]), measure("age", [3, 4]))
    assert release_linear(SECRET, OPEN, few) == Refusal("too few rows")
    assert release_linear(SECRET, DEFAULT, few) == Refusal()


def test_noise_is_eta_robust_errors() -> None:
    """4.5: noise of a coefficient is eta times its robust error, and intervals allow for it."""
    y, age, _ = incomes(400)
    only_noise = unblurred(
        varied(clip_units=0, eff_support_min=0, coef_digits=15, se_digits=15, r2_decimals=15)
    )
    evidence = asked("age", y, age, covariance="robust")
    exact = shown(release_linear(SECRET, OPEN, evidence))
    found = [shown(release_linear(s, only_noise, evidence)) for s in secrets(300)]
    noise = np.array([f.coefficients[0] - exact.coefficients[0] for f in found]) / exact.errors[0]
    assert abs(noise.mean()) < 0.07
    # The standard deviation of 300 draws is known to 4 per cent.
    assert noise.std() == pytest.approx(0.3, rel=0.15)
    errors = np.array([f.errors[0] for f in found]) / exact.errors[0]
    assert errors.mean() == pytest.approx(1.09**0.5, rel=0.02)
    classical = replace(evidence, covariance="classical")
    plain = shown(release_linear(SECRET, OPEN, classical)).errors[0]
    found = [shown(release_linear(s, only_noise, classical)) for s in secrets(100)]
    assert np.mean([f.errors[0] for f in found]) / plain == pytest.approx(1.09**0.5, rel=0.02)


@pytest.mark.parametrize(
    ("m", "rate"), [(0, 0.0), (1, 0.0), (5, 0.10), (8, 0.61), (10, 0.88), (15, 1.0), (5000, 1.0)]
)
def test_pass_rates_of_effective_support(m: int, rate: float) -> None:
    """The rates are those of the disclosure reference, 4.11."""
    y, age, _ = incomes(30)
    evidence = asked("age", y, age)
    rng = np.random.default_rng(m)
    passed = 0
    for key in rng.integers(0, 2**63, 1500).tolist():
        keys = ModelKeys(key, key ^ 1, 0.5)
        population = Population().keep(wording.present(source(f"v{key}")))
        asked_so = replace(evidence, population=population)
        passed += published_support(SECRET, DEFAULT.counts, asked_so, keys, m) >= 8
    assert passed / 1500 == pytest.approx(rate, abs=0.045)


def test_published_support_repeats() -> None:
    y, age, _ = incomes(30)
    evidence = asked("age", y, age)
    numbers = {
        published_support(SECRET, DEFAULT.counts, evidence, ModelKeys(77, 78, 0.5), 9)
        for _ in range(3)
    }
    assert len(numbers) == 1


def attacked(profile: Profile, targets: int) -> np.ndarray:
    """Relative errors of y from a ten-unit dummy with the target and a nine-unit one without.

    The mean of the dummy's units is coefficient plus constant; ten times it less nine times the
    other is the target's value. The dummy is declared continuous, so that no minority is counted.
    """
    rng = np.random.default_rng(8)
    y = measure("income", np.exp(rng.normal(12.5, 0.5, 600)))
    errors = []
    for target in range(targets):
        others = rng.choice(np.setdiff1d(np.arange(600), [target]), 9, replace=False)
        totals = []
        for members in (np.append(others, target), others):
            dummy = np.zeros(600)
            dummy[members] = 1
            words = source(f"d{target} of {len(members)}")
            evidence = asked("d", y, measure("d", dummy, meaning=words))
            found = release_linear(SECRET, profile, evidence)
            if isinstance(found, ModelNumbers):
                totals.append(len(members) * found.coefficients.sum())
        if len(totals) == 2:
            errors.append((totals[0] - totals[1]) / y.x[target] - 1)
    return np.array(errors)


def test_ten_unit_dummy_does_not_give_the_value_away() -> None:
    exact = attacked(OPEN, 20)
    assert len(exact) == 20
    assert np.abs(exact).max() < 1e-6
    # Without the guards, which alone would refuse a third of these, and without clipping, which
    # would wipe out the dummy: the noise must do by itself. Guessing is right for 14.5 per cent.
    noisy = attacked(varied(eff_support_min=0, clip_units=0), 150)
    assert len(noisy) == 150
    assert (np.abs(noisy) < 0.1).mean() < 0.2
    assert len(attacked(varied(), 30)) <= 15


def test_data_collinearity_is_the_one_refusal() -> None:
    y, age, _ = incomes(2000)
    copied = measure("copied", 3 - 2 * age.x)
    evidence = asked("age copied", y, age, copied)
    assert release_linear(SECRET, DEFAULT, evidence) == Refusal("SDC-M1")
    assert shown(release_linear(SECRET, OPEN, evidence)).dropped == ("copied",)
    # Different for one unit only: a leverage near one.
    almost = measure("almost", np.where(np.arange(2000) == 7, 0, age.x))
    assert release_linear(SECRET, DEFAULT, asked("age almost", y, age, almost)) == Refusal()
    exact = asked("age", measure("y", 5 * age.x), age)
    assert release_linear(SECRET, DEFAULT, exact) == Refusal()


def test_binary_regressors_need_both_values() -> None:
    y, age, _ = incomes(3000)
    rare = measure("rare", np.arange(3000) < 4, binary=True)
    common = measure("common", np.arange(3000) < 400, binary=True)
    assert release_linear(SECRET, DEFAULT, asked("age rare", y, age, rare)) == Refusal()
    nearly = replace(rare, x=1 - rare.x)
    assert release_linear(SECRET, DEFAULT, asked("age rare", y, age, nearly)) == Refusal()
    found = shown(release_linear(SECRET, DEFAULT, asked("age common", y, age, common)))
    assert found.names == ("age", "common", "_cons")


def test_binary_outcome_needs_both_classes() -> None:
    _, age, _ = incomes(3000)
    some = measure("some", np.arange(3000) % 3 == 0, binary=True)
    group = measure("group", np.arange(3000) < 60, binary=True)
    assert isinstance(
        release_linear(SECRET, DEFAULT, asked("group age", some, group, age)), ModelNumbers
    )
    never = measure("some", (np.arange(3000) % 3 == 0) & (np.arange(3000) >= 60), binary=True)
    assert release_linear(SECRET, DEFAULT, asked("group age", never, group, age)) == Refusal()


def test_constant_is_hidden_with_small_combinations() -> None:
    y, age, sex = incomes(3000)
    other = category("other", np.where(np.arange(3000) < 30, 2, 1), (1, 2))
    spread = varied(eff_support_min=0)
    found = shown(release_linear(SECRET, spread, asked("age i.sex i.other", y, age, sex, other)))
    assert found.constant == "shown"
    index = np.where(np.arange(3000) < 30, sex.index[0], sex.index).astype(np.int32)
    alone = replace(sex, index=index)  # nobody has other = 2 with the other sex
    found = shown(release_linear(SECRET, spread, asked("age i.sex i.other", y, age, alone, other)))
    assert found.constant == "hidden"
    assert "_cons" not in found.names
    assert len(found.coefficients) == len(found.names) == 3
    none = asked("age i.sex", y, age, sex, constant=False)
    assert shown(release_linear(SECRET, DEFAULT, none)).constant == "none"


def test_decisions_by_hand() -> None:
    limits = DEFAULT.models
    assert large_enough(limits, 30, 3)
    assert not large_enough(limits, 29, 3)
    assert not large_enough(limits, 10, 1)
    assert constant_shown(limits, 3, [5, 9, 100])
    assert not constant_shown(limits, 4, [5, 9, 100])
    assert not constant_shown(limits, 3, [5, 0, 100])


def test_units_with_several_rows_count_once() -> None:
    y, age, _ = incomes(3000)
    unit = np.arange(3000) // 3
    evidence = asked("age", y, age, keys=KEYS[unit], units=unit)
    plain = shown(release_linear(SECRET, OPEN, evidence))
    assert (plain.n, plain.observations) == (1000, 3000)
    found = shown(release_linear(SECRET, DEFAULT, evidence))
    assert abs(found.n - 1000) <= 10
    assert found.observations == 3 * found.n
    assert dict(found.header)["df"] == f"1, {found.observations - 2}"
    # A unit of many rows is one unit of support, and stands out though no row does.
    several = np.where(np.arange(3000) < 300, 0, unit + 1)
    many = replace(age, x=np.where(several == 0, 200 + age.x / 10, age.x / 10))
    bare = unblurred(varied(clip_units=0, eta=0.0, coef_digits=15))
    found = shown(
        release_linear(SECRET, bare, asked("age", y, many, keys=KEYS[several], units=several))
    )
    left = replace(y, x=y.x[300:]), replace(many, x=many.x[300:])
    alone = shown(release_linear(SECRET, OPEN, asked("age", *left)))
    assert found.coefficients == pytest.approx(alone.coefficients, rel=1e-9)


def test_clipping_takes_units_at_random_ranks() -> None:
    ranks = [clip_rank(5000, u, 10) for u in np.linspace(0.0005, 0.9995, 2000)]
    assert np.median(ranks) == 10
    assert np.std(ranks) == pytest.approx(0.25 * 10 * 2**0.5, rel=0.1)
    assert min(ranks) < 4 < 20 < max(ranks)
    assert clip_rank(8, 0.5, 10) == 2
    x = np.arange(1000.0)
    evidence = asked("x", measure("y", x), measure("x", x))
    clipped = ModelNoise(SECRET, DEFAULT.models, DEFAULT.magnitudes, evidence).read(
        evidence.measures["x"]
    )
    rank = int((clipped > x).sum())
    assert 1 <= rank <= 40
    assert clipped.tolist() == np.clip(x, rank, 999 - rank).tolist()
    twice = asked("x", measure("y", x), measure("x", x // 2), keys=KEYS[np.arange(1000) // 2])
    twice = replace(twice, units=np.arange(1000) // 2)
    halved = ModelNoise(SECRET, DEFAULT.models, DEFAULT.magnitudes, twice).read(twice.measures["x"])
    assert halved.min() == 499 - halved.max()


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 600),
    formula=st.sampled_from(["x", "x i.a", "i.a i.b i.a#i.b", "d i.a#d x#x", "i.a i.a#x", "d#x d"]),
    constant=st.booleans(),
    name=st.sampled_from(["default", "strict", "microdata-no", "open"]),
    panel=st.booleans(),
)
def test_any_model_is_published_in_few_digits_or_refused(
    seed: int, n: int, formula: str, constant: bool, name: str, panel: bool
) -> None:
    rng = np.random.default_rng(seed)
    unit = rng.integers(0, max(1, n // 3), n) if panel else np.arange(n)
    columns = (
        measure("x", rng.normal(size=n) if seed % 3 else rng.integers(0, 3, n)),
        measure("d", rng.random(n) < rng.random(), binary=True),
        category("a", rng.integers(0, 5, n)),
        category("b", rng.geometric(0.5, n)),
    )
    evidence = asked(
        formula,
        measure("y", np.exp(rng.normal(size=n))),
        *columns,
        keys=KEYS[unit],
        units=unit if panel else None,
        constant=constant,
        covariance="robust" if seed % 2 else "classical",
    )
    found = release_linear(SECRET, profiles.load(name), evidence)
    if isinstance(found, Refusal):
        assert name == "open" or found.reason == "SDC-M1"
        return
    assert len(found.names) == len(found.coefficients) == len(found.errors)
    if name != "open":
        assert all(float(f"{b:.3e}") == b for b in found.coefficients)
        assert all(float(f"{e:.2e}") == e for e in found.errors)
        assert found.n == 0 or found.n > 4


def test_support_on_patterns_is_that_of_the_rows() -> None:
    """Units and keys of a set are the sums of those of the patterns that it is made of."""
    _, age, sex = incomes(4000)
    some = measure("some", np.arange(4000) % 3 == 0, binary=True)
    other = category("other", np.arange(4000) % 7, tuple(range(7)))
    evidence = asked("age i.sex i.other", some, age, sex, other)
    rows, few = (
        Support(SECRET, DEFAULT.counts, evidence),
        patterned(SECRET, DEFAULT.counts, evidence),
    )
    assert few.view.rows == 2 * 2 * 7
    conditions = [wording.code_cell(source("other"), code) for code in range(7)]
    whole, view = evidence.categories["other"], few.view.categories["other"]
    assert (
        rows.cells(whole.index, conditions).tolist() == few.cells(view.index, conditions).tolist()
    )
    assert (
        rows.classes(whole.index, conditions).tolist()
        == few.classes(view.index, conditions).tolist()
    )
    assert rows.total() == few.total()
    one, two = (group(s, DEFAULT.models, c) for s, c in ((rows, whole), (few, view)))
    assert (one.kept, one.merged, one.table.tolist()) == (two.kept, two.merged, two.table.tolist())
    panel = replace(evidence, units=np.arange(4000) // 2)
    assert patterned(SECRET, DEFAULT.counts, panel).view is panel
    many = replace(evidence, categories={"other": category("other", np.arange(4000))})
    assert patterned(SECRET, DEFAULT.counts, many).view is many


def test_combinations_far_above_the_limit_are_not_looked_up() -> None:
    """Near the limit the published counts decide, far above it the true ones do as well."""
    y, *_ = incomes(4000)
    values = np.repeat(np.arange(4), [6, 12, 30, 3952])
    place = category("place", values, (0, 1, 2, 3))
    support = Support(SECRET, DEFAULT.counts, asked("i.place", y, place))
    conditions = [wording.code_cell(source("place"), code) for code in range(4)]
    published = support.cells(place.index, conditions).tolist()
    found = support.reaching(place.index, 4, 5, conditions.__getitem__).tolist()
    assert found == [*published[:3], 3952]
    assert not len(support.reaching(place.index, 5, 5, conditions.__getitem__))


def test_the_number_of_groups_does_not_average_out() -> None:
    """One number for all models of the same groups; other wordings change half of its noise."""
    rng = np.random.default_rng(12)
    y, age, sex = incomes(1500)
    others = [measure(f"x{i}", rng.normal(size=1500)) for i in range(4)]
    office = category("office", rng.integers(0, 60, 1500))
    errors = []
    for secret in secrets(50):
        told = []
        for place, other in enumerate(others):
            one = asked(
                f"age i.sex {other.name}",
                y,
                age,
                sex,
                other,
                groups={"cluster": office},
                covariance="cluster",
            )
            worded = Population().keep(wording.present(source(f"x{place}")))
            plain, further = (
                shown(release_linear(secret, DEFAULT, e))
                for e in (one, replace(one, population=worded))
            )
            told.append((plain.figure("clusters"), further.figure("clusters")))
        same, reworded = np.array(told).T
        assert len(set(same.tolist())) == 1
        errors.append((same[0] - 60, reworded.mean() - 60))
    once, averaged = np.sqrt((np.array(errors) ** 2).mean(axis=0))
    # V = 5 is halved:  has the half of the set, and an eighth of theirs.
    assert once == pytest.approx(5**0.5, rel=0.3)
    assert averaged == pytest.approx((2.5 + 2.5 / 4) ** 0.5, rel=0.3)
