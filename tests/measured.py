"""Rates of attacks: judged against their bounds, and noted where `KOHORT_RATES` names a file."""

from __future__ import annotations

import json
import os
from pathlib import Path

from guesses import ceiling


def held(rate: float, bound: float, trials: int, what: str = "") -> None:
    """Assert that a rate is one that a true rate of at most `bound` may give; note it.

    `what` tells the rates of one test apart.
    """
    _note("on", rate, trials, what, bound)
    limit = ceiling(bound, trials)
    assert rate <= limit, f"{what} {rate:.3f} of {trials} trials, {bound:.3f} plus chance allowed"


def broken(rate: float, least: float, what: str = "") -> None:
    """Assert that an attack succeeds with the defence off; note how often."""
    _note("off", rate, 0, what, least)
    assert rate > least, f"{what} {rate:.3f}, more than {least:.3f} expected"


def _note(defence: str, rate: float, trials: int, what: str, bound: float) -> None:
    path = os.environ.get("KOHORT_RATES")
    if not path:
        return
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0].rpartition("/")[2]
    noted = {
        "test": test, "what": str(what), "defence": defence, "rate": round(float(rate), 4),
        "trials": int(trials), "bound": round(float(bound), 4),
    }  # fmt: skip
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(json.dumps(noted) + "\n")
