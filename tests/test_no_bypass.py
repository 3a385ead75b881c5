"""No way around the filter: the code is walked, and each rule is shown to catch what it is for."""

from __future__ import annotations

from pathlib import Path

import code_walk
import pytest
from code_walk import EXEMPT, RULES, breaches

from kohort import HOME

SOURCES = sorted(
    path for folder in ("interpreter", "stdlib") for path in (HOME / folder).rglob("*.py")
)


def name(path: Path) -> str:
    return path.relative_to(HOME).as_posix()


def test_no_source_breaks_a_rule() -> None:
    found = [b for path in SOURCES for b in breaches(name(path), path.read_text("utf-8"))]
    assert found == []


PLANTED = {
    "builds a Released": ("stdlib/commands/x.py", "Released(seal, content, context)"),
    "knows the seal": ("stdlib/commands/x.py", "vars(module)['_SEAL']"),
    "reads a result from JSON": ("interpreter/kohort/batch.py", "released.from_wire(message)"),
    "builds an object past its constructor": (
        "interpreter/kohort/render/x.py", "object.__new__(Released)",
    ),
    "tells the text of an exception": (
        "interpreter/kohort/engine/x.py",
        "try:\n    f()\nexcept Exception as error:\n    raise ValueError(str(error)) from None",
    ),
    "imports what writes tracebacks": ("interpreter/kohort/session.py", "import traceback"),
    "prints": ("interpreter/kohort/engine/x.py", "print(frame)"),
    "lets data decide": (
        "interpreter/kohort/disclosure/population.py",
        "def large_enough(limits: Limits, frame: pl.DataFrame) -> bool:\n    return True",
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_breach_is_caught(rule: str) -> None:
    file, text = PLANTED[rule]
    assert rule in {found.rule for found in breaches(file, text)}


@pytest.mark.parametrize(
    "text",
    [
        "from kohort.disclosure.released import _SEAL",
        "released._SEAL",
        "try:\n    f()\nexcept pl.exceptions.PolarsError as e:\n    say(f'{e}')",
        "try:\n    f()\nexcept (OSError, ValueError) as e:\n    say(e.args)",
        "try:\n    f()\nexcept Exception as e:\n    say(repr(e))",
        "object.__setattr__(result, '_content', other)",
    ],
)
def test_other_spellings_are_caught_too(text: str) -> None:
    assert breaches("interpreter/kohort/engine/x.py", text)


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    f()\nexcept OSError as e:\n    say(reason(e))",
        "try:\n    f()\nexcept RefusedError as e:\n    tell(e.diagnostic)",
        "try:\n    f()\nexcept Exception:\n    raise EngineError('failed') from None",
        "object.__setattr__(self, 'x', 1)",
    ],
)
def test_honest_code_passes(text: str) -> None:
    assert not breaches("interpreter/kohort/engine/x.py", text)


@pytest.mark.parametrize("file", sorted(EXEMPT))
def test_an_exemption_is_needed(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_walk, "EXEMPT", set())
    assert breaches(file, (HOME / file).read_text("utf-8"))


def test_every_rule_has_a_planted_breach() -> None:
    caught = {found.rule for file, text in PLANTED.values() for found in breaches(file, text)}
    assert caught >= set(PLANTED)
    assert len(RULES) == 6
