"""The lexer: every character keeps its place, words are coloured by what they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Error, Keyword, Literal, Name, Number, Operator, String

from kohort.highlight import MdscriptLexer
from kohort.parser import language


def words(script: str) -> list[tuple[object, str]]:
    found = MdscriptLexer(stripnl=False, ensurenl=False).get_tokens(script)
    return [(kind, text) for kind, text in found if text.strip()]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("tabulate x", (Keyword.Reserved, "tabulate")),
        ("create-dataset people", (Keyword.Reserved, "create-dataset")),
        ("tabulat x", (Error, "tabulat")),
        ("// tabulate", (Comment.Single, "// tabulate")),
        ("# tabulate", (Comment.Single, "# tabulate")),
        ("keep if a // b", (Comment.Single, "// b")),
        ("keep if a == 'b // c'", (String, "'b // c'")),
        ('keep if a == "b"', (String, '"b"')),
        ("import db/X 2020-01-31 as y", (Literal.Date, "2020-01-31")),
        ("import db/X 2020-01-31 as y", (Name.Namespace, "db")),
        ("import db/X 2020-01-31 as y", (Name.Constant, "X")),
        ("import db/X 2020-01-31 as y", (Keyword, "as")),
        ("tabulate x, missing", (Name.Attribute, "missing")),
        ("require no.ssb.fdb:45 as db", (Name.Namespace, "no.ssb.fdb:45")),
        ("run a/b-c.mdscript", (String, "a/b-c.mdscript")),
        ("tabulate x if missing", (Name, "missing")),
        ("generate a = $b", (Name.Variable, "$b")),
        ("generate a = 0.5", (Number, "0.5")),
        ("generate a = b ++ c", (Operator, "++")),
        ("generate a = unheard(b)", (Name, "unheard")),
        ("regress y i.kommune", (Keyword.Type, "i.")),
        ("collapse (mean) x@y -> z, by(k)", (Name, "x@y")),
        ("textblock\n# keep if a\nendblock", (String.Doc, "# keep if a\n")),
        ("textblock\nkeep if a\n", (String.Doc, "\nkeep if a\n")),
        ("textblock\na\nendblock\ntabulate x", (Keyword.Reserved, "tabulate")),
        ("keep if (a\ntabulate x", (Keyword.Reserved, "tabulate")),
        ("keep if ((a\ntabulate x", (Keyword.Reserved, "tabulate")),
        ("keep if a \\\n  & tabulate", (Name, "tabulate")),
    ],
)
def test_words_are_coloured_by_what_they_are(script: str, expected: tuple[object, str]) -> None:
    assert expected in words(script)


def test_every_command_of_the_language_is_known() -> None:
    assert len(language()) >= 82
    for command in language():
        kind, text = words(f"{command}\n")[0]
        assert (kind, text) == (Keyword.Reserved, command)


def test_options_are_names_behind_the_comma_outside_parentheses() -> None:
    assert words("keep if inlist(a, b), c")[-1] == (Name.Attribute, "c")
    assert (Name, "b") in words("keep if inlist(a, b), c")


_PIECES = """tabulate ( ) , ' " textblock endblock \\ // # å 2020-01-01 $ x@y / “ 0.5 if -> \x00"""
pieces = st.sampled_from([*_PIECES.split(), " ", "\n", "\t", "\r\n"])


@settings(deadline=None)
@given(st.lists(pieces, max_size=30).map("".join))
def test_no_character_is_lost(script: str) -> None:
    lexer = MdscriptLexer(stripnl=False, ensurenl=False)
    assert "".join(text for _, text in lexer.get_tokens(script)) == script.replace("\r\n", "\n")


def test_other_programs_find_the_lexer() -> None:
    assert isinstance(get_lexer_by_name("mdscript"), MdscriptLexer)
