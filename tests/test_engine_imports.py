"""Imports: which records count at a date, how they are joined, and damaged files."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from registers import MASTER, Bank, days, ids, key_sum, values
from written import expression

from kohort.disclosure.keys import record_keys
from kohort.engine.failure import EngineError
from kohort.scope import Type


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    """Give a bank of five people and a few variables of every temporality."""
    bank = Bank(tmp_path / "bank")
    bank.fixed("SEX", {5: "2", 1: "1", 2: "2", 3: "1", 4: "2"}, "STRING")
    bank.fixed("HEIGHT", {1: 1.5, 3: float("nan"), 4: 1.75}, "DOUBLE")
    bank.spells(
        "CIVIL",
        [
            (1, "1", "2000-01-01", "2009-12-31"),
            (1, "2", "2010-01-01", None),
            (2, "1", "2005-05-05", "2010-01-01"),
            (3, "1", "2010-01-02", None),
            (4, "3", "1990-01-01", "2009-12-30"),
        ],
        "STRING",
        "EVENT",
    )
    bank.spells(
        "MUNI",
        [
            (1, "0301", "2019-01-01", "2019-01-01"),
            (2, "4601", "2019-01-01", "2019-01-01"),
            (1, "0301", "2020-01-01", "2020-01-01"),
            (9, "0301", "2020-01-01", "2020-01-01"),
        ],
        "STRING",
        "STATUS",
    )
    bank.spells(
        "SCHOOL",
        [
            (1, 10, "2018-08-01", "2019-07-31"),
            (1, 11, "2019-08-01", "2020-07-31"),
            (2, 12, "2018-08-01", "2019-07-31"),
        ],
        "LONG",
        "ACCUMULATED",
    )
    return bank


def test_first_import_defines_the_units(bank: Bank) -> None:
    """Units with a record, in ascending order, whatever the order in the file."""
    people = bank.imported(bank.empty(), "SEX")
    assert ids(people) == [1, 2, 3, 4, 5]
    assert values(people, "SEX") == ["1", "2", "1", "2", "2"]
    size = people.size("", {})
    assert (size.n, size.sums) == (5, key_sum([1, 2, 3, 4, 5]))


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        ("2010-01-01", ["2", "1", None, None, None]),
        ("2009-12-31", ["1", "1", None, None, None]),
        ("2009-12-30", ["1", "1", None, "3", None]),
        ("2030-01-01", ["2", None, "1", None, None]),
        ("1980-01-01", [None] * 5),
    ],
)
def test_spells_hold_on_their_first_and_last_day(bank: Bank, at: str, wanted: list[str]) -> None:
    """A spell counts from its start to its stop, both included, and for ever while it is open."""
    people = bank.imported(bank.imported(bank.empty(), "SEX"), "CIVIL", at)
    assert values(people, "CIVIL") == wanted


def test_a_measurement_is_found_at_its_date_only(bank: Bank) -> None:
    """A later year is another partition, and units outside the population do not come in."""
    people = bank.imported(bank.empty(), "SEX")
    people = bank.imported(people, "MUNI", "2019-01-01", "m19")
    people = bank.imported(people, "MUNI", "2020-01-01", "m20")
    assert values(people, "m19") == ["0301", "4601", None, None, None]
    assert values(people, "m20") == ["0301", None, None, None, None]
    assert ids(people) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("at", "wanted"),
    [("2019-01-01", [10, 12]), ("2019-07-31", [10, 12]), ("2019-08-01", [11, None])],
)
def test_a_period_may_begin_the_year_before(bank: Bank, at: str, wanted: list[int]) -> None:
    """School years cross January."""
    people = bank.imported(bank.empty(), "MUNI", "2019-01-01")
    assert values(bank.imported(people, "SCHOOL", at), "SCHOOL") == wanted


def test_not_a_number_is_missing(bank: Bank) -> None:
    """NaN in a file is missing, like an absent record."""
    people = bank.imported(bank.imported(bank.empty(), "SEX"), "HEIGHT")
    assert values(people, "HEIGHT") == [1.5, None, None, 1.75, None]


def test_outer_join_adds_units(bank: Bank) -> None:
    """Unknown units come in with missing values in what was there before."""
    people = bank.imported(bank.imported(bank.empty(), "SEX"), "HEIGHT")
    people = bank.imported(people, "MUNI", "2020-01-01", outer=True)
    assert ids(people) == [1, 2, 3, 4, 5, 9]
    assert values(people, "SEX") == ["1", "2", "1", "2", "2", None]
    assert values(people, "HEIGHT") == [1.5, None, None, 1.75, None, None]
    assert values(people, "MUNI") == ["0301", None, None, None, None, "0301"]
    assert people.size("", {}).sums == key_sum([1, 2, 3, 4, 5, 9])


def test_import_after_keep_joins_what_remains(bank: Bank) -> None:
    """The population shrinks and later imports fit it."""
    people = bank.imported(bank.empty(), "SEX")
    people = people.narrowed(expression("SEX == '2'")).rebased()
    people = bank.imported(people, "CIVIL", "2010-01-01")
    assert ids(people) == [2, 4, 5]
    assert values(people, "CIVIL") == ["1", None, None]


@pytest.mark.parametrize("many", [10**12, 3])
def test_ids_may_lie_far_apart(tmp_path: Path, many: int) -> None:
    """Pseudonyms are large numbers without order; joins do not depend on it."""
    bank = Bank(tmp_path / "bank")
    units = [(i * 7919 % 101) * many + 1 for i in range(1, 101)]
    bank.fixed("A", {unit: i for i, unit in enumerate(units)}, "LONG")
    bank.fixed("B", {unit: str(i) for i, unit in enumerate(units[::-2])}, "STRING")
    people = bank.imported(bank.imported(bank.empty(), "A"), "B")
    assert ids(people) == sorted(units)
    known = {unit: str(i) for i, unit in enumerate(units[::-2])}
    assert values(people, "B") == [known.get(unit) for unit in sorted(units)]


def test_units_may_have_texts_as_ids(tmp_path: Path) -> None:
    """Municipalities are their own codes."""
    bank = Bank(tmp_path / "bank")
    bank.fixed("NAME", {"4601": "Bergen", "0301": "Oslo"}, "STRING")
    bank.fixed("AREA", {"0301": 454, "1103": 262}, "LONG")
    towns = bank.imported(bank.imported(bank.empty(), "NAME"), "AREA", outer=True)
    assert ids(towns) == ["0301", "1103", "4601"]
    assert values(towns, "AREA") == [454, 262, None]
    # A code with a zero in front is the same unit as the number: one spelling of an id.
    assert towns.size("", {}).sums == key_sum(["0301", "1103", "4601"])


def test_a_unit_counts_once_though_the_file_has_it_twice(tmp_path: Path) -> None:
    """Two records at one date break the rules of the register; the first one counts."""
    bank = Bank(tmp_path / "bank")
    bank.spells("X", [(2, 5, 0, None), (1, 3, 0, None), (2, 6, 0, None)], "LONG", "EVENT")
    people = bank.imported(bank.empty(), "X", "2000-01-01")
    assert (ids(people), values(people, "X")) == ([1, 2], [3, 5])


def test_stored_keys_are_used_and_gaps_filled(bank: Bank) -> None:
    """Keys beside the root are read; a unit that lacks one gets it from the secret."""
    folder = bank.root.with_name("bank_keys")
    folder.mkdir()
    stored = pl.DataFrame({
        "unit_id": [1, 2, 3],
        "record_key": pl.Series([11, 12, 2**64 - 1], dtype=pl.UInt64),
    })
    stored.write_parquet(folder / "PERSON.parquet")
    people = bank.imported(bank.empty(), "SEX")
    four, five = record_keys(MASTER, "PERSON", [4, 5]).tolist()
    assert people.rows.keys.tolist() == [11, 12, 2**64 - 1, four, five]
    assert people.size("", {}).sums == (11 + 12 + 2**64 - 1 + four + five) % 2**64


def test_unused_imports_are_not_read(bank: Bank) -> None:
    """A variable that nobody asks for may lie in a file that cannot be read."""
    people = bank.imported(bank.empty(), "SEX")
    (bank.root / "HEIGHT" / "0.parquet").write_bytes(b"not parquet")
    people = bank.imported(people, "HEIGHT")
    assert people.narrowed(expression("SEX == '1'")).size("", {}).n == 2
    with pytest.raises(EngineError) as caught:
        values_through_a_request(people)
    assert caught.value.code == "register-file-damaged"
    assert_silent(caught.value)


def test_a_missing_file_is_told_by_a_code(bank: Bank) -> None:
    """The error names no path and carries no error of polars along."""
    (bank.root / "HEIGHT" / "0.parquet").unlink()
    people = bank.imported(bank.empty(), "SEX")
    with pytest.raises(EngineError) as caught:
        bank.imported(people, "HEIGHT")
    assert caught.value.code == "register-file-missing"
    assert_silent(caught.value)


def values_through_a_request(people: object) -> None:
    """Ask for a summary of the height."""
    from kohort.engine.store import ColumnStore

    assert isinstance(people, ColumnStore)
    height = people.shape.find("HEIGHT")
    assert height is not None
    assert height.type is Type.DECIMAL
    people.summary([height], ())


def assert_silent(error: EngineError) -> None:
    """Check that an error says its code and nothing else."""
    assert str(error) == error.code
    assert error.__cause__ is None
    assert error.__context__ is None


def test_dates_are_day_numbers(tmp_path: Path) -> None:
    """A DATE variable is an integer to the language."""
    bank = Bank(tmp_path / "bank")
    bank.fixed("DIED", {1: days("2015-12-31")}, "DATE")
    assert values(bank.imported(bank.empty(), "DIED"), "DIED") == [16800]
