"""The table of attacks names tests that are there, and says what they noted."""

from __future__ import annotations

import re

import pytest
from attack_table import FOLDER, attacks, function_of, rates, table
from guesses import ceiling

FAMILIES = (
    "Differencing", "Trackers", "Equality", "Averaging", "Filter oracles", "Refusals",
    "Winsor cliffs", "Median steering", "Exact denominators", "Variable differencing",
    "Saturated and dummy regressions", "Outlier leverage", "Residual and prediction export",
    "Unit laundering", "Row-counted thresholds", "Panels and events", "Samples",
    "Labels and names", "Texts and files", "Timing", "Code-list probing", "Reconstruction",
)  # fmt: skip
"""Those that the project promised to withstand."""


def there(test: str) -> bool:
    """Whether a test `file::function` exists."""
    file, _, function = test.partition("::")
    path = FOLDER / f"{file}.py"
    return path.is_file() and f"\ndef {function}(" in path.read_text("utf-8")


def test_each_family_has_an_attack_with_and_without_its_defence() -> None:
    assert set(FAMILIES) <= {attack["family"] for attack in attacks()}
    named = [function_of(attack, defence) for attack in attacks() for defence in ("on", "off")]
    assert [test for test in named if not there(test)] == []


def test_each_file_is_in_the_table() -> None:
    files = {path.stem for path in FOLDER.glob("test_*.py")}
    assert files == {attack["file"] for attack in attacks()}


def test_what_notes_a_rate_has_one_in_the_table() -> None:
    """A test that was added or renamed needs a run of `make attacks`."""
    noting = re.compile(r"\ndef (test_\w+)\((?:(?!\ndef ).)*?\b(?:held|broken)\(", re.DOTALL)
    known = rates()
    for attack in attacks():
        text = (FOLDER / f"{attack['file']}.py").read_text("utf-8")
        functions = set(noting.findall(text))
        for test in (function_of(attack, "on"), function_of(attack, "off")):
            file, _, function = test.partition("::")
            if file == attack["file"] and function in functions:
                assert test in known, test


@pytest.mark.parametrize("test", rates())
def test_what_was_noted_held(test: str) -> None:
    on, off = rates()[test]
    assert on or off
    assert not on or on["rate"] <= ceiling(on["bound"], on["trials"])
    assert not off or off["rate"] > off["bound"]


def test_the_page_is_the_one_that_is_made() -> None:
    assert (FOLDER / "README.md").read_text("utf-8") == table()
