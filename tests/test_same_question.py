"""One question has one answer: in other words, from other files, on other cores, in other units."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import canary_bank
import pytest
import random_scripts
from replies import asked, cells_of, number, session_of

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.databank.manifest import Manifest
from kohort.disclosure.released import Table, to_wire
from kohort.session import Session

LOOK = (
    "tabulate home sex\ntabulate ill sex, summarize(wage) mean std sum p25 p50 p75 gini iqr freq\n"
    "summarize wage exact rare, gini iqr\nregress wage exact i.sex"
)


@pytest.fixture(scope="module", params=["default", "danish-5"])
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("same"))


def printed(session: Session, script: str) -> list[object]:
    """Give the numbers of every table and model of a script, with the words around them."""
    found: list[object] = []
    for released in asked(session, script).released:
        content = to_wire(released)["content"]
        if "cells" in json.dumps(content):
            found.append(content)
    return found


WORDS = [
    "keep if sex == '1' & wage > 1200000\n",
    "keep if wage > 1200000 & sex == '1'\n",
    "keep if sex == '1'\nkeep if wage > 1200000\n",
    "keep if wage > 1200000\nkeep if sex == '1'\nkeep if wage > 1200000\n",
    "drop if !(sex == '1')\ndrop if !(wage > 1200000)\n",
    "keep if !(!(sex == '1' & wage > 1200000))\n",
    "rename sex gender\nkeep if gender == '1' & 1200000 < wage\nrename gender sex\n",
    "clone-dataset people others\nuse others\nkeep if sex == '1' & wage > 1000000 + 200000\n",
    "generate man = sex == '1'\ngenerate unused = exact\nkeep if man & wage > 1200000\n",
    "clone-variables sex -> copy\nkeep if copy == '1'\nkeep if inlist(sex, '1') & wage > 1200000\n",
    "replace exact = exact * 1\nkeep if sex == '1' & wage > 1200000\ndrop exact\n"
    "import db/K_EXACT as exact\n",
]


def test_ten_ways_to_say_the_same_print_the_same(root: Path, profile: str) -> None:
    answers = [printed(session_of(root, profile), words + LOOK) for words in WORDS]
    assert len(answers[0]) == 4
    for words, answer in zip(WORDS, answers, strict=True):
        assert answer == answers[0], words


def test_counts_are_the_same_after_keep_and_with_if(root: Path, profile: str) -> None:
    kept = asked(session_of(root, profile), "keep if sex == '1'\ntabulate home ill").table
    asked_if = asked(session_of(root, profile), "tabulate home ill if sex == '1'").table
    assert replace(kept, title="") == replace(asked_if, title="")


def test_other_words_for_other_people_print_something_else(root: Path) -> None:
    """Nobody is added, but it takes other words to say so: the second half of the noise differs."""
    plain = asked(session_of(root), "tabulate home if sex == '1'").table
    wider = asked(session_of(root), "tabulate home if sex == '1' | wage == 3").table
    one, other = cells_of(plain), cells_of(wider)
    same = sum(one[place] == other[place] for place in one)
    assert same < len(one) / 2


def test_the_order_of_rows_on_disk_does_not_matter(
    root: Path, profile: str, tmp_path: Path
) -> None:
    shuffled = canary_bank.canary_bank(tmp_path, shuffled=3)
    script = LOOK + "\ncollapse (mean) wage (sd) exact -> s (gini) wage -> g, by(home)\nsummarize"
    one, other = (printed(session_of(place, profile), script) for place in (root, shuffled))
    assert len(one) == 5
    assert one == other


def test_sessions_and_restarts_print_the_same(root: Path, profile: str) -> None:
    first, second = (printed(session_of(root, profile), LOOK) for _ in range(2))
    assert first == second


def test_the_number_of_threads_does_not_matter(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "a.mdscript"
    script.write_text(random_scripts.HEAD + LOOK, encoding="utf-8")
    folders = {name: str(tmp_path / name) for name in ("KOHORT_CONFIG", "KOHORT_CACHE")}
    outputs = [
        subprocess.run(
            [sys.executable, "-m", "kohort", "--databank", str(root), "run", str(script),
             "--output", "json"],
            env={**os.environ, **folders, "POLARS_MAX_THREADS": threads},
            capture_output=True, check=True, timeout=120,
        ).stdout
        for threads in ("1", "2")
    ]  # fmt: skip
    assert outputs[0] == outputs[1]
    assert outputs[0].count(b'"wage"') > 3


# ---- other units of measurement


def close(value: float, expected: float, digits: int) -> bool:
    """Whether two numbers are the same after rounding to significant digits, or next to it."""
    step = 10.0 ** (len(str(int(abs(expected)))) - digits)
    return abs(value - expected) <= 0.51 * step


STATISTICS = ("mean", "std", "p25", "p50", "p75")


def test_a_thousandfold_prints_a_thousandfold(root: Path, profile: str) -> None:
    made = "generate y = 1000 * wage\nsummarize wage y, gini\ntabulate home, summarize(wage y) mean"
    reply = asked(session_of(root, profile), made)
    summary, by_home = reply.tables
    for statistic in STATISTICS:
        plain = number(summary, "wage", statistic)
        assert number(summary, "y", statistic) == pytest.approx(1000 * plain, rel=1e-12)
    assert number(summary, "y", "gini") == number(summary, "wage", "gini")
    for (row, column), cell in cells_of(by_home).items():
        if column == ("wage", "mean") and cell.v is not None:
            assert cells_of(by_home)[row, ("y", "mean")].v == pytest.approx(1000 * cell.v)


def test_a_shift_prints_a_shift(root: Path, profile: str) -> None:
    made = "generate y = wage + 1000000\nsummarize wage y"
    table = asked(session_of(root, profile), made).table
    for statistic in STATISTICS:
        plain = number(table, "wage", statistic)
        expected = plain if statistic == "std" else plain + 1_000_000
        digits = 3 if statistic.startswith("p") else 4
        assert close(number(table, "y", statistic), expected, digits), statistic


def test_a_model_in_other_units_is_the_same_model(root: Path) -> None:
    plain = asked(session_of(root), "regress wage exact i.sex").table
    scaled = asked(session_of(root), "generate y = 1000 * wage\nregress y exact i.sex").table
    for place, cell in cells_of(plain).items():
        other = cells_of(scaled)[place]
        factor = 1000 if place[1][0] in ("coef", "se", "lower", "upper") else 1
        assert (other.v is None) == (cell.v is None)
        if cell.v is not None and other.v is not None:
            assert other.v == pytest.approx(factor * cell.v, rel=2e-3), place
    assert isinstance(plain, Table)


def test_another_bank_in_the_session_changes_nothing(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    manifest = Manifest(
        name="no.other", synthetic=True, seed=4711, profiles=("default",), profile="default"
    )
    canary_bank.build(other, manifest)
    both = Catalogue([(None, root), (None, other)])
    session = new_session(both, "default")
    list(session.run("require no.other:1 as other\n" + random_scripts.HEAD))
    assert printed(session, LOOK) == printed(session_of(root, "default"), LOOK)
