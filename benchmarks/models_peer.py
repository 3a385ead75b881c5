"""The models of `models_job.py` in statsmodels, on matrices of all dummies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import statsmodels.api as sm
from numpy.typing import NDArray
from peer import Register

Floats = NDArray[np.float64]


def matrices(root: Path) -> dict[str, tuple[Floats, Floats]]:
    """Read outcome and design of each model: float64 (n), float64 (n, k)."""
    register = Register(root)
    people = register.variable("BEFOLKNING_KJOENN", "sex")
    for name, alias, day in (
        ("BEFOLKNING_FOEDSELS_AAR_MND", "birth", None),
        ("BEFOLKNING_STATUSKODE", "status", "2022-01-01"),
        ("BEFOLKNING_KOMMNR_FORMELL", "municipality", "2022-01-01"),
        ("SIVSTANDFDT_SIVSTAND", "civil", "2022-01-01"),
        ("INNTEKT_WLONN", "wage", "2021-12-31"),
    ):
        people = people.join(register.variable(name, alias, day), on="unit_id", how="left")
    age = 2022 - pl.col("birth") // 100
    found = people.with_columns(
        age=age,
        bent=(age - 45) ** 2,
        month=pl.col("birth") % 100,
        band=age // 5,
        county=pl.col("municipality").str.slice(0, 2),
    ).collect()
    waged = found.drop_nulls(["wage", "municipality"])
    adults = found.filter(pl.col("age") >= 20).drop_nulls(["status", "civil", "municipality"])
    return {
        "regress": (
            waged["wage"].to_numpy().astype(np.float64),
            _spread(waged, ["age", "bent"], ["sex", "municipality"]),
        ),
        "logit": (
            (adults["civil"] == "2").to_numpy().astype(np.float64),
            _spread(adults, [], ["sex", "band", "county", "month", "status"]),
        ),
    }


def _spread(rows: pl.DataFrame, plain: list[str], factors: list[str]) -> Floats:
    """Numeric columns, a dummy for each category but the first, and the constant."""
    columns = [rows[name].to_numpy().astype(np.float64) for name in plain]
    for name in factors:
        for code in rows[name].unique().sort()[1:]:
            columns.append((rows[name] == code).to_numpy().astype(np.float64))
    return np.column_stack([*columns, np.ones(len(rows))])


FITS: dict[str, Callable[[Floats, Floats], Any]] = {
    "regress": lambda y, x: sm.OLS(y, x).fit().bse,
    "logit": lambda y, x: sm.Logit(y, x).fit(method="newton", maxiter=35, disp=0).bse,
}
