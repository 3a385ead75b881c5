"""One script with every first command: each number is right in the open, safe when protected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import made_people
import pytest
from whole_script_expected import Numbers, expected

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.command import commands
from kohort.disclosure.released import Cell, Key, Listing, Model, Released, Status, Table, Text
from kohort.event import Finished, Result, Told
from kohort.session import Session

SCRIPT = (Path(__file__).parent / "whole_script.mdscript").read_text(encoding="utf-8")
PEOPLE = made_people.people()
LEAST = 5
FIRST_COMMANDS = {
    "require", "create-dataset", "use", "clone-dataset", "delete-dataset", "rename-dataset",
    "import", "generate", "replace", "keep", "drop", "rename", "clone-variables", "recode",
    "destring", "define-labels", "assign-labels", "collapse", "merge", "sample", "let", "for",
    "end", "textblock", "variables", "help", "history", "tabulate", "summarize", "regress",
    "datasets", "describe", "search",
}  # fmt: skip
"""What the first version of the language has."""
FIRST_FUNCTIONS = {
    "int", "round", "abs", "exp", "ln", "sqrt", "substr", "string", "inlist", "inrange", "sysmiss",
    "date", "year", "month", "rowmean", "rowtotal", "rowmax", "date_fmt",
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The databank of the made people."""
    return made_people.bank(tmp_path_factory.mktemp("made") / "made", PEOPLE)


def carried_out(root: Path, profile: str) -> tuple[Session, list[Released]]:
    """Run the script; anything but a result fails the test."""
    session = new_session(Catalogue([(None, root)]), profile)
    results: list[Released] = []
    for event in session.run(SCRIPT):
        assert not isinstance(event, Told), event
        if isinstance(event, Result):
            results.append(event.released)
        if isinstance(event, Finished):
            assert event.exit_code == 0
    return session, results


@pytest.fixture(scope="module")
def plain(root: Path) -> tuple[Session, list[Released]]:
    """The session and the results of the script without protection."""
    return carried_out(root, "open")


@pytest.fixture(scope="module")
def protected(root: Path) -> list[Released]:
    """The results of the script under the default profile."""
    return carried_out(root, "default")[1]


# ---- what the results hold


def numbers(released: Released) -> Numbers:
    """Give the numbers of a result: codes of the cell, variable and statistic -> value."""
    match released.content:
        case Status(numbers=found):
            return {(name,): cell.v for name, cell in found.items()}
        case Table() as table:
            return {place: cell.v for place, cell in cells(table)}
        case Model(header=header, table=table):
            said = {(name,): cell.v for name, cell in header if isinstance(cell, Cell)}
            return said | {place: cell.v for place, cell in cells(table)}
        case _:
            return {}


def cells(table: Table) -> Iterator[tuple[tuple[str, ...], Cell]]:
    """Walk the cells of a table: the place of each, and what stands there."""
    for row, line in zip(table.rows, table.cells, strict=True):
        for column, cell in zip(table.columns, line, strict=True):
            yield place((*row, *column)), cell


def place(keys: tuple[Key, ...]) -> tuple[str, ...]:
    """Give the headings of a cell as words: codes first, then variable, then statistic."""
    named = [key for key in keys if key.kind != "statistic" or key.code is not None]
    headings = [key for key in named if key.kind not in ("variable", "statistic")]
    codes = [key.kind if key.code is None else str(key.code) for key in headings]
    codes += [str(key.code) for key in named if key.kind == "variable"]
    return (*codes, *([str(key.code) for key in named if key.kind == "statistic"] or ["freq"]))


def with_numbers(results: list[Released]) -> list[Numbers]:
    """Give the numbers of the results that have some."""
    return [found for found in map(numbers, results) if found]


def drawn(session: Session) -> list[int]:
    """Give the ids in the sample, from the engine's own rows: secret keys decide who is drawn."""
    rows = session.datasets["everybody"].rows  # type: ignore[attr-defined]
    ids: list[int] = rows.ids.to_list()
    return ids


