"""An owner's files: every rule of the data-store reference, section 2, told by row and field."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from owner_files import CODES, NUMBERS, SOUND, Json, code, described, register, said

from kohort.databank.intake.problems import MOST, IntakeError
from kohort.databank.intake.registers import Register, read
from kohort.databank.intake.source import found

STATUS = ("1;1;2020-01-01;2020-01-01;", "1;1;2021-01-01;2021-01-01;")
YEARS = ("1;1;2020-01-01;2020-12-31;", "1;2;2021-01-01;2021-12-31;")


def taken(folder: Path, description: Json, rows: Any = SOUND) -> Register:
    """Give the register that files become."""
    (source,) = found([register(folder, "SYN", description, rows)])
    return read(source)


def problems(folder: Path, description: Json, rows: Any = SOUND) -> list[str]:
    """Give what is said of files that are wrong."""
    with pytest.raises(IntakeError) as caught:
        taken(folder, description, rows)
    return [line.removeprefix("SYN").lstrip(":, ") for line in caught.value.lines()]


# ---- what is right


def test_the_worked_example_is_right(tmp_path: Path) -> None:
    made = taken(tmp_path, described())
    assert made.rows is not None
    columns = made.rows.select("row", "unit", "value", "start", "stop")
    # Days since 1970 counted by hand: 31 years of which 8 leap, and so on.
    assert columns.rows() == [
        (1, "01010112345", "1", 11323, 14760),
        (2, "01010112345", "2", 14761, None),
        (3, "02020223456", "1", 12085, None),
        (4, "03030334567", "9", 12480, 12783),
    ]
    definition = made.description.definition
    assert (definition.title, definition.unit_type) == ("Sivilstand", "PERSON")
    assert [c.code for c in definition.categories if c.missing] == ["9"]
    assert made.description.note == "Første utgave"


@pytest.mark.parametrize(
    ("description", "rows"),
    [
        (described("STATUS"), STATUS),
        (described("ACCUMULATED", "LONG", NUMBERS), YEARS),
        (described("FIXED"), ("1;1;;;", "2;2;;;")),
        (described("FIXED", "DOUBLE", NUMBERS), ("1;1.5;;;", "2;-3e2;;;")),
        (described("FIXED", "DATE", NUMBERS), ("1;2001-02-03;;;",)),
        (described("FIXED", unitType="PERSON"), ("1;2;;;",)),
        (described("FIXED", unitType="KOMMUNE"), ("1;0301;;;",)),
        (described("FIXED", "LONG", {"codeList": [code(1, "En")]}), ("1;1;;;",)),
    ],
)
def test_each_temporality_and_type(tmp_path: Path, description: Json, rows: Any) -> None:
    made = taken(tmp_path, description, rows)
    assert made.rows is not None
    assert made.rows.height == len(rows)


def test_what_their_tools_let_pass_passes(tmp_path: Path) -> None:
    text = '\ufeff 1 ; 1 ;2001-01-01;2001-12-31;x\r\n\n"2";"1";"2001-01-01";;""\n'
    place = register(tmp_path, "SYN", {**described(), "extra": 1}, ())
    (place / "SYN.csv").write_text(text, encoding="utf-8")
    made = read(found([place])[0])
    assert made.rows is not None
    assert made.rows.select("row", "unit", "value").rows() == [(1, "1", "1"), (3, "2", "1")]
    assert made.notices == ("SYN: 'extra' of the description is not kept",)
    only_english = {**described(), "populationDescription": said("Persons", "en")}
    assert taken(tmp_path / "en", only_english).description.definition.population == "Persons"


def test_both_generations(tmp_path: Path) -> None:
    """The first one wants a stop date of constants, and shows one successor as a plain text."""
    ended = {"description": said("Slutt"), "successors": "NY"}
    revision = {"description": said("Siste"), "temporalEnd": ended}
    first = {**described("FIXED"), "shortName": "SYN", "dataRevision": revision}
    made = taken(tmp_path / "1", first, ("1;1;;2020-12-31;",))
    assert made.description.ending is not None
    assert made.description.ending.successors == ("NY",)
    assert any("dates" in notice for notice in made.notices)
    ended["successors"] = ["NY", "NYERE"]
    second = taken(tmp_path / "2", first, ("1;1;;;",)).description
    assert second.ending is not None
    assert second.ending.successors == ("NY", "NYERE")


def test_a_separator_inside_quotes(tmp_path: Path) -> None:
    free = described("FIXED", "STRING", {"description": said("Fritekst")})
    made = taken(tmp_path, free, ('1;"a;b ""c""";;;', "2;plain;;;"))
    assert made.rows is not None
    assert made.rows["value"].to_list() == ['a;b "c"', "plain"]


