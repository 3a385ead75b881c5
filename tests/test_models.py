"""Release of linear models: guards, merging, noise, and agreement with the plain fit."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from kohort import wording
from kohort.disclosure import profile as profiles
from kohort.disclosure.keys import Secret, record_keys
from kohort.disclosure.model_evidence import Category, LinearEvidence, Measure, Operand
from kohort.disclosure.model_guards import constant_shown, large_enough, published_support
from kohort.disclosure.model_noise import ModelKeys, ModelNoise, clip_rank, code_fingerprint
from kohort.disclosure.models import ModelNumbers, Refusal, release_linear
from kohort.disclosure.profile import Profile
from kohort.wording import Meaning, Population

OPEN = profiles.load("open")
DEFAULT = profiles.load("default")
PLATFORM = profiles.load("microdata-no")
SECRET = Secret(b"secret for the tests of models, 32 bytes and more")
KEYS = record_keys(SECRET, "PERSON", range(1, 6001))


def source(name: str) -> Meaning:
    return wording.source("db", name, "2020-01-01")


def measure(name: str, x: Any, binary: bool = False, meaning: Meaning | None = None) -> Measure:
    return Measure(name, meaning or source(name), np.asarray(x, dtype=np.float64), binary)


def category(name: str, values: Any, listed: tuple[int, ...] | None = None) -> Category:
    codes, index = np.unique(values, return_inverse=True)
    return Category(name, source(name), tuple(codes.tolist()), index.astype(np.int32), listed)


def terms(text: str) -> tuple[tuple[Operand, ...], ...]:
    """`x i.a i.a#c.x`: bare names are measures."""
    found = []
    for term in text.split():
        parts = [part.split(".") if "." in part else ["c", part] for part in term.split("#")]
        found.append(tuple(Operand("i" if kind == "i" else "c", name) for kind, name in parts))
    return tuple(found)


def asked(
    formula: str, y: Measure, *columns: Measure | Category, **settings_: Any
) -> LinearEvidence:
    n = len(y.x)
    return LinearEvidence(
        outcome=y,
        products=terms(formula),
        measures={c.name: c for c in columns if isinstance(c, Measure)},
        categories={c.name: c for c in columns if isinstance(c, Category)},
        keys=settings_.pop("keys", KEYS[:n]),
        population=settings_.pop("population", Population()),
        **settings_,
    )


def incomes(n: int, seed: int = 3) -> tuple[Measure, Measure, Category]:
    rng = np.random.default_rng(seed)
    sex, age = rng.integers(1, 3, n), rng.integers(20, 70, n).astype(float)
    y = np.rint(np.exp(rng.normal(12.5, 0.5, n)) * (1 + 0.005 * age) * (1 + 0.1 * (sex == 1)))
    return measure("income", y), measure("age", age), category("sex", sex, (1, 2))


def shown(found: ModelNumbers | Refusal) -> ModelNumbers:
    assert isinstance(found, ModelNumbers)
    return found


def varied(**limits: Any) -> Profile:
    return replace(DEFAULT, models=replace(DEFAULT.models, **limits))


def secrets(count: int) -> Iterator[Secret]:
    return (Secret(f"secret number {i} of at least 32 bytes ....".encode()) for i in range(count))


def test_open_profile_gives_the_plain_fit() -> None:
    y, age, sex = incomes(800)
    evidence = asked("age i.sex i.sex#c.age", y, age, sex, robust=True, level=90.0)
    found = shown(release_linear(SECRET, OPEN, evidence))
    two = (sex.index == 1).astype(float)
    matrix = np.column_stack([age.x, two, two * age.x, np.ones(800)])
    result: Any = sm.OLS(y.x, matrix).fit().get_robustcov_results("HC1")
    assert found.names == ("age", "i.sex[2]", "i.sex[2]#c.age", "_cons")
    np.testing.assert_allclose(found.coefficients, result.params, rtol=1e-9)
    np.testing.assert_allclose(found.errors, result.bse, rtol=1e-9)
    np.testing.assert_allclose(found.p, result.pvalues, rtol=1e-7)
    np.testing.assert_allclose([found.lower, found.upper], result.conf_int(0.1).T, rtol=1e-8)
    assert found.r2 == pytest.approx(result.rsquared, rel=1e-10)
    assert found.adjusted_r2 == pytest.approx(result.rsquared_adj, rel=1e-10)
    assert found.f == pytest.approx(float(result.fvalue), rel=1e-9)
    assert (found.n, found.observations, found.constant) == (800, 800, "shown")
    assert found.groupings["sex"].reference == 1


def test_platform_profile_only_rounds() -> None:
    y, age, sex = incomes(3000)
    evidence = asked("age i.sex", y, age, sex)
    plain = shown(release_linear(SECRET, OPEN, evidence))
    found = shown(release_linear(SECRET, PLATFORM, evidence))
    expected = [float(f"{value:.3e}") for value in plain.coefficients]
    assert found.coefficients.tolist() == expected
    assert found.errors.tolist() == [float(f"{value:.2e}") for value in plain.errors]
    assert found.r2 == round(plain.r2, 3)


def test_refusals_under_no_protection_tell_the_reason() -> None:
    y, age, _ = incomes(50)
    same = measure("same", np.ones(50))
    assert release_linear(SECRET, OPEN, asked("same", y, same)) == Refusal("no regressor")
    assert release_linear(SECRET, OPEN, asked("age", same, age)) == Refusal("constant outcome")
    few = asked("age", measure("y", [1, 2]), measure("age", [3, 4]))
    assert release_linear(SECRET, OPEN, few) == Refusal("too few rows")
    assert release_linear(SECRET, DEFAULT, few) == Refusal()


def test_default_profile_is_close_and_repeats() -> None:
    y, age, sex = incomes(5000)
    evidence = asked("age i.sex", y, age, sex)
    plain = shown(release_linear(SECRET, OPEN, evidence))
    found = shown(release_linear(SECRET, DEFAULT, evidence))
    assert np.all(np.abs(found.coefficients - plain.coefficients) < 3 * plain.errors)
    again = shown(release_linear(SECRET, DEFAULT, asked("i.sex age", y, age, sex)))
    assert dict(zip(again.names, again.coefficients, strict=True)) == dict(
        zip(found.names, found.coefficients, strict=True)
    )
    order = np.random.default_rng(1).permutation(5000)
    shuffled = asked(
        "age i.sex",
        measure("income", y.x[order]),
        measure("age", age.x[order]),
        replace(sex, index=sex.index[order]),
        keys=KEYS[:5000][order],
    )
    moved = shown(release_linear(SECRET, DEFAULT, shuffled))
    assert moved.coefficients.tolist() == found.coefficients.tolist()
    assert moved.n == found.n
    thousand = measure(
        "age", 1000 * age.x, meaning=wording.multiplied((source("age"), wording.number(1000)))
    )
    scaled = shown(release_linear(SECRET, DEFAULT, asked("age i.sex", y, thousand, sex)))
    assert scaled.coefficients[0] == pytest.approx(found.coefficients[0] / 1000, rel=1e-12)
    assert scaled.coefficients[1:].tolist() == found.coefficients[1:].tolist()


def test_other_words_draw_another_half() -> None:
    y, age, _ = incomes(5000)
    plain = shown(release_linear(SECRET, DEFAULT, asked("age", y, age)))
    narrowed = Population().keep(wording.present(source("age")))
    other = shown(release_linear(SECRET, DEFAULT, asked("age", y, age, population=narrowed)))
    assert plain.coefficients[0] != other.coefficients[0]
    assert abs(plain.coefficients[0] - other.coefficients[0]) < 2 * plain.errors[0]


def test_noise_is_eta_robust_errors() -> None:
    """4.5: noise of a coefficient is eta times its robust error, and intervals allow for it."""
    y, age, _ = incomes(400)
    only_noise = varied(
        clip_units=0, eff_support_min=0, coef_digits=15, se_digits=15, r2_decimals=15
    )
    evidence = asked("age", y, age, robust=True)
    exact = shown(release_linear(SECRET, OPEN, evidence))
    found = [shown(release_linear(s, only_noise, evidence)) for s in secrets(300)]
    noise = np.array([f.coefficients[0] - exact.coefficients[0] for f in found]) / exact.errors[0]
    assert abs(noise.mean()) < 0.07
    # The standard deviation of 300 draws is known to 4 per cent.
    assert noise.std() == pytest.approx(0.3, rel=0.15)
    errors = np.array([f.errors[0] for f in found]) / exact.errors[0]
    assert errors.mean() == pytest.approx(1.09**0.5, rel=0.02)
    classical = replace(evidence, robust=False)
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


def test_script_collinearity_is_dropped_and_named() -> None:
    y, age, sex = incomes(4000)
    is_two = wording.equals(source("sex"), wording.number(2))
    two = (sex.index == 1).astype(float)
    columns = (
        age,
        sex,
        measure(
            "months",
            12 * age.x + 3,
            meaning=wording.added((
                wording.multiplied((source("age"), wording.number(12))),
                wording.number(3),
            )),
        ),
        measure("woman", two, True, is_two),
        measure("man", 1 - two, True, is_two.negated),
    )
    found = release_linear(SECRET, DEFAULT, asked("age months woman man i.sex", y, *columns))
    assert shown(found).names == ("age", "woman", "_cons")
    assert shown(found).dropped == ("months", "man", "i.sex[2]")
    reference = asked("i.sex man", y, *columns)
    assert shown(release_linear(SECRET, DEFAULT, reference)).dropped == ("man",)
    assert shown(
        release_linear(SECRET, DEFAULT, asked("woman man", y, *columns, constant=False))
    ).names == ("woman", "man")


def test_full_set_of_dummies_of_a_code_list() -> None:
    y, age, _ = incomes(4000)
    group = np.random.default_rng(2).integers(1, 4, 4000)
    dummies = [
        measure(f"d{c}", group == c, True, wording.code_cell(source("g"), c)) for c in (1, 2, 3)
    ]
    lists: dict[Meaning, tuple[int | float | str, ...]] = {source("g"): (1, 2, 3)}
    evidence = asked("d1 d2 d3 age", y, age, *dummies, lists=lists)
    found = shown(release_linear(SECRET, DEFAULT, evidence))
    assert found.dropped == ("d3",)
    unknown = replace(evidence, lists={})
    assert release_linear(SECRET, DEFAULT, unknown) == Refusal()


def test_small_categories_are_merged() -> None:
    y, *_ = incomes(4000)
    values = np.ones(4000, dtype=int)
    values[:1500] = 2
    values[1500:1520] = 3
    for code in range(4, 14):  # ten categories of three persons: thirty in all
        values[1520 + 3 * (code - 4) : 1523 + 3 * (code - 4)] = code
    place = category("place", values, tuple(range(1, 14)))
    found = shown(release_linear(SECRET, varied(eff_support_min=0), asked("i.place", y, place)))
    assert found.names == ("i.place[2]", "i.place[3]", "i.place[other]", "_cons")
    grouping = found.groupings["place"]
    assert (grouping.reference, grouping.kept, grouping.merged) == (1, (1, 2, 3), "other")
    # Few in all: they join the reference, and the note is there with or without them.
    values[1526:1550] = 1
    few = category("place", values, tuple(range(1, 14)))
    found = shown(release_linear(SECRET, varied(eff_support_min=0), asked("i.place", y, few)))
    assert found.names == ("i.place[2]", "i.place[3]", "_cons")
    assert found.groupings["place"].merged == "reference"
    none = category("place", np.where(values > 3, 1, values), tuple(range(1, 14)))
    found = shown(release_linear(SECRET, varied(eff_support_min=0), asked("i.place", y, none)))
    assert found.groupings["place"].merged == "reference"
    listed = category("place", np.where(values > 3, 1, values), (1, 2, 3))
    found = shown(release_linear(SECRET, varied(eff_support_min=0), asked("i.place", y, listed)))
    assert found.groupings["place"].merged is None


def test_merged_columns_are_the_right_ones() -> None:
    """With merging but no noise, the fit is that of hand-made indicators."""
    y, _, sex = incomes(3000)
    values = np.where(np.arange(3000) < 18, np.arange(3000) % 7 + 10, np.arange(3000) % 3)
    place = category("place", values)
    merging = varied(eta=0.0, eff_support_min=0, clip_units=0, coef_digits=15, se_digits=15)
    evidence = asked("i.place i.sex i.sex#i.place", y, place, sex)
    found = shown(release_linear(SECRET, merging, evidence))
    two = sex.index == 1
    rest = values >= 10
    columns = [values == 1, values == 2, rest, two, two & (values == 1), two & (values == 2)]
    names = ["i.place[1]", "i.place[2]", "i.place[other]", "i.sex[2]"]
    names += ["i.sex[2]#i.place[1]", "i.sex[2]#i.place[2]"]
    assert found.names[:-1] == tuple(names)
    assert found.unsupported == ("i.sex[2]#i.place[other]",)
    result = sm.OLS(y.x, np.column_stack([*columns, np.ones(3000)]).astype(float)).fit()
    np.testing.assert_allclose(found.coefficients[: len(names)], result.params[:-1], rtol=1e-9)


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
    assert found.df_residual == found.observations - 2
    # A unit of many rows is one unit of support, though no row stands out.
    several = np.where(np.arange(3000) < 300, 0, unit + 1)
    many = replace(age, x=np.where(several == 0, 200 + age.x / 10, age.x / 10))
    assert (
        release_linear(
            SECRET, varied(clip_units=0), asked("age", y, many, keys=KEYS[several], units=several)
        )
        == Refusal()
    )


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


def test_content_of_a_factor() -> None:
    index = np.array([0, 2, 2, 5], dtype=np.int32)
    keys = KEYS[:4]
    content = code_fingerprint(index, keys)
    assert code_fingerprint(np.array([0, 1, 1, 2], dtype=np.int32), keys) == content
    order = np.array([3, 1, 0, 2])
    assert code_fingerprint(index[order], keys[order]) == content
    assert code_fingerprint(np.array([0, 2, 5, 5], dtype=np.int32), keys) != content
    assert code_fingerprint(index, KEYS[1:5]) != content


def test_unreleased_evidence_has_no_text() -> None:
    y, age, _ = incomes(20)
    evidence = asked("age", y, age)
    assert repr(evidence) == repr(y) == "<unreleased>"
    with pytest.raises(TypeError):
        f"{evidence}"


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
        robust=bool(seed % 2),
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
