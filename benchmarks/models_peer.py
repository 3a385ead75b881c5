"""The models of `models_job.py` in statsmodels and pyfixest; needs no kohort.

    python benchmarks/models_peer.py SIDE ROOT

`OLS` and `Logit` get a matrix of all dummies for nothing; `ols` and `logit` get a formula and a
frame, as a user would write it; `pyfixest` absorbs the municipalities.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from peer import Register
from stopwatch import Stopwatch

Floats = NDArray[np.float64]

FORMULAS = {
    "regress": "wage ~ wealth + capital + C(sex) + C(municipality)",
    "logit": "married ~ C(sex) + C(band) + C(county) + C(month) + C(status)",
}
ABSORBED = "wage ~ wealth + capital + C(sex) | municipality"
_TERMS = {
    "regress": ("wage", ["wealth", "capital"], ["sex", "municipality"]),
    "logit": ("married", [], ["sex", "band", "county", "month", "status"]),
}


def people(root: Path) -> pl.DataFrame:
    """Read the columns of both models; everybody has a value of each."""
    register = Register(root)
    found = register.variable("BEFOLKNING_KJOENN", "sex")
    for name, alias, day in (
        ("BEFOLKNING_FOEDSELS_AAR_MND", "birth", None),
        ("BEFOLKNING_STATUSKODE", "status", "2022-01-01"),
        ("BEFOLKNING_KOMMNR_FORMELL", "municipality", "2022-01-01"),
        ("SIVSTANDFDT_SIVSTAND", "civil", "2022-01-01"),
        ("INNTEKT_WLONN", "wage", "2021-12-31"),
        ("INNTEKT_BER_BRFORM", "wealth", "2021-12-31"),
        ("INNTEKT_WKAPINNT", "capital", "2021-12-31"),
    ):
        found = found.join(register.variable(name, alias, day), on="unit_id", how="left")
    numbers = [pl.col(name).cast(pl.Float64) for name in ("wage", "wealth", "capital")]
    codes = [pl.col(name).cast(pl.Categorical) for name in ("sex", "municipality", "status")]
    return found.select(
        *numbers,
        *codes,
        married=(pl.col("civil") == "2").cast(pl.Float64),
        band=(2022 - pl.col("birth") // 100) // 5,
        month=pl.col("birth") % 100,
        county=pl.col("municipality").cast(pl.String).str.slice(0, 2).cast(pl.Categorical),
    ).collect()


def matrix(rows: pl.DataFrame, step: str) -> tuple[Floats, Floats]:
    """Outcome, and numeric columns, a dummy for each category but the first, and the constant."""
    outcome, plain, factors = _TERMS[step]
    columns = [rows[name].to_numpy() for name in plain]
    for name in factors:
        codes = rows[name].cast(pl.String) if rows[name].dtype == pl.Categorical else rows[name]
        columns += [(codes == code).to_numpy() for code in codes.unique().sort()[1:]]
    spread = np.ones((len(rows), len(columns) + 1))
    for place, column in enumerate(columns):
        spread[:, place] = column
    return rows[outcome].to_numpy(), spread


def _ols(y: Floats, x: Floats) -> Any:
    import statsmodels.api as sm

    return sm.OLS(y, x).fit().bse


def _logit(y: Floats, x: Floats) -> Any:
    import statsmodels.api as sm

    return sm.Logit(y, x).fit(method="newton", maxiter=35, disp=0).bse


FITS: dict[str, Callable[[Floats, Floats], Any]] = {"regress": _ols, "logit": _logit}


def main() -> None:
    """Fit one model, or with pyfixest the one that it is made for."""
    side, watch = sys.argv[1], Stopwatch()
    rows = people(Path(sys.argv[2]))
    step = "logit" if side.lower() == "logit" else "regress"
    if side == "pyfixest":
        pyfixest = import_module("pyfixest")
        frame = rows.select("wage", "wealth", "capital", "sex", "municipality").to_pandas()
        # Compiled before it is timed.
        pyfixest.feols(ABSORBED, frame.head(5000), vcov="iid")
        with watch.step(step):
            pyfixest.feols(ABSORBED, frame, vcov="iid").se()
    elif side in {"OLS", "Logit"}:
        y, x = matrix(rows, step)
        del rows
        with watch.step(step):
            FITS[step](y, x)
    else:
        import statsmodels.formula.api as smf

        frame = rows.to_pandas()
        with watch.step(step):
            if step == "regress":
                smf.ols(FORMULAS[step], frame).fit().bse.sum()
            else:
                smf.logit(FORMULAS[step], frame).fit(method="newton", maxiter=35, disp=0).bse.sum()
    watch.report()


if __name__ == "__main__":
    main()
