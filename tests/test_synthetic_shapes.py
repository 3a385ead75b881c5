"""Variables of which only the shape is right: every one can be written, and says what it is."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from made_norway import Bank
from replies import Reply, session_of

from kohort.databank import make, rows
from kohort.databank.definition import catalogued, facts, validity
from kohort.databank.synthetic import shapes
from kohort.databank.synthetic.scope import Scope, simulated
from kohort.databank.synthetic.simulation import Numbers

EVERY = shapes.names(Scope(), everything=True)
# One or more of each unit type and temporality.
SOME = (
    "BEFOLKNING_BARN3_I_FAM", "SB12362_KOSTRA_LONNSUTGIFTER_BARNEHAGE", "INNTEKT_FORSORGERFRADRAG",
    "ARBLONN_LONN_BONUS", "ARBLONN_ARB_SLUTT", "KJORETOY_LENGDE", "NUDB_KURS_LOEPENR",
    "NUDB_KURS_HELDEL", "HOVEDTILSTAND1", "INNDATO", "REGSYS_VIRK_ID_SSB", "BARNEVERN_KOMM",
    "ALDPENSJ2011FDT_GRAD", "PENSJ1967FDT_UFG",
)  # fmt: skip


def test_they_are_what_the_country_does_not_simulate() -> None:
    assert set(EVERY) | simulated() == set(facts()["variables"])
    assert not set(EVERY) & simulated()
    assert len(simulated()) == 150


@pytest.mark.parametrize("temporality", ["FIXED", "EVENT", "STATUS", "ACCUMULATED"])
def test_every_one_obeys_the_rules_of_its_metadata(temporality: str) -> None:
    numbers = Numbers()
    numbers.claim("PERSON", 60)
    names = [name for name in EVERY if facts()["variables"][name]["temp"] == temporality]
    assert len(names) > 40
    for name in names:
        definition, frame = next(shapes.tables(1, numbers, Scope(months=(2021,)), [name]))
        parts = rows.arranged(definition, frame)
        assert sum(part.height for _, part in parts) > 0, name
        assert definition.unit_type == facts()["variables"][name]["unit"]
        assert definition.description.startswith(shapes.MARK)
        first, last = validity(name)
        if temporality != "FIXED":
            begins = frame["start_epoch_days"].min()
            assert first is None or begins >= first  # type: ignore[operator]
            assert last is None or begins <= last  # type: ignore[operator]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("shapes") / "bank"
    make(place, 1000, 5, variables=("BEFOLKNING_KJOENN", *SOME), months=(2021,))
    return place


def test_they_are_written_when_they_are_asked_for(root: Path) -> None:
    written = {folder.name for folder in (root / "data").iterdir()}
    assert written == {"BEFOLKNING_KJOENN", *SOME}
    bank = Bank(root)
    income = bank.year("SB12362_KOSTRA_LONNSUTGIFTER_BARNEHAGE", 2022)
    assert income["unit_id"].dtype == pl.String
    assert "4601" in set(income["unit_id"])
    assert "1201" in set(bank.year("SB12362_KOSTRA_LONNSUTGIFTER_BARNEHAGE", 2019)["unit_id"])
    codes = set(bank.fixed("NUDB_KURS_LOEPENR")["unit_id"])
    assert codes
    listed = {
        item.code
        for item in catalogued("NUDB_KURS_HELDEL", description="", population="").categories
    }
    assert set(bank.spells("NUDB_KURS_HELDEL")["value"]) <= listed


def test_a_session_imports_them_and_says_that_they_are_random(root: Path) -> None:
    session = session_of(root, "open", "require no.ssb.fdb:12 as db")
    script = """create-dataset a
import db/BEFOLKNING_BARN3_I_FAM 2022-01-01 as children
create-dataset b
import db/SB12362_KOSTRA_LONNSUTGIFTER_BARNEHAGE 2022-12-31 as spent
create-dataset c
import db/ARBLONN_LONN_BONUS 2021-05-31 as bonus
create-dataset d
import-event db/ALDPENSJ2011FDT_GRAD 2015-01-01 to 2020-01-01 as degree
variables db/KJORETOY_LENGDE"""
    reply = Reply(list(session.run(script)))
    assert reply.codes == []
    assert min(reply.sizes) > 100
    assert "shape only" in repr(reply.released[-1].content)


def test_a_bank_without_them_tells_how_to_get_them(root: Path) -> None:
    session = session_of(root, "open", "require no.ssb.fdb:12 as db")
    script = "create-dataset a\nimport db/BEFOLKNING_BYDEL 2020-01-01 as x"
    told = Reply(list(session.run(script))).told
    assert [diagnostic.code for diagnostic in told] == ["unknown-register-variable"]
    assert "--all" in str(told[0].hint)
