"""Measures survival: kohort's estimators, their release under `default`, and lifelines.

    python benchmarks/survival.py [--rows N] [--repeats R]

Prints a table. All sides get the same arrays, written once to a file, and run in turns, each in a
process of its own; the times are those of the fit, after imports and reading, and that of `cox`
holds the concordance only where the side says so: lifelines works it out when it prints its table.
Lives are days of up to ten years, censored at random; `cox` has five continuous columns, gender and
seven categories of education.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sides import told
from stopwatch import Stopwatch

DAYS, LEVELS = 3650, 8
TRUE = (0.3, -0.2, 0.1, 0.0, 0.05)
Arrays = dict[str, Any]


def made(path: Path, rows: int) -> None:
    """Write lives whose hazards are known."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(len(TRUE), rows))
    gender, level = rng.integers(0, 2, rows), rng.integers(0, LEVELS, rows)
    eta = np.array(TRUE) @ x + 0.4 * gender + 0.1 * level
    life, end = rng.exponential(size=rows) * np.exp(-eta) * 2000, rng.uniform(0, DAYS, rows)
    time = np.floor(np.minimum(np.minimum(life, end), DAYS)) + 1
    event = (life <= end).astype(float)
    columns = {f"x{i}": column for i, column in enumerate(x)}
    np.savez(path, time=time, event=event, gender=gender, level=level, **columns)


# ---- kohort


def kaplan_meier(arrays: Arrays, watch: Stopwatch) -> float:
    """Estimate the curve; give survival after 1000 days."""
    from kohort.estimators.event_times import counted
    from kohort.estimators.kaplan_meier import kaplan_meier as estimate

    with watch.step("fit"):
        found = estimate(counted(arrays["time"], arrays["event"]))
    return float(found.survival[np.searchsorted(found.times, 1000)])


def weibull(arrays: Arrays, watch: Stopwatch) -> float:
    """Fit the curve; give the shape."""
    from kohort.estimators import weibull as estimator
    from kohort.estimators.event_times import counted

    with watch.step("fit"):
        found = estimator.fit(counted(arrays["time"], arrays["event"]))
    return found.shape


def _design(arrays: Arrays) -> Any:
    from kohort.estimators.design import Block, Design

    blocks = [Block((f"x{i}",), x=arrays[f"x{i}"]) for i in range(len(TRUE))]
    blocks.append(Block(("gender",), codes=(arrays["gender"] - 1).astype(np.int32)))
    names = tuple(f"level{i}" for i in range(1, LEVELS))
    blocks.append(Block(names, codes=(arrays["level"] - 1).astype(np.int32)))
    return Design(tuple(blocks), len(arrays["time"]))


def cox(arrays: Arrays, watch: Stopwatch) -> float:
    """Fit hazards; give the first coefficient."""
    from kohort.estimators import cox as estimator

    design = _design(arrays)
    with watch.step("fit"):
        found = estimator.fit(design, arrays["time"], arrays["event"])
    return float(found.coefficients[0])


def cox_and_concordance(arrays: Arrays, watch: Stopwatch) -> float:
    """Fit hazards and count ordered pairs; give the concordance."""
    from kohort.estimators import cox as estimator
    from kohort.estimators.concordance import concordance

    design = _design(arrays)
    with watch.step("fit"):
        found = estimator.fit(design, arrays["time"], arrays["event"])
        share = [concordance(arrays["time"], arrays["event"], found.prediction)]
    return share[0]


def cox_released(arrays: Arrays, watch: Stopwatch) -> float:
    """Clip, guard, weigh, fit and publish under `default`; give the first coefficient."""
    from kohort import wording
    from kohort.disclosure import profile
    from kohort.disclosure.keys import Secret, record_keys
    from kohort.disclosure.model_evidence import Category, Measure, ModelEvidence, Operand
    from kohort.disclosure.models import Refusal, release_model
    from kohort.estimators.cox_model import ProportionalHazards
    from kohort.wording import Population

    secret = Secret(b"a secret for a benchmark, 32 bytes or more")
    keys = record_keys(secret, "PERSON", range(len(arrays["time"])))

    def measure(name: str, binary: bool = False) -> Measure:
        x = arrays[name].astype(np.float64)
        return Measure(name, wording.source("db", name, "2020-01-01"), x, binary)

    names = [f"x{i}" for i in range(len(TRUE))]
    codes = tuple(range(LEVELS))
    level = Category(
        "level", wording.source("db", "level", "2020-01-01"), codes,
        arrays["level"].astype(np.int32), codes,
    )  # fmt: skip
    terms = [(Operand("c", name),) for name in (*names, "gender")]
    evidence = ModelEvidence(
        columns={"time": measure("time"), "event": measure("event", binary=True)},
        parts={"terms": (*terms, (Operand("i", "level"),))},
        measures={n: measure(n) for n in names} | {"gender": measure("gender", binary=True)},
        categories={"level": level},
        keys=keys,
        population=Population(),
    )
    with watch.step("fit"):
        found = release_model(secret, profile.load("default"), evidence, ProportionalHazards())
    if isinstance(found, Refusal):
        raise RuntimeError("the model was refused")
    return float(found.coefficients[0])


