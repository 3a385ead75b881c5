"""What linear models of pages must show, by statsmodels and linearmodels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from linearmodels.iv import IV2SLS, IVGMM, IVLIML
from peer_statement import Frame, Numbers, Statement, complete, design, estimates, header, tested
from scipy import stats
from statsmodels.stats.diagnostic import het_breuschpagan, linear_reset
from statsmodels.stats.outliers_influence import OLSInfluence, variance_inflation_factor

_CONS = "_cons"


def least_squares(s: Statement, frame: Frame) -> tuple[Any, Frame, Frame]:
    """Give the fit without any covariance, the design and the rows."""
    rows = complete(s, frame)
    x = design(rows, f"{s.terms} {s.control}", s.constant)
    return sm.OLS(rows[s.outcome].astype(float), x, hasconst=s.constant).fit(), x, rows


def regress(s: Statement, frame: Frame) -> Numbers:
    plain, x, rows = least_squares(s, frame)
    fitted, df, kind = plain, plain.df_resid, "classical"
    if "robust" in s.options:
        fitted, kind = plain.get_robustcov_results("HC1"), "robust"
    if "cluster" in s.options:
        groups = pd.factorize(rows[s.options["cluster"]])[0]
        fitted, kind = plain.get_robustcov_results("cluster", groups=groups), "cluster"
        df = groups.max()
    shown = [n for n in x if n in {*design(rows, s.terms, False), _CONS}]
    places = [list(x).index(name) for name in shown]
    b, se = np.asarray(fitted.params)[places], np.asarray(fitted.bse)[places]
    found = header(
        outcome=s.outcome, nobs=len(rows), r2=plain.rsquared, r2_adj=plain.rsquared_adj,
        f=float(np.squeeze(fitted.fvalue)), f_df=f"{plain.df_model:g}, {df:g}",
        f_p=float(fitted.f_pvalue), rmse=np.sqrt(plain.mse_resid), errors=kind,
    )  # fmt: skip
    if kind == "cluster":
        found |= header(clusters=df + 1)
    if "standardize" in s.options:
        shown.remove(_CONS)
        scale = (x[shown].std() / rows[s.outcome].std()).to_numpy()
        found |= estimates(
            shown, b[:-1] * scale, se[:-1] * scale, df=df, level=s.level, word="beta"
        )
    else:
        found |= estimates(shown, b, se, df=df, level=s.level)
    return found | _tests(s, plain, x) | _margins(s, plain, x)


def _tests(s: Statement, plain: Any, x: Frame) -> Numbers:
    found: Numbers = {}
    k, n = x.shape[1], x.shape[0]
    if "ov" in s.options:
        value = linear_reset(plain, power=4, test_type="fitted", use_f=True).fvalue
        found |= tested("1", "ov", "f", float(np.squeeze(value)), 3, n - k - 3)
    if not any(name.startswith(("het", "ov")) or name == "vif" for name in s.options):
        return {}
    normal = het_breuschpagan(plain.resid, x, robust=False)
    if "het_bp" in s.options:
        found |= tested("1", "het_bp", "chi2", normal[0], k - 1, None)
    if "het_iid" in s.options:
        found |= tested("1", "het_iid", "chi2", het_breuschpagan(plain.resid, x)[0], k - 1, None)
    if "het_fstat" in s.options:
        found |= tested("1", "het_fstat", "f", normal[2], k - 1, n - k)
    if "vif" in s.options:
        factors = {n: variance_inflation_factor(x.to_numpy(), j) for j, n in enumerate(x)}
        del factors[_CONS]
        factors["mean_vif"] = np.mean(list(factors.values()))
        for name, value in factors.items():
            found["2", "", name, "vif"], found["2", "", name, "tolerance"] = value, 1 / value
    return found


def margin_points(s: Statement, x: Frame) -> dict[str, Any]:
    """Give the rows that `margins()` predicts for, by the name of their row."""
    if "margins" not in s.options:
        return {}
    means = x.mean()
    moved = s.options["margins"]
    if not moved:
        return {"at_means": means.to_numpy()}
    return {
        f"{moved} = {value}": means.where(means.index != moved, value).to_numpy()
        for value in (0, 1)
    }


def _margins(s: Statement, plain: Any, x: Frame) -> Numbers:
    points = margin_points(s, x)
    if not points:
        return {}
    told = plain.get_prediction(np.array(list(points.values())))
    return estimates(
        points, told.predicted_mean, told.se_mean, df=plain.df_resid, level=s.level, table="1",
        word="prediction", tests=False,
    )  # fmt: skip


def regress_predict(s: Statement, frame: Frame) -> dict[str, pd.Series]:
    plain, _, rows = least_squares(s, frame)
    influence: Any = OLSInfluence(plain)
    return {
        "predicted": plain.fittedvalues,
        "residuals": plain.resid,
        "cooksd": pd.Series(influence.cooks_distance[0], index=rows.index),
    }


# ---- instruments

_METHODS: dict[str, Any] = {"tsls": IV2SLS, "liml": IVLIML, "gmm": IVGMM}


def _instrumented(s: Statement, frame: Frame) -> tuple[Any, Frame, int]:
    rows = complete(s, frame)
    x = design(rows, s.terms, s.constant)
    z = design(rows, f"{s.terms} {s.instruments}", s.constant).drop(columns=list(x))
    method = next((m for m in _METHODS if m in s.options), "tsls")
    made: dict[str, Any] = {"weight_type": "robust"} if method == "gmm" else {}
    asked: dict[str, Any] = {"cov_type": "robust" if method == "gmm" else "unadjusted"}
    if "robust" in s.options:
        asked = {"cov_type": "robust"}
    groups = 0
    if "cluster" in s.options:
        clusters = rows[s.options["cluster"]]
        groups = int(clusters.nunique())
        asked = {"cov_type": "clustered", "clusters": clusters}
        made = made and {"weight_type": "clustered", "clusters": clusters}
    model = _METHODS[method](
        rows[s.outcome].astype(float), x if len(list(x)) else None, design(rows, s.endogenous), z,
        **made,
    )  # fmt: skip
    return model.fit(**asked, debiased=True), rows, groups


def ivregress(s: Statement, frame: Frame) -> Numbers:
    result, rows, groups = _instrumented(s, frame)
    n, k = len(rows), len(result.params)
    df = groups - 1 if groups else n - k
    names = sorted(result.params.index, key=lambda name: name == _CONS)
    inside = [name for name in names if name in set(s.endogenous.split())]
    names = inside + [name for name in names if name not in inside]
    df1 = k - s.constant
    total = result.total_ss
    r2 = 1 - result.resid_ss / total
    scores = result.params.drop(_CONS, errors="ignore")
    v = result.cov.loc[scores.index, scores.index]
    f = float(scores @ np.linalg.solve(v, scores)) / df1
    gmm = "gmm" in s.options
    kind = "cluster" if groups else "robust" if gmm or "robust" in s.options else "classical"
    found = header(
        outcome=s.outcome, nobs=n, r2=r2, r2_adj=1 - (1 - r2) * (n - s.constant) / (n - k), f=f,
        f_df=f"{df1}, {df}", f_p=stats.f.sf(f, df1, df),
        rmse=np.sqrt(result.resid_ss / (n - k)), errors=kind, instrumented=s.endogenous.strip(),
        instruments=" ".join(f"{s.instruments} {s.terms}".split()),
    )  # fmt: skip
    if groups:
        found |= header(clusters=groups)
    found |= estimates(names, result.params[names], result.std_errors[names], df=df, level=s.level)
    return found | _first_stage(s, result, n, groups) | _agreement(s, result, bool(groups))


def _first_stage(s: Statement, result: Any, n: int, groups: int) -> Numbers:
    if "firststage" not in s.options:
        return {}
    found: Numbers = {}
    for name, line in result.first_stage.diagnostics.iterrows():
        z = result.first_stage.individual[name]
        count = len(z.params) - len(s.terms.split()) - s.constant
        df2 = groups - 1 if groups else n - len(z.params)
        plain = not groups and "robust" not in s.options
        f = line["f.stat"] if plain else line["f.stat"] / count
        shown = {"r2": line["rsquared"], "partial_r2": line["partial.rsquared"],
                 "shea_r2": line["shea.rsquared"]}  # fmt: skip
        found |= {("1", "", str(name), key): v for key, v in shown.items()}
        found |= tested("2", str(name), "f", f, count, df2)
    return found


def _agreement(s: Statement, result: Any, clustered: bool) -> Numbers:
    table = "3" if "firststage" in s.options else "1"
    found: Numbers = {}
    plain = result.cov_type == "unadjusted"

    def put(place: str, name: str, test: Any) -> None:
        kind = "f" if test.df_denom else "chi2"
        found.update(tested(place, name, kind, test.stat, test.df, test.df_denom or None))

    if "endog" in s.options:
        if plain:
            put(table, "durbin", result.durbin())
            put(table, "wu_hausman", result.wu_hausman())
        else:
            put(table, "wooldridge_regression", result.wooldridge_regression)
            if not clustered:
                put(table, "wooldridge_score", result.wooldridge_score)
        table = str(int(table) + 1)
    just = result.model.instruments.shape[1] == result.model.endog.shape[1]
    if "overid" in s.options and not just:
        names = ("sargan", "basmann") if plain else ("wooldridge_overid",)
        if "liml" in s.options:
            names = ("anderson_rubin", "basmann_f")
        for name in names:
            put(table, name, getattr(result, name))
    return found


def ivregress_predict(s: Statement, frame: Frame) -> dict[str, pd.Series]:
    result, rows, _ = _instrumented(s, frame)
    return {
        "predicted": rows[s.outcome] - result.resids,
        "residuals": pd.Series(result.resids, index=rows.index),
    }
