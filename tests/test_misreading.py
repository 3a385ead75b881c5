"""What is said about lines that cannot be parsed: code, the words marked, the hint."""

from __future__ import annotations

import re

import pytest

from kohort.command import commands
from kohort.diagnostic import Diagnostic
from kohort.function import functions
from kohort.habits import foreign_commands
from kohort.syntax import parse

MISTAKES = [
    # text, code, what is marked, a part of the hint
    ("tabulat sex", "unknown-command", "tabulat", "'tabulate'"),
    ("tab sex", "unknown-command", "tab", "'tabulate'"),
    ("Keep x", "unknown-command", "Keep", "'keep'"),
    ("x = 5", "unknown-command", "x", "'generate x = ...'"),
    ("= 5", "unknown-command", "=", "'help'"),
    ("for-each x", "unknown-command", "for-each", "'for'"),
    ("generate x = 1 && y", "unexpected", "&&", "'&'"),
    ("generate x = 1 || y", "unexpected", "||", "'|'"),
    ("generate x = y ** 2", "unexpected", "**", "'^'"),
    ("generate x = y % 2", "unexpected", "%", "no '%'"),
    ("keep if x = 1", "unexpected", "=", "'=='"),
    ("keep if x <> 1", "unexpected", "<>", "'!='"),
    ("keep if x => 1", "unexpected", "=>", "'>='"),
    ("keep if x == 1 and y", "unexpected", "and", "'&'"),
    ("keep if x == 1 or y", "unexpected", "or", "'|'"),
    ("keep x == 1", "unexpected", "=", "'if'"),
    ("generate x == 1", "unexpected", "==", "'='"),
    ("generate inc_$y = 1", "unexpected", "inc_$y", "inc_ ++ $y"),
    ("generate a = ${y}", "unexpected", "${", "$name"),
    ("let $x = 1", "unexpected", "$x", "write x"),
    ("for $i in 1 : 3", "unexpected", "$i", "write i"),
    ("generate my-var = 1", "unexpected", "-", "'my_var'"),
    ("generate 2x = 1", "unexpected", "2x", "begins with a letter"),
    ("drop a-b", "unexpected", "-", "no ranges"),
    ("drop a, b", "no-options", ", b", "separated by blanks"),
    ("rename a b, force", "no-options", ", force", None),
    ("rename a b if x", "no-condition", "if", "'keep if'"),
    ("keep if x if y", "second-condition", "if", "'&'"),
    ("tabulate x, missing if y == 1", "late-condition", "if", "if CONDITION, OPTIONS"),
    ("tabulate x, missing if sysmiss(y)", "late-condition", "if", "if CONDITION, OPTIONS"),
    ("tabulate x, if y", "late-condition", "if", "if CONDITION, OPTIONS"),
    ("tabulate x if", "incomplete", "", "'help tabulate'"),
    ("tabulate x,", "incomplete", "", "'help tabulate'"),
    ("merge a b inot c", "incomplete", "", "'into'"),
    ("generate x = 'abc", "unclosed-text", "'abc", "the quote"),
    ("generate x = (1 + (2)", "unclosed-parenthesis", "(", None),
    ("generate x = 1 + 2)", "unmatched-parenthesis", ")", None),
    ("generate x = 2020-01-01", "date-in-expression", "2020-01-01", "date(2020, 1, 1)"),
    ("import db/X 2020-13-01", "not-a-date", "2020-13-01", None),
    ("import db/X 2021-02-29", "not-a-date", "2021-02-29", None),
    ("import db/X 2020", "not-a-date", "2020", "YYYY-MM-DD"),
    ("import X", "unexpected", "X", "alias/NAME"),
    ("import INNTEKT_WLONN 2022-12-31 as w", "unexpected", "INNTEKT_WLONN", "alias/INNTEKT_WLONN,"),
    ("import db/X $y-12-31 as w", "unexpected", "-", "date_fmt($y, 12, 31)"),
    ("import db/X $y-01 as w", "unexpected", "-", "date_fmt($y, 1)"),
    ("for i in 1..3", "unexpected", "1", "1 : 3"),
    ("recode x (9 = .)", "unexpected", ".", "replace x = . if"),
    ("browse", "unknown-command", "browse", "rows are never shown"),
    ("Foreach x of y", "unknown-command", "Foreach", "'for x in a b c'"),
    ("egen m = mean(x)", "unknown-command", "egen", "'aggregate'"),
    ("import db / X", "unexpected", "db", "alias/NAME"),
    ("import db/X-Y", "not-a-path", "db/X-Y", "alias/NAME"),
    ("import db/X asdf y", "unexpected", "asdf", "'as'"),
    ("require no.ssb.fdb as db", "no-version", "no.ssb.fdb", "no.ssb.fdb:45"),
    ("collapse mean x, by(y)", "unexpected", "mean", "(mean)"),
    ("recode x 1 = 2", "unexpected", "1", "(1 2 = 3)"),
    ("recode x (a = 2)", "unexpected", "a", "'a'"),
    ("keep if x ≥ 2", "unexpected", "≥", "'>='"),
    ("generate x = 2 − 1", "unexpected", "−", "'-'"),
    ("recode x (max/5 = 2)", "empty-interval", "max/5", None),
    ("define-labels x 1 2", "unexpected", "2", "quotes"),
    ("regress y x#z##w", "mixed-interaction", "##", "terms of their own"),
    ("for i in 1.5 : 3", "range-end", "1.5", "1 : 5"),
    ("create-dataset START@x", "not-a-name", "START@x", "letters"),
    ("let x = [1]", "unexpected", "[", "brackets"),
    ("sample 99999999999999999999 1", "number-too-large", "99999999999999999999", None),
]


