"""The core job written by hand in polars: the same statistics from the same files, unprotected."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from stopwatch import Stopwatch

QUARTILES = (0.25, 0.5, 0.75)
_PERCENTILES = (0.01, *QUARTILES, 0.99)


@dataclass(frozen=True)
class Answers:
    """What the job finds, for a test that compares both sides."""

    by_place_and_sex: pl.DataFrame
    by_civil_and_sex: pl.DataFrame
    wages: pl.DataFrame
    summary: pl.DataFrame
    coefficients: dict[str, float]
    errors: dict[str, float]


class Register:
    """The parquet files of one databank."""

    def __init__(self, root: Path) -> None:
        self._data = root / "data"

    def variable(self, name: str, alias: str, day: str | None = None) -> pl.LazyFrame:
        """Give unit and value, of those in force on a day; files of other years are not opened."""
        folder = self._data / name
        dated = folder / f"{name}__1_0"
        if dated.is_dir() and day is not None:
            path = dated / f"start_year={day[:4]}" / "0.parquet"
        else:
            path = folder / f"{name}__1_0.parquet"
        rows = pl.scan_parquet(path)
        if day is not None:
            number = (date.fromisoformat(day) - date(1970, 1, 1)).days
            stop = pl.col("stop_epoch_days")
            in_force = (pl.col("start_epoch_days") <= number) & (stop.is_null() | (stop >= number))
            rows = rows.filter(in_force)
        return rows.select("unit_id", pl.col("value").alias(alias))


def run(root: Path, watch: Stopwatch) -> Answers:
    """Run the job step by step."""
    with watch.step("import, generate, keep"):
        people = _imported(Register(root))
    with watch.step("two-way counts"):
        by_place = people.group_by("municipality", "sex").len().sort("municipality", "sex")
        by_civil = people.group_by("civil", "sex").len().sort("civil", "sex")
    with watch.step("grouped means"):
        wages = people.group_by("municipality").agg(
            pl.col("wage").mean().alias("mean"),
            pl.col("wage").std().alias("std"),
            *(pl.col("wage").quantile(q, "linear").alias(f"p{q:.0%}"[:-1]) for q in QUARTILES),
        )
        wages = wages.sort("municipality")
    with watch.step("summarize"):
        summary = pl.concat(people.select(*described(name)) for name in ("wage", "age"))
    with watch.step("regress"):
        people.select(
            pl.col(name).quantile(q, "linear").alias(f"{name} {q}")
            for name in ("wage", "age")
            for q in QUARTILES
        )
        coefficients, errors = _regressed(people)
    return Answers(by_place, by_civil, wages, summary, coefficients, errors)


def _imported(register: Register) -> pl.DataFrame:
    units = register.variable("BEFOLKNING_STATUSKODE", "status", "2022-01-01")
    others = (
        register.variable("BEFOLKNING_KJOENN", "sex"),
        register.variable("BEFOLKNING_FOEDSELS_AAR_MND", "birth"),
        register.variable("BEFOLKNING_KOMMNR_FORMELL", "municipality", "2022-01-01"),
        register.variable("SIVSTANDFDT_SIVSTAND", "civil", "2022-01-01"),
        register.variable("INNTEKT_WLONN", "wage", "2021-12-31"),
    )
    for other in others:
        units = units.join(other, on="unit_id", how="left")
    units = units.with_columns((2022 - pl.col("birth") // 100).alias("age"))
    kept = units.filter((pl.col("status") == "1") & pl.col("age").is_between(25, 66))
    return kept.collect(engine="streaming")


def described(name: str) -> list[pl.Expr]:
    column = pl.col(name)
    return [
        pl.lit(name).alias("variable"),
        column.mean().alias("mean"),
        column.std().alias("std"),
        column.count().alias("n"),
        *(
            column.quantile(q, "linear").cast(pl.Float64).alias(f"p{q:.0%}"[:-1])
            for q in _PERCENTILES
        ),
    ]


def _regressed(people: pl.DataFrame) -> tuple[dict[str, float], dict[str, float]]:
    """Least squares of wage on age, sex and municipality, from sums grouped by municipality."""
    middle = people.select(pl.col("wage").mean(), pl.col("age").mean()).row(0, named=True)
    columns = {
        "age": pl.col("age") - middle["age"],
        "sex": (pl.col("sex") == "2").cast(pl.Float64),
        "wage": pl.col("wage") - middle["wage"],
    }
    rows = people.lazy().drop_nulls(["wage", "age", "sex", "municipality"])
    names = list(columns)
    products = [
        (columns[a] * columns[b]).sum().alias(f"{a}*{b}")
        for i, a in enumerate(names)
        for b in names[i:]
    ]
    sums = (
        rows
        .group_by("municipality")
        .agg(pl.len().alias("n"), *(columns[name].sum().alias(name) for name in names), *products)
        .sort("municipality")
        .collect()
    )
    return _solved(sums, middle["wage"], middle["age"])


def _solved(
    sums: pl.DataFrame, wage: float, age: float
) -> tuple[dict[str, float], dict[str, float]]:
    """Solve the normal equations; the first municipality is the reference, the constant last."""
    places = sums["municipality"].to_list()
    names = ["age", "i.sex[2]", *(f"i.municipality[{place}]" for place in places[1:]), "_cons"]
    k = len(names)
    gram, cross = np.zeros((k, k)), np.zeros(k)
    for i, a in enumerate(("age", "sex")):
        for j, b in enumerate(("age", "sex")[i:], start=i):
            gram[i, j] = gram[j, i] = sums[f"{a}*{b}"].sum()
        gram[i, 2:-1] = gram[2:-1, i] = sums[a].to_numpy()[1:]
        gram[i, -1] = gram[-1, i] = sums[a].sum()
        cross[i] = sums[f"{a}*wage"].sum()
    n: NDArray[np.float64] = sums["n"].to_numpy().astype(np.float64)
    gram[range(2, k - 1), range(2, k - 1)] = n[1:]
    gram[-1, 2:-1] = gram[2:-1, -1] = n[1:]
    gram[-1, -1] = n.sum()
    cross[2:-1], cross[-1] = sums["wage"].to_numpy()[1:], sums["wage"].sum()
    inverse = np.linalg.inv(gram)
    estimate = inverse @ cross
    residual = (float(sums["wage*wage"].sum()) - float(estimate @ cross)) / (n.sum() - k)
    moved = np.zeros(k)
    moved[0], moved[-1] = -age, 1
    errors = np.sqrt(np.diagonal(inverse) * residual)
    errors[-1] = np.sqrt(moved @ inverse @ moved * residual)
    estimate[-1] += wage - estimate[0] * age
    found = [dict(zip(names, values.tolist(), strict=True)) for values in (estimate, errors)]
    return found[0], found[1]


def main() -> None:
    """Run the job on the databank named on the command line and report its times."""
    watch = Stopwatch()
    run(Path(sys.argv[1]), watch)
    watch.report()


if __name__ == "__main__":
    main()
