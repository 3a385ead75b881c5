"""Register variables: types, codes and labels in time, and the dates they have data for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stored_roots import ALL, SPAN, at, bank, codes, day, entry, make_root, refused, structure

from kohort.catalogue import Catalogue, Databank, RegisterVariable
from kohort.diagnostic import Span
from kohort.register import CodePeriod
from kohort.scope import Type


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path / "fdb")


@pytest.fixture
def register(root: Path) -> Databank:
    return Catalogue([(None, root)]).require(bank("no.ssb.fdb", "1"))[0]


def test_variable_is_read_from_stored_metadata(register: Databank) -> None:
    sex = entry(register, "KJOENN")
    assert (sex.title, sex.type, sex.unit_type, sex.temporality) == (
        "Kjønn",
        Type.TEXT,
        "PERSON",
        "FIXED",
    )
    assert sex.labels_at(None) == (("1", "Mann"), ("2", "Kvinne"))
    assert sex.path == register.root / "data" / "KJOENN" / "KJOENN__1_0.parquet"
    assert entry(register, "LOENN").path == register.root / "data" / "LOENN" / "LOENN__1_0"
    assert entry(register, "LOENN").type is Type.INTEGER
    assert register.find("kjoenn") is None
    assert list(register.variables) == [s["name"] for s in ALL]


def test_keys_have_a_domain_and_municipality_is_text(register: Databank) -> None:
    mother, place = entry(register, "MOR_FNR"), entry(register, "BOSTED")
    assert (mother.pseudonym, mother.type, mother.domain) == (True, Type.KEY, "FNR")
    assert (place.pseudonym, place.type, place.domain) == (False, Type.TEXT, "KOMMUNE")
    assert entry(register, "KJOENN").domain is None


def test_labels_follow_the_period(register: Databank) -> None:
    place = entry(register, "BOSTED")
    assert place.codes_at(day("2019-12-31")) == ("1201", "9")
    assert place.codes_at(day("2020-01-01")) == ("4601", "9")
    assert place.codes_at(day("2030-01-01")) == ("4601", "9")
    assert place.codes_at(day("1980-01-01")) == ("1201", "9")
    assert place.codes_at(None) == ("1201", "9", "4601")
    assert place.labels_between(day("2018-01-01"), day("2019-12-31")) == place.labels_at(
        day("2018-01-01")
    )
    assert len(place.labels_between(day("2019-12-31"), day("2020-01-01"))) == 3
    assert place.missing_codes == {"9"}
    assert entry(register, "LOENN").codes_at(day("2015-01-01")) is None
    assert entry(register, "LOENN").labels_at(None) == ()


def test_codes_have_the_type_of_the_values(tmp_path: Path) -> None:
    listed = codes("2000-01-01", None, {"1": "Ja", "xxxx": "Alt annet"}, ("99",))
    made = make_root(
        tmp_path / "r", structures=(structure("N", "N", data_type="Long", represented=(listed,)),)
    )
    number = entry(Catalogue([(None, made)]).require(bank("no.ssb.fdb", "1"))[0], "N")
    assert number.labels_at(None) == ((1, "Ja"), (99, "99"))
    assert number.missing_codes == {99}


@settings(deadline=None)
@given(st.lists(st.integers(-5000, 5000), min_size=1, unique=True), st.integers(-6000, 6000))
def test_each_day_has_exactly_the_list_of_its_period(cuts: list[int], asked: int) -> None:
    firsts = sorted(cuts)
    lasts = [first - 1 for first in firsts[1:]] + [9999]
    periods = tuple(
        CodePeriod(first, last, ((str(first), "label"),))
        for first, last in zip(firsts, lasts, strict=True)
    )
    variable = RegisterVariable(
        "V", "V", None, "", "PERSON", "EVENT", "STRING", Path("V"), periods=periods
    )
    expected = max((first for first in firsts if first <= asked), default=firsts[0])
    assert variable.codes_at(asked) == (str(expected),)


def test_fixed_variables_take_no_date(register: Databank) -> None:
    sex = entry(register, "KJOENN")
    sex.check_date(None, SPAN)
    found = refused(lambda: sex.check_date(at("2020-01-01"), SPAN))
    assert (found.code, found.span) == ("date-not-allowed", Span(30, 40))
    assert found.hint == "leave out 2020-01-01"


def test_other_variables_need_a_date(register: Databank) -> None:
    found = refused(lambda: entry(register, "STATUSKODE").check_date(None, SPAN))
    assert (found.code, found.span) == ("date-missing", SPAN)
    assert found.hint == "for example 2017-01-01"


def test_status_dates_are_measurement_dates(register: Databank) -> None:
    status = entry(register, "STATUSKODE")
    for valid in ("2015-01-01", "2016-01-01", "2017-01-01"):
        status.check_date(at(valid), SPAN)
    found = refused(lambda: status.check_date(at("2016-06-01"), SPAN))
    assert found.code == "not-a-measurement-date"
    assert found.hint == "the nearest dates are 2016-01-01 and 2017-01-01"


def test_dates_outside_the_coverage_name_it(register: Databank) -> None:
    found = refused(lambda: entry(register, "STATUSKODE").check_date(at("2018-01-01"), SPAN))
    assert found.code == "date-outside"
    assert "2015-01-01 to 2017-01-01" in found.message
    assert found.hint == "the nearest date is 2017-01-01"
    wage = entry(register, "LOENN")
    wage.check_date(at("2015-07-04"), SPAN)
    early = refused(lambda: wage.check_date(at("2009-12-31"), SPAN))
    assert (early.code, early.hint) == ("date-outside", None)
