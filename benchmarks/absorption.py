"""Measures factors of many categories: kohort's estimator, its release under `default`, pyfixest.

    python benchmarks/absorption.py [--rows N] [--firms F] [--repeats R] [--peer PYTHON]

Prints a table. All sides get the same arrays, written once to a file, and run in turns, each in a
process of its own; the times are those of the fit, after imports and reading. Five regressors go
with the firm that a row belongs to. `two` are firms and a fifth as many towns: nine of ten
rows of a firm are in the same town, the others anywhere. `--peer` is a Python with pyfixest.
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

SIDES = ("one", "one release", "two", "pyfixest one", "pyfixest two")
REGRESSORS = 5


def made(path: Path, rows: int, firms: int) -> None:
    """Write rows of firms whose effects go with x; all coefficients are one."""
    rng = np.random.default_rng(1)
    firm = rng.integers(0, firms, rows)
    effect = rng.normal(size=firms)
    towns = firms // 5
    town = np.where(rng.random(rows) < 0.9, firm % towns, rng.integers(0, towns, rows))
    arrays = {f"x{i}": rng.normal(size=rows) + 0.5 * effect[firm] for i in range(REGRESSORS)}
    y = effect[firm] + np.cos(town) + rng.normal(size=rows)
    for x in arrays.values():
        y += x
    columns: dict[str, Any] = {"y": y, "firm": firm, "town": town, **arrays}
    np.savez(path, **columns)


def estimator(arrays: dict[str, Any], names: list[str], watch: Stopwatch, factors: int) -> float:
    """Fit with kohort's estimator; give the first coefficient."""
    from kohort.estimators.absorbed_least_squares import fit_absorbed
    from kohort.estimators.design import Absorbed, Block, Design

    design = Design(tuple(Block((n,), x=arrays[n]) for n in names), len(arrays["y"]))
    absorbed = []
    for name in ("firm", "town")[:factors]:
        levels = [f"i.{name}[{i}]" for i in range(1, int(arrays[name].max()) + 1)]
        codes = (arrays[name] - 1).astype(np.int32)
        absorbed.append(Absorbed((name,), Block(tuple(levels), codes=codes)))
    with watch.step("fit"):
        found = fit_absorbed(design, arrays["y"], tuple(absorbed))
    return float(found.coefficients[0])


def release(arrays: dict[str, Any], names: list[str], watch: Stopwatch) -> float:
    """Merge, clip, guard, weigh, fit and publish under `default`; give the first coefficient."""
    from kohort import wording
    from kohort.disclosure import profile
    from kohort.disclosure.keys import Secret
    from kohort.disclosure.model_evidence import Category, Measure, ModelEvidence, Operand
    from kohort.disclosure.models import Refusal, release_model
    from kohort.estimators.linear_model import LinearRegression
    from kohort.wording import Population

    def measure(name: str) -> Measure:
        return Measure(name, wording.source("db", name, "2020-01-01"), arrays[name])

    terms = (*(Operand("c", name) for name in names), Operand("i", "firm"))
    firm = wording.source("db", "firm", "2020-01-01")
    codes = tuple(range(int(arrays["firm"].max()) + 1))
    evidence = ModelEvidence(
        columns={"outcome": measure("y")},
        parts={"terms": tuple((operand,) for operand in terms)},
        measures={name: measure(name) for name in names},
        categories={"firm": Category("firm", firm, codes, arrays["firm"].astype(np.int32))},
        keys=np.random.default_rng(2).integers(0, 1 << 63, len(arrays["y"])).astype(np.uint64),
        population=Population(),
    )
    secret = Secret(b"a secret for a benchmark, 32 bytes or more")
    with watch.step("fit"):
        found = release_model(secret, profile.load("default"), evidence, LinearRegression())
    if isinstance(found, Refusal):
        raise RuntimeError("the model was refused")
    return float(found.coefficients[0])


PEER = """
import json, resource, sys, time
import numpy as np, pandas as pd, pyfixest
path, factors = sys.argv[1], sys.argv[2]
with np.load(path) as file:
    frame = pd.DataFrame({name: file[name] for name in file.files})
formula = "y ~ " + " + ".join(n for n in frame if n.startswith("x")) + " | " + factors
# What it compiles on first use is not counted.
pyfixest.feols(formula, frame.head(2000), vcov="iid", fixef_rm="none").se()
wall, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
found = pyfixest.feols(formula, frame, vcov="iid", fixef_rm="none")
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
    if side.endswith("release"):
        first = release(arrays, names, watch)
    else:
        first = estimator(arrays, names, watch, 2 if side == "two" else 1)
    watch.report()
    sys.stdout.write(json.dumps({"first": first}) + "\n")


def reported(side: str, path: Path, peer: str) -> dict[str, Any] | None:
    """Run one side in a process of its own; None where pyfixest is not there or does not end."""
    if not side.startswith("pyfixest"):
        return told(__file__, side, "--file", str(path), PYTHONWARNINGS="ignore")
    return by_peer(peer, PEER, str(path), "firm + town" if side.endswith("two") else "firm")


def main() -> None:
    """Read the arguments, make the data, run all sides."""
    parser = argparse.ArgumentParser(description="Measure absorbed factors.")
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--firms", type=int, default=40_000)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--peer", default=sys.executable)
    parser.add_argument("--side")
    parser.add_argument("--file", type=Path)
    given = parser.parse_args()
    if given.side:
        run_side(given.side, given.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "firms.npz"
        made(path, given.rows, given.firms)
        table = fits(SIDES, lambda side: reported(side, path, given.peer), given.repeats)
        sys.stdout.write("\n".join(table) + "\n")


if __name__ == "__main__":
    main()
