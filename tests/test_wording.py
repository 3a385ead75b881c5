"""The canonical wording: the same question words the same, different ones never."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import banks
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_programs import (
    Assign,
    Author,
    Narrow,
    Statement,
    binary,
    call,
    lit,
    name,
    negation,
    selected,
    worded,
)

from kohort import expression as tree
from kohort import function, program, wording
from kohort.function import Parameter, Takes, functions
from kohort.meaning import opposite, subtracted
from kohort.scope import Labels, Scope, Shape, Type, Variable

SEEDS = st.integers(min_value=0, max_value=10**9)


def keeping(*conditions: tree.Expression) -> list[Narrow]:
    """Give a program that keeps where each of some conditions holds."""
    return [Narrow(condition, True) for condition in conditions]


def flat(conditions: Sequence[tree.Expression], operator: str) -> tree.Expression:
    """Join conditions by one operator."""
    joined = conditions[0]
    for condition in conditions[1:]:
        joined = binary(joined, operator, condition)
    return joined


def test_one_wording_one_selection() -> None:
    """Programs of one wording select the same rows, whatever the values: thousands of them."""
    author = Author(4711)
    groups: dict[str, list[list[Statement]]] = defaultdict(list)
    for _ in range(3000):
        written = author.program()
        groups[worded(written)].append(written)
    shared = [group for group in groups.values() if len(group) > 1]
    for group in shared:
        first = selected(group[0])
        for other in group[1:]:
            assert selected(other) == first, (group[0], other)
    # The test is worth something only while many different texts share a wording.
    assert len(shared) > 60
    assert sum(len({repr(p) for p in group}) > 1 for group in shared) > 50


@given(SEEDS, st.permutations(range(4)))
def test_order_splitting_and_repetition(seed: int, order: Sequence[int]) -> None:
    """The order of conjuncts, joined or split or repeated `keep`s change nothing."""
    author = Author(seed)
    conditions = [author.condition(1) for _ in range(3)]
    repeated = [*conditions, conditions[0]]
    shuffled = [repeated[i] for i in order]
    assert worded(keeping(*conditions)) == worded(keeping(flat(shuffled, "&")))


@given(SEEDS)
def test_drop_keeps_the_opposite(seed: int) -> None:
    """`drop if x` is `keep if !x`; `!(a | b)` is `!a & !b`; `!!x` is `x`."""
    author = Author(seed)
    a, b = author.condition(2), author.condition(1)
    either = binary(a, "|", b)
    apart = keeping(negation(a), negation(b))
    assert worded([Narrow(either, False)]) == worded(apart)
    assert worded(keeping(negation(either))) == worded(apart)
    assert worded(keeping(negation(negation(a)))) == worded(keeping(a))


@given(SEEDS)
def test_comparisons_written_otherwise(seed: int) -> None:
    """A comparison may be flipped, and `!=` is the opposite of `==`."""
    author = Author(seed)
    x, y = author.number(1), author.number(1)
    for operator, flipped in (("<", ">"), ("<=", ">="), ("==", "=="), ("!=", "!=")):
        one, other = binary(x, operator, y), binary(y, flipped, x)
        assert worded(keeping(one)) == worded(keeping(other))
    unequal = negation(binary(x, "==", y))
    assert worded(keeping(binary(x, "!=", y))) == worded(keeping(unequal))


@given(SEEDS)
def test_functions_that_operators_can_say(seed: int) -> None:
    """`inlist` is a chain of `==`, `inrange` two comparisons."""
    author = Author(seed)
    x, a, b = author.number(1), author.number(0), author.number(0)
    chain = binary(binary(b, "==", x), "|", binary(x, "==", a))
    assert worded(keeping(call("inlist", x, a, b))) == worded(keeping(chain))
    ends = keeping(binary(a, "<=", x), binary(b, ">=", x))
    assert worded(keeping(call("inrange", x, a, b))) == worded(ends)


@given(SEEDS)
def test_flags_stand_for_their_conditions(seed: int) -> None:
    """A condition that is stored first and kept by afterwards is the condition."""
    condition = Author(seed).condition(2)
    plain = worded(keeping(condition))
    stored: list[Statement] = [Assign("v", condition, None, True), Narrow(name("v"), True)]
    assert worded(stored) == plain
    one: list[Statement] = [
        Assign("v", condition, None, True),
        Narrow(binary(name("v"), "==", lit(1)), True),
    ]
    assert worded(one) == plain
    marked: list[Statement] = [
        Assign("v", lit(1), condition, True),
        Narrow(binary(name("v"), "==", lit(1)), True),
    ]
    assert worded(marked) == plain
    marked_missing: list[Statement] = [
        Assign("v", lit(1), condition, True),
        Narrow(call("sysmiss", name("v")), False),
    ]
    assert worded(marked_missing) == plain
    two_steps: list[Statement] = [
        Assign("v", lit(0), None, True),
        Assign("v", lit(1), condition, False),
        Narrow(name("v"), True),
    ]
    assert worded(two_steps) == plain


def test_what_overflows_is_not_the_same() -> None:
    """Taking a large number off again is another question: whoever is large becomes missing."""
    big = lit(2**62)
    back = binary(binary(name("i"), "+", big), "-", big)
    assert worded(keeping(call("sysmiss", back))) != worded(keeping(call("sysmiss", name("i"))))
    rounded = binary(binary(name("d"), "+", lit(1e17)), "-", lit(1e17))
    zero = lit(0)
    assert worded(keeping(binary(rounded, "==", zero))) != worded(
        keeping(binary(name("d"), "==", zero))
    )


def test_shifted_and_scaled_magnitudes_word_the_same() -> None:
    """A mean in thousands, or of x + 10^6, is the same question; one of -x is not."""
    x = wording.source("bank", "X", "2020-12-31")
    everybody = wording.EVERYBODY

    def worded_mean(meaning: wording.Meaning) -> str:
        words = everybody.wording(wording.present(meaning))
        return wording.magnitude(words, meaning)

    plain = worded_mean(x)
    thousands = wording.Meaning("div", "", (x, wording.number(1000)))
    assert worded_mean(thousands) == plain
    assert worded_mean(wording.multiplied((x, wording.number(1000)))) == plain
    assert worded_mean(wording.added((x, wording.number(10**6)))) == plain
    assert worded_mean(opposite(x)) != plain
    assert worded_mean(wording.multiplied((x, wording.number(0)))) != plain
    assert worded_mean(wording.multiplied((x, x))) != plain
    # A shift that could push a value over the edge is seen, since it makes values missing.
    assert worded_mean(wording.added((x, wording.number(2**62)))) != plain


def test_texts_cannot_pose_as_definitions() -> None:
    """A text that holds separators or another definition's digest stays a text."""
    inner = wording.constant("a")
    forged = wording.constant("a\x1f" + inner.digest)
    assert len({inner.digest, forged.digest, wording.Meaning("txt", "a", (inner,)).digest}) == 3