# ---- without protection


def test_the_script_uses_every_command() -> None:
    words = {line.split()[0] for line in SCRIPT.splitlines() if line.strip()}
    assert set(commands()) >= FIRST_COMMANDS
    assert words >= FIRST_COMMANDS


def test_the_script_uses_every_function() -> None:
    called = set(re.findall(r"(\w+)\(", SCRIPT))
    assert called >= FIRST_FUNCTIONS


def test_every_number_is_right(plain: tuple[Session, list[Released]]) -> None:
    session, results = plain
    right = expected(PEOPLE.frame, drawn(session))
    found = with_numbers(results)
    assert len(found) == len(right)
    for number, (said, true) in enumerate(zip(found, right, strict=True)):
        assert said.keys() == true.keys(), f"result {number}"
        for where, value in true.items():
            near = None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)
            assert said[where] == near, (number, where)


def test_a_sample_of_half_is_about_half(plain: tuple[Session, list[Released]]) -> None:
    # Each of 8 000 units stays with probability one half: the standard deviation is 44.7.
    ids = drawn(plain[0])
    assert abs(len(ids) - made_people.N / 2) < 4 * 44.7
    assert len(set(ids)) == len(ids)


def test_lists_name_datasets_and_sizes(plain: tuple[Session, list[Released]]) -> None:
    session, results = plain
    listings = [
        block
        for released in results
        if isinstance(released.content, Text)
        for block in released.content.blocks
        if isinstance(block, Listing) and block.headings[:2] == ("dataset", "active")
    ]
    *_, described, listed = listings
    assert described.rows[0][:4] == ("people", "*", "cross-section", "PERSON")
    assert [row[0] for row in listed.rows] == ["people", "everybody", "parents"]
    sizes = dict(zip((row[0] for row in listed.rows), (row[4] for row in listed.rows), strict=True))
    assert sizes["everybody"] == str(len(drawn(session)))
    assert sizes["parents"] == str(PEOPLE.frame["wage2021"].drop_nulls().len())


# ---- under protection


def counts(results: list[Released]) -> Iterator[tuple[tuple[str, ...], float | None]]:
    """Walk everything that counts units: sizes, frequencies, N."""
    for found in with_numbers(results):
        for where, value in found.items():
            if where[-1] in ("units", "freq", "n", "nobs"):
                yield where, value


def test_no_published_count_is_small(protected: list[Released]) -> None:
    published = list(counts(protected))
    assert len(published) > 100
    for where, n in published:
        assert n is None or n == 0 or n >= LEAST, where


def test_published_numbers_are_near_the_truth(
    plain: tuple[Session, list[Released]], protected: list[Released]
) -> None:
    compared = 0
    for true, said in zip(with_numbers(plain[1]), with_numbers(protected), strict=True):
        for where in true.keys() & said.keys():
            near, tolerance = true[where], _tolerance(where)
            value = said[where]
            if tolerance is not None and near is not None and value is not None:
                assert value == pytest.approx(near, rel=tolerance[0], abs=tolerance[1]), where
                compared += 1
    assert compared > 150


def _tolerance(where: tuple[str, ...]) -> tuple[float, float] | None:
    """Give how far a published number may be off, relatively and absolutely; None for any far."""
    match where[-1]:
        case "units" | "freq" | "n" | "nobs":
            return 0.0, 15.0
        case "rowpct" | "colpct" | "cellpct":
            return 0.0, 2.0
        case "mean" | "p25" | "p50" | "p75":
            return 0.03, 0.0
        case _:
            return None


def test_protection_changes_something(
    plain: tuple[Session, list[Released]], protected: list[Released]
) -> None:
    assert with_numbers(plain[1]) != with_numbers(protected)


def test_the_same_script_publishes_the_same(root: Path, protected: list[Released]) -> None:
    again = carried_out(root, "default")[1]
    assert [released.content for released in again] == [r.content for r in protected]
