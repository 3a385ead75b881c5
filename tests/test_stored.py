"""Damaged and hostile metadata: each is one clear error, and names its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from stored_roots import ALL, SEX, WAGE, Json, bank, make_root, refused, write

from kohort.catalogue import Catalogue, CatalogueError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path / "fdb")


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
