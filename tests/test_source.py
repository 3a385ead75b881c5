"""Script text as logical lines: continuations, comments, raw blocks, offsets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kohort.diagnostic import Diagnostic
from kohort.source import Line, line_and_column, logical_lines

BLOCKS = {"textblock": "endblock"}


def lines(text: str) -> list[Line]:
    """Give the lines of a text that has nothing wrong in its form."""
    found = list(logical_lines(text, BLOCKS))
    assert all(isinstance(item, Line) for item in found), found
    return [item for item in found if isinstance(item, Line)]


def words(text: str) -> list[list[str]]:
    """Give the blank-separated words of each line."""
    return [line.text.split() for line in lines(text)]


def test_blank_lines_and_line_ends() -> None:
    assert words("a 1\r\n\r\n\tb 2\n  \n c 3\r d 4") == [
        ["a", "1"],
        ["b", "2"],
        ["c", "3"],
        ["d", "4"],
    ]


def test_comments() -> None:
    text = "// one\n# two\n  # three\na // b\nc 'x // y' \"//\" // d\nregress y a#b"
    assert words(text) == [["a"], ["c", "'x", "//", "y'", '"//"'], ["regress", "y", "a#b"]]


def test_continuation_keeps_offsets() -> None:
    text = "a \\\n  b \\\r\n c\nd"
    first, second = lines(text)
    assert first.text.split() == ["a", "b", "c"]
    for word in "abc":
        assert first.start + first.text.index(word) == text.index(word)
    assert second.start == text.index("d")


def test_dangling_backslash_ends_with_a_blank_line() -> None:
    assert words("a (1 = 2) \\\n\nb") == [["a", "(1", "=", "2)"], ["b"]]
    assert words("a \\") == [["a"]]


def test_comment_between_continued_lines() -> None:
    assert words("a \\ // why\n// because\n b \\\nc\nd") == [["a", "b", "c"], ["d"]]
    assert words("// no continuation \\\nb") == [["b"]]


def test_interaction_at_the_start_of_a_continued_line() -> None:
    assert words("regress y a \\\n#b") == [["regress", "y", "a", "#b"]]


def test_raw_block() -> None:
    text = "textblock\r\n# title // no comment \\\r\n'open\r\n  endblock  \r\nx"
    block, after = lines(text)
    assert block.raw == "# title // no comment \\\n'open"
    assert text[block.raw_span.start : block.raw_span.end] == block.raw.replace("\n", "\r\n")
    assert after.text == "x"


def test_empty_raw_block() -> None:
    (block,) = lines("textblock\nendblock")
    assert block.raw == ""


def test_raw_block_never_closed() -> None:
    first, problem = logical_lines("a\ntextblock // here\nb", BLOCKS)
    assert isinstance(first, Line)
    assert isinstance(problem, Diagnostic)
    assert (problem.code, problem.span.start) == ("block-open", 2)
    assert problem.hint is not None
    assert "endblock" in problem.hint


def test_unmatched_end_of_block() -> None:
    problem, after = logical_lines("endblock\nb", BLOCKS)
    assert isinstance(problem, Diagnostic)
    assert problem.code == "unmatched-end"
    assert isinstance(after, Line)


def test_curly_quotes_are_straightened_with_one_notice() -> None:
    text = "a ‘x’ “y // z”\nb 'don’t' „q“"
    notice, first, second = logical_lines(text, BLOCKS)
    assert isinstance(notice, Diagnostic)
    assert (notice.code, notice.severity, notice.span.start) == ("curly-quotes", "notice", 2)
    assert isinstance(first, Line)
    assert isinstance(second, Line)
    assert first.text == "a 'x' \"y // z\""
    assert second.text == "b 'don’t' \"q\""


def test_curly_quotes_in_comments_are_nobody_s_business() -> None:
    assert words("a // ‘x’\n# “y”") == [["a"]]


def test_invisible_characters_are_blanks() -> None:
    (line,) = lines("\ufeffa\u00a0b\u200bc")
    assert line.text.split() == ["a", "b", "c"]
    assert line.span.start == 1


def test_line_and_column() -> None:
    text = "ab\r\ncd\n\ne"
    places = {offset: line_and_column(text, offset) for offset in range(len(text) + 1)}
    assert places[0] == (1, 1)
    assert places[1] == (1, 2)
    assert places[4] == (2, 1)
    assert places[7] == (3, 1)
    assert places[8] == (4, 1)
    assert places[9] == (4, 2)


@given(st.text(alphabet="ab \t\n\r\\/#'\"“’endtxblock", max_size=200))
def test_every_character_keeps_its_place(text: str) -> None:
    for line in logical_lines(text, BLOCKS):
        if isinstance(line, Diagnostic):
            continue
        written = text[line.start : line.start + len(line.text)]
        assert len(written) == len(line.text)
        for ours, theirs in zip(line.text, written, strict=True):
            straight = theirs in "“’" and ours in "\"'"
            assert ours == theirs or straight or (ours == " " and not line.text.isspace())


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    for line in logical_lines(text, BLOCKS):
        number, column = line_and_column(text, line.span.start)
        assert number >= 1
        assert column >= 1
