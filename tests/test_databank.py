"""The databank on disk: manifest, definitions, rows, the stored dialect, layout, record keys."""

from __future__ import annotations

import hashlib
import hmac
import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort.databank.definition import (
    Category,
    DefinitionError,
    VariableDefinition,
    catalogued,
    epoch_day,
    facts,
    validity,
)
from kohort.databank.manifest import Manifest, ManifestError
from kohort.databank.rows import RowError, arranged
from kohort.databank.stored import represented
from kohort.databank.writer import DatabankError, DatabankWriter
from kohort.disclosure.keys import synthetic_master

SYNTHETIC = Manifest(
    name="no.test.bank",
    synthetic=True,
    seed=5,
    answers_to=("no.ssb.fdb",),
    profiles=("default", "open"),
    key_id="test-5",
)


def variable(
    temporality: Any = "FIXED", data_type: Any = "LONG", **more: Any
) -> VariableDefinition:
    words: dict[str, Any] = {"name": "PROVE", "title": "Prøve", "unit_type": "PERSON"}
    return VariableDefinition(**{**words, **more}, temporality=temporality, data_type=data_type)


def frame(*rows: tuple[Any, Any, int | None, int | None]) -> pl.DataFrame:
    names = ("unit_id", "value", "start_epoch_days", "stop_epoch_days")
    return pl.DataFrame({name: [row[i] for row in rows] for i, name in enumerate(names)})


# ---- manifest


def test_an_absent_manifest_is_a_real_bank_under_default(tmp_path: Path) -> None:
    manifest = Manifest.read(tmp_path)
    assert not manifest.synthetic
    assert manifest.profiles == ("default",)
    assert (manifest.name, manifest.seed, manifest.key_id) == (None, None, None)