@pytest.mark.parametrize(("text", "code", "marked", "hint"), MISTAKES, ids=lambda x: str(x)[:30])
def test_mistake(text: str, code: str, marked: str, hint: str | None) -> None:
    (found,) = parse(text)
    assert isinstance(found, Diagnostic), found
    assert found.code == code, found
    assert text[found.span.start : found.span.end] == marked
    if hint is None:
        assert found.hint is None
    else:
        assert hint in (found.hint or "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("use", "a dataset"),
        ("rename a", "a new name"),
        ("generate x", "'='"),
        ("assign-labels a", "a code list"),
        ("collapse (", "a statistic"),
        ("import", "a register variable (alias/NAME)"),
        ("tabulate x,", "an option"),
        ("for i", "',' or 'in'"),
        ("keep if", "a number, a text in quotes or a variable"),
        ("generate x = 1 z", "'if', an operator or the end of the line"),
        ("sample 0.1 z", "a number or the end of the line"),
    ],
)
def test_what_was_expected(text: str, expected: str) -> None:
    (found,) = parse(text)
    assert isinstance(found, Diagnostic), found
    assert found.message.endswith(f"expected {expected}")


def test_each_bad_line_gives_one_diagnostic_and_the_others_are_untouched() -> None:
    good = ["use a", "keep if x == 1", "tabulate x"]
    text = "\n".join([good[0], "keep if x = 1", good[1], "generat y = 1", "drop 'a", good[2]])
    found = parse(text)
    assert [isinstance(item, Diagnostic) for item in found] == [
        False,
        True,
        False,
        True,
        True,
        False,
    ]


def test_hints_for_other_languages_speak_of_this_one() -> None:
    ours = commands()
    assert not set(foreign_commands()) & set(ours)
    for word, hint in foreign_commands().items():
        assert hint[0].islower() or hint[0] == "'", word
        assert not hint.endswith("."), word
        quoted = re.findall(r"'([a-z_-]+)", hint)
        assert all(name in ours or name in functions() or name == "end" for name in quoted), word
    # what begins one of our commands is completed without a line of its own
    assert not [
        w
        for w in foreign_commands()
        if any(name.startswith(w) for name in ours)
        and w not in {"list", "label", "by", "line", "reshape", "test", "mean"}
    ]
