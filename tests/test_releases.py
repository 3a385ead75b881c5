"""Versions of an owner's databank: what makes which, what old ones keep, how units are numbered."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from threading import Thread

import polars as pl
import pytest
from owned_banks import KEY, NOW, Owner, key_file
from owner_files import NUMBERS, SOUND, Json, code, described, said

from kohort.catalogue import Catalogue
from kohort.databank.releases import drafts, steps
from kohort.databank.releases.examining import examined
from kohort.databank.releases.numbers import NumberRegister
from kohort.databank.releases.owned import BankError, Pending
from kohort.databank.releases.releasing import approval, next_version, release
from kohort.disclosure import keys
from kohort.disclosure.keys import Secret, record_key
from kohort.metadata import read_releases

KROENER = described("ACCUMULATED", "LONG", NUMBERS)
FIRST = ("11111111111;100;2020-01-01;2020-12-31;", "22222222222;200;2020-01-01;2020-12-31;")


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    made = Owner(tmp_path)
    made.found()
    return made


def values(owner: Owner, name: str, version: str) -> dict[int, int]:
    """Give unit and value of a register in a version, through the catalogue and the files."""
    structures = Catalogue([(None, owner.bank.root)])
    (installed,) = structures._installed  # pyright: ignore[reportPrivateUsage]
    major, minor, patch = map(int, version.split("."))
    path = installed.open((major, minor, patch)).variables[name].path
    files = [path] if path.is_file() else sorted(path.rglob("*.parquet"))
    frame = pl.read_parquet(files, hive_partitioning=False)
    return dict(frame.select("unit_id", "value").iter_rows())


# ---- which version


@pytest.mark.parametrize(
    ("operations", "newest", "then"),
    [
        (["ADD"], None, (1, 0, 0)),
        (["PATCH_METADATA"], None, (1, 0, 0)),
        (["ADD", "PATCH_METADATA"], (1, 0, 0), (1, 1, 0)),
        (["CHANGE", "ADD"], (1, 2, 3), (2, 0, 0)),
        (["REMOVE"], (4, 0, 0), (5, 0, 0)),
        (["PATCH_METADATA"], (4, 1, 0), (4, 1, 1)),
    ],
)  # fmt: skip
def test_what_makes_which_version(
    operations: list[str], newest: tuple[int, int, int] | None, then: tuple[int, int, int]
) -> None:
    items = [Pending(f"N{i}", op, "") for i, op in enumerate(operations)]  # type: ignore[arg-type]
    assert next_version(newest, items) == then


def test_a_life_of_versions(owner: Owner) -> None:
    owner.put("A", KROENER, FIRST)
    assert owner.release() == (1, 0, 0)
    owner.put("B", described(), SOUND)
    assert owner.release() == (1, 1, 0)
    more = described(domain={"codeList": [code("1", "Ugift, ny tekst"), code("2", "Gift"),
                                          code("4", "Skilt")],
                             "sentinelAndMissingValues": [
                                 {"code": "9", "categoryTitle": said("Vet ikke")}]})  # fmt: skip
    owner.put("B", more, None)
    assert owner.release() == (1, 1, 1)
    owner.put("A", KROENER, ["11111111111;111;2020-01-01;2020-12-31;"])
    assert owner.release() == (2, 0, 0)
    drafts.remove(owner.bank, ["B"], "ut", NOW)
    assert owner.release() == (3, 0, 0)
    owner.put("B", described(), SOUND)
    assert owner.release() == (3, 1, 0)
    assert read_releases(owner.bank.root).versions == (
        (3, 1, 0), (3, 0, 0), (2, 0, 0), (1, 1, 1), (1, 1, 0), (1, 0, 0),
    )  # fmt: skip
    # Old versions hold what they held.
    assert sorted(values(owner, "A", "1.0.0").values()) == [100, 200]
    assert sorted(values(owner, "A", "1.1.1").values()) == [100, 200]
    assert sorted(values(owner, "A", "2.0.0").values()) == [111]
    assert len(values(owner, "B", "2.0.0")) == 3
    assert "B" not in owner.bank.structures((3, 0, 0))
    assert examined(owner.bank) == []


def test_a_patch_shares_the_rows_and_changes_the_words(owner: Owner) -> None:
    owner.put("A", KROENER, FIRST)
    owner.release()
    told = {**KROENER, "populationDescription": said("Alle som er med")}
    assert owner.put("A", told, None).operation == "PATCH_METADATA"
    assert owner.release() == (1, 0, 1)
    assert not (owner.bank.store / "data_versions__1_0_1.json").exists()
    before, after = (owner.bank.structures((1, 0, n))["A"] for n in (0, 1))
    assert before["populationDescription"] == "Syntetiske personer"
    assert after["populationDescription"] == "Alle som er med"
    assert values(owner, "A", "1.0.1") == values(owner, "A", "1.0.0")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"sensitivityLevel": "PERSON_SPECIAL"}, "sensitivityLevel"),
        ({"temporalityType": "EVENT"}, "temporality"),
        ({"identifierVariables": [{"unitType": "FORETAK"}]}, "identifierVariables[0].name"),
        ({"measureVariables": described(domain=NUMBERS)["measureVariables"]},
         "measureVariable.dataType"),
    ],
)  # fmt: skip
def test_a_patch_changes_nothing_else(owner: Owner, changed: Json, field: str) -> None:
    owner.put("A", KROENER, FIRST)
    owner.release()
    with pytest.raises(BankError) as caught:
        owner.put("A", {**KROENER, **changed}, None)
    assert f"'{field}'" in str(caught.value)
    assert owner.bank.pending() == {}


def test_a_patch_keeps_codes_and_their_periods(owner: Owner) -> None:
    owner.put("B", described(), SOUND)
    owner.release()
    listed = [code("1", "Ugift", "1980-01-01"), code("2", "Gift"), code("4", "Skilt")]
    with pytest.raises(BankError, match="representedVariables"):
        owner.put("B", described(domain={"codeList": listed}), None)
    with pytest.raises(BankError, match="nothing to patch"):
        owner.put("C", described(), None)


# ---- drafts


def test_a_draft_is_seen_by_nobody(owner: Owner) -> None:
    owner.put("A", KROENER, FIRST)
    owner.release()
    owner.put("A", KROENER, ["11111111111;5;2020-01-01;2020-12-31;"])
    owner.put("B", described(), SOUND)
    assert list(owner.bank.structures(owner.bank.newest())) == ["A"]
    assert sorted(values(owner, "A", "1.0.0").values()) == [100, 200]
    assert [item.operation for item in owner.bank.pending().values()] == ["CHANGE", "ADD"]


def test_a_later_draft_takes_the_place_of_an_earlier_one(owner: Owner) -> None:
    owner.put("A", described("FIXED"), ["1;1;;;"])
    owner.put("A", KROENER, FIRST)
    assert owner.release() == (1, 0, 0)
    assert sorted(values(owner, "A", "1.0.0").values()) == [100, 200]
    assert not list((owner.bank.root / "data" / "A").glob("*DRAFT*"))


def test_some_drafts_are_released_and_others_stay(owner: Owner) -> None:
    owner.put("A", KROENER, FIRST)
    owner.put("B", described(), SOUND)
    assert owner.release("B") == (1, 0, 0)
    assert list(owner.bank.pending()) == ["A"]
    assert list(owner.bank.draft_structures()) == ["A", "B"]
    assert owner.release() == (1, 1, 0)


def test_taking_back(owner: Owner) -> None:
    owner.put("A", KROENER, FIRST)
    owner.release()
    drafts.remove(owner.bank, ["A"], "ut", NOW)
    owner.put("B", described(), SOUND)
    drafts.withdraw(owner.bank, ["A", "B"], NOW)
    assert owner.bank.pending() == {}
    assert list(owner.bank.draft_structures()) == ["A"]
    with pytest.raises(BankError, match="nothing is pending"):
        owner.release()
    with pytest.raises(BankError, match="not released"):
        drafts.remove(owner.bank, ["B"], "ut", NOW)


def test_only_what_was_approved_is_released(owner: Owner) -> None:
    owner.put("A", KROENER, FIRST)
    approved = approval(owner.bank, list(owner.bank.pending().values()))
    owner.put("A", KROENER, FIRST)
    assert approval(owner.bank, list(owner.bank.pending().values())) == approved
    owner.put("A", KROENER, [FIRST[0], FIRST[1].replace("200", "201")])
    with pytest.raises(BankError, match="not what was approved"):
        release(owner.bank, "", NOW, (), approved)
    assert owner.bank.newest() is None
    owner.put("A", KROENER, FIRST)
    assert release(owner.bank, "", NOW, (), approved) == (1, 0, 0)


def test_the_platform_s_own_files(owner: Owner) -> None:
    owner.put("A", KROENER, FIRST)
    owner.release()
    store = owner.bank.store
    (told,) = json.loads((store / "datastore_versions.json").read_text())["versions"]
    assert (told["version"], told["updateType"], told["releaseTime"]) == ("1.0.0.0", "MAJOR", NOW)
    assert told["dataStructureUpdates"] == [{
        "name": "A", "description": "Første utgave", "operation": "ADD",
        "releaseStatus": "RELEASED",
    }]  # fmt: skip
    draft = json.loads((store / "draft_version.json").read_text())
    assert (draft["version"], draft["dataStructureUpdates"]) == (f"0.0.0.{NOW}", [])
    assert json.loads((store / "data_versions__1_0.json").read_text()) == {"A": "A__1_0"}
    structure = owner.bank.structures((1, 0, 0))["A"]
    assert structure["temporalCoverage"] == {"start": 18262, "stop": 18627}
    rows = pl.read_parquet(owner.bank.root / "data/A/A__1_0/start_year=2020/0.parquet")
    assert [str(dtype) for dtype in rows.dtypes] == ["Int64", "Int64", "Int16", "Int16"]


# ---- numbers of units


def test_units_keep_their_numbers_over_versions_and_banks(owner: Owner, tmp_path: Path) -> None:
    owner.put("A", KROENER, FIRST)
    owner.release()
    before = {value: unit for unit, value in values(owner, "A", "1.0.0").items()}
    rows = [f"{10**10 + i};{i};2020-01-01;2020-12-31;" for i in range(50)]
    owner.put("A", KROENER, [*rows, *FIRST])
    owner.release()
    after = {value: unit for unit, value in values(owner, "A", "2.0.0").items()}
    assert {value: after[value] for value in (100, 200)} == before
    assert sorted(after.values()) == list(range(1, 53))
    other = Owner(tmp_path, "other.bank")
    other.found()
    other.put("C", KROENER, ["22222222222;7;2020-01-01;2020-12-31;"])
    other.release()
    assert values(other, "C", "1.0.0") == {before[200]: 7}


def test_numbers_tell_nothing_of_the_order_of_a_file(owner: Owner) -> None:
    rows = [f"{10**10 + i};{i};2020-01-01;2020-12-31;" for i in range(200)]
    owner.put("A", KROENER, rows)
    owner.release()
    pairs = sorted((value, unit) for unit, value in values(owner, "A", "1.0.0").items())
    correlation = pl.DataFrame(pairs, orient="row").select(pl.corr("column_0", "column_1")).item()
    assert abs(correlation) < 0.25


def test_a_key_of_another_unit_is_numbered_with_it(owner: Owner) -> None:
    owner.put("MOR", described("FIXED", unitType="PERSON"), ["1;2;;;", "2;3;;;"])
    owner.put("FAM", described("FIXED", unitType="FAMILIE"), ["1;1;;;", "2;1;;;"])
    owner.put("KOM", described("FIXED", unitType="KOMMUNE"), ["1;0301;;;"])
    owner.release()
    mothers, families = values(owner, "MOR", "1.0.0"), values(owner, "FAM", "1.0.0")
    (first,) = set(families.values())
    # Person 1 is the first of the family; mother of 1 is 2.
    assert mothers[first] in families
    assert set(families) == {first, mothers[first]}
    rows = pl.read_parquet(owner.bank.root / "data/KOM/KOM__1_0.parquet")
    assert rows["value"].to_list() == ["0301"]
    folder = owner.bank.root.with_name("my.bank_keys")
    assert sorted(p.name for p in folder.iterdir()) == [
        "FAMILIE.parquet", "PERSON.parquet", "key.toml",
    ]  # fmt: skip


def test_record_keys_follow_the_pseudonym(owner: Owner) -> None:
    """Worked out anew from the formulas: HMAC of the identifier, cut to 63 bits, and 4.1."""
    owner.put("A", KROENER, FIRST)
    owner.release()
    stored = pl.read_parquet(owner.bank.root.with_name("my.bank_keys") / "PERSON.parquet")
    numbers = {value: unit for unit, value in values(owner, "A", "1.0.0").items()}
    secret = Secret(KEY)
    digest = keys.h64(keys.subkey(secret, "pseudonym/v1/FNR"), b"11111111111")
    expected = record_key(secret, "PERSON", digest >> 1)
    found = stored.filter(pl.col("unit_id") == numbers[100])["record_key"].item()
    assert found == expected


def test_two_identifiers_of_one_pseudonym_are_refused(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = NumberRegister._pseudonyms  # pyright: ignore[reportPrivateUsage]

    def clash(self: NumberRegister, domain: str, units: pl.Series) -> pl.DataFrame:
        return made(self, domain, units).with_columns(pl.lit(5, pl.Int64).alias("pseudonym"))

    monkeypatch.setattr(NumberRegister, "_pseudonyms", clash)
    with pytest.raises(BankError, match="the same pseudonym"):
        owner.put("A", KROENER, FIRST)
    owner.put("A", KROENER, FIRST[:1])
    with pytest.raises(BankError, match="the same pseudonym"):
        owner.put("A", KROENER, FIRST[1:])


def test_another_key_is_refused(owner: Owner, tmp_path: Path) -> None:
    owner.put("A", KROENER, FIRST)
    owner.key = key_file(tmp_path / "elsewhere", bytes(range(2, 34)))
    with pytest.raises(BankError, match="belong to another key"):
        owner.put("A", KROENER, FIRST)


def test_numbers_that_were_lost_are_not_begun_anew(owner: Owner) -> None:
    owner.put("A", KROENER, FIRST)
    shutil.rmtree(owner.key.with_name("own.key.units"))
    with pytest.raises(BankError, match="put the folder beside the key back"):
        owner.put("B", KROENER, [f"33333333333{FIRST[0][11:]}"])


def test_two_databanks_give_numbers_one_after_the_other(owner: Owner) -> None:
    owner.put("A", KROENER, FIRST)
    folder = owner.key.with_name("own.key.units")
    done: list[pl.DataFrame] = []
    units = pl.Series(["33333333333"])
    other = Thread(target=lambda: done.append(owner.numbers.numbered("FNR", units)))
    with steps.held(folder):
        other.start()
        other.join(0.3)
        assert not done
    other.join(10)
    assert done[0]["unit_id"].to_list() == [3]


def test_another_program_s_change_is_left_alone(owner: Owner) -> None:
    backup = owner.bank.store / "tmp" / "draft_version.json"
    backup.parent.mkdir()
    backup.write_text("{}")
    with pytest.raises(BankError, match="another program"), owner.bank.locked():
        pass


def test_what_tells_of_units_is_the_owner_s_alone(owner: Owner) -> None:
    owner.put("A", KROENER, FIRST)
    owner.release()
    for folder in (owner.bank.root.with_name("my.bank_keys"), owner.key.with_name("own.key.units")):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {
            stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir() if file.name != ".lock"
        } == {0o600}
    everything = b"".join(p.read_bytes() for p in owner.bank.root.rglob("*") if p.is_file())
    assert b"11111111111" not in everything


# ---- examination


def test_examination_finds_what_is_missing(owner: Owner) -> None:
    owner.put("A", KROENER, FIRST)
    owner.put("B", described(), SOUND)
    owner.release()
    assert examined(owner.bank) == []
    keys_file = owner.bank.root.with_name("my.bank_keys") / "PERSON.parquet"
    frame = pl.read_parquet(keys_file)
    frame.head(2).write_parquet(keys_file)
    assert any("have no record keys" in fault for fault in examined(owner.bank))
    frame.write_parquet(keys_file)
    (owner.bank.root / "data/B/B__1_0.parquet").unlink()
    assert any("there are no rows" in fault for fault in examined(owner.bank))
    (owner.bank.store / "metadata_all__1_0_0.json").write_text("{")
    assert any("metadata_all__1_0_0.json" in fault for fault in examined(owner.bank))