def test_a_function_of_labels_means_its_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same call on a variable that is labelled otherwise asks for other codes."""
    known = functions()
    made = replace(
        known["inlist"], name="labelled", rest=None, meaning=None,
        parameters=(
            Parameter("v", Takes("any", variable=True)),
            Parameter("label", Takes("text", constant=True)),
        ),
    )  # fmt: skip
    monkeypatch.setattr(function, "_registry", {**known, "labelled": made})
    x = wording.source("bank", "X", None)
    asked = call("labelled", name("x"), lit("Low"))

    def worded_with(*pairs: tuple[int, str]) -> str:
        variable = Variable("x", Type.INTEGER, x, labels=Labels(pairs))
        return wording.of_condition(asked, Shape("people", variables={"x": variable})).digest

    assert worded_with((1, "Low")) == worded_with((1, "Low"))
    assert worded_with((1, "Low"), (2, "High")) != worded_with((2, "Low"), (1, "High"))


def test_deep_and_wide_histories_do_not_fail() -> None:
    """Thousands of statements about one variable are worded in time and without recursion."""
    x = wording.source("bank", "X", None)
    deep = x
    for i in range(5000):
        deep = subtracted(deep, wording.equals(x, wording.number(i)))
    wide = wording.either(wording.equals(x, wording.number(i)) for i in range(3000))
    nested = wide
    for i in range(500):
        nested = wording.both((nested.negated, wording.equals(deep, wording.number(i)).negated))
    assert wording.missing(deep).digest != nested.negated.digest
    assert wording.present(deep).negated == wording.missing(deep)


# ---- through the front end: whole scripts

START = """require no.test.small:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/INNTEKT_WLONN 2020-12-31 as wage
"""


def asked(root: Path, script: str) -> str:
    """Give the wording of the units that the active dataset of a checked script holds."""
    scope = Scope(banks.catalogue(root))
    report = program.check(program.read(START + script), scope)
    assert not report.wrong, report.diagnostics
    assert scope.active is not None
    return scope.datasets[scope.active].population.wording()


SAME = {
    "names": ("keep if wage > 5", "rename wage w\nkeep if w > 5"),
    "copies": ("keep if wage > 5", "clone-variables wage -> w\nreplace wage = 0\nkeep if w > 5"),
    "labels": (
        "keep if sex == '1'",
        "define-labels l '1' M\nassign-labels sex l\nkeep if sex == '1'",
    ),
    "a label for its code": ("keep if sex == '1'", "keep if inlabels(sex, 'Mann')"),
    "the code of a label": ("keep if sex == '1'", "keep if sex == label_to_code(sex, 'Mann')"),
    "a part of a label": ("keep if sex == '1'", "keep if labelcontains(sex, 'Man')"),
    "datasets": ("keep if wage > 5", "clone-dataset people copy\nuse copy\nkeep if wage > 5"),
    "imports": ("keep if wage > 5", "import db/INNTEKT_WLONN 2020-12-31 as w\nkeep if w > 5"),
    "unused": ("keep if wage > 5", "generate z = 3\nreplace z = 4 if sex == '1'\nkeep if wage > 5"),
    "bindings": ("keep if wage > 5", "let x = 2\nkeep if wage > $x + 3"),
    "loops": (
        "drop if wage == 1 | wage == 2",
        "for i in 1 : 2\n  drop if wage == $i\nend",
    ),
    "recoded labels": (
        "recode wage (1/3 = 1)\nkeep if wage == 1",
        "recode wage (1/3 = 1 'low')\nkeep if wage == 1",
    ),
    "sampling again": ("sample 0.5 3\nkeep if wage > 5", "keep if wage > 5\nsample 0.5 19"),
}

DIFFERENT = {
    "other date": (
        "keep if wage > 5",
        "import db/INNTEKT_WLONN 2021-12-31 as later\nkeep if later > 5",
    ),
    "a condition nobody meets": ("keep if wage > 5", "keep if wage > 5 | wage == -99"),
    "by another variable": ("keep if sex == '1'", "keep if !inlist(sex, '2')"),
    "rules": (
        "recode wage (1/3 = 1)\nkeep if wage == 1",
        "recode wage (1/3 = 1) (4 = 1)\nkeep if wage == 1",
    ),
    "rules in another order": (
        "recode wage (1 = 2) (1/3 = 1)\nkeep if wage == 1",
        "recode wage (1/3 = 1) (1 = 2)\nkeep if wage == 1",
    ),
    "seeds": ("sample 0.5 3", "sample 0.5 4"),
    "numbers drawn": (
        "sample 2000 3\nkeep if wage > 5",
        "keep if wage > 5\nsample 2000 3",
    ),
    "missing counts as no": ("keep if wage < 5", "drop if wage >= 5"),
    "parsing": (
        "generate t = string(wage)\ndestring t\nkeep if t > 5",
        "generate t = string(wage)\ndestring t, ignore('1')\nkeep if t > 5",
    ),
    "cut points of other people": (
        "generate half = quantile(wage, 2)\nkeep if wage > 5\nkeep if half == 1",
        "keep if wage > 5\ngenerate half = quantile(wage, 2)\nkeep if half == 1",
    ),
    "cut points under a clause": (
        "generate half = quantile(wage, 2)\nreplace half = . if !(wage > 5)\nkeep if half == 1",
        "generate half = quantile(wage, 2) if wage > 5\nkeep if half == 1",
    ),
    "cut points of a clause and of all": (
        "generate half = quantile(wage, 2)\ngenerate of = half if wage > 5\nkeep if of == 1",
        "generate of = quantile(wage, 2) if wage > 5\nkeep if of == 1",
    ),
    "populations behind a group": (
        "clone-dataset people p\nuse p\ncollapse (count) wage -> n, by(sex)",
        "clone-dataset people p\nuse p\nkeep if wage > 5\ncollapse (count) wage -> n, by(sex)",
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_trivial_rewriting_keeps_the_wording(small_root: Path, case: str) -> None:
    """What only looks different is one question."""
    one, other = SAME[case]
    assert asked(small_root, one) == asked(small_root, other)


@pytest.mark.parametrize("case", DIFFERENT)
def test_other_questions_have_other_wordings(small_root: Path, case: str) -> None:
    """What could select other units is another question."""
    one, other = DIFFERENT[case]
    assert asked(small_root, one) != asked(small_root, other)


def test_a_population_keeps_the_conjuncts_of_both() -> None:
    """The shorter way to a population's atoms gives those of the conjunction."""
    a, b, c = (wording.truth(wording.source("bank", name, None)) for name in "ABC")
    wide = wording.both(wording.code_cell(wording.key("X"), i).negated for i in range(1500))
    for conditions in ((), (a,), (a, b), (a, a.negated), (wording.both((a, b)), c), (wide,)):
        joined = wording.both(conditions)
        population = wording.EVERYBODY
        for condition in conditions:
            population = population.keep(condition)
        parts = joined.parts if joined.kind == "and" else (joined,)
        expected = frozenset() if joined == wording.TRUE else frozenset(parts)
        assert population.atoms == expected