# ---- lifelines


def their_kaplan_meier(arrays: Arrays, watch: Stopwatch) -> float:
    """The same by lifelines."""
    from lifelines import KaplanMeierFitter

    with watch.step("fit"):
        found = KaplanMeierFitter().fit(arrays["time"], arrays["event"])
    return float(found.predict(1000.0))


def their_weibull(arrays: Arrays, watch: Stopwatch) -> float:
    """The same by lifelines, from distinct times with weights: rows take forty times as long."""
    import pandas as pd
    from lifelines import WeibullFitter

    with watch.step("fit"):
        pairs = pd.DataFrame({"time": arrays["time"], "event": arrays["event"]})
        counts = pairs.value_counts(sort=False).reset_index()
        found = WeibullFitter().fit(counts["time"], counts["event"], weights=counts["count"])
    return float(found.rho_)


def their_cox(arrays: Arrays, watch: Stopwatch) -> float:
    """The same by lifelines, and the table that it prints."""
    import pandas as pd
    from lifelines import CoxPHFitter

    frame = pd.DataFrame({f"x{i}": arrays[f"x{i}"] for i in range(len(TRUE))})
    frame["gender"] = arrays["gender"]
    for i in range(1, LEVELS):
        frame[f"level{i}"] = (arrays["level"] == i).astype(float)
    frame["time"], frame["event"] = arrays["time"], arrays["event"]
    with watch.step("fit"):
        found = CoxPHFitter().fit(frame, "time", "event")
    with watch.step("table"), contextlib.redirect_stdout(io.StringIO()):
        found.print_summary()
    return float(found.params_.iloc[0])


SIDES: dict[str, Callable[[Arrays, Stopwatch], float]] = {
    "kaplan-meier": kaplan_meier,
    "kaplan-meier, lifelines": their_kaplan_meier,
    "weibull": weibull,
    "weibull, lifelines": their_weibull,
    "cox": cox,
    "cox, lifelines": their_cox,
    "cox with concordance": cox_and_concordance,
    "cox under default": cox_released,
}
PEERS = {
    name: f"{name}, lifelines" if name in {"kaplan-meier", "weibull"} else "cox, lifelines"
    for name in SIDES
    if "lifelines" not in name
}
TABLE = "cox, lifelines, with its table"


def compared(path: Path, repeats: int) -> list[str]:
    """Give the table: the fastest run of each side, all sides in turns."""
    runs: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    for _ in range(repeats):
        for side in SIDES:
            runs[side].append(told(__file__, side, "--file", str(path), PYTHONWARNINGS="ignore"))
    best = {side: min(of, key=lambda run: run["seconds"]["fit"][1]) for side, of in runs.items()}
    lines = [
        "| side | wall | CPU | peak, GB | result | times as fast (CPU) | as its table |",
        "| :-- | --: | --: | --: | --: | --: | --: |",
    ]
    for side, run in best.items():
        lines.append(_line(side, run, run["seconds"]["fit"], best))
        if "table" in run["seconds"]:
            lines.append(_line(TABLE, run, _whole(run), best))
    return lines


def _whole(run: dict[str, Any]) -> tuple[float, float]:
    """Wall and processor time of all steps."""
    wall, cpu = (sum(times) for times in zip(*run["seconds"].values(), strict=True))
    return wall, cpu


def _line(
    side: str, run: dict[str, Any], seconds: tuple[float, float], best: dict[str, dict[str, Any]]
) -> str:
    """One line of the table; ratios are to a peer's fit and to all that it takes for its table."""
    (wall, cpu), ratios = seconds, ["", ""]
    if side in PEERS:
        peer = best[PEERS[side]]
        ratios[0] = f"{peer['seconds']['fit'][1] / cpu:.1f}"
        if "table" in peer["seconds"]:
            ratios[1] = f"{_whole(peer)[1] / cpu:.1f}"
    memory, first = f"{run['memory'] / 1e9:.2f}", f"{run['first']:.6g}"
    return f"| {' | '.join([side, f'{wall:.2f}', f'{cpu:.2f}', memory, first, *ratios])} |"


def main() -> None:
    """Make the lives and print the table, or run one side."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("--file", type=Path)
    given = parser.parse_args()
    if given.side:
        with np.load(given.file) as file:
            arrays = {name: file[name] for name in file.files}
        watch = Stopwatch()
        first = SIDES[given.side](arrays, watch)
        watch.report()
        sys.stdout.write(json.dumps({"first": first}) + "\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lives.npz"
        made(path, given.rows)
        rows = f"{given.rows:,}".replace(",", " ")
        lines = [f"{rows} rows, best of {given.repeats}:", ""]
        sys.stdout.write("\n".join([*lines, *compared(path, given.repeats)]) + "\n")


if __name__ == "__main__":
    main()
