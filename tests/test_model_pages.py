"""Every number that a page of a model shows is that of another package, and every option is there.

The pages hold what is printed; here each of their statements is computed anew from the same rows
(`peer_*.py`): a result with a number that has no counterpart fails, and so does a statement that
nothing stands for, or an option that no page uses.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import peer_choice
import peer_linear
import peer_panel
import peer_survival
import pytest
from page_models import Ran, ran, shown
from peer_statement import Numbers, Statement, read

from kohort.command import commands

MODELS: dict[str, Callable[[Statement, pd.DataFrame], Numbers]] = {
    "regress": peer_linear.regress,
    "logit": peer_choice.model,
    "probit": peer_choice.model,
    "mlogit": peer_choice.model,
    "poisson": peer_choice.model,
    "negative-binomial": peer_choice.model,
    "ivregress": peer_linear.ivregress,
    "regress-panel": peer_panel.regress_panel,
    "regress-panel-diff": peer_panel.regress_panel_diff,
    "hausman": peer_panel.hausman,
    "regress-mml": peer_panel.regress_mml,
    "oaxaca": peer_panel.oaxaca,
    "cox": peer_survival.cox,
    "kaplan-meier": peer_survival.kaplan_meier,
    "weibull": peer_survival.weibull,
}
PREDICTIONS: dict[str, Callable[[Statement, pd.DataFrame], dict[str, pd.Series]]] = {
    "regress-predict": peer_linear.regress_predict,
    "ivregress-predict": peer_linear.ivregress_predict,
    "logit-predict": peer_choice.predict,
    "probit-predict": peer_choice.predict,
    "mlogit-predict": peer_choice.predict,
    "poisson-predict": peer_choice.predict,
    "negative-binomial-predict": peer_choice.predict,
    "regress-panel-predict": peer_panel.regress_panel_predict,
    "regress-mml-predict": peer_panel.regress_mml_predict,
}
NOT_DRAWN = {"hausman", "oaxaca", "kaplan-meier", "weibull"}
"""Models whose coefficients `coefplot` does not draw."""

ITERATIONS = {("header", "", "", "iterations")}
BOUNDLESS = {
    ("logit", "logit z man, control(i.home)"): "worked out on the page: those of Oslo alone",
    ("cox", "cox gone weeks early"): "grows without end",
    ("negative_binomial", "negative-binomial even man"): "alpha at its lower end",
    ("regress_mml", "regress-mml rest x by home"): "a variance of zero: that of regress, beside it",
}
"""Statements whose estimates lie at an end, where a search stops somewhere: text on the page."""


def pages() -> list[str]:
    """Give the pages of commands that fit or draw models."""
    names = [name.replace("-", "_") for name in (*MODELS, *PREDICTIONS, "coefplot")]
    return sorted(names)


# ---- tests


def tolerance(command: str) -> float:
    """Searches by values alone find a top to the root of a double's precision."""
    return {"regress-mml": 2e-4, "weibull": 1e-5}.get(command, 1e-6)


@pytest.mark.parametrize("name", pages())
def test_every_number_has_a_counterpart(name: str, small_root: Path) -> None:
    used: dict[str, set[str]] = {}
    for one in ran(name, small_root, {*MODELS, *PREDICTIONS, "coefplot"}):
        statement = read(one.text)
        used.setdefault(statement.command, set()).update(statement.options)
        if (name, one.text) in BOUNDLESS:
            continue
        if one.command in PREDICTIONS:
            check_prediction(one, statement)
            continue
        expected = MODELS[statement.command](statement, one.frame)
        found = shown(one.released)
        if one.command == "coefplot":
            expected = {key: expected[key] for key in found}
        else:
            found = {key: v for key, v in found.items() if key not in ITERATIONS}
        compare(one.text, found, expected, tolerance(statement.command))
    wanted = set(MODELS) - NOT_DRAWN if name == "coefplot" else {name.replace("_", "-")}
    assert used.keys() >= wanted
    if name != "coefplot":
        (command,) = wanted
        assert used[command] >= commands()[command].options_table.keys()


def compare(text: str, found: Numbers, expected: Numbers, near: float) -> None:
    """Compare all numbers, and that neither side has one that the other has not."""
    absent = {key for key, v in expected.items() if v is None or v != v}
    present = {key: v for key, v in found.items() if v is not None}
    assert present.keys() == expected.keys() - absent, (text, present.keys() ^ expected.keys())
    for key, value in present.items():
        if isinstance(value, str):
            assert value.split(" (")[0] == expected[key], (text, key)
        else:
            assert value == pytest.approx(expected[key], rel=near, abs=near / 100), (text, key)


def check_prediction(one: Ran, statement: Statement) -> None:
    """Compare the variables that a statement made with those of the other package."""
    expected = PREDICTIONS[one.command](statement, one.frame)
    asked: dict[str, str] = {
        kind: statement.options[kind] or kind
        for kind in ("predicted", "probabilities", "residuals", "effects", "cooksd")
        if kind in statement.options
    }
    if not asked:
        default = "predicted" if "probabilities" not in "".join(expected) else "probabilities"
        asked |= {default: default}
    for kind, name in asked.items():
        for made in (k for k in expected if k == kind or k.startswith(f"{kind}_")):
            column = name + made.removeprefix(kind)
            there = one.frame[column].astype(float).dropna()
            assert set(there.index) == set(expected[made].index), (one.text, column)
            near = pytest.approx(expected[made].astype(float).to_dict(), rel=1e-4, abs=1e-6)
            assert there.to_dict() == near, (one.text, column)


# ---- under protection

PROTECTED = (
    "kaplan_meier_protected", "logit_protected", "regress_mml_protected",
    "regress_panel_protected", "regress_protected",
)  # fmt: skip
ESTIMATES = ("coef", "odds_ratio", "rate_ratio", "hazard_ratio", "fe_less_re", "beta")


def test_protected_models_are_close(norway_root: Path) -> None:
    """Each model has a case; its coefficients are those without protection, give or take 3 errors.

    Where categories are put together there is less to compare.
    """
    models = {*MODELS, "rdd", "coefplot"}
    seen: dict[str, int] = {}
    for page in PROTECTED:
        plain = {one.text: shown(one.released) for one in ran(page, norway_root, models)}
        for one in ran(page, norway_root, models, "default"):
            found, true = shown(one.released), plain.get(one.text, {})
            compared = 0
            for key, value in found.items():
                error: Any = found.get((*key[:3], "se"))
                if key[0] != "0" or key[3] not in ESTIMATES or None in (error, true.get(key)):
                    continue
                assert abs(value - true[key]) <= 3 * error, (one.text, key, value, true[key])
                compared += 1
            seen[one.command] = seen.get(one.command, 0) + compared
    assert seen.keys() == models
    assert {name for name, count in seen.items() if not count} == {
        "kaplan-meier", "weibull", "coefplot",
    }  # fmt: skip
