"""What models of panels and groups must show, by linearmodels and by the definition of REML."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from linearmodels.panel import BetweenOLS, PanelOLS, PooledOLS, RandomEffects
from peer_statement import Frame, Numbers, Statement, complete, design, estimates, header
from scipy import optimize, stats

_CONS = "_cons"
_PANELS: dict[str, Any] = {
    "fe": PanelOLS, "re": RandomEffects, "be": BetweenOLS, "pooled": PooledOLS,
}  # fmt: skip


def _asked(s: Statement, effects: str, rows: Frame) -> dict[str, Any]:
    if "robust" in s.options:
        one = {"cov_type": "robust"}
        whole = {"cov_type": "clustered", "cluster_entity": True, "group_debias": True}
        return one if effects == "be" else whole
    if "cluster" in s.options:
        clusters = rows[[s.options["cluster"]]].astype(float)
        return {"cov_type": "clustered", "clusters": clusters, "group_debias": True}
    return {"cov_type": "unadjusted"}


def panel_fit(s: Statement, frame: Frame, effects: str) -> tuple[Any, Frame, Frame]:
    """Give the fit, its design and the rows, by unit and time."""
    rows = complete(s, frame)
    moment = pd.factorize(rows["date@panel"], sort=True)[0]
    rows = rows.set_index(pd.MultiIndex.from_arrays([rows["unit"], moment]))
    x = design(rows, s.terms, s.constant)
    if effects == "fe":
        spread = (x - x.groupby(level=0).transform("mean")).abs().max()
        x = x[[name for name in x if name == _CONS or spread[name] > 1e-9]]
    if effects == "be":
        means = x.groupby(level=0).mean()
        x = x[list(design(means, " ".join(n for n in x if n != _CONS), s.constant))]
    further: dict[str, Any] = {"entity_effects": True} if effects == "fe" else {}
    made = _PANELS[effects](rows[s.outcome].astype(float), x, **further)
    return made.fit(**_asked(s, effects, rows)), x, rows


def effects_of(s: Statement) -> str:
    return next((name for name in _PANELS if name in s.options), "fe")


def regress_panel(s: Statement, frame: Frame) -> Numbers:
    effects = effects_of(s)
    result, x, rows = panel_fit(s, frame, effects)
    return _shown(s, effects, result, x, rows)


def regress_panel_diff(s: Statement, frame: Frame) -> Numbers:
    """The pooled model of both, their product and the other terms."""
    y, group, treated = s.names
    both = f"{group} {treated} c.{group}#c.{treated} {s.terms}"
    plain = Statement("regress-panel", (y,), both, (), s.condition, s.options)
    result, x, rows = panel_fit(plain, frame, "pooled")
    found = _shown(plain, "pooled", result, x, rows)
    name = f"c.{group}#c.{treated}"
    effect = {key[-1]: v for key, v in found.items() if key[2] == name}
    return found | {("1", "", "atet", key): v for key, v in effect.items()}


def _shown(s: Statement, effects: str, result: Any, x: Frame, rows: Any) -> Numbers:
    counts = rows.groupby(level=0).size()
    kind = "robust" if "robust" in s.options else "classical"
    df = result.df_resid
    if "cluster" in s.options:
        kind = "cluster"
        df = rows[s.options["cluster"]].nunique() - 1
    if kind == "robust" and effects != "be":
        df = len(counts) - 1
    slopes = [name for name in x if name != _CONS]
    b, v = result.params[slopes], result.cov.loc[slopes, slopes]
    f = float(b @ np.linalg.solve(v, b)) / len(slopes)
    found = header(
        outcome=s.outcome, nobs=len(rows), units=len(counts), t_min=counts.min(),
        t_max=counts.max(), r2_within=result.rsquared_within,
        r2_between=result.rsquared_between, r2_overall=result.rsquared_overall, f=f,
        f_df=f"{len(slopes)}, {df:g}", f_p=stats.f.sf(f, len(slopes), df), errors=kind,
    )  # fmt: skip
    if kind == "cluster":
        found |= header(clusters=df + 1)
    if effects == "fe":
        within = result.resid_ss / (len(rows) - len(counts) - len(slopes))
        rest = (rows[s.outcome] - x[slopes] @ b).groupby(level=0).mean()
        found |= _variances(float(rest.std()), float(np.sqrt(within)))
        if kind == "classical":
            pooled = result.f_pooled
            found |= header(
                f_effects=pooled.stat, f_effects_df=f"{pooled.df}, {pooled.df_denom}",
                f_effects_p=pooled.pval,
            )  # fmt: skip
    if effects == "re":
        parts = result.variance_decomposition
        found |= _variances(parts["Effects"] ** 0.5, parts["Residual"] ** 0.5)
        found |= header(theta=float(result.theta["theta"].median()))
    return found | estimates(list(x), result.params, result.std_errors, df=df, level=s.level)


def _variances(between: float, within: float) -> Numbers:
    share = between**2 / (between**2 + within**2)
    return header(sigma_u=between, sigma_e=within, rho=share)


def regress_panel_predict(s: Statement, frame: Frame) -> dict[str, pd.Series]:
    effects = effects_of(s)
    result, x, rows = panel_fit(s, frame, effects)
    predicted = x @ result.params
    y, unit = rows[s.outcome], rows.index.get_level_values(0)
    rest = (y - predicted).groupby(level=0).transform("mean")
    made = {"predicted": predicted, "effects": 0 * rest}
    if effects == "fe":
        made["effects"] = rest
    if effects == "re":
        made["effects"] = rest * result.theta["theta"].loc[unit].to_numpy()
    made["residuals"] = y - predicted - made["effects"]
    order = complete(s, frame).index
    return {name: pd.Series(v.to_numpy(), order) for name, v in made.items()}


def hausman(s: Statement, frame: Frame) -> Numbers:
    fixed, _, rows = panel_fit(s, frame, "fe")
    random, _, _ = panel_fit(s, frame, "re")
    names = [n for n in fixed.params.index if n != _CONS or "include_constant" in s.options]
    gap = (fixed.params - random.params)[names]
    found = header(outcome=s.outcome, nobs=len(rows), units=rows["unit"].nunique())
    found |= header(chi2_df=f"{len(names)}")
    scale = {"fe": 1.0, "re": 1.0}
    if "sigmamore" in s.options:
        scale["fe"] = random.s2 / fixed.s2
    if "sigmaless" in s.options:
        scale["re"] = fixed.s2 / random.s2
    v = scale["fe"] * fixed.cov.loc[names, names] - scale["re"] * random.cov.loc[names, names]
    value = float(gap @ np.linalg.solve(v, gap))
    there = value > 0
    if there:
        wanted = ("include_constant", "sigmamore", "sigmaless")
        test = random.hausman(fixed, **{name: name in s.options for name in wanted})
        assert np.isclose(value, test.statistic.stat, rtol=1e-9)
    nothing = float("nan")
    se = np.sqrt(np.diag(v)) if there else np.full(len(names), nothing)
    found |= header(
        chi2=value if there else nothing,
        chi2_p=stats.chi2.sf(value, len(names)) if there else nothing,
    )
    found |= estimates(names, gap, se, df=None, level=s.level, word="fe_less_re")
    for name in names:
        found["1", "", name, "fe"] = fixed.params[name]
        found["1", "", name, "re"] = random.params[name]
    return found


# ---- random intercepts, by the definition of the restricted likelihood


class Mixed:
    """Variances are searched without any formula but that of the dense likelihood."""

    def __init__(self, s: Statement, frame: Frame) -> None:
        self.rows = complete(s, frame)
        self.x = design(self.rows, f"{s.terms} {s.control}", s.constant)
        self.y = self.rows[s.outcome].to_numpy(float)
        upper = pd.factorize(self.rows[s.by[0]], sort=True)[0]
        groups = [upper]
        if len(s.by) == 2:
            lower = pd.factorize(self.rows[s.by[1]], sort=True)[0]
            groups.append(pd.factorize(upper * (lower.max() + 1) + lower)[0])
        self.groups = groups
        self.same = [np.equal.outer(g, g).astype(float) for g in groups]
        start = np.log(np.full(len(groups) + 1, self.y.var() / 3))
        tight = {"xatol": 1e-9, "fatol": 1e-13, "maxiter": 20000}
        best = optimize.minimize(self.depth, start, method="Nelder-Mead", options=tight)
        best = optimize.minimize(self.depth, best.x, method="Nelder-Mead", options=tight)
        self.variances, self.height = np.exp(best.x), -best.fun

    def dense(self, variances: Any) -> Any:
        """V of the rows."""
        parts = zip(variances[1:], self.same, strict=True)
        return variances[0] * np.eye(len(self.y)) + sum(tau * same for tau, same in parts)

    def solved(self, variances: Any) -> tuple[Any, Any, Any, float]:
        """Coefficients, their covariance, V and its log determinant."""
        v = self.dense(variances)
        inverse, x = np.linalg.inv(v), self.x.to_numpy()
        a = x.T @ inverse @ x
        b = np.linalg.solve(a, x.T @ inverse @ self.y)
        return b, np.linalg.inv(a), inverse, float(np.linalg.slogdet(v)[1])

    def depth(self, logs: Any) -> float:
        """The restricted log likelihood, its sign turned."""
        b, covariance, inverse, logdet = self.solved(np.exp(np.clip(logs, -60, 60)))
        e = self.y - self.x.to_numpy() @ b
        n, k = self.x.shape
        logs_of = logdet - np.linalg.slogdet(covariance)[1]
        return 0.5 * float(logs_of + e @ inverse @ e + (n - k) * np.log(2 * np.pi))


def regress_mml(s: Statement, frame: Frame) -> Numbers:
    found = Mixed(s, frame)
    b, covariance, _, _ = found.solved(found.variances)
    names, sizes = list(found.x), np.bincount(found.groups[0])
    own = [n for n in names if n in {*design(found.rows, s.terms), _CONS}]
    places = [names.index(n) for n in own]
    told = header(
        outcome=s.outcome, nobs=len(found.y), size_min=sizes.min(), size_mean=sizes.mean(),
        size_max=sizes.max(), ll_restricted=found.height, groups=str(len(sizes)), method="REML",
    )  # fmt: skip
    if len(s.by) == 2:
        told |= header(cells=found.groups[1].max() + 1)
    se = np.sqrt(np.diag(covariance))
    told |= estimates(own, b[places], se[places], df=None, level=s.level)
    kinds = ["variance_residual", "variance_upper", "variance_lower"]
    for kind, value in zip(kinds, found.variances, strict=False):
        told["1", "", kind, "variance"] = value
        told["1", "", kind, "icc"] = value / found.variances.sum()
    return told


def regress_mml_predict(s: Statement, frame: Frame) -> dict[str, pd.Series]:
    found = Mixed(s, frame)
    b, _, inverse, _ = found.solved(found.variances)
    line = found.x.to_numpy() @ b
    between = found.dense(np.append(0.0, found.variances[1:]))
    predicted = line + between @ inverse @ (found.y - line)
    index = found.rows.index
    return {
        "predicted": pd.Series(predicted, index),
        "residuals": pd.Series(found.y - predicted, index),
    }


# ---- decomposition, by the formulas of its definition


def oaxaca(s: Statement, frame: Frame) -> Numbers:
    rows = complete(s, frame)
    n, codes = len(rows), sorted(rows[s.by[0]].unique())[:2]
    rows = rows[rows[s.by[0]].isin(codes)]
    kind = "robust" if "robust" in s.options else "classical"
    cov = "HC1" if kind == "robust" else "nonrobust"
    parts = [rows[s.by[0]] == code for code in codes]
    whole = design(rows, s.terms, s.constant)
    # a category that one of the groups has not is no column of either
    whole = whole[[n for n in whole if all(whole[n][p].any() for p in parts)]]
    fits = [sm.OLS(rows[s.outcome][p].astype(float), whole[p]).fit(cov_type=cov) for p in parts]
    b = [np.asarray(fit.params) for fit in fits]
    v = [np.asarray(fit.cov_params()) for fit in fits]
    x = [whole[p].mean().to_numpy() for p in parts]
    s_x = [np.atleast_2d(whole[p].cov().to_numpy()) / p.sum() for p in parts]
    y = [rows[s.outcome][p] for p in parts]
    gap, d = x[0] - x[1], b[0] - b[1]
    both = s_x[0] + s_x[1]
    mean_se = [one.std() / np.sqrt(len(one)) for one in y]
    difference = y[0].mean() - y[1].mean()
    if "pool" in s.options:
        matrix = whole.assign(group=parts[1].astype(float))
        fit = sm.OLS(rows[s.outcome].astype(float), matrix).fit(cov_type=cov)
        slopes = np.asarray(fit.params)[:-1]
        v_slopes = np.asarray(fit.cov_params())[:-1, :-1]
        values = {
            "explained": (gap @ slopes, gap @ v_slopes @ gap + slopes @ both @ slopes),
            "unexplained": (-fit.params["group"], fit.bse["group"] ** 2),
        }
    else:
        values = {
            "explained": (gap @ b[1], gap @ v[1] @ gap + b[1] @ both @ b[1]),
            "unexplained": (x[1] @ d, x[1] @ (v[0] + v[1]) @ x[1] + d @ s_x[1] @ d),
            "simultaneous": (gap @ d, gap @ (v[0] + v[1]) @ gap + d @ both @ d),
        }
    found = header(outcome=s.outcome, nobs=n, errors=kind)
    values = {"difference": (difference, mean_se[0] ** 2 + mean_se[1] ** 2), **values}
    estimate = [value for value, _ in values.values()]
    errors = [variance**0.5 for _, variance in values.values()]
    found |= estimates(values, estimate, errors, df=None, level=95.0)
    for code, one, se in zip(codes, y, mean_se, strict=True):
        name = f"i.@by[{code if isinstance(code, str) else f'{code:g}'}]"
        for key, value in (("n", len(one)), ("mean", one.mean()), ("se", se)):
            found["1", "", name, key] = value
    return found
