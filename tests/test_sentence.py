"""The sentence that help shows for each command: its own word first, and words a reader knows."""

from __future__ import annotations

import re

import pytest

from kohort.command import Option, commands
from kohort.sentence import sentence

_BARE = {
    "clear", "datasets", "edit", "end", "history", "quota", "reshape-from-panel", "textblock",
}  # fmt: skip
_SMALL_WORDS = {"as", "by", "if", "in", "into", "on", "to"}


@pytest.mark.parametrize("name", sorted(commands()))
def test_each_sentence_begins_with_its_command(name: str) -> None:
    told = sentence(name)
    assert told.split()[0] == name
    assert told != name or name in _BARE
    rest = told.removeprefix(name)
    assert "|" not in rest or "(ALIAS/NAME | CODE_LIST)" in rest
    assert set(re.findall(r"\b[a-z_]+", rest)) <= _SMALL_WORDS


def test_a_model_is_one_sentence_and_its_chart_another() -> None:
    assert sentence("regress") == "regress VARIABLE TERM ... [if CONDITION] [, OPTION ...]"
    assert sentence("coefplot") == (
        "coefplot MODEL VARIABLE TERM ... [if CONDITION] [, OPTION ...]"
    )
    assert sentence("rename") == "rename VARIABLE NAME"


@pytest.mark.parametrize(
    ("option", "written"),
    [
        (Option("x"), "o"),
        (Option("x", "word"), "o(NAME)"),
        (Option("x", "words"), "o(NAME ...)"),
        (Option("x", "number"), "o(NUMBER)"),
        (Option("x", "terms"), "o(TERM ...)"),
        (Option("x", "optional-code"), "o[(CODE)]"),
        (Option("x", "optional-codes"), "o[(CODE ...)]"),
    ],
)
def test_an_option_is_shown_as_it_is_written(option: Option, written: str) -> None:
    assert option.written("o") == written
