"""Limits on the words of the user's own: long labels, conditions that name many values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import banks
import pytest

from kohort.assembly import new_session
from kohort.disclosure.literals import too_long, too_many
from kohort.disclosure.profile import load
from kohort.event import Told
from kohort.syntax import parse

LIMITS = load("default").language


def statement(text: str) -> object:
    (found,) = parse(text)
    return found


@pytest.mark.parametrize("length", [79, 80, 81])
@pytest.mark.parametrize("text", ["define-labels l 1 '{}' 2 'b'", "recode x (1 = 2 '{}') (2 = 3)"])
def test_a_label_may_have_eighty_characters(text: str, length: int) -> None:
    assert too_long(LIMITS, statement(text.format("a" * length))) == (length > 80)


@pytest.mark.parametrize("n", [99, 100, 101])
@pytest.mark.parametrize("text", ["keep if inlist(x, {})", "generate y = inlist(x, {})"])
def test_an_expression_may_name_a_hundred_values(text: str, n: int) -> None:
    listed = ", ".join(map(str, range(n)))
    assert too_many(LIMITS, statement(text.format(listed))) == (n > 100)


def test_comparisons_count_like_a_list() -> None:
    joined = " | ".join(f"x == '{value}'" for value in range(101))
    assert too_many(LIMITS, statement(f"tabulate y if {joined}"))
    assert not too_many(replace(LIMITS, inlist_max=101), statement(f"tabulate y if {joined}"))


def test_codes_of_recode_are_not_counted() -> None:
    codes = " ".join(map(str, range(500)))
    assert not too_many(LIMITS, statement(f"recode x ({codes} = 1)"))


def test_the_session_refuses_and_changes_nothing(norway_root: Path) -> None:
    session = new_session(banks.catalogue(norway_root), "default")
    setup = (
        "require no.ssb.fdb:1 as db\ncreate-dataset people\nimport db/BEFOLKNING_KJOENN as sex\n"
    )
    assert not [
        e for e in session.run(setup) if isinstance(e, Told) and e.diagnostic.severity != "notice"
    ]
    half = "inlist(sex, {})".format(", ".join(f"'{code}'" for code in range(51)))
    for text, code in (
        (f"define-labels l 1 '{'a' * 81}'", "label-too-long"),
        (f"generate many = {half} | {half}", "too-many-values"),
    ):
        told = [event.diagnostic for event in session.run(text) if isinstance(event, Told)]
        assert [(d.code, d.severity) for d in told] == [(code, "refusal")]
    assert not session.scope.code_lists
    assert list(session.scope.datasets["people"].variables) == ["sex"]
