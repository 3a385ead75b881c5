"""Each call of a model that has no answer is on its page, with what it is told instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_errors import TOLD

PAGES = Path(__file__).parent / "commands"
EVERY = {
    "unknown-variable", "needs-a-number", "incomplete", "unknown-option", "pseudonym-used",
    "too-few-rows",
}  # fmt: skip
TERMS = {"no-regressor", "outcome-as-term", "no-variation"}
COUNTS = {"not-a-count", "not-positive", "also-in-the-model"}
TIMES = {"not-binary", "negative-time"}
ANSWERS: dict[str, set[str]] = {
    "regress": EVERY | TERMS | {
        "option-argument", "options-exclude", "also-in-the-model", "not-in-the-model",
        "not-binary", "too-few-groups",
    },
    "logit": EVERY | TERMS | {
        "not-binary", "separation", "option-argument", "options-exclude", "also-in-the-model",
        "not-in-the-model",
    },
    "probit": EVERY | TERMS | {"not-binary", "separation", "option-argument", "also-in-the-model"},
    "mlogit": EVERY | TERMS | {
        "two-categories", "too-few-categories", "separation", "options-exclude", "option-argument",
    },
    "poisson": EVERY | TERMS | COUNTS,
    "negative_binomial": EVERY | TERMS | COUNTS,
    "ivregress": EVERY | {
        "unexpected", "two-roles", "options-exclude", "under-identified", "collinear",
        "no-variation",
    },
    "regress_panel": EVERY | TERMS | {"not-a-panel", "options-exclude", "also-in-the-model"},
    "regress_panel_diff": EVERY | {
        "not-a-panel", "not-binary", "collinear", "outcome-as-term", "options-exclude",
    },
    "hausman": EVERY | {"no-regressor", "outcome-as-term", "not-a-panel", "options-exclude"},
    "regress_mml": EVERY | TERMS | {"too-few-groups", "also-in-the-model", "duplicate-variable"},
    "rdd": EVERY | {"outside-the-cutoff", "option-argument", "not-binary", "outcome-as-term"},
    "oaxaca": EVERY | {"too-few-groups", "also-in-the-model", "no-variation"},
    "kaplan_meier": EVERY | TIMES | {"duplicate-variable"},
    "weibull": EVERY | TIMES | {"no-variation", "no-convergence", "duplicate-variable"},
    "cox": EVERY | TERMS | TIMES | {"option-argument"},
    "coefplot": EVERY | {"no-variation", "unexpected"},
    **{
        f"{name}_predict": {"variable-exists", "unknown-option"}
        for name in (
            "regress", "ivregress", "logit", "probit", "mlogit", "poisson", "negative_binomial",
            "regress_panel", "regress_mml",
        )
    },
}  # fmt: skip
"""By page, the codes of the mistakes that its command can meet."""


@pytest.mark.parametrize("page", ANSWERS)
def test_mistakes_have_their_answers(page: str) -> None:
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    assert ANSWERS[page] - set(TOLD.findall(text)) == set()
