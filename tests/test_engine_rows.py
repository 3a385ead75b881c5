"""Rows and columns: narrowing, sampling, changing, joining."""

from __future__ import annotations

import atexit
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registers import Bank, ids, key_sum, values, variable
from written import expression

from kohort import wording
from kohort.diagnostic import NOWHERE
from kohort.engine.store import ColumnStore
from kohort.expression import Expression
from kohort.phrases import Group, Interval, Number, Rule, Rules, Text
from kohort.scope import Kind, Labels, Shape, Type, Variable

MANY = range(1, 41)


def made(root: Path) -> Bank:
    """Give forty people; every value follows from the id."""
    bank = Bank(root)
    bank.fixed("sex", {i: str(i % 2) for i in MANY}, "STRING")
    bank.fixed("wage", {i: 100 * i for i in MANY if i % 5}, "LONG")
    bank.fixed("height", {i: 1.5 + i / 100 for i in MANY}, "DOUBLE")
    bank.fixed("mother", {i: i // 2 for i in MANY if i > 2}, "LONG", pseudonym=True)
    return bank


def everybody(bank: Bank) -> ColumnStore:
    """Give a dataset of all variables of a bank."""
    dataset = bank.empty()
    for name in bank.entries:
        dataset = bank.imported(dataset, name)
    return dataset


FOLDER = tempfile.TemporaryDirectory()
atexit.register(FOLDER.cleanup)
BANK = made(Path(FOLDER.name) / "bank")


@pytest.fixture
def people() -> ColumnStore:
    """Give a dataset of forty people."""
    return everybody(BANK)


def test_a_dataset_before_its_first_import() -> None:
    """It has nobody, and can be asked, narrowed and sampled."""
    empty = BANK.empty()
    assert (empty.size("", {}).n, empty.size("", {}).sums) == (0, 0)
    assert ids(empty.narrowed(expression("1 == 1")).rebased()) == []
    assert ids(empty.sampled(0.5, 1)) == []


def test_narrowing_keeps_rows_where_the_condition_is_one(people: ColumnStore) -> None:
    """Rows where a comparison meets a missing value go; the others keep their values and keys."""
    kept = people.narrowed(expression("wage > 1000 & sex == '1'"))
    wanted = [i for i in MANY if i % 5 and i > 10 and i % 2]
    assert ids(kept) == wanted
    assert values(kept, "wage") == [100 * i for i in wanted]
    assert values(kept, "height") == [1.5 + i / 100 for i in wanted]
    assert kept.size("", {}).sums == key_sum(wanted)
    rest = people.narrowed(expression("!(wage > 1000 & sex == '1')"))
    assert ids(rest) == [i for i in MANY if i not in wanted]


@pytest.mark.parametrize("condition", ["1 == 1", "1", "height"])
def test_conditions_without_a_variable_and_numbers_as_conditions(
    people: ColumnStore, condition: str
) -> None:
    """A constant holds for all rows; a number holds where it is neither 0 nor missing."""
    assert ids(people.narrowed(expression(condition))) == list(MANY)


def test_nothing_may_be_left(people: ColumnStore) -> None:
    """An empty dataset can be asked and changed further."""
    nobody = people.narrowed(expression("wage < 0")).rebased()
    nobody = nobody.with_column("x", expression("wage + 1"), Type.INTEGER)
    assert values(nobody.narrowed(expression("x > 1")), "x") == []
    assert (nobody.size("", {}).n, nobody.size("", {}).sums) == (0, 0)
    counts = nobody.counts([variable("sex", Type.TEXT)], True, (), {})
    assert counts.cells[()].n.tolist() == [0]
    assert counts.axes[0].codes == ()


def test_definitions_survive_narrowing_before_they_are_calculated(people: ColumnStore) -> None:
    """Columns defined from one another, replaced and dropped ones, all carry over unread."""
    people = people.with_column("a", expression("wage * 2"), Type.INTEGER)
    people = people.with_column("b", expression("a + height"), Type.DECIMAL)
    people = people.with_column("a", expression("a + 1"), Type.INTEGER)
    people = people.without(["wage", "height"])
    kept = people.narrowed(expression("sex == '0'")).rebased()
    kept = (
        kept.narrowed(expression("mother_of_somebody > 5"))
        if "mother_of_somebody" in kept.columns
        else kept
    )
    wanted = [i for i in MANY if i % 2 == 0]
    assert values(kept, "a") == [200 * i + 1 if i % 5 else None for i in wanted]
    assert values(kept, "b") == [200 * i + 1.5 + i / 100 if i % 5 else None for i in wanted]


def test_an_if_clause_leaves_the_whole_dataset_as_base(people: ColumnStore) -> None:
    """Limits come from before the clause until the session says otherwise."""
    wage = variable("wage", Type.INTEGER)
    some = people.narrowed(expression("sex == '1'"))
    (column,) = some.summary([wage], ()).columns
    assert column.x.tolist() == [100 * i for i in MANY if i % 5 and i % 2]
    assert column.base is not None
    assert column.base.x.tolist() == [100 * i for i in MANY if i % 5]
    assert column.base_population is people.shape.population
    (column,) = some.rebased().summary([wage], ()).columns
    assert column.base is None


def test_conditional_columns(people: ColumnStore) -> None:
    """`generate ... if` leaves missing, `replace ... if` leaves the old value."""
    condition = expression("sex == '1'")
    done = people.with_column("x", expression("5"), Type.INTEGER, condition)
    assert values(done, "x") == [5 if i % 2 else None for i in MANY]
    zero = expression("0")
    done = people.with_column("wage", zero, Type.INTEGER, expression("sysmiss(wage)"), True)
    assert values(done, "wage") == [100 * i if i % 5 else 0 for i in MANY]
    half = people.with_column("wage", expression("0.5"), Type.DECIMAL, condition, True)
    assert values(half, "wage") == [0.5 if i % 2 else (100.0 * i if i % 5 else None) for i in MANY]


def test_columns_of_each_type(people: ColumnStore) -> None:
    """Flags are the integers 1 and 0, a lone dot is missing, texts stay texts."""
    done = people.with_column("f", expression("wage > 2000"), Type.INTEGER)
    assert values(done, "f") == [int(i % 5 > 0 and i > 20) for i in MANY]
    done = done.with_column("n", expression("."), Type.INTEGER)
    done = done.with_column("c", expression("'x'"), Type.TEXT)
    done = done.with_column("t", expression("rowconcat(sex, string(wage))"), Type.TEXT)
    assert values(done, "n") == [None] * 40
    assert values(done, "c") == ["x"] * 40
    assert values(done, "t") == [f"{i % 2}{100 * i if i % 5 else ''}" for i in MANY]


def test_renaming_copying_and_removing(people: ColumnStore) -> None:
    """Columns keep their place and their values; a copy does not follow its original."""
    done = people.copied("wage", "pay").renamed("sex", "gender").without(["height"])
    assert list(done.columns) == ["gender", "wage", "mother", "pay"]
    done = done.with_column("wage", expression("1"), Type.INTEGER)
    assert values(done, "pay") == values(people, "wage")


def test_long_chains_of_definitions(people: ColumnStore) -> None:
    """Three thousand replacements in a row are calculated without recursion."""
    for _ in range(3000):
        people = people.with_column("wage", expression("wage + 1"), Type.INTEGER)
    people = people.narrowed(expression("sex == '1'")).rebased()
    assert values(people, "wage")[:3] == [3100, 3300, None]


def rules(*given: tuple[tuple[object, ...], object]) -> Rules:
    """Give recode rules from (left items, value); a pair of numbers or None is an interval."""
    items = []
    for left, value in given:
        nodes: list[Number | Text | Interval | Group] = []
        for item in left:
            if isinstance(item, tuple):
                low, high = (None if end is None else Number(end, NOWHERE) for end in item)
                nodes.append(Interval(low, high, NOWHERE))
            elif isinstance(item, str) and item in ("missing", "nonmissing", "*"):
                nodes.append(Group(item, NOWHERE))
            elif isinstance(item, str):
                nodes.append(Text(item, NOWHERE))
            elif isinstance(item, (int, float)):
                nodes.append(Number(item, NOWHERE))
        new = Text(value, NOWHERE) if isinstance(value, str) else Number(value, NOWHERE)  # type: ignore[arg-type]
        items.append(Rule(tuple(nodes), new, None, False, NOWHERE))
    return Rules(tuple(items), NOWHERE)


def test_recode_takes_the_first_rule_that_fits(people: ColumnStore) -> None:
    """Rules look at the old value; what fits none stays."""
    some = rules(((300,), -1), (((None, 1000),), 1), (((1001, 2000), 2100), 2), (("missing",), 0))
    done = people.recoded("wage", some, None, "group")
    wanted = [
        0 if i % 5 == 0 else -1 if i == 3 else 1 if i <= 10 else 2 if i <= 21 else 100 * i
        for i in MANY
    ]
    assert values(done, "group") == wanted
    assert values(done, "wage") == values(people, "wage")


def test_recode_of_texts_under_a_condition(people: ColumnStore) -> None:
    """Rows outside the condition keep their value, even with a rule for everything."""
    some = rules((("1",), "man"), (("*",), "other"))
    done = people.recoded("sex", some, expression("wage > 3000"), "sex")
    wanted = [str(i % 2) if i % 5 == 0 or i <= 30 else "man" if i % 2 else "other" for i in MANY]
    assert values(done, "sex") == wanted
    nonmissing = people.recoded("wage", rules((("nonmissing",), 7)), None, "wage")
    assert values(nonmissing, "wage") == [7 if i % 5 else None for i in MANY]


def test_parsing_texts(tmp_path: Path) -> None:
    """Numbers as people write them; what is none is missing, and nothing is raised."""
    bank = Bank(tmp_path / "bank")
    texts = [
        "012",
        " 7 ",
        "-3",
        "1 200,5",
        "1e3",
        "x",
        "nan",
        "inf",
        "",
        "0x10",
        "9" * 30,
        "1.5",
        "9007199254740993",
    ]
    bank.fixed("s", dict(enumerate(texts, 1)), "STRING")
    dataset = bank.imported(bank.empty(), "s")
    whole = dataset.parsed("s", "n", "", False, Type.INTEGER)
    assert values(whole, "n") == [12, 7, -3, None, 1000, *[None] * 7, 2**53 + 1]
    decimal = dataset.parsed("s", "n", " ", True, Type.DECIMAL)
    assert values(decimal, "n") == [12, 7, -3, 1200.5, 1000, *[None] * 5, 1e30, 1.5, 2.0**53]
    assert dataset.unparsable("s", "", False, 3) == ["0x10", "1 200,5", "inf"]


# ---- joining


def test_joining_on_a_reference_and_on_the_key(people: ColumnStore) -> None:
    """Rows get the source's values where their reference is its key; the rest is missing."""
    source = people.narrowed(expression("sex == '1'")).rebased()
    joined = people.renamed("wage", "own").joined(source, ["wage"], "mother")
    wanted = [100 * (i // 2) if i > 2 and i // 2 % 2 and i // 2 % 5 else None for i in MANY]
    assert values(joined, "wage") == wanted
    joined = people.renamed("wage", "own").joined(source, ["wage"], "PERSONID_1")
    assert values(joined, "wage") == [100 * i if i % 2 and i % 5 else None for i in MANY]
    later = people.renamed("wage", "own").joined(source, ["wage"], "mother")
    later = later.narrowed(expression("sex == '0'")).rebased()
    assert values(later, "wage") == [w for i, w in zip(MANY, wanted, strict=True) if i % 2 == 0]


def test_joining_on_a_text_with_few_values(people: ColumnStore) -> None:
    """Municipalities, sexes: the key is coded, and may be missing or unknown to the source."""
    code = expression("rowconcat(sex, substr(string(wage), 1, 1))")
    people = people.with_column("code", code, Type.TEXT, expression("wage > 500"))
    key = Variable("code", Type.TEXT, wording.UNKNOWN)
    shape = Shape("s", Kind.AGGREGATED, None, key, {"n": variable("n", Type.INTEGER)}, public=True)
    source = people.from_published(shape, ["13", "01", "99"], {"n": np.array([3.0, 1.0, 9.0])})
    joined = people.joined(source, ["n"], "code")
    known = {(1, "3"): 3, (0, "1"): 1}
    assert values(joined, "n") == [
        known.get((i % 2, str(100 * i)[0])) if i % 5 and i > 5 else None for i in MANY
    ]


# ---- sampling


def test_samples_of_a_bucket_are_nested(tmp_path: Path) -> None:
    """A larger share of the same bucket holds the smaller one; another bucket is another sample."""
    bank = Bank(tmp_path / "bank")
    bank.fixed("x", dict.fromkeys(range(2000), 1), "LONG")
    people = bank.imported(bank.empty(), "x")
    small, large = (set(ids(people.sampled(share, 3))) for share in (0.1, 0.4))
    assert small < large
    # Binomial(2000, 0.4) has a standard deviation of 22: four of them either way.
    assert 712 <= len(large) <= 888
    assert set(ids(people.sampled(0.4, 4))) != large
    assert ids(people.sampled(0.1, 3)) == sorted(small)
    few = people.narrowed(expression("x == 1")).sampled(1.0, 3)
    assert len(few.rows) == 2000


# ---- one answer, however it is reached

CONDITIONS = st.sampled_from([
    "sex == '1'",
    "wage > 1500",
    "!sysmiss(wage)",
    "height < 1.8",
    "a > 2000",
    "f",
]).map(expression)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("keep"), CONDITIONS),
        st.tuples(
            st.just("a"), st.sampled_from(["a + 1", "wage * 2", "a - height"]).map(expression)
        ),
        st.tuples(st.just("f"), st.sampled_from(["a > 1000", "!f", "sex == '0'"]).map(expression)),
        st.tuples(st.just("settle"), st.just(expression("1"))),
    ),
    max_size=10,
)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_laziness_changes_nothing(steps: list[tuple[str, Expression]]) -> None:
    """Calculating each column at once or at the end, filtering early or late: the same values."""
    lazy, eager = _start(), _start()
    for what, defined in steps:
        lazy, eager = (_step(dataset, what, defined) for dataset in (lazy, eager))
        for name in eager.columns:
            values(eager, name)
        if what == "settle":
            values(lazy, "a")
    assert ids(lazy) == ids(eager)
    for name in lazy.columns:
        assert values(lazy, name) == values(eager, name)


def _step(dataset: ColumnStore, what: str, defined: Expression) -> ColumnStore:
    if what == "keep":
        return dataset.narrowed(defined).rebased()
    if what == "settle":
        return dataset
    return dataset.with_column(what, defined, Type.DECIMAL if what == "a" else Type.INTEGER)


def _start() -> ColumnStore:
    dataset = everybody(BANK)
    dataset = dataset.with_column("a", expression("wage"), Type.DECIMAL)
    return dataset.with_column("f", expression("wage > 1000"), Type.INTEGER)


def test_light_front_end() -> None:
    """The vocabulary, the plain values and the functions load neither polars nor numpy."""
    code = (
        "import sys; import kohort.scalar, kohort.vocabulary, kohort.dataset; "
        "from kohort.function import functions; functions(); "
        "sys.exit(any(name in sys.modules for name in ('polars', 'numpy', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_results_of_the_same_values_share_what_is_known_of_them(people: ColumnStore) -> None:
    wage = variable("wage", Type.INTEGER)
    first, second = (people.summary([wage], ()).columns[0] for _ in range(2))
    assert first.known is second.known
    narrowed = people.narrowed(expression("sex == '1'")).summary([wage], ()).columns[0]
    assert narrowed.known is not first.known
    assert narrowed.base is not None
    assert narrowed.base.known is first.known
    changed = people.with_column("wage", expression("wage + 1"), Type.INTEGER)
    assert changed.summary([wage], ()).columns[0].known is not first.known


def test_labels_that_mean_missing_make_other_values(people: ColumnStore) -> None:
    wage = variable("wage", Type.INTEGER)
    labels = Labels(((100, "unknown"),), frozenset({100}))
    plain, flagged = (
        people.summary([one], ()).columns[0] for one in (wage, replace(wage, labels=labels))
    )
    assert len(plain.x) == len(flagged.x) + 1
    assert plain.known is not flagged.known


def test_columns_of_a_summary_are_made_one_at_a_time(people: ColumnStore) -> None:
    """Twenty variables of ten million people must not lie in memory twice."""
    asked = [variable("wage", Type.INTEGER), variable("height", Type.DECIMAL)]
    columns = people.summary(asked, ()).columns
    assert [column.variable for column in columns] == asked
    assert len(columns) == len(columns[:1]) + len(columns[1:]) == 2
    assert columns[0].x is not columns[0].x
    assert columns[0].known is columns[0].known
    assert repr(columns) == "<unreleased>"
