"""Runs random scripts on canary data for as long as asked: `make fuzz`, `python tests/fuzz.py 60`.

Each script goes through a real session under `default`; whatever leaves is searched for canaries,
and no command may fail on what the data are. A finding is printed as the script that made it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import canary_bank
import random_scripts
from hypothesis import HealthCheck, Phase, given, seed, settings
from test_canaries import Restart, found_beyond, leaving

from kohort.event import Result, Told

_BATCH = 25


def fuzz(seconds: float, first: int = 0) -> Counter[str]:
    """Run scripts for a number of seconds, from a first seed on. Gives how many of what there were.

    Raises `AssertionError` with the script for a canary, or a command that failed.
    """
    counts: Counter[str] = Counter()
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        start = Restart(canary_bank.canary_bank(Path(folder)), "default")
        round_ = first
        while time.monotonic() < end:
            _batch(start, round_, end, counts)
            round_ += 1
    return counts


def _batch(start: Restart, number: int, end: float, counts: Counter[str]) -> None:
    @seed(number)
    @settings(
        max_examples=_BATCH, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(random_scripts.scripts())
    def one(script: list[str]) -> None:
        if time.monotonic() > end:
            return
        counts["scripts"] += 1
        whole = "\n".join(script)
        for piece, events in start.run(script):
            found = found_beyond(leaving(events, piece), whole)
            assert not found, f"seed {number} shows {found}:\n{whole}"
            for event in events:
                counts["results"] += isinstance(event, Result)
                if isinstance(event, Told):
                    counts[event.diagnostic.severity] += 1
                    assert event.diagnostic.code != "internal", f"seed {number} fails:\n{whole}"

    one()


def main() -> None:
    """Fuzz for the seconds given on the command line, thirty minutes without any."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1800.0
    first = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    counts = fuzz(seconds, first)
    told = ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))
    sys.stdout.write(f"first seed {first}: {told}; no canary, no failure\n")


if __name__ == "__main__":
    main()
