"""Databanks are found, read and searched; every way of being wrong has its own clear error."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort import configuration, phrases
from kohort.catalogue import (
    Catalogue,
    CatalogueError,
    Databank,
    RegisterVariable,
    search,
    unit_type,
)
from kohort.databank import stored
from kohort.databank.definition import catalogued, facts, validity
from kohort.databank.manifest import Manifest
from kohort.diagnostic import Diagnostic, ScriptError, Span
from kohort.folding import fold, synonyms
from kohort.register import CodePeriod
from kohort.scope import Type

SPAN = Span(7, 20)
Json = dict[str, Any]


def day(text: str) -> int:
    """Days since 1970-01-01."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def at(text: str) -> phrases.Date:
    return phrases.Date(day(text), text, Span(30, 40))


def bank(name: str, version: str) -> phrases.Bank:
    return phrases.Bank(name, version, SPAN)


def refused(act: Callable[[], object]) -> Diagnostic:
    """Give the diagnostic with which an act is refused."""
    with pytest.raises(ScriptError) as caught:
        act()
    return caught.value.diagnostic


# ---- roots by hand, in the platform's dialect


def codes(start: str, stop: str | None, pairs: Json, missing: tuple[str, ...] = ()) -> Json:
    period = {"start": day(start)} | ({} if stop is None else {"stop": day(stop)})
    listed = [{"code": code, "category": label} for code, label in pairs.items()]
    return {
        "description": "En beskrivelse",
        "validPeriod": period,
        "valueDomain": {"codeList": listed, "missingValues": list(missing)},
    }


def structure(
    name: str,
    title: str,
    temporality: str = "FIXED",
    data_type: str = "String",
    represented: tuple[Json, ...] = (),
    key: str | None = None,
    coverage: tuple[str, str | None] = ("1900-01-01", None),
    dates: tuple[str, ...] = (),
    unit: str = "PERSON",
) -> Json:
    described = {"description": "Målt", "valueDomain": {"description": "N/A"}}
    measure: Json = {
        "name": name,
        "label": title,
        "dataType": data_type,
        "notPseudonym": key is None or key == "KOMMUNE",
        "variableRole": "Measure",
        "representedVariables": list(represented) or [described],
    }
    if key is not None:
        measure["keyType"] = {"name": key, "label": key, "description": key}
    start, stop = coverage
    covered = {"start": day(start)} | ({} if stop is None else {"stop": day(stop)})
    return {
        "name": name,
        "temporality": temporality,
        "languageCode": "no",
        "sensitivityLevel": "PERSON_GENERAL",
        "populationDescription": "Alle",
        "subjectFields": [],
        "temporalCoverage": covered,
        "temporalStatusDates": [day(d) for d in dates],
        "identifierVariables": [{"name": "PERSONID_1", "keyType": {"name": unit}}],
        "measureVariable": measure,
        "attributeVariables": [],
    }


SEX = structure(
    "KJOENN", "Kjønn", represented=(codes("1900-01-01", None, {"1": "Mann", "2": "Kvinne"}),)
)
MUNICIPALITY = structure(
    "BOSTED",
    "Bostedskommune",
    "EVENT",
    represented=(
        codes("2020-01-01", "2023-12-31", {"4601": "Bergen", "9": "Uoppgitt"}, ("9",)),
        codes("1990-01-01", "2019-12-31", {"1201": "Bergen", "9": "Uoppgitt"}, ("9",)),
    ),
    key="KOMMUNE",
    coverage=("1990-01-01", "2023-12-31"),
)
WAGE = structure(
    "LOENN", "Lønnsinntekt", "ACCUMULATED", "Long", coverage=("2010-01-01", "2023-12-31")
)
STATUS = structure(
    "STATUSKODE",
    "Status",
    "STATUS",
    represented=(codes("2015-01-01", None, {"1": "Bosatt", "3": "Utvandret"}),),
    coverage=("2015-01-01", "2017-01-01"),
    dates=("2017-01-01", "2015-01-01", "2016-01-01"),
)
MOTHER = structure("MOR_FNR", "Mor", data_type="Long", key="PERSON")
ALL = (SEX, MUNICIPALITY, WAGE, STATUS, MOTHER)


