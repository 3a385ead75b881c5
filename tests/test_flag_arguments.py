"""Comparisons serve as numbers wherever a number may stand, and no rows are rows too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import banks
import pytest

from kohort.assembly import new_session
from kohort.event import Told
from kohort.session import Session

HEAD = """require no.test.small:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/INNTEKT_WLONN 2020-12-31 as wage
"""


@pytest.fixture(scope="module")
def session(small_root: Path) -> Session:
    made = new_session(banks.catalogue(small_root), "open")
    assert not run(made, HEAD)
    return made


def run(session: Session, script: str) -> list[str]:
    return [event.diagnostic.code for event in session.run(script) if isinstance(event, Told)]


@pytest.mark.parametrize(
    ("call", "rich", "poor"),
    [
        ("substr(sex, 1, wage > 500000)", "2", ""),
        ("substr('ab', 1 + (wage > 500000), wage > 0)", "b", "a"),
        ("isoformatdate(wage > 500000)", "1970-01-02", "1970-01-01"),
        ("year(wage > 500000)", 1970, 1970),
        ("round(2.4, wage > 0)", 2.0, 2.0),
        ("round(wage > 500000, 2)", 2, 0),
        ("date(2000, 1 + (wage > 500000), wage > 0)", 10988, 10957),
        ("ln(wage > 0)", 0.0, 0.0),
        ("rowmax(wage > 500000, sex == '3')", 1, 0),
    ],
)
def test_a_comparison_is_1_or_0(session: Session, call: str, rich: Any, poor: Any) -> None:
    # person 6 earns 600 000 and is a woman, person 4 earns 400 000 and is one too
    assert not run(session, f"generate x = {call}")
    dataset: Any = session.datasets["people"]
    values = dataset.vector("x").spread().to_list()
    run(session, "drop x")
    assert (values[5], values[3]) == (rich, poor)


def test_functions_work_without_rows(small_root: Path) -> None:
    session = new_session(banks.catalogue(small_root), "open")
    statements = [
        "keep if wage < 0", "generate d = date(1, wage, wage)", "generate t = substr(sex, 1, 2)",
        "generate r = round(wage, 10) + rowmax(wage, 3)", "generate q = isoformatdate(wage)",
    ]  # fmt: skip
    assert not run(session, HEAD + "\n".join(statements))
    dataset: Any = session.datasets["people"]
    for name in ("d", "t", "r", "q"):
        assert len(dataset.vector(name).spread()) == 0
