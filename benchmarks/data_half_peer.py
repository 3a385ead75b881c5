"""The jobs of the data half written by hand in polars: from the same files, unprotected."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl
from data_half import CASES, IMPORTS
from households import CHILDREN_SINCE, FAMILIES_ON, MONTHS
from peer import Register, described
from stopwatch import Stopwatch

_BIRTH = "BEFOLKNING_FOEDSELS_AAR_MND"


def imports(register: Register) -> list[pl.DataFrame]:
    """Thirty registers joined to all persons, and described."""
    people = register.variable(_BIRTH, "birth")
    for alias, (name, day) in IMPORTS.items():
        people = people.join(register.variable(name, alias, day), on="unit_id", how="left")
    return [_summary(people.collect(engine="streaming"), IMPORTS)]


def families(register: Register) -> list[pl.DataFrame]:
    """Sum and number of wages in families, on every member's row."""
    people = (
        register
        .variable(_BIRTH, "birth")
        .join(
            register.variable("BEFOLKNING_REGSTAT_FAMNR", "family", FAMILIES_ON),
            on="unit_id", how="left",
        )
        .join(
            register.variable("INNTEKT_WLONN", "wage", "2021-12-31"), on="unit_id", how="left"
        )
        .collect(engine="streaming")
        .lazy()
    )  # fmt: skip
    summed = people.drop_nulls("family").group_by("family").agg(
        pl.col("wage").sum().alias("family_wage"), pl.col("wage").count().alias("earners")
    )  # fmt: skip
    members = people.join(summed, on="family", how="left").collect(engine="streaming")
    return [_summary(members, ("family_wage", "earners"))]


def parents(register: Register) -> list[pl.DataFrame]:
    """Both parents' wages on the rows of those born lately."""
    people = register.variable(_BIRTH, "birth").filter(pl.col("birth") >= CHILDREN_SINCE * 100)
    for name, alias in (("BEFOLKNING_MOR_FNR", "mother"), ("BEFOLKNING_FAR_FNR", "father")):
        people = people.join(register.variable(name, alias), on="unit_id", how="left")
    for alias in ("mother", "father"):
        wages = register.variable("INNTEKT_WLONN", f"wage_{alias}", "2021-12-31")
        wages = wages.rename({"unit_id": alias})
        people = people.join(wages, on=alias, how="left")
    children = people.collect(engine="streaming")
    return [_summary(children, ("wage_mother", "wage_father"))]


def panel(register: Register) -> list[pl.DataFrame]:
    """Hours and pay of twelve months, one row a job and month."""
    jobs = register.variable("ARBEIDSFORHOLD_PERSON", "person")
    months = [month[-2:] for month in MONTHS]
    for month in MONTHS:
        for name, alias in (("ARBLONN_ARB_ARBEIDSTID", "hours"), ("ARBLONN_LONN_EKV_IALT", "pay")):
            column = register.variable(name, f"{alias}{month[-2:]}", f"{month}-16")
            jobs = jobs.join(column, on="unit_id", how="left")
    wide = jobs.collect(engine="streaming")
    rows = pl.concat(
        wide.select(
            "unit_id", "person", pl.lit(int(month)).alias("month"),
            pl.col(f"hours{month}").alias("hours"), pl.col(f"pay{month}").alias("pay"),
        )
        for month in months
    )  # fmt: skip
    means = rows.group_by("month").agg(pl.col("pay").mean().alias("mean")).sort("month")
    return [_summary(rows, ("hours", "pay")), means]


def _summary(rows: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    return pl.concat(rows.select(*described(name)) for name in names)


ANSWERS: dict[str, Callable[[Register], list[pl.DataFrame]]] = dict(
    zip(CASES, (imports, families, parents, panel), strict=True)
)


def run(case: str, root: Path, watch: Stopwatch) -> list[pl.DataFrame]:
    """Run a case and give its tables."""
    with watch.step(case):
        return ANSWERS[case](Register(root))


def main() -> None:
    """Run the named case on the named databank and report its time."""
    watch = Stopwatch()
    run(sys.argv[2], Path(sys.argv[1]), watch)
    watch.report()


if __name__ == "__main__":
    main()
