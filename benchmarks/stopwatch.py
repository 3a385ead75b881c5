"""Wall and processor time of a job's steps in this process, and its memory at the peak."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Stopwatch:
    """`seconds`: step -> (wall, processor time of all threads), in the order of the steps."""

    seconds: dict[str, tuple[float, float]] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        wall, cpu = time.perf_counter(), processor_time()
        yield
        self.seconds[name] = (time.perf_counter() - wall, processor_time() - cpu)

    def report(self) -> None:
        """Write all times and the peak memory in bytes as one line of JSON."""
        told = {"seconds": self.seconds, "memory": peak_memory()}
        sys.stdout.write(json.dumps(told) + "\n")


def processor_time(who: int = resource.RUSAGE_SELF) -> float:
    """Give the seconds that this process, or its ended children, spent on all cores so far."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def peak_memory() -> int:
    """Give the largest resident size so far, bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return peak if sys.platform == "darwin" else peak * 1024