def test_the_manifest_is_read_as_it_is_written_by_hand(tmp_path: Path) -> None:
    (tmp_path / "kohort.toml").write_text(
        '[databank]\nname = "no.a.b"\nsynthetic = true\nseed = 1\nanswers_to = ["no.ssb.fdb"]\n'
        '[disclosure]\nprofiles = ["default", "open"]\nprofile = "open"\nkey_id = "k"\n'
        '[labels]\nunverified = ["X"]\n',
        encoding="utf-8",
    )
    assert Manifest.read(tmp_path) == Manifest(
        name="no.a.b",
        synthetic=True,
        seed=1,
        answers_to=("no.ssb.fdb",),
        profiles=("default", "open"),
        profile="open",
        key_id="k",
        unverified=("X",),
    )


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(name=WORDS, answers=st.lists(WORDS, max_size=3), seed=st.integers(0, 2**40), key=WORDS)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, name: str, answers: list[str], seed: int, key: str
) -> None:
    folder = tmp_path_factory.mktemp("manifest")
    manifest = Manifest(name=name, synthetic=True, seed=seed, answers_to=tuple(answers), key_id=key)
    manifest.write(folder)
    assert Manifest.read(folder) == manifest


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[databank]\nnmae = 'x'", "there is no key 'databank.nmae', did you mean 'name'?"),
        ("[databnk]\n", "there is no table 'databnk', did you mean 'databank'?"),
        ("name = 'x'", "there is no table 'name'"),
        ("[databank]\nseed = true", "'databank.seed' is a whole number"),
        ("[databank]\nsynthetic = 1", "'databank.synthetic' is true or false"),
        ("[disclosure]\nprofiles = 'open'", "'disclosure.profiles' is a list of texts"),
        ("[disclosure]\nprofiles = ['default', 'open']", "'open' is for synthetic banks only"),
        ("[disclosure]\nprofile = 'strict'", "'strict' is not among the profiles allowed"),
        ("[databank]\nsynthetic = true", "a synthetic bank has a seed"),
        ("[databank]\nseed = 3", "only a synthetic bank has a seed"),
        ("[databank", "kohort.toml"),
    ],
)
def test_a_manifest_that_is_wrong_says_why(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "kohort.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        Manifest.read(tmp_path)
    assert message in str(caught.value)
    assert str(tmp_path / "kohort.toml") in str(caught.value)


def test_reading_manifests_imports_no_engine() -> None:
    script = (
        "import sys; from kohort.databank import Manifest, make; import kohort.databank.definition;"
        "assert not {'polars', 'numpy', 'scipy'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


# ---- definitions


def test_the_catalogue_is_the_whole_list() -> None:
    variables = facts()["variables"]
    assert len(variables) == 732
    assert {fact["unit"] for fact in variables.values()} <= set(facts()["unit_types"])
    assert len(facts()["unit_types"]) == 24
    placeholders = [f for f in variables.values() if f.get("codes_trust") == "placeholder"]
    assert len(placeholders) == 28
    assert not any("codes" in fact for fact in placeholders)


def test_definitions_from_the_catalogue() -> None:
    words: dict[str, Any] = {"description": "d", "population": "p"}
    marital = catalogued("SIVSTANDFDT_SIVSTAND", **words)
    assert marital.official_labels
    assert [c.code for c in marital.categories if c.missing] == ["0"]
    assert marital.categories[2] == Category("2", "Gift")
    mother = catalogued("BEFOLKNING_MOR_FNR", **words)
    assert mother.pseudonym
    home = catalogued("BEFOLKNING_KOMMNR_FORMELL", **words)
    assert not home.pseudonym
    oslo = [c for c in home.categories if c.code == "0301"]
    assert [c.title for c in oslo] == ["Oslo"]
    family = catalogued("BEFOLKNING_REGSTAT_FAMTYP", **words)
    assert family.categories
    assert not family.official_labels
    education = catalogued("NUDB_BU", **words)
    assert not education.categories
    assert "NUS2000" in education.domain
    assert validity("SIVSTANDFDT_SIVSTAND") == (epoch_day("1991-01-01"), epoch_day("2023-12-31"))


def test_definitions_that_cannot_be() -> None:
    with pytest.raises(DefinitionError, match="no such variable"):
        catalogued("BEFOLKNING_KJONN", description="", population="")
    with pytest.raises(DefinitionError, match="no unit type 'MENNESKE'"):
        variable(unit_type="MENNESKE")
    with pytest.raises(DefinitionError, match="temporality"):
        variable("ALWAYS")


# ---- rows: datastore.md section 2, rows 9 to 15


@pytest.mark.parametrize(
    ("temporality", "rows", "rule"),
    [
        ("FIXED", [(1, 1, None, None), (1, 2, None, None)], "a unit has two rows"),
        ("FIXED", [(1, None, None, None)], "a unit or value is missing"),
        ("FIXED", [(None, 1, None, None)], "a unit or value is missing"),
        ("STATUS", [(1, 1, None, None)], "a start is missing"),
        ("STATUS", [(1, 1, 5, 6)], "start and stop differ"),
        ("STATUS", [(1, 1, 5, None)], "start and stop differ"),
        ("STATUS", [(1, 1, 5, 5), (1, 2, 5, 5)], "a unit has two rows on a date"),
        ("ACCUMULATED", [(1, 1, 5, 5)], "a period does not end after its start"),
        ("ACCUMULATED", [(1, 1, 5, None)], "a period does not end after its start"),
        ("ACCUMULATED", [(1, 1, 5, 9), (1, 2, 9, 12)], "periods overlap"),
        ("ACCUMULATED", [(1, 2, 366, 380), (1, 1, 5, 366)], "periods overlap"),
        ("ACCUMULATED", [(1, 1, 5, 9), (1, 2, 366, 900), (1, 3, 800, 801)], "periods overlap"),
        ("EVENT", [(1, 1, None, 5)], "a start is missing"),
        ("EVENT", [(1, 1, 6, 5)], "a stop lies before its start"),
        ("EVENT", [(1, 1, 1, 5), (1, 2, 5, 9)], "spells overlap"),
        ("EVENT", [(1, 1, 1, None), (1, 2, 5, 9)], "spells overlap"),
    ],
)
def test_broken_rows(temporality: str, rows: list[Any], rule: str) -> None:
    definition = variable(temporality)
    made = frame(*rows).with_columns(pl.col("unit_id").cast(pl.Int64))
    with pytest.raises(RowError, match=rule):
        arranged(definition, made)


@pytest.mark.parametrize(
    ("temporality", "rows"),
    [
        ("FIXED", [(2, 1, None, None), (1, 1, None, None)]),
        ("STATUS", [(1, 1, 6, 6), (1, 1, 5, 5), (2, 1, 5, 5)]),
        ("ACCUMULATED", [(1, 1, 0, 364), (1, 1, 365, 729)]),
        ("ACCUMULATED", [(2, 1, 365, 400), (1, 1, 0, 364), (2, 1, 0, 10), (1, 1, 400, 420)]),
        ("ACCUMULATED", [(1, 1, 200, 400), (2, 1, 370, 380), (2, 1, 5, 9)]),
        ("EVENT", [(1, 1, 1, 5), (1, 2, 6, 6), (1, 3, 7, None), (2, 1, 1, None)]),
    ],
)
def test_sound_rows(temporality: str, rows: list[Any]) -> None:
    definition = variable(temporality)
    parts = arranged(definition, frame(*rows))
    assert sum(part.height for _, part in parts) == len(rows)
    made = pl.concat([part for _, part in parts])
    assert made.schema == {
        "unit_id": pl.Int64,
        "value": pl.Int64,
        "start_epoch_days": pl.Int16,
        "stop_epoch_days": pl.Int16,
    }
    for _, part in parts:
        assert part.equals(part.sort("unit_id", "start_epoch_days"))


def test_codes_must_be_listed_and_errors_quote_no_value() -> None:
    coded = variable(data_type="STRING", categories=(Category("1", "a"), Category("9", "b")))
    arranged(coded, frame((1, "9", None, None)))
    with pytest.raises(RowError) as caught:
        arranged(coded, frame((1, "secret7", None, None)))
    assert "secret7" not in str(caught.value)
    with pytest.raises(RowError) as caught:
        arranged(variable(), frame((1, "secret7", None, None)))
    assert "secret7" not in str(caught.value)


# ---- the stored dialect


def test_code_lists_are_cut_into_periods() -> None:
    listed = (
        Category("A", "to 9", None, 9),
        Category("B", "10 to 19", 10, 19),
        Category("C", "from 15", 15),
        Category("D", "too late", 40),
        Category("?", "unknown", missing=True),
    )
    cut = represented(listed, "text", 5, 30)
    seen = [
        (
            part["validPeriod"]["start"],
            part["validPeriod"]["stop"],
            "".join(item["code"] for item in part["valueDomain"]["codeList"]),
        )
        for part in cut
    ]
    assert seen == [(5, 9, "A?"), (10, 14, "B?"), (15, 19, "BC?"), (20, 30, "C?")]
    assert all(part["valueDomain"]["missingValues"] == ["?"] for part in cut)


PERIOD = st.tuples(st.integers(0, 30), st.integers(0, 15))


@given(periods=st.lists(PERIOD, max_size=8), start=st.integers(0, 20), length=st.integers(0, 20))
def test_each_day_has_exactly_the_codes_valid_then(
    periods: list[tuple[int, int]], start: int, length: int
) -> None:
    listed = [Category(str(i), "", first, first + span) for i, (first, span) in enumerate(periods)]
    cut = represented(listed, "", start, start + length)
    for day in range(start, start + length + 1):
        holding = [
            part
            for part in cut
            if part["validPeriod"]["start"] <= day <= part["validPeriod"]["stop"]
        ]
        assert len(holding) == 1
        codes = {item["code"] for item in holding[0]["valueDomain"]["codeList"]}
        valid = {c.code for c in listed if (c.start or 0) <= day <= (c.stop or 0)}
        assert codes == valid


# ---- the writer


def build(root: Path) -> None:
    writer = DatabankWriter(root, SYNTHETIC, label="Prøvebank")
    writer.add(
        variable("FIXED", "LONG", name="MOR", value_unit_type="PERSON"),
        pl.DataFrame({"unit_id": [30, 4], "value": [70, 30]}),
    )
    writer.add(
        variable("STATUS", "STRING", name="STATUS", categories=(Category("1", "ja"),),
                 official_labels=False),
        frame((4, "1", 18_262, 18_262), (4, "1", 17_897, 17_897), (30, "1", 18_262, 18_262)),
    )  # fmt: skip
    writer.add(variable("ACCUMULATED", "DOUBLE", name="SUM"), frame((4, 1.5, 17_897, 18_261)))
    writer.add(
        variable("EVENT", "DATE", name="SPELL"),
        frame((4, 18_000, 17_000, 17_009), (4, 18_001, 17_010, None)),
    )
    writer.add(
        variable("FIXED", "LONG", name="AREAL", unit_type="KOMMUNE"),
        pl.DataFrame({"unit_id": ["0301"], "value": [454]}),
    )
    writer.release()


def read(root: Path, name: str) -> Any:
    return json.loads((root / "datastore" / f"{name}.json").read_text("utf-8"))


def test_the_root_has_the_layout_of_the_platform(tmp_path: Path) -> None:
    root = tmp_path / "bank"
    build(root)
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {
        "bank/kohort.toml",
        *(
            f"bank/datastore/{name}.json"
            for name in (
                "datastore_versions",
                "draft_version",
                "metadata_all__DRAFT",
                "metadata_all__1_0_0",
                "data_versions__1_0",
            )
        ),
        "bank/data/MOR/MOR__1_0.parquet",
        "bank/data/AREAL/AREAL__1_0.parquet",
        "bank/data/SPELL/SPELL__1_0.parquet",
        "bank/data/STATUS/STATUS__1_0/start_year=2019/0.parquet",
        "bank/data/STATUS/STATUS__1_0/start_year=2020/0.parquet",
        "bank/data/SUM/SUM__1_0/start_year=2019/0.parquet",
        "bank_keys/PERSON.parquet",
        "bank_keys/key.toml",
    }
    assert read(root, "data_versions__1_0") == {
        "AREAL": "AREAL__1_0.parquet",
        "MOR": "MOR__1_0.parquet",
        "SPELL": "SPELL__1_0.parquet",
        "STATUS": "STATUS__1_0",
        "SUM": "SUM__1_0",
    }
    fixed = pl.read_parquet(root / "data/MOR/MOR__1_0.parquet")
    assert fixed.rows() == [(4, 30, None, None), (30, 70, None, None)]
    status = pl.scan_parquet(root / "data/STATUS/STATUS__1_0", hive_partitioning=True).collect()
    assert status.rows() == [
        (4, "1", 17_897, 17_897, 2019),
        (4, "1", 18_262, 18_262, 2020),
        (30, "1", 18_262, 18_262, 2020),
    ]
    assert pl.read_parquet(root / "data/AREAL/AREAL__1_0.parquet")["unit_id"].dtype == pl.String


def test_the_stored_metadata(tmp_path: Path) -> None:
    root = tmp_path / "bank"
    build(root)
    versions = read(root, "datastore_versions")
    assert versions["name"] == "no.test.bank"
    assert [version["version"] for version in versions["versions"]] == ["1.0.0.0"]
    updates = versions["versions"][0]["dataStructureUpdates"]
    assert {update["releaseStatus"] for update in updates} == {"RELEASED"}
    draft = read(root, "draft_version")
    assert draft["version"] == f"0.0.0.{draft['releaseTime']}"
    assert draft["dataStructureUpdates"] == []
    metadata = read(root, "metadata_all__1_0_0")
    assert metadata == read(root, "metadata_all__DRAFT")
    stored = {entry["name"]: entry for entry in metadata["dataStructures"]}
    assert list(stored) == sorted(stored)
    status = stored["STATUS"]
    assert status["temporality"] == "STATUS"
    assert status["temporalCoverage"] == {"start": 17_897, "stop": 18_262}
    assert status["temporalStatusDates"] == [17_897, 18_262]
    key = status["identifierVariables"][0]
    assert (key["name"], key["dataType"], key["keyType"]["name"]) == (
        "PERSONID_1",
        "Long",
        "PERSON",
    )
    assert [part["name"] for part in status["attributeVariables"]] == ["START", "STOP"]
    mother = stored["MOR"]["measureVariable"]
    assert (mother["dataType"], mother["keyType"]["name"]) == ("Long", "PERSON")
    assert not mother["notPseudonym"]
    assert stored["MOR"]["temporalCoverage"]["start"] == -25_567
    assert stored["AREAL"]["identifierVariables"][0]["dataType"] == "String"
    assert stored["SPELL"]["measureVariable"]["dataType"] == "Instant"
    assert stored["SUM"]["measureVariable"]["dataType"] == "Double"
    assert Manifest.read(root).unverified == ("STATUS",)


def test_record_keys_are_hmacs_of_the_ids(tmp_path: Path) -> None:
    root = tmp_path / "bank"
    build(root)
    folder = tmp_path / "bank_keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    stamp = (folder / "key.toml").read_text("utf-8").splitlines()
    subkey = hmac.digest(synthetic_master(5), b"proof/v1", hashlib.sha256)
    proof = hmac.digest(subkey, b"test-5", hashlib.sha256).hex()[:32]
    assert stamp == ['key_id = "test-5"', f'proof = "{proof}"']
    keys = pl.read_parquet(folder / "PERSON.parquet")
    assert keys.schema == {"unit_id": pl.Int64, "record_key": pl.UInt64}
    # 70 is nobody's unit, only somebody's mother.
    assert keys["unit_id"].to_list() == [4, 30, 70]
    subkey = hmac.new(synthetic_master(5), b"record/v1/PERSON", hashlib.sha256).digest()
    for unit, key in keys.iter_rows():
        digest = hmac.new(subkey, str(unit).encode(), hashlib.sha256).digest()
        assert key == int.from_bytes(digest[:8], "big")


def test_identical_input_gives_identical_files(tmp_path: Path) -> None:
    for name in "ab":
        build(tmp_path / name / "bank")
    contents = [
        {
            str(path.relative_to(tmp_path / name)): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in "ab"
    ]
    assert contents[0] == contents[1]


@pytest.mark.parametrize("temporality", ["FIXED", "EVENT", "STATUS", "ACCUMULATED"])
def test_a_data_set_may_be_empty(tmp_path: Path, temporality: str) -> None:
    writer = DatabankWriter(tmp_path / "bank", SYNTHETIC)
    writer.add(variable(temporality), frame((1, 1, 5, 5)).clear())
    writer.release()
    assert len(read(tmp_path / "bank", "metadata_all__1_0_0")["dataStructures"]) == 1
    found = pl.scan_parquet(
        tmp_path
        / "bank"
        / "data"
        / "PROVE"
        / read(tmp_path / "bank", "data_versions__1_0")["PROVE"]
    ).collect()
    assert found.height == 0
    assert found["unit_id"].dtype == pl.Int64


def test_what_the_writer_refuses(tmp_path: Path) -> None:
    root = tmp_path / "bank"
    build(root)
    with pytest.raises(DatabankError, match="not empty"):
        DatabankWriter(root, SYNTHETIC)
    with pytest.raises(DatabankError, match="needs a name"):
        DatabankWriter(tmp_path / "other", Manifest())
    (tmp_path / "third_keys").mkdir()
    with pytest.raises(DatabankError, match="keys of another"):
        DatabankWriter(tmp_path / "third", SYNTHETIC)
    writer = DatabankWriter(tmp_path / "fourth", SYNTHETIC)
    writer.add(variable(), pl.DataFrame({"unit_id": [1], "value": [1]}))
    with pytest.raises(DatabankError, match="written twice"):
        writer.add(variable(), pl.DataFrame({"unit_id": [1], "value": [1]}))


def test_a_real_bank_gets_no_keys_without_its_secret(tmp_path: Path) -> None:
    for name, master in (("without", None), ("with", bytes(range(32)))):
        writer = DatabankWriter(tmp_path / name, Manifest(name="no.real.bank"))
        writer.add(variable(), pl.DataFrame({"unit_id": [1], "value": [1]}))
        writer.release(master=master)
    assert not (tmp_path / "without_keys").exists()
    assert (tmp_path / "with_keys" / "PERSON.parquet").exists()


def test_a_large_set_keeps_its_order(tmp_path: Path) -> None:
    count = 600_000
    shuffled = pl.DataFrame({"unit_id": pl.int_range(count, eager=True).shuffle(seed=1)})
    writer = DatabankWriter(tmp_path / "bank", Manifest(name="no.real.bank"))
    writer.add(variable(), shuffled.with_columns(pl.col("unit_id").alias("value")))
    path = tmp_path / "bank" / "data" / "PROVE" / "PROVE__1_0.parquet"
    assert pl.read_parquet(path)["unit_id"].to_list() == list(range(count))
