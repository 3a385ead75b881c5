"""Other files than the platform's own: a mapping file says which columns are which registers."""

from __future__ import annotations

import builtins
import datetime
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat as _pyreadstat
import pytest

from kohort.databank.intake.problems import IntakeError
from kohort.databank.intake.registers import Register, read
from kohort.databank.intake.source import found

# Its own types know the data frames of pandas only.
pyreadstat: Any = _pyreadstat

PEOPLE = pl.DataFrame({
    "fnr": [1010112345.0, 2020223456.0, 3030334567.0, 4040445678.0],
    "sex": [1.0, 2.0, 2.0, 9.0],
    "income": [100.0, 250.0, None, 300.0],
    "share": [0.5, 1.0, 0.25, 0.75],
    "from": [datetime.date(2020, 1, 1)] * 4,
    "to": [datetime.date(2020, 12, 31), datetime.date(2021, 6, 30), None, None],
    "name": ["a", "b", "", "d"],
})  # fmt: skip
LABELS: dict[str, Any] = {"sex": {1.0: "Mann", 2.0: "Kvinne", 9.0: "Ukjent"}}
TITLES = ["Fødselsnummer", "Kjønn", "Inntekt", "Andel", "Fra", "Til", "Navn"]
SHARED = """
file = "{file}"
id = "fnr"
id_width = 11
unit_type = "PERSON"
sensitivity = "PERSON_GENERAL"
temporality = "FIXED"
population = "Fire personer"
subjects = ["Prøve"]
"""
REGISTERS = """
[registers.SEX]
value = "sex"
[registers.INCOME]
value = "income"
temporality = "ACCUMULATED"
start = "2020-01-01"
stop = "2020-12-31"
title = "Lønn"
[registers.SPELL]
value = "share"
temporality = "EVENT"
start = "from"
stop = "to"
"""


def mapped(folder: Path, text: str, name: str = "people.toml") -> dict[str, Register]:
    """Give the registers of a mapping file."""
    place = folder / name
    place.write_text(text, encoding="utf-8")
    return {source.name: read(source) for source in found([place])}


def complaints(folder: Path, text: str) -> list[str]:
    with pytest.raises(IntakeError) as caught:
        mapped(folder, text)
    return caught.value.lines()


def rows(register: Register) -> list[tuple[Any, ...]]:
    assert register.rows is not None
    return register.rows.select("unit", "value", "start", "stop").rows()


def _sav(path: Path) -> None:
    missing: Any = {"sex": [{"lo": 8.0, "hi": 9.0}]}
    pyreadstat.write_sav(
        PEOPLE, path, column_labels=TITLES, variable_value_labels=LABELS, missing_ranges=missing
    )


def _dta(path: Path) -> None:
    labels = {"sex": {int(code): text for code, text in LABELS["sex"].items()}}
    whole = PEOPLE.with_columns(pl.col("sex").cast(pl.Int32))
    pyreadstat.write_dta(whole, path, column_labels=TITLES, variable_value_labels=labels)


@pytest.mark.parametrize(("ending", "write"), [("sav", _sav), ("zsav", _sav), ("dta", _dta)])
def test_spss_and_stata(tmp_path: Path, ending: str, write: Any) -> None:
    write(tmp_path / f"people.{ending}")
    made = mapped(tmp_path, SHARED.format(file=f"people.{ending}") + REGISTERS)
    sex = made["SEX"].description.definition
    assert (sex.title, sex.data_type, sex.population) == ("Kjønn", "STRING", "Fire personer")
    assert [(c.code, c.title) for c in sex.categories] == [
        ("1", "Mann"), ("2", "Kvinne"), ("9", "Ukjent"),
    ]  # fmt: skip
    # SPSS knows which codes mean missing; Stata's own missing values have no code.
    assert [c.code for c in sex.categories if c.missing] == ([] if ending == "dta" else ["9"])
    assert rows(made["SEX"])[0] == ("01010112345", "1", None, None)
    income = made["INCOME"].description.definition
    assert (income.title, income.data_type) == ("Lønn", "LONG")
    assert [row[1:] for row in rows(made["INCOME"])] == [
        (100, 18262, 18627), (250, 18262, 18627), (300, 18262, 18627),
    ]  # fmt: skip
    assert made["INCOME"].notices == ("INCOME: rows without a value are left out: 1",)
    spell = made["SPELL"].description.definition
    assert (spell.title, spell.data_type) == ("Andel", "DOUBLE")
    assert [row[2:] for row in rows(made["SPELL"])] == [
        (18262, 18627), (18262, 18808), (18262, None), (18262, None),
    ]  # fmt: skip


