"""Measures models: least squares and logit in kohort, pyfixest and statsmodels on the same people.

    python benchmarks/models_job.py [--persons N] [--repeats R] [--peer PYTHON]
                                    [--statsmodels SIDE=N ...]

Prints a table. Sides run in turns, each in a process of its own; the times are those of the fit,
after imports and reading (in kohort: of the whole statement). `--peer` is a Python that has
pyfixest, pandas, polars and statsmodels. statsmodels spreads every category out and runs once, with
as many people as memory lets it have (`models_peer.py` names the sides). The databank of adults is
made once in `benchmarks/data/`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from stopwatch import Stopwatch

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.event import Told
from kohort.worker_environment import set_engine_environment

HERE = Path(__file__).resolve().parent
SETUP = """\
require no.ssb.fdb:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/BEFOLKNING_FOEDSELS_AAR_MND as birth
import db/BEFOLKNING_STATUSKODE 2022-01-01 as status
import db/BEFOLKNING_KOMMNR_FORMELL 2022-01-01 as municipality
import db/SIVSTANDFDT_SIVSTAND 2022-01-01 as civil
import db/INNTEKT_WLONN 2021-12-31 as wage
import db/INNTEKT_BER_BRFORM 2021-12-31 as wealth
import db/INNTEKT_WKAPINNT 2021-12-31 as capital
generate month = birth - 100 * int(birth / 100)
generate band = int((2022 - int(birth / 100)) / 5)
generate county = substr(municipality, 1, 2)
generate married = civil == '2'
generate read = wage + wealth + capital + month + band + married
tabulate read sex
tabulate county status
"""
STEPS = {
    "regress": "regress wage wealth capital i.sex i.municipality\n",
    "logit": "logit married i.sex i.band i.county i.month i.status\n",
}
Times = dict[str, tuple[float, float, float]]


def kohort(root: Path, profile: str, watch: Stopwatch) -> None:
    """Run both models on a databank. Raises `RuntimeError` where one is refused or fails."""
    # As the other sides, it has imported what it needs.
    for module in ("disclosure.release", "estimators.likelihood_models", "estimators.linear_model"):
        import_module(f"kohort.{module}")
    session = new_session(Catalogue([(None, root)]), profile)
    for name, script in {"setup": SETUP, **STEPS}.items():
        with watch.step(name):
            events = list(session.run(script, batch=False))
        # What reads the columns need not be shown.
        told = [event for event in events if isinstance(event, Told) and name in STEPS]
        for event in told:
            if event.diagnostic.severity != "notice":
                raise RuntimeError(f"{name}: {event.diagnostic.message}")


def databank(persons: int) -> Path:
    """Give the databank of so many adults, written now if it is not there."""
    root = HERE / "data" / f"adults_{persons}"
    if not (root / "kohort.toml").exists():
        command = [sys.executable, "models_people.py", str(root), str(persons)]
        subprocess.run(command, check=True, cwd=HERE)
    return root


def measured(*command: str) -> Times:
    """Run one side in a process of its own: step -> (wall, processor time, peak in GB)."""
    environment = dict(os.environ)
    set_engine_environment(environment)
    run = subprocess.run(command, check=True, capture_output=True, env=environment, cwd=HERE)
    told = json.loads(run.stdout.splitlines()[-1])
    return {step: (*times, told["memory"] / 1e9) for step, times in told["seconds"].items()}


def best(runs: list[Times]) -> Times:
    """Give the shortest times of each step, and the largest memory."""
    return {
        step: (
            min(run[step][0] for run in runs),
            min(run[step][1] for run in runs),
            max(run[step][2] for run in runs),
        )
        for step in runs[0]
    }


def lines(side: str, persons: int, found: Times) -> Iterator[str]:
    """Give a line of the table for each model that a side has fitted."""
    for step, (wall, cpu, memory) in found.items():
        if step != "setup":
            people = f"{persons:,}".replace(",", " ")
            yield f"| {step} | {side} | {people} | {wall:.2f} | {cpu:.2f} | {memory:.2f} |"


def main() -> None:
    """Measure all sides, or be kohort's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peer", default=sys.executable)
    parser.add_argument("--statsmodels", nargs="*", default=(), metavar="SIDE=N")
    parser.add_argument("--side", nargs=2, metavar=("PROFILE", "ROOT"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side is not None:
        watch = Stopwatch()
        kohort(Path(asked.side[1]), asked.side[0], watch)
        watch.report()
        return
    sys.stdout.write(
        "| model | side | rows | wall s | CPU s | peak GB |\n|:--|:--|--:|--:|--:|--:|\n"
    )
    root = str(databank(asked.persons))
    sides = {
        "kohort, `default`": [sys.executable, __file__, "--side", "default", root],
        "kohort, `open`": [sys.executable, __file__, "--side", "open", root],
        "pyfixest": [asked.peer, "models_peer.py", "pyfixest", root],
    }
    runs = [{side: measured(*how) for side, how in sides.items()} for _ in range(asked.repeats)]
    for side in sides:
        for line in lines(side, asked.persons, best([run[side] for run in runs])):
            sys.stdout.write(f"{line}\n")
    for wanted in asked.statsmodels:
        side, persons = wanted.split("=")
        found = measured(asked.peer, "models_peer.py", side, str(databank(int(persons))))
        for line in lines(f"statsmodels `{side}`", int(persons), found):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
