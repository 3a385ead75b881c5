"""Completion: what kind of thing may stand at the cursor, and what is offered for it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stored_roots import make_root

from kohort import program
from kohort.catalogue import Catalogue
from kohort.completion import complete, spot
from kohort.completion.spot import COMMAND, VALUE
from kohort.scope import Scope

SESSION = """
require no.ssb.fdb:1 as db
create-dataset people
import db/KJOENN as sex
import db/LOENN 2020-12-31 as wage
import db/MOR_FNR as mother
generate adult = wage > 1
define-labels yesno 0 'no' 1 'yes'
let year = 2020
create-dataset spare
use people
"""


@pytest.fixture(scope="module")
def scope(tmp_path_factory: pytest.TempPathFactory) -> Scope:
    root = make_root(tmp_path_factory.mktemp("bank") / "root")
    made = Scope(Catalogue([(None, root)]))
    report = program.check(program.read(SESSION), made)
    assert not report.diagnostics
    return made


@pytest.mark.parametrize(
    ("text", "kinds", "word"),
    [
        ("", {COMMAND}, ""),
        ("tab", {COMMAND}, "tab"),
        ("create-dat", {COMMAND}, "create-dat"),
        ("tabulate x\n  keep", {COMMAND}, "keep"),
        ("tabulate wa", {"VARIABLE"}, "wa"),
        ("tabulate sex \\\n  wa", {"VARIABLE"}, "wa"),
        ("tabulate sex, ro", {"OPTION"}, "ro"),
        ("use pe", {"DATASET"}, "pe"),
        ("create-dataset pe", {"NEW_DATASET"}, "pe"),
        ("import db/KJ", {"PATH"}, "db/KJ"),
        ("import db/KJOENN 20", {"DATE"}, "20"),
        ("import-event db/KJOENN 2020-01-01 to 20", {"DATE"}, "20"),
        ("import-panel db/KJOENN db/LOENN 20", {"DATE"}, "20"),
        ("reshape-to-panel wa", {"STEM"}, "wa"),
        ("import db/KJOENN 2020-", {"DATE"}, "2020-"),
        ("require no.s", {"BANK"}, "no.s"),
        ("keep if wa", {"NAME"}, "wa"),
        ("keep if !wa", {"NAME"}, "wa"),
        ("keep if 1/wa", {"NAME"}, "wa"),
        ("keep if sex == '", {"STRING", VALUE}, ""),
        ("keep if sex == '1' & sex != \"2", {"STRING", VALUE}, "2"),
        ("keep if inlist(sex, '1', '", {"STRING", VALUE}, ""),
        ("recode sex ('", {"STRING", VALUE}, ""),
        ("recode sex ('1' = '2') ('", {"STRING", VALUE}, ""),
        ("tabulate $ye", {"BINDING"}, "ye"),
        ("regress wage i.se", {"VARIABLE"}, "se"),
        ("merge wage into sp", {"DATASET"}, "sp"),
        ("assign-labels adult ye", {"CODE_LIST"}, "ye"),
        ("help tab", {"TOPIC"}, "tab"),
        ("run fi", {"FILE"}, "fi"),
    ],
)
def test_the_grammar_says_what_may_stand_here(text: str, kinds: set[str], word: str) -> None:
    place = spot(text)
    assert place is not None
    assert kinds <= place.kinds
    assert place.word == word


@pytest.mark.parametrize(
    "text",
    ["// tab", "  # tab", "tabulate x // ro", "textblock\ntab", "keep if (", "tabulate == ", "' "],
)
def test_comments_and_texts_and_nonsense_offer_nothing_from_the_scope(
    text: str, scope: Scope
) -> None:
    offered = {found.text for found in complete(text + "zz", scope)}
    assert offered == set()


def test_after_a_text_block_statements_begin_again() -> None:
    place = spot("textblock\nkeep\nendblock\ntab")
    assert place is not None
    assert place.kinds == {COMMAND}


def texts(text: str, scope: Scope) -> list[str]:
    return [found.text for found in complete(text, scope)]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("tabul", ["tabulate"]),
        ("create", ["create-dataset"]),
        ("tabulate wa", ["wage"]),
        ("keep if wa", ["wage"]),
        ("use sp", ["spare"]),
        ("assign-labels adult ye", ["yesno"]),
        ("generate x = $ye", ["$year"]),
        ("keep if sex == '", ["'1'", "'2'"]),
        ("keep if sex == ", ["'1'", "'2'"]),
        ('keep if inlist(sex, "', ['"1"', '"2"']),
        ("import db/KJO", ["db/KJOENN"]),
        ("import db/kjønn", ["db/KJOENN"]),
        ("import kjo", ["db/KJOENN"]),
        ("import db/STATUSKODE ", ["2017-01-01", "2016-01-01", "2015-01-01"]),
        ("import db/LOENN 202", ["2023-12-31", "2022-12-31", "2021-12-31", "2020-12-31"]),
        ("import db/BOSTED 2021", ["2021-01-01"]),
        ("import db/KJOENN ", ["as"]),
        ("tabulate sex i", ["if"]),
        ("merge wage in", ["into"]),
        ("tabulate sex, mis", ["missing"]),
        ("collapse (mean) wage, b", ["by("]),
        ("require no.", ["no.ssb.fdb:1"]),
        ("recode wage (mis", ["missing"]),
        ("help regr", ["regress"]),
    ],
)
def test_candidates_come_from_the_scope_and_the_registers(
    text: str, offered: list[str], scope: Scope
) -> None:
    assert texts(text, scope)[: max(len(offered), 1)] == offered


def test_a_candidate_replaces_what_is_begun(scope: Scope) -> None:
    for text, candidate in [("keep if sex == '", "'1'"), ("generate x = $ye", "$year")]:
        found = next(c for c in complete(text, scope) if c.text == candidate)
        statement = text[: len(text) - found.length] + found.text
        assert not program.check(program.read(statement), scope.copy()).wrong


def test_glosses_say_what_a_thing_is(scope: Scope) -> None:
    glosses = {c.text: c.gloss for c in complete("keep if sex == '", scope)}
    assert glosses == {"'1'": "Mann", "'2'": "Kvinne"}
    assert complete("tabulate wag", scope)[0].gloss == "integer, Lønnsinntekt"
    assert complete("import db/KJO", scope)[0].gloss == "PERSON, Kjønn"
    assert complete("tabul", scope)[0].gloss


def test_keys_are_offered_where_they_may_stand_and_nowhere_else(scope: Scope) -> None:
    assert "PERSONID_1" in texts("collapse (mean) wage, by(", scope)
    assert "PERSONID_1" not in texts("tabulate ", scope)
    assert "mother" not in texts("keep if ", scope)
    assert "mother" in texts("drop ", scope)


def test_functions_come_with_their_signature(scope: Scope) -> None:
    found = {c.text: c.gloss for c in complete("keep if inl", scope)}
    assert "inlist(" in found
    assert found["inlist("].startswith("inlist(")


def test_without_a_session_nothing_fails() -> None:
    empty = Scope(Catalogue([]))
    for text in ("", "tabulate ", "keep if x == '", "import ", "import db/X ", "require ", "use "):
        complete(text, empty)


_WORDS = """tabulate keep if import db/KJOENN sex == ' " ( ) , $ i. # // textblock recode for in : å
-> ++ \x00"""
words = st.sampled_from([*_WORDS.split(), "\\\n", "\n", " "])


@settings(deadline=None)
@given(st.lists(words, max_size=12).map("".join))
def test_any_text_gives_candidates_or_none(text: str) -> None:
    scope = Scope(Catalogue([]))
    for found in complete(text, scope):
        assert 0 <= found.length <= len(text)
