"""Results leave only in the kinds of files that their profile lets out, whoever writes them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, Final

import banks
import pytest
from kept import Kept

from kohort import exit_code, taking_home
from kohort.__main__ import main
from kohort.diagnostic import Span
from kohort.disclosure import released as module
from kohort.disclosure.file_kinds import FILE_KINDS, STUDY, withheld
from kohort.disclosure.profile import ProfileError, load, strictest
from kohort.disclosure.released import Context, Released, Status, from_wire, to_wire
from kohort.event import Result
from kohort.trouble import Trouble

SEAL: Any = vars(module)["_SEAL"]
NARROW: Final = Context("narrow", databanks=("db:1",), formats=("csv", "png"))
SCRIPT: Final = """require no.test.small:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
tabulate sex
piechart sex
"""


def result(context: Context) -> Result:
    return Result(Released(SEAL, Status("deleted", {"name": "people"}), context), Span(0, 1))


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_a_kind_passes_where_it_is_listed_and_only_there(kind: str) -> None:
    kept = Kept()
    output = taking_home.TakingHome(kept, (kind,))
    allowed = dataclasses.replace(NARROW, formats=(kind,))
    output.put(result(allowed))
    assert len(kept.events) == 1
    others = dataclasses.replace(NARROW, formats=tuple(k for k in FILE_KINDS if k != kind))
    with pytest.raises(Trouble, match=f"no {kind} file may leave; these may: ") as raised:
        output.put(result(others))
    assert raised.value.code == exit_code.REFUSED
    assert len(kept.events) == 1


def test_one_error_names_all_that_may_not_leave() -> None:
    with pytest.raises(Trouble) as raised:
        taking_home.ask(NARROW, ("html", "csv", "xlsx", "html", "svg"))
    assert raised.value.message == (
        "under the profile 'narrow' no html, xlsx or svg file may leave; these may: csv, png"
    )
    with pytest.raises(Trouble, match="no csv file may leave; no other may"):
        taking_home.ask(dataclasses.replace(NARROW, formats=()), ("csv",))


def test_what_comes_from_no_databank_may_go_anywhere() -> None:
    taking_home.ask(dataclasses.replace(NARROW, databanks=()), FILE_KINDS)


def test_the_permission_crosses_between_processes() -> None:
    made = Released(SEAL, Status("deleted", {"name": "people"}), NARROW)
    wire = json.loads(json.dumps(to_wire(made)))
    assert from_wire(wire).context.formats == ("csv", "png")
    del wire["context"]["formats"]  # a study made before there was any
    assert from_wire(wire).context.formats == FILE_KINDS


def test_merging_keeps_what_all_profiles_let_out() -> None:
    danish, default = load("danish-5"), load("default")
    assert default.release.formats == FILE_KINDS
    assert strictest(default, danish).release.formats == ("csv", "pdf", "png")
    assert withheld(STUDY, danish.release.formats) == ("zip", "json", "html", "svg")


def test_a_profile_names_only_kinds_that_there_are(tmp_path: Path) -> None:
    meta = '[meta]\nname = "mine"\nversion = 1\nextends = "default"\n'
    (tmp_path / "mine.toml").write_text(f'{meta}[release]\nformats = ["csv", "docx"]\n', "utf-8")
    with pytest.raises(ProfileError, match=r"\[release\] formats must be of csv, html, json"):
        load("mine", tmp_path)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return banks.small(tmp_path_factory.mktemp("bank"))


@pytest.mark.parametrize(
    ("kinds", "arguments"),
    [
        ("html", ("run", "s.mdscript", "-o", "x.html")),
        ("json", ("run", "s.mdscript", "--output", "json")),
        ("txt or svg", ("run", "s.mdscript", "-o", "x.log", "--charts", "x.dir")),
        ("tex", ("run", "s.mdscript", "--tables", "x.dir", "--tables-as", "latex")),
        ("svg", ("run", "s.mdscript", "-o", "x.svg")),
        ("zip, json, html or svg", ("archive", "s.mdscript", "-o", "x.zip")),
    ],
)
def test_whatever_writes_a_file_asks_first(
    kinds: str,
    arguments: tuple[str, ...],
    bank: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("KOHORT_CONFIG", "KOHORT_CACHE", "KOHORT_STATE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    Path("s.mdscript").write_text(SCRIPT, "utf-8")
    code = main((*arguments, "--databank", str(bank), "--profile", "danish-5"))
    assert code == exit_code.REFUSED
    said = capsys.readouterr()
    assert f"no {kinds} file may leave; these may: csv, pdf, png" in said.err
    assert "tabulate" not in said.out
    assert not [path for path in tmp_path.rglob("x.*") if path.is_file()]
