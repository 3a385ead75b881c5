"""Verdicts on made-up files agree with those of microdata-tools 2.2.3, recorded once.

Their validator is no dependency of the project: exact pins, 300 megabytes, and slow. `x` stands for
a file that it refused, `.` for one that it took, in the order of the cases below.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

from owner_files import described, register

from kohort.databank.intake.problems import IntakeError
from kohort.databank.intake.registers import read
from kohort.databank.intake.source import found

THEIRS = (
    "xx.xxx..xx.xxx..xxx..x..xx.xx.xxxxxxx.xxxxx.xxx.xxx.xxx...xx"
    "xxxxxx...xxx..xxx..xxx.x..xxxxx.xxx.xx.xxxxxxxxxxxxx....x..x"
)


def made_up(case: int) -> tuple[str, list[str]]:
    """Give the temporality and the rows of a case; the draws must stay as they are."""
    r = random.Random(case)
    temporality = r.choice(["EVENT", "EVENT", "STATUS", "ACCUMULATED", "FIXED"])
    rows = []
    for _ in range(r.randint(2, 5)):
        start = r.randint(0, 20)
        stop = start if temporality == "STATUS" and r.random() < 0.9 else start + r.randint(-1, 5)
        first, last = ((date(2000, 1, 1) + timedelta(days=d)).isoformat() for d in (start, stop))
        if temporality == "EVENT" and r.random() < 0.25:
            last = ""
        if temporality == "FIXED":
            first = last = ""
        unit = r.randint(1, 3)
        code = r.choice("112249") if r.random() < 0.97 else "7"
        rows.append(f"{unit};{code};{first};{last};")
    return temporality, rows


def test_verdicts_of_microdata_tools(tmp_path: Path) -> None:
    ours = []
    for case in range(len(THEIRS)):
        temporality, rows = made_up(case)
        (source,) = found([register(tmp_path / str(case), "SYN", described(temporality), rows)])
        try:
            read(source)
            ours.append(".")
        except IntakeError:
            ours.append("x")
    assert "".join(ours) == THEIRS
