"""Measures fixed effects: kohort's estimator, its release under `default`, and pyfixest.

    python benchmarks/panel_models.py [--rows N] [--regressors K] [--repeats R] [--peer PYTHON]

Prints a table. All sides get the same arrays, written once to a file, and run in turns, each in a
process of its own; the times are those of the fit, after imports and reading. `--peer` is a Python
that has pyfixest and pandas (it is no dependency of kohort's). Each unit has ten rows.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from sides import by_peer, fits, told
from stopwatch import Stopwatch

TIMES = 10
SIDES = ("estimator", "robust", "release", "pyfixest", "pyfixest robust")


def made(path: Path, rows: int, regressors: int) -> None:
    """Write a panel whose coefficients are all one, with effects of units that go with x."""
    rng = np.random.default_rng(1)
    units = rows // TIMES
    unit = np.repeat(np.arange(units, dtype=np.int64), TIMES)
    effect = rng.normal(size=units)
    arrays = {f"x{i}": rng.normal(size=rows) + 0.5 * effect[unit] for i in range(regressors)}
    y = effect[unit] + rng.normal(size=rows)
    for x in arrays.values():
        y += x
    columns: dict[str, Any] = {"unit": unit, "y": y, **arrays}
    np.savez(path, **columns)


def estimator(arrays: dict[str, Any], names: list[str], watch: Stopwatch, robust: bool) -> Any:
    """Fit with kohort's estimator; give the first coefficient."""
    from kohort.estimators.design import Block, Design
    from kohort.estimators.group_sums import Clusters
    from kohort.estimators.panel import fit_panel
    from kohort.estimators.panel_units import Units

    design = Design(tuple(Block((name,), x=arrays[name]) for name in names), len(arrays["y"]))
    units = Units(arrays["unit"], np.ones(int(arrays["unit"][-1]) + 1))
    clusters = Clusters(arrays["unit"], units.count) if robust else None
    with watch.step("fit"):
        found = fit_panel(design, arrays["y"], units, "fe", clusters=clusters)
    return float(found.coefficients[0])


def release(arrays: dict[str, Any], names: list[str], watch: Stopwatch) -> Any:
    """Clip, guard, weigh, fit and publish under `default`; give the first coefficient."""
    from kohort import wording
    from kohort.disclosure import profile
    from kohort.disclosure.keys import Secret, record_keys
    from kohort.disclosure.model_evidence import Measure, ModelEvidence, Operand
    from kohort.disclosure.models import Refusal, release_model
    from kohort.estimators.panel_model import PanelRegression
    from kohort.wording import Population

    secret, settings = (
        Secret(b"a secret for a benchmark, 32 bytes or more"),
        profile.load("default"),
    )
    units = int(arrays["unit"][-1]) + 1
    keys = record_keys(secret, "PERSON", range(units))

    def measure(name: str) -> Measure:
        return Measure(name, wording.source("db", name, "2020-01-01"), arrays[name])

    evidence = ModelEvidence(
        columns={"outcome": measure("y")},
        parts={"terms": tuple((Operand("c", name),) for name in names)},
        measures={name: measure(name) for name in names},
        categories={},
        keys=keys[arrays["unit"]],
        population=Population(),
        units=arrays["unit"],
    )
    with watch.step("fit"):
        found = release_model(secret, settings, evidence, PanelRegression("fe"))
    if isinstance(found, Refusal):
        raise RuntimeError("the model was refused")
    return float(found.coefficients[0])


PEER = """
import json, resource, sys, time
import numpy as np, pandas as pd, pyfixest
path, robust = sys.argv[1], sys.argv[2] == "robust"
with np.load(path) as file:
    frame = pd.DataFrame({name: file[name] for name in file.files})
formula = "y ~ " + " + ".join(n for n in frame if n.startswith("x")) + " | unit"
# What it compiles on first use is not counted.
pyfixest.feols(formula, frame.head(2000), vcov="iid", fixef_rm="none").se()
wall, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
vcov = {"CRV1": "unit"} if robust else "iid"
found = pyfixest.feols(formula, frame, vcov=vcov, fixef_rm="none")
first = float(found.coef().iloc[0])
found.se()
wall, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_SELF)
cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
print(json.dumps({
    "seconds": {"fit": [wall, cpu]}, "memory": after.ru_maxrss * 1024, "first": first,
    "version": pyfixest.__version__,
}))
"""


def run_side(side: str, path: Path) -> None:
    """Run one of kohort's sides in this process and report it."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    names = [name for name in arrays if name.startswith("x")]
    watch = Stopwatch()
    if side == "release":
        first = release(arrays, names, watch)
    else:
        first = estimator(arrays, names, watch, side == "robust")
    watch.report()
    sys.stdout.write(json.dumps({"first": first}) + "\n")


def reported(side: str, path: Path, peer: str) -> dict[str, Any] | None:
    """Run one side in a process of its own; None where pyfixest is not there or does not end."""
    if not side.startswith("pyfixest"):
        return told(__file__, side, "--file", str(path), PYTHONWARNINGS="ignore")
    return by_peer(peer, PEER, str(path), "robust" if side.endswith("robust") else "plain")


def main() -> None:
    """Read the arguments, make the data, run all sides."""
    parser = argparse.ArgumentParser(description="Measure fixed effects.")
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--regressors", type=int, default=9)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--peer", default=sys.executable)
    parser.add_argument("--side")
    parser.add_argument("--file", type=Path)
    given = parser.parse_args()
    if given.side:
        run_side(given.side, given.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.npz"
        made(path, given.rows, given.regressors)
        table = fits(SIDES, lambda side: reported(side, path, given.peer), given.repeats)
        sys.stdout.write("\n".join(table) + "\n")


if __name__ == "__main__":
    main()
