"""What likelihood models of pages must show, by statsmodels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from peer_linear import margin_points
from peer_statement import Frame, Numbers, Statement, complete, design, estimates, header
from scipy import optimize, stats

_CONS = "_cons"
_MODELS: dict[str, Any] = {
    "logit": sm.Logit, "probit": sm.Probit, "mlogit": sm.MNLogit, "poisson": sm.Poisson,
    "negative-binomial": sm.NegativeBinomial,
}  # fmt: skip


def fitted(s: Statement, frame: Frame) -> tuple[Any, Frame, Frame]:
    """Give the fit with the asked covariance, the design and the rows."""
    rows = complete(s, frame)
    x = design(rows, f"{s.terms} {s.control}", s.constant)
    command = s.command.removesuffix("-predict")
    y = rows[s.outcome]
    y = pd.Series(pd.factorize(y, sort=True)[0], rows.index) if command == "mlogit" else y
    made: dict[str, Any] = {}
    if "exposure" in s.options:
        made["exposure"] = rows[s.options["exposure"]].to_numpy(float)
    asked: dict[str, Any] = {}
    if "robust" in s.options:
        asked = {"cov_type": "HC1"}
    if "cluster" in s.options:
        groups = pd.factorize(rows[s.options["cluster"]])[0]
        asked = {"cov_type": "cluster", "cov_kwds": {"groups": groups}}
    model = _MODELS[command](y.astype(float), x, **made)
    start = _dispersed_start(y, x, made) if command == "negative-binomial" else None
    result = model.fit(
        method="newton", tol=1e-13, maxiter=300, disp=0, start_params=start,
        warn_convergence=False, **asked,
    )  # fmt: skip
    return result, x, rows


def _dispersed_start(y: Any, x: Any, made: dict[str, Any]) -> Any:
    """Find the top by a search over alpha alone, since the package's own start may stop short."""
    offset = np.log(made["exposure"]) if made else None

    def given(alpha: float) -> Any:
        family = sm.families.NegativeBinomial(alpha=alpha)
        return sm.GLM(y.astype(float), x, family=family, offset=offset).fit(tol=1e-12)

    best: Any = optimize.minimize_scalar(
        lambda log: -given(np.exp(log)).llf, bounds=(-5, 3), method="bounded"
    )
    return np.append(given(np.exp(best.x)).params, np.exp(best.x))


def model(s: Statement, frame: Frame) -> Numbers:
    """Give what any of these models shows."""
    result, x, rows = fitted(s, frame)
    kind = "robust" if "robust" in s.options else "classical"
    if "cluster" in s.options:
        kind = "cluster"
    equations = s.command == "mlogit"
    codes = sorted(rows[s.outcome].unique())
    found = header(
        outcome=s.outcome, nobs=len(rows), ll=result.llf, ll_null=result.llnull,
        r2_pseudo=1 - result.llf / result.llnull, errors=kind,
    )  # fmt: skip
    if kind == "cluster":
        found |= header(clusters=rows[s.options["cluster"]].nunique())
    found |= _whole(s, result, x, kind)
    if equations:
        found |= header(base=f"{s.outcome} = {_code(codes[0])}")
    own = [n for n in x if n in {*design(rows, s.terms), _CONS}]
    asked: dict[str, Any] = {"df": None, "level": s.level}
    if equations:
        places = [list(x).index(name) for name in own]
        b, se = np.asarray(result.params)[places], np.asarray(result.bse)[places]
        for j, code in enumerate(codes[1:]):
            block = f"i.@outcome[{_code(code)}]"
            found |= estimates(own, b[:, j], se[:, j], block=block, **asked)
        return found | _choice_effects(s, result, own, codes)
    word = "odds_ratio" if "or" in s.options else "rate_ratio" if "irr" in s.options else "coef"
    names = [*own, *(["alpha"] if s.command == "negative-binomial" else [])]
    found |= estimates(
        names, result.params[names], result.bse[names], word=word, ratio=word != "coef",
        plain=frozenset({"alpha"}), **asked,
    )  # fmt: skip
    return found | _effects(s, result, own) | _margins(s, result, x)


