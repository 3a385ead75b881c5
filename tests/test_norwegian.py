"""Whatever kohort says about a mistake has a Norwegian text: on pages, in sources, in refusals."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from test_errors import MAKERS, SOURCES

from kohort import HOME
from kohort.command import commands
from kohort.disclosure.refusal import SENTENCES
from kohort.messages import translated

TOLD = re.compile(r"^(?:note |refused |failed )?([\w-]+) line \d+: (.*)$", re.MULTILINE)
HINT = re.compile(r"^  hint: (.*)$", re.MULTILINE)
OUTPUT = re.compile(r"^```output\n(.*?)^```", re.MULTILINE | re.DOTALL)
SAMPLE = "7"
"""Stands for a word that a sentence takes."""

PUT_TOGETHER = {
    "argument-range",
    "expression-too-large",
    "not-a-date",
    "option-argument",
    "setting",
}
"""Codes of sentences that are put together from parts; pages show them whole."""


def norwegian(section: str, code: str | None, told: str) -> bool:
    """Tell whether a sentence has a text: a sample word shows that, where nothing else changes."""
    return translated(section, code, told, "nb") != told


@pytest.fixture(scope="module")
def shown() -> list[str]:
    """What the pages print."""
    pages = sorted(Path(__file__).parent.rglob("*.md"))
    return [text for page in pages for text in OUTPUT.findall(page.read_text(encoding="utf-8"))]


def test_mistakes_on_pages(shown: list[str]) -> None:
    told = {found for text in shown for found in TOLD.findall(text)}
    assert len(told) > 400
    assert [one for one in sorted(told) if not norwegian("diagnostics", *one)] == []


def test_hints_on_pages(shown: list[str]) -> None:
    """The help of an option is in English, also as a hint."""
    help_ = {o.help for made in commands().values() for o in made.options_table.values()}
    told = {found for text in shown for found in HINT.findall(text)} - help_
    assert len(told) > 200
    assert [one for one in sorted(told) if not norwegian("hints", None, one)] == []


def test_refusals_and_habits() -> None:
    for code, (message, hint) in SENTENCES.items():
        assert norwegian("diagnostics", code, message), code
        assert hint is None or norwegian("hints", None, hint), hint
    habits = tomllib.loads((HOME / "stdlib" / "habits.toml").read_text(encoding="utf-8"))
    for hint in habits["commands"].values():
        assert norwegian("hints", None, hint), hint


def sentences(path: Path) -> set[tuple[str, str]]:
    """Give the codes and sentences that a source file writes where it makes a diagnostic."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or len(node.args) < 2:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        code, message = node.args[:2]
        if name in MAKERS and isinstance(code, ast.Constant) and (told := written(message)):
            found.add((str(code.value), told))
    return found


def written(node: ast.expr) -> str | None:
    """Give a text as it is written, a sample for each word in braces; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else SAMPLE for part in node.values)
        return "".join(str(part) for part in parts)
    return None


def test_sentences_in_sources() -> None:
    told = set().union(*map(sentences, SOURCES))
    assert len(told) > 120
    missing = {one for one in told if not norwegian("diagnostics", *one)}
    assert {code for code, _ in missing} == PUT_TOGETHER


@pytest.mark.parametrize(
    ("code", "told", "made"),
    [
        (
            "incomplete",
            "the statement is not complete; expected a code, 'if' or the end of the line",
            "setningen er ikke fullstendig; ventet en kode, 'if' eller slutten av linjen",
        ),
        (
            "not-a-panel",
            "'people' holds cross-section data; hausman needs a panel",
            "'people' har tverrsnittsdata; hausman trenger et panel",
        ),
        (
            "type-clash",
            "'text' is text, 'panel' integer; 'a code' can only be one of them",
            "'text' er tekst, 'panel' heltall; 'a code' kan bare være ett av dem",
        ),
        ("too-few-rows", "no such sentence", "no such sentence"),
    ],
)
def test_words_in_sentences(code: str, told: str, made: str) -> None:
    """Phrases are put into the language too; names never are."""
    assert translated("diagnostics", code, told, "nb") == made