def write(folder: Path, name: str, content: object) -> None:
    (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def make_root(
    root: Path,
    name: str = "no.ssb.fdb",
    versions: tuple[str, ...] = ("1.0.0.0",),
    structures: tuple[Json, ...] = ALL,
    manifest: str | None = None,
) -> Path:
    folder = root / "datastore"
    folder.mkdir(parents=True)
    releases = [{"version": v, "description": "", "releaseTime": 0} for v in versions]
    write(folder, "datastore_versions", {"name": name, "label": "Bank", "versions": releases})
    for version in versions:
        major, minor, patch, _ = version.split(".")
        write(folder, f"metadata_all__{major}_{minor}_{patch}", {"dataStructures": structures})
        files = {
            s["name"]: f"{s['name']}__1_0"
            + ("" if s["temporality"] in {"STATUS", "ACCUMULATED"} else ".parquet")
            for s in structures
        }
        write(folder, f"data_versions__{major}_{minor}", files)
    if manifest is not None:
        (root / "kohort.toml").write_text(manifest, encoding="utf-8")
    return root


SYNTHETIC = """
[databank]
name = "no.kohort.syntetisk"
synthetic = true
seed = 1
answers_to = ["no.ssb.fdb"]
[labels]
unverified = ["STATUSKODE"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path / "fdb")


@pytest.fixture
def register(root: Path) -> Databank:
    return Catalogue([(None, root)]).require(bank("no.ssb.fdb", "1"))[0]


def entry(register: Databank, name: str) -> RegisterVariable:
    found = register.find(name)
    assert found is not None
    return found


# ---- variables


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


# ---- dates


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


# ---- versions and names


VERSIONS = ("38.2.0.0", "38.10.1.0", "37.0.0.0", "38.10.0.0")


@pytest.mark.parametrize(
    ("asked", "given_version"),
    [
        ("38", "38.10.1.0"),
        ("38.2", "38.2.0.0"),
        ("38.10", "38.10.1.0"),
        ("38.10.0", "38.10.0.0"),
        ("37.0.0.0", "37.0.0.0"),
    ],
)
def test_version_is_the_newest_that_begins_so(
    tmp_path: Path, asked: str, given_version: str
) -> None:
    made = make_root(tmp_path / "r", versions=VERSIONS)
    found, notice = Catalogue([(None, made)]).require(bank("no.ssb.fdb", asked))
    assert found.version == given_version
    assert found.versions == ("38.10.1.0", "38.10.0.0", "38.2.0.0", "37.0.0.0")
    newest = given_version == "38.10.1.0"
    assert notice is None if newest else notice is not None and "38.10.1" in notice


@pytest.mark.parametrize("asked", ["45", "3", "38.1", "1.2.3.4.5", "38.", "0.0.0.0", "newest"])
def test_unknown_version_of_a_real_bank_names_the_versions(tmp_path: Path, asked: str) -> None:
    made = make_root(tmp_path / "r", versions=VERSIONS)
    found = refused(lambda: Catalogue([(None, made)]).require(bank("no.ssb.fdb", asked)))
    assert (found.code, found.span) == ("unknown-version", SPAN)
    assert found.hint is not None
    assert "38" in found.hint
    assert "37" in found.hint


def test_synthetic_bank_answers_any_version_with_a_notice(tmp_path: Path) -> None:
    made = make_root(tmp_path / "r", name="no.kohort.syntetisk", manifest=SYNTHETIC)
    catalogue = Catalogue([(None, made)])
    found, notice = catalogue.require(bank("no.ssb.fdb", "45"))
    assert (found.name, found.version, found.synthetic) == (
        "no.kohort.syntetisk",
        "1.0.0.0",
        True,
    )
    assert notice is not None
    assert "made up" in notice
    assert not entry(found, "STATUSKODE").official_labels
    assert entry(found, "KJOENN").official_labels
    assert catalogue.require(bank("no.kohort.syntetisk", "1")) == (found, None)
    assert catalogue.require(bank("no.ssb.fdb", "1"))[0] is found


def test_synthetic_bank_gives_way_to_the_real_one(tmp_path: Path, root: Path) -> None:
    made = make_root(tmp_path / "r", name="no.kohort.syntetisk", manifest=SYNTHETIC)
    for roots in ([(None, root), (None, made)], [(None, root), ("no.ssb.fdb", made)]):
        found, notice = Catalogue(roots).require(bank("no.ssb.fdb", "1"))
        assert (found.root, notice) == (root, None)
        assert refused(
            lambda roots=roots: Catalogue(roots).require(bank("no.ssb.fdb", "45"))
        ).code == ("unknown-version")


def test_synthetic_bank_does_not_stand_in_for_an_unreadable_one(tmp_path: Path, root: Path) -> None:
    made = make_root(tmp_path / "r", name="no.kohort.syntetisk", manifest=SYNTHETIC)
    (root / "datastore" / "datastore_versions.json").write_text("{", encoding="utf-8")
    catalogue = Catalogue([(None, root), (None, made)])
    found = refused(lambda: catalogue.require(bank("no.ssb.fdb", "1")))
    assert (found.code, found.severity, found.span) == ("unreadable-databank", "failure", SPAN)
    assert [b.name for b in catalogue.databanks()] == ["no.kohort.syntetisk"]


def test_a_bank_answers_to_the_name_it_was_given_and_later_ones_win(
    tmp_path: Path, root: Path
) -> None:
    second = make_root(tmp_path / "second")
    catalogue = Catalogue([("mine", root), (None, second)])
    assert catalogue.require(bank("mine", "1"))[0].root == root
    assert catalogue.require(bank("no.ssb.fdb", "1"))[0].root == second
    named = Catalogue([("no.ssb.fdb", root), (None, second)])
    assert named.require(bank("no.ssb.fdb", "1"))[0].root == root


def test_unknown_bank_names_the_known(root: Path) -> None:
    found = refused(lambda: Catalogue([(None, root)]).require(bank("no.ssb.fbd", "1")))
    assert (found.code, found.hint) == ("unknown-databank", "did you mean 'no.ssb.fdb'?")
    found = refused(lambda: Catalogue([(None, root)]).require(bank("xyz", "1")))
    assert found.hint == "there is: no.ssb.fdb"
    found = refused(lambda: Catalogue([]).require(bank("xyz", "1")))
    assert found.hint == "add one with '--databank DIR'"


# ---- damaged and hostile files


def _changed(name: str, **fields: object) -> Json:
    return {s["name"]: s for s in ALL}[name] | fields


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", "null", '{"name": 1}', '{"name": "x"}', "[" * 100_000]
    + [
        json.dumps({"name": "x", "versions": versions})
        for versions in ([], 3, [3], [{"version": "1"}], [{"version": "1.0.0.x"}])
    ],
)
def test_damaged_releases_are_one_clear_error(root: Path, content: str) -> None:
    (root / "datastore" / "datastore_versions.json").write_text(content, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        Catalogue([(None, root)]).databanks()
    assert "datastore_versions.json" in caught.value.diagnostic.message


@pytest.mark.parametrize(
    "damaged",
    [
        {"name": "KJOENN"},
        _changed("KJOENN", temporality="SOMETIMES"),
        _changed("KJOENN", temporality=None),
        _changed("KJOENN", temporalCoverage=[]),
        _changed("KJOENN", temporalCoverage={"start": "1900-01-01"}),
        _changed("KJOENN", temporalCoverage={"start": 10**30}),
        _changed("KJOENN", temporalCoverage={"start": True}),
        _changed("KJOENN", temporalStatusDates=[1.5]),
        _changed("KJOENN", identifierVariables=[]),
        _changed("KJOENN", identifierVariables=[{"name": "PERSONID_1"}]),
        _changed("KJOENN", identifierVariables=[{"keyType": {"name": "../PERSON"}}]),
        _changed("KJOENN", measureVariable=None),
        _changed("KJOENN", measureVariable=SEX["measureVariable"] | {"dataType": "Blob"}),
        _changed("KJOENN", measureVariable=SEX["measureVariable"] | {"representedVariables": {}}),
        _changed(
            "KJOENN",
            measureVariable=SEX["measureVariable"]
            | {"notPseudonym": "no"}
            | {"keyType": {"name": "PERSON"}},
        ),
        _changed(
            "KJOENN",
            measureVariable=SEX["measureVariable"]
            | {"representedVariables": [{"valueDomain": {"codeList": [{"code": ["x"]}]}}]},
        ),
    ],
)
def test_a_damaged_variable_is_named_and_the_others_serve(tmp_path: Path, damaged: Json) -> None:
    made = make_root(
        tmp_path / "r",
        structures=(damaged | {"name": "KJOENN"}, WAGE) if "temporality" in damaged else (WAGE,),
    )
    if "temporality" not in damaged:
        write(made / "datastore", "metadata_all__1_0_0", {"dataStructures": [damaged, WAGE]})
    found = Catalogue([(None, made)]).require(bank("no.ssb.fdb", "1"))[0]
    assert found.find("LOENN") is not None
    with pytest.raises(CatalogueError) as caught:
        found.find("KJOENN")
    assert "'KJOENN'" in caught.value.diagnostic.message


@pytest.mark.parametrize(
    "files",
    [
        {"KJOENN": "../../../etc/passwd"},
        {"KJOENN": "/etc/passwd"},
        {"../KJOENN": "KJOENN__1_0"},
        {"KJOENN": "KJOENN__1_0/../x"},
        {"KJOENN": "KJOENN__1_0.parquet\n"},
        {"KJOENN": 3},
        [],
    ],
)
def test_files_outside_the_bank_are_refused(root: Path, files: object) -> None:
    write(root / "datastore", "data_versions__1_0", files)
    found = Catalogue([(None, root)]).require(bank("no.ssb.fdb", "1"))[0]
    with pytest.raises(CatalogueError, match="unreadable-databank"):
        found.find("KJOENN")


def test_missing_files_and_changes_under_way_are_clear(root: Path, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as caught:
        Catalogue([(None, tmp_path / "nowhere")]).databanks()
    assert "cannot be read" in caught.value.diagnostic.message
    (root / "datastore" / "metadata_all__1_0_0.json").unlink()
    with pytest.raises(CatalogueError):
        Catalogue([(None, root)]).databanks()[0].find("KJOENN")
    (root / "datastore" / "tmp").mkdir()
    assert Catalogue([(None, root)]).databanks()
    write(root / "datastore" / "tmp", "draft_version", {})
    with pytest.raises(CatalogueError) as caught:
        Catalogue([(None, root)]).databanks()
    assert "being changed" in caught.value.diagnostic.message


def test_a_damaged_manifest_is_a_catalogue_error(root: Path) -> None:
    (root / "kohort.toml").write_text("[databank]\nnmae = 'x'\n", encoding="utf-8")
    found = refused(lambda: Catalogue([("fdb", root)]).require(bank("fdb", "1")))
    assert found.code == "unreadable-databank"
    assert "nmae" in found.message


# ---- unit types


def test_unit_types_have_their_columns_and_domains() -> None:
    person, family, place = unit_type("PERSON"), unit_type("FAMILIE"), unit_type("KOMMUNE")
    assert (person.key, person.title_en, person.domain) == ("PERSONID_1", "Person", "FNR")
    assert (family.key, family.domain) == ("FAMILIE_ID", "FNR")
    assert (place.key, place.pseudonymised, place.domain) == ("KOMMUNEID", False, "KOMMUNE")
    own = unit_type("BUTIKK")
    assert (own.key, own.pseudonymised, own.domain) == ("BUTIKK_ID", True, "BUTIKK")


# ---- configuration


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(configuration.CONFIG_VARIABLE, str(tmp_path / "config"))
    monkeypatch.setenv(configuration.CACHE_VARIABLE, str(tmp_path / "cache"))
    (tmp_path / "config").mkdir()
    return tmp_path


def configure(folders: Path, text: str) -> None:
    (folders / "config" / "config.toml").write_text(text, encoding="utf-8")


def test_without_configuration_the_synthetic_bank_serves(folders: Path) -> None:
    catalogue = Catalogue.configured()
    default = folders / "cache" / "databank" / "synthetic-10000-1"
    assert catalogue.roots == ((None, default),)
    assert catalogue.needs_building() == default
    make_root(default, name="no.kohort.syntetisk", manifest=SYNTHETIC)
    assert catalogue.needs_building() is None
    assert catalogue.require(bank("no.ssb.fdb", "45"))[0].root == default


def test_configured_banks_and_additions(folders: Path) -> None:
    configure(folders, '[databanks]\nno.ssb.fdb = "/data/fdb"\nother = "beside"\n')
    catalogue = Catalogue.configured(["/more", f"x.y={folders}/z"])
    assert catalogue.roots == (
        ("no.ssb.fdb", Path("/data/fdb")),
        ("other", folders / "config" / "beside"),
        (None, Path("/more")),
        ("x.y", folders / "z"),
    )
    assert catalogue.needs_building() is None


def test_a_folder_with_an_equals_sign_is_a_folder(folders: Path) -> None:
    odd = folders / "a=b"
    odd.mkdir()
    assert configuration.addition(str(odd)) == (None, odd)
    assert configuration.addition("a=b") == ("a", Path("b").absolute())


def test_other_settings_are_read(folders: Path) -> None:
    configure(folders, 'profile = "strict"\nlanguage = "nb"\n[keys]\nfdb-1 = "/k"\n')
    settings = configuration.read_configuration()
    assert (settings.profile, settings.language) == ("strict", "nb")
    assert dict(settings.keys) == {"fdb-1": Path("/k")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[databank]\nx = '/x'", "unknown key 'databank'"),
        ("[databanks", "not TOML"),
        ("databanks = 3", "not a table"),
        ("[databanks]\nx = 3", "not a path"),
        ("[databanks]\nx = ''", "not a path"),
        ("profile = 3", "not a text"),
        ("x = " + "[" * 5000, "not TOML"),
    ],
)
def test_a_wrong_configuration_is_one_clear_error(folders: Path, text: str, says: str) -> None:
    configure(folders, text)
    with pytest.raises(CatalogueError) as caught:
        Catalogue.configured()
    assert says in caught.value.diagnostic.message


# ---- searching


@pytest.fixture(scope="session")
def country(tmp_path_factory: pytest.TempPathFactory) -> Databank:
    """A bank with the metadata of every variable in the catalogue, and no data."""
    made = tmp_path_factory.mktemp("country")
    entries = []
    for name in facts()["variables"]:
        definition = catalogued(name, description="", population="")
        start, stop = validity(name)
        first, last = (
            stored.FIXED_START if start is None else start,
            20089 if stop is None else stop,
        )
        entries.append(stored.Entry(definition, first, last, f"{name}__1_0", (first, last)))
    folder = made / "datastore"
    folder.mkdir()
    about = ("no.kohort.land", "", "", entries)
    write(folder, "datastore_versions", stored.datastore_versions(*about, "", 0))
    write(folder, "metadata_all__1_0_0", stored.metadata_all(*about))
    write(folder, "data_versions__1_0", {e.definition.name: e.file for e in entries})
    Manifest(name="no.kohort.land", synthetic=True, seed=1).write(made)
    return Catalogue([(None, made)]).databanks()[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("kjønn", "BEFOLKNING_KJOENN"),
        ("KJØNN", "BEFOLKNING_KJOENN"),
        ("kjonn", "BEFOLKNING_KJOENN"),
        ("kjoenn", "BEFOLKNING_KJOENN"),
        ("gender", "BEFOLKNING_KJOENN"),
        ("mother", "BEFOLKNING_MOR_FNR"),
        ("marital status", "SIVSTANDFDT_SIVSTAND"),
        ("sivilstnd", "SIVSTANDFDT_SIVSTAND"),
        ("skilt", "SIVSTANDFDT_SIVSTAND"),
        ("wage", "INNTEKT_LONN"),
        ("inntekt_wlonn", "INNTEKT_WLONN"),
        ("2.1.1", "BEFOLKNING_REGSTAT_FAMTYP"),
        ("car fuel", "KJORETOY_DRIVSTOFF_OMK"),
        ("bosted", "BOSATTEFDT_BOSTED"),
        ("barn familie", "BEFOLKNING_BARN_I_REGSTAT_FAMNR"),
    ],
)
def test_search_finds_first(country: Databank, words: str, expected: str) -> None:
    assert search(words, [country])[0].variable.name == expected


def test_search_shows_the_label_that_was_found(country: Databank) -> None:
    assert search("skilt", [country])[0].label == "4 Skilt"
    assert search("0301", [country])[0].label == "0301 Oslo"
    assert search("kjønn", [country])[0].label is None


def test_search_has_limits(country: Databank, register: Databank) -> None:
    assert len(search("inntekt", [country], limit=7)) == 7
    assert search("", [country]) == ()
    assert search("xyzzyq", [country]) == ()
    assert {hit.bank.name for hit in search("lønn", [country, register], 200)} == {
        "no.kohort.land",
        "no.ssb.fdb",
    }


@pytest.mark.parametrize(
    ("wrong_name", "expected"),
    [
        ("BEFOLKNING_KJONN", "BEFOLKNING_KJOENN"),
        ("inntekt_wlonn", "INNTEKT_WLONN"),
        ("BEFOLKNING_GENDER", "BEFOLKNING_KJOENN"),
        ("BEFOLKNING_FNR_MOR", "BEFOLKNING_MOR_FNR"),
    ],
)
def test_suggestions_go_by_name_then_by_title(
    country: Databank, wrong_name: str, expected: str
) -> None:
    hint = country.suggest(wrong_name)
    assert hint is not None
    assert f"'{expected}'" in hint


def test_nothing_near_suggests_nothing(country: Databank) -> None:
    assert country.suggest("QQQQ") is None


@given(st.text(max_size=30))
def test_any_words_can_be_searched_for(country: Databank, text: str) -> None:
    scores = [hit.score for hit in search(text, [country], 50)]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("kjønn", "KJOENN"),
        ("KJØNN", "kjonn"),
        ("år", "AAR"),
        ("a\u030ar", "ar"),
        ("Ærlig", "aerlig"),
        ("été", "ETE"),
        ("Straße", "STRASSE"),
    ],
)
def test_spellings_fold_together(text: str, same: str) -> None:
    assert fold(text) == fold(same)


def test_synonyms_are_mutual() -> None:
    known = synonyms()
    assert all(word in known[other] for word in known for other in known[word])
    assert "kjonn" in known["gender"]


# ---- speed and weight


def test_opening_and_searching_are_quick(country: Databank) -> None:
    started = time.process_time()
    fresh = Catalogue([(None, country.root)]).databanks()[0]
    assert fresh.find("INNTEKT_WLONN") is not None
    opened = time.process_time() - started
    search("kjønn", [fresh])
    started = time.process_time()
    for words in ("inntekst", "marital status", "0301", "barn familie", "education level"):
        search(words, [fresh])
    searched = (time.process_time() - started) / 5
    # Aims: 100 ms to open, 50 ms a search; the margin is for busy machines.
    assert opened < 0.4
    assert searched < 0.1


def test_the_catalogue_loads_no_engine() -> None:
    code = (
        "import sys, kohort.catalogue; "
        "sys.exit(any(m in sys.modules for m in ('polars', 'numpy', 'scipy', 'lark')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
