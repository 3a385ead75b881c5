"""The formatter: what it writes, and that it never changes what a script says."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_scripts import HEAD, broken, statements

from kohort import HOME, program
from kohort.__main__ import main
from kohort.diagnostic import Diagnostic
from kohort.formatting import formatted

_FENCE = re.compile(r"^```mdscript[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = sorted((HOME / "tests").rglob("*.md"))
SCRIPTS = sorted(
    path for name in ("examples", "stdlib", "tests") for path in (HOME / name).rglob("*.mdscript")
)


def meaning(text: str) -> str:
    """What a script says: its blocks and statements as the parser makes them, without places."""
    nodes = [
        node
        for node in program.read(text).nodes
        if not (isinstance(node, Diagnostic) and node.severity == "notice")
    ]
    return re.sub(r"Span\([^)]*\)", "", repr(nodes))


def same(text: str) -> None:
    """Check the formatter's promises on one script."""
    made = formatted(text)
    assert meaning(made) == meaning(text)
    assert formatted(made) == made
    assert "\n\n\n" not in re.sub(r"textblock.*?endblock", "text", made, flags=re.DOTALL)
    assert comments(made) == comments(text)


def comments(text: str) -> list[str]:
    """Every comment of a script without texts, in order."""
    outside = re.sub(r"textblock.*?endblock|'[^']*'|\"[^\"]*\"", "", text, flags=re.DOTALL)
    return [found.rstrip() for found in re.findall(r"//.*|^\s*#.*", outside, re.MULTILINE)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_scripts_of_pages_keep_their_meaning(path: Path) -> None:
    for script in _FENCE.findall(path.read_text("utf-8")):
        same(script)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_whole_scripts_keep_their_meaning(path: Path) -> None:
    text = path.read_text("utf-8")
    same(text)
    assert len(formatted(text).split()) >= len(text.split()) / 2


def untidy(text: str, seed: int) -> str:
    """Spread a script out: blanks, line breaks inside statements, comments, blank lines."""
    chance = random.Random(seed)
    lines = []
    for line in text.splitlines():
        parts = re.split(r"('[^']*'|\"[^\"]*\"| )", line.rstrip())
        spread = "".join(
            chance.choice((" ", "  ", "\t", " \\\n ")) if part == " " else part for part in parts
        )
        lines.append(" " * chance.choice((0, 0, 3)) + spread + chance.choice(("", "", " // note")))
        lines += [""] * chance.choice((0, 0, 1, 3))
    return chance.choice(("\n", "\n", "\r\n")).join(lines)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    # a text block is taken as it is: spreading its lines out would change what it says
    st.lists(statements().filter(lambda s: not s.startswith("textblock")), min_size=1, max_size=4),
    st.integers(0, 2**32),
)
def test_random_scripts_keep_their_meaning(written: list[str], seed: int) -> None:
    script = HEAD + "for i in 1 2\n" + "\n".join(written) + "\nend\n"
    spread = untidy(script, seed)
    assert meaning(spread) == meaning(script)
    same(spread)
    # it was really written anew, not given back because something went wrong
    for line in formatted(spread).splitlines():
        body = re.sub(r"'[^']*'|\"[^\"]*\"", "''", line.partition("//")[0]).strip()
        assert "  " not in body
        assert "\t" not in line.partition("'")[0]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(statements(), min_size=1, max_size=3), st.integers(0, 2**32))
def test_damaged_scripts_keep_their_meaning(written: list[str], seed: int) -> None:
    text = broken("\n".join(written), seed)
    made = formatted(text)
    assert meaning(made) == meaning(text)
    assert formatted(made) == made


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("keep if  a==1&!b|c>- 2", "keep if a == 1 & !b | c > -2"),
        ("generate x=-a^2*( b+c )/f( d,1 )", "generate x = -a ^ 2 * (b + c) / f(d, 1)"),
        ("collapse(sum) x->y z, by( k )", "collapse (sum) x -> y z, by(k)"),
        ("recode x(-2 / 0=99 'low')(. = 1)", "recode x (-2/0 = 99 'low') (. = 1)"),
        ("regress y i.a ## c.b , robust", "regress y i.a##c.b, robust"),
        ("import db/X 2020-12-31 as a++1", "import db/X 2020-12-31 as a ++ 1"),
        ("drop a++b c", "drop a ++ b c"),
        ("let x = “a b”", 'let x = "a b"'),
        ("sample 0.5   17// why", "sample 0.5 17  // why"),
        ("sample 0.5 17      // why", "sample 0.5 17      // why"),
        ("keep \\\n   a \\\n  b", "keep a b"),
        ("keep  a \\\n// why\n  b", "keep  a \\\n// why\n  b"),
        ("this   is  nothing", "this   is  nothing"),
        ("generate  x  = (", "generate  x  = ("),
        ("\n\n\nuse a\n\n\n\n\nuse b\n\n", "use a\n\nuse b"),
    ],
)
def test_statements_are_written_like_this(written: str, wanted: str) -> None:
    assert formatted(written) == wanted + "\n"


def test_blocks_are_indented_and_texts_kept() -> None:
    text = "for i in 1:2;j in a b\n# note\ntextblock\n  as  it is \n\n\n\nendblock\n"
    text += "use a\n  end\nuse b"
    wanted = (
        "for i in 1 : 2 ; j in a b\n  # note\n  textblock\n  as  it is \n\n\n\n  endblock\n"
        "  use a\nend\nuse b\n"
    )
    assert formatted(text) == wanted


def test_an_open_text_block_is_left_alone() -> None:
    text = "use  a\ntextblock\n  what   ever\n\n\n\n"
    assert formatted(text) == "use a\ntextblock\n  what   ever\n\n\n\n"


def test_wide_statements_are_broken_between_rules() -> None:
    rules = [f"({i} = {i + 1} '{'x' * 20}')" for i in range(12)]
    made = formatted("recode a " + " ".join(rules))
    lines = made.splitlines()
    assert len(lines) > 3
    assert all(len(line) <= 100 for line in lines)
    assert all(line.endswith(") \\") for line in lines[:-1])
    # a statement that is too wide keeps the breaks that its author gave it
    own = "recode a \\\n    " + " \\\n    ".join(rules) + "\n"
    assert formatted(own) == own


def test_other_line_breaks_are_kept() -> None:
    assert formatted("use  a\r\nuse b") == "use a\r\nuse b\r\n"


def test_the_command_line_rewrites_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    untidy_file, tidy_file = tmp_path / "a.mdscript", tmp_path / "b.mdscript"
    untidy_file.write_text("use  a\n")
    tidy_file.write_text("use a\n")
    assert main(["fmt", "--check", str(untidy_file), str(tidy_file)]) == 1
    assert capsys.readouterr().out == f"{untidy_file}\n"
    assert untidy_file.read_text() == "use  a\n"
    assert main(["fmt", str(untidy_file), str(tidy_file)]) == 0
    assert untidy_file.read_text() == "use a\n"
    assert main(["fmt", "--check", str(untidy_file), str(tidy_file)]) == 0
    assert main(["fmt", str(tmp_path / "none.mdscript")]) == 4


def test_the_page_shows_what_the_formatter_writes() -> None:
    page = (HOME / "tests" / "language" / "format.md").read_text("utf-8")
    before = re.search(r"```before\n(.*?)```", page, re.DOTALL)
    after = re.search(r"```after\n(.*?)```", page, re.DOTALL)
    assert before is not None
    assert after is not None
    assert formatted(before[1]) == after[1]
    same(before[1])
