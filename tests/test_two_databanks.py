"""Two databanks in one session: their names, and that units of different numbering never meet."""

from __future__ import annotations

from pathlib import Path

import made_people
import polars as pl
import pytest

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.diagnostic import Diagnostic
from kohort.disclosure.released import Table
from kohort.event import Result, Told
from kohort.session import Session

MADE = made_people.People(made_people.people().frame.head(40))
CONNECTED = f"require no.test.small:1 as db\nrequire {made_people.NAME}:1 as other\n"
IN_BOTH = CONNECTED + "create-dataset people\nimport db/BEFOLKNING_KJOENN as sex\n"


@pytest.fixture(scope="module")
def other_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second databank, of another owner."""
    return made_people.bank(tmp_path_factory.mktemp("other") / "made", MADE)


@pytest.fixture
def session(small_root: Path, other_root: Path) -> Session:
    """A session that can reach both."""
    return new_session(Catalogue([(None, small_root), (None, other_root)]), "open")


def told(session: Session, script: str) -> list[Diagnostic]:
    """Give what a script is told."""
    return [event.diagnostic for event in session.run(script) if isinstance(event, Told)]


def test_a_short_name_stays_with_its_databank(session: Session) -> None:
    script = f"require no.test.small:1 as db\nrequire {made_people.NAME}:1 as db\n"
    assert [found.code for found in told(session, script)] == ["alias-taken"]


def test_each_databank_is_read_by_its_name(session: Session) -> None:
    script = CONNECTED + "".join(
        f"create-dataset of_{bank}\nimport {bank}/BEFOLKNING_KJOENN as sex\ntabulate sex\n"
        for bank in ("db", "other")
    )
    tables = [
        event.released.content
        for event in session.run(script)
        if isinstance(event, Result) and isinstance(event.released.content, Table)
    ]
    men = MADE.frame.filter(pl.col("sex") == "1").height
    found = [[line[0].v for line in table.cells] for table in tables]
    assert found == [[10, 10, 20], [men, 40 - men, 40]]


@pytest.mark.parametrize(
    "statement",
    [
        "import other/BEFOLKNING_FOEDSELS_AAR_MND as born",
        "import other/BEFOLKNING_KJOENN as sex2, outer_join",
        "create-dataset panel\nimport-panel db/INNTEKT_WLONN other/BEFOLKNING_KJOENN 2020-12-31",
        "import db/BEFOLKNING_MOR_FNR as mother\ncollapse (count) sex, by(mother)\n"
        "import other/INNTEKT_WLONN 2020-12-31 as wage",
    ],
)
def test_no_variable_joins_units_of_another_numbering(session: Session, statement: str) -> None:
    assert [found.code for found in told(session, IN_BOTH + statement)] == ["other-databank"]


@pytest.mark.parametrize("on", ["", " on mother"])
def test_nor_does_merge(session: Session, on: str) -> None:
    script = IN_BOTH + (
        "import db/BEFOLKNING_MOR_FNR as mother\n"
        "create-dataset earners\nimport other/INNTEKT_WLONN 2020-12-31 as wage\n"
        f"merge wage into people{on}\n"
    )
    (found,) = told(session, script)
    assert found.code == "keys-differ"
    assert found.hint == "they come from databanks that give units different numbers"


def test_public_units_of_both_meet(session: Session) -> None:
    home = "BEFOLKNING_KOMMNR_FORMELL 2021-01-01 as home"
    script = IN_BOTH + (
        f"import db/{home}\n"
        f"create-dataset places\nimport other/{home}\n"
        "collapse (count) home -> n, by(home)\nmerge n into people on home\n"
        "use people\ntabulate home, summarize(n)\n"
    )
    assert told(session, script) == []
