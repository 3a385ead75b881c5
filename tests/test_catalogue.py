"""Databanks are found by name and version, and read as what they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from stored_roots import SPAN, SYNTHETIC, bank, day, entry, make_root, refused

from kohort.catalogue import Catalogue, unit_type
from kohort.databank.definition import Category, VariableDefinition
from kohort.databank.manifest import Manifest
from kohort.databank.writer import DatabankWriter
from kohort.diagnostic import ScriptError
from kohort.scope import Type


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path / "fdb")


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
    for name in (None, "no.ssb.fdb"):
        roots = [(None, root), (name, made)]
        found, notice = Catalogue(roots).require(bank("no.ssb.fdb", "1"))
        assert (found.root, notice) == (root, None)
        with pytest.raises(ScriptError, match="unknown-version"):
            Catalogue(roots).require(bank("no.ssb.fdb", "45"))


def test_a_bank_that_is_built_later_is_read_as_what_it_is(tmp_path: Path) -> None:
    catalogue = Catalogue([(None, tmp_path / "r")])
    assert refused(lambda: catalogue.require(bank("no.ssb.fdb", "1"))).code == (
        "unreadable-databank"
    )
    make_root(tmp_path / "r", name="no.kohort.syntetisk", manifest=SYNTHETIC)
    assert catalogue.require(bank("no.ssb.fdb", "1"))[0].synthetic


def test_what_the_writer_writes_is_found(tmp_path: Path) -> None:
    days = ("2020-01-01", "2021-01-01")
    writer = DatabankWriter(tmp_path / "r", Manifest(name="no.test", synthetic=True, seed=7))
    writer.add(
        VariableDefinition(
            "PLACE",
            "Sted",
            "PERSON",
            "STATUS",
            "STRING",
            categories=(Category("1", "Her"), Category("9", "Ukjent", missing=True)),
        ),
        pl.DataFrame({
            "unit_id": [1, 2, 1],
            "value": ["1", "9", "1"],
            "start_epoch_days": [day(days[0]), day(days[0]), day(days[1])],
            "stop_epoch_days": [day(days[0]), day(days[0]), day(days[1])],
        }),
    )
    writer.add(
        VariableDefinition("FAR", "Far", "PERSON", "FIXED", "LONG", value_unit_type="PERSON"),
        pl.DataFrame({"unit_id": [1], "value": [2]}),
    )
    writer.release()
    found = Catalogue([(None, tmp_path / "r")]).require(bank("no.test", "1.0.0.0"))[0]
    place, father = entry(found, "PLACE"), entry(found, "FAR")
    assert place.status_dates == tuple(map(day, days))
    assert place.labels_at(day(days[0])) == (("1", "Her"), ("9", "Ukjent"))
    assert place.missing_codes == {"9"}
    assert sorted(p.name for p in place.path.iterdir()) == ["start_year=2020", "start_year=2021"]
    assert father.path.is_file()
    assert (father.type, father.domain) == (Type.KEY, "FNR")


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


def test_unit_types_have_their_columns_and_domains() -> None:
    person, family, place = unit_type("PERSON"), unit_type("FAMILIE"), unit_type("KOMMUNE")
    assert (person.key, person.title_en, person.domain) == ("PERSONID_1", "Person", "FNR")
    assert (family.key, family.domain) == ("FAMILIE_ID", "FNR")
    assert (place.key, place.pseudonymised, place.domain) == ("KOMMUNEID", False, "KOMMUNE")
    own = unit_type("BUTIKK")
    assert (own.key, own.pseudonymised, own.domain) == ("BUTIKK_ID", True, "BUTIKK")


def test_the_catalogue_loads_no_engine() -> None:
    code = (
        "import sys, kohort.catalogue; "
        "sys.exit(any(m in sys.modules for m in ('polars', 'numpy', 'scipy', 'lark')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
