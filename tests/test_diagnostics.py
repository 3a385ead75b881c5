"""Diagnostics as they are drawn: head, source lines with carets, hint."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort.diagnostic import Diagnostic, Severity, Span
from kohort.render import Look, render
from kohort.render.characters import breadth
from kohort.render.diagnostics import place


def drawn(source: str, start: int, end: int, look: Look | None = None) -> list[str]:
    """Give the drawn lines of a diagnostic at a span."""
    item = Diagnostic("some-code", "what is wrong", Span(start, end))
    return render(item, look or Look(), source=source).split("\n")


def test_a_diagnostic_is_drawn_as_the_house_style_shows() -> None:
    """The sample of style.md 7."""
    source = "create-dataset d\n\n\ntabulate sx\n"
    start = source.index("sx")
    diagnostic = Diagnostic(
        "unknown-variable",
        "there is no variable 'sx' here",
        Span(start, start + 2),
        "did you mean 'sex'?",
    )
    assert render(diagnostic, source=source).split("\n") == [
        "unknown-variable line 4: there is no variable 'sx' here",
        "  tabulate sx",
        "           ^^",
        "  hint: did you mean 'sex'?",
    ]


@pytest.mark.parametrize(
    ("severity", "head"),
    [
        ("error", "code line 1: words"),
        ("refusal", "refused code line 1: words"),
        ("failure", "failed code line 1: words"),
        ("notice", "note code line 1: words"),
    ],
)
def test_severity_is_said_in_a_word(severity: Severity, head: str) -> None:
    """An error needs no word; the others begin with theirs."""
    made = render(Diagnostic("code", "words", Span(0, 1), severity=severity), source="x")
    assert made.split("\n") == [head, "  x", "  ^"]


def test_without_a_place_only_head_and_hint() -> None:
    """A diagnostic of no place, or without the script's text, has no line."""
    diagnostic = Diagnostic("code", "words", hint="do this")
    assert render(diagnostic, source="x y").split("\n") == ["code: words", "  hint: do this"]
    assert render(Diagnostic("code", "words", Span(2, 3))) == "code: words"


def test_tabs_and_wide_characters_keep_carets_in_place() -> None:
    """A tab is drawn as blanks, a wide character needs two carets."""
    assert drawn("\tkeep x", 6, 7)[1:] == ["      keep x", "           ^"]
    assert drawn("a\tb", 2, 3)[1:] == ["  a   b", "      ^"]
    assert drawn("標準 x", 0, 2)[1:] == ["  標準 x", "  ^^^^"]


def test_a_span_of_several_lines_marks_each() -> None:
    """Blanks at the ends of a line are not marked; more than four lines are cut."""
    source = "for i in 1 : 3\n  generate x = $i\n\nend\n"
    assert drawn(source, 0, source.index("end") + 3)[1:] == [
        "  for i in 1 : 3",
        "  ^^^^^^^^^^^^^^",
        "    generate x = $i",
        "    ^^^^^^^^^^^^^^^",
        "  end",
        "  ^^^",
    ]
    long = "\n".join(f"line{k}" for k in range(9))
    made = drawn(long, 0, len(long))
    assert made[1] == "  line0"
    assert made[-2:] == ["  ^^^^^", "  …"]
    assert "line4" not in "\n".join(made)


def test_windows_line_ends_and_the_end_of_the_text() -> None:
    """A carriage return is never drawn; past the last character stands one caret."""
    assert drawn("keep x\r\ndrop y\r\n", 13, 14) == [
        "some-code line 2: what is wrong",
        "  drop y",
        "       ^",
    ]
    assert drawn("keep if", 7, 7)[1:] == ["  keep if", "         ^"]
    assert drawn("keep if", 99, 120)[1:] == ["  keep if", "         ^"]


def test_a_long_line_is_cut_around_the_place() -> None:
    """The marked word is drawn whole, with an ellipsis at each cut end."""
    source = "x" * 300 + " bad " + "y" * 300
    _, line, carets = drawn(source, 301, 304, Look(width=60))
    assert line.startswith("  …x")
    assert line.endswith("y…")
    assert breadth(line) <= 60
    assert line[carets.index("^") : len(carets)] == "bad"
    start, end = drawn("bad " + "y" * 300, 0, 3), drawn("y" * 300 + " bad", 301, 304)
    assert start[1].startswith("  bad y")
    assert end[1].endswith("y bad")


@given(st.text("ab \t\n\r'æ標\u0301\u202e\x1b", max_size=60), st.data())
def test_any_place_in_any_text_can_be_drawn(source: str, data: st.DataObject) -> None:
    """No place raises, no line is too wide, nothing steers the terminal, carets fit the line."""
    start = data.draw(st.integers(0, len(source) + 2))
    end = data.draw(st.integers(start, len(source) + 2))
    made = drawn(source, start, end, Look(width=40))
    assert made[0].endswith("what is wrong")
    assert not set("\t\r\x1b\u202e") & set("".join(made))
    assert all(breadth(line) <= 40 for line in made)


def test_long_messages_and_hints_break_between_words() -> None:
    long = Diagnostic("some-code", "a b c d e f g h i j k " * 3, Span(0, 1), "try this " * 6)
    made = render(long, Look(width=30), source="x").splitlines()
    assert all(breadth(line) <= 30 for line in made)
    assert made[0] == "some-code line 1: a b c d e"
    assert made[1].startswith("  f g h")
    hint = made[made.index("  ^") + 1 :]
    assert hint[0].startswith("  hint: try this")
    assert " ".join(" ".join(hint).split()) == f"hint: {'try this ' * 6}".strip()
    unbroken = render(long, Look(), source="x").splitlines()
    assert len(unbroken) == 4
    colored = render(long, Look(width=30, color=True), source="x").splitlines()
    assert colored[0] == "\x1b[1;31msome-code\x1b[0m line 1: a b c d e"


@given(st.text("abc ", min_size=1, max_size=40), st.data())
def test_carets_stand_under_the_marked_words(source: str, data: st.DataObject) -> None:
    """What stands above the carets is the marked text without blanks at its ends."""
    start = data.draw(st.integers(0, len(source) - 1))
    end = data.draw(st.integers(start + 1, len(source)))
    marked = source[start:end].strip()
    if not marked or (start, end) == (0, 0):
        return
    _, line, carets = drawn(source, start, end)
    assert line[carets.index("^") : len(carets)] == marked


@given(st.text("ab\n", max_size=30), st.integers(0, 30))
def test_line_and_column_point_at_the_offset(source: str, offset: int) -> None:
    """Counted by splitting the text, line and column lead back to the offset."""
    offset = min(offset, len(source))
    line, column = place(source, offset)
    assert sum(len(part) + 1 for part in source.split("\n")[: line - 1]) + column - 1 == offset


def test_a_diagnostic_as_json_has_its_place() -> None:
    """One object with code, severity, words and place, counted from 1."""
    source = "keep x\ntabulate sx"
    diagnostic = Diagnostic("unknown-variable", "no 'sx'", Span(16, 18), "did you mean 'x'?")
    assert json.loads(render(diagnostic, form="json", source=source)) == {
        "type": "diagnostic",
        "format": 1,
        "severity": "error",
        "code": "unknown-variable",
        "message": "no 'sx'",
        "hint": "did you mean 'x'?",
        "span": [16, 18],
        "line": 2,
        "column": 10,
        "end_line": 2,
        "end_column": 12,
    }
    nowhere = json.loads(render(Diagnostic("failed", "stopped", severity="failure"), form="json"))
    assert nowhere["span"] is None
    assert nowhere["line"] is None