def _code(code: Any) -> str:
    return code if isinstance(code, str) else f"{code:g}"


def _whole(s: Statement, result: Any, x: Frame, kind: str) -> Numbers:
    """Give the test of all terms: likelihood ratio, or Wald's where that does not apply."""
    slopes = [i for i, name in enumerate(x) if name != _CONS]
    equations = np.asarray(result.params).shape[1] if s.command == "mlogit" else 1
    df = len(slopes) * equations
    if kind == "classical" and s.constant:
        name, value = "lr_chi2", 2 * (result.llf - result.llnull)
    else:
        wide = x.shape[1]
        places = [e * wide + i for e in range(equations) for i in slopes]
        b = np.asarray(result.params).ravel(order="F")[places]
        v = np.asarray(result.cov_params())[np.ix_(places, places)]
        name, value = "wald_chi2", float(b @ np.linalg.solve(v, b))
    tested = {name: value, f"{name}_df": f"{df}", f"{name}_p": stats.chi2.sf(value, df)}
    return header(**tested)


def _effects(s: Statement, result: Any, own: list[str]) -> Numbers:
    if "mfx" not in s.options and "mfx_at" not in s.options:
        return {}
    told = result.get_margeff(
        at=s.options.get("mfx_at", "overall"), method=s.options.get("mfx", "dydx")
    )
    names = [name for name in result.params.index if name != _CONS]
    shown = [i for i, name in enumerate(names) if name in own]
    return estimates(
        [names[i] for i in shown], told.margeff[shown], told.margeff_se[shown], df=None,
        level=s.level, table="1", word="effect",
    )  # fmt: skip


def _choice_effects(s: Statement, result: Any, own: list[str], codes: Any) -> Numbers:
    if "mfx" not in s.options and "mfx_at" not in s.options:
        return {}
    told = result.get_margeff(
        at=s.options.get("mfx_at", "overall"), method=s.options.get("mfx", "dydx")
    )
    names = [name for name in own if name != _CONS]
    found: Numbers = {}
    for j, code in enumerate(codes):
        block = f"i.@outcome[{_code(code)}]"
        found |= estimates(
            names, told.margeff[:, j], told.margeff_se[:, j], df=None, level=s.level, table="1",
            block=block, word="effect",
        )  # fmt: skip
    return found


def _margins(s: Statement, result: Any, x: Frame) -> Numbers:
    points = margin_points(s, x)
    if not points:
        return {}
    law = stats.logistic if s.command == "logit" else stats.norm
    at = np.array(list(points.values()))
    eta = at @ np.asarray(result.params)
    v = np.asarray(result.cov_params())
    se = np.sqrt(np.einsum("ij,jk,ik->i", at, v, at)) * law.pdf(eta)
    table = "2" if {"mfx", "mfx_at"} & s.options.keys() else "1"
    return estimates(
        points, law.cdf(eta), se, df=None, level=s.level, table=table, word="prediction",
        tests=False,
    )  # fmt: skip


def predict(s: Statement, frame: Frame) -> dict[str, pd.Series]:
    """Give what the predictions of these models are."""
    result, x, rows = fitted(s, frame)
    told = result.predict()
    if s.command == "mlogit-predict":
        codes = sorted(rows[s.outcome].unique())
        eta = x.to_numpy() @ np.column_stack([np.zeros(x.shape[1]), np.asarray(result.params)])
        made = {}
        for j, code in enumerate(codes):
            made[f"probabilities_{code:g}"] = pd.Series(told[:, j], rows.index)
            made[f"predicted_{code:g}"] = pd.Series(eta[:, j], rows.index)
        return made
    left = pd.Series(rows[s.outcome] - told, rows.index)
    if s.command in {"logit-predict", "probit-predict"}:
        linear = x.to_numpy() @ np.asarray(result.params)
        return {
            "probabilities": pd.Series(told, rows.index),
            "predicted": pd.Series(linear, rows.index), "residuals": left,
        }  # fmt: skip
    return {"predicted": pd.Series(told, rows.index), "residuals": left}
