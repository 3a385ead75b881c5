"""What survival models of pages must show, by lifelines, statsmodels and the definition."""

from __future__ import annotations

from math import gamma, log
from typing import Any

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.utils import (
    concordance_index,
    median_survival_times,
    restricted_mean_survival_time,
)
from peer_statement import Frame, Numbers, Statement, complete, design, estimates, header
from scipy import optimize, stats
from statsmodels.duration.hazard_regression import PHReg


def cox(s: Statement, frame: Frame) -> Numbers:
    rows = complete(s, frame)
    x = design(rows, s.terms, True).drop(columns="_cons")
    event, time = (rows[name].astype(float) for name in s.names)
    model: Any = PHReg(time, x, event, ties="efron")
    result: Any = model.fit(disp=False, tol=1e-14)
    null = float(model.loglike(np.zeros(x.shape[1])))
    chi2, df = 2 * (result.llf - null), x.shape[1]
    found = header(
        nobs=len(rows), events=event.sum(), log_partial=result.llf, lr_chi2=chi2,
        lr_chi2_df=f"{df}", lr_chi2_p=stats.chi2.sf(chi2, df),
        concordance=concordance_index(time, -(x @ result.params), event),
    )  # fmt: skip
    ratio = "hazard" in s.options
    return found | estimates(
        list(x), result.params, result.bse, df=None, level=s.level, ratio=ratio, errors=not ratio,
        word="hazard_ratio" if ratio else "coef",
    )  # fmt: skip


def _groups(s: Statement, rows: Frame) -> dict[str, Frame]:
    by = s.options.get("by")
    if not by:
        return {"": rows}
    return {str(code): part for code, part in rows.groupby(by)}


def _curve(code: str, table: list[dict[str, float]]) -> Numbers:
    return {
        ("curve", code, str(i), key): value
        for i, line in enumerate(table)
        for key, value in line.items()
    }


def kaplan_meier(s: Statement, frame: Frame) -> Numbers:
    found: Numbers = {}
    for code, rows in _groups(s, complete(s, frame)).items():
        event, time = (rows[name].astype(float) for name in s.names)
        curve = KaplanMeierFitter().fit(time, event)
        end = float(time.max())
        middle = np.asarray(median_survival_times(curve.confidence_interval_))[0]
        shown = {
            "n": len(rows), "events": event.sum(), "censored": len(rows) - event.sum(),
            "max_time": end, "median": curve.median_survival_time_, "lower": middle[0],
            "upper": middle[1],
            "restricted_mean": float(np.asarray(restricted_mean_survival_time(curve, end))),
        }  # fmt: skip
        found |= {("1", "", code, key): v for key, v in shown.items() if np.isfinite(v)}
        limits, steps = curve.confidence_interval_, curve.survival_function_
        moments = [0.0, *sorted(set(time[event > 0])), *([] if event[time == end].any() else [end])]
        found |= _curve(code, [
            {"time": t, "survival": float(steps.loc[t].iloc[0]),
             "lower": float(limits.loc[t].iloc[0]), "upper": float(limits.loc[t].iloc[1])}
            for t in moments
        ])  # fmt: skip
        for moment in range(int(complete(s, frame)[s.names[1]].max()) + 1):
            found["2", "", code or "at_risk", f"{float(moment)}", "freq"] = int(
                (time >= moment).sum()
            )
    return found


def weibull(s: Statement, frame: Frame) -> Numbers:
    found: Numbers = {}
    for code, part in _groups(s, complete(s, frame)).items():
        rows = part[part[s.names[1]] > 0]
        event, time = (rows[name].to_numpy(float) for name in s.names)

        def depth(logs: Any, event: Any = event, time: Any = time) -> float:
            scale, shape = np.exp(logs)
            hazard = log(shape / scale) + (shape - 1) * np.log(time / scale)
            return float(-(event @ hazard) + ((time / scale) ** shape).sum())

        tight = {"xatol": 1e-11, "fatol": 1e-14, "maxiter": 9999}
        best = optimize.minimize(
            depth, [log(time.mean()), 0.0], method="Nelder-Mead", options=tight
        )
        scale, shape = np.exp(best.x)
        se = np.sqrt(np.diag(np.linalg.inv(_curvature(depth, best.x)))) * [scale, shape]
        width = stats.norm.ppf(0.975) * se
        shown = {
            "n": len(rows), "events": event.sum(), "scale": scale, "shape": shape,
            "lower": (scale - width[0], shape - width[1]),
            "upper": (scale + width[0], shape + width[1]),
            "median": scale * log(2) ** (1 / shape), "mean": scale * gamma(1 + 1 / shape),
            "loglik": -best.fun,
        }  # fmt: skip
        found |= {("1", "", code, key): v for key, v in shown.items()}
        moments = np.linspace(0, time.max(), 101)
        found |= _curve(code, [
            {"time": t, "survival": float(np.exp(-((t / scale) ** shape)))} for t in moments
        ])  # fmt: skip
    return found


def _curvature(depth: Any, at: Any) -> Any:
    """Second derivatives by central differences."""
    step = 1e-4
    found = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            a, b = np.eye(2)[i] * step, np.eye(2)[j] * step
            found[i, j] = (
                depth(at + a + b) - depth(at + a - b) - depth(at - a + b) + depth(at - a - b)
            ) / (4 * step**2)
    return found
