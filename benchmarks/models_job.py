"""Measures models: least squares and logit in kohort, and the same in statsmodels.

    python benchmarks/models_job.py [--persons N] [--peer-persons N] [--profile default|open]

Prints a table. Each side runs in a process of its own, one after the other; statsmodels spreads
every category out, so that it is given fewer persons where memory would not suffice. The databank
is that of the core job, made once in `benchmarks/data/`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
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
generate age = 2022 - int(birth / 100)
generate bent = (age - 45) ^ 2
generate month = birth - 100 * int(birth / 100)
generate band = int(age / 5)
generate county = substr(municipality, 1, 2)
generate married = civil == '2'
summarize age bent month band wage
tabulate county sex
"""
STEPS = {
    "regress": "regress wage age bent i.sex i.municipality\n",
    "logit": "logit married i.sex i.band i.county i.month i.status if age >= 20\n",
}


def kohort(root: Path, profile: str, watch: Stopwatch) -> None:
    """Run both models on a databank. Raises `RuntimeError` where one is refused or fails."""
    session = new_session(Catalogue([(None, root)]), profile)
    for name, script in {"setup": SETUP, **STEPS}.items():
        with watch.step(name):
            events = list(session.run(script, batch=False))
        for event in events:
            if isinstance(event, Told) and event.diagnostic.severity != "notice":
                raise RuntimeError(f"{name}: {event.diagnostic.message}")


def statsmodels(root: Path, step: str, watch: Stopwatch) -> None:
    """Fit one of the models on the same numbers, which are read and spread out beforehand."""
    import models_peer

    y, matrix = models_peer.matrices(root)[step]
    with watch.step(step):
        models_peer.FITS[step](y, matrix)


def databank(persons: int) -> Path:
    """Give the databank of so many persons, written now if it is not there."""
    root = HERE / "data" / str(persons)
    if not (root / "kohort.toml").exists():
        making = "import sys, people as p; p.write(p.Path(sys.argv[1]), int(sys.argv[2]))"
        command = [sys.executable, "-c", making, str(root), str(persons)]
        subprocess.run(command, check=True, cwd=HERE)
    return root


def measured(*arguments: str) -> dict[str, tuple[float, float, float]]:
    """Run one side in a process of its own: step -> (wall, processor time, peak in GB)."""
    environment = dict(os.environ)
    set_engine_environment(environment)
    command = [sys.executable, __file__, *arguments]
    run = subprocess.run(command, check=True, capture_output=True, env=environment)
    told = json.loads(run.stdout)
    return {step: (*times, told["memory"] / 1e9) for step, times in told["seconds"].items()}


def main() -> None:
    """Measure both sides, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--peer-persons", type=int, default=200_000)
    parser.add_argument("--profile", default="default")
    parser.add_argument("--side", nargs=2, metavar=("SIDE", "ROOT"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side is not None:
        watch = Stopwatch()
        side, root = asked.side[0], Path(asked.side[1])
        if side == "kohort":
            kohort(root, asked.profile, watch)
        else:
            statsmodels(root, side, watch)
        watch.report()
        return
    print("| model | side | persons | wall s | CPU s | peak GB |")
    print("|:--|:--|--:|--:|--:|--:|")
    root = databank(asked.persons)
    found = measured("--profile", asked.profile, "--side", "kohort", str(root))
    for step in STEPS:
        wall, cpu, memory = found[step]
        side = f"kohort, {asked.profile}"
        print(f"| {step} | {side} | {asked.persons} | {wall:.2f} | {cpu:.2f} | {memory:.2f} |")
    root = databank(asked.peer_persons)
    for step in STEPS:
        wall, cpu, memory = measured("--side", step, str(root))[step]
        line = f"| {step} | statsmodels | {asked.peer_persons} | {wall:.2f} | {cpu:.2f} |"
        print(f"{line} {memory:.2f} |", flush=True)


if __name__ == "__main__":
    main()
