"""What the whole script must give, worked out from the people with polars and statsmodels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
import polars as pl
import statsmodels.api as sm

Numbers = dict[tuple[str, ...], float | None]
"""Codes of the cell (in the order of the variables), then variable and statistic -> value."""

WAGES = ("wage2019", "wage2020", "wage2021")
ESTIMATES = ("coef", "se", "t", "p", "lower", "upper")
PERCENTILES = (1, 25, 50, 75, 99)


def expected(people: pl.DataFrame, sampled: Iterable[int]) -> list[Numbers]:
    """Give the numbers of each result that has some, in the order of the script.

    `people` as in `made_people.People.frame`; `sampled` the ids that the sample drew.
    """
    everybody = people.with_columns(birthyear=pl.col("born") // 100).with_columns(
        age=2021 - pl.col("birthyear")
    )
    adults = everybody.filter(pl.col("age").is_between(18, 69))
    made = _derived(adults)
    families = _families(made)
    merged = made.join(families, on="family", how="left")
    with_parents = _parents(merged, people)
    child = pl.any_horizontal(pl.col("wage_mother", "wage_f").is_not_null())
    drawn = everybody.filter(pl.col("id").is_in(list(sampled)))
    size, sizes = len(everybody), len(adults)
    return [
        *[_units(size)] * 11,
        _units(sizes),
        frequencies(adults, ["sex"]),
        frequencies(adults.with_columns(pl.col("home").fill_null("missing")), ["home", "civil"]),
        summary(adults, WAGES, further=True),
        *_functions(made),
        *_groups(made),
        *_of_families(made, families, merged),
        _units(len(people.drop_nulls("wage2021"))),
        _units(sizes),
        _units(sizes),
        summary(with_parents, ("wage_mother", "wage_f")),
        _units(len(with_parents.filter(child))),
        frequencies(with_parents.filter(child), ["sex"]),
        _units(len(drawn)),
        frequencies(drawn, ["sex"]),
    ]


def _units(n: int) -> Numbers:
    return {("units",): n}


def _derived(adults: pl.DataFrame) -> pl.DataFrame:
    """Give the adults with the variables that the script makes; `paid` is the 2021 wage or 0."""
    wages = [pl.col(name) for name in WAGES]
    mean = pl.mean_horizontal(wages) / 1000
    return adults.with_columns(
        mean_wage=(mean + 0.5).floor() * 1000,
        total=pl.sum_horizontal(wages),
        best=pl.max_horizontal(wages),
        log_wage=pl.col("wage2021").log(),
        change=(pl.col("wage2021") - pl.col("wage2020")).abs(),
        root=pl.col("age").sqrt(),
        decade=pl.col("age").cast(pl.String).str.slice(0, 1),
        coast=pl.col("home").is_in(["1103", "4601"]).fill_null(False).cast(pl.Int64),
        idle=pl.col("wage2021").is_null().cast(pl.Int64),
        paid=pl.col("wage2021").fill_null(0),
        group=pl.when(pl.col("age") < 30).then(pl.lit("1"))
        .when(pl.col("age") < 50).then(pl.lit("2")).otherwise(pl.lit("3")),
        n_home=pl.col("home").replace_strict(
            {"0301": "1", "1103": "1", "4601": "2", "5001": "2"}
        ),
    )  # fmt: skip


def _functions(made: pl.DataFrame) -> list[Numbers]:
    days = made.with_columns(wrong_day=pl.lit("0"))
    assert (
        made
        .select(
            (pl.date(pl.col("birthyear"), pl.col("born") % 100, 1).dt.strftime("%Y%m")).alias("a"),
            pl.col("born").cast(pl.String).alias("b"),
        )
        .filter(pl.col("a") != pl.col("b"))
        .is_empty()
    )
    numbers = ("mean_wage", "total", "best", "log_wage", "change", "root")
    return [
        frequencies(days, ["wrong_day"]),
        summary(made, numbers),
        frequencies(made, ["decade", "coast"], ("freq", "rowpct")),
        frequencies(made, ["idle"]),
    ]


def _groups(made: pl.DataFrame) -> list[Numbers]:
    paid = made.with_columns(wage2021="paid")
    earning = paid.filter(pl.col("wage2021") > 0)
    women = earning.filter(pl.col("sex") == "2")
    dummies = {
        "i.sex[2]": _is("sex", "2"),
        "i.group[2]": _is("group", "2"),
        "i.group[3]": _is("group", "3"),
    }
    return [
        frequencies(made, ["group", "civil"], ("freq", "colpct", "cellpct")),
        volumes(paid, ["n_home", "sex"], ["wage2021"], ("mean", "std", "p50")),
        volumes(earning, ["group"], ["wage2021", "age"], ("mean",)),
        regression(made, "log_wage", {"age": pl.col("age"), **dummies}),
        regression(women, "wage2021", {"age": pl.col("age")}, robust=True),
    ]


def _is(name: str, code: str) -> pl.Expr:
    return pl.col(name) == code


def _families(made: pl.DataFrame) -> pl.DataFrame:
    return made.group_by("family").agg(
        fam_wage=pl.col("paid").sum(),
        members=pl.len(),
        oldest=pl.col("age").max(),
        mean2020=pl.col("wage2020").mean(),
    )


def _of_families(made: pl.DataFrame, families: pl.DataFrame, merged: pl.DataFrame) -> list[Numbers]:
    alone = merged.with_columns(alone=(pl.col("members") == 1).cast(pl.Int64))
    single = alone.filter(pl.col("alone") == 1)
    return [
        _units(len(made)),
        _units(len(families)),
        summary(families, ("fam_wage", "members", "oldest", "mean2020")),
        frequencies(families, ["members"]),
        _units(len(made)),
        frequencies(alone, ["alone", "sex"]),
        summary(single, ("fam_wage", "members")),
    ]


def _parents(merged: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    wage = people.select("id", "wage2021")
    mothers = wage.rename({"id": "mother", "wage2021": "wage_mother"})
    fathers = wage.rename({"id": "father", "wage2021": "wage_f"})
    return merged.join(mothers, on="mother", how="left").join(fathers, on="father", how="left")


# ---- tables


def frequencies(
    frame: pl.DataFrame, axes: Sequence[str], statistics: Sequence[str] = ("freq",)
) -> Numbers:
    """Give counts and percentages of each combination, margins included; absent ones are 0."""
    frame = frame.drop_nulls(axes)
    counts = {place: cell["n"] for place, cell in _cube(frame, axes, {"n": pl.len()}).items()}
    found: Numbers = {}
    for place, n in counts.items():
        row, column = (place[0], "total"), ("total", place[-1])
        whole = {"rowpct": row, "colpct": column, "cellpct": ("total",) * len(axes)}
        for statistic in statistics:
            of = counts[whole[statistic]] if statistic in whole else 100
            found[(*place, statistic)] = 100 * n / of
    return found


def volumes(
    frame: pl.DataFrame, axes: Sequence[str], of: Sequence[str], statistics: Sequence[str]
) -> Numbers:
    """Give statistics of numeric variables in each combination, margins included."""
    frame = frame.drop_nulls(axes)
    wanted = {(name, s): _STATISTICS[s](pl.col(name)) for name in of for s in statistics}
    cube = _cube(frame, axes, {f"{name} {s}": value for (name, s), value in wanted.items()})
    return {
        (*place, *(key.split() if len(of) > 1 else key.split()[1:])): value
        for place, cell in cube.items()
        for key, value in cell.items()
    }


def _cube(
    frame: pl.DataFrame, axes: Sequence[str], wanted: Mapping[str, pl.Expr]
) -> dict[tuple[str, ...], dict[str, float]]:
    """Give the wanted numbers for each combination of codes, `total` standing for all codes."""
    found: dict[tuple[str, ...], dict[str, float]] = {}
    for width in range(len(axes) + 1):
        for kept in combinations(axes, width):
            named = [pl.col(a).cast(pl.String) for a in kept]
            grouped = frame.with_columns(named).group_by(kept).agg(**wanted) if kept else None
            rows = frame.select(**wanted) if grouped is None else grouped
            for row in rows.iter_rows(named=True):
                place = tuple(str(row[a]) if a in kept else "total" for a in axes)
                found[place] = {name: row[name] for name in wanted}
    return found


_STATISTICS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "mean": pl.Expr.mean,
    "std": pl.Expr.std,
    "p50": pl.Expr.median,
}


def summary(frame: pl.DataFrame, names: Iterable[str], further: bool = False) -> Numbers:
    """Give what `summarize` shows of each variable; `further` adds gini and iqr."""
    found: Numbers = {}
    for name in names:
        x = np.sort(frame[name].drop_nulls().cast(pl.Float64).to_numpy())
        spread = float(np.std(x, ddof=1))
        found |= {(name, "mean"): float(x.mean()), (name, "std"): spread, (name, "n"): len(x)}
        found |= {(name, f"p{p}"): float(np.percentile(x, p)) for p in PERCENTILES}
        if further:
            rank = np.arange(1, len(x) + 1)
            found[name, "gini"] = float(
                2 * (rank * x).sum() / (len(x) * x.sum()) - (len(x) + 1) / len(x)
            )
            found[name, "iqr"] = found[name, "p75"] - found[name, "p25"]  # type: ignore[operator]
    return found


def regression(
    frame: pl.DataFrame, outcome: str, terms: Mapping[str, pl.Expr], robust: bool = False
) -> Numbers:
    """Give the numbers of a model from statsmodels, the constant last; HC1 errors when `robust`."""
    data = frame.drop_nulls("log_wage")
    columns = data.select(**terms, _cons=pl.lit(1.0)).cast(pl.Float64)
    fit = sm.OLS(data[outcome].to_numpy(), columns.to_numpy()).fit(
        cov_type="HC1" if robust else "nonrobust", use_t=True
    )
    found: Numbers = {
        ("nobs",): fit.nobs, ("r2",): fit.rsquared, ("r2_adj",): fit.rsquared_adj,
        ("f",): float(fit.fvalue), ("prob_f",): float(fit.f_pvalue),
        ("rmse",): math.sqrt(fit.mse_resid),
    }  # fmt: skip
    limits = fit.conf_int()
    for place, name in enumerate(columns.columns):
        row = (
            fit.params[place], fit.bse[place], fit.tvalues[place], fit.pvalues[place],
            *limits[place],
        )  # fmt: skip
        named = zip(ESTIMATES, row, strict=True)
        found |= {(name, statistic): float(value) for statistic, value in named}
    factors = {name[2:].split("[")[0] for name in terms if name.startswith("i.")}
    return found | {(factor, statistic): None for factor in factors for statistic in ESTIMATES}
