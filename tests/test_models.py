"""Release of linear models: merging, what is dropped, and agreement with the plain fit."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from asked_models import (
    DEFAULT,
    KEYS,
    OPEN,
    PLATFORM,
    SECRET,
    asked,
    category,
    incomes,
    measure,
    release_linear,
    shown,
    source,
    varied,
)

from kohort import wording
from kohort.disclosure.model_noise import code_fingerprint
from kohort.disclosure.models import Refusal
from kohort.estimators.design import DesignTooWideError
from kohort.wording import Meaning, Population


def test_open_profile_gives_the_plain_fit() -> None:
    y, age, sex = incomes(800)
    evidence = asked("age i.sex i.sex#c.age", y, age, sex, covariance="robust", level=90.0)
    found = shown(release_linear(SECRET, OPEN, evidence))
    two = (sex.index == 1).astype(float)
    matrix = np.column_stack([age.x, two, two * age.x, np.ones(800)])
    result: Any = sm.OLS(y.x, matrix).fit().get_robustcov_results("HC1")
    assert found.names == ("age", "i.sex[2]", "i.sex[2]#c.age", "_cons")
    np.testing.assert_allclose(found.coefficients, result.params, rtol=1e-9)
    np.testing.assert_allclose(found.errors, result.bse, rtol=1e-9)
    first = found.equations[0]
    np.testing.assert_allclose(np.asarray(first.p), result.pvalues, rtol=1e-7)
    np.testing.assert_allclose(
        [found.equations[0].lower, found.equations[0].upper], result.conf_int(0.1).T, rtol=1e-8
    )
    assert found.figure("r2") == pytest.approx(result.rsquared, rel=1e-10)
    assert found.figure("r2_adj") == pytest.approx(result.rsquared_adj, rel=1e-10)
    assert found.figure("f") == pytest.approx(float(result.fvalue), rel=1e-9)
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
    assert found.figure("r2") == round(plain.figure("r2"), 3)


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


def test_the_term_that_is_too_wide_is_named() -> None:
    y, age, sex = incomes(6000)
    many, few = category("many", np.arange(6000) // 2), category("few", np.arange(6000) % 60)
    for formula, names in (
        ("age i.sex i.many i.many#c.age", ("many",)),
        ("age i.many i.few#i.few", ("few", "few")),
        ("i.few#i.many age", ("few", "many")),
    ):
        # Variance inflation needs all columns: nothing is absorbed.
        needing = asked(formula, y, age, sex, many, few, options={"vif": True})
        with pytest.raises(DesignTooWideError) as raised:
            release_linear(SECRET, OPEN, needing)
        assert raised.value.operands == names