def test_parquet_in_place_of_the_csv(tmp_path: Path) -> None:
    place = register(tmp_path, "SYN", described("ACCUMULATED", "LONG", NUMBERS), None)
    pl.DataFrame({
        "unit_id": [7, 7], "value": [100, 200], "start_epoch_days": [18262, 18628],
        "stop_epoch_days": [18627, 18992], "start": [0, 0],
    }).write_parquet(place / "SYN.parquet")  # fmt: skip
    made = read(found([place])[0])
    assert made.rows is not None
    assert made.rows.select("unit", "value", "start").rows() == [
        ("7", 100, 18262),
        ("7", 200, 18628),
    ]


STRANGE: dict[str, Any] = {
    "list": [[1], [2]], "struct": [{"a": 1}] * 2, "binary": [b"a", b"\xff"],
    "time": [time(1)] * 2, "duration": [timedelta(1)] * 2, "bool": [True, False],
    "date": [date(2020, 1, 1)] * 2, "float": [1.5, float("nan")], "none": [None, None],
    "huge": pl.Series([2**63, 1], dtype=pl.UInt64), "far": [70_000, -1],
    "decimal": [Decimal("1.5")] * 2, "codes": pl.Series(["1", "2"], dtype=pl.Categorical),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(STRANGE))
@pytest.mark.parametrize("name", ["unit_id", "value", "start_epoch_days"])
def test_parquet_of_strange_types(tmp_path: Path, name: str, kind: str) -> None:
    """Whatever the types are, a register is sound or there is a list of problems."""
    sound = {
        "unit_id": [1, 2], "value": ["1", "2"], "start_epoch_days": [1, 2],
        "stop_epoch_days": [5, 6],
    }  # fmt: skip
    for number, description in enumerate((
        described(), described("ACCUMULATED", "LONG", NUMBERS), described("FIXED", "DATE", NUMBERS)
    )):  # fmt: skip
        place = register(tmp_path / str(number), "SYN", description, None)
        pl.DataFrame({**sound, name: STRANGE[kind]}).write_parquet(place / "SYN.parquet")
        with suppress(IntakeError):
            assert read(found([place])[0]).rows is not None


# ---- what is wrong: rows


