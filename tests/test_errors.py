"""Every code of an error, note or refusal has a heading in the page about them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from kohort import HOME
from kohort.disclosure.refusal import SENTENCES

PAGE = Path(__file__).parent / "language" / "errors.md"
SOURCES = sorted(
    path
    for folder in (HOME / "interpreter" / "kohort", HOME / "stdlib")
    for path in folder.rglob("*.py")
    # what an owner's files lack is told to owners, in words of its own
    if "intake" not in path.parts
)
MAKERS = {"wrong", "Diagnostic", "notice", "RefusedError", "_Found"}
CODE = re.compile(r"[a-z]+(-[a-z]+)*|SDC-[A-Z]\d+")
TOLD = re.compile(r"^(?:note |refused |failed )?([\w-]+) line \d+:", re.MULTILINE)


def headings() -> list[str]:
    """Give the codes that the page has a heading for, in its order."""
    return re.findall(r"^### (\S+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def made(path: Path) -> set[str]:
    """Give the codes that a source file writes where it makes a diagnostic."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        code = node.args[0]
        if name in MAKERS and isinstance(code, ast.Constant) and isinstance(code.value, str):
            found.add(code.value)
    return found


def test_each_code_has_a_heading_and_each_heading_a_code() -> None:
    codes = set().union(SENTENCES, *map(made, SOURCES))
    assert all(CODE.fullmatch(code) for code in codes)
    assert len(codes) > 100
    assert set(headings()) == codes
    assert len(headings()) == len(codes)


PAGES = sorted(Path(__file__).parent.rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_code_that_a_page_shows_is_explained(page: Path) -> None:
    assert set(TOLD.findall(page.read_text(encoding="utf-8"))) <= set(headings())


def test_examples_show_the_error_that_they_are_about() -> None:
    sections = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for section in sections:
        code = section.split("\n", 1)[0]
        told = TOLD.findall(section)
        assert code in told or not told, (code, told)
        assert told or "```output" not in section, code
