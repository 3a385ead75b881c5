"""Damaged and hostile metadata: each is one clear error, and names its place."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stored_roots import ALL, SEX, WAGE, Json, bank, make_root, refused, write

from kohort.catalogue import Catalogue, CatalogueError, RegisterVariable


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


def _variables(root: Path) -> dict[str, RegisterVariable]:
    return dict(Catalogue([(None, root)]).databanks()[0].variables)


def _rewrite(root: Path, change: Callable[[Json], object], **style: Any) -> None:
    path = root / "datastore" / "metadata_all__1_0_0.json"
    top = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(change(top), **style), encoding="utf-8")


@pytest.mark.parametrize("style", [{"indent": 2}, {"separators": (",", ":")}, {"sort_keys": True}])
def test_metadata_may_be_written_in_any_style(root: Path, style: Json) -> None:
    expected = _variables(root)
    assert len(expected) == len(ALL)
    _rewrite(root, lambda top: {"languages": ["no"], **top, "dataStore": {"name": "x"}}, **style)
    assert _variables(root) == expected


def test_a_text_cannot_pass_for_a_variable(root: Path) -> None:
    fake = json.dumps({"name": "FALSK", "temporality": "FIXED", "measureVariable": {}})
    _rewrite(
        root,
        lambda top: {
            "dataStructures": [s | {"subjectFields": [fake]} for s in top["dataStructures"]]
        },
    )
    assert list(_variables(root)) == [s["name"] for s in ALL]


def test_an_object_elsewhere_cannot_pass_for_a_variable(root: Path) -> None:
    fake = {"name": "FALSK", "temporality": "FIXED", "measureVariable": {}}
    _rewrite(root, lambda top: {**top, "dataStore": fake})
    assert list(_variables(root)) == [s["name"] for s in ALL]


@settings(deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), put=st.sampled_from(["", *'"{}[],:x0']))
def test_damage_anywhere_is_a_catalogue_error_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, place: float, put: str
) -> None:
    made = make_root(tmp_path_factory.mktemp("r") / "fdb")
    path = made / "datastore" / "metadata_all__1_0_0.json"
    text = path.read_text(encoding="utf-8")
    at = int(place * len(text))
    path.write_text(text[:at] + put + text[at + 1 :], encoding="utf-8")
    with contextlib.suppress(CatalogueError):
        _variables(made)


@settings(deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_half_a_file_is_an_error(tmp_path_factory: pytest.TempPathFactory, share: float) -> None:
    made = make_root(tmp_path_factory.mktemp("r") / "fdb")
    path = made / "datastore" / "metadata_all__1_0_0.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: int(share * len(text))], encoding="utf-8")
    with pytest.raises(CatalogueError):
        _variables(made)