@pytest.mark.parametrize(
    ("description", "rows", "said_of_it"),
    [
        # 5 to 7: fields, types, days
        (described(), ["1;1;2001-01-01;"], "row 1: the row has 4 fields, not 5"),
        (described(), ["1;1;2001-01-01;;;"], "row 1: the row has 6 fields, not 5"),
        (described("FIXED", "LONG", NUMBERS), ["1;12.5;;;"], "row 1: '12.5' is not a whole number"),
        (described("FIXED", "DOUBLE", NUMBERS), ["1;1,5;;;"], "row 1: '1,5' is not a number; "
         "decimals are written with a point"),
        (described("FIXED", "DOUBLE", NUMBERS), ["1;inf;;;"], "row 1: 'inf' is not a number; "
         "decimals are written with a point"),
        (described("FIXED", "DATE", NUMBERS), ["1;2001-2-3;;;"], "row 1: '2001-2-3' is not a date "
         "YYYY-MM-DD"),
        (described(), ["1;1;2001-02-30;2002-01-01;"], "row 1: '2001-02-30' is not a date "
         "YYYY-MM-DD"),
        (described(), ["1;1;1875-01-15;2001-01-01;"], "row 1: '1875-01-15' lies outside "
         "1880-04-14 to 2059-09-18"),
        # 8: no stop date at all
        (described(), ["1;1;2001-01-01;;"], "no row has a stop date"),
        # 9 to 11: unit, value, code
        (described(), [" ;1;2001-01-01;2001-02-01;"], "row 1: the unit is missing"),
        (described(), ["1;;2001-01-01;2001-02-01;"], "row 1: the value is missing"),
        (described(), ["1;7;2001-01-01;2001-02-01;"], "row 1: '7' is not in the code list"),
        (described("FIXED", "LONG", {"codeList": [code(1, "a")]}), ["1;2;;;"],
         "row 1: '2' is not in the code list"),
        (described("FIXED", unitType="KOMMUNE"), ["1;XXXX;;;"],
         "row 1: 'XXXX' is not in the code list"),
        # 12: constants
        (described("FIXED"), ["1;1;2001-01-01;;"], "row 1: a fixed register has no start date"),
        (described("FIXED"), ["1;1;;;", "2;1;;;", "1;2;;;"], "row 3: the unit has a row already"),
        # 13: cross-sections
        (described("STATUS"), ["1;1;2001-01-01;2001-01-02;"],
         "row 1: start and stop date differ"),
        (described("STATUS"), [*STATUS, "1;2;2020-01-01;2020-01-01;"],
         "row 3: the unit has a row of this date already"),
        (described("STATUS"), [*STATUS, "2;2;2020-01-01;;"], "row 3: the stop date is missing"),
        # 14: sums over a period; a single day is none
        (described("ACCUMULATED"), ["1;1;2001-01-01;2001-01-01;"],
         "row 1: the period does not end after its start"),
        (described("ACCUMULATED"), [*YEARS, "1;2;2021-12-31;2022-12-31;"],
         "row 3: the spell overlaps that of row 2 of the same unit"),
        # 15: spells; both days belong to them, and an open one overlaps all that comes
        (described(), ["1;1;;2001-01-01;", "2;1;2001-01-01;;"], "row 1: the start date is missing"),
        (described(), ["1;1;2001-01-02;2001-01-01;"],
         "row 1: the stop date lies before the start date"),
        (described(), ["1;2;2010-06-01;;", "1;1;2001-01-01;2010-06-01;"],
         "row 1: the spell overlaps that of row 2 of the same unit"),
        (described(), ["1;2;2001-06-01;;", "1;1;2005-01-01;2010-06-01;"],
         "row 2: the spell overlaps that of row 1 of the same unit"),
    ],
)  # fmt: skip
def test_broken_rows(tmp_path: Path, description: Json, rows: list[str], said_of_it: str) -> None:
    assert problems(tmp_path, description, rows) == [said_of_it]


def test_an_overlap_behind_the_spell_before(tmp_path: Path) -> None:
    rows = ["1;1;2001-01-01;2009-12-31;", "1;2;2002-01-01;2002-12-31;", "1;1;2003-01-01;;"]
    assert problems(tmp_path, described(), rows) == [
        "row 2: the spell overlaps that of row 1 of the same unit",
        "row 3: the spell overlaps an earlier one of the same unit",
    ]


def test_all_mistakes_at_once_up_to_fifty(tmp_path: Path) -> None:
    rows = [f"{i};{'x' if i % 2 else 1};2001-01-01;2001-02-01;" for i in range(1, 301)]
    rows.append("999;1;2001-13-01;;")
    lines = problems(tmp_path, described(), rows)
    assert len(lines) == MOST + 1
    assert lines[-1] == "and 101 more"
    assert sum("not in the code list" in line for line in lines) == MOST - 1
    assert any(line.startswith("row 301") for line in lines)


