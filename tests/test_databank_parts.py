"""A databank written in parts, by year and by block, is one databank."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from made_norway import Bank

from kohort.databank import synthetic
from kohort.databank.definition import catalogued
from kohort.databank.manifest import Manifest
from kohort.databank.parts import PartWriter
from kohort.databank.rows import RowError
from kohort.databank.synthetic.scope import simulated
from kohort.databank.writer import DatabankError, DatabankWriter

MANIFEST = Manifest(name="no.test.parts", synthetic=True, seed=3, key_id="test-3")
YEARLY = catalogued("BEFOLKNING_BARN_I_HUSH", description="", population="")
FIXED = catalogued("BEFOLKNING_KJOENN", description="", population="")


def on(day: int, *ids: int) -> pl.DataFrame:
    days = {"start_epoch_days": [day] * len(ids), "stop_epoch_days": [day] * len(ids)}
    return pl.DataFrame({"unit_id": ids, "value": [1] * len(ids), **days})


def constants(*ids: int) -> pl.DataFrame:
    return pl.DataFrame({"unit_id": ids, "value": ["1"] * len(ids)})


def files(root: Path) -> dict[str, bytes]:
    found = [
        path for place in (root, root.with_name(f"{root.name}_keys")) for path in place.rglob("*")
    ]
    return {str(p.relative_to(root.parent)): p.read_bytes() for p in found if p.is_file()}


def test_one_part_each_gives_the_files_of_the_plain_writer(tmp_path: Path) -> None:
    roots = []
    for kind in (DatabankWriter, PartWriter):
        root = tmp_path / kind.__name__ / "bank"
        writer = kind(root, MANIFEST)
        writer.add(FIXED, constants(5, 2, 9))
        whole = pl.concat([on(18_262, 2, 9), on(18_628, 5, 2)])
        writer.add(YEARLY, whole)
        writer.release()
        roots.append(root)
    assert files(roots[0]) == files(roots[1])


def test_parts_come_together(tmp_path: Path) -> None:
    writer = PartWriter(tmp_path / "bank", MANIFEST)
    for ids in ((1, 2), (3, 7)):
        writer.add(FIXED, constants(*ids))
        for day in (18_262, 18_628):
            writer.add(YEARLY, on(day, *ids))
    writer.release()
    bank = Bank(tmp_path / "bank")
    assert bank.fixed("BEFOLKNING_KJOENN")["unit_id"].to_list() == [1, 2, 3, 7]
    folder = tmp_path / "bank" / "data" / "BEFOLKNING_BARN_I_HUSH"
    parts = sorted(path.name for path in folder.rglob("start_year=2020/*"))
    assert parts == ["0.parquet", "0001.parquet"]
    keys = pl.read_parquet(tmp_path / "bank_keys" / "PERSON.parquet")
    assert keys["unit_id"].to_list() == [1, 2, 3, 7]
    assert not list((tmp_path / "bank").rglob("*.part"))


def test_a_part_must_not_go_back(tmp_path: Path) -> None:
    writer = PartWriter(tmp_path / "bank", MANIFEST)
    writer.add(YEARLY, on(18_262, 4, 5))
    writer.add(YEARLY, on(18_628, 4))
    with pytest.raises(RowError, match="BEFOLKNING_BARN_I_HUSH: a part begins with a unit"):
        writer.add(YEARLY, on(18_262, 5))


def test_ids_are_not_negative(tmp_path: Path) -> None:
    with pytest.raises(DatabankError, match="negative"):
        PartWriter(tmp_path / "bank", MANIFEST).add(FIXED, constants(-1))


def test_a_variable_without_rows_can_be_read(tmp_path: Path) -> None:
    writer = PartWriter(tmp_path / "bank", MANIFEST)
    writer.add(YEARLY, on(18_262))
    writer.add(FIXED, constants())
    writer.release()
    assert (
        len(list((tmp_path / "bank" / "data" / "BEFOLKNING_BARN_I_HUSH").rglob("*.parquet"))) == 1
    )


# ---- blocks of the synthetic country

NAMES = (
    "BEFOLKNING_KJOENN", "BEFOLKNING_MOR_FNR", "SIVSTANDFDT_SIVSTAND", "INNTEKT_WLONN",
    "KJORETOY_KJORETOYID_FNR", "BEFOLKNING_STATUSKODE",
)  # fmt: skip


@pytest.mark.parametrize(
    ("persons", "sizes"),
    [
        (1000, [1000]),
        (1_000_000, [1_000_000]),
        (1_000_001, [500_001, 500_000]),
        (11_000_000, [10**6] * 11),
    ],
)
def test_large_countries_are_several_side_by_side(persons: int, sizes: list[int]) -> None:
    assert synthetic.blocks(persons) == sizes


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "BLOCK", 1000)


@pytest.mark.usefixtures("small_blocks")
def test_blocks_make_one_country(tmp_path: Path) -> None:
    heard: list[float] = []
    synthetic.make(
        tmp_path / "bank", 2000, 4, lambda share, what: heard.append(share), variables=NAMES
    )
    assert heard == sorted(heard)
    bank = Bank(tmp_path / "bank")
    sex = bank.fixed("BEFOLKNING_KJOENN", "sex")
    assert sex["unit_id"].to_list() == list(range(1, 2001))
    # Nobody has a mother in another block, and blocks are no copies of each other.
    mothers = bank.fixed("BEFOLKNING_MOR_FNR")
    assert (((mothers["unit_id"] - 1) // 1000) == ((mothers["value"] - 1) // 1000)).all()
    assert sex["sex"][:1000].to_list() != sex["sex"][1000:].to_list()
    marital = bank.spells("SIVSTANDFDT_SIVSTAND")
    assert marital["unit_id"].is_sorted()
    folder = tmp_path / "bank" / "data" / "KJORETOY_KJORETOYID_FNR"
    owners = pl.concat([
        pl.read_parquet(path) for path in folder.rglob("start_year=2020/*.parquet")
    ])
    assert owners["unit_id"].is_unique().all()
    assert owners["value"].min() <= 1000 < owners["value"].max()  # type: ignore[operator]


def test_a_variable_is_the_same_whichever_others_are_written(tmp_path: Path) -> None:
    more = ("ARBLONN_LONN_FAST", "NUDB_KURS_NUS", "ELHUB_PERS_STROMFORBRUK", "NUDB_KOMM_16")
    names = (*NAMES, *more)
    others = sorted(simulated())[::9]
    synthetic.make(tmp_path / "all", 1000, 9, variables={*names, *others}, months=(2021,))
    synthetic.make(tmp_path / "some", 1000, 9, variables=names, months=(2021,))
    there, here = files(tmp_path / "all"), files(tmp_path / "some")
    mine = {path.partition("/")[2]: data for path, data in here.items() if "some/data/" in path}
    assert {path.split("/")[1] for path in mine} == set(names)
    assert all(there[f"all/{path}"] == content for path, content in mine.items())


def test_an_unknown_variable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no variable 'NOTHING'"):
        synthetic.make(tmp_path / "bank", 1000, 1, variables=["NOTHING"])
