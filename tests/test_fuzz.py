"""The fuzzer runs for a short while, and finds what it is for; `make fuzz` goes on from there."""

from __future__ import annotations

import os

import fuzz
import pytest
import random_scripts
from hypothesis import strategies as st

SECONDS = float(os.environ.get("KOHORT_FUZZ_SECONDS", "8"))
SEED = int(os.environ.get("KOHORT_FUZZ_SEED", "1"))


def test_random_scripts_show_no_canary() -> None:
    counts = fuzz.fuzz(SECONDS, SEED)
    assert counts["scripts"] > 0


def test_the_fuzzer_finds_a_canary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a command to show what the data hold, the fuzzer would say so with the script."""
    monkeypatch.setattr(fuzz, "found_beyond", lambda text, script: ["KANARI-000050"])
    monkeypatch.setattr(random_scripts, "scripts", lambda: st.just(["tabulate sex"]))
    with pytest.raises(AssertionError, match=r"shows \['KANARI-000050'\]:\ntabulate sex"):
        fuzz.fuzz(5.0)