def test_a_message_holds_one_field_of_the_row_at_most(tmp_path: Path) -> None:
    rows = ["51515151515;secret;2031-01-01;2032-02-02;", "51515151515;1;2031-05-05;2033-03-03;"]
    lines = problems(tmp_path, described(), rows)
    assert len(lines) == 2
    text = " ".join(lines)
    assert "secret" in text
    assert not any(other in text for other in ("51515151515", "2031", "2032", "2033"))
    with pytest.raises(IntakeError) as caught:
        taken(tmp_path, described(), rows)
    assert str(caught.value) == "2 problems"


FIELDS = st.sampled_from(["01010112345", "1", "2", "2001-01-01", "2001-12-31", "", " ", "x9", "-"])


@given(rows=st.lists(st.lists(FIELDS, min_size=3, max_size=6), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_message_holds_two_fields(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    """Each field has a mark of its own that stands nowhere else."""
    marked = [
        ";".join(f"{field}q{row}f{place}z" if field.strip() else field
                 for place, field in enumerate(fields)) for row, fields in enumerate(rows)
    ]  # fmt: skip
    try:
        taken(tmp_path_factory.mktemp("marked"), described(), marked)
    except IntakeError as error:
        for line in error.lines():
            assert len(re.findall(r"q\d+f\d+z", line)) <= 1


def test_a_file_that_is_no_text_in_utf8(tmp_path: Path) -> None:
    place = register(tmp_path, "SYN", described(), SOUND)
    file = place / "SYN.csv"
    file.write_bytes(file.read_bytes() + b"1;\xe5;2001-01-01;;\n")
    with pytest.raises(IntakeError) as caught:
        read(found([place])[0])
    assert caught.value.lines() == ["SYN, row 5: SYN.csv is not text in UTF-8"]


def test_an_empty_file(tmp_path: Path) -> None:
    assert problems(tmp_path, described(), ()) == ["SYN.csv holds no rows"]


# ---- what is wrong: description


def _changed(**more: Any) -> Json:
    return {**described(), **more}


def _measure(**more: Any) -> Json:
    made = described()
    made["measureVariables"] = [{**made["measureVariables"][0], **more}]
    return made


@pytest.mark.parametrize(
    ("description", "complaint"),
    [
        (_changed(sensitivityLevel=None), "sensitivityLevel is missing"),
        (_changed(temporalityType="EVENTS"), "temporalityType is 'EVENTS', did you mean 'EVENT'?"),
        (_changed(subjectFields=[]), "subjectFields is not a list of lists of texts"),
        (_changed(populationDescription=[]),
         "populationDescription is not a list of texts with languageCode and value"),
        (_changed(populationDescription=said("x", "sv")),
         "populationDescription has a languageCode that is not one of no, nb, nn, en"),
        (_changed(identifierVariables=[{"unitType": "PERSON"}, {"unitType": "JOBB"}]),
         "identifierVariables is not a list of exactly one"),
        (_changed(identifierVariables=[{"unitType": "PERSON", "name": "x"}]),
         "identifierVariables[0].name is not known"),
        (_changed(identifierVariables=[{"unitType": "PERSONS"}]),
         "identifierVariables[0].unitType is 'PERSONS', did you mean 'PERSON'?"),
        (_changed(dataRevision={"description": said("a"), "x": 1}), "dataRevision.x is not known"),
        (_changed(dataRevision={"description": said("a"), "temporalEnd": {"successors": ["A"]}}),
         "dataRevision.temporalEnd.description is missing"),
        (_measure(dataType="TEXT"),
         "measureVariables[0].dataType is 'TEXT', it is one of STRING, LONG, DOUBLE, DATE"),
        (_measure(valueDomain={**CODES, "description": said("a")}),
         "measureVariables[0].valueDomain.description cannot stand beside a codeList"),
        (_measure(valueDomain={**NUMBERS, "sentinelAndMissingValues": []}),
         "measureVariables[0].valueDomain.sentinelAndMissingValues "
         "can only stand beside a codeList"),
        (_measure(valueDomain={}), "measureVariables[0].valueDomain.description is missing, "
         "and there is no codeList either"),
        (_measure(unitType="PERSON", valueDomain=None),
         "measureVariables[0].dataType cannot stand beside unitType: the value is a unit's key"),
        (_measure(valueDomain={"codeList": [code("1", "a"), code("1", "b", "1990-01-01")]}),
         "measureVariables[0].valueDomain.codeList has the code '1' twice at the same time"),
        (_measure(valueDomain={"codeList": [code("1", "a", "2000-01-01", "1999-01-01")]}),
         "measureVariables[0].valueDomain.codeList[0].validUntil lies before validFrom"),
        (_measure(dataType="LONG", valueDomain={"codeList": [code("a", "a")]}),
         "measureVariables[0].valueDomain.codeList[0].code 'a' does not have the type LONG "
         "of the values"),
        (_measure(valueDomain={"codeList": [code(1, "a")]}),
         "measureVariables[0].valueDomain.codeList[0].code '1' does not have the type STRING "
         "of the values"),
        (_measure(valueDomain={"codeList": [{**code("1", "a"), "validfrom": "2000-01-01"}]}),
         "measureVariables[0].valueDomain.codeList[0].validfrom is not known, "
         "did you mean 'validFrom'?"),
    ],
)  # fmt: skip
def test_a_description_that_is_wrong(tmp_path: Path, description: Json, complaint: str) -> None:
    assert complaint in problems(tmp_path, description, ("9;1;2001-01-01;2002-01-01;",))


def test_codes_that_follow_one_another_are_right(tmp_path: Path) -> None:
    listed = [code("1", "a", "1990-01-01", "1999-12-31"), code("1", "b", "2000-01-01")]
    taken(tmp_path, _measure(valueDomain={"codeList": listed}), ("1;1;2001-01-01;2002-01-01;",))


def test_names_and_files(tmp_path: Path) -> None:
    register(tmp_path, "bad_name", described(), SOUND)
    register(tmp_path, "NO_ROWS", described(), None)
    with pytest.raises(IntakeError) as caught:
        found([tmp_path, tmp_path / "nowhere"])
    lines = caught.value.lines()
    assert any("'bad_name' is no name" in line for line in lines)
    assert any("there is no NO_ROWS.csv or NO_ROWS.parquet" in line for line in lines)
    assert any(line.endswith("nowhere: is not there") for line in lines)


def test_json_that_is_none(tmp_path: Path) -> None:
    place = register(tmp_path, "SYN", described(), SOUND)
    (place / "SYN.json").write_text('{\n"a": }', encoding="utf-8")
    with pytest.raises(IntakeError) as caught:
        read(found([place])[0])
    assert caught.value.lines() == ["SYN: SYN.json is not JSON: line 2, column 6"]


# ---- speed


def test_rows_are_validated_fast(tmp_path: Path) -> None:
    """Two million rows in three seconds of two processors: here a tenth of both, and some room."""
    count = 200_000
    unit = pl.int_range(10**10, 10**10 + count // 2, eager=True)
    units = pl.concat([unit, unit]).alias("unit")
    start = pl.Series(
        "start", [date(2001, 1, 1)] * (count // 2) + [date(2005, 1, 1)] * (count // 2)
    )
    stop = pl.Series("stop", [date(2004, 12, 31)] * (count // 2) + [None] * (count // 2))
    place = register(tmp_path, "SYN", described(), ())
    frame = pl.DataFrame([units, pl.Series("value", ["1", "2"] * (count // 2)), start, stop])
    frame.with_columns(pl.lit(None, pl.String).alias("x")).sample(
        fraction=1, shuffle=True, seed=1
    ).write_csv(place / "SYN.csv", separator=";", include_header=False)
    (source,) = found([place])
    began = process_time()
    made = read(source)
    assert process_time() - began < 0.6
    assert made.rows is not None
    assert made.rows.height == count