def test_a_missing_code_without_a_label_is_no_value(tmp_path: Path) -> None:
    frame = PEOPLE.with_columns(pl.Series("sex", [1.0, 2.0, 2.0, 8.0]))
    missing: Any = {"sex": [{"lo": 8.0, "hi": 9.0}]}
    pyreadstat.write_sav(
        frame, tmp_path / "p.sav", variable_value_labels=LABELS, missing_ranges=missing
    )
    made = mapped(tmp_path, SHARED.format(file="p.sav") + '[registers.SEX]\nvalue = "sex"\n')
    assert len(rows(made["SEX"])) == 3


def test_sas_transport(tmp_path: Path) -> None:
    pyreadstat.write_xport(PEOPLE.drop("from", "to"), tmp_path / "p.xpt", file_format_version=8)
    text = SHARED.format(file="p.xpt") + '[registers.SEX]\nvalue = "sex"\n'
    labels = 'labels = { 1 = "Mann", 2 = "Kvinne", 9 = "Ukjent" }\nmissing = ["9"]\n'
    made = mapped(tmp_path, text + labels)["SEX"]
    assert [c.title for c in made.description.definition.categories] == ["Mann", "Kvinne", "Ukjent"]
    assert [row[1] for row in rows(made)] == ["1", "2", "2", "9"]


def test_a_csv_with_a_header(tmp_path: Path) -> None:
    text = "fnr;sex;wage;year\n01010112345;1;1 ;2020\n02020223456;2;2,5;2021\n"
    (tmp_path / "people.csv").write_text(text, encoding="utf-8")
    mapping = SHARED.format(file="people.csv") + 'separator = ";"\ndecimal_comma = true\n'
    mapping += '[registers.WAGE]\nvalue = "wage"\ntype = "DOUBLE"\ntemporality = "ACCUMULATED"\n'
    mapping += 'year = "year"\n'
    (made,) = mapped(tmp_path, mapping).values()
    assert rows(made) == [
        ("01010112345", 1.0, 18262, 18627), ("02020223456", 2.5, 18628, 18992),
    ]  # fmt: skip


def test_rows_of_a_csv_are_counted_with_its_header(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("fnr,sex\n1,1\n2,x\n", encoding="utf-8")
    mapping = SHARED.format(file="p.csv") + '[registers.SEX]\nvalue = "sex"\ntype = "LONG"\n'
    assert complaints(tmp_path, mapping) == ["SEX, row 3: 'x' is not a whole number"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("file =", "people.toml: is not TOML"),
        ('file = "p.csv"', "people.toml: has no table [registers.NAME]"),
        ('fiel = "p.csv"\n[registers.A]\n', "people.toml: 'fiel' is not known, "
         "did you mean 'file'?"),
        ('file = "p.csv"\n[registers.A]\nvalue = 3\n', "people.toml: A: 'value' is not a text"),
        ('file = "p.csv"\n[registers.a]\nvalue = "x"\n', "people.toml: 'a' is no name"),
        ('file = "p.csv"\n[registers.A]\nvalue = "sex"\n', "A: the mapping has no 'id'"),
        (SHARED.format(file="no.csv") + '[registers.A]\nvalue = "sex"\n', "A: there is no file"),
        (SHARED.format(file="p.csv") + '[registers.A]\nvalue = "sx"\n',
         "A: the file has no column 'sx', did you mean 'sex'?"),
        (SHARED.format(file="p.csv") + '[registers.A]\nvalue = "sex"\n',
         "A: the mapping has no 'type', and the file does not tell"),
        (SHARED.format(file="p.csv") + '[registers.A]\nvalue = "sex"\ntype = "NUMBER"\n',
         "A: 'type' is 'NUMBER', it is one of STRING, LONG, DOUBLE, DATE"),
        (SHARED.format(file="p.doc") + '[registers.A]\nvalue = "sex"\n',
         "A: p.doc is of no kind that can be read"),
        (SHARED.format(file="p.sav") + '[registers.A]\nvalue = "sex"\n',
         "A: p.sav cannot be read as a .sav file"),
        (SHARED.format(file="p.parquet") + '[registers.A]\nvalue = "sex"\n',
         "A: p.parquet is not a parquet file"),
    ],
)  # fmt: skip
def test_mappings_that_are_wrong(tmp_path: Path, text: str, complaint: str) -> None:
    for name in ("p.csv", "p.doc", "p.sav", "p.parquet"):
        (tmp_path / name).write_text("fnr,sex\n1,1\n", encoding="utf-8")
    assert any(line.startswith(complaint) for line in complaints(tmp_path, text))


def test_without_pyreadstat_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "pyreadstat":
            raise ImportError(name)
        return plain(name, *rest, **more)

    _sav(tmp_path / "people.sav")
    monkeypatch.delitem(sys.modules, "pyreadstat")
    monkeypatch.setattr(builtins, "__import__", without)
    said = complaints(tmp_path, SHARED.format(file="people.sav") + REGISTERS)
    assert said == ["SEX: reading people.sav needs pyreadstat: pip install 'kohort[owner]'"]
